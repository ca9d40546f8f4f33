//! What an analysis found, and how it is kept in a record.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::ask::Ask;
use super::blocks::Blocks;
use super::causal::Causal;
use super::kinds::{Method, Similarity};
use super::readers::Reader;
use super::samples::{Inputs, Samples};
use crate::analysis::AnalysisError;
use crate::analysis::scores::{PairScores, Stability};
use crate::record::{Array, Arrays, Artifact, Record};
use crate::task::BitBatch;

/// The name of the artifact in a record.
pub const ARTIFACT: &str = "qdg";

/// The mean cosines of pairs by one similarity.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// How samples were compared.
    pub similarity: Similarity,
    /// The cosines of the four kinds of pairs.
    pub pairs: PairScores,
    /// Where each sample lies on a map of its nearest neighbours `[n]`, x and y from −1 to 1 (see
    /// `analysis::layout`); none in files from before there were maps.
    pub map: Option<Vec<[f32; 2]>>,
}

/// One clustering.
#[derive(Clone, Debug, PartialEq)]
pub struct Clustering {
    /// How samples were compared.
    pub similarity: Similarity,
    /// How they were clustered.
    pub method: Method,
    /// The number of clusters that was asked for, or found where the method finds it.
    pub k: usize,
    /// Each sample's cluster, `[n]`; 0 is the largest.
    pub labels: Vec<u32>,
    /// How alike the samples of two clusters are; none in files from before it was kept.
    pub blocks: Option<Blocks>,
    /// Which clusters come again from parts of the samples; none where it was not asked for.
    pub stability: Option<Stability>,
    /// What moving the model along each cluster's gradient did, where that was tried.
    pub causal: Option<Causal>,
}

impl Clustering {
    /// Labels of which nothing else is known yet.
    pub fn new(similarity: Similarity, method: Method, k: usize, labels: Vec<u32>) -> Self {
        Self { similarity, method, k, labels, blocks: None, stability: None, causal: None }
    }
}

/// Samples of a model with their clusterings.
#[derive(Clone, Debug, PartialEq)]
pub struct Clusters {
    /// The step of the checkpoint.
    pub step: u64,
    /// What was asked.
    pub ask: Ask,
    /// The samples.
    pub samples: Samples,
    /// Samples that were left out because their gradient was zero.
    pub zeros: usize,
    /// The cosines of pairs, by similarity.
    pub measured: Vec<Measured>,
    /// The clusterings.
    pub clusterings: Vec<Clustering>,
    /// The samples' losses by other parameters, where those have read them.
    pub readers: Vec<Reader>,
    /// The published model that they are of; nothing where they are of the record's run.
    pub model: Option<Of>,
}

/// A published model whose gradients were clustered.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Of {
    /// What it is called.
    pub name: String,
    /// Its family: “Llama”.
    pub family: String,
    /// How many parameters it has.
    pub parameters: u64,
}

