//! Tests `quanta corpus`, runs of a text, and `quanta losses`.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod terminal;

use std::path::{Path, PathBuf};

use quanta_core::losses::Losses;
use quanta_core::record::Record;
use terminal::*;

fn file(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A text, and the corpus that is made of it with 300 tokens.
fn a_corpus(folder: &Path) -> (PathBuf, PathBuf) {
    let (source, corpus) = (file(folder, "lines.txt", long_text().as_bytes()), folder.join("lines.corpus.safetensors"));
    good(&["corpus", "--text", text(&source), "--tokens=300", "--out", text(&corpus)]);
    (source, corpus)
}

#[test]
fn the_same_texts_make_the_same_corpus() {
    let folder = tempfile::tempdir().unwrap();
    let (source, corpus) = a_corpus(folder.path());
    let first = std::fs::read(&corpus).unwrap();
    let said = good(&["corpus", "--text", text(&source), "--tokens=300", "--out", text(&corpus)]);
    assert!(said.starts_with("lines: ") && said.contains(" bytes in 300 tokens, "), "{said}");
    assert_eq!(std::fs::read(&corpus).unwrap(), first);
    // Another text in the same vocabulary.
    let other = folder.path().join("other.corpus.safetensors");
    let said = good(&["corpus", "--text", text(&source), text(&source), "--vocabulary-of", text(&corpus), "--out", text(&other)]);
    assert!(said.contains("in 300 tokens"), "{said}");
}

#[test]
fn a_run_of_a_text_needs_its_text_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let (source, corpus) = a_corpus(folder.path());
    let run = folder.path().join("run.safetensors");
    good(&[&["train", "--out", text(&run), "--corpus", text(&corpus)], SMALL_TEXT].concat());
    let record = Record::load(&run).unwrap();
    assert_eq!((record.quanta.len(), record.evaluations.len()), (40, 4));
    assert!(record.evaluations[0].quantum_loss_bits.iter().all(|loss| (4.0..13.0).contains(loss)));
    // Without it, with another one, and with the text that it was made of.
    let resume = ["train", "--out", text(&run), "--resume", "--steps=5", "--device=cpu"];
    let said = refused(&resume);
    assert!(said.contains("is not open here: open it again, in the page or with --corpus or --text"), "{said}");
    let other = file(folder.path(), "other.txt", long_text().replace('a', "o").as_bytes());
    let said = refused(&[&resume[..], &["--text", text(&other), "--tokens=300"]].concat());
    assert!(said.contains("corpus_id is") && said.contains("only steps may change"), "{said}");
    good(&[&resume[..], &["--text", text(&source), "--tokens=300"]].concat());
    assert_eq!(Record::load(&run).unwrap().last().map(|last| last.step), Some(5));
}

#[test]
fn a_sweep_keeps_its_text_and_gives_the_losses_of_its_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let (source, corpus) = a_corpus(folder.path());
    let dir = folder.path().join("family");
    let first = ["sweep", "--dir", text(&dir), "--over=width=8,16", "--keep-weights", "--corpus", text(&corpus)];
    let settings: Vec<&str> = SMALL_TEXT.iter().copied().filter(|flag| !flag.starts_with("--width")).collect();
    good(&[&first[..], &settings].concat());
    // It goes on by itself.
    for run in std::fs::read_dir(dir.join("runs")).unwrap() {
        std::fs::remove_file(run.unwrap().path()).unwrap();
    }
    good(&["sweep", "--dir", text(&dir), "--keep-weights", "--device=cpu"]);
    let out = folder.path().join("family.losses.safetensors");
    let losses = |more: &[&str]| {
        good(&[&["losses", text(&dir), "--corpus", text(&corpus), "--out", text(&out)], more].concat());
        Losses::from_bytes(&std::fs::read(&out).unwrap()).unwrap()
    };
    let tested = losses(&[]);
    assert_eq!((tested.models.len(), tested.steps.clone(), tested.tokens()), (2, vec![0, 1, 2, 3], 40));
    assert!(tested.models[0].parameters < tested.models[1].parameters);
    // The text that was trained on, read by the weights at the end.
    let probe =
        file(folder.path(), "probe.txt", b"17: some words\n18: more of them, many more of them than thirty-two tokens hold\n");
    let read = losses(&["--text", text(&probe)]);
    assert_eq!((read.steps.clone(), read.passage.documents.len()), (vec![3], 1));
    assert_eq!(read.passage.text(0..read.tokens() + 1), std::fs::read_to_string(&probe).unwrap());
    let held_out = |losses: &Losses, model: usize| losses.mean(model, losses.steps.len() - 1);
    assert!((held_out(&read, 1) - held_out(&tested, 1)).abs() < 3.0, "of one kind with the tested ones");
    // Runs of something else, and none.
    let parity = folder.path().join("parity.safetensors");
    good(&[&["train", "--out", text(&parity)], TINY].concat());
    let said =
        refused(&["losses", text(&parity), "--corpus", text(&corpus), "--out", text(&folder.path().join("no.safetensors"))]);
    assert!(said.contains("is no run of a text"), "{said}");
    let said = refused(&["losses", text(&dir), "--corpus", text(&source), "--out", text(&out)]);
    assert!(said.contains("this is no corpus that can be read"), "{said}");
}

#[test]
fn texts_that_are_none_are_refused_together_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.safetensors");
    let [empty, binary, latin] = [("empty.txt", &b""[..]), ("binary.txt", b"PK\0\0"), ("latin.txt", b"caf\xe9")]
        .map(|(name, bytes)| file(folder.path(), name, bytes));
    let said = refused(&["corpus", "--out", text(&out), "--text", text(&empty), text(&binary), text(&latin), "nowhere.txt"]);
    for sentence in [
        "empty.txt is empty",
        "binary.txt is no text: byte 2 is 0",
        "latin.txt is no text in UTF-8: byte 3",
        "nowhere.txt: No such file",
    ] {
        assert!(said.contains(sentence), "{said}");
    }
    let short = file(folder.path(), "short.txt", b"a few words");
    let said = refused(&["corpus", "--out", text(&out), "--text", text(&short)]);
    assert!(said.contains("the text is too short for a vocabulary of 1024 tokens"), "{said}");
    assert!(!out.exists());
    // One line of ten megabytes.
    let line = file(folder.path(), "line.txt", "0123456789 abcdefghi ".repeat(500_000).as_bytes());
    good(&["corpus", "--out", text(&out), "--tokens=260", "--text", text(&line)]);
    // Fewer tokens than a document has, or than are tested.
    let few = file(folder.path(), "few.txt", "some words and more words\n".repeat(80).as_bytes());
    let train = ["train", "--preset=text", "--tokens=270", "--device=cpu", "--dry-run", "--text", text(&few)];
    assert!(refused(&train).contains("tokens held out, and documents of 129 are cut out of it"), "{}", refused(&train));
    let (_, corpus) = a_corpus(folder.path());
    let many = ["train", "--preset=text", "--corpus", text(&corpus), "--eval-tokens=100000", "--device=cpu", "--dry-run"];
    assert!(refused(&many).contains("tokens are held out for tests, and 100,000 are to be tested"), "{}", refused(&many));
    assert!(refused(&["train", "--preset=text", "--device=cpu"]).contains("there is no text to learn"), "none at all");
    // A corpus that was cut short.
    let bytes = std::fs::read(&corpus).unwrap();
    let cut = file(folder.path(), "cut.corpus.safetensors", &bytes[..bytes.len() / 2]);
    assert!(
        refused(&["train", "--preset=text", "--corpus", text(&cut)]).contains("this is no corpus that can be read"),
        "cut short"
    );
}
