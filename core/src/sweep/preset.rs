//! The paper's sweeps, each also in a small version that two cores finish within an hour.

use super::{Dimension, Manifest, SweepError};
use crate::config::{LogSchedule, Measurement, Preset, RunConfig, preset};
use crate::paper::{self, FIG10_WIDTH, SHORTER_STEPS, STEPS};

/// A named sweep.
#[derive(Clone, Copy, Debug)]
pub struct SweepPreset {
    /// Its name in commands.
    pub name: &'static str,
    /// What it shows and what to look for.
    pub look_for: &'static str,
    base: fn() -> RunConfig,
    over: &'static [&'static str],
}

/// Finds a sweep by its name.
pub fn sweep_preset(name: &str) -> Option<&'static SweepPreset> {
    SWEEPS.iter().find(|preset| preset.name == name)
}

impl SweepPreset {
    /// The settings that all its runs share.
    pub fn base(&self) -> RunConfig {
        (self.base)()
    }

    /// The fields that it varies.
    pub fn over(&self) -> Result<Vec<Dimension>, SweepError> {
        self.over.iter().map(|text| Dimension::parse(text)).collect()
    }

    /// Its manifest, with the command that makes it.
    pub fn manifest(&self) -> Result<Manifest, SweepError> {
        let mut manifest = Manifest::grid(self.base(), self.over()?)?;
        manifest.name = self.name.to_owned();
        manifest.command = format!("quanta sweep --preset {}", self.name);
        Ok(manifest)
    }
}

/// The paper's task in a smaller model, trained for less long on smaller batches.
fn small(width: usize, batch_size: usize, steps: u64) -> RunConfig {
    let mut config = of_width(width, paper::run(steps));
    config.training.batch_size = batch_size;
    let _ = config.set("eval_per_task", "200");
    config
}

/// The same with a network of another width.
fn of_width(width: usize, mut config: RunConfig) -> RunConfig {
    // A test makes every preset and finds the width in it.
    let _ = config.set("width", &width.to_string());
    config
}

/// A hundred subtasks of 50 bits in place of the paper's.
fn fewer_subtasks(mut config: RunConfig) -> RunConfig {
    for (name, value) in [("n_tasks", "100"), ("n_bits", "50")] {
        let _ = config.set(name, value);
    }
    config
}

/// With even evaluations: what decides a data run is the lowest of them, and an early minimum must
/// not hide between two late ones that lie far apart.
fn evenly_evaluated(log_every: u64, patience: u64, config: RunConfig) -> RunConfig {
    let measurement = Measurement { log_schedule: LogSchedule::Linear, log_every, patience, ..config.measurement };
    RunConfig { measurement, ..config }
}

/// A text's transformer with a curve for each of ten thousand tokens.
fn of_tokens() -> RunConfig {
    let mut config = preset("text").map(Preset::config).unwrap_or_default();
    let _ = config.set("eval_tokens", "10000");
    config.measurement.logs_per_decade = 10;
    config
}

