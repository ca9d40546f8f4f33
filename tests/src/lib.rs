//! Tests that span crates: the command line, the page end to end in a browser, and known answers that
//! must be the same natively and in wasm. This library holds the code that they share.

pub mod server;
pub mod skip;
