//! The FNV-1a hash, for names and checksums: it finds damage and tells contents apart, and withstands no attack.

/// A hash of words in their order.
pub struct Fnv(u64);

impl Fnv {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Takes up a word; a byte is one too.
    pub fn add(&mut self, word: impl Into<u64>) {
        self.0 = (self.0 ^ word.into()).wrapping_mul(0x0100_0000_01b3);
    }

    /// Its value.
    pub fn value(&self) -> u64 {
        self.0
    }
}
