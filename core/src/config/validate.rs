//! What a config must satisfy before anything is allocated.

use super::RunConfig;
use crate::settings::{Problem, Section as _};
use crate::text;

/// No run may hold more than this, as estimated by [`RunConfig::memory_bytes`].
pub const MEMORY_LIMIT_BYTES: u64 = 4 << 30;

/// No run in a tab of a browser may hold more than this: half of what one WebAssembly module can
/// address, since the page keeps a copy of the run beside the module that trains it.
pub const TAB_LIMIT_BYTES: u64 = 2 << 30;

/// What memory is spent on: the field that decides it, and its name in a sentence.
const SHARES: [(&str, &str); 6] = [
    ("width", "the parameters"),
    ("samples", "the training samples"),
    ("batch_size", "the batch"),
    ("eval_per_task", "the test samples"),
    ("snapshots", "the snapshots"),
    ("log_every", "the curves"),
];

impl RunConfig {
    /// Every problem at once, in the order of the fields; none means that the run can start.
    pub fn validate(&self) -> Vec<Problem> {
        self.problems_within(MEMORY_LIMIT_BYTES, "")
    }

    /// [`validate`](Self::validate) for a run in a tab of a browser, which holds less, and where a text must be open
    /// to be learned.
    pub fn validate_for_a_tab(&self) -> Vec<Problem> {
        let mut problems = self.problems_within(TAB_LIMIT_BYTES, " of a tab");
        if let Some(text) = self.task.text()
            && text::of_kept(text.corpus_id, |_| ()).is_none()
        {
            let allowed = "must be that of a text that is open: open one on the page Language and train there";
            problems.push(text.problem("corpus_id", allowed.into()));
        }
        problems
    }

    fn problems_within(&self, limit: u64, of: &str) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.sections().into_iter().flat_map(|section| section.problems()).collect();
        // What follows compares fields, and means nothing while one is out of its own range.
        if !problems.is_empty() {
            return problems;
        }
        problems.extend(self.task.conflicts());
        problems.extend(self.model.settings().conflicts(&self.task));
        let bytes = self.memory_bytes();
        if bytes > limit {
            let (field, name) = self.largest_share();
            let allowed = format!(
                "must be smaller: the run would hold about {:.1} GiB, over the limit of {} GiB{of}, most of it for {name}",
                bytes as f64 / (1u64 << 30) as f64,
                limit >> 30
            );
            problems.push(Problem { field, value: self.get(field).unwrap_or_default(), allowed });
        }
        problems
    }

    /// The field that most of the memory is due to, found by putting each to its smallest value.
    fn largest_share(&self) -> (&'static str, &'static str) {
        let without = |name: &str| {
            let mut config = self.clone();
            let least = if name == "log_every" { self.training.steps.to_string() } else { "1".to_owned() };
            // Without a data set there is nothing to save by a smaller one: it would cut the batch.
            if name == "samples" && self.training.samples == 0 {
                return u64::MAX;
            }
            // A task or a model that lacks the field spends nothing on it.
            let _ = config.set(name, &least);
            config.memory_bytes()
        };
        SHARES.into_iter().min_by_key(|(name, _)| without(name)).unwrap_or(SHARES[0])
    }
}
