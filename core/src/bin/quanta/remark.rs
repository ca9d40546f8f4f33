//! Remarks for people, on stderr.

use std::io::Write;

/// Writes a line to stderr. A remark that cannot be written (stderr is closed, or a file on a full disk)
/// is dropped: nothing that the program does may end for want of a remark.
pub fn remark(text: &str) {
    // In one piece, so that lines of several threads do not mix.
    let _ = std::io::stderr().lock().write_all(format!("{text}\n").as_bytes());
}
