//! The similarity matrix in blocks: the mean cosine of every two clusters.

use super::{Kind, Named, in_words, named};
use crate::analysis::qdg::{Blocks, Clusters};
use crate::figure::axis::Span;
use crate::figure::color::Ink;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Scene};
use crate::figure::table::NONE;
use crate::figure::text::{brief, whole};
use crate::figure::{Figure, Pick, Place, Sheet, Table};

/// How many shades there are.
const SHADES: usize = 48;

/// Clusters in the table at most.
const ROWS: usize = 300;

/// The mean cosine of every two clusters as colour; each is as wide as it has samples.
#[derive(Default)]
pub struct MatrixFigure {
    of: String,
    clusters: Vec<Named>,
    /// Where each cluster begins, in samples, and where the last ends.
    edges: Vec<usize>,
    blocks: Option<Blocks>,
    open: Option<usize>,
}

/// What is said where blocks were not kept.
const NO_BLOCKS: &str = "This file keeps no mean cosines: make its clusters anew.";

impl MatrixFigure {
    /// The figure of a clustering, with marks along the open cluster.
    pub fn new(clusters: &Clusters, clustering: usize, open: Option<usize>) -> Self {
        let one = clusters.clusterings.get(clustering);
        let named = named(clusters, clustering);
        let mut edges = vec![0];
        named.iter().for_each(|cluster| edges.push(edges[edges.len() - 1] + cluster.size));
        let blocks = one.and_then(|one| one.blocks.clone()).filter(|blocks| blocks.clusters() == named.len());
        Self { of: in_words(one), edges, blocks, open: open.filter(|open| *open < named.len()), clusters: named }
    }

    fn samples(&self) -> usize {
        self.edges.last().copied().unwrap_or(0)
    }

    /// The least and the largest mean, rounded outwards to tenths.
    fn ends(&self) -> (f64, f64) {
        let Some(blocks) = &self.blocks else { return (0.0, 1.0) };
        let count = blocks.clusters();
        let means = (0..count).flat_map(|a| (0..=a).filter_map(move |b| blocks.mean(a, b)));
        let (low, high) = means.fold((1.0f64, -1.0f64), |(low, high), mean| (low.min(mean), high.max(mean)));
        // Means are kept to within 0.004.
        let (low, high) = ((low * 10.0 + 0.04).floor() / 10.0, (high * 10.0 - 0.04).ceil() / 10.0);
        if low < high { (low, high) } else { (low.min(high) - 0.1, low.max(high) + 0.1) }
    }

    fn draw(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let (low, high) = self.ends();
        let shade = |share: f64| Ink::of(style.theme.heat(share));
        let ramp: Vec<Ink> = (0..SHADES).map(|i| shade(i as f64 / (SHADES - 1) as f64)).collect();
        let end = (self.samples() as f64).max(1.0);
        let legend = vec![Entry::new(Mark::Ramp(ramp.clone(), format!("mean cosine: {}", signed(low))), signed(high))];
        // As square as there is room for: the same samples run along both sides.
        let spare = (0.5 * ((outer.right - outer.left) - 1.12 * (outer.bottom - outer.top))).max(0.0);
        let outer = Area { left: outer.left + spare, right: outer.right - spare, ..outer };
        let plan = Plan {
            x: Span::Linear(0.0, end),
            y: Span::Linear(end, 0.0),
            x_title: "samples, cluster by cluster, the largest first",
            y_title: "the same samples",
            legend,
            title: None,
            grid: false,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        let Some(blocks) = &self.blocks else {
            panel.say(scene, style, NO_BLOCKS);
            return panel;
        };
        // Nothing for a cluster of one sample with itself.
        let of =
            |a: usize, b: usize| blocks.mean(a, b).map(|mean| ((mean - low) / (high - low) * (SHADES as f64 - 0.01)) as usize);
        // A little under the next box, so that no seam shines through where edges are smoothed.
        const UNDER: f64 = 0.6;
        let x = |cluster: usize| panel.x.at(self.edges[cluster] as f64);
        for a in 0..blocks.clusters() {
            let (top, bottom) = (panel.y.at(self.edges[a] as f64), panel.y.at(self.edges[a + 1] as f64));
            let mut from = 0;
            for b in 1..=blocks.clusters() {
                if b < blocks.clusters() && of(a, b) == of(a, from) {
                    continue;
                }
                let ink = of(a, from).map_or(style.theme.grid(), |shade| ramp[shade.min(SHADES - 1)]);
                let right = (x(b) + UNDER).min(panel.area.right);
                scene.fill(Area { left: x(from), right, top, bottom: (bottom + UNDER).min(panel.area.bottom) }, ink);
                from = b;
            }
        }
        if let Some(open) = self.open {
            self.mark(scene, &panel, style, open);
        }
        panel
    }

    /// Lines along a cluster's row and column.
    fn mark(&self, scene: &mut Scene, panel: &Panel, style: &Style, open: usize) {
        let Area { left, right, top, bottom } = panel.area;
        let ink = style.theme.accent();
        for edge in [self.edges[open], self.edges[open + 1]] {
            let (x, y) = panel.at(edge as f64, edge as f64);
            scene.segment((left, y), (right, y), 1.2, ink);
            scene.segment((x, top), (x, bottom), 1.2, ink);
        }
    }

    /// The cluster over a number of samples.
    fn cluster_at(&self, samples: f64) -> Option<usize> {
        let is_there = samples >= 0.0 && samples < self.samples() as f64;
        is_there.then(|| self.edges.partition_point(|edge| *edge as f64 <= samples) - 1)
    }

    /// The middle of a cluster's row.
    fn middle(&self, cluster: usize) -> f64 {
        0.5 * (self.edges[cluster] + self.edges[cluster + 1]) as f64
    }

    /// The mean over all pairs within clusters, and between them.
    fn means(&self) -> (Option<f64>, Option<f64>) {
        let Some(blocks) = &self.blocks else { return (None, None) };
        let size = |cluster: usize| self.clusters[cluster].size as f64;
        let mut sums = [(0.0, 0.0); 2];
        for a in 0..blocks.clusters() {
            for b in 0..=a {
                let pairs = if a == b { 0.5 * size(a) * (size(a) - 1.0) } else { size(a) * size(b) };
                if let Some(mean) = blocks.mean(a, b) {
                    let sum = &mut sums[usize::from(a != b)];
                    *sum = (sum.0 + pairs * mean, sum.1 + pairs);
                }
            }
        }
        let [within, between] = sums.map(|(sum, pairs)| (pairs > 0.0).then(|| sum / pairs));
        (within, between)
    }
}

/// A cosine with a real minus sign.
fn signed(cosine: f64) -> String {
    format!("{cosine:.1}").replace('-', "−")
}

/// A mean cosine to two places.
fn cosine(mean: Option<f64>) -> String {
    mean.map_or_else(|| NONE.to_owned(), |mean| format!("{mean:.2}").replace('-', "−"))
}

impl Figure for MatrixFigure {
    fn name(&self) -> &'static str {
        Kind::Matrix.name()
    }

