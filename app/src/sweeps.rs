//! The small sweeps that a browser trains in about a minute, and the export of sweeps as CSV.

use quanta_core::config::{LogSchedule, Measurement, RunConfig, Training};
use quanta_core::figure::sweep::Sweep;
use quanta_core::model::{MlpSettings, ModelConfig};
use quanta_core::sweep::{Dimension, Manifest, SweepError};
use quanta_core::task::{Subtasks, TaskConfig};
use quanta_core::theory::Resource;

/// The name of the sweep that is trained in this browser.
pub const HERE: &str = "in this browser";

/// A sweep small enough for two cores without a GPU.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quick {
    /// The varied resource.
    pub resource: Resource,
    /// The paper's α.
    pub alpha: f64,
    /// Number of subtasks.
    pub n_tasks: usize,
    /// Number of runs: of widths, data sizes or seeds.
    pub runs: usize,
    /// Maximum number of steps of each run.
    pub steps: u64,
    /// The seed; for steps, the first of several.
    pub seed: u64,
}

impl Quick {
    /// The settings that all runs share. With 24 bits and a higher learning rate than the paper's, the
    /// runs learn their subtasks within hundreds of steps instead of thousands.
    pub fn base(&self) -> RunConfig {
        let Self { resource, alpha, n_tasks, steps, seed, .. } = *self;
        let subtasks = Subtasks { n_tasks, alpha, n_bits: 24, ..Subtasks::default() };
        let base = RunConfig {
            task: TaskConfig::Parity(subtasks),
            model: ModelConfig::Mlp(MlpSettings { width: 128, ..MlpSettings::default() }),
            training: Training { steps, seed, lr: 4e-3, batch_size: 2_000, ..Training::default() },
            measurement: Measurement::default(),
        };
        match resource {
            // Evaluates often and evenly: a data run is judged by its lowest test loss, and a log
            // schedule could miss the minimum.
            Resource::Data => {
                let even = Measurement { log_schedule: LogSchedule::Linear, log_every: 50, patience: 20, ..base.measurement };
                RunConfig { measurement: even, ..base }
            }
            Resource::Parameters | Resource::Steps => base,
        }
    }

    /// The varied field and its values, in the form of `--over`.
    pub fn over(&self) -> String {
        match self.resource {
            Resource::Parameters => format!("width=log2:4..128:{}", self.runs),
            Resource::Data => format!("samples=log2:1000..100000:{}", self.runs),
            Resource::Steps => {
                let seeds: Vec<String> = (0..self.runs as u64).map(|i| (self.seed + i).to_string()).collect();
                format!("seed={}", seeds.join(","))
            }
        }
    }

    /// The manifest of its runs, with the command that makes them in a terminal.
    ///
    /// # Errors
    /// If the settings are invalid.
    pub fn manifest(&self) -> Result<Manifest, SweepError> {
        let mut manifest = Manifest::grid(self.base(), vec![Dimension::parse(&self.over())?])?;
        manifest.name = HERE.to_owned();
        manifest.command = self.command();
        Ok(manifest)
    }

    /// Returns the command that makes the same sweep in a terminal.
    pub fn command(&self) -> String {
        let base = self.base();
        let mut command = format!("quanta sweep --dir {} --over {}", self.resource.name(), self.over());
        for field in base.changed() {
            let varied = self.resource == Resource::Steps && field == "seed";
            if !varied {
                command += &format!(" --{} {}", field.replace('_', "-"), base.get(field).unwrap_or_default());
            }
        }
        command
    }
}

/// Returns the key under which a sweep is stored; it depends on the resource and the runs.
pub fn key(resource: Resource, manifest: &Manifest) -> String {
    let ends = [manifest.runs.first(), manifest.runs.last()].map(|run| run.map_or("", |run| run.id.as_str()));
    format!("{}-{}-{}-{}", resource.name(), manifest.runs.len(), ends[0], ends[1])
}

/// Writes sweeps as CSV, with a line for each point. Where a name has letters beyond ASCII a byte-order
/// mark comes first: without it spreadsheets take α for two letters of Latin-1.
pub fn csv(sweeps: &[Sweep]) -> String {
    let mut table = String::from("sweep,resource,amount,loss_bits,learned,subtasks,alpha,seed,run\n");
    for sweep in sweeps {
        for point in &sweep.points {
            // Only names can contain commas.
            let name = sweep.name.replace('"', "'");
            table += &format!(
                "\"{name}\",{},{},{},{},{},{},{},{}\n",
                sweep.resource.name(),
                point.amount,
                point.loss,
                point.learned,
                sweep.n_tasks,
                sweep.alpha,
                point.seed,
                point.run
            );
        }
    }
    if !table.is_ascii() {
        table.insert(0, '\u{feff}');
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use quanta_core::figure::sweep::Point;

    fn quick(resource: Resource) -> Quick {
        Quick { resource, alpha: 0.4, n_tasks: 30, runs: 7, steps: 3_000, seed: 2 }
    }

    #[test]
    fn every_resource_has_a_grid() {
        let values = |resource, field: &str| {
            let manifest = quick(resource).manifest().expect("a grid");
            manifest.runs.iter().map(|run| run.config.get(field).unwrap_or_default()).collect::<Vec<_>>()
        };
        assert_eq!(values(Resource::Parameters, "width"), ["4", "7", "12", "22", "40", "71", "128"]);
        assert_eq!(values(Resource::Steps, "seed"), ["2", "3", "4", "5", "6", "7", "8"]);
        let samples = values(Resource::Data, "samples");
        assert_eq!((samples.len(), samples[0].as_str(), samples[6].as_str()), (7, "1000", "100000"));
    }

    #[test]
    fn the_command_makes_the_same_runs() {
        assert_eq!(
            quick(Resource::Parameters).command(),
            "quanta sweep --dir parameters --over width=log2:4..128:7 --n-tasks 30 --n-bits 24 --width 128 --lr 0.004 --steps 3000 --seed 2"
        );
        assert!(!quick(Resource::Steps).command().contains("--seed"));
    }

    #[test]
    fn keys_differ_between_settings() {
        let key_of = |quick: Quick| key(quick.resource, &quick.manifest().expect("a grid"));
        let one = quick(Resource::Data);
        assert_eq!(key_of(one), key_of(one));
        for other in [Quick { alpha: 0.6, ..one }, Quick { runs: 6, ..one }, Quick { resource: Resource::Parameters, ..one }] {
            assert_ne!(key_of(one), key_of(other));
        }
    }

    #[test]
    fn csv_has_a_line_for_each_point() {
        let mut sweep = Sweep::new("α = 0.4, small", Resource::Data, 0.4, 20);
        sweep.points.push(Point { run: "v=1".into(), ..Point::new(1_000.0, 0.5, vec![0.01, 0.9], 3) });
        assert!(csv(&[sweep.clone()]).starts_with("\u{feff}sweep,resource"), "spreadsheets need the mark");
        assert!(csv(&[Sweep { name: "small".into(), ..sweep.clone() }]).starts_with("sweep,resource"), "scripts do without");
        assert_eq!(csv(&[sweep]).lines().nth(1), Some("\"α = 0.4, small\",data,1000,0.5,1,20,0.4,3,v=1"));
    }
}
