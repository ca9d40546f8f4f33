//! The loss of every cluster over training, or over the size of the model.

use super::{Kind, Named, in_words, named};
use crate::analysis::qdg::{Clusters, Courses, Over};
use crate::figure::axis::Span;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::quanta::share;
use crate::figure::scene::{Area, Dash, Scene};
use crate::figure::table::{spaced, thinned};
use crate::figure::text::{brief, whole};
use crate::figure::{Figure, Pick, Place, Sheet, Table};

/// The mean loss of each cluster's samples by other parameters of the model.
pub struct CoursesFigure {
    over: Over,
    of: String,
    /// The loss under which samples were drawn, nats.
    below: f64,
    clusters: Vec<Named>,
    courses: Option<Courses>,
    open: Option<usize>,
}

impl CoursesFigure {
    /// The figure of a clustering, in which the open cluster stands out.
    pub fn new(clusters: &Clusters, clustering: usize, over: Over, open: Option<usize>) -> Self {
        let named = named(clusters, clustering);
        Self {
            over,
            of: in_words(clusters.clusterings.get(clustering)),
            below: clusters.ask.below,
            courses: clusters.courses(clustering, over),
            open: open.filter(|open| *open < named.len()),
            clusters: named,
        }
    }

    fn kind(&self) -> Kind {
        if self.over == Over::Training { Kind::Training } else { Kind::Size }
    }

    /// What is drawn to the right, in words.
    fn axis(&self) -> &'static str {
        if self.over == Over::Training { "training step" } else { "parameters, N" }
    }

    fn draw(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let amounts = self.courses.iter().flat_map(|courses| courses.amounts.iter().map(|amount| *amount as f64));
        let losses = self.courses.iter().flat_map(|courses| courses.losses.iter().flatten().copied());
        let most = losses.filter(|loss| loss.is_finite()).fold(0.0, f64::max);
        let plan = Plan {
            x: Span::log_over(amounts, 0.03),
            y: Span::Linear(0.0, if most > 0.0 { 1.05 * most } else { 1.0 }),
            x_title: self.axis(),
            y_title: "mean loss of its samples (nats)",
            legend: self.legend(style),
            title: None,
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        let Some(courses) = &self.courses else {
            panel.say(scene, style, NOT_READ);
            return panel;
        };
        let count = self.clusters.len();
        let line = |cluster: usize| -> Vec<(f64, f64)> {
            let points = courses.amounts.iter().zip(&courses.losses);
            points.filter(|(amount, _)| **amount > 0).map(|(amount, losses)| panel.at(*amount as f64, losses[cluster])).collect()
        };
        // Small clusters first, so that the large ones stay on top.
        for cluster in (0..count).rev().filter(|cluster| Some(*cluster) != self.open) {
            let strength = if self.open.is_some() { 0.25 } else { 0.8 };
            scene.line(line(cluster), &panel.area, 1.2, style.theme.rank(share(cluster, count)).faded(strength));
        }
        let mean = courses.amounts.iter().zip(&courses.mean).filter(|(amount, _)| **amount > 0);
        let mean: Vec<(f64, f64)> = mean.map(|(amount, loss)| panel.at(*amount as f64, *loss)).collect();
        scene.line(mean.iter().copied(), &panel.area, style.stroke(), style.theme.ink());
        mean.into_iter().for_each(|point| scene.dot(point, 1.3 * style.stroke(), style.theme.ink()));
        if let Some(open) = self.open {
            scene.line(line(open), &panel.area, 1.3 * style.stroke(), style.theme.accent());
            line(open).into_iter().for_each(|point| scene.dot(point, 1.5 * style.stroke(), style.theme.accent()));
        }
        panel
    }

    fn legend(&self, style: &Style) -> Vec<Entry> {
        let ramp = (0..24).map(|i| style.theme.rank(f64::from(i) / 23.0)).collect();
        let last = whole(self.clusters.len().max(1) as f64);
        let mut legend = vec![Entry::new(Mark::Ramp(ramp, "cluster 1".into()), format!("{last} (smallest)"))];
        legend.push(Entry::new(Mark::Line(style.theme.ink(), style.stroke(), Dash::Solid), "mean of all samples"));
        if let Some(open) = self.open {
            let name = format!("cluster {}", open + 1);
            legend.push(Entry::new(Mark::Line(style.theme.accent(), 1.3 * style.stroke(), Dash::Solid), name));
        }
        legend
    }

    /// How many clusters have a mean loss under that of the samples' threshold at one of the amounts.
    fn under(&self, courses: &Courses, at: usize) -> usize {
        courses.losses[at].iter().filter(|loss| **loss < self.below).count()
    }

    /// The cluster whose line passes nearest at the nearest amount, with that amount's place.
    fn nearest(&self, (x, y): (f64, f64)) -> Option<(usize, usize)> {
        let courses = self.courses.as_ref()?;
        let far = |amount: &u64| ((*amount).max(1) as f64 / x.max(1e-9)).ln().abs();
        let (at, _) = courses.amounts.iter().enumerate().min_by(|a, b| far(a.1).total_cmp(&far(b.1)))?;
        let losses = courses.losses[at].iter().enumerate();
        let (cluster, _) = losses.min_by(|a, b| (a.1 - y).abs().total_cmp(&(b.1 - y).abs()))?;
        Some((at, cluster))
    }
}

