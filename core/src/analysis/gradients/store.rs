//! Sample vectors that are computed once and read often: numbers of half precision, in a scratch file where they
//! are many, so that memory does not grow with parameters times samples.

use half::f16;
use half::slice::HalfFloatSliceExt as _;

use crate::analysis::similarity::{Cosines, Gram, Rows, Sign};
use crate::analysis::{AnalysisError, threads};

/// Columns that are read at a time.
const COLUMNS: usize = 2_048;

/// Rows are made so many at a time, fewer where they are long.
const ROWS: usize = 64;

/// Numbers of the rows that are made at a time, at most, unless one row alone has more.
const MOST_MADE: usize = 1 << 23;

/// More bytes than this are kept in a scratch file.
const MOST_IN_MEMORY: u64 = 256 << 20;

/// The vectors of n samples `[n, width]`. Only their directions are kept to three digits and more; their squared
/// norms are kept beside them.
#[derive(Debug)]
pub struct Store {
    n: usize,
    width: usize,
    squares: Vec<f64>,
    kept: Kept,
}

/// Where numbers are: [`COLUMNS`] columns of all rows, then the next, row after row.
#[derive(Debug)]
enum Kept {
    Memory(Vec<f16>),
    #[cfg(not(target_family = "wasm"))]
    File(std::fs::File),
}

impl Store {
    /// Makes the vectors of all samples, each once, and keeps them.
    ///
    /// # Errors
    /// What `make` says, a vector of another length or with a number that is not finite, or no room for them.
    pub fn fill(
        n: usize,
        width: usize,
        make: impl Fn(usize) -> Result<Vec<f32>, AnalysisError> + Sync + Send,
    ) -> Result<Self, AnalysisError> {
        let mut store = Self { n, width, squares: Vec::with_capacity(n), kept: Kept::new(n, width, MOST_IN_MEMORY)? };
        let at_once = (MOST_MADE / width.max(1)).clamp(1, ROWS);
        for first in (0..n).step_by(at_once) {
            let one = |at: usize| halves(first + at, width, make(first + at)?);
            let rows = threads::map(at_once.min(n - first), one).into_iter().collect::<Result<Vec<_>, _>>()?;
            store.squares.extend(rows.iter().map(|(square, _)| *square));
            for from in (0..width).step_by(COLUMNS) {
                let len = COLUMNS.min(width - from);
                let piece: Vec<f16> = rows.iter().flat_map(|(_, row)| row[from..from + len].iter().copied()).collect();
                store.kept.write(n * from + first * len, &piece)?;
            }
        }
        Ok(store)
    }

    /// Each sample's squared norm `[n]`.
    pub fn squares(&self) -> &[f64] {
        &self.squares
    }

    /// The cosines of the vectors.
    ///
    /// # Errors
    /// Those of [`Gram::cosines`], or a scratch file that cannot be read.
    pub fn cosines(&self, sign: Sign) -> Result<Cosines, AnalysisError> {
        let mut gram = Gram::new(self.n, sign);
        let mut numbers = Vec::new();
        for from in (0..self.width).step_by(COLUMNS) {
            let len = COLUMNS.min(self.width - from);
            numbers.resize(self.n * len, 0f32);
            self.kept.read(self.n * from, &mut numbers)?;
            gram.add(Rows::new(self.n, len, &numbers)?)?;
        }
        gram.cosines()
    }
}

/// A row scaled to a mean square of 1, so that its numbers are in the middle of what half precision holds, and its
/// squared norm before.
fn halves(sample: usize, width: usize, row: Vec<f32>) -> Result<(f64, Vec<f16>), AnalysisError> {
    if row.len() != width {
        return Err(AnalysisError::Shape { what: "numbers of sample vectors", found: row.len(), expected: width });
    }
    if let Some(position) = row.iter().position(|value| !value.is_finite()) {
        return Err(AnalysisError::NotFinite { sample, position, value: row[position] });
    }
    let square: f64 = row.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
    let scale = if square > 0.0 { (width as f64 / square).sqrt() } else { 0.0 };
    Ok((square, row.iter().map(|x| f16::from_f64(f64::from(*x) * scale)).collect()))
}

impl Kept {
    /// Room for so many rows and columns: in memory up to so many bytes.
    fn new(n: usize, width: usize, most: u64) -> Result<Self, AnalysisError> {
        let bytes = 2 * n as u64 * width as u64;
        if bytes <= most {
            return Ok(Self::Memory(vec![f16::ZERO; n * width]));
        }
        #[cfg(not(target_family = "wasm"))]
        {
            let file = tempfile::tempfile().and_then(|file| file.set_len(bytes).map(|()| file));
            file.map(Self::File).map_err(|why| scratch(bytes, &why))
        }
        // A tab has no files; two thirds of what it can address are left to the rest.
        #[cfg(target_family = "wasm")]
        match bytes <= 5 * MOST_IN_MEMORY {
            true => Ok(Self::Memory(vec![f16::ZERO; n * width])),
            false => Err(AnalysisError::Memory { samples: n, gib: bytes as f64 / f64::from(1 << 30) }),
        }
    }

