//! What the samples of a cluster have in common, and their contexts in words.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::clusters::Clusters;
use super::samples::{Inputs, Samples};
use crate::config::RunConfig;
use crate::task::language::Vocabulary;

/// One cluster.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Described {
    /// Its rank by size, from 1.
    pub rank: usize,
    /// Its samples, ascending.
    #[serde(skip)]
    pub members: Vec<usize>,
    /// How many they are.
    pub size: usize,
    /// The quantum that most of them are of, by rank from 1.
    pub quantum: u32,
    /// Their share.
    pub quantum_share: f64,
    /// That quantum's family, where the task has families.
    pub family: Option<String>,
    /// The target that most of them have.
    pub target: u32,
    /// Their share.
    pub target_share: f64,
    /// Entropy of the targets in bits times the quantum's share: high where one quantum predicts many
    /// different tokens, which is a rule rather than a word.
    pub surprise: f64,
    /// Its mean Jaccard index with what parts of the samples gave, where it was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stability: Option<f64>,
    /// How many times as much its samples' loss changes as others' along its mean gradient, where that was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causal: Option<f64>,
}

/// The values that these samples have in a list `[n]`, the most frequent first, with how many have each;
/// of equally frequent ones the smaller is first.
pub fn counts(of: &[u32], members: &[usize]) -> Vec<(u32, usize)> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    members.iter().for_each(|sample| *counts.entry(of[*sample]).or_default() += 1);
    let mut counts: Vec<(u32, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(value, count)| (Reverse(*count), *value));
    counts
}

/// The clusters of one clustering, the largest first.
pub fn describe(clusters: &Clusters, clustering: usize) -> Vec<Described> {
    let samples = &clusters.samples;
    let all = clusters.members(clustering).into_iter().enumerate();
    let stability = clusters.clusterings.get(clustering).and_then(|one| one.stability.as_ref());
    let causal = clusters.clusterings.get(clustering).and_then(|one| one.causal.as_ref());
    all.map(|(at, members)| {
        let share = |count: usize| count as f64 / members.len().max(1) as f64;
        let (quanta, targets) = (counts(&samples.quantum, &members), counts(&samples.target, &members));
        let (quantum, of_quantum) = quanta.first().copied().unwrap_or_default();
        let (target, of_target) = targets.first().copied().unwrap_or_default();
        let entropy: f64 = targets.iter().map(|(_, count)| share(*count) * libm::log2(1.0 / share(*count))).sum();
        Described {
            rank: at + 1,
            size: members.len(),
            quantum: quantum + 1,
            quantum_share: share(of_quantum),
            family: samples.families.get(quantum as usize).cloned(),
            target,
            target_share: share(of_target),
            surprise: share(of_quantum) * entropy,
            stability: stability.and_then(|known| known.jaccard.get(at).copied().flatten()).map(f64::from),
            causal: causal.and_then(|known| known.scores.get(at).copied().flatten()),
            members,
        }
    })
    .collect()
}

/// The contexts of samples, as a person reads them.
pub struct Contexts<'a> {
    samples: &'a Samples,
    /// The names of the tokens of a planted language.
    names: Vec<String>,
    /// Of each quantum the input bits that its label depends on, where the inputs are bits.
    subsets: Vec<Vec<u32>>,
    bits: usize,
}

impl<'a> Contexts<'a> {
    /// Of samples of a run.
    pub fn new(config: &RunConfig, samples: &'a Samples) -> Self {
        let vocabulary = config.language().map(|language| language.vocabulary());
        let names = vocabulary.map_or_else(Vec::new, |known| (0..known.len as u32).map(|token| known.name(token)).collect());
        let bits = config.subtasks().map_or(0, |subtasks| subtasks.n_bits);
        Self { samples, names, subsets: config.subsets().unwrap_or_default(), bits }
    }

    /// A target as it is shown: a token, or a label of 0 or 1.
    pub fn token(&self, token: u32) -> String {
        // Of a text line ends and tabs are shown by signs: a context is one line.
        let of_text = self.samples.names.get(&token).map(|name| name.replace('\n', "⏎").replace('\t', "⇥"));
        of_text.or_else(|| self.names.get(token as usize).cloned()).unwrap_or_else(|| token.to_string())
    }

    /// What a sample's target is predicted from: the tokens before it, or the bits.
    pub fn before(&self, sample: usize) -> Vec<String> {
        match &self.samples.inputs {
            Inputs::Bits(batch) => {
                let bit = |at: usize| batch.sample(sample).get(at / 32).map_or(0, |word| word >> (at % 32) & 1);
                (0..self.bits).map(|at| bit(at).to_string()).collect()
            }
            Inputs::Tokens { context, tokens, place } => {
                let document = &tokens[sample * (context + 1)..][..place[sample] as usize + 1];
                document.iter().map(|token| self.token(*token)).collect()
            }
        }
    }

    /// What stands between the parts that [`before`](Self::before) gives: a space, or nothing between bits.
    pub fn joint(&self) -> &'static str {
        match self.samples.inputs {
            Inputs::Tokens { .. } if self.samples.names.is_empty() => " ",
            // Tokens of a text bring their spaces.
            Inputs::Bits(_) | Inputs::Tokens { .. } => "",
        }
    }

    /// The places in [`before`](Self::before) that the target depends on, as the task plants it: the bits of
    /// the sample's subtask, the tokens of its sentence.
    pub fn own(&self, sample: usize) -> Vec<usize> {
        match &self.samples.inputs {
            Inputs::Bits(_) => {
                let bits = self.subsets.get(self.samples.quantum[sample] as usize);
                bits.map_or_else(Vec::new, |bits| bits.iter().map(|bit| *bit as usize).collect())
            }
            Inputs::Tokens { context, tokens, place } => {
                let document = &tokens[sample * (context + 1)..][..place[sample] as usize + 1];
                if !self.samples.names.is_empty() {
                    // What it depends on is not known.
                    return Vec::new();
                }
                let begin = document.iter().rposition(|token| Vocabulary::is_end(*token)).map_or(0, |end| end + 1);
                (begin..document.len()).collect()
            }
        }
    }

    /// A sample's context up to what is predicted, which is marked: “a b copy a ▸b◂”, “01101… ▸1◂”.
    pub fn marked(&self, sample: usize) -> String {
        let target = self.token(self.samples.target[sample]);
        format!("{}{}▸{target}◂", self.before(sample).join(self.joint()), if self.samples.names.is_empty() { " " } else { "" })
    }
}
