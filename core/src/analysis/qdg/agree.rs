//! How far clusterings of the same samples agree, found in models that differ in their seed, say.

use super::{Clusters, Method, Similarity};
use crate::analysis::AnalysisError;
use crate::analysis::scores::{Agreement, agreement};

/// The agreement of two or more clusterings of one similarity, method and k.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreed {
    /// How samples were compared.
    pub similarity: Similarity,
    /// How they were clustered.
    pub method: Method,
    /// The clusters that were asked for; of Leiden those of the first file.
    pub k: usize,
    /// One for each pair of files: the first with the second, with the third, the second with the third.
    pub pairs: Vec<Agreement>,
}

impl Agreed {
    /// The means of the adjusted Rand index and of the adjusted mutual information over all pairs.
    pub fn means(&self) -> [f64; 2] {
        let mean = |of: fn(&Agreement) -> f64| self.pairs.iter().map(of).sum::<f64>() / self.pairs.len().max(1) as f64;
        [mean(|pair| pair.ari), mean(|pair| pair.ami)]
    }
}

/// The agreement of every clustering that all of the files hold.
///
/// # Errors
/// Fewer than two files, or files of other samples, by their places in the list.
pub fn agree(files: &[&Clusters]) -> Result<Vec<Agreed>, AnalysisError> {
    let wrong = |what: String| Err(AnalysisError::Parameters(what));
    let [first, rest @ ..] = files else { return wrong("there are no clusters to compare".to_owned()) };
    if rest.is_empty() {
        return wrong("one file agrees with itself: two or more are compared".to_owned());
    }
    if let Some(at) = rest.iter().position(|other| other.samples.inputs != first.samples.inputs) {
        return wrong(format!("file {} holds other samples than the first: --samples-from takes those of a file", at + 2));
    }
    let mut all = Vec::new();
    for one in &first.clusterings {
        let k = (one.method != Method::Leiden).then_some(one.k);
        let of = |clusters: &&Clusters| {
            let at = clusters.find(Some(one.similarity.word()), Some(one.method.word()), k)?;
            Some(clusters.clusterings[at].labels.clone())
        };
        let Some(labels) = files.iter().map(of).collect::<Option<Vec<Vec<u32>>>>() else { continue };
        let pairs = (0..labels.len()).flat_map(|a| (a + 1..labels.len()).map(move |b| (a, b)));
        let pairs = pairs.map(|(a, b)| agreement(&labels[a], &labels[b])).collect::<Result<_, _>>()?;
        all.push(Agreed { similarity: one.similarity, method: one.method, k: one.k, pairs });
    }
    Ok(all)
}

#[cfg(test)]
#[cfg(feature = "analysis")]
mod tests {
    use super::super::tests::{learned, small};
    use super::*;
    use crate::analysis::qdg::{run, run_on};

    #[test]
    fn clusterings_of_the_same_samples_agree_as_their_labels_do() {
        let (config, checkpoint) = learned(4);
        let one = run(&config, &checkpoint, &small(), |_| true).unwrap();
        // A model that answers half of the subtasks wrong.
        let mut worse = checkpoint.clone();
        worse.arrays.get_mut("layers.1.weight").unwrap().values[..8].iter_mut().for_each(|weight| *weight *= -0.1);
        let other = run_on(&config, &worse, one.samples.clone(), &one.ask, |_| true).unwrap();
        assert_eq!(other.samples.inputs, one.samples.inputs);
        assert!(other.samples.loss.iter().zip(&one.samples.loss).any(|(worse, loss)| *worse > loss + 0.1));
        let same = agree(&[&one, &one, &one]).unwrap();
        assert_eq!(same.len(), one.clusterings.len());
        assert!(same.iter().all(|agreed| agreed.pairs.len() == 3 && (agreed.means()[0] - 1.0).abs() < 1e-9));
        let differ = agree(&[&one, &other]).unwrap();
        let expected = agreement(&one.clusterings[0].labels, &other.clusterings[0].labels).unwrap();
        assert_eq!(differ[0].pairs, [expected]);
        assert_eq!(differ[0].means(), [expected.ari, expected.ami]);
    }

    #[test]
    fn what_cannot_be_compared_is_a_sentence() {
        let (config, checkpoint) = learned(4);
        let one = run(&config, &checkpoint, &small(), |_| true).unwrap();
        let mut other = one.clone();
        other.samples = other.samples.only(&(0..59).collect::<Vec<_>>());
        assert!(agree(&[&one]).unwrap_err().to_string().contains("two or more"));
        assert!(agree(&[&one, &one, &other]).unwrap_err().to_string().contains("file 3 holds other samples"));
        let (five, its) = learned(5);
        let said = run_on(&five, &its, one.samples.clone(), &one.ask, |_| true);
        assert!(said.is_err() || said.unwrap().samples.len() == 60);
    }
}
