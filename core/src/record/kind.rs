//! What a file is, told by how it begins: for the words about one that is not what was expected.

use safetensors::tensor::SafeTensors;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileKind {
    /// A run of the quanta lab.
    #[error("one run of the quanta lab, not a collected sweep")]
    Run,
    /// A sweep that was collected into one file.
    #[error("a collected sweep of the quanta lab, not one run: `quanta figure` draws it, and its runs are in the sweep's folder")]
    Collected,
    /// Losses of single tokens, of the lab or of others.
    #[error("a table of losses of tokens: quanta losses describes it, and quanta figure token-scaling draws it")]
    Losses,
    /// A text in tokens.
    #[error("a corpus, which runs learn: give it to quanta train with --corpus")]
    Corpus,
    /// What Git keeps in place of a large file.
    #[error("a Git LFS pointer, which stands for the file and is not the file: `git lfs pull` fetches that")]
    LfsPointer,
    /// A web page.
    #[error("a web page, perhaps one that a server sent in place of the file: download the file itself")]
    WebPage,
    /// JSON: settings, or a sweep's manifest.
    #[error("a JSON file; settings are read by --config, and a run is a safetensors file")]
    Json,
    /// A zip archive.
    #[error("a zip archive: unpack it first")]
    Zip,
    /// A file compressed by gzip.
    #[error("compressed by gzip: unpack it first")]
    Gzip,
    /// No bytes at all.
    #[error("empty")]
    Empty,
}

/// Recognises a file by its first bytes; `None` where they are of no kind that is known.
pub fn recognise(bytes: &[u8]) -> Option<FileKind> {
    if bytes.is_empty() {
        return Some(FileKind::Empty);
    }
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let begins = |with: &[u8]| start.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    if begins(b"version https://git-lfs") {
        Some(FileKind::LfsPointer)
    } else if begins(b"<!doctype html") || begins(b"<html") || begins(b"<head") {
        Some(FileKind::WebPage)
    } else if bytes.starts_with(b"PK\x03\x04") {
        Some(FileKind::Zip)
    } else if bytes.starts_with(b"\x93NUMPY") {
        Some(FileKind::Losses)
    } else if bytes.starts_with(b"\x1f\x8b") {
        Some(FileKind::Gzip)
    } else if let Ok((_, header)) = SafeTensors::read_metadata(bytes) {
        match header.metadata().as_ref().and_then(|metadata| metadata.get("format")).map(String::as_str) {
            Some(super::read::FORMAT) => Some(FileKind::Run),
            Some(super::COLLECTED) => Some(FileKind::Collected),
            Some(crate::text::FORMAT) => Some(FileKind::Corpus),
            _ => header.info("loss").filter(|loss| loss.shape.len() > 1).map(|_| FileKind::Losses),
        }
    } else if (begins(b"{") || begins(b"[")) && std::str::from_utf8(&bytes[..bytes.len().min(256)]).is_ok_and(is_printed) {
        Some(FileKind::Json)
    } else {
        None
    }
}

/// Whether a text holds no control characters but those that separate words and lines.
fn is_printed(text: &str) -> bool {
    text.chars().all(|c| !c.is_control() || c.is_ascii_whitespace())
}
