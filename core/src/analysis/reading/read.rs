//! Reads a text by a run.

use super::{Course, Passage, Reading, Text};
use crate::analysis::AnalysisError;
use crate::analysis::gradients::decoder::LanguageModel;
use crate::record::{Checkpoint, Record};
use crate::task::language::{NO_LABEL, Vocabulary};

/// Reads a text with the parameters of each snapshot of a run, and with those of its checkpoint.
///
/// # Errors
/// A run of no transformer, without parameters, or whose parameters do not fit; a word that is no token of
/// the language; a text without words.
pub fn read(record: &Record, text: &Text) -> Result<Reading, AnalysisError> {
    let all = parameters(record)?;
    let newest = all[all.len() - 1];
    let model = LanguageModel::new(&record.config, newest)?;
    let mut passages = match text {
        Text::Documents(count) => fresh(&model, *count),
        Text::Words(words) => own(&model, words)?,
    };
    for parameters in &all {
        let model = LanguageModel::new(&record.config, parameters)?;
        for passage in &mut passages {
            passage.losses.push(model.losses(&passage.tokens)?);
        }
    }
    let families = model.task().planted().iter().map(|quantum| quantum.rule.family().to_owned()).collect();
    Ok(Reading { families, steps: all.iter().map(|parameters| parameters.step).collect(), passages })
}

/// The mean loss of the last tokens of these documents at each step whose parameters were kept: of a cluster's
/// samples, how its quantum was learned.
///
/// # Errors
/// As for [`read`]; no documents, or one that the model cannot read.
pub fn course(record: &Record, documents: &[Vec<u32>]) -> Result<Course, AnalysisError> {
    if documents.is_empty() {
        return Err(AnalysisError::Parameters("there are no tokens to follow".to_owned()));
    }
    let all = parameters(record)?;
    let mean = |parameters: &&Checkpoint| {
        let model = LanguageModel::new(&record.config, parameters)?;
        let last = |document: &Vec<u32>| Ok(model.losses(document)?.last().copied().unwrap_or(0.0));
        let losses = documents.iter().map(last).collect::<Result<Vec<f32>, AnalysisError>>()?;
        Ok(losses.iter().sum::<f32>() / losses.len() as f32)
    };
    let losses = all.iter().map(mean).collect::<Result<Vec<f32>, AnalysisError>>()?;
    Ok(Course { steps: all.iter().map(|parameters| parameters.step).collect(), losses })
}

/// The parameters that a run kept, in order of their steps; at least one.
fn parameters(record: &Record) -> Result<Vec<&Checkpoint>, AnalysisError> {
    let last = record.weights();
    let step = last.map(|weights| weights.step);
    let all: Vec<&Checkpoint> = record.snapshots.iter().filter(|snapshot| Some(snapshot.step) != step).chain(last).collect();
    if all.is_empty() {
        let none = "this run holds no parameters (no checkpoint and no snapshot), so it cannot read";
        return Err(AnalysisError::Parameters(none.to_owned()));
    }
    Ok(all)
}

/// Documents of the language that no training reaches.
fn fresh(model: &LanguageModel, count: usize) -> Vec<Passage> {
    let task = model.task();
    // Their name sets them apart from those of tests and of analyses.
    let batch = task.test_piece(1 << 50, 0..count.min(task.test_documents()));
    let label = |label: &u32| Some(*label).filter(|label| *label != NO_LABEL);
    let passage = |at: usize| {
        let tokens = batch.document(at);
        let least = task.least_losses(tokens).into_iter().map(|bits| bits * std::f32::consts::LN_2);
        let quanta = batch.labels[at * batch.context..][..batch.context].iter().map(label);
        // What only fills a document up is no part of it.
        let filled = tokens.windows(2).rposition(|pair| !pair.iter().all(|token| Vocabulary::is_end(*token)));
        let len = filled.map_or(1, |at| at + 1);
        Passage {
            tokens: tokens[..=len].to_vec(),
            quanta: quanta.take(len).collect(),
            least: least.take(len).collect(),
            losses: Vec::new(),
        }
    };
    (0..batch.len()).map(passage).collect()
}

