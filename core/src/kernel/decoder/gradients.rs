//! A batch: its loss and gradients, and the losses of its tokens.

use std::ops::Range;

use super::collect::Collect;
use super::elementwise::{Add, CrossEntropy, Scale};
use super::rows::{flat, flat_mut};
use super::tape::Tape;
use super::{DecoderError, Network};
use crate::kernel::cpu::Isa;
use crate::kernel::cpu::parallel::each;
use crate::kernel::cpu::simd::{LANES, Lanes};

/// A batch is computed in so many shares of equally many documents, by one worker or by several, and their
/// gradients are added in order: the result does not depend on the workers.
pub const SHARES: usize = 4;

/// A share is taken in at most so many parts, whatever the number of threads, and their sums are added in
/// order: the result does not depend on the threads.
const PARTS: usize = 4;

/// The sums of all parts have at most about so many numbers together, as long as each share has one.
const MOST_SUMS: usize = 1 << 26;

std::thread_local! {
    /// Each thread reuses its memory from document to document.
    static TAPE: std::cell::RefCell<Tape> = std::cell::RefCell::default();
}

/// Does something with this thread's tape.
pub fn with_tape<T>(something: impl FnOnce(&mut Tape) -> T) -> T {
    TAPE.with_borrow_mut(something)
}

/// The loss of a batch and its gradients, or one share of both: what the shares of a batch add up to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gradients {
    /// Mean cross-entropy of all predicted tokens, nats.
    pub loss: f64,
    /// The gradient of each parameter in its shape, one after another in the order of
    /// [`Decoder::parameters`](super::Decoder::parameters).
    pub row: Vec<f32>,
}

impl Gradients {
    /// The sum of the shares of a batch, in their order.
    pub fn sum(shares: impl IntoIterator<Item = Self>) -> Self {
        let mut shares = shares.into_iter();
        let mut all = shares.next().unwrap_or_default();
        for share in shares {
            all.loss += share.loss;
            Isa::best().run(Add { to: &mut all.row, row: &share.row });
        }
        all
    }
}

/// How well each token of a batch is predicted, document after document; a document's first token is not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Predictions {
    /// Cross-entropy of each token, nats.
    pub losses: Vec<f32>,
    /// Whether no other token was more probable.
    pub right: Vec<bool>,
}

/// The sums of one part.
struct Sums {
    loss: f64,
    lanes: Vec<Lanes>,
}

