//! What the samples of a cluster have in common, and their contexts in words.

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
}

/// The clusters of one clustering, the largest first.
pub fn describe(clusters: &Clusters, clustering: usize) -> Vec<Described> {
    let samples = &clusters.samples;
    let most = |of: &[u32], members: &[usize]| {
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        members.iter().for_each(|sample| *counts.entry(of[*sample]).or_default() += 1);
        let (value, count) =
            counts.into_iter().max_by_key(|(value, count)| (*count, std::cmp::Reverse(*value))).unwrap_or_default();
        (value, count as f64 / members.len().max(1) as f64)
    };
    let all = clusters.members(clustering).into_iter().enumerate();
    all.map(|(at, members)| {
        let (quantum, quantum_share) = most(&samples.quantum, &members);
        let (target, target_share) = most(&samples.target, &members);
        let family = samples.families.get(quantum as usize).cloned();
        Described {
            rank: at + 1,
            size: members.len(),
            quantum: quantum + 1,
            quantum_share,
            family,
            target,
            target_share,
            members,
        }
    })
    .collect()
}

/// The contexts of samples, as a person reads them.
pub struct Contexts<'a> {
    samples: &'a Samples,
    vocabulary: Option<Vocabulary>,
    bits: usize,
}

impl<'a> Contexts<'a> {
    /// Of samples of a run.
    pub fn new(config: &RunConfig, samples: &'a Samples) -> Self {
        let bits = config.subtasks().map_or(0, |subtasks| subtasks.n_bits);
        Self { samples, vocabulary: config.language().map(|language| language.vocabulary()), bits }
    }

    /// A target as it is shown: a token, or a label of 0 or 1.
    pub fn token(&self, token: u32) -> String {
        self.vocabulary.as_ref().map_or_else(|| token.to_string(), |vocabulary| vocabulary.name(token))
    }

    /// A sample's context up to what is predicted, which is marked: “a b copy a ▸b◂”, “01101… ▸1◂”.
    pub fn marked(&self, sample: usize) -> String {
        let target = self.token(self.samples.target[sample]);
        match &self.samples.inputs {
            Inputs::Bits(batch) => {
                let bit = |at: usize| char::from(b'0' + (batch.sample(sample)[at / 32] >> (at % 32) & 1) as u8);
                format!("{} ▸{target}◂", (0..self.bits).map(bit).collect::<String>())
            }
            Inputs::Tokens { context, tokens, place } => {
                let document = &tokens[sample * (context + 1)..][..place[sample] as usize + 1];
                let before: Vec<String> = document.iter().map(|token| self.token(*token)).collect();
                format!("{} ▸{target}◂", before.join(" "))
            }
        }
    }
}