/// What is said where the samples were read by no other parameters.
const NOT_READ: &str = "no other parameters have read these samples: quanta qdg read lets them";

impl Figure for CoursesFigure {
    fn name(&self) -> &'static str {
        self.kind().name()
    }

    fn title(&self) -> String {
        self.kind().title().into()
    }

    fn caption(&self) -> String {
        "Samples were drawn for their low loss: that losses end low is by choice, when they fell is not.".into()
    }

    fn describe(&self) -> String {
        let Some(courses) = &self.courses else { return format!("{}: {NOT_READ}.", self.of) };
        let (first, last) = (0, courses.amounts.len() - 1);
        let most = courses.readers.iter().copied().max().unwrap_or(1);
        let seeds = if most > 1 { format!(", means of up to {most} models of one size") } else { String::new() };
        format!(
            "Mean loss in nats of each cluster's samples against {} (logarithmic), coloured from the largest to the smallest cluster, with \
             the mean of all samples{seeds}. {}. At {} the mean is {} nats and {} of {} clusters are under {} nats, at {} it is {} and {} are.",
            self.axis(),
            self.of,
            whole(courses.amounts[first] as f64),
            brief(courses.mean[first]),
            self.under(courses, first),
            self.clusters.len(),
            self.below,
            whole(courses.amounts[last] as f64),
            brief(courses.mean[last]),
            self.under(courses, last),
        )
    }

    fn table(&self) -> Table {
        let Some(courses) = &self.courses else { return Table::new(["Cluster"]) };
        let amounts: Vec<f64> = courses.amounts.iter().map(|amount| (*amount).max(1) as f64).collect();
        let shown = thinned(&amounts, 8);
        let letter = if self.over == Over::Training { "step" } else { "N =" };
        let headings = shown.iter().map(|at| format!("{letter} {}", whole(courses.amounts[*at] as f64)));
        let mut table = Table::new(["Cluster".to_owned()].into_iter().chain(headings));
        for rank in spaced(self.clusters.len(), 24) {
            let losses = shown.iter().map(|at| brief(courses.losses[*at][rank - 1]));
            table.push([self.clusters[rank - 1].words.clone()].into_iter().chain(losses));
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area));
    }

    fn read_at(&self, _: usize, data: (f64, f64)) -> String {
        let Some((courses, (at, cluster))) = self.courses.as_ref().zip(self.nearest(data)) else { return NOT_READ.into() };
        let amount = whole(courses.amounts[at] as f64);
        format!("{} {amount}: {}, {} nats", self.axis(), self.clusters[cluster].words, brief(courses.losses[at][cluster]))
    }

    fn stops(&self) -> Vec<Place> {
        let Some(courses) = &self.courses else { return Vec::new() };
        let of = |losses: &Vec<f64>| losses.get(self.open.unwrap_or(0)).copied().unwrap_or_default();
        courses.amounts.iter().zip(&courses.losses).map(|(amount, losses)| (0, ((*amount).max(1) as f64, of(losses)))).collect()
    }

    fn pick(&self, _: usize, data: (f64, f64)) -> Option<Pick> {
        self.nearest(data).map(|(_, cluster)| Pick::Cluster(cluster))
    }
}
