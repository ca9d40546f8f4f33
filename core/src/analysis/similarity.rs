//! Similarities of sample vectors: the cosines of gradients, and the paper's affinity
//! Ĉ = 1 − arccos(C)/π (section 5 and its appendix).
//!
//! A gradient is handed in a layer at a time, so that memory is n² numbers and a few blocks however many
//! parameters there are. Of a layer either the gradients themselves are handed in ([`Gram::add`]), or,
//! for the gradient at one position, its two factors ([`Gram::add_product`]): the gradient of a linear
//! layer is δ xᵀ, so ⟨g_i, g_j⟩ = (δ_i·δ_j)(x_i·x_j).

use faer::linalg::matmul::matmul;
use faer::reborrow::ReborrowMut as _;
use faer::{Accum, MatMut, MatRef};

use super::{AnalysisError, Symmetric, threads};

/// Rows that are multiplied at a time.
const BLOCK: usize = 512;

/// Columns of which absolute values are taken at a time.
const COLUMNS: usize = 8_192;

/// A squared norm below this counts as zero: in single precision there is no direction left in it.
const LEAST_SQUARE: f32 = 1e-30;

/// A cosine this close to 1 is that of the same direction.
const SAME: f32 = 1e-6;

/// Sample vectors [n, d], row after row: gradients, projected gradients, activations. What counts is
/// their direction, so a sample may be scaled by any positive number, the same in all layers; norms near
/// 1 keep the most digits.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    n: usize,
    d: usize,
    values: &'a [f32],
}

impl<'a> Rows<'a> {
    /// Takes n·d finite numbers as rows of d.
    ///
    /// # Errors
    /// If the numbers do not fill n rows of at least one number, or one is not finite.
    pub fn new(n: usize, d: usize, values: &'a [f32]) -> Result<Self, AnalysisError> {
        if d == 0 || values.len() != n * d {
            return Err(AnalysisError::Shape { what: "numbers of sample vectors", found: values.len(), expected: n * d.max(1) });
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(AnalysisError::NotFinite { sample: at / d, position: at % d, value: values[at] });
        }
        Ok(Self { n, d, values })
    }

    /// A block of rows and columns, of the absolute values where `sign` says so; `scratch` holds them.
    fn block<'b>(&self, rows: Span, columns: Span, sign: Sign, scratch: &'b mut Vec<f32>) -> MatRef<'b, f32>
    where
        'a: 'b,
    {
        let whole = MatRef::from_row_major_slice(self.values, self.n, self.d);
        match sign {
            Sign::Signed => whole.submatrix(rows.from, columns.from, rows.len, columns.len),
            Sign::Absolute => {
                scratch.clear();
                for row in rows.from..rows.from + rows.len {
                    let from = row * self.d + columns.from;
                    scratch.extend(self.values[from..from + columns.len].iter().map(|value| value.abs()));
                }
                MatRef::from_row_major_slice(scratch, rows.len, columns.len)
            }
        }
    }
}

/// Whether vectors are compared as they are, or by their absolute values |g|.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// ⟨g_i, g_j⟩, as in the paper.
    Signed,
    /// ⟨|g_i|, |g_j|⟩: which parameters a sample uses, whichever way it moves them. Of a product δ xᵀ it
    /// is (|δ_i|·|δ_j|)(|x_i|·|x_j|).
    Absolute,
}

/// Some rows or columns that follow one another.
#[derive(Clone, Copy)]
struct Span {
    from: usize,
    len: usize,
}

fn spans(n: usize, len: usize) -> impl Iterator<Item = Span> + Clone {
    (0..n).step_by(len).map(move |from| Span { from, len: len.min(n - from) })
}

/// The Gram matrix [n, n] of samples, summed over layers.
#[derive(Clone, Debug)]
pub struct Gram {
    n: usize,
    sign: Sign,
    /// Row after row; only blocks on and above the diagonal are filled.
    sums: Vec<f32>,
}

impl Gram {
    /// Begins with zeros for n samples.
    pub fn new(n: usize, sign: Sign) -> Self {
        Self { n, sign, sums: vec![0.0; n * n] }
    }

    /// Adds the inner products of one layer's rows [n, d].
    ///
    /// # Errors
    /// If there are not n rows.
    pub fn add(&mut self, rows: Rows) -> Result<(), AnalysisError> {
        self.check(rows)?;
        let n = self.n;
        let mut sums = MatMut::from_row_major_slice_mut(&mut self.sums, n, n);
        for (i, j) in pairs(n) {
            products(rows, i, j, self.sign, sums.rb_mut().submatrix_mut(i.from, j.from, i.len, j.len), Accum::Add);
        }
        Ok(())
    }

