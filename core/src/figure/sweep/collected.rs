//! From a collected sweep's runs to points of a figure.

use super::{Point, Resource, Sweep};
use crate::config::RunConfig;
use crate::figure::whole;
use crate::order::ascending;
use crate::sweep::{Collected, CollectedRun};

impl Resource {
    /// What a sweep's runs differ in: samples, parameters, or nothing but their own steps.
    pub fn varied_in(collected: &Collected) -> Self {
        let varies = |name: &str| {
            let mut values = collected.runs.iter().map(|run| run.config().get(name));
            let first = values.next();
            values.any(|value| Some(value) != first)
        };
        if varies("samples") {
            Self::Data
        } else if varies("width") || varies("depth") {
            Self::Parameters
        } else {
            Self::Steps
        }
    }
}

impl Sweep {
    /// The runs as points over a resource, a sweep for each α (and for whatever else they differ
    /// in), the smallest α first. Parameters take a run's last losses, data its lowest, steps all of
    /// its logs.
    pub fn from_collected(collected: &Collected, resource: Resource) -> Vec<Self> {
        let mut groups: Vec<(RunConfig, Self)> = Vec::new();
        for run in &collected.runs {
            let shared = shared(run.config(), resource);
            let at = groups.iter().position(|(config, _)| *config == shared).unwrap_or_else(|| {
                let mut sweep =
                    Self::new(String::new(), resource, shared.number("alpha").unwrap_or_default(), shared.quanta().len());
                sweep.settings = settings(run.config(), resource);
                groups.push((shared, sweep));
                groups.len() - 1
            });
            groups[at].1.points.extend(points(run, resource));
        }
        ascending(&mut groups, |(config, _)| config.number("alpha").unwrap_or_default());
        let (one, configs): (bool, Vec<RunConfig>) =
            (groups.len() == 1, groups.iter().map(|(config, _)| config.clone()).collect());
        let mut sweeps: Vec<Self> = groups.into_iter().map(|(_, sweep)| sweep).collect();
        for (color, sweep) in sweeps.iter_mut().enumerate() {
            sweep.color = color;
            sweep.name = if one { collected.manifest.name.clone() } else { distinction(&configs, color) };
            if sweep.name.is_empty() {
                sweep.name = "loss".into();
            }
        }
        sweeps
    }
}

/// A config without what differs within a sweep over the resource.
fn shared(config: &RunConfig, resource: Resource) -> RunConfig {
    let mut shared = config.clone();
    shared.training.seed = 0;
    match resource {
        // What a model's size is set by; a model that lacks one of these has no use for it.
        Resource::Parameters => ["width", "depth"].iter().for_each(|name| drop(shared.set(name, "1"))),
        Resource::Data => shared.training.samples = 0,
        Resource::Steps => (),
    }
    shared
}

fn points(run: &CollectedRun, resource: Resource) -> Vec<Point> {
    let config = run.config();
    let named = |mut point: Point| {
        point.run = config.to_query();
        point
    };
    match resource {
        Resource::Parameters => {
            let (amount, loss) = (config.parameters() as f64, f64::from(run.last_loss()));
            vec![named(Point::new(amount, loss, run.task_loss_last.clone(), config.training.seed))]
        }
        // A run on fresh data has no number of samples.
        Resource::Data if config.training.samples == 0 => Vec::new(),
        Resource::Data => {
            let (amount, loss) = (config.training.samples as f64, f64::from(run.best_loss()));
            vec![named(Point::new(amount, loss, run.task_loss_best.clone(), config.training.seed))]
        }
        Resource::Steps => {
            let log = |(i, step): (usize, &u64)| {
                let task_loss = run.task_losses.get(i).cloned().unwrap_or_default();
                let learned = run.emergence.iter().flatten().filter(|first| *first <= step).count();
                let mut point = Point::new(*step as f64, f64::from(run.losses[i]), task_loss, config.training.seed);
                if point.task_loss.is_empty() {
                    point.learned = learned;
                }
                named(point)
            };
            run.steps.iter().enumerate().filter(|(_, step)| **step > 0).map(log).collect()
        }
    }
}