impl Clusters {
    /// As the artifact of a record: labels `[clusterings, n]`, the samples' quanta, targets, losses and
    /// inputs; what tells the clusterings apart is in `made_by`. Maps, blocks and stability are beside them where
    /// they are known.
    pub fn to_artifact(&self) -> Artifact {
        let n = self.samples.len();
        let whole =
            |values: &[u32], shape: Vec<usize>| Array { shape, values: values.iter().map(|value| *value as f32).collect() };
        let mut arrays = Arrays::new();
        let mut put = |name: &str, array: Array| {
            arrays.insert(name.to_owned(), array);
        };
        put("quantum", whole(&self.samples.quantum, vec![n]));
        put("target", whole(&self.samples.target, vec![n]));
        put("loss_nats", Array { shape: vec![n], values: self.samples.loss.clone() });
        let labels: Vec<u32> = self.clusterings.iter().flat_map(|clustering| clustering.labels.iter().copied()).collect();
        put("labels", whole(&labels, vec![self.clusterings.len(), n]));
        let inputs = match &self.samples.inputs {
            Inputs::Bits(batch) => {
                // Halves of the words: a number of single precision holds no more.
                let halves: Vec<u32> = batch.bits.iter().flat_map(|word| [word & 0xffff, word >> 16]).collect();
                put("bits", whole(&halves, vec![n, 2 * batch.words]));
                put("code", whole(&batch.codes, vec![n]));
                "bits"
            }
            Inputs::Tokens { context, tokens, place } => {
                put("tokens", whole(tokens, vec![n, context + 1]));
                put("place", whole(place, vec![n]));
                "tokens"
            }
        };
        self.put_parts(&mut arrays);
        let clusterings = self.clusterings.iter().map(|one| json!([one.similarity.word(), one.method.word(), one.k]));
        let pairs = self.measured.iter().map(|one| (one.similarity.word().to_owned(), json!(one.pairs)));
        let mut made_by = json!({
            "analysis": "qdg", "step": self.step, "ask": self.ask.to_json(), "inputs": inputs, "zeros": self.zeros,
            "families": self.samples.families, "clusterings": clusterings.collect::<Vec<Value>>(),
            "pairs": pairs.collect::<serde_json::Map<String, Value>>(),
        });
        if !self.samples.names.is_empty() {
            made_by["names"] = json!(self.samples.names);
        }
        if let Some(model) = &self.model {
            made_by["model"] = json!(model);
        }
        if self.clusterings.iter().any(|one| one.causal.is_some()) {
            made_by["causal"] = self.clusterings.iter().map(|one| json!(one.causal)).collect();
        }
        self.put_readers(&mut arrays, &mut made_by);
        Artifact { made_by, arrays }
    }

    /// The run's curves with these clusters, without its weights.
    pub fn kept_in(&self, run: &Record) -> Record {
        let mut record = run.without_weights();
        record.artifacts.insert(ARTIFACT.to_owned(), self.to_artifact());
        record
    }