    /// Writes numbers from the number `at` on.
    fn write(&mut self, at: usize, numbers: &[f16]) -> Result<(), AnalysisError> {
        match self {
            Self::Memory(kept) => kept[at..at + numbers.len()].copy_from_slice(numbers),
            #[cfg(not(target_family = "wasm"))]
            Self::File(file) => {
                use std::io::{Seek as _, SeekFrom, Write as _};
                let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
                let written = file.seek(SeekFrom::Start(2 * at as u64)).and_then(|_| file.write_all(&bytes));
                written.map_err(|why| scratch(bytes.len() as u64, &why))?;
            }
        }
        Ok(())
    }

    /// Reads as many numbers as there is room for, from the number `at` on.
    fn read(&self, at: usize, numbers: &mut [f32]) -> Result<(), AnalysisError> {
        match self {
            Self::Memory(kept) => kept[at..at + numbers.len()].convert_to_f32_slice(numbers),
            #[cfg(not(target_family = "wasm"))]
            Self::File(file) => {
                use std::io::{Read as _, Seek as _, SeekFrom};
                let mut raw = vec![0u8; 2 * numbers.len()];
                let mut file = file;
                let read = file.seek(SeekFrom::Start(2 * at as u64)).and_then(|_| file.read_exact(&mut raw));
                read.map_err(|why| scratch(raw.len() as u64, &why))?;
                let halves: Vec<f16> = raw.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes)).collect();
                halves.convert_to_f32_slice(numbers);
            }
        }
        Ok(())
    }
}

#[cfg(not(target_family = "wasm"))]
fn scratch(bytes: u64, why: &std::io::Error) -> AnalysisError {
    let folder = std::env::temp_dir().display().to_string();
    AnalysisError::Scratch { gib: bytes as f64 / f64::from(1 << 30), folder, why: why.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    fn rows(n: usize, width: usize) -> Vec<Vec<f32>> {
        let mut rng = Rng::new(3, Stream::Clusters, 0);
        // Of very different lengths, far from what half precision holds.
        let size = |sample: usize| 10f32.powi(sample as i32 % 9 * 3 - 12);
        (0..n).map(|sample| (0..width).map(|_| size(sample) * rng.symmetric(1.0)).collect()).collect()
    }

    #[test]
    fn cosines_are_those_of_the_rows_wherever_they_are_kept() {
        let (n, width) = (70, COLUMNS + 300);
        let rows = rows(n, width);
        let expected = |sign: Sign| {
            let scaled: Vec<f32> = rows
                .iter()
                .flat_map(|row| {
                    let norm = row.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
                    row.iter().map(move |x| (f64::from(*x) / norm) as f32)
                })
                .collect();
            let mut gram = Gram::new(n, sign);
            gram.add(Rows::new(n, width, &scaled).unwrap()).unwrap();
            gram.cosines().unwrap()
        };
        let memory = Store::fill(n, width, |sample| Ok(rows[sample].clone())).unwrap();
        assert!(matches!(memory.kept, Kept::Memory(_)));
        let mut file = Store { kept: Kept::new(n, width, 0).unwrap(), squares: memory.squares.clone(), ..memory };
        assert!(matches!(file.kept, Kept::File(_)));
        let Kept::Memory(numbers) = &memory.kept else { panic!("in memory") };
        file.kept.write(0, numbers).unwrap();
        for (sample, row) in rows.iter().enumerate() {
            let square: f64 = row.iter().map(|x| f64::from(*x).powi(2)).sum();
            assert!((memory.squares()[sample] / square - 1.0).abs() < 1e-12);
        }
        for sign in [Sign::Signed, Sign::Absolute] {
            let (found, expected) = (memory.cosines(sign).unwrap(), expected(sign));
            assert_eq!(found, file.cosines(sign).unwrap());
            let far = found.matrix.values().iter().zip(expected.matrix.values()).map(|(a, b)| (a - b).abs());
            assert!(far.fold(0.0, f32::max) < 1e-4);
        }
    }

    #[test]
    fn a_row_that_does_not_fit_is_said() {
        let mut all = rows(3, 5);
        all[2][4] = f32::NAN;
        let nan = Store::fill(3, 5, |sample| Ok(all[sample].clone())).unwrap_err();
        assert!(matches!(nan, AnalysisError::NotFinite { sample: 2, position: 4, .. }), "{nan}");
        let short = Store::fill(3, 6, |sample| Ok(all[sample].clone())).unwrap_err();
        assert_eq!(short, AnalysisError::Shape { what: "numbers of sample vectors", found: 5, expected: 6 });
        let zero = Store::fill(2, 4, |_| Ok(vec![0.0; 4])).unwrap();
        assert_eq!((zero.squares(), zero.cosines(Sign::Signed)), (&[0.0, 0.0][..], Err(AnalysisError::AllZero(2))));
    }
}
