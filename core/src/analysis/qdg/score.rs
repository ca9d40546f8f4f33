//! Clusterings against the planted truth, beside baselines.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::ask::Ask;
use super::clusters::Clusters;
use super::kinds::{Method, Similarity};
use crate::analysis::AnalysisError;
use crate::analysis::envelope::uniform_labels;
use crate::analysis::labels::{count, numbered};
use crate::analysis::scores::{Agreement, agreement, best_f1};
use crate::fit::Estimate;
use crate::rng::{Rng, Stream};

/// What a clustering is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// Samples with the same target are a cluster.
    Target,
    /// Samples with the same target after the same token are a cluster.
    LastAndTarget,
    /// Every sample's cluster is drawn at random.
    Uniform,
}

impl Baseline {
    /// Its name in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::LastAndTarget => "last-and-target",
            Self::Uniform => "uniform",
        }
    }

    /// Its name in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Target => "same target",
            Self::LastAndTarget => "same last token and target",
            Self::Uniform => "uniform random labels",
        }
    }
}

/// What was scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scored {
    /// A clustering.
    Found(Similarity, Method),
    /// A baseline.
    Baseline(Baseline),
}

/// The scores of one clustering or baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Which.
    pub scored: Scored,
    /// Clusters that were asked for.
    pub k: usize,
    /// ARI, AMI, NMI, purity.
    pub agreement: Agreement,
    /// The mean over quanta of the best F1 of any cluster.
    pub f1: f64,
    /// The same within each family, by its name.
    pub families: BTreeMap<String, f64>,
}

/// Scores every clustering, then the baselines, against the quanta that the task plants.
///
/// # Errors
/// If there are no samples.
pub fn scores(clusters: &Clusters) -> Result<Vec<Row>, AnalysisError> {
    let samples = &clusters.samples;
    let family = samples.family();
    let row = |scored: Scored, k: usize, labels: &[u32]| {
        let fit = best_f1(&samples.quantum, labels, family.as_deref())?;
        let agreement = agreement(&samples.quantum, labels)?;
        Ok::<Row, AnalysisError>(Row { scored, k, agreement, f1: fit.mean, families: fit.families })
    };
    let found = clusters.clusterings.iter();
    let mut rows = found
        .map(|one| row(Scored::Found(one.similarity, one.method), one.k, &one.labels))
        .collect::<Result<Vec<Row>, AnalysisError>>()?;
    let target = numbered(&samples.target);
    rows.push(row(Scored::Baseline(Baseline::Target), count(&target), &target)?);
    if let Some(last) = samples.last() {
        let pairs: Vec<(u32, u32)> = last.into_iter().zip(samples.target.iter().copied()).collect();
        let pairs = numbered(&pairs);
        rows.push(row(Scored::Baseline(Baseline::LastAndTarget), count(&pairs), &pairs)?);
    }
    let k = samples.quanta();
    let random = uniform_labels(&mut Rng::new(clusters.ask.seed, Stream::Nulls, 0), k, samples.len());
    rows.push(row(Scored::Baseline(Baseline::Uniform), k, &random)?);
    Ok(rows)
}

/// The scores of the same clustering or baseline over several runs, one a seed.
#[derive(Clone, Debug, PartialEq)]
pub struct OverSeeds {
    /// Which.
    pub scored: Scored,
    /// Each run's number of clusters.
    pub k: Vec<usize>,
    /// ARI, AMI, NMI, purity and F1, in this order.
    pub scores: [Estimate; 5],
    /// F1 within each family that every run has.
    pub families: BTreeMap<String, Estimate>,
}

/// The names of the scores, in the order of [`OverSeeds::scores`].
pub const SCORES: [&str; 5] = ["ari", "ami", "nmi", "purity", "f1"];

