//! The samples of an analysis, and how they are chosen from what was drawn.

use std::collections::BTreeMap;

use super::ask::{Ask, Draw};
use crate::analysis::AnalysisError;
use crate::analysis::labels::{self, numbered};
use crate::rng::{Rng, Stream};
use crate::task::{BitBatch, Noun};

/// What samples are shown to the model as.
#[derive(Clone, Debug, PartialEq)]
pub enum Inputs {
    /// Random bits with a subtask's code.
    Bits(BitBatch),
    /// A document a sample, of which one token is the sample.
    Tokens {
        /// Predicted tokens of a document.
        context: usize,
        /// The documents, `[n, context + 1]`.
        tokens: Vec<u32>,
        /// The place that predicts the sample's token, `[n]`: that is the token after it.
        place: Vec<u32>,
    },
}

/// Samples, with what is known of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// The quantum, by rank from 0, `[n]`.
    pub quantum: Vec<u32>,
    /// What is predicted: a token, or a label of 0 or 1, `[n]`.
    pub target: Vec<u32>,
    /// The loss in nats, `[n]`.
    pub loss: Vec<f32>,
    /// The family of each quantum by rank, where the task has families. Of a published model, whose quanta nobody
    /// knows, the texts stand in their places: these are the texts' names then.
    pub families: Vec<String>,
    /// What each token of the inputs says, where the task does not tell: of a published model.
    pub names: BTreeMap<u32, String>,
    /// What the model sees.
    pub inputs: Inputs,
}

impl Samples {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.quantum.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.quantum.is_empty()
    }

    /// Some of them, by their places in ascending order.
    pub fn only(&self, kept: &[usize]) -> Self {
        fn some<T: Copy>(all: &[T], each: usize, kept: &[usize]) -> Vec<T> {
            kept.iter().flat_map(|sample| all[sample * each..][..each].iter().copied()).collect()
        }
        let inputs = match &self.inputs {
            Inputs::Bits(batch) => Inputs::Bits(BitBatch {
                words: batch.words,
                bits: some(&batch.bits, batch.words, kept),
                codes: some(&batch.codes, 1, kept),
                labels: some(&batch.labels, 1, kept),
            }),
            Inputs::Tokens { context, tokens, place } => {
                Inputs::Tokens { context: *context, tokens: some(tokens, context + 1, kept), place: some(place, 1, kept) }
            }
        };
        Self {
            quantum: some(&self.quantum, 1, kept),
            target: some(&self.target, 1, kept),
            loss: some(&self.loss, 1, kept),
            families: self.families.clone(),
            names: self.names.clone(),
            inputs,
        }
    }

    /// What stands in the places of quanta: the texts that samples are from, where the quanta are not known.
    pub fn noun(&self) -> Noun {
        if self.names.is_empty() { Noun::QUANTUM } else { Noun::TEXT }
    }

    /// How many quanta there are among them.
    pub fn quanta(&self) -> usize {
        labels::count(&numbered(&self.quantum))
    }

    /// The family of each sample's quantum, where the task has families.
    pub fn family(&self) -> Option<Vec<String>> {
        let of = |quantum: &u32| self.families.get(*quantum as usize).cloned();
        self.quantum.iter().map(of).collect::<Option<Vec<String>>>().filter(|names| !names.is_empty())
    }

    /// The token that the sample's token follows, `[n]`; nothing where the inputs are no tokens.
    pub fn last(&self) -> Option<Vec<u32>> {
        let Inputs::Tokens { context, tokens, place } = &self.inputs else { return None };
        Some(place.iter().enumerate().map(|(sample, place)| tokens[sample * (context + 1) + *place as usize]).collect())
    }
}

/// What has been drawn so far: the quantum of each candidate.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    quanta: Vec<u32>,
}

impl Candidates {
    /// Takes up the next candidate, which is of this quantum.
    pub fn push(&mut self, quantum: u32) {
        self.quanta.push(quantum);
    }

    /// The candidates of each quantum, ascending.
    fn of_quantum(&self) -> BTreeMap<u32, Vec<usize>> {
        let mut of_quantum: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        self.quanta.iter().enumerate().for_each(|(at, quantum)| of_quantum.entry(*quantum).or_default().push(at));
        of_quantum
    }

    /// Whether enough has been drawn: of each quantum that is known so far, or in all.
    pub fn suffice(&self, ask: &Ask) -> bool {
        match ask.draw {
            Draw::Natural => self.quanta.len() >= ask.samples,
            Draw::Balanced => {
                let of_quantum = self.of_quantum();
                let each = ask.samples.div_ceil(of_quantum.len().max(1));
                !of_quantum.is_empty() && of_quantum.values().all(|all| all.len() >= each)
            }
        }
    }

    /// Chooses at random as many as are asked for, in order of their quanta. A quantum of which there are
    /// too few for a balanced choice is left out, unless it is needed to have enough.
    ///
    /// # Errors
    /// If there are not enough; `drawn` is how many candidates were looked at.
    pub fn choose(&self, ask: &Ask, drawn: usize) -> Result<Vec<usize>, AnalysisError> {
        let count = self.quanta.len();
        if count < ask.samples {
            return Err(AnalysisError::LowLoss { found: count, asked: ask.samples, below: ask.below, drawn });
        }
        let mut rng = Rng::new(ask.seed, Stream::Subsamples, u64::MAX);
        if ask.draw == Draw::Natural {
            let mut chosen = rng.choose(count, ask.samples);
            chosen.sort_by_key(|at| self.quanta[*at]);
            return Ok(chosen);
        }
        let of_quantum = self.of_quantum();
        // The richest first: those that have too few for an equal share are the last.
        let mut quanta: Vec<(&u32, &Vec<usize>)> = of_quantum.iter().collect();
        quanta.sort_unstable_by_key(|(quantum, all)| (std::cmp::Reverse(all.len()), **quantum));
        while quanta.len() > 1 && quanta.last().is_some_and(|(_, all)| all.len() * quanta.len() < ask.samples) {
            let rest: usize = quanta[..quanta.len() - 1].iter().map(|(_, all)| all.len()).sum();
            if rest < ask.samples {
                break;
            }
            quanta.pop();
        }
        let mut shares = vec![0; quanta.len()];
        let mut left = ask.samples;
        while left > 0 {
            for (share, (_, all)) in shares.iter_mut().zip(&quanta) {
                if left > 0 && *share < all.len() {
                    *share += 1;
                    left -= 1;
                }
            }
        }
        let mut choose = |all: &[usize], share: usize| rng.choose(all.len(), share).into_iter().map(|at| all[at]).collect();
        let mut chosen: Vec<(u32, Vec<usize>)> =
            quanta.iter().zip(shares).map(|((quantum, all), share)| (**quantum, choose(all, share))).collect();
        chosen.sort_unstable();
        Ok(chosen.into_iter().flat_map(|(_, all)| all).collect())
    }
}
