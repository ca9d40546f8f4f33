//! The only source of randomness: ChaCha8 as a counter-based generator.
//!
//! `(seed, stream, index)` alone determines a sequence of words: subsets, initial weights and batches
//! are the same natively, in wasm and on every device, in whatever order they are drawn. Resuming a
//! run therefore needs no generator state, only the step.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng as _};

/// The purpose of a sequence of random words. The discriminants are part of the file format: runs are
/// reproducible only as long as they do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Stream {
    /// The subsets of bits that define the subtasks; index 0.
    Subsets = 1,
    /// Initial parameters; the index is the layer.
    Parameters = 2,
    /// Subtask codes of a training batch; the index is the step.
    TrainCodes = 3,
    /// Bits of a training batch; the index is the step.
    TrainBits = 4,
    /// Subtask codes of a data set of D samples; index 0.
    DataCodes = 5,
    /// Bits of a data set of D samples; index 0.
    DataBits = 6,
    /// The order of a data set in one epoch; the index is the epoch.
    Shuffle = 7,
    /// Bits of one subtask's test samples at one evaluation; the index is step · n_tasks + subtask.
    TestBits = 8,
    /// Resampling in the bootstrap of a fit; the index is the resample.
    Bootstrap = 9,
    /// Parameters and moments of a device's self-test; the index is the array's place in it.
    SelfTest = 10,
    /// What a planted language says: its facts and phrases; index 0.
    Language = 11,
    /// A training document; the index is step · batch size + place in the batch.
    TrainDocuments = 12,
    /// A document of a data set; the index is its place there.
    DataDocuments = 13,
    /// A test document; the index is draw · documents + place in the test.
    TestDocuments = 14,
    /// The order of the quanta in a round of test sentences; the index is the round.
    TestLayout = 15,
    /// Starts of a clustering; the index is the start.
    Clusters = 40,
    /// Random labels and shuffled similarities that a clustering is held against; the index is the draw.
    Nulls = 41,
    /// Which samples a clustering's stability is measured on; the index is the draw.
    Subsamples = 42,
    /// Points of the Gaussian toy; the index is the part (centres, points).
    Gaussians = 43,
    /// The signs of random projections; the index is twice the layer, and one more for its inputs.
    Projections = 44,
    /// The halves of a causal check of clusters; the index is the cluster, random ones after the others.
    Halves = 50,
}

/// A sequence of random words, determined by seed, stream and index.
pub struct Rng(ChaCha8Rng);

impl Rng {
    /// Starts the sequence of `(seed, stream, index)`.
    pub fn new(seed: u64, stream: Stream, index: u64) -> Self {
        let mut key = *b"________________quanta lab, v. 1";
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&(stream as u64).to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(index);
        Self(generator)
    }

    /// Returns the next word.
    pub fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Fills `words` with the next words.
    pub fn fill(&mut self, words: &mut [u32]) {
        // The generator fills bytes in little-endian order of its words, so reading them back as
        // little-endian gives the same words on every machine.
        let mut bytes = [0u8; 1024];
        for chunk in words.chunks_mut(bytes.len() / 4) {
            let bytes = &mut bytes[..chunk.len() * 4];
            self.0.fill_bytes(bytes);
            for (word, four) in chunk.iter_mut().zip(bytes.chunks_exact(4)) {
                *word = u32::from_le_bytes([four[0], four[1], four[2], four[3]]);
            }
        }
    }

    /// Returns a whole number in `0..bound` without bias (Lemire 2019). `bound` must be positive.
    pub fn below(&mut self, bound: u32) -> u32 {
        debug_assert!(bound > 0);
        loop {
            let product = u64::from(self.next_u32()) * u64::from(bound);
            // Rejects words whose product has a low half under `2^32 mod bound`: they would bias the
            // result.
            if (product as u32) >= bound.wrapping_neg() % bound {
                return (product >> 32) as u32;
            }
        }
    }

    /// Returns `count` different whole numbers in `0..n`, ascending; any set of them is as likely as any
    /// other. `count` is at most `n`.
    pub fn choose(&mut self, n: usize, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for at in 0..count {
            let other = at + self.below((n - at) as u32) as usize;
            order.swap(at, other);
        }
        order.truncate(count);
        order.sort_unstable();
        order
    }

    /// Puts items, of which there are fewer than 2^32, in random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u32 + 1) as usize);
        }
    }

    /// Returns a number in [0, 1), on a grid of 2^-53.
    pub fn unit(&mut self) -> f64 {
        let (high, low) = (u64::from(self.next_u32()), u64::from(self.next_u32()));
        ((high << 21) ^ (low >> 11)) as f64 / (1u64 << 53) as f64
    }

    /// Returns a number in [-limit, limit), on a grid of 2^-24 of the span, so that it is exact in `f32`.
    pub fn symmetric(&mut self, limit: f32) -> f32 {
        let unit = (self.next_u32() >> 8) as f32 / (1u32 << 23) as f32 - 1.0;
        unit * limit
    }
}

/// A permutation of `0..len` that can be evaluated at any position: a six-round Feistel network over
/// the smallest even number of bits that holds `len`, applied until the result is less than `len`.
///
/// With it an epoch over D samples needs no array of D indices and no state in a checkpoint.
#[derive(Clone, Debug)]
pub struct Permutation {
    len: u64,
    half_bits: u32,
    keys: [u32; Self::ROUNDS],
}

