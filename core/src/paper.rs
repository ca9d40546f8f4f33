//! The paper's own settings and numbers, all of them: *The Quantization Model of Neural Scaling*,
//! arXiv 2303.13506v3. Presets, sweeps, figures, the table of the reproduction and tests read them
//! here.
//!
//! Numbers that the paper does not print were read off its figures, good to ±2 %.

use crate::config::{Measurement, RunConfig, Training};
use crate::model::{MlpSettings, ModelConfig};
use crate::task::{Subtasks, TaskConfig};
use crate::theory::Resource;

/// The share by which a number read off a figure may be wrong.
pub const READING_ERROR: f64 = 0.02;

/// α of the runs of Figs 2, 7 and 8.
pub const ALPHA: f64 = 0.4;

/// Subtasks, of k = 3 of 100 bits.
pub const SUBTASKS: usize = 500;

/// Hidden units of the runs over steps and over data.
pub const WIDTH: usize = 500;

/// Optimiser steps of Fig 2.
pub const STEPS: u64 = 200_000;

/// Optimiser steps of Figs 9 and 10.
pub const SHORTER_STEPS: u64 = 100_000;

/// The widest network of Fig 10.
pub const FIG10_WIDTH: usize = 300;

/// The paper's task, model and training: 500 subtasks of 3 of 100 bits, α = 0.4, width 500, batches
/// of 20,000 samples, 1,000 test samples a subtask.
pub fn run(steps: u64) -> RunConfig {
    RunConfig {
        task: TaskConfig::Parity(Subtasks { n_tasks: SUBTASKS, n_bits: 100, k: 3, alpha: ALPHA, eval_per_task: 1_000 }),
        model: ModelConfig::Mlp(MlpSettings { width: WIDTH, ..MlpSettings::default() }),
        training: Training { batch_size: 20_000, steps, ..Training::default() },
        measurement: Measurement::default(),
    }
}

/// Whether a run has the settings of Figs 2, 7 and 8, whatever its seeds, its steps and its test samples.
pub fn is_its_run(config: &RunConfig) -> bool {
    let paper = run(config.training.steps);
    let mut ours = config.clone();
    ours.training = Training { seed: 0, seed_task: 0, seed_model: 0, seed_data: 0, ..ours.training };
    if let (TaskConfig::Parity(ours), TaskConfig::Parity(paper)) = (&mut ours.task, &paper.task) {
        ours.eval_per_task = paper.eval_per_task;
    }
    ours.task == paper.task && ours.model == paper.model && ours.training == paper.training
}

/// Slopes of Fig 2 with the range each was read over; `None` at other settings than the paper's.
pub fn exponent(resource: Resource, alpha: f64, n_tasks: usize) -> Option<(f64, &'static str)> {
    (alpha == ALPHA && n_tasks == SUBTASKS).then_some(match resource {
        Resource::Parameters => (0.45, "over N > 10⁴"),
        Resource::Steps => (0.45, "over steps 400 to 8,900"),
        Resource::Data => (0.30, "over its data sizes"),
    })
}

/// A step of Fig 2's run early in its fall, with the loss there in bits.
pub const LOSS_AT_STEP: (u64, f64) = (500, 0.72);

/// The range over which Fig 2's slope of a resource was read; `None` where the paper names none.
pub fn range(resource: Resource) -> Option<(f64, f64)> {
    match resource {
        Resource::Parameters => Some((1e4, f64::INFINITY)),
        Resource::Steps => Some((400.0, 8_900.0)),
        Resource::Data => None,
    }
}

/// The exponent of the step of emergence over use frequency (Fig 8): step ∝ p^-0.81.
pub const EMERGENCE_EXPONENT: f64 = 0.81;

/// Widths of Fig 2 at which its loss was read, with the loss in bits.
pub const LOSS_AT_WIDTH: [(usize, f64); 2] = [(9, 0.64), (500, 0.13)];

/// Sizes of Fig 2's data at which its loss was read, with the loss in bits.
pub const LOSS_AT_SAMPLES: [(u64, f64); 2] = [(50_000, 1.0), (5_000_000, 0.25)];

/// The exponents of Fig 10 at the two ends of its range of α: the lower end, the upper end.
pub fn exponents_over_alpha(resource: Resource) -> [(f64, f64); 2] {
    match resource {
        Resource::Parameters => [(0.1, 0.23), (0.8, 0.61)],
        Resource::Steps => [(0.1, 0.23), (0.8, 0.48)],
        Resource::Data => [(0.1, 0.28), (0.8, 0.40)],
    }
}

/// Widths of Fig 2: int(2^x) for 30 values of x evenly from log₂ 10 to log₂ 500, where rounding
/// makes the first of them 9.
pub const WIDTHS: &str =
    "width=9,11,13,14,17,19,22,25,29,33,38,44,50,57,66,75,86,99,113,129,148,169,194,222,254,291,333,381,436,500";

/// Sizes of Fig 2's data: int(2^x) for 30 values of x evenly from log₂ 10⁴ to log₂ (5·10⁶).
pub const SAMPLES: &str = "samples=log2:10000..5000000:30";

/// The numbers of clusters of Fig 5, as far as the reference's stored result goes; its script also
/// lists 1,200, 1,400 and 1,500.
pub const CLUSTERS: [usize; 27] = [
    10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 125, 150, 175, 200, 225, 250, 275, 300, 350, 400, 500, 600, 700, 800, 900, 1_000,
    1_100,
];

/// The tokens that Fig 5 clusters, each with a loss under [`LOW_LOSS_NATS`].
pub const SAMPLES_TO_CLUSTER: usize = 10_000;

/// The loss in nats under which a token is clustered.
pub const LOW_LOSS_NATS: f64 = 0.1;

/// The first and the last rank over which the envelope's slope of Fig 5 was fitted.
pub const RANKS: (usize, usize) = (101, 1_000);

/// α_N of Fig 3: Pythia's mean loss against its parameters beside the embedding.
pub const PYTHIA_EXPONENT: f64 = 0.083;

/// α_S of Fig 11: four of Pythia's sizes against their steps, the least and the largest.
pub const PYTHIA_STEP_EXPONENTS: (f64, f64) = (0.037, 0.060);

/// The envelope's slope of Fig 5.
pub const ENVELOPE_SLOPE: f64 = -1.24;

/// The envelope's slope of Fig 15, on sparse parity at α = 0.4, where clusters as used would have −1.4.
pub const PARITY_ENVELOPE_SLOPE: f64 = -1.1;

/// The starts of k-means.
pub const KMEANS_STARTS: usize = 30;