    /// Adds (δ_i·δ_j)(x_i·x_j) of one linear layer: `deltas` [n, d_out] are the loss's gradients with
    /// respect to its outputs at one position, `inputs` [n, d_in] what went in there.
    ///
    /// # Errors
    /// If there are not n rows of each.
    pub fn add_product(&mut self, deltas: Rows, inputs: Rows) -> Result<(), AnalysisError> {
        self.check(deltas)?;
        self.check(inputs)?;
        let n = self.n;
        let (mut left, mut right) = (vec![0.0; BLOCK * BLOCK], vec![0.0; BLOCK * BLOCK]);
        for (i, j) in pairs(n) {
            let cells = i.len * j.len;
            for (rows, out) in [(deltas, &mut left), (inputs, &mut right)] {
                let out = MatMut::from_row_major_slice_mut(&mut out[..cells], i.len, j.len);
                products(rows, i, j, self.sign, out, Accum::Replace);
            }
            for row in 0..i.len {
                let from = (i.from + row) * n + j.from;
                let factors = left[row * j.len..].iter().zip(&right[row * j.len..]);
                for (sum, (left, right)) in self.sums[from..from + j.len].iter_mut().zip(factors) {
                    *sum += left * right;
                }
            }
        }
        Ok(())
    }

    /// Divides by the norms. Samples whose vector is zero are left out and counted.
    ///
    /// # Errors
    /// If a norm overflowed, all vectors are zero, fewer than two are left, or all point the same way.
    pub fn cosines(self) -> Result<Cosines, AnalysisError> {
        let Self { n, sums: mut values, .. } = self;
        if n == 0 {
            return Err(AnalysisError::TooFewSamples(0));
        }
        if let Some(sample) = (0..n).find(|i| !values[i * n + i].is_finite()) {
            return Err(AnalysisError::TooLong(sample));
        }
        let kept: Vec<usize> = (0..n).filter(|i| values[i * n + i] >= LEAST_SQUARE).collect();
        let m = kept.len();
        match m {
            0 => return Err(AnalysisError::AllZero(n)),
            1 => return Err(AnalysisError::TooFewSamples(1)),
            _ => {}
        }
        let inverse: Vec<f32> = kept.iter().map(|i| values[i * n + i].sqrt().recip()).collect();
        // In place: a pair's new position is never after its old one, and both only move forward.
        let mut least = 1f32;
        for (row, i) in kept.iter().enumerate() {
            for column in row..m {
                let cosine = (values[i * n + kept[column]] * inverse[row] * inverse[column]).clamp(-1.0, 1.0);
                values[row * m + column] = if row == column { 1.0 } else { cosine };
                least = least.min(cosine);
            }
        }
        values.truncate(m * m);
        for row in 1..m {
            for column in 0..row {
                values[row * m + column] = values[column * m + row];
            }
        }
        if least > 1.0 - SAME {
            return Err(AnalysisError::Identical(m));
        }
        Ok(Cosines { zeros: n - m, kept, matrix: Symmetric::from_values(m, values) })
    }

    fn check(&self, rows: Rows) -> Result<(), AnalysisError> {
        match rows.n == self.n {
            true => Ok(()),
            false => Err(AnalysisError::Shape { what: "sample vectors", found: rows.n, expected: self.n }),
        }
    }
}

/// Blocks of pairs on and above the diagonal.
fn pairs(n: usize) -> impl Iterator<Item = (Span, Span)> {
    spans(n, BLOCK).flat_map(move |i| spans(n, BLOCK).filter(move |j| j.from >= i.from).map(move |j| (i, j)))
}

/// Inner products of the rows `i` with the rows `j` into `out`.
fn products(rows: Rows, i: Span, j: Span, sign: Sign, mut out: MatMut<f32>, first: Accum) {
    let columns = match sign {
        Sign::Signed => rows.d,
        Sign::Absolute => COLUMNS,
    };
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let mut how = first;
    for columns in spans(rows.d, columns) {
        let left = rows.block(i, columns, sign, &mut left);
        let right = rows.block(j, columns, sign, &mut right);
        matmul(out.rb_mut(), how, left, right.transpose(), 1.0, threads::products());
        how = Accum::Add;
    }
}

/// The cosines of samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Cosines {
    /// Which of the samples handed in have a direction, ascending; row i of the matrix is `kept[i]`.
    pub kept: Vec<usize>,
    /// How many were left out because their vector is zero.
    pub zeros: usize,
    /// C [m, m] of the m samples kept, from −1 to 1.
    pub matrix: Symmetric,
}

