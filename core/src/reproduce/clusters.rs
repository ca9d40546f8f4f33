//! The rows of Figs 5 and 15: the envelope of clusters of gradients.

use std::collections::BTreeMap;

use super::rows::{blank, missing};
use super::{Results, Row};
use crate::analysis::envelope::{EnvelopeWithNulls, with_nulls};
use crate::analysis::labels::Clusterings;
use crate::analysis::qdg::{ARTIFACT, Clusters, Draw, Method, Similarity};
use crate::figure::whole;
use crate::paper;
use crate::record::Record;

/// Draws of random labels.
const DRAWS: usize = 10;

/// The rows: the language's stands beside the Pile's of Fig 5.
pub fn rows(results: &Results) -> Vec<Row> {
    let quantity = "decay of cluster size with rank, envelope over k";
    let of = |figure: &'static str, paper: f64, fits: &dyn Fn(&Record) -> bool| {
        let mut found: Vec<(&String, &Record, Clusters)> = results
            .runs
            .iter()
            .filter(|(_, record)| fits(record))
            .filter_map(|(name, record)| Some((name, record, Clusters::from_artifact(record.artifacts.get(ARTIFACT)?).ok()?)))
            .filter(|(.., clusters)| clusters.ask.draw == Draw::Natural)
            .collect();
        found.sort_by_key(|(.., clusters)| clusters.samples.len());
        let row = found.pop().and_then(|(name, record, clusters)| {
            let envelope = envelope(&clusters)?;
            let remark = remark(&clusters, &envelope, record);
            let seconds = record.evaluations.last().map_or(0.0, |last| last.seconds);
            Some(Row {
                paper: Some(paper),
                theory: record.quanta.alpha().map(|alpha| alpha + 1.0),
                ours: Some(-envelope.slope.slope),
                source: Some(name.clone()),
                seconds,
                remark,
                ..blank(figure, quantity)
            })
        });
        row.unwrap_or_else(|| missing(figure, quantity, Some(paper)))
    };
    vec![
        of("5", -paper::ENVELOPE_SLOPE, &|record| record.config.language().is_some()),
        of("15", -paper::PARITY_ENVELOPE_SLOPE, &|record| record.config.task.word() == "parity"),
    ]
}

/// The envelope of the published pair of similarity and method, beside the nulls: over the same part of
/// the ranks as in Fig 5.
fn envelope(clusters: &Clusters) -> Option<EnvelopeWithNulls> {
    let published =
        clusters.clusterings.iter().filter(|one| (one.similarity, one.method) == (Similarity::Signed, Method::Spectral));
    let of_k: BTreeMap<usize, Vec<u32>> = published.map(|one| (one.k, one.labels.clone())).collect();
    let most = *of_k.keys().next_back()?;
    with_nulls(&Clusterings::new(of_k).ok()?, ranks(most), DRAWS, 0).ok()
}

/// The ranks over which the slope of an envelope of up to `most` clusters is fitted: those that the paper takes of
/// up to 1,100 clusters, in proportion.
pub fn ranks(most: usize) -> (usize, usize) {
    let share = |rank: usize| rank * most / paper::CLUSTERS[paper::CLUSTERS.len() - 1];
    (share(paper::RANKS.0).max(1), share(paper::RANKS.1).max(3))
}

fn remark(clusters: &Clusters, found: &EnvelopeWithNulls, record: &Record) -> String {
    let (from, to) = found.slope.ranks;
    let task = if record.config.language().is_some() { "a planted language, not the Pile; " } else { "" };
    let most = clusters.clusterings.iter().map(|one| one.k).max().unwrap_or_default();
    format!(
        "{task}{} of {} samples, up to {} clusters, ranks {from} to {to}; labels drawn at random give {:.2}, clusters of \
         equal size {:.2}",
        whole(clusters.samples.len() as f64),
        whole(paper::SAMPLES_TO_CLUSTER as f64),
        whole(most as f64),
        -found.uniform.slope.value,
        -found.equal.slope.value,
    )
}
