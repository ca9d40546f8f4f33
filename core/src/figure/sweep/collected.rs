//! From a collected sweep's runs to points of a figure.

use super::{Point, Resource, Sweep};
use crate::config::RunConfig;
use crate::figure::source;
use crate::order::ascending;
use crate::sweep::{Collected, CollectedRun};

impl Resource {
    /// What a sweep's runs differ in: samples, parameters, or nothing but their own steps.
    pub fn varied_in(collected: &Collected) -> Self {
        source::resource_of(|name| {
            let mut values = collected.runs.iter().map(|run| run.config().get(name));
            let first = values.next();
            values.any(|value| Some(value) != first)
        })
    }
}

impl Sweep {
    /// The runs as points over a resource, a sweep for each α (and for whatever else they differ
    /// in), the smallest α first. Parameters take a run's last losses, data its lowest, steps all of
    /// its evaluations.
    pub fn from_collected(collected: &Collected, resource: Resource) -> Vec<Self> {
        let mut groups: Vec<(RunConfig, Self)> = Vec::new();
        for run in &collected.runs {
            let shared = source::shared_config(run.config(), resource);
            let at = groups.iter().position(|(config, _)| *config == shared).unwrap_or_else(|| {
                let (n_tasks, alpha) = source::quanta_of(&shared);
                let mut sweep = Self::new(String::new(), resource, alpha, n_tasks);
                sweep.settings = source::sweep_settings(run.config(), resource);
                groups.push((shared, sweep));
                groups.len() - 1
            });
            groups[at].1.points.extend(points(run, resource));
        }
        ascending(&mut groups, |(_, sweep)| sweep.alpha);
        let (one, configs): (bool, Vec<RunConfig>) =
            (groups.len() == 1, groups.iter().map(|(config, _)| config.clone()).collect());
        let mut sweeps: Vec<Self> = groups.into_iter().map(|(_, sweep)| sweep).collect();
        for (color, sweep) in sweeps.iter_mut().enumerate() {
            sweep.color = color;
            sweep.name = if one { collected.manifest.name.clone() } else { source::distinction(&configs, color) };
            if sweep.name.is_empty() {
                sweep.name = "loss".into();
            }
        }
        sweeps
    }
}

fn points(run: &CollectedRun, resource: Resource) -> Vec<Point> {
    let (config, seed) = (run.config(), source::seed(run.config()));
    let named = |mut point: Point| {
        point.run = config.to_query();
        point
    };
    match resource {
        Resource::Parameters | Resource::Data => {
            let Some(amount) = source::amount(config, resource) else { return Vec::new() };
            let (loss, task_loss) = match resource {
                Resource::Data => (run.best_loss(), &run.task_loss_best),
                _ => (run.last_loss(), &run.task_loss_last),
            };
            vec![named(Point::new(amount, f64::from(loss), task_loss.clone(), seed))]
        }
        Resource::Steps => {
            let log = |(i, step): (usize, &u64)| {
                let task_loss = run.task_losses.get(i).cloned().unwrap_or_default();
                let learned = run.emergence.iter().flatten().filter(|first| *first <= step).count();
                let mut point = Point::new(*step as f64, f64::from(run.losses[i]), task_loss, seed);
                if point.task_loss.is_empty() {
                    point.learned = learned;
                }
                named(point)
            };
            run.steps.iter().enumerate().filter(|(_, step)| **step > 0).map(log).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Evaluation;
    use crate::record::Record;
    use crate::sweep::{Dimension, Manifest};

    /// Runs whose losses say where they come from: width/100 at the last log, half of it before.
    fn collected(over: &[&str]) -> Collected {
        let base = RunConfig::of("n_tasks=2&steps=20");
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
