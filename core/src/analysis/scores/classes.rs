//! How well each true class is found by some cluster.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Contingency;
use crate::analysis::AnalysisError;

/// One true class and the cluster that fits it best.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClassScore {
    /// The class's label.
    pub class: u32,
    /// How many samples it has.
    pub samples: usize,
    /// The largest F1 of any cluster taken as this class: 2·both/(class + cluster).
    pub f1: f64,
}

/// Best F1 of classes, with means.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// Each class in order of its label.
    pub classes: Vec<ClassScore>,
    /// The mean over classes, each counted the same.
    pub mean: f64,
    /// The mean over the classes of each family.
    pub families: BTreeMap<String, f64>,
}

/// The best F1 of each true class, the mean, and the mean within each family, where `family` names that
/// of each sample's class.
///
/// # Errors
/// If the lists have different lengths or none, or one class is in two families.
pub fn best_f1(truth: &[u32], found: &[u32], family: Option<&[String]>) -> Result<Fit, AnalysisError> {
    let table = Contingency::new(truth, found)?;
    let mut best = vec![0f64; table.classes.len()];
    for (class, cluster, both) in &table.cells {
        let f1 = 2.0 * *both as f64 / (table.classes[*class] + table.clusters[*cluster]) as f64;
        best[*class] = best[*class].max(f1);
    }
    let mean = best.iter().sum::<f64>() / best.len() as f64;
    let mut families: BTreeMap<String, (f64, usize)> = BTreeMap::new();
    if let Some(family) = family {
        for (class, name) in families_of(truth, family)? {
            let at = table.class_labels.binary_search(&class).unwrap_or_default();
            let sum = families.entry(name.clone()).or_default();
            *sum = (sum.0 + best[at], sum.1 + 1);
        }
    }
    let scores = best.iter().zip(&table.class_labels).zip(&table.classes);
    Ok(Fit {
        classes: scores.map(|((f1, class), samples)| ClassScore { class: *class, samples: *samples, f1: *f1 }).collect(),
        mean,
        families: families.into_iter().map(|(name, (sum, count))| (name, sum / count as f64)).collect(),
    })
}

/// The family of each class.
fn families_of<'a>(truth: &[u32], family: &'a [String]) -> Result<BTreeMap<u32, &'a String>, AnalysisError> {
    if family.len() != truth.len() {
        return Err(AnalysisError::Lengths {
            left_name: "the truth".to_owned(),
            left: truth.len(),
            right_name: "the families".to_owned(),
            right: family.len(),
        });
    }
    let mut of_class: BTreeMap<u32, &String> = BTreeMap::new();
    for (class, name) in truth.iter().zip(family) {
        let first = of_class.entry(*class).or_insert(name);
        if *first != name {
            return Err(AnalysisError::Labels(format!(
                "one quantum is in the families “{first}” and “{name}”, but must be in one"
            )));
        }
    }
    Ok(of_class)
}
