//! What a config must satisfy before anything is allocated.

use super::{FIELDS, Kind, RunConfig};

/// No run may hold more than this, as estimated by [`RunConfig::memory_bytes`]: 4 GiB, about what
/// one tab can address.
pub const MEMORY_LIMIT_BYTES: u64 = 4 << 30;

/// One thing wrong with a config.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} is {value}, but {allowed}")]
pub struct Problem {
    /// The field's name.
    pub field: &'static str,
    /// Its value, as text.
    pub value: String,
    /// What it must be, in words that finish the sentence "… is …, but".
    pub allowed: String,
}

impl RunConfig {
    /// Every problem at once, in the order of the fields; none means that the run can start.
    pub fn validate(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = FIELDS
            .iter()
            .filter(|field| match (field.kind, self.number(field.name)) {
                (Kind::Whole { min, max }, Some(n)) => n < min as f64 || n > max as f64,
                (Kind::Real { min, max }, Some(n)) => !(min..=max).contains(&n),
                _ => false,
            })
            .map(|field| self.problem(field.name, format!("must be {}", field.kind.range())))
            .collect();
        // What follows compares fields, and means nothing while one is out of its own range.
        if !problems.is_empty() {
            return problems;
        }
        if self.k > self.n_bits {
            problems.push(self.problem("k", format!("must be at most n_bits, which is {}", self.n_bits)));
        } else {
            let subsets = subsets_up_to(self.n_bits, self.k, self.n_tasks);
            if subsets < self.n_tasks {
                problems.push(self.problem(
                    "n_tasks",
                    format!("must be at most {subsets}: there are no more subsets of {} among {} bits", self.k, self.n_bits),
                ));
            }
        }
        let bytes = self.memory_bytes();
        if bytes > MEMORY_LIMIT_BYTES {
            let (field, name) = self.largest_share();
            problems.push(self.problem(
                field,
                format!(
                    "must be smaller: the run would hold about {:.1} GiB, over the limit of {} GiB, most of it for {name}",
                    bytes as f64 / (1u64 << 30) as f64,
                    MEMORY_LIMIT_BYTES >> 30
                ),
            ));
        }
        problems
    }

    fn problem(&self, field: &'static str, allowed: String) -> Problem {
        Problem { field, value: self.get(field).unwrap_or_default(), allowed }
    }

    /// The field that most of the memory is due to, found by putting each back to its smallest.
    fn largest_share(&self) -> (&'static str, &'static str) {
        let without = |change: fn(&mut RunConfig)| {
            let mut config = self.clone();
            change(&mut config);
            config.memory_bytes()
        };
        [
            (without(|c| c.width = 1), "width", "the parameters"),
            (without(|c| c.samples = 1), "samples", "the training samples"),
            (without(|c| c.batch_size = 1), "batch_size", "the batch"),
            (without(|c| c.eval_per_task = 1), "eval_per_task", "the test samples"),
            (without(|c| c.log_every = c.steps), "log_every", "the curves"),
        ]
        .into_iter()
        .min_by_key(|(bytes, ..)| *bytes)
        .map_or(("width", "the parameters"), |(_, field, name)| (field, name))
    }
}

/// C(n, k), or `enough` where it is at least that.
fn subsets_up_to(n: usize, k: usize, enough: usize) -> usize {
    let mut count = 1u128;
    for i in 0..k.min(n - k) {
        // Exact at every step: the product of i + 1 consecutive numbers is divisible by (i + 1)!.
        count = count * (n - i) as u128 / (i + 1) as u128;
        if count >= enough as u128 {
            return enough;
        }
    }
    count as usize
}
