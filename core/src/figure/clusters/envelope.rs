//! Sizes of clusters against rank over all k, beside labels that know nothing.

use std::collections::BTreeMap;

use super::Kind;
use crate::analysis::AnalysisError;
use crate::analysis::envelope::{Envelope, EnvelopeWithNulls, equal, paper_ranks, uniform, with_nulls};
use crate::analysis::labels::{Clusterings, sizes};
use crate::analysis::qdg::Clusters;
use crate::figure::axis::Span;
use crate::figure::color::Ink;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Dash, Scene};
use crate::figure::table::{NONE, spaced};
use crate::figure::text::{brief, whole};
use crate::figure::{Figure, Place, Sheet, Table};
use crate::paper;

/// How often random labels are drawn.
const DRAWS: usize = 10;

/// The envelope of one similarity and method over all its k.
pub struct EnvelopeFigure {
    of: String,
    ks: Vec<usize>,
    samples: usize,
    /// The sizes of each k's clusters, the largest first.
    each: Vec<Vec<usize>>,
    envelope: Envelope,
    uniform: Envelope,
    equal: Envelope,
    /// The slopes, or why there are none.
    slopes: Result<EnvelopeWithNulls, String>,
}

impl EnvelopeFigure {
    /// Of all clusterings of the given one's similarity and method; the slope is fitted over these ranks, by
    /// default over the paper's in proportion.
    ///
    /// # Errors
    /// If there is no such clustering, or they do not fit each other.
    pub fn new(clusters: &Clusters, clustering: usize, ranks: Option<(usize, usize)>) -> Result<Self, AnalysisError> {
        let chosen = clusters.clusterings.get(clustering);
        let same = clusters
            .clusterings
            .iter()
            .filter(|one| chosen.is_some_and(|all| (all.similarity, all.method) == (one.similarity, one.method)));
        let of_k: BTreeMap<usize, Vec<u32>> = same.map(|one| (one.k, one.labels.clone())).collect();
        let all = Clusterings::new(of_k)?;
        let (ks, samples) = (all.ks(), all.n());
        let ranks = ranks.unwrap_or_else(|| paper_ranks(ks.last().copied().unwrap_or(1)));
        let descending = |labels: &[u32]| {
            let mut sizes = sizes(labels);
            sizes.sort_unstable_by(|a, b| b.cmp(a));
            sizes
        };
        Ok(Self {
            of: chosen.map_or_else(String::new, |one| format!("{}, {}", one.similarity.word(), one.method.word())),
            each: all.iter().map(|(_, labels)| descending(labels)).collect(),
            envelope: Envelope::new(&all),
            uniform: uniform(&ks, samples, 0, 0),
            equal: equal(&ks, samples),
            slopes: with_nulls(&all, ranks, DRAWS, 0).map_err(|error| error.to_string()),
            ks,
            samples,
        })
    }