/// A text in the names of tokens, in as many documents as it needs: each ends with a sentence where it can.
fn own(model: &LanguageModel, words: &str) -> Result<Vec<Passage>, AnalysisError> {
    let (vocabulary, context) = (model.task().vocabulary(), model.task().context());
    let token = |word: &str| vocabulary.token(word).ok_or_else(|| AnalysisError::Word(word.to_owned()));
    let tokens = words.split_whitespace().map(token).collect::<Result<Vec<u32>, AnalysisError>>()?;
    // The beginning of a document is put there anyway.
    let mut rest = &tokens[tokens.iter().take_while(|token| **token == Vocabulary::BEGIN).count()..];
    if rest.is_empty() {
        return Err(AnalysisError::Parameters("the text has no words".to_owned()));
    }
    let mut passages = Vec::new();
    while !rest.is_empty() {
        let most = rest.len().min(context);
        let sentences = rest[..most].iter().rposition(|token| Vocabulary::is_end(*token)).map(|end| end + 1);
        let (document, after) = rest.split_at(if most < rest.len() { sentences.unwrap_or(most) } else { most });
        let tokens = std::iter::once(Vocabulary::BEGIN).chain(document.iter().copied()).collect();
        passages.push(Passage { tokens, quanta: Vec::new(), least: Vec::new(), losses: Vec::new() });
        rest = after;
    }
    Ok(passages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::gradients::decoder::tests::random;

    fn run() -> Record {
        let (config, checkpoint) = random("");
        let earlier = Checkpoint {
            step: 1,
            arrays: checkpoint
                .arrays
                .iter()
                .map(|(name, array)| {
                    let mut array = array.clone();
                    array.values.iter_mut().for_each(|value| *value *= 0.5);
                    (name.clone(), array)
                })
                .collect(),
        };
        let mut record = Record::new(config);
        record.snapshots = vec![earlier, checkpoint.clone()];
        record.checkpoint = Some(checkpoint);
        record
    }

    #[test]
    fn fresh_documents_are_read_at_every_step_that_was_kept() {
        let record = run();
        let reading = read(&record, &Text::Documents(2)).unwrap();
        assert_eq!(reading.steps, [1, 3]);
        assert_eq!((reading.passages.len(), reading.families.len()), (2, record.config.quanta().len()));
        for passage in &reading.passages {
            let predicted = passage.tokens.len() - 1;
            assert!(predicted > 8, "{passage:?}");
            assert_eq!((passage.quanta.len(), passage.least.len()), (predicted, predicted));
            assert!(passage.losses.iter().all(|losses| losses.len() == predicted));
            assert_ne!(passage.losses[0], passage.losses[1]);
            // What a rule predicts costs nothing at the least; nothing costs less than that.
            for (quantum, least) in passage.quanta.iter().zip(&passage.least) {
                assert!(quantum.is_none() || *least == 0.0, "{quantum:?} {least}");
            }
            assert!(passage.quanta.iter().flatten().count() > 0);
        }
    }

    #[test]
    fn a_text_of_ones_own_is_read_as_documents_are() {
        let record = run();
        let model = LanguageModel::new(&record.config, record.checkpoint.as_ref().unwrap()).unwrap();
        let fresh = read(&record, &Text::Documents(1)).unwrap().passages.remove(0);
        let vocabulary = model.task().vocabulary();
        let words: Vec<String> = fresh.tokens.iter().map(|token| vocabulary.name(*token)).collect();
        let own = read(&record, &Text::Words(words.join(" "))).unwrap().passages.remove(0);
        assert_eq!((own.tokens, own.losses), (fresh.tokens, fresh.losses));
        let long = read(&record, &Text::Words("count 1 2 3 . ".repeat(20))).unwrap();
        assert!(long.passages.len() > 3);
        assert!(long.passages.iter().all(|passage| passage.tokens.len() <= 25 && passage.tokens.ends_with(&[Vocabulary::END])));
        assert_eq!(long.passages.iter().map(|passage| passage.tokens.len() - 1).sum::<usize>(), 100);
        // Without an end of a sentence it is cut where a document is full.
        let endless = read(&record, &Text::Words("1 2 ".repeat(20))).unwrap();
        assert_eq!(endless.passages.iter().map(|passage| passage.tokens.len() - 1).collect::<Vec<_>>(), [24, 16]);
    }

    #[test]
    fn the_course_of_tokens_is_the_mean_of_their_losses() {
        let record = run();
        let reading = read(&record, &Text::Documents(2)).unwrap();
        let places = [(0, 3), (1, 5), (0, 7)];
        let documents: Vec<Vec<u32>> =
            places.iter().map(|(at, place)| reading.passages[*at].tokens[..place + 2].to_vec()).collect();
        let found = course(&record, &documents).unwrap();
        assert_eq!(found.steps, reading.steps);
        for (step, loss) in found.losses.iter().enumerate() {
            let mean = places.iter().map(|(at, place)| reading.passages[*at].losses[step][*place]).sum::<f32>() / 3.0;
            assert!((loss - mean).abs() < 1e-5, "{loss} {mean}");
        }
        assert!(course(&record, &[]).is_err());
    }

    #[test]
    fn what_cannot_be_read_is_a_sentence() {
        let said = |record: &Record, words: &str| read(record, &Text::Words(words.to_owned())).unwrap_err().to_string();
        let mut record = run();
        assert!(said(&record, "count 1 zwei").contains("“zwei” is no token"), "{}", said(&record, "count 1 zwei"));
        assert!(said(&record, " \n").contains("no words"));
        record.checkpoint = None;
        record.snapshots.clear();
        assert!(said(&record, "1").contains("no parameters"), "{}", said(&record, "1"));
    }
}
