//! Which clusters the tokens of a text are nearest to.

use super::vectors::Vectors;
use super::{Ask, Clusters, Inputs, Samples};
use crate::analysis::reading::Near;
use crate::analysis::{AnalysisError, gradients};
use crate::config::RunConfig;
use crate::record::Checkpoint;

/// So many of the samples that are most alike are named.
const MOST_ALIKE: usize = 5;

/// The nearest cluster of each predicted token of a document `[t + 1]`, by the similarity of one clustering,
/// `[t]`; nothing for a token whose gradient has no direction (its loss is exactly 0). `config` and
/// `checkpoint` are of the run that the clusters are of.
///
/// # Errors
/// If the clusters are of another run or step, or not of tokens; a document that is too long.
pub fn near(
    config: &RunConfig,
    checkpoint: &Checkpoint,
    clusters: &Clusters,
    clustering: usize,
    document: &[u32],
) -> Result<Vec<Option<Near>>, AnalysisError> {
    let wrong = |what: String| AnalysisError::Parameters(what);
    clusters.check_step(checkpoint)?;
    let one = clusters.clusterings.get(clustering).ok_or_else(|| wrong("there is no such clustering".to_owned()))?;
    let Inputs::Tokens { context, .. } = &clusters.samples.inputs else {
        return Err(wrong("these clusters are of bits, and no text is near to them".to_owned()));
    };
    let predicted = document.len().saturating_sub(1);
    if predicted == 0 || predicted > *context {
        return Err(wrong(format!("the text has {predicted} tokens to predict, but must have from 1 to {context}")));
    }
    let ask = Ask { similarities: vec![one.similarity], ..clusters.ask.clone() };
    let model = gradients::model(config, checkpoint)?;
    let n = clusters.samples.len();
    let both = with_tokens(&clusters.samples, document);
    let directed = Vectors::new(model.as_ref(), &both, &ask)?.with_direction(both.len());
    let left = both.only(&directed);
    let cosines = Vectors::new(model.as_ref(), &left, &ask)?.cosines(left.len(), one.similarity)?.matrix;
    // The samples that are left come first, as they are.
    let known = directed.iter().take_while(|sample| **sample < n).count();
    let sizes = clusters.members(clustering).len();
    let mut nearest = vec![None; predicted];
    for (row, token) in directed.iter().enumerate().skip(known) {
        let mut sums = vec![(0.0, 0usize); sizes];
        let mut alike: Vec<(usize, f64)> = Vec::with_capacity(known);
        for (column, sample) in directed[..known].iter().enumerate() {
            let cosine = f64::from(cosines.at(row, column));
            let sum = &mut sums[one.labels[*sample] as usize];
            *sum = (sum.0 + cosine, sum.1 + 1);
            alike.push((*sample, cosine));
        }
        alike.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        alike.truncate(MOST_ALIKE);
        let means = sums.iter().enumerate().filter(|(_, (_, count))| *count > 0);
        let mean = means.map(|(cluster, (sum, count))| (cluster, sum / *count as f64)).max_by(|a, b| a.1.total_cmp(&b.1));
        nearest[token - n] = mean.map(|(cluster, cosine)| Near { cluster, cosine, samples: alike });
    }
    Ok(nearest)
}

/// The samples, and after them every predicted token of a document, as if it were one.
fn with_tokens(samples: &Samples, document: &[u32]) -> Samples {
    let predicted = document.len() - 1;
    let mut both = samples.clone();
    both.quantum.resize(samples.len() + predicted, 0);
    both.target.extend(&document[1..]);
    both.loss.resize(samples.len() + predicted, 0.0);
    if let Inputs::Tokens { context, tokens, place } = &mut both.inputs {
        for at in 0..predicted {
            tokens.extend(document);
            // What comes after the predicted token does not count.
            tokens.resize(tokens.len() + *context - predicted, document[0]);
            place.push(at as u32);
        }
    }
    both
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::gradients::decoder::tests::random;
    use crate::analysis::qdg::{Draw, Method, Places, Similarity, run};

    #[test]
    fn a_sample_is_nearest_to_itself_and_tokens_to_their_own_kind() {
        let (config, checkpoint) = random("");
        for (similarity, places) in [(Similarity::Signed, Places::Predicting), (Similarity::Absolute, Places::All)] {
            let ask = Ask {
                samples: 60,
                below: 30.0,
                draw: Draw::Natural,
                similarities: vec![similarity],
                methods: vec![Method::Average],
                k: vec![8],
                places,
                ..Ask::default()
            };
            let clusters = run(&config, &checkpoint, &ask, |_| true).unwrap();
            let Inputs::Tokens { context, tokens, place } = &clusters.samples.inputs else { panic!("tokens") };
            let document = &tokens[5 * (context + 1)..][..context + 1];
            let found = near(&config, &checkpoint, &clusters, 0, document).unwrap();
            assert_eq!(found.len(), *context);
            let own = found[place[5] as usize].clone().unwrap();
            let (same, cosine) = own.samples[0];
            assert!(cosine > 0.9999 && own.samples.len() == 5, "{own:?}");
            assert_eq!((clusters.samples.target[same], place[same]), (clusters.samples.target[5], place[5]));
            // A mean over a cluster is at most its best.
            assert!(found.iter().flatten().all(|near| near.cosine <= near.samples[0].1 + 1e-6), "{found:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_a_sentence() {
        let (config, checkpoint) = random("");
        let ask = Ask {
            samples: 30,
            below: 30.0,
            similarities: vec![Similarity::Signed],
            methods: vec![Method::Average],
            ..Ask::default()
        };
        let clusters = run(&config, &checkpoint, &ask, |_| true).unwrap();
        let said = |checkpoint: &Checkpoint, clustering, document: &[u32]| {
            near(&config, checkpoint, &clusters, clustering, document).unwrap_err().to_string()
        };
        assert!(said(&Checkpoint { step: 9, ..checkpoint.clone() }, 0, &[0, 1]).contains("step 3"));
        assert!(said(&checkpoint, 7, &[0, 1]).contains("no such clustering"));
        assert!(said(&checkpoint, 0, &[0]).contains("0 tokens"));
        assert!(said(&checkpoint, 0, &[0; 90]).contains("89 tokens"));
    }
}