    fn title(&self) -> String {
        Kind::Matrix.title().into()
    }

    fn caption(&self) -> String {
        "A block on the diagonal that stands out from its row is a cluster apart from the others.".into()
    }

    fn describe(&self) -> String {
        let (within, between) = self.means();
        let nearest = self.blocks.as_ref().and_then(|blocks| {
            let pairs = (0..blocks.clusters()).filter_map(|a| blocks.nearest(a).map(|(b, mean)| (a, b, mean)));
            pairs.reduce(|best, next| if next.2 > best.2 { next } else { best })
        });
        let nearest = nearest.map_or(String::new(), |(a, b, mean)| {
            format!(" The two that are most alike are {} and {}, at {}.", a + 1, b + 1, cosine(Some(mean)))
        });
        let means = match self.blocks {
            None => format!(" {NO_BLOCKS}"),
            Some(_) => format!(
                " Pairs of one cluster have a mean cosine of {}, pairs of two {}.{nearest} Means are kept to within 0.004.",
                cosine(within),
                cosine(between)
            ),
        };
        format!(
            "The mean cosine between the samples of every two clusters as colour ({}), each cluster as wide and as high as it \
             has samples, {} in all.{means}",
            self.of,
            whole(self.samples() as f64)
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["Cluster", "Samples", "Mean cosine within", "Most like cluster", "Mean cosine with it"]);
        let Some(blocks) = &self.blocks else { return table };
        for (at, cluster) in self.clusters.iter().enumerate().take(ROWS) {
            let nearest = blocks.nearest(at);
            table.push([
                whole((at + 1) as f64),
                whole(cluster.size as f64),
                cosine(blocks.mean(at, at)),
                nearest.map_or(NONE.to_owned(), |(other, _)| whole((other + 1) as f64)),
                cosine(nearest.map(|(_, mean)| mean)),
            ]);
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area));
    }

    fn read_at(&self, _: usize, (x, y): (f64, f64)) -> String {
        let at = |samples| self.cluster_at(samples);
        let (Some(row), Some(column), Some(blocks)) = (at(y), at(x), &self.blocks) else { return "no cluster here".into() };
        let name = |cluster: usize| self.clusters[cluster].words.as_str();
        if row != column {
            return format!("{} and {}: mean cosine {}", name(row), name(column), brief_or(blocks.mean(row, column)));
        }
        let nearest = blocks
            .nearest(row)
            .map_or(String::new(), |(other, mean)| format!("; most like cluster {}, {}", other + 1, cosine(Some(mean))));
        format!("{}: mean cosine within {}{nearest}", name(row), brief_or(blocks.mean(row, row)))
    }

    fn stops(&self) -> Vec<Place> {
        let diagonal = |cluster: usize| (0, (self.middle(cluster), self.middle(cluster)));
        if self.blocks.is_some() { (0..self.clusters.len()).map(diagonal).collect() } else { Vec::new() }
    }

    fn pick(&self, _: usize, (_, y): (f64, f64)) -> Option<Pick> {
        self.cluster_at(y).map(Pick::Cluster)
    }
}

/// A mean, or that there is none.
fn brief_or(mean: Option<f64>) -> String {
    mean.map_or_else(|| "unknown, of one sample".to_owned(), |mean| if mean == 0.0 { brief(0.0) } else { cosine(Some(mean)) })
}