    /// From the artifact of a record.
    ///
    /// # Errors
    /// What the artifact lacks, or what does not fit.
    pub fn from_artifact(artifact: &Artifact) -> Result<Self, AnalysisError> {
        let wrong = |what: &str| AnalysisError::Artifact(what.to_owned());
        let made = &artifact.made_by;
        let array = |name: &str| artifact.arrays.get(name).ok_or_else(|| wrong(name));
        let whole = |name: &str| Ok::<Vec<u32>, AnalysisError>(array(name)?.values.iter().map(|value| *value as u32).collect());
        let quantum = whole("quantum")?;
        let n = quantum.len();
        let of_n = |name: &str| whole(name)?.try_into_len(n).ok_or_else(|| wrong(name));
        let ask = made.get("ask").and_then(Ask::from_json).ok_or_else(|| wrong("ask"))?;
        let inputs = match made.get("inputs").and_then(Value::as_str) {
            Some("bits") => {
                let halves = whole("bits")?;
                let bits: Vec<u32> = halves.chunks_exact(2).map(|pair| pair[0] | pair[1] << 16).collect();
                let words = bits.len() / n.max(1);
                let batch = BitBatch { words, bits, codes: of_n("code")?, labels: of_n("target")? };
                (batch.bits.len() == n * words).then_some(Inputs::Bits(batch)).ok_or_else(|| wrong("bits"))?
            }
            Some("tokens") => {
                let (tokens, place) = (whole("tokens")?, of_n("place")?);
                let each = tokens.len() / n.max(1);
                let fits = each > 1 && tokens.len() == n * each && place.iter().all(|place| (*place as usize) < each - 1);
                fits.then_some(Inputs::Tokens { context: each - 1, tokens, place }).ok_or_else(|| wrong("tokens"))?
            }
            _ => return Err(wrong("inputs")),
        };
        let names = made.get("names").map(|names| serde_json::from_value(names.clone())).transpose();
        let names: BTreeMap<u32, String> = names.map_err(|_| wrong("names"))?.unwrap_or_default();
        let families = made.get("families").and_then(Value::as_array).ok_or_else(|| wrong("families"))?;
        let families = families.iter().map(|name| name.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>();
        let loss = array("loss_nats")?.values.clone().try_into_len(n).ok_or_else(|| wrong("loss_nats"))?;
        let samples = Samples {
            target: of_n("target")?,
            loss,
            families: families.ok_or_else(|| wrong("families"))?,
            names,
            inputs,
            quantum,
        };
        let labels = whole("labels")?;
        let kinds = made.get("clusterings").and_then(Value::as_array).ok_or_else(|| wrong("clusterings"))?;
        if labels.len() != kinds.len() * n {
            return Err(wrong("labels"));
        }
        let clustering = |(kind, labels): (&Value, &[u32])| {
            let (similarity, method) =
                (Similarity::from_word(kind.get(0)?.as_str()?)?, Method::from_word(kind.get(1)?.as_str()?)?);
            Some(Clustering::new(similarity, method, kind.get(2)?.as_u64()? as usize, labels.to_vec()))
        };
        let clusterings = kinds.iter().zip(labels.chunks(n.max(1))).map(clustering).collect::<Option<Vec<_>>>();
        let mut clusterings = clusterings.ok_or_else(|| wrong("clusterings"))?;
        if let Some(causal) = made.get("causal") {
            let causal: Vec<Option<Causal>> = serde_json::from_value(causal.clone()).map_err(|_| wrong("causal"))?;
            clusterings.iter_mut().zip(causal).for_each(|(one, causal)| one.causal = causal);
        }
        let pairs = made.get("pairs").and_then(Value::as_object).ok_or_else(|| wrong("pairs"))?;
        let measured = Similarity::ALL.iter().copied().filter_map(|similarity| Some((similarity, pairs.get(similarity.word())?)));
        let measured = measured.map(|(similarity, pairs)| {
            let pairs = serde_json::from_value(pairs.clone()).map_err(|_| wrong("pairs"))?;
            Ok(Measured { similarity, pairs, map: None })
        });
        let mut clusters = Self {
            step: made.get("step").and_then(Value::as_u64).ok_or_else(|| wrong("step"))?,
            ask,
            samples,
            zeros: made.get("zeros").and_then(Value::as_u64).unwrap_or(0) as usize,
            measured: measured.collect::<Result<_, AnalysisError>>()?,
            clusterings,
            readers: Vec::new(),
            model: made.get("model").and_then(|model| serde_json::from_value(model.clone()).ok()),
        };
        clusters.take_parts(&artifact.arrays)?;
        clusters.take_readers(&artifact.arrays, made)?;
        Ok(clusters)
    }

    /// Refuses parameters of another step than the one that was clustered.
    ///
    /// # Errors
    /// Names both steps.
    #[cfg(feature = "analysis")]
    pub(super) fn check_step(&self, checkpoint: &crate::record::Checkpoint) -> Result<(), AnalysisError> {
        if checkpoint.step == self.step {
            return Ok(());
        }
        let what = format!("these clusters are of step {}, but the run is at step {}", self.step, checkpoint.step);
        Err(AnalysisError::Parameters(what))
    }

    /// The similarities that were asked for and are not there yet: none once the analysis has finished.
    pub fn left(&self) -> Vec<Similarity> {
        let is_there = |similarity: &Similarity| self.measured.iter().any(|one| one.similarity == *similarity);
        self.ask.similarities.iter().copied().filter(|similarity| !is_there(similarity)).collect()
    }

    /// The place of the first clustering of that similarity, method and k, each named where it matters.
    pub fn find(&self, similarity: Option<&str>, method: Option<&str>, k: Option<usize>) -> Option<usize> {
        self.clusterings.iter().position(|one| {
            similarity.is_none_or(|word| word == one.similarity.word())
                && method.is_none_or(|word| word == one.method.word())
                && k.is_none_or(|k| k == one.k)
        })
    }

    /// The clusters of one clustering: the samples of each, the largest first.
    pub fn members(&self, clustering: usize) -> Vec<Vec<usize>> {
        let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        if let Some(clustering) = self.clusterings.get(clustering) {
            clustering.labels.iter().enumerate().for_each(|(sample, label)| members.entry(*label).or_default().push(sample));
        }
        members.into_values().collect()
    }
}

/// A list of exactly so many.
trait OfLength: Sized {
    fn try_into_len(self, n: usize) -> Option<Self>;
}

impl<T> OfLength for Vec<T> {
    fn try_into_len(self, n: usize) -> Option<Self> {
        (self.len() == n).then_some(self)
    }
}
