//! The results published with the page: their list, and how to read them.

use quanta_core::config::RunConfig;
use quanta_core::figure::sweep::Sweep;
use quanta_core::record::{FileKind, Record, RecordError, recognise};
use quanta_core::sweep::{Collected, SweepError};
use quanta_core::theory::Resource;
use serde::{Deserialize, Serialize};

/// The list of published results, from `index.json` in their folder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Index {
    /// All files, in the order in which they are shown.
    pub results: Vec<Published>,
}

/// One published file, and how it was made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Published {
    /// The file's name, in the folder of the list.
    pub file: String,
    /// A title for people.
    pub title: String,
    /// The figure of the paper that it reproduces, such as `Fig 2`.
    pub figure: String,
    /// The varied resource: `parameters`, `steps` or `data`.
    pub resource: String,
    /// Whether it is a run with clusters of its gradients, which the page Language shows.
    pub clusters: bool,
    /// Whether it is a trained model of a language, with its weights.
    pub model: bool,
    /// Whether it is a table of losses of tokens, which the page Language shows.
    pub losses: bool,
    /// Whether it is a corpus whose vocabulary cuts other texts.
    pub vocabulary: bool,
    /// What else a reader has to know, such as whose model it is of and its licence; or empty.
    pub about: String,
    /// The preset of the sweep or run, or empty.
    pub preset: String,
    /// The command that made it.
    pub command: String,
    /// The device, as described to people.
    pub device: String,
    /// The machine, as described to people.
    pub machine: String,
    /// How long it took to make, in seconds.
    pub seconds: f64,
}

impl Published {
    /// Its file and its title: an option of a list.
    pub fn option(&self) -> (String, String) {
        (self.file.clone(), self.title.clone())
    }
}

impl Index {
    /// Reads the list from JSON.
    ///
    /// # Errors
    /// If the text is not such a list.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Returns the files in which a resource is varied.
    pub fn of(&self, resource: Resource) -> impl Iterator<Item = &Published> {
        self.results.iter().filter(move |published| published.resource() == Some(resource))
    }

    /// Returns the trained models.
    pub fn models(&self) -> impl Iterator<Item = &Published> {
        self.results.iter().filter(|published| published.model)
    }

    /// Returns the tables of losses of tokens.
    pub fn losses(&self) -> impl Iterator<Item = &Published> {
        self.results.iter().filter(|published| published.losses)
    }

    /// Returns the corpora whose vocabularies cut other texts.
    pub fn vocabularies(&self) -> impl Iterator<Item = &Published> {
        self.results.iter().filter(|published| published.vocabulary)
    }

    /// Returns the files with clusters.
    pub fn clusters(&self) -> impl Iterator<Item = &Published> {
        self.results.iter().filter(|published| published.clusters)
    }
}

impl Published {
    /// The varied resource, if the list names a known one.
    pub fn resource(&self) -> Option<Resource> {
        Resource::ALL.into_iter().find(|resource| resource.name() == self.resource)
    }
}

/// The content of a published file: one run, or a sweep.
#[derive(Clone, Debug, PartialEq)]
pub enum Material {
    /// One run with its evaluations.
    Run(Box<Record>),
    /// The runs of a sweep.
    Sweep(Box<Collected>),
}

/// Why bytes are neither a run nor a sweep.
#[derive(Debug, thiserror::Error)]
pub enum MaterialError {
    /// It is a sweep that cannot be read.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// It is a run that cannot be read, or a file of another kind.
    #[error(transparent)]
    Run(#[from] RecordError),
}

impl Material {
    /// Reads a run or a sweep from the bytes of its file.
    ///
    /// # Errors
    /// If they are neither, or damaged; the words say what the file is, where that is known.
    #[allow(clippy::result_large_err, reason = "made at most once for a file")]
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MaterialError> {
        match recognise(bytes) {
            Some(FileKind::Collected) => Ok(Self::Sweep(Box::new(Collected::from_bytes(bytes)?))),
            _ => Ok(Self::Run(Box::new(Record::from_bytes(bytes)?.without_checkpoint()))),
        }
    }

    /// Returns its points over a resource, as one sweep for each α. Each point identifies its run by the
    /// query of the run's link.
    pub fn sweeps(&self, resource: Resource) -> Vec<Sweep> {
        match self {
            Self::Sweep(collected) => Sweep::from_collected(collected, resource),
            Self::Run(record) if resource == Resource::Steps => {
                let mut sweep = Sweep::from_record("one run", record);
                let run = record.config.to_query();
                sweep.points.iter_mut().for_each(|point| point.run.clone_from(&run));
                vec![sweep]
            }
            Self::Run(_) => Vec::new(),
        }
    }

    /// The settings of all its runs.
    pub fn configs(&self) -> Vec<&RunConfig> {
        match self {
            Self::Sweep(collected) => collected.runs.iter().map(|run| run.config()).collect(),
            Self::Run(record) => vec![&record.config],
        }
    }

    /// Total seconds of training of all its runs.
    pub fn seconds(&self) -> f64 {
        match self {
            Self::Sweep(collected) => collected.runs.iter().filter_map(|run| run.seconds.last()).sum(),
            Self::Run(record) => record.last().map_or(0.0, |last| last.seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quanta_core::event::Evaluation;

    #[test]
    fn entries_of_the_list_may_omit_fields() {
        let json = r#"{"results": [{"file": "data.safetensors", "title": "Data", "resource": "data", "seconds": 12}, {"file": "x", "resource": "pie"}]}"#;
        let index = Index::from_json(json).expect("a list");
        let files = |resource| index.of(resource).map(|published| published.file.as_str()).collect::<Vec<_>>();
        assert_eq!((files(Resource::Data), files(Resource::Steps)), (vec!["data.safetensors"], vec![]));
        assert_eq!((index.results[0].seconds, index.results[0].preset.as_str()), (12.0, ""));
        assert!(Index::from_json("[]").is_err());
    }

    #[test]
    fn one_run_is_a_sweep_over_its_steps() {
        let config = RunConfig::from_query("n_tasks=2&steps=20", &[]).expect("valid");
        let mut record = Record::new(config.clone());
        record.evaluations = [0, 10, 20]
            .map(|step| Evaluation {
                step,
                loss_bits: 0.5,
                train_loss_bits: None,
                learned: 1,
                quantum_loss_bits: vec![0.05, 0.9],
                quantum_accuracy: vec![1.0, 0.5],
                seconds: step as f64,
            })
            .into();
        let material = Material::from_bytes(&record.to_bytes().expect("whole")).expect("a run");
        assert_eq!((material.configs(), material.seconds()), (vec![&config], 20.0));
        let sweeps = material.sweeps(Resource::Steps);
        assert_eq!((sweeps.len(), sweeps[0].points.len()), (1, 2));
        assert_eq!(sweeps[0].points[0].run, config.to_query());
        assert!(material.sweeps(Resource::Data).is_empty());
        let error = |bytes: &[u8]| Material::from_bytes(bytes).expect_err("neither").to_string();
        assert!(error(b"no").contains("not a whole safetensors file"));
        assert!(error(b"version https://git-lfs.github.com/spec/v1").contains("Git LFS pointer"));
    }
}
