//! The gradient of one predicted token's loss, as the factors of each linear layer's: for QDG.

use super::collect::{Collect, LayerFactors};
use super::elementwise::{CrossEntropy, Scale};
use super::gradients::with_tape;
use super::{DecoderError, Network};

/// At which places of a document a gradient is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// At all up to the one that predicts; the loss depends on none after it.
    Document,
    /// At the one that predicts alone: what the layers' inputs and outputs there have to do with the loss.
    /// The way back is as short as one place.
    Place,
}

/// One predicted token and its gradient.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Its loss, nats.
    pub loss: f32,
    /// Whether no other token is more probable.
    pub is_right: bool,
    /// What the last norm gives at the place that predicts it, `[width]`.
    pub residual: Vec<f32>,
    /// Every linear layer of the blocks, the first block first; in each, the order of
    /// [`Decoder::parameters`](super::Decoder::parameters). All gradients are divided by the probability of
    /// the wrong tokens, so that they keep their digits near zero loss; a cosine does not change by it.
    pub layers: Vec<LayerFactors>,
}

impl Network<'_> {
    /// The gradient of the loss of the token after `place`. May be called from several threads at once.
    ///
    /// # Errors
    /// If the document or the place does not fit the network.
    pub fn sample(&self, document: &[u32], place: usize, extent: Extent) -> Result<Sample, DecoderError> {
        self.decoder.check(document)?;
        let places = document.len() - 1;
        if place >= places {
            return Err(DecoderError::Place { found: place, places });
        }
        Ok(with_tape(|tape| {
            let (tokens, target, one) = (&document[..=place], document[place + 1] as usize, place..place + 1);
            self.forward(tokens, tape);
            self.logits(tape, one.clone());
            let (row, count) = (tape.logits.row_mut(place), self.decoder.sizes.tokens);
            let (loss, is_right) = self.isa.run(CrossEntropy { row, tokens: count, target, scale: Scale::ByWrong });
            let residual = tape.norm.out.row(place)[..self.decoder.sizes.width].to_vec();
            let range = if extent == Extent::Document { 0..place + 1 } else { one.clone() };
            let mut layers = Vec::new();
            self.backward(tokens, tape, one, range, &mut Collect::Factors(&mut layers));
            layers.reverse();
            Sample { loss, is_right, residual, layers }
        }))
    }
}
