//! The mean cosines of pairs of samples, by what the two share.

use super::Kind;
use super::rows::{Rows, written};
use crate::analysis::qdg::Clusters;
use crate::figure::{Figure, Place, Sheet, Table};

/// What a pair may share.
const KINDS: [&str; 4] = ["same quantum and target", "same quantum alone", "same target alone", "neither"];

/// What is said without similarities.
const NONE_HERE: &str = "No similarity was measured here.";

/// The mean cosines of the four kinds of pairs, a row a similarity.
pub struct PairsFigure {
    rows: Rows,
    /// The areas under the curve, by similarity: pairs of other targets, and of the same.
    auc: Vec<(Option<f64>, Option<f64>)>,
}

impl PairsFigure {
    /// The figure of all similarities.
    pub fn new(clusters: &Clusters) -> Self {
        let measured = &clusters.measured;
        let kind = |at: usize| (KINDS[at], measured.iter().map(|one| one.pairs.means()[at]).collect());
        Self {
            rows: Rows {
                names: measured.iter().map(|one| one.similarity.word().to_owned()).collect(),
                kinds: (0..KINDS.len()).map(kind).collect(),
                x_title: "mean cosine of pairs of samples",
            },
            auc: measured.iter().map(|one| (one.pairs.auc_other_target, one.pairs.auc_same_target)).collect(),
        }
    }
}

impl Figure for PairsFigure {
    fn name(&self) -> &'static str {
        Kind::Pairs.name()
    }

    fn title(&self) -> String {
        Kind::Pairs.title().into()
    }

    fn caption(&self) -> String {
        "A similarity that sees the quantum sets “same quantum alone” apart from “neither”.".into()
    }

    fn describe(&self) -> String {
        let one = |(name, (other, same)): (&String, &(Option<f64>, Option<f64>))| {
            format!("{name} {} and {}", written(*other), written(*same))
        };
        let auc: Vec<String> = self.rows.names.iter().zip(&self.auc).map(one).collect();
        let auc = match auc.is_empty() {
            true => NONE_HERE.to_owned(),
            false => format!(
                "The probability that a pair of one quantum is more alike than a pair of two, first among pairs of other targets, \
                 then of the same (½ is chance): {}.",
                auc.join("; ")
            ),
        };
        format!("The mean cosine of pairs of samples by what they share, for each similarity. {auc}")
    }

    fn table(&self) -> Table {
        let mut table = self.rows.table("Similarity");
        table.header.extend(["AUC, other targets".to_owned(), "AUC, same target".to_owned()]);
        for (row, (other, same)) in table.rows.iter_mut().zip(&self.auc) {
            row.extend([written(*other), written(*same)]);
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.rows.draw(scene, style, area, NONE_HERE));
    }

    fn read_at(&self, _: usize, (_, y): (f64, f64)) -> String {
        self.rows.read_at(y)
    }

    fn stops(&self) -> Vec<Place> {
        self.rows.stops()
    }
}
