//! The rows of Figs 16 and 17: the toy of Gaussian clusters.

use super::Row;
use super::rows::blank;
use crate::analysis::Toy;
use crate::figure::whole;
use crate::fit::Estimate;

/// What `quanta qdg gaussians --json` printed, an object a line: clustering takes the feature `analysis` and a
/// few minutes, and the same seeds give the same numbers.
const KEPT: &str = include_str!("gaussians.jsonl");

/// A row for each true exponent and spread.
pub fn rows() -> Vec<Row> {
    KEPT.lines().filter_map(|line| serde_json::from_str(line).ok()).filter_map(|toy| row(&toy)).collect()
}

fn row(toy: &Toy) -> Option<Row> {
    let mean = |slopes: &[f64]| Estimate::of_seeds(&slopes.iter().map(|slope| -slope).collect::<Vec<f64>>());
    let (found, truth, uniform) = (mean(&toy.slopes)?, mean(&toy.truth)?, mean(&toy.uniform)?);
    let agreement = Estimate::of_seeds(&toy.ari)?;
    let quantity =
        format!("decay of cluster size with rank, Gaussian clusters of true exponent {}, spread {}", toy.exponent, toy.spread);
    let (from, to) = toy.ranks;
    let remark = format!(
        "the paper prints no number; its settings are not known here: {} samples of {} clusters in {} dimensions, up to {} \
         clusters, ranks {from} to {to}; ARI {:.2}; labels drawn at random give {:.2}",
        whole(toy.samples as f64),
        whole(toy.clusters as f64),
        whole(toy.dimensions as f64),
        whole(toy.k.iter().copied().max().unwrap_or_default() as f64),
        agreement.value,
        uniform.value,
    );
    Some(Row {
        theory: Some(toy.exponent),
        truncated: Some(truth.value),
        ours: Some(found.value),
        uncertainty: Some(found.uncertainty),
        seconds: toy.seconds,
        remark,
        ..blank("16, 17", quantity)
    })
}
