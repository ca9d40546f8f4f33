//! How losses are spread over tokens: the paper's Figs 3 and 11.

/// Bins of a distribution, as in the paper.
pub const BINS: usize = 3_000;

/// The largest loss of a distribution, bits, as in the paper; larger ones count in the last bin.
pub const MOST_BITS: f32 = 30.0;

/// The distribution p(L) of losses over tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// The share of tokens in each of [`BINS`] bins from 0 to [`MOST_BITS`].
    pub shares: Vec<f64>,
}

impl Spread {
    /// Of losses in bits.
    pub fn new(losses: &[f32]) -> Self {
        let mut shares = vec![0.0; BINS];
        for loss in losses {
            shares[((loss / MOST_BITS * BINS as f32) as usize).min(BINS - 1)] += 1.0;
        }
        let all = losses.len().max(1) as f64;
        shares.iter_mut().for_each(|share| *share /= all);
        Self { shares }
    }

    /// The density p(L), a bit, in bins that are drawn: so many of the paper's bins in one.
    pub fn density(&self, together: usize) -> Vec<(f64, f64)> {
        let width = f64::from(MOST_BITS) / BINS as f64 * together as f64;
        let bin = |(at, shares): (usize, &[f64])| ((at as f64 + 0.5) * width, shares.iter().sum::<f64>() / width);
        self.shares.chunks(together).enumerate().map(bin).collect()
    }
}
