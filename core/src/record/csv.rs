//! The curves as a table for a spreadsheet.

use std::fmt::Write as _;

use super::Record;

impl Record {
    /// One line an evaluation: step, mean losses, seconds, learned, then each quantum's loss (`task_1` the
    /// most frequent). Losses are in bits.
    pub fn to_csv(&self) -> String {
        let mut csv = String::from("step,loss_bits,train_loss_bits,learned,seconds");
        for task in 1..=self.quanta.len() {
            let _ = write!(csv, ",task_{task}");
        }
        csv.push('\n');
        for e in &self.evaluations {
            let train = e.train_loss_bits.map(|loss| loss.to_string()).unwrap_or_default();
            let _ = write!(csv, "{},{},{},{},{:.3}", e.step, e.loss_bits, train, e.learned, e.seconds);
            for loss in &e.quantum_loss_bits {
                let _ = write!(csv, ",{loss}");
            }
            csv.push('\n');
        }
        csv
    }
}
