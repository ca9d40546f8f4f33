//! The paper's sweeps, each also in a small version that two cores finish within an hour.

use super::{Dimension, Manifest, SweepError};
use crate::config::{LogSchedule, RunConfig};

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

/// The paper's task and model: 500 subtasks of 3 of 100 bits, α = 0.4, width 500, batch 20,000.
fn paper(steps: u64) -> RunConfig {
    RunConfig { n_tasks: 500, n_bits: 100, width: 500, batch_size: 20_000, steps, eval_per_task: 1_000, ..RunConfig::default() }
}

/// The paper's task with a smaller model, fewer steps and smaller batches.
fn small(width: usize, batch_size: usize, steps: u64) -> RunConfig {
    RunConfig { width, batch_size, eval_per_task: 200, ..paper(steps) }
}

/// Evaluates every `log_every` steps: a data run is judged by its lowest loss, and a log schedule could
/// miss the minimum between two evaluations late in the run.
fn evenly_evaluated(log_every: u64, patience: u64, config: RunConfig) -> RunConfig {
    RunConfig { log_schedule: LogSchedule::Linear, log_every, patience, ..config }
}

/// All named sweeps. The widths of Fig 2 are the paper's: int(2^x) for 30 values of x, of which
/// truncation makes the first 9.
pub const SWEEPS: &[SweepPreset] = &[
    SweepPreset {
        name: "fig2-parameters",
        look_for: "Last loss against parameters N: 0.64 bits at width 9, 0.13 at width 500; slope near -0.45 over \
                   N > 10^4. 30 runs of 2·10^5 steps: needs a GPU.",
        base: || paper(200_000),
        over: &["width=9,11,13,14,17,19,22,25,29,33,38,44,50,57,66,75,86,99,113,129,148,169,194,222,254,291,333,381,436,500"],
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
                   30 runs that stop when 20 evaluations bring no new minimum.",
        base: || evenly_evaluated(1_000, 20, paper(200_000)),
        over: &["samples=log2:10000..5000000:30"],
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
        base: || paper(200_000),
        over: &["seed=0,1,2"],
    },
    SweepPreset {
        name: "fig8-small",
        look_for: "A smaller fig8: 100 subtasks of 50 bits, width 250, 3·10^4 steps of 10,000 samples, two seeds. About 10 \
                   minutes on two cores.",
        base: || RunConfig { n_tasks: 100, n_bits: 50, ..small(250, 10_000, 30_000) },
        over: &["seed=0,1"],
    },
    SweepPreset {
        name: "fig9",
        look_for: "Number of subtasks learned from D samples, for α from 0.1 to 0.9: exponents near 1/(1+α). Runs do not stop \
                   early, so that rare subtasks have time to be learned.",
        base: || evenly_evaluated(1_000, 0, paper(100_000)),
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
        base: || RunConfig { width: 300, ..paper(100_000) },
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
        look_for: "The exponent α_S against α: 0.23 at α = 0.1, 0.48 at 0.8. Width 300, three seeds, 10^5 steps: the same runs as \
                   the widest of fig10-parameters.",
        base: || RunConfig { width: 300, ..paper(100_000) },
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
        base: || evenly_evaluated(1_000, 20, RunConfig { width: 300, ..paper(100_000) }),
        over: &["alpha=lin:0.1..0.8:8", "samples=log2:10000..5000000:10", "seed=0,1,2"],
    },
    SweepPreset {
        name: "fig10-data-small",
        look_for: "A smaller fig10-data: four α, 7 sizes up to 10^6, width 200, batches of 5,000, at most 10^4 steps. About 20 \
                   minutes on two cores.",
        base: || evenly_evaluated(100, 30, small(200, 5_000, 10_000)),
        over: &["alpha=0.2,0.4,0.6,0.8", "samples=log2:10000..1000000:7"],
    },
];