impl Permutation {
    const ROUNDS: usize = 6;

    /// Returns the permutation of `0..len` for `seed` and epoch `index`, from [`Stream::Shuffle`].
    pub fn new(seed: u64, index: u64, len: u64) -> Self {
        Self::of_stream(seed, Stream::Shuffle, index, len)
    }

    /// [`new`](Self::new) from another stream.
    pub fn of_stream(seed: u64, stream: Stream, index: u64, len: u64) -> Self {
        let mut rng = Rng::new(seed, stream, index);
        let mut keys = [0; Self::ROUNDS];
        rng.fill(&mut keys);
        let bits = 64 - len.saturating_sub(1).leading_zeros();
        Self { len, half_bits: bits.div_ceil(2).max(1), keys }
    }

    /// Returns the image of `index`, which must be less than `len`.
    pub fn at(&self, index: u64) -> u64 {
        debug_assert!(index < self.len);
        let mut value = index;
        loop {
            value = self.round_trip(value);
            if value < self.len {
                return value;
            }
        }
    }

    fn round_trip(&self, value: u64) -> u64 {
        let mask = (1u64 << self.half_bits) - 1;
        let (mut left, mut right) = (value >> self.half_bits, value & mask);
        for key in self.keys {
            let mixed = mix((right as u32) ^ key);
            (left, right) = (right, (left ^ u64::from(mixed)) & mask);
        }
        (left << self.half_bits) | right
    }
}

/// The finaliser of MurmurHash3: every input bit reaches every output bit.
fn mix(mut word: u32) -> u32 {
    word ^= word >> 16;
    word = word.wrapping_mul(0x85eb_ca6b);
    word ^= word >> 13;
    word = word.wrapping_mul(0xc2b2_ae35);
    word ^ (word >> 16)
}

#[cfg(test)]
mod tests {
    use super::{Permutation, Rng, Stream};
    use proptest::{prop_assert, proptest};

    proptest! {
        #[test]
        fn a_permutation_visits_every_index_once(seed: u64, len in 1u64..3_000) {
            let permutation = Permutation::new(seed, 1, len);
            let mut seen: Vec<u64> = (0..len).map(|i| permutation.at(i)).collect();
            seen.sort_unstable();
            prop_assert!(seen.into_iter().eq(0..len));
        }

        #[test]
        fn fill_gives_the_words_of_next_u32(seed: u64, len in 0usize..700) {
            let mut filled = vec![0; len];
            Rng::new(seed, Stream::TrainBits, 3).fill(&mut filled);
            let mut rng = Rng::new(seed, Stream::TrainBits, 3);
            prop_assert!(filled.iter().all(|word| *word == rng.next_u32()));
        }
    }

    #[test]
    fn streams_seeds_and_indices_give_different_words() {
        let first = |seed, stream, index| Rng::new(seed, stream, index).next_u32();
        let words = [
            first(0, Stream::TrainBits, 0),
            first(1, Stream::TrainBits, 0),
            first(0, Stream::TrainCodes, 0),
            first(0, Stream::TrainBits, 1),
        ];
        assert!((1..4).all(|i| !words[..i].contains(&words[i])));
    }

    #[test]
    fn symmetric_is_uniform_over_its_interval() {
        let mut rng = Rng::new(1, Stream::Parameters, 0);
        let draws: Vec<f32> = (0..100_000).map(|_| rng.symmetric(0.5)).collect();
        assert!(draws.iter().all(|x| (-0.5..0.5).contains(x)));
        let mean = draws.iter().map(|x| f64::from(*x)).sum::<f64>() / 1e5;
        let square = draws.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / 1e5;
        // Mean 0 and variance 1/12, each to five standard deviations of its estimate.
        assert!(mean.abs() < 5.0 * (1.0f64 / 12.0 / 1e5).sqrt());
        assert!((square - 1.0 / 12.0).abs() < 5.0 * (1.0f64 / 180.0 / 1e5).sqrt());
    }

    #[test]
    fn unit_is_uniform_over_its_interval() {
        let mut rng = Rng::new(3, Stream::Nulls, 0);
        let draws: Vec<f64> = (0..100_000).map(|_| rng.unit()).collect();
        assert!(draws.iter().all(|x| (0.0..1.0).contains(x)));
        let mean = draws.iter().sum::<f64>() / 1e5;
        let square = draws.iter().map(|x| x * x).sum::<f64>() / 1e5;
        // Mean 1/2 and mean square 1/3, each to five standard deviations of its estimate.
        assert!((mean - 0.5).abs() < 5.0 * (1.0f64 / 12.0 / 1e5).sqrt());
        assert!((square - 1.0 / 3.0).abs() < 5.0 * (4.0f64 / 45.0 / 1e5).sqrt());
    }

    #[test]
    fn below_is_uniform() {
        let mut rng = Rng::new(2, Stream::Subsets, 0);
        let mut counts = [0u32; 7];
        (0..70_000).for_each(|_| counts[rng.below(7) as usize] += 1);
        assert!(counts.iter().all(|count| (f64::from(*count) - 10_000.0).abs() < 5.0 * 92.6));
    }
}