    fn draw(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let found = Ink::of(style.theme.series(0));
        let slope = |slope: f64| format!("slope {slope:.2}").replace('-', "−");
        let of = |get: &dyn Fn(&EnvelopeWithNulls) -> f64| {
            self.slopes.as_ref().ok().map_or(String::new(), |all| format!(", {}", slope(get(all))))
        };
        let stroke = style.stroke();
        let mut legend =
            vec![Entry::new(Mark::Dot(found), "largest cluster of the rank over all k").or_short("largest of the rank")];
        if let Ok(all) = &self.slopes {
            legend
                .push(Entry::new(Mark::Line(style.theme.ink(), stroke, Dash::Solid), format!("fit, {}", slope(all.slope.slope))));
        }
        let random = format!("uniform random labels{}", of(&|all| all.uniform.slope.value));
        legend.push(Entry::new(Mark::Line(style.theme.closed_form(), stroke, Dash::Dashed), random));
        let even = format!("equal sizes{}", of(&|all| all.equal.slope.value));
        legend.push(Entry::new(Mark::Line(style.theme.muted(), stroke, Dash::Dotted), even));
        legend.push(Entry::new(Mark::Line(style.theme.axis(), 1.0, Dash::Solid), "each k"));
        let ranks = self.envelope.sizes.len().max(2) as f64;
        let largest = [&self.envelope, &self.uniform, &self.equal].into_iter().flat_map(|one| one.sizes.first().copied()).max();
        let least = self.each.iter().flatten().chain(&self.envelope.sizes).copied().filter(|size| *size > 0).min();
        let plan = Plan {
            x: Span::Count(0.9, ranks * 1.1),
            y: Span::Count(0.8 * least.unwrap_or(1) as f64, largest.unwrap_or(1) as f64 * 1.3 + 1.0),
            x_title: "rank of the cluster by size",
            y_title: "samples in the cluster",
            legend,
            title: None,
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        let points = |sizes: &[usize]| {
            let points: Vec<_> = sizes.iter().enumerate().map(|(at, size)| panel.at(at as f64 + 1.0, *size as f64)).collect();
            points
        };
        for sizes in &self.each {
            scene.line(points(sizes), &panel.area, 1.0, style.theme.axis().faded(0.7));
        }
        scene.dashed(points(&self.equal.sizes), &panel.area, stroke, style.theme.muted(), Dash::Dotted);
        scene.dashed(points(&self.uniform.sizes), &panel.area, stroke, style.theme.closed_form(), Dash::Dashed);
        let radius = if style.narrow { 1.8 } else { 2.4 };
        points(&self.envelope.sizes).into_iter().for_each(|point| scene.dot(point, radius, found));
        if let Ok(all) = &self.slopes {
            let (from, to) = all.slope.ranks;
            let fitted =
                (from..=to).filter_map(|rank| Some(((rank as f64).ln(), (*self.envelope.sizes.get(rank - 1)? as f64).ln())));
            let (count, x, y) = fitted.fold((0.0, 0.0, 0.0), |(count, xs, ys), (x, y)| (count + 1.0, xs + x, ys + y));
            // A line of least squares goes through the middle.
            let at = |rank: usize| {
                let over = (rank as f64).ln() - x / f64::max(count, 1.0);
                panel.at(rank as f64, libm::exp(y / f64::max(count, 1.0) + all.slope.slope * over))
            };
            scene.line([at(from), at(to)], &panel.area, stroke, style.theme.ink());
        }
        panel
    }

    /// The three sizes at a rank.
    fn at(&self, rank: usize) -> [Option<usize>; 3] {
        [&self.envelope, &self.uniform, &self.equal].map(|one| one.sizes.get(rank - 1).copied())
    }
}

/// How many samples, or none.
fn size(size: Option<usize>) -> String {
    size.map_or_else(|| NONE.to_owned(), |size| whole(size as f64))
}

impl Figure for EnvelopeFigure {
    fn name(&self) -> &'static str {
        Kind::Envelope.name()
    }

    fn title(&self) -> String {
        Kind::Envelope.title().into()
    }

    fn caption(&self) -> String {
        "The slope says something of the samples only as far as it differs from random labels’.".into()
    }

    fn describe(&self) -> String {
        let ks: Vec<String> = self.ks.iter().map(ToString::to_string).collect();
        let slopes = match &self.slopes {
            Err(why) => format!("No slope is fitted: {why}."),
            Ok(all) => {
                let spread =
                    all.uniform.deviation.map_or(String::new(), |deviation| format!(", standard deviation {}", brief(deviation)));
                format!(
                    "Over ranks {} to {} its slope is {:.2}; that of uniform random labels with the same k {:.2} (mean of {} \
                     draws{spread}), that of equal sizes {:.2}. The paper’s, of clusters of Pythia’s gradients over ranks {} to {}, \
                     is {}.",
                    all.slope.ranks.0,
                    all.slope.ranks.1,
                    all.slope.slope,
                    all.uniform.slope.value,
                    all.uniform.slopes.len(),
                    all.equal.slope.value,
                    paper::RANKS.0,
                    whole(paper::RANKS.1 as f64),
                    paper::ENVELOPE_SLOPE
                )
                .replace('-', "−")
            }
        };
        format!(
            "The size of the largest cluster of each rank over all k, both logarithmic: {}, {} samples, k = {}. {slopes}",
            self.of,
            whole(self.samples as f64),
            ks.join(", ")
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["Rank", "Largest cluster", "Uniform random labels", "Equal sizes"]);
        for rank in spaced(self.envelope.sizes.len(), 24) {
            table.push(std::iter::once(whole(rank as f64)).chain(self.at(rank).map(size)));
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area));
    }

    fn read_at(&self, _: usize, (rank, _): (f64, f64)) -> String {
        let last = self.envelope.sizes.len().max(1);
        let rank = if rank.is_finite() { (rank.round().max(1.0) as usize).min(last) } else { 1 };
        let [found, uniform, equal] = self.at(rank).map(size);
        format!("rank {}: {found} samples; uniform random labels {uniform}, equal sizes {equal}", whole(rank as f64))
    }

    fn stops(&self) -> Vec<Place> {
        let sizes = self.envelope.sizes.iter().enumerate();
        sizes.map(|(at, size)| (0, (at as f64 + 1.0, *size as f64))).collect()
    }
}