/// What all points of a sweep share, in words.
fn settings(config: &RunConfig, resource: Resource) -> String {
    let mut parts = Vec::new();
    if resource != Resource::Parameters {
        parts.extend(config.number("width").map(|width| format!("width {}", whole(width))));
    }
    parts.push(format!("batch {}", whole(config.training.batch_size as f64)));
    if resource != Resource::Steps {
        parts.push(format!("{} steps", whole(config.training.steps as f64)));
    }
    if resource == Resource::Data && config.measurement.patience > 0 {
        parts.push(format!("stopped {} logs after the lowest", config.measurement.patience));
    }
    parts.join(", ")
}

/// What sets one group's config apart from the others: `α = 0.4`, or further fields by name.
fn distinction(configs: &[RunConfig], index: usize) -> String {
    let config = &configs[index];
    let differing: Vec<&str> = configs.iter().flat_map(|other| config.differences(other)).collect();
    let fields = config.fields().into_iter().map(|field| field.name).filter(|name| differing.contains(name));
    let part = |name: &str| match (name, config.get(name).unwrap_or_default()) {
        ("alpha", value) => format!("α = {value}"),
        (name, value) => format!("{name} {value}"),
    };
    fields.map(part).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Evaluation;
    use crate::record::Record;
    use crate::sweep::{Dimension, Manifest};

    /// Runs whose losses say where they come from: width/100 at the last log, half of it before.
    fn collected(over: &[&str]) -> Collected {
        let base = RunConfig::from_query("n_tasks=2&steps=20", &[]).expect("valid");
        let over = over.iter().map(|text| Dimension::parse(text).expect("a dimension")).collect();
        let manifest = Manifest::grid(base, over).expect("a grid");
        let runs = manifest.runs.iter().map(|entry| {
            let mut record = Record::new(entry.config.clone());
            record.evaluations = [(0, 1.0), (10, 0.5), (20, 1.0)]
                .map(|(step, factor)| Evaluation {
                    step,
                    loss_bits: factor * entry.config.number("width").expect("there") as f32 / 100.0,
                    train_loss_bits: None,
                    learned: 1,
                    quantum_loss_bits: vec![0.05 * factor, 0.9],
                    quantum_accuracy: vec![1.0, 0.5],
                    seconds: 0.0,
                })
                .into();
            crate::sweep::CollectedRun::new(entry.clone(), &record, true).expect("it has logs")
        });
        Collected { runs: runs.collect(), manifest }
    }

    #[test]
    fn widths_are_points_over_parameters() {
        let collected = collected(&["width=20,40", "alpha=0.6,0.4", "seed=0,1"]);
        assert_eq!(Resource::varied_in(&collected), Resource::Parameters);
        let sweeps = Sweep::from_collected(&collected, Resource::Parameters);
        assert_eq!(sweeps.iter().map(|sweep| sweep.name.as_str()).collect::<Vec<_>>(), ["α = 0.4", "α = 0.6"]);
        assert_eq!((sweeps[0].alpha, sweeps[0].points.len(), sweeps[0].seeds()), (0.4, 4, 2));
        let point = &sweeps[0].points[0];
        // (n_tasks + n_bits + 3)·w + 2 parameters.
        assert_eq!((point.amount, point.loss as f32, point.learned), (55.0 * 20.0 + 2.0, 0.2, 1));
        assert!(point.run.contains("width=20"));
    }

    #[test]
    fn samples_are_points_over_data_at_their_lowest_loss() {
        let collected = collected(&["samples=100,200", "width=20"]);
        assert_eq!(Resource::varied_in(&collected), Resource::Data);
        let sweeps = Sweep::from_collected(&collected, Resource::Data);
        assert_eq!(sweeps.len(), 1);
        assert_eq!(sweeps[0].points.iter().map(|p| (p.amount, p.loss as f32)).collect::<Vec<_>>(), [(100.0, 0.1), (200.0, 0.1)]);
        assert!(sweeps[0].settings.contains("width 20, batch 2,000, 20 steps"), "{}", sweeps[0].settings);
    }

    #[test]
    fn seeds_alone_are_points_over_steps() {
        let collected = collected(&["seed=0,1"]);
        assert_eq!(Resource::varied_in(&collected), Resource::Steps);
        let sweeps = Sweep::from_collected(&collected, Resource::Steps);
        assert_eq!(sweeps[0].points.iter().map(|p| p.amount).collect::<Vec<_>>(), [10.0, 20.0, 10.0, 20.0]);
        assert_eq!(sweeps[0].emergences(), [(1, 10.0), (1, 10.0)]);
        assert!(Sweep::from_collected(&collected, Resource::Data)[0].points.is_empty());
    }
}