/// Every named sweep.
pub const SWEEPS: &[SweepPreset] = &[
    SweepPreset {
        name: "fig2-parameters",
        look_for: "Last loss against parameters N, from 0.64 bits at width 9 to 0.13 at width 500; slope near -0.45 over \
                   N > 10^4. 30 runs of 2·10^5 steps: made for GPUs.",
        base: || paper::run(STEPS),
        over: &[paper::WIDTHS],
    },
    SweepPreset {
        name: "fig2-parameters-small",
        look_for: "A smaller fig2-parameters: 12 widths, two seeds, 2·10^4 steps of 5,000 samples. It shows the loss fall \
                   with width, but does not reach the paper's lowest losses. About 25 minutes on two cores.",
        base: || small(300, 5_000, 20_000),
        over: &["width=log2:9..300:12", "seed=0,1"],
    },
    SweepPreset {
        name: "fig2-data",
        look_for: "Lowest test loss against training samples D: 1 bit up to D = 5·10^4, 0.25 at 5·10^6; slope near -0.30. \
                   30 runs that stop 20 logs after their last minimum.",
        base: || evenly_evaluated(1_000, 20, paper::run(STEPS)),
        over: &[paper::SAMPLES],
    },
    SweepPreset {
        name: "fig2-data-small",
        look_for: "A smaller fig2-data: 10 sizes up to 10^6, two seeds, width 200, batches of 5,000, 10^4 steps. About 20 \
                   minutes on two cores.",
        base: || evenly_evaluated(100, 30, small(200, 5_000, 10_000)),
        over: &["samples=log2:10000..1000000:10", "seed=0,1"],
    },
    SweepPreset {
        name: "fig8",
        look_for: "The step at which each subtask emerges against how often it is used: slope -0.81 in the paper. Three seeds \
                   of the width-500 run.",
        base: || paper::run(STEPS),
        over: &["seed=0,1,2"],
    },
    SweepPreset {
        name: "fig8-small",
        look_for: "The same with 100 subtasks of 50 bits, width 250, 3·10^4 steps of 10,000 samples, two seeds. About 10 minutes \
                   on two cores.",
        base: || fewer_subtasks(small(250, 10_000, 30_000)),
        over: &["seed=0,1"],
    },
    SweepPreset {
        name: "fig9",
        look_for: "How many subtasks are learned from D samples, for α from 0.1 up: exponents near 1/(1+α). No early stop, so \
                   that every subtask has its time.",
        base: || evenly_evaluated(1_000, 0, paper::run(SHORTER_STEPS)),
        over: &["alpha=lin:0.1..0.9:9", "samples=log2:10000..5000000:15"],
    },
    SweepPreset {
        name: "fig9-small",
        look_for: "A smaller fig9: four α, 7 sizes up to 10^6, width 200, batches of 5,000, 10^4 steps. About 20 minutes on two \
                   cores.",
        base: || evenly_evaluated(200, 0, small(200, 5_000, 10_000)),
        over: &["alpha=0.2,0.4,0.6,0.8", "samples=log2:10000..1000000:7"],
    },
    SweepPreset {
        name: "fig10-parameters",
        look_for: "The exponent α_N against α: 0.23 at α = 0.1, 0.61 at 0.8. Widths 9 to 300, three seeds, 10^5 steps.",
        base: || of_width(FIG10_WIDTH, paper::run(SHORTER_STEPS)),
        over: &["alpha=lin:0.1..0.8:8", "width=log2:9..300:15", "seed=0,1,2"],
    },
    SweepPreset {
        name: "fig10-parameters-small",
        look_for: "A smaller fig10-parameters: four α, 8 widths up to 200, 10^4 steps of 5,000 samples, two seeds. About 20 \
                   minutes on two cores.",
        base: || small(200, 5_000, 10_000),
        over: &["alpha=0.2,0.4,0.6,0.8", "width=log2:9..200:8", "seed=0,1"],
    },
    SweepPreset {
        name: "fig10-steps",
        look_for: "The exponent α_S against α: 0.23 at α = 0.1, 0.48 at 0.8. Width 300, three seeds, 10^5 steps: the widest runs \
                   of fig10-parameters.",
        base: || of_width(FIG10_WIDTH, paper::run(SHORTER_STEPS)),
        over: &["alpha=lin:0.1..0.8:8", "seed=0,1,2"],
    },
    SweepPreset {
        name: "fig10-steps-small",
        look_for: "A smaller fig10-steps: four α, 10^4 steps of 10,000 samples, two seeds. About 12 minutes on two cores.",
        base: || small(300, 10_000, 10_000),
        over: &["alpha=0.2,0.4,0.6,0.8", "seed=0,1"],
    },
    SweepPreset {
        name: "fig10-data",
        look_for: "The exponent α_D against α: 0.28 at α = 0.1, 0.40 at 0.8. Width 300, three seeds, at most 10^5 steps.",
        base: || evenly_evaluated(1_000, 20, of_width(FIG10_WIDTH, paper::run(SHORTER_STEPS))),
        over: &["alpha=lin:0.1..0.8:8", "samples=log2:10000..5000000:10", "seed=0,1,2"],
    },
    SweepPreset {
        name: "fig10-data-small",
        look_for: "A smaller fig10-data: four α, 7 sizes up to 10^6, width 200, batches of 5,000, at most 10^4 steps. About 20 \
                   minutes on two cores.",
        base: || evenly_evaluated(100, 30, small(200, 5_000, 10_000)),
        over: &["alpha=0.2,0.4,0.6,0.8", "samples=log2:10000..1000000:7"],
    },
    SweepPreset {
        name: "text-family",
        look_for: "Losses of ten thousand tokens of a text (give it with --corpus) across nine sizes, from 9 thousand to 2.4 \
                   million parameters beside the embedding, and over 10 million tokens of training: the material of \
                   Figs 3, 4, 11 and 12. About two hours on two cores.",
        base: of_tokens,
        over: &["width=16,24,32,48,64,96,128,192,256"],
    },
];
