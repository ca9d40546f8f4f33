//! Checks that the program starts. As an integration test of this package it also makes cargo build
//! `quanta` whenever the tests are built, for the tests in `tests/` that run it.
#![cfg(feature = "cli")]

#[test]
fn the_program_starts() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_quanta")).arg("--version").output().expect("it starts");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), quanta_core::record::program());
}
