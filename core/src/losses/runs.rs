//! Losses of tokens from the lab's own runs of a text.

use super::{Document, Losses, LossesError, Model, Passage};
use crate::config::spread_over_log;
use crate::record::Record;
use crate::task::{AnyTask, TextTask};

/// Of rising steps so many, the last among them, evenly on a logarithmic axis as far as there are any.
pub fn checkpoints(steps: &[u64], count: usize) -> Vec<u64> {
    let first = steps.iter().copied().find(|step| *step > 0).unwrap_or(1);
    spread_over_log(steps, first as f64, count)
}

impl Losses {
    /// The losses of the tested tokens in runs of one text, at up to so many of the steps at which all of them
    /// were evaluated. The text must be open ([`keep`](crate::text::keep)).
    ///
    /// # Errors
    /// If a run is of another task, or tests other tokens, or the text is not open.
    pub fn of_runs(title: &str, runs: &[(String, Record)], count: usize) -> Result<Self, LossesError> {
        let Some((first_name, first)) = runs.first() else { return Err(LossesError::Empty) };
        for (name, record) in runs {
            if record.config.task.text().is_none() {
                return Err(LossesError::NotText(name.clone()));
            }
            let differs = |what: &&str| record.config.get(what) != first.config.get(what);
            if let Some(what) = ["corpus_id", "tokens", "context", "eval_tokens"].into_iter().find(differs) {
                return Err(LossesError::Differ { one: first_name.clone(), other: name.clone(), what });
            }
        }
        let AnyTask::Text(task) = first.config.build_task()? else { return Err(LossesError::NotText(first_name.clone())) };
        let evaluated = |record: &Record| record.evaluations.iter().map(|evaluation| evaluation.step).collect();
        let steps = checkpoints(&shared_steps(runs, evaluated)?, count);
        let of_run = |record: &Record| {
            let at = |step: &u64| record.evaluations.iter().find(|evaluation| evaluation.step == *step);
            steps.iter().filter_map(at).flat_map(|evaluation| evaluation.quantum_loss_bits.clone()).collect::<Vec<f32>>()
        };
        let bits = runs.iter().flat_map(|(_, record)| of_run(record)).collect();
        let models = runs.iter().map(|(_, record)| sized(record)).collect();
        Self::new(title.to_owned(), models, steps, passage(&task), bits)
    }
}

/// The steps that all runs have, rising.
///
/// # Errors
/// If there is none.
pub(super) fn shared_steps(runs: &[(String, Record)], of: impl Fn(&Record) -> Vec<u64>) -> Result<Vec<u64>, LossesError> {
    let mut all = runs.iter().map(|(_, record)| of(record));
    let first = all.next().unwrap_or_default();
    let shared = all.fold(first, |shared, steps| shared.into_iter().filter(|step| steps.contains(step)).collect());
    if shared.is_empty() { Err(LossesError::NoStep) } else { Ok(shared) }
}

/// The model of a run: named by what sets its size, which counts its parameters beside the embedding.
pub(super) fn sized(record: &Record) -> Model {
    let config = &record.config;
    let number = |name: &str| config.number(name).unwrap_or_default() as u64;
    let of_tokens = number("tokens") * number("width");
    let embeddings = if config.get("embedding").as_deref() == Some("tied") { of_tokens } else { 2 * of_tokens };
    let seed = config.training.repetition();
    Model { name: format!("width {}", number("width")), parameters: config.parameters().saturating_sub(embeddings), seed }
}

/// The windows of a test as documents.
fn passage(task: &TextTask) -> Passage {
    let windows = 0..task.test_windows();
    let batch = task.test_piece(windows.clone());
    let mut passage = Passage::default();
    let len = task.context() + 1;
    for (window, tokens) in windows.zip(batch.tokens.chunks(len)) {
        passage.documents.push(Document { name: String::new(), begins: window * len });
        for token in tokens {
            passage.bytes.extend(task.corpus().pairs.bytes(&[*token as u16]));
            passage.ends.push(passage.bytes.len() as u32);
        }
        let first = window * len + len - task.context() / 2;
        passage.places.extend((first..first + task.tested(window).len()).map(|place| place as u32));
    }
    passage
}
