//! Arrays as files hold them, and how they become the decoder's.

use super::PretrainedError;

/// An array of a file: rows and columns, or one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    pub rows: usize,
    pub columns: usize,
    pub values: Vec<f32>,
}

impl Matrix {
    /// An array of that name and shape, a matrix or a vector.
    pub fn new(name: &str, shape: &[usize], expected: [usize; 2], values: Vec<f32>) -> Result<Self, PretrainedError> {
        let [rows, columns] = expected;
        let is_it = shape == [rows, columns] || rows == 1 && shape == [columns];
        if !is_it || rows.checked_mul(columns) != Some(values.len()) {
            let expected = if rows == 1 { vec![columns] } else { vec![rows, columns] };
            return Err(PretrainedError::Shape { name: name.to_owned(), found: shape.to_vec(), expected });
        }
        Ok(Self { rows, columns, values })
    }

    /// `[columns, rows]`: layers are stored by output, and the decoder has them by input.
    pub fn transposed(&self) -> Vec<f32> {
        let mut values = vec![0.0; self.values.len()];
        for (row, from) in self.values.chunks_exact(self.columns).enumerate() {
            from.iter().enumerate().for_each(|(column, value)| values[column * self.rows + row] = *value);
        }
        values
    }

    /// Some rows, in any order.
    pub fn rows(&self, rows: impl Iterator<Item = usize>) -> Self {
        let mut values = Vec::new();
        rows.for_each(|row| values.extend_from_slice(&self.values[row * self.columns..][..self.columns]));
        Self { rows: values.len() / self.columns, columns: self.columns, values }
    }

    /// Some neighbouring columns.
    pub fn columns(&self, first: usize, count: usize) -> Vec<f32> {
        self.values.chunks_exact(self.columns).flat_map(|row| row[first..][..count].iter().copied()).collect()
    }
}
