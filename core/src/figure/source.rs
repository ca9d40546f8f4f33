//! What figures ask of settings, records and evaluations, a function for each question. No other
//! file of the figures reads a setting of a task.
//!
//! Quanta may be planted (their use frequencies and their losses before and after learning are
//! known), found (there are so many, and no more is known) or absent.

use super::text::{brief, whole};
use crate::config::RunConfig;
use crate::event::Evaluation;
use crate::fit::{self, EMERGENCE_BITS, FitError, PowerLaw};
use crate::paper;
use crate::record::Record;
use crate::task::Noun;
use crate::theory::{Resource, Theory};

/// When a subtask counts as learned in a sweep, in words that follow “its loss is”.
pub(crate) const LEARNED: &str = "under 0.1 bits";

/// When a quantum of a run counts as learned, in words that follow “its loss is”.
pub(crate) fn learned_words(record: &Record) -> &'static str {
    record.quanta.learned_words()
}

/// What the quanta of a run are called.
pub(crate) fn noun(record: &Record) -> Noun {
    record.config.task.noun()
}

/// Why a figure has nothing to say of quanta.
pub(crate) const NO_QUANTA: &str = "this run has no quanta to show";

/// Why a figure has nothing to say of use frequencies.
pub(crate) const NO_FREQUENCIES: &str = "the use frequencies of these quanta are not known";

/// How many quanta a run has; 0 where it has none.
pub(crate) fn quanta_count(record: &Record) -> usize {
    record.quanta.len()
}

/// The use frequency of each quantum, the most used first; `None` where they are not known.
pub(crate) fn frequencies(record: &Record) -> Option<Vec<f64>> {
    let p = record.quanta.p();
    (!p.is_empty()).then(|| p.to_vec())
}

/// The loss of a quantum's samples before and after it is learned, in bits.
pub(crate) fn ends(record: &Record, quantum: usize) -> (f64, f64) {
    let (before, after) = record.quanta.losses().get(quantum).copied().unwrap_or((1.0, 0.0));
    (f64::from(before), f64::from(after))
}

/// The ends that all quanta of a run share, in bits; `None` where they differ.
pub(crate) fn shared_ends(record: &Record) -> Option<(f64, f64)> {
    record
        .quanta
        .shared_losses()
        .map(|(before, after)| (f64::from(before), f64::from(after)))
        .or((quanta_count(record) == 0).then_some((1.0, 0.0)))
}

/// The mean loss with nothing learned, in bits, where it is known.
pub(crate) fn start(record: &Record) -> Option<f64> {
    let quanta = &record.quanta;
    let known = !quanta.p().is_empty();
    known.then(|| quanta.p().iter().zip(quanta.losses()).map(|(p, (before, _))| p * f64::from(*before)).sum())
}

/// The model of a run's quanta, where their frequencies follow a power law.
pub(crate) fn theory(record: &Record) -> Option<Theory> {
    Theory::of_quanta(&record.quanta)
}

/// The steps a run is to take.
pub(crate) fn steps(record: &Record) -> u64 {
    record.config.training.steps
}

/// The mean test loss of an evaluation, in bits.
pub(crate) fn mean_loss(evaluation: &Evaluation) -> f64 {
    f64::from(evaluation.loss_bits)
}

/// The loss of each quantum at an evaluation, in bits, the most used first; empty where it has none.
pub(crate) fn quantum_losses(evaluation: &Evaluation) -> &[f32] {
    &evaluation.quantum_loss_bits
}

/// How many quanta are learned at an evaluation.
pub(crate) fn learned(evaluation: &Evaluation) -> usize {
    evaluation.learned
}

/// Whether a quantum with that loss, in bits, counts as learned.
pub(crate) fn is_learned(record: &Record, quantum: usize, loss: f32) -> bool {
    quantum < record.quanta.len() && loss < record.quanta.threshold(quantum)
}

/// Whether a quantum with that loss, in bits, counts as learned in a sweep.
pub(crate) fn is_learned_in_sweep(loss: f32) -> bool {
    loss < EMERGENCE_BITS
}

/// The first evaluation at which each quantum counts as learned, the most used first.
pub(crate) fn emergence_steps(record: &Record) -> Vec<Option<u64>> {
    fit::emergence_steps(record)
}

/// The same for one quantum.
pub(crate) fn emergence_step(record: &Record, quantum: usize) -> Option<u64> {
    let has_emerged = |e: &&Evaluation| quantum_losses(e).get(quantum).is_some_and(|loss| is_learned(record, quantum, *loss));
    record.evaluations.iter().find(has_emerged).map(|evaluation| evaluation.step)
}