/// The means of several runs' scores with their t intervals.
///
/// # Errors
/// If there are none, or they were asked for with other settings than the seed and the parts for stability,
/// which change no score.
pub fn over_seeds(runs: &[&Clusters]) -> Result<Vec<OverSeeds>, AnalysisError> {
    let alike = |clusters: &Clusters| Ask { seed: 0, stability: 0, ..clusters.ask.clone() };
    if runs.windows(2).any(|pair| alike(pair[0]) != alike(pair[1])) {
        return Err(AnalysisError::Labels(
            "these clusters were made with different settings, so their scores have no mean".to_owned(),
        ));
    }
    let rows = runs.iter().map(|clusters| scores(clusters)).collect::<Result<Vec<Vec<Row>>, AnalysisError>>()?;
    let none = || AnalysisError::Empty("a mean over seeds".to_owned());
    let first = rows.first().ok_or_else(none)?;
    let row = |at: usize| {
        let all: Vec<&Row> = rows.iter().filter_map(|rows| rows.get(at)).collect();
        let mean =
            |of: &dyn Fn(&Row) -> f64| Estimate::of_seeds(&all.iter().map(|row| of(row)).collect::<Vec<f64>>()).ok_or_else(none);
        let score = |at: usize| mean(&|row| row.numbers()[at]);
        let names = all[0].families.keys().filter(|name| all.iter().all(|row| row.families.contains_key(*name)));
        Ok(OverSeeds {
            scored: all[0].scored,
            k: all.iter().map(|row| row.k).collect(),
            scores: [score(0)?, score(1)?, score(2)?, score(3)?, score(4)?],
            families: names
                .map(|name| Ok((name.clone(), mean(&|row| row.families[name])?)))
                .collect::<Result<_, AnalysisError>>()?,
        })
    };
    (0..first.len()).map(row).collect()
}

impl OverSeeds {
    /// One object, as [`Row::to_json`] makes it; each score is a mean with `NAME_half_width`, and `seeds` says
    /// of how many.
    pub fn to_json(&self, sample: &str) -> Value {
        let mut object = json!({ "k": self.k, "seeds": self.k.len(), "sample": sample });
        self.scored.name_in(&mut object);
        for (name, score) in SCORES.iter().zip(&self.scores) {
            object[*name] = json!(score.value);
            object[format!("{name}_half_width")] = json!(score.half_width());
        }
        if !self.families.is_empty() {
            let family = |(name, score): (&String, &Estimate)| (name.clone(), json!([score.value, score.half_width()]));
            object["families"] = json!(self.families.iter().map(family).collect::<BTreeMap<String, Value>>());
        }
        object
    }
}

impl Scored {
    /// In words: similarity and method, or the baseline's name.
    pub fn title(self) -> String {
        match self {
            Self::Found(similarity, method) => format!("{}, {}", similarity.word(), method.word()),
            Self::Baseline(baseline) => baseline.title().to_owned(),
        }
    }

    /// Enters its name into an object.
    fn name_in(self, object: &mut Value) {
        match self {
            Self::Found(similarity, method) => {
                object["similarity"] = json!(similarity.word());
                object["method"] = json!(method.word());
            }
            Self::Baseline(baseline) => object["baseline"] = json!(baseline.word()),
        }
    }
}

impl Row {
    /// ARI, AMI, NMI, purity and F1, in the order of [`SCORES`].
    pub fn numbers(&self) -> [f64; 5] {
        let Agreement { ari, ami, nmi, purity, .. } = self.agreement;
        [ari, ami, nmi, purity, self.f1]
    }

    /// Its name in words: similarity and method, or the baseline's.
    pub fn title(&self) -> String {
        self.scored.title()
    }

    /// One object: `similarity`, `method`, `k`, `ari`, `ami`, `nmi`, `purity`, `f1`, `families`, `sample`;
    /// a baseline has `baseline` in place of the first two.
    pub fn to_json(&self, sample: &str) -> Value {
        let Agreement { ari, ami, nmi, purity, clusters } = self.agreement;
        let mut object = json!({
            "k": self.k, "clusters": clusters, "ari": ari, "ami": ami, "nmi": nmi, "purity": purity, "f1": self.f1,
            "sample": sample,
        });
        self.scored.name_in(&mut object);
        if !self.families.is_empty() {
            object["families"] = json!(self.families);
        }
        object
    }
}
