//! Samples as they travel to a device.

/// Samples sorted by subtask, bits packed: all that a step reads of its data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Words of 32 bits to a sample.
    pub words: usize,
    /// The bits, `[samples, words]`; bit j of a sample is bit `j % 32` of its word `j / 32`, and
    /// bits past the last are 0.
    pub bits: Vec<u32>,
    /// The subtask of each sample, `[samples]`, never falling.
    pub codes: Vec<u32>,
    /// The right answer of each sample, `[samples]`, 0 or 1.
    pub labels: Vec<u32>,
}

impl Batch {
    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The packed bits of one sample.
    pub fn sample(&self, index: usize) -> &[u32] {
        &self.bits[index * self.words..][..self.words]
    }
}