/// The power law of the mean loss against the step.
pub(crate) fn loss_law(record: &Record, range: Option<(f64, f64)>) -> Result<PowerLaw, FitError> {
    fit::loss_law(record, range)
}

/// The power law of the step of emergence against use frequency, or why there is none.
pub(crate) fn emergence_law(record: &Record) -> Result<PowerLaw, String> {
    if frequencies(record).is_none() {
        return Err(NO_FREQUENCIES.into());
    }
    fit::emergence_law(record).map_err(|error| error.to_string())
}

/// Whether a run has the settings of the paper's Figs 2, 7 and 8.
pub(crate) fn is_the_papers(record: &Record) -> bool {
    paper::is_its_run(&record.config)
}

/// A run's settings as a sentence: “100 subtasks at α = 0.4, each the parity of 3 of 50 bits; …”.
pub(crate) fn settings_sentence(record: &Record) -> String {
    record.config.settings_in_words()
}

/// How far a run has come, as a sentence; empty before the first evaluation.
pub(crate) fn standing_sentence(record: &Record) -> String {
    let Some(last) = record.last() else { return String::new() };
    format!(
        "At step {} of {} the loss is {} bits and {} {} are learned.",
        whole(last.step as f64),
        whole(steps(record) as f64),
        brief(mean_loss(last)),
        whole(learned(last) as f64),
        noun(record).many
    )
}

/// The number of quanta and the α of a config.
pub(crate) fn quanta_of(config: &RunConfig) -> (usize, f64) {
    let quanta = config.quanta();
    (quanta.len(), quanta.alpha().unwrap_or_default())
}

/// Which repetition of its settings a config is.
pub(crate) fn seed(config: &RunConfig) -> u64 {
    config.training.repetition()
}

/// How much of a resource a run was given; `None` where the resource is not counted for it (fresh
/// data has no number of samples) or grows within the run (steps).
pub(crate) fn amount(config: &RunConfig, resource: Resource) -> Option<f64> {
    match resource {
        Resource::Parameters => Some(config.parameters() as f64),
        Resource::Data => (config.training.samples > 0).then_some(config.training.samples as f64),
        Resource::Steps => None,
    }
}

/// The resource that a sweep over these fields varies.
pub(crate) fn resource_of(varies: impl Fn(&str) -> bool) -> Resource {
    if varies("samples") {
        Resource::Data
    } else if varies("width") || varies("depth") {
        Resource::Parameters
    } else {
        Resource::Steps
    }
}

/// A config without its seed and without what differs within a sweep over the resource.
pub(crate) fn shared_config(config: &RunConfig, resource: Resource) -> RunConfig {
    let mut shared = config.clone();
    shared.training.seed = 0;
    match resource {
        // What sets a model's size; a model that lacks one of these has no use for it.
        Resource::Parameters => ["width", "depth"].iter().for_each(|name| drop(shared.set(name, "1"))),
        Resource::Data => shared.training.samples = 0,
        Resource::Steps => (),
    }
    shared
}

/// What all points of a sweep share beside its quanta, in words: “width 500, batch 20,000”.
pub(crate) fn sweep_settings(config: &RunConfig, resource: Resource) -> String {
    let mut parts = Vec::new();
    if resource != Resource::Parameters {
        parts.extend(width(config));
    }
    parts.push(format!("batch {}", whole(config.training.batch_size as f64)));
    if resource != Resource::Steps {
        parts.push(format!("{} steps", whole(config.training.steps as f64)));
    }
    if resource == Resource::Data && config.measurement.patience > 0 {
        parts.push(format!("stopped {} evaluations after the lowest", config.measurement.patience));
    }
    parts.join(", ")
}

/// What all points of one run over its own steps share, in words.
pub(crate) fn run_settings(config: &RunConfig) -> String {
    let batch = format!("batch {}", whole(config.batch() as f64));
    width(config).into_iter().chain([batch]).collect::<Vec<_>>().join(", ")
}

/// “width 500”, of a model that has one.
fn width(config: &RunConfig) -> Option<String> {
    config.number("width").map(|width| format!("width {}", whole(width)))
}

/// What sets one config apart from the others: `α = 0.4`, or further settings by their labels.
pub(crate) fn distinction(configs: &[RunConfig], index: usize) -> String {
    let config = &configs[index];
    let differing: Vec<&str> = configs.iter().flat_map(|other| config.differences(other)).collect();
    let part = |name: &str, label: &str| match (name, config.get(name).unwrap_or_default()) {
        ("alpha", value) => format!("α = {value}"),
        (_, value) => format!("{} {value}", label.to_ascii_lowercase()),
    };
    let fields = config.fields().into_iter().filter(|field| differing.contains(&field.name));
    fields.map(|field| part(field.name, field.label)).collect::<Vec<_>>().join(", ")
}
