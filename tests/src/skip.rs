//! How a test says that it checked nothing, because this machine lacks what it needs.
//!
//! This file is compiled twice: as a module of this library, and into the tests of the core crate.

use std::io::Write as _;

/// Makes a skipped test fail; set where everything is expected to be there.
const REQUIRE_ALL: &str = "QUANTA_REQUIRE_ALL";

/// Reports on stderr that `test` was skipped, and why.
///
/// # Panics
/// If `QUANTA_REQUIRE_ALL=1`.
pub fn skipped(test: &str, why: impl std::fmt::Display) {
    let line = format!("skipped: {test}: {why}");
    assert!(std::env::var(REQUIRE_ALL).as_deref() != Ok("1"), "{line}, and {REQUIRE_ALL}=1 requires it");
    say(&line);
}

/// Reports that `test` was skipped for want of something that only the network has; also where
/// `QUANTA_REQUIRE_ALL=1`.
#[allow(dead_code, reason = "the core crate's tests need no network")]
pub fn unreachable_here(test: &str, why: impl std::fmt::Display) {
    say(&format!("skipped: {test}: {why}"));
}

fn say(line: &str) {
    // Written directly, because the test harness captures `eprintln!`.
    let _ = writeln!(std::io::stderr(), "{line}");
}
