//! Tokens of texts that a published language model predicts well, and their gradients: QDG as the paper has it, on a
//! model that people use.

use std::collections::{BTreeMap, HashSet};

use super::tokens::{self, failed, layers};
use super::{AtPlace, Model, Weights};
use crate::analysis::AnalysisError;
use crate::analysis::qdg::{Ask, Candidates, Draw, Inputs, Places, Samples, Similarity};
use crate::figure::whole;
use crate::kernel::decoder::{Decoder, Network};
use crate::pretrained::Pretrained;
use crate::rng::{Rng, Stream};
use crate::text::Text;

/// Windows that are read in one go.
const AT_ONCE: usize = 64;

/// Where as many samples are wanted of every text, one is read until it has so many times its share.
const SPARE: usize = 2;

/// A published model with the texts that its samples come from.
pub struct PublishedModel<'a> {
    model: &'a Pretrained,
    decoder: Decoder,
    context: usize,
    texts: Vec<(String, Vec<u32>)>,
}

impl<'a> PublishedModel<'a> {
    /// The model with texts, of which samples are predicted from up to `context` tokens before them.
    ///
    /// # Errors
    /// If its tokenizer can't read a text, or a text is shorter than a window.
    pub fn new(model: &'a Pretrained, texts: &[Text], context: usize) -> Result<Self, AnalysisError> {
        let wrong = |what: String| AnalysisError::Parameters(what);
        if context < 4 || context > model.shape.context {
            return Err(wrong(format!(
                "a context of {} tokens is none of this model: from 4 to {} are",
                whole(context as f64),
                whole(model.shape.context as f64)
            )));
        }
        let read = |text: &Text| {
            let tokens = model.tokenizer.encode(&text.text).map_err(|error| wrong(format!("{}: {error}", text.name)))?;
            if tokens.len() <= context {
                return Err(wrong(format!(
                    "{} has {} tokens, and windows of {} are cut out of it",
                    text.name,
                    tokens.len(),
                    context + 1
                )));
            }
            Ok((text.name.clone(), tokens))
        };
        let texts = texts.iter().map(read).collect::<Result<Vec<_>, AnalysisError>>()?;
        Ok(Self { decoder: model.decoder(context), model, context, texts })
    }

    fn network(&self, with_gradients: bool) -> Result<Network<'_>, AnalysisError> {
        Network::new(&self.decoder, with_gradients, |name| self.model.array(name)).map_err(failed)
    }
}

impl Model for PublishedModel<'_> {
    /// Tokens whose loss is under the limit, in windows of the texts: not those early in a window, nor those that a
    /// window has had before after the same two tokens, because repeating is one skill that would crowd out all
    /// others (the paper's rule). A sample's quantum is the text that it is from. Windows are read in an order of
    /// the seed.
    fn samples(&self, ask: &Ask) -> Result<Samples, AnalysisError> {
        if ask.places == Places::All || ask.similarities.contains(&Similarity::Attribution) {
            let what = "of published models gradients are taken at the place that predicts, and compared signed, absolute or by residual";
            return Err(AnalysisError::Parameters(what.to_owned()));
        }
        let network = self.network(false)?;
        let (mut candidates, mut found, mut drawn) = (Candidates::default(), Vec::new(), 0);
        let enough = if ask.draw == Draw::Balanced { ask.samples.div_ceil(self.texts.len()) * SPARE } else { usize::MAX };
        for (text, (_, tokens)) in self.texts.iter().enumerate() {
            let mut windows: Vec<&[u32]> = tokens.chunks_exact(self.context + 1).collect();
            Rng::new(ask.seed, Stream::Subsamples, text as u64).shuffle(&mut windows);
            let before = found.len();
            for windows in windows.chunks(AT_ONCE) {
                if found.len() - before >= enough {
                    break;
                }
                let losses = network.predictions(windows).map_err(failed)?.losses;
                for (window, losses) in windows.iter().zip(losses.chunks_exact(self.context)) {
                    let mut seen = HashSet::new();
                    for place in 1..self.context {
                        let is_new = seen.insert([window[place - 1], window[place], window[place + 1]]);
                        if place < self.context / 4 {
                            continue;
                        }
                        drawn += 1;
                        if is_new && f64::from(losses[place]) < ask.below {
                            candidates.push(text as u32);
                            found.push((text as u32, *window, place, losses[place]));
                        }
                    }
                }
            }
        }
        let chosen: Vec<_> = candidates.choose(ask, drawn)?.into_iter().map(|at| found[at]).collect();
        let tokens: Vec<u32> = chosen.iter().flat_map(|(_, window, ..)| window.iter().copied()).collect();
        let names: BTreeMap<u32, String> = tokens.iter().map(|token| (*token, self.model.tokenizer.text(*token))).collect();
        Ok(Samples {
            quantum: chosen.iter().map(|(text, ..)| *text).collect(),
            target: chosen.iter().map(|(_, window, place, _)| window[place + 1]).collect(),
            loss: chosen.iter().map(|(.., loss)| *loss).collect(),
            families: self.texts.iter().map(|(name, _)| name.trim_end_matches(".txt").to_owned()).collect(),
            names,
            inputs: Inputs::Tokens {
                context: self.context,
                tokens,
                place: chosen.iter().map(|(_, _, place, _)| *place as u32).collect(),
            },
        })
    }

    fn layers(&self) -> Vec<String> {
        tokens::names(&self.decoder)
    }

    fn at_place(&self, samples: &Samples, with_factors: bool) -> Result<AtPlace, AnalysisError> {
        tokens::at_place(&self.decoder, &self.network(true)?, samples, with_factors)
    }

    fn weights(&self) -> Vec<Option<Weights<'_>>> {
        layers(&self.decoder).map(|_| None).collect()
    }

    fn parameters(&self) -> Vec<f64> {
        Vec::new()
    }

    fn unit_gradients(&self, _: &Samples, _: &[usize]) -> Result<Vec<f64>, AnalysisError> {
        Err(unmoved())
    }

    fn losses_at(&self, _: &Samples, _: &[usize], _: &[f64]) -> Result<Vec<f64>, AnalysisError> {
        Err(unmoved())
    }
}

fn unmoved() -> AnalysisError {
    AnalysisError::Parameters("the weights of published models are not moved".to_owned())
}
