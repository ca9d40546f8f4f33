//! What each token of a text costs a model.

use super::{Pretrained, PretrainedError};
use crate::kernel::decoder::{Network, Predictions};
use crate::text::windows;

/// A window has no more places: what attention leaves grows with their square.
const MOST_CONTEXT: usize = 4_096;

/// A token of a text, read by a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Its number in the vocabulary.
    pub id: u32,
    /// Its text.
    pub text: String,
    /// Its cross-entropy given the tokens before it in its window, nats; nothing for the text's first.
    pub loss: Option<f32>,
}

impl Pretrained {
    /// The loss of each token of a text, read in [windows] of so many tokens. `progress` is
    /// called with the tokens that are done.
    ///
    /// # Errors
    /// If the text has fewer than two tokens, or the model reads no context of that length.
    pub fn losses(&self, tokens: &[u32], context: usize, mut progress: impl FnMut(usize)) -> Result<Vec<Token>, PretrainedError> {
        let most = self.shape.context.min(MOST_CONTEXT);
        if !(1..=most).contains(&context) {
            return Err(PretrainedError::Context { found: context, most });
        }
        if tokens.len() < 2 {
            return Err(PretrainedError::TooShort(tokens.len()));
        }
        let decoder = self.decoder(context);
        let unfit = |error: crate::kernel::decoder::DecoderError| PretrainedError::broken("model", error);
        let network = Network::new(&decoder, false, |name| self.array(name)).map_err(unfit)?;
        let windows: Vec<&[u32]> = windows(tokens, context).collect();
        let mut losses = Vec::with_capacity(tokens.len());
        // So many at once that every thread has some, and progress is told often.
        for windows in windows.chunks(2 * threads()) {
            let Predictions { losses: found, .. } = network.predictions(windows).map_err(unfit)?;
            losses.extend(found);
            progress(losses.len());
        }
        let losses = std::iter::once(None).chain(losses.into_iter().map(Some));
        Ok(tokens.iter().zip(losses).map(|(id, loss)| Token { id: *id, text: self.tokenizer.text(*id), loss }).collect())
    }
}

/// How many windows are read at the same time.
fn threads() -> usize {
    rayon::current_num_threads()
}
