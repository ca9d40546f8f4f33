//! Clusterings against the planted truth, beside baselines.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::clusters::Clusters;
use super::kinds::{Method, Similarity};
use crate::analysis::AnalysisError;
use crate::analysis::envelope::uniform_labels;
use crate::analysis::labels::numbered;
use crate::analysis::scores::{Agreement, agreement, best_f1};
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
    let count = |labels: &[u32]| labels.iter().max().map_or(0, |last| *last as usize + 1);
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

impl Row {
    /// Its name in words: similarity and method, or the baseline's.
    pub fn title(&self) -> String {
        match self.scored {
            Scored::Found(similarity, method) => format!("{}, {}", similarity.word(), method.word()),
            Scored::Baseline(baseline) => baseline.title().to_owned(),
        }
    }

    /// One object: `similarity`, `method`, `k`, `ari`, `ami`, `nmi`, `purity`, `f1`, `families`, `sample`;
    /// a baseline has `baseline` in place of the first two.
    pub fn to_json(&self, sample: &str) -> Value {
        let Agreement { ari, ami, nmi, purity, clusters } = self.agreement;
        let mut object = json!({
            "k": self.k, "clusters": clusters, "ari": ari, "ami": ami, "nmi": nmi, "purity": purity, "f1": self.f1,
            "sample": sample,
        });
        match self.scored {
            Scored::Found(similarity, method) => {
                object["similarity"] = json!(similarity.word());
                object["method"] = json!(method.word());
            }
            Scored::Baseline(baseline) => object["baseline"] = json!(baseline.word()),
        }
        if !self.families.is_empty() {
            object["families"] = json!(self.families);
        }
        object
    }
}
