//! Leaves out what a browser does not need of a wasm file.

use anyhow::{Context, Result, ensure};

/// The magic number and the version.
const HEADER: usize = 8;

/// The file without its custom sections: names, producers, features, relocations.
///
/// Fails where the bytes are not a whole wasm file.
pub fn custom_sections(wasm: &[u8]) -> Result<Vec<u8>> {
    ensure!(wasm.starts_with(b"\0asm") && wasm.len() >= HEADER, "not a wasm file");
    let mut kept = wasm[..HEADER].to_vec();
    let mut at = HEADER;
    while at < wasm.len() {
        let (size, body) = length(wasm, at + 1)?;
        let end = body.checked_add(size).filter(|end| *end <= wasm.len()).context("a section ends after the file")?;
        if wasm[at] != 0 {
            kept.extend_from_slice(&wasm[at..end]);
        }
        at = end;
    }
    Ok(kept)
}

/// Reads an unsigned LEB128 number; returns it with the place after it.
fn length(bytes: &[u8], mut at: usize) -> Result<(usize, usize)> {
    let mut value = 0_usize;
    for shift in (0..32).step_by(7) {
        let byte = *bytes.get(at).context("a section's length is cut off")?;
        at += 1;
        value |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok((value, at));
        }
    }
    anyhow::bail!("a section's length is too long")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_custom_sections_are_left_out() {
        let header = b"\0asm\x01\0\0\0";
        // A custom section with a length in two bytes, then a type section, then another custom one.
        let wasm = [header.as_slice(), &[0, 0x82, 0, 1, b'n'], &[1, 1, 0], &[0, 1, 0]].concat();
        assert_eq!(custom_sections(&wasm).unwrap_or_default(), [header.as_slice(), &[1, 1, 0]].concat());
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        assert!(custom_sections(b"\0asm").is_err());
        assert!(custom_sections(b"\0asm\x01\0\0\0\x01\x05\0").is_err());
        assert!(custom_sections(b"\0asm\x01\0\0\0\x01\x80").is_err());
    }
}