impl Network<'_> {
    /// Computes the mean cross-entropy of every token but the first of each document, and its gradients.
    ///
    /// # Errors
    /// If a document does not fit the network.
    pub fn gradients(&self, documents: &[&[u32]]) -> Result<Gradients, DecoderError> {
        self.shares(documents, 0..SHARES).map(Gradients::sum)
    }

    /// Computes some of the [`SHARES`] of it. The last ones are zeros where there are fewer documents.
    ///
    /// # Errors
    /// If a document does not fit the network.
    pub fn shares(&self, documents: &[&[u32]], shares: Range<usize>) -> Result<Vec<Gradients>, DecoderError> {
        documents.iter().try_for_each(|document| self.decoder.check(document))?;
        let predicted: usize = documents.iter().map(|document| document.len() - 1).sum();
        let scale = Scale::By(1.0 / predicted as f32);
        let share = documents.len().div_ceil(SHARES).max(1);
        let most = (MOST_SUMS / SHARES / self.decoder.parts.len).clamp(1, PARTS);
        let part = share.div_ceil(most);
        let of_share = |at: usize| documents.chunks(share).nth(at).unwrap_or_default().chunks(part);
        let parts: Vec<(usize, &[&[u32]])> = shares.clone().flat_map(|at| of_share(at).map(move |part| (at, part))).collect();
        let sums = each(parts.len(), |part| {
            let mut sums = Sums { loss: 0.0, lanes: self.decoder.zeros() };
            for document in parts[part].1 {
                with_tape(|tape| self.train(document, scale, tape, &mut sums));
            }
            sums
        });
        let of_share = |at: usize| parts.iter().zip(&sums).filter(move |((share, _), _)| *share == at).map(|(_, sums)| sums);
        let found = shares.map(|at| Gradients {
            loss: of_share(at).map(|sums| sums.loss).sum::<f64>() / predicted as f64,
            row: self.add(&of_share(at).map(|sums| flat(&sums.lanes)).collect::<Vec<_>>()),
        });
        let found = found.collect();
        sums.into_iter().for_each(|sums| self.decoder.keep(sums.lanes));
        Ok(found)
    }

    /// Adds up the sums of parts, each parameter after the one before it.
    fn add(&self, parts: &[&[f32]]) -> Vec<f32> {
        let parameters = &self.decoder.parameters;
        let rows = each(parameters.len(), |at| {
            let part = parameters[at].part;
            let mut all = Vec::with_capacity(part.rows * part.columns);
            for row in 0..part.rows {
                let first = all.len();
                all.resize(first + part.columns, 0.0);
                for sums in parts {
                    let row = &sums[part.offset + row * part.stride..][..part.columns];
                    self.isa.run(Add { to: &mut all[first..], row });
                }
            }
            all
        });
        rows.concat()
    }

    fn train(&self, document: &[u32], scale: Scale, tape: &mut Tape, sums: &mut Sums) {
        let places = document.len() - 1;
        let tokens = &document[..places];
        self.forward(tokens, tape);
        self.logits(tape, 0..places);
        for (place, target) in document[1..].iter().enumerate() {
            let (row, target) = (tape.logits.row_mut(place), *target as usize);
            let (loss, _) = self.isa.run(CrossEntropy { row, tokens: self.decoder.sizes.tokens, target, scale });
            sums.loss += f64::from(loss);
        }
        self.backward(tokens, tape, 0..places, 0..places, &mut Collect::Sums(flat_mut(&mut sums.lanes)));
    }

    /// Computes the logits at every place of a document, the last one's too.
    ///
    /// # Errors
    /// If the document does not fit the network.
    #[cfg(test)]
    pub fn all_logits(&self, tokens: &[u32]) -> Result<Vec<Vec<f32>>, DecoderError> {
        self.decoder.check(tokens)?;
        with_tape(|tape| {
            self.forward(tokens, tape);
            self.logits(tape, 0..tokens.len());
            Ok((0..tokens.len()).map(|place| tape.logits.row(place)[..self.decoder.sizes.tokens].to_vec()).collect())
        })
    }

    /// Computes the loss of every token but the first of each document, and whether it was predicted.
    ///
    /// # Errors
    /// If a document does not fit the network.
    pub fn predictions(&self, documents: &[&[u32]]) -> Result<Predictions, DecoderError> {
        documents.iter().try_for_each(|document| self.decoder.check(document))?;
        let each = each(documents.len(), |at| {
            with_tape(|tape| {
                let (document, places) = (documents[at], documents[at].len() - 1);
                self.forward(&document[..places], tape);
                self.logits(tape, 0..places);
                let predict = |(place, target): (usize, &u32)| {
                    let (row, tokens) = (tape.logits.row_mut(place), self.decoder.sizes.tokens);
                    self.isa.run(CrossEntropy { row, tokens, target: *target as usize, scale: Scale::By(1.0) })
                };
                document[1..].iter().enumerate().map(predict).collect::<Vec<(f32, bool)>>()
            })
        });
        let (losses, right) = each.into_iter().flatten().unzip();
        Ok(Predictions { losses, right })
    }
}

impl super::Decoder {
    /// Zeros for the sums of a part, in memory of an earlier step where there is some.
    fn zeros(&self) -> Vec<Lanes> {
        let kept = self.kept.lock().ok().and_then(|mut kept| kept.pop());
        let mut lanes = kept.unwrap_or_default();
        lanes.clear();
        lanes.resize(self.parts.len / LANES, Lanes::default());
        lanes
    }

    /// Keeps memory for the next step: mapping fresh pages costs as much as the arithmetic of a small one.
    fn keep(&self, lanes: Vec<Lanes>) {
        if let Ok(mut kept) = self.kept.lock()
            && kept.len() < SHARES * PARTS
        {
            kept.push(lanes);
        }
    }
}