impl Cosines {
    /// The paper's affinity Ĉ = 1 − arccos(C)/π, from 0 (opposite) to 1 (the same direction).
    pub fn angular(&self) -> Symmetric {
        let mut values = self.matrix.values().to_vec();
        threads::chunks(&mut values, 1 << 16, |_, chunk| {
            chunk.iter_mut().for_each(|value| *value = 1.0 - libm::acosf(value.clamp(-1.0, 1.0)) / std::f32::consts::PI);
        });
        Symmetric::from_values(self.matrix.n(), values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    fn random(n: usize, d: usize, index: u64) -> Vec<f32> {
        let mut rng = Rng::new(5, Stream::Clusters, index);
        (0..n * d).map(|_| rng.symmetric(1.0)).collect()
    }

    fn cosine(a: &[f32], b: &[f32]) -> f64 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    }

    #[test]
    fn cosines_are_those_of_the_rows_in_every_block() {
        // More rows than a block holds, and more columns than are made absolute at a time.
        for (n, d, sign) in [(BLOCK + 7, 5, Sign::Signed), (BLOCK + 7, 5, Sign::Absolute), (3, COLUMNS + 9, Sign::Absolute)] {
            let values = random(n, d, 0);
            let mut gram = Gram::new(n, sign);
            gram.add(Rows::new(n, d, &values).unwrap()).unwrap();
            let found = gram.cosines().unwrap();
            assert_eq!((found.zeros, found.kept.len()), (0, n));
            let seen: Vec<f32> = match sign {
                Sign::Signed => values,
                Sign::Absolute => values.iter().map(|value| value.abs()).collect(),
            };
            for (i, j) in [(0, 1), (0, n - 1), (n - 1, 0), (n - 2, n - 1), (n / 2, n / 2)] {
                let expected = cosine(&seen[i * d..(i + 1) * d], &seen[j * d..(j + 1) * d]);
                assert!((f64::from(found.matrix.at(i, j)) - expected).abs() < 1e-5, "{i} {j} {sign:?}");
                assert_eq!(found.matrix.at(i, j), found.matrix.at(j, i));
            }
        }
    }

    #[test]
    fn factors_give_the_cosines_of_their_outer_products_over_all_layers() {
        let (n, out, inner) = (BLOCK + 3, 3, 4);
        let layers = [(random(n, out, 1), random(n, inner, 2)), (random(n, out, 3), random(n, inner, 4))];
        for sign in [Sign::Signed, Sign::Absolute] {
            let (mut local, mut explicit) = (Gram::new(n, sign), Gram::new(n, sign));
            for (deltas, inputs) in &layers {
                local.add_product(Rows::new(n, out, deltas).unwrap(), Rows::new(n, inner, inputs).unwrap()).unwrap();
                let outer: Vec<f32> = (0..n)
                    .flat_map(|i| {
                        deltas[i * out..(i + 1) * out]
                            .iter()
                            .flat_map(move |delta| (0..inner).map(move |x| (delta, i * inner + x)))
                    })
                    .map(|(delta, x)| delta * inputs[x])
                    .collect();
                explicit.add(Rows::new(n, out * inner, &outer).unwrap()).unwrap();
            }
            let (local, explicit) = (local.cosines().unwrap().matrix, explicit.cosines().unwrap().matrix);
            let far = local.values().iter().zip(explicit.values()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(far < 1e-5, "{far}");
        }
    }

    #[test]
    fn the_angular_form_is_linear_in_the_angle() {
        let values = [1.0, 0.0, 0.0, 2.0, -3.0, 0.0, 1.0, 1.0];
        let mut gram = Gram::new(4, Sign::Signed);
        gram.add(Rows::new(4, 2, &values).unwrap()).unwrap();
        let angular = gram.cosines().unwrap().angular();
        for (i, j, expected) in [(0, 0, 1.0), (0, 1, 0.5), (0, 2, 0.0), (0, 3, 0.75), (2, 3, 0.25)] {
            assert!((angular.at(i, j) - expected).abs() < 1e-5, "{i} {j}: {}", angular.at(i, j));
        }
    }

    #[test]
    fn zero_vectors_are_left_out_and_counted() {
        let values = [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 2.0];
        let mut gram = Gram::new(5, Sign::Signed);
        gram.add(Rows::new(5, 2, &values).unwrap()).unwrap();
        let found = gram.cosines().unwrap();
        assert_eq!((found.kept, found.zeros), (vec![1, 3, 4], 2));
        let half = 0.5f32.sqrt();
        let expected = [1.0, half, 0.0, half, 1.0, half, 0.0, half, 1.0];
        assert!(found.matrix.values().iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{:?}", found.matrix);
    }

    #[test]
    fn vectors_without_directions_to_compare_are_refused() {
        let of = |n: usize, values: &[f32]| {
            let mut gram = Gram::new(n, Sign::Signed);
            gram.add(Rows::new(n, 2, values)?)?;
            gram.cosines()
        };
        assert_eq!(of(2, &[0.0; 4]), Err(AnalysisError::AllZero(2)));
        assert_eq!(of(1, &[1.0, 2.0]), Err(AnalysisError::TooFewSamples(1)));
        assert_eq!(of(2, &[1.0, 2.0, 0.0, 0.0]), Err(AnalysisError::TooFewSamples(1)));
        assert_eq!(of(0, &[]), Err(AnalysisError::TooFewSamples(0)));
        assert_eq!(of(3, &[1.0, 2.0, 2.0, 4.0, 0.5, 1.0]), Err(AnalysisError::Identical(3)));
        assert_eq!(of(2, &[1e30, 0.0, 0.0, 1.0]), Err(AnalysisError::TooLong(0)));
        let nan = of(2, &[1.0, 2.0, f32::NAN, 0.0]).unwrap_err();
        assert!(matches!(nan, AnalysisError::NotFinite { sample: 1, position: 0, .. }), "{nan}");
        assert!(matches!(of(3, &[1.0; 4]), Err(AnalysisError::Shape { .. })));
    }
}
