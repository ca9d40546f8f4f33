//! What crosses crates is tested here: the command line, the browser end to end, the devices against
//! each other, the paper's numbers. The library is what these tests share.

pub mod server;
