//! Settings in words, for captions and forms.

use super::{Group, RunConfig};
use crate::figure::whole;

impl RunConfig {
    /// The task in words, without a full stop: “100 subtasks at α = 0.4, each the parity of 3 of 50 bits”.
    pub fn task_in_words(&self) -> String {
        self.task.in_words()
    }

    /// The settings of a caption: what tells one run from another, with a full stop.
    pub fn settings_in_words(&self) -> String {
        let data = match self.training.samples {
            0 => "fresh data".to_owned(),
            samples => format!("{} training samples", whole(samples as f64)),
        };
        let width = self.number("width").map(|width| format!("width {}, ", whole(width))).unwrap_or_default();
        let (task, batch, seed) = (self.task_in_words(), whole(self.batch() as f64), self.training.seed);
        let own = [("task", "seed_task"), ("start", "seed_model"), ("data", "seed_data")];
        let own = own.map(|(what, name)| (what, self.get(name).unwrap_or_default()));
        let own: Vec<String> = own.iter().filter(|(_, seed)| seed != "0").map(|(what, seed)| format!("{what} {seed}")).collect();
        let own = if own.is_empty() { String::new() } else { format!(" ({})", own.join(", ")) };
        format!("{task}; {width}batch {batch}, {data}, seed {seed}{own}.")
    }

    /// The values of a group that matter most, in a line.
    pub fn digest(&self, group: Group) -> String {
        match group {
            Group::Task => self.task.settings().digest(),
            Group::Model => {
                let width = self.number("width").map(|width| format!("width {}, ", whole(width))).unwrap_or_default();
                let depth = self.number("depth").filter(|depth| *depth > 1.0);
                let layers = depth.map(|depth| format!("{depth} layers, ")).unwrap_or_default();
                format!("{width}{layers}{} parameters", whole(self.parameters() as f64))
            }
            Group::Training => {
                format!("{} steps of {} samples", whole(self.training.steps as f64), whole(self.batch() as f64))
            }
            Group::Measurement => format!("{} evaluations", whole(self.log_steps().len() as f64)),
        }
    }
}
