//! The paper's headlines beside theory and this project's own results.
//!
//! [`table`] goes through every number of the paper that a figure of it carries, finds the run or
//! sweep among the given [`Results`] that shows it best, and says what that was and where it was
//! less than the paper's.

mod find;
mod rows;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::record::{Record, RecordError};
use crate::sweep::{Collected, SweepError};

/// Runs and sweeps to be held against the paper, each with the name of its file.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// Single runs.
    pub runs: Vec<(String, Record)>,
    /// Collected sweeps.
    pub sweeps: Vec<(String, Collected)>,
}

impl Results {
    /// Adds a file of that name, be it a run or a collected sweep. One that is neither gives the error
    /// of the kind that it seems to be.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), ResultError> {
        match Collected::from_bytes(bytes) {
            Ok(collected) => self.sweeps.push((name.to_owned(), collected)),
            Err(SweepError::Collected(reason)) if reason.contains("quanta-lab-run") => {
                let record = Record::from_bytes(bytes)?;
                self.runs.push((name.to_owned(), record));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

/// Why a file is no result.
#[derive(Debug, thiserror::Error)]
pub enum ResultError {
    /// A run that cannot be read.
    #[error(transparent)]
    Run(#[from] RecordError),
    /// Neither a run nor a collected sweep that can be read.
    #[error(transparent)]
    Sweep(#[from] SweepError),
}

/// One number of the paper, and what there is to hold against it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The paper's figure: `2, parameters`.
    pub figure: &'static str,
    /// What is measured, in words.
    pub quantity: String,
    /// What the paper shows; read off its figures to ±2 % where it prints no number.
    pub paper: Option<f64>,
    /// What the theory of infinitely many quanta says.
    pub theory: Option<f64>,
    /// What the sum over the task's finitely many says, over the same range.
    pub truncated: Option<f64>,
    /// What came out here.
    pub ours: Option<f64>,
    /// Its standard error: of a fit, or of the mean over seeds.
    pub standard_error: Option<f64>,
    /// The file it comes from.
    pub source: Option<String>,
    /// The seconds of training behind it.
    pub seconds: f64,
    /// What was run, and where that is less than the paper's; or why there is nothing.
    pub remark: String,
}

impl Row {
    /// How far ours is from the paper's, in standard errors of the two together; nothing where one
    /// of them is missing. The paper's value is taken to be good to 2 %.
    pub fn deviation(&self) -> Option<f64> {
        let (ours, paper, error) = (self.ours?, self.paper?, self.standard_error?);
        Some((ours - paper) / error.hypot(crate::paper::READING_ERROR * paper))
    }
}

/// Every headline, in the order of the paper's figures.
pub fn table(results: &Results) -> Vec<Row> {
    [rows::parameters(results), rows::steps(results), rows::data(results), rows::learned(results), rows::exponents(results)]
        .concat()
}
