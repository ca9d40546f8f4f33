//! How long a step takes: what `quanta bench` and the tables beside other systems report.

use web_time::Instant;

use super::error::TrainError;
use super::run::Run;
use crate::config::RunConfig;
use crate::device::OpenDevice;
use crate::record::Record;
use crate::workload::Path;

/// Milliseconds of training steps, batch generation and optimiser included, evaluation not.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    /// The path that was timed.
    pub path: Path,
    /// The first step: the compilation of kernels on a GPU, first touches of memory on a CPU.
    pub first_step_ms: f64,
    /// Each round's mean over its steps, the device waited for at its end.
    pub rounds_ms: Vec<f64>,
}

impl Timing {
    /// The median round, milliseconds a step.
    pub fn median_ms(&self) -> f64 {
        let mut rounds = self.rounds_ms.clone();
        rounds.sort_by(f64::total_cmp);
        rounds.get(rounds.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// Times a first step, a few that are not counted, and `rounds` rounds of `steps` steps each.
pub async fn time_steps(
    config: RunConfig,
    device: OpenDevice,
    path: Path,
    steps: u64,
    rounds: usize,
) -> Result<Timing, TrainError> {
    let config = config.validated()?;
    let begun = Instant::now();
    let mut run = Run::build(Record::new(config), device, path).await?;
    run.train(1).await?;
    let first_step_ms = begun.elapsed().as_secs_f64() * 1e3;
    run.train(3).await?;
    let mut rounds_ms = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let (begun, from) = (Instant::now(), run.step());
        while run.step() < from + steps {
            run.train((from + steps).min(run.step() + run.slice())).await?;
        }
        rounds_ms.push(begun.elapsed().as_secs_f64() * 1e3 / steps as f64);
    }
    Ok(Timing { path: run.path(), first_step_ms, rounds_ms })
}
