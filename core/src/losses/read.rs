//! Texts of one's own, read by trained runs: probe documents, whose tokens show what each size has learned.

use super::runs::{shared_steps, sized};
use super::{Document, Losses, LossesError, Passage};
use crate::kernel::decoder::{Decoder, Network};
use crate::model::ModelConfig;
use crate::record::{Arrays, Record};
use crate::text::{BytePairs, Text, windows};

impl Losses {
    /// The losses of every token but the first of each text, in runs whose parameters are kept: at the last step,
    /// and at the snapshots that all runs have. Texts that are longer than a model's context are read in windows,
    /// each of which begins with the last token of the one before it.
    ///
    /// # Errors
    /// If a run is of another task, has no parameters or other tokens, or the texts have no token to predict.
    pub fn of_texts(title: &str, runs: &[(String, Record)], texts: &[Text], pairs: &BytePairs) -> Result<Self, LossesError> {
        let passage = passage(texts, pairs);
        let steps = shared_steps(runs, |record| kept(record).map(|(step, _)| step).collect())?;
        let documents: Vec<Vec<u32>> =
            texts.iter().map(|text| pairs.encode(&text.text).into_iter().map(u32::from).collect()).collect();
        let mut bits = Vec::new();
        for (name, record) in runs {
            let ModelConfig::Transformer(settings) = &record.config.model else { return Err(LossesError::NotText(name.clone())) };
            let (tokens, context) = record.config.task.documents().ok_or_else(|| LossesError::NotText(name.clone()))?;
            if tokens != pairs.len() {
                return Err(LossesError::Shape(format!(
                    "{name} reads {tokens} tokens, and the text is written in {}",
                    pairs.len()
                )));
            }
            let decoder = Decoder::new(settings, tokens, context);
            let windows: Vec<&[u32]> = documents.iter().flat_map(|document| windows(document, context)).collect();
            for step in &steps {
                let arrays = kept(record).find(|(at, _)| at == step).map(|(_, arrays)| arrays);
                let find = |parameter: &str| arrays.and_then(|arrays| arrays.get(parameter)).map(|array| array.values.as_slice());
                let failed = |error: crate::kernel::decoder::DecoderError| LossesError::Foreign(format!("{name}: {error}"));
                let network = Network::new(&decoder, false, find).map_err(failed)?;
                let losses = network.predictions(&windows).map_err(failed)?.losses;
                bits.extend(losses.into_iter().map(|nats| nats.max(0.0) * std::f32::consts::LOG2_E));
            }
        }
        Self::new(title.to_owned(), runs.iter().map(|(_, record)| sized(record)).collect(), steps, passage, bits)
    }
}

/// The parameters that a record keeps, by their steps, rising.
fn kept(record: &Record) -> impl Iterator<Item = (u64, &Arrays)> {
    let last = record.checkpoint.iter().map(|checkpoint| (checkpoint.step, &checkpoint.arrays));
    let before = record.checkpoint.as_ref().map_or(u64::MAX, |checkpoint| checkpoint.step);
    let snapshots = record.snapshots.iter().filter(move |snapshot| snapshot.step < before);
    snapshots.map(|snapshot| (snapshot.step, &snapshot.arrays)).chain(last)
}

fn passage(texts: &[Text], pairs: &BytePairs) -> Passage {
    let mut passage = Passage::default();
    for text in texts {
        let begins = passage.ends.len();
        for token in pairs.encode(&text.text) {
            passage.bytes.extend(pairs.bytes(&[token]));
            passage.ends.push(passage.bytes.len() as u32);
        }
        let end = passage.ends.len();
        if end > begins {
            passage.documents.push(Document { name: text.name.clone(), begins });
            passage.places.extend((begins + 1..end).map(|place| place as u32));
        }
    }
    passage
}
