//! The small sweeps that a browser makes in a minute, and sweeps as tables.

use quanta_core::config::{LogSchedule, RunConfig};
use quanta_core::figure::sweep::Sweep;
use quanta_core::sweep::{Dimension, Manifest, SweepError};
use quanta_core::theory::Resource;

/// The name of the sweep that is made here.
pub const HERE: &str = "in this browser";

/// A sweep small enough for two cores without a GPU.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quick {
    /// What is varied.
    pub resource: Resource,
    /// The paper's α.
    pub alpha: f64,
    /// How many subtasks.
    pub n_tasks: usize,
    /// How many runs: widths, sizes of the data, or seeds.
    pub runs: usize,
    /// Steps of each run, at most.
    pub steps: u64,
    /// The seed, or the first of several.
    pub seed: u64,
}

impl Quick {
    /// What all runs share. Subtasks of 3 of 24 bits and a higher learning rate than the paper's:
    /// they are learned within hundreds of steps, not thousands.
    pub fn base(&self) -> RunConfig {
        let Self { resource, alpha, n_tasks, steps, seed, .. } = *self;
        let base = RunConfig {
            n_tasks,
            alpha,
            steps,
            seed,
            n_bits: 24,
            width: 128,
            lr: 4e-3,
            batch_size: 2_000,
            ..RunConfig::default()
        };
        match resource {
            // The lowest test loss counts, and must not hide between two late logs that lie far apart.
            Resource::Data => RunConfig { log_schedule: LogSchedule::Linear, log_every: 50, patience: 20, ..base },
            Resource::Parameters | Resource::Steps => base,
        }
    }

    /// What is varied, as `--over` takes it.
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

    /// Its runs, with the command that makes them elsewhere.
    pub fn manifest(&self) -> Result<Manifest, SweepError> {
        let mut manifest = Manifest::grid(self.base(), vec![Dimension::parse(&self.over())?])?;
        manifest.name = HERE.to_owned();
        manifest.command = self.command();
        Ok(manifest)
    }

    /// The command that makes the same sweep in a terminal.
    pub fn command(&self) -> String {
        let base = self.base();
        let mut command = format!("quanta sweep --dir {} --over {}", self.resource.name(), self.over());
        for field in base.differences(&RunConfig::default()) {
            let varied = self.resource == Resource::Steps && field == "seed";
            if !varied {
                command += &format!(" --{} {}", field.replace('_', "-"), base.get(field).unwrap_or_default());
            }
        }
        command
    }
}

/// What a sweep is kept under: the same for the same runs.
pub fn key(resource: Resource, manifest: &Manifest) -> String {
    let ends = [manifest.runs.first(), manifest.runs.last()].map(|run| run.map_or("", |run| run.id.as_str()));
    format!("{}-{}-{}-{}", resource.name(), manifest.runs.len(), ends[0], ends[1])
}

/// A table with a line for each point.
pub fn csv(sweeps: &[Sweep]) -> String {
    let mut table = String::from("sweep,resource,amount,loss_bits,learned,subtasks,alpha,seed,run\n");
    for sweep in sweeps {
        for point in &sweep.points {
            // Names may hold commas; nothing else does.
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
    fn other_settings_are_kept_elsewhere() {
        let key_of = |quick: Quick| key(quick.resource, &quick.manifest().expect("a grid"));
        let one = quick(Resource::Data);
        assert_eq!(key_of(one), key_of(one));
        for other in [Quick { alpha: 0.6, ..one }, Quick { runs: 6, ..one }, Quick { resource: Resource::Parameters, ..one }] {
            assert_ne!(key_of(one), key_of(other));
        }
    }

    #[test]
    fn a_table_has_a_line_for_each_point() {
        let mut sweep = Sweep::new("α = 0.4, small", Resource::Data, 0.4, 20);
        sweep.points.push(Point { run: "v=1".into(), ..Point::new(1_000.0, 0.5, vec![0.01, 0.9], 3) });
        assert_eq!(csv(&[sweep]).lines().nth(1), Some("\"α = 0.4, small\",data,1000,0.5,1,20,0.4,3,v=1"));
    }
}
