//! The losses of an analysis's samples by other parameters: how each cluster was learned over training, and over
//! the size of the model, as planted quanta are.

use serde_json::{Value, json};

use super::Clusters;
use crate::analysis::AnalysisError;
use crate::record::{Array, Arrays};
use crate::settings::choice;

/// The losses, `[readers, n]` nats.
const LOSSES: &str = "reader_losses";

choice! {
    /// What the parameters differ in by which samples were read.
    Over {
        /// The step of training, of the run that was clustered.
        Training = "training",
        /// The number of parameters, of runs of the same task.
        Size = "size",
    }
}

/// The losses of all samples by the parameters of one model at one step.
#[derive(Clone, Debug, PartialEq)]
pub struct Reader {
    /// What sets it apart from the model that was clustered.
    pub over: Over,
    /// Optimiser steps it had taken.
    pub step: u64,
    /// How many parameters it has.
    pub parameters: u64,
    /// Each sample's loss, nats `[n]`.
    pub losses: Vec<f32>,
}

/// The mean losses of clusters against step or size.
#[derive(Clone, Debug, PartialEq)]
pub struct Courses {
    /// The steps, or the numbers of parameters, ascending.
    pub amounts: Vec<u64>,
    /// How many models were read by at each; their losses are averaged.
    pub readers: Vec<usize>,
    /// The mean loss over all samples at each, nats.
    pub mean: Vec<f64>,
    /// The mean loss of each cluster, nats `[amounts][clusters]`, the largest cluster first.
    pub losses: Vec<Vec<f64>>,
}

impl Reader {
    fn amount(&self) -> u64 {
        match self.over {
            Over::Training => self.step,
            Over::Size => self.parameters,
        }
    }
}

impl Clusters {
    /// The mean losses of a clustering's clusters; nothing where no other parameters have read its samples.
    pub fn courses(&self, clustering: usize, over: Over) -> Option<Courses> {
        let readers: Vec<&Reader> = self.readers.iter().filter(|reader| reader.over == over).collect();
        let mut amounts: Vec<u64> = readers.iter().map(|reader| reader.amount()).collect();
        amounts.sort_unstable();
        amounts.dedup();
        if amounts.is_empty() {
            return None;
        }
        let members = self.members(clustering);
        let at = |amount: &u64| -> Vec<&Reader> { readers.iter().copied().filter(|reader| reader.amount() == *amount).collect() };
        let mean = |readers: &[&Reader], of: &[usize]| {
            let losses = readers.iter().flat_map(|reader| of.iter().map(|sample| f64::from(reader.losses[*sample])));
            losses.sum::<f64>() / (readers.len() * of.len()).max(1) as f64
        };
        let all: Vec<usize> = (0..self.samples.len()).collect();
        Some(Courses {
            readers: amounts.iter().map(|amount| at(amount).len()).collect(),
            mean: amounts.iter().map(|amount| mean(&at(amount), &all)).collect(),
            losses: amounts.iter().map(|amount| members.iter().map(|of| mean(&at(amount), of)).collect()).collect(),
            amounts,
        })
    }

    /// Enters what is kept of readers among an artifact's arrays, and what tells them apart in `made_by`.
    pub(super) fn put_readers(&self, arrays: &mut Arrays, made_by: &mut Value) {
        if self.readers.is_empty() {
            return;
        }
        let values: Vec<f32> = self.readers.iter().flat_map(|reader| reader.losses.iter().copied()).collect();
        arrays.insert(LOSSES.to_owned(), Array { shape: vec![self.readers.len(), self.samples.len()], values });
        made_by["readers"] =
            self.readers.iter().map(|reader| json!([reader.over.word(), reader.step, reader.parameters])).collect();
    }

    /// Takes them from an artifact, where they are there.
    pub(super) fn take_readers(&mut self, arrays: &Arrays, made_by: &Value) -> Result<(), AnalysisError> {
        let wrong = || AnalysisError::Artifact(LOSSES.to_owned());
        let Some(kinds) = made_by.get("readers").and_then(Value::as_array) else { return Ok(()) };
        let n = self.samples.len();
        let losses = arrays.get(LOSSES).map(|array| array.values.as_slice()).filter(|all| all.len() == kinds.len() * n);
        let reader = |(kind, losses): (&Value, &[f32])| {
            let (over, step) = (Over::from_word(kind.get(0)?.as_str()?)?, kind.get(1)?.as_u64()?);
            Some(Reader { over, step, parameters: kind.get(2)?.as_u64()?, losses: losses.to_vec() })
        };
        let readers = kinds.iter().zip(losses.ok_or_else(wrong)?.chunks(n.max(1))).map(reader);
        self.readers = readers.collect::<Option<_>>().ok_or_else(wrong)?;
        Ok(())
    }
}

#[cfg(feature = "analysis")]
pub use read::check_task;

#[cfg(feature = "analysis")]
mod read {
    use super::{Over, Reader};
    use crate::analysis::qdg::Clusters;
    use crate::analysis::{AnalysisError, gradients};
    use crate::config::RunConfig;
    use crate::record::{Checkpoint, Record};

