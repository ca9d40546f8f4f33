//! Compares the paper's numbers with theory and with this project's results.
//!
//! For every number that the paper's figures show, [`table`] finds the run or sweep among the given
//! [`Results`] that reproduces it best, and notes where that was smaller than the paper's.

mod clusters;
mod find;
mod gaussians;
mod rows;
#[cfg(test)]
mod tests;
mod tokens;

use serde::Serialize;

use crate::fit::{Estimate, Uncertainty};

use crate::record::{FileKind, Record, RecordError};
use crate::sweep::{Collected, SweepError};

/// Runs and sweeps to compare with the paper, each with the name of its file.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// Single runs.
    pub runs: Vec<(String, Record)>,
    /// Collected sweeps.
    pub sweeps: Vec<(String, Collected)>,
}

impl Results {
    /// Adds a file, which may be a run or a collected sweep.
    ///
    /// # Errors
    /// If the file is neither, or cannot be read: the error of the kind that it appears to be.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), ResultError> {
        match Collected::from_bytes(bytes) {
            Ok(collected) => self.sweeps.push((name.to_owned(), collected)),
            Err(SweepError::Another(FileKind::Run)) => {
                let record = Record::from_bytes(bytes)?;
                self.runs.push((name.to_owned(), record));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

/// Why a file cannot be used as a result.
#[derive(Debug, thiserror::Error)]
pub enum ResultError {
    /// It is a run that cannot be read.
    #[error(transparent)]
    Run(#[from] RecordError),
    /// It is not a run, and cannot be read as a collected sweep.
    #[error(transparent)]
    Sweep(#[from] SweepError),
}

/// One number of the paper, and the numbers to compare it with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The paper's figure: `2, parameters`.
    pub figure: &'static str,
    /// The measured quantity, for people.
    pub quantity: String,
    /// The paper's value; read off its figures to ±2 % if it prints no number.
    pub paper: Option<f64>,
    /// The value for infinitely many quanta.
    pub theory: Option<f64>,
    /// The value of the truncated sum over the task's quanta, over the same range.
    pub truncated: Option<f64>,
    /// Our value.
    pub ours: Option<f64>,
    /// How sure that is; nothing where ours is of other settings than the paper's number.
    pub uncertainty: Option<Uncertainty>,
    /// The file that our value comes from.
    pub source: Option<String>,
    /// Seconds of training behind our value.
    pub seconds: f64,
    /// What was run and where it was smaller than the paper's, or why there is no value.
    pub remark: String,
}

impl Row {
    /// Ours with its uncertainty, in words.
    pub fn ours_in_words(&self) -> Option<String> {
        let value = self.ours?;
        Some(match self.uncertainty {
            Some(uncertainty) => Estimate { value, uncertainty }.to_string(),
            None => format!("{value:.3}"),
        })
    }

    /// Returns the difference between our value and the paper's in units of their combined standard
    /// error, with 2 % assumed for the paper's; `None` if a value or the standard error is missing.
    pub fn deviation(&self) -> Option<f64> {
        let (ours, paper) = (self.ours?, self.paper?);
        // Half of a 95 % interval is 1.96 standard deviations.
        let error = Estimate { value: ours, uncertainty: self.uncertainty? }.half_width()? / 1.96;
        Some((ours - paper) / error.hypot(crate::paper::READING_ERROR * paper))
    }
}

/// Returns a row for every number, in the order of the paper's figures.
pub fn table(results: &Results) -> Vec<Row> {
    [
        rows::parameters(results),
        rows::steps(results),
        rows::data(results),
        rows::learned(results),
        rows::exponents(results),
        clusters::rows(results),
        gaussians::rows(),
        tokens::rows(),
    ]
    .concat()
}