    /// Refuses samples of another task than the one that a run learned.
    ///
    /// # Errors
    /// Names a setting in which the two differ.
    pub fn check_task(of: &RunConfig, run: &RunConfig) -> Result<(), AnalysisError> {
        if of.task == run.task && of.training.seeds().task == run.training.seeds().task {
            return Ok(());
        }
        let field = of.differences(run).first().map_or(String::new(), |field| format!(" (`{field}`)"));
        let what = format!("this run learned another task than that of the clusters{field}, so it cannot read their samples");
        Err(AnalysisError::Parameters(what))
    }

    impl Clusters {
        /// Reads the samples by a run: by all the parameters that were kept of the run that was clustered, whose
        /// settings are `own`; by the newest of another one.
        ///
        /// # Errors
        /// A run of another task, or without parameters, or whose parameters do not fit.
        pub fn read_by(&mut self, own: &RunConfig, run: &Record) -> Result<(), AnalysisError> {
            check_task(own, &run.config)?;
            let Some(newest) = run.weights() else {
                let what = "this run holds no weights, only curves, so it cannot read";
                return Err(AnalysisError::Parameters(what.to_owned()));
            };
            self.readers.extend(self.reader(&run.config, newest, Over::Size)?);
            if own.trains_as(&run.config) {
                let earlier = run.snapshots.iter().filter(|snapshot| snapshot.step != newest.step);
                for parameters in earlier.chain([newest]) {
                    self.readers.extend(self.reader(&run.config, parameters, Over::Training)?);
                }
            }
            Ok(())
        }

        /// One reader, unless it has read already.
        fn reader(&self, config: &RunConfig, at: &Checkpoint, over: Over) -> Result<Option<Reader>, AnalysisError> {
            let model = gradients::model(config, at)?;
            let losses = model.losses_of(&self.samples)?;
            let reader = Reader { over, step: at.step, parameters: config.parameters(), losses };
            Ok((!self.readers.contains(&reader)).then_some(reader))
        }
    }
}

#[cfg(test)]
#[cfg(feature = "analysis")]
mod tests {
    use super::super::tests::{learned, small};
    use super::*;
    use crate::analysis::qdg::run;
    use crate::config::RunConfig;
    use crate::record::{Checkpoint, Record};

    fn of(config: &RunConfig, checkpoint: &Checkpoint) -> Record {
        Record { checkpoint: Some(checkpoint.clone()), ..Record::new(config.clone()) }
    }

    #[test]
    fn clusters_have_losses_over_training_and_size() {
        let (config, checkpoint) = learned(4);
        let mut clusters = run(&config, &checkpoint, &small(), |_| true).unwrap();
        assert_eq!(clusters.courses(0, Over::Training), None);
        // Before the units of the last two subtasks open.
        let mut early = Checkpoint { step: 2, ..checkpoint.clone() };
        early.arrays.get_mut("layers.0.weight").unwrap().values[16..32].fill(0.0);
        let mut own = of(&config, &checkpoint);
        own.snapshots = vec![early.clone(), checkpoint.clone()];
        clusters.read_by(&config, &own).unwrap();
        clusters.read_by(&config, &own).unwrap();
        // What has read once does not read again.
        assert_eq!(clusters.readers.len(), 3);
        clusters.read_by(&config, &of(&config.clone().with("seed_model=9"), &early)).unwrap();
        assert_eq!(clusters.readers.len(), 4);
        let clusters = Clusters::from_artifact(&clusters.to_artifact()).unwrap();
        let over = clusters.courses(0, Over::Training).unwrap();
        assert_eq!((over.amounts.as_slice(), over.readers.as_slice()), (&[2, 7][..], &[1, 1][..]));
        let members = clusters.members(0);
        for (cluster, of) in members.iter().enumerate() {
            let now: f64 = of.iter().map(|sample| f64::from(clusters.samples.loss[*sample])).sum::<f64>() / of.len() as f64;
            assert!((over.losses[1][cluster] - now).abs() < 1e-6);
            // Closed units answer 1 whatever the bits.
            let is_wrong = |sample: &usize| clusters.samples.quantum[*sample] >= 2 && clusters.samples.target[*sample] == 0;
            assert_eq!(over.losses[0][cluster] > 0.1, of.iter().any(is_wrong), "{cluster}: {}", over.losses[0][cluster]);
        }
        assert!(over.losses[0].iter().any(|loss| *loss > 0.1));
        let size = clusters.courses(0, Over::Size).unwrap();
        assert_eq!((size.amounts.as_slice(), size.readers.as_slice()), (&[config.parameters()][..], &[2][..]));
        let average = (over.losses[0][0] + over.losses[1][0]) / 2.0;
        assert!((size.losses[0][0] - average).abs() < 1e-6);
    }

    #[test]
    fn what_cannot_read_is_a_sentence() {
        let (config, checkpoint) = learned(4);
        let mut clusters = run(&config, &checkpoint, &small(), |_| true).unwrap();
        let (other, its) = learned(5);
        let said = clusters.read_by(&config, &of(&other, &its)).unwrap_err().to_string();
        assert!(said.contains("another task") && said.contains("`n_tasks`"), "{said}");
        let said = clusters.read_by(&config, &Record::new(config.clone())).unwrap_err().to_string();
        assert!(said.contains("holds no weights"), "{said}");
        clusters.read_by(&config, &of(&config, &checkpoint)).unwrap();
        let mut artifact = clusters.to_artifact();
        artifact.arrays.get_mut(LOSSES).unwrap().values.pop();
        assert!(Clusters::from_artifact(&artifact).unwrap_err().to_string().contains(LOSSES));
    }
}
