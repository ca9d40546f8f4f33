//! The scores of all clusterings beside baselines, or of one similarity and method against k.

use super::Kind;
use super::rows::{Rows, written};
use crate::analysis::AnalysisError;
use crate::analysis::qdg::{Baseline, Clusters, Method, Row, Scored, Similarity, scores};
use crate::figure::axis::Span;
use crate::figure::color::Ink;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Dash, Scene};
use crate::figure::text::whole;
use crate::figure::{Figure, Place, Sheet, Table};

/// The scores that are shown, by their places in [`Row::numbers`].
const SHOWN: [(&str, usize); 3] = [("ARI", 0), ("AMI", 1), ("F1", 4)];

/// Scores of clusterings.
pub struct ScoresFigure {
    rows: Vec<Row>,
    /// The similarity and the method whose clusterings of several k are shown against k.
    against_k: Option<(Similarity, Method)>,
    draw: &'static str,
    /// What the clusterings are scored against.
    against: &'static str,
}

impl ScoresFigure {
    /// The figure of all clusterings; where there are several k of the given one's similarity and method, of
    /// those against k.
    ///
    /// # Errors
    /// If they cannot be scored.
    pub fn new(clusters: &Clusters, clustering: usize) -> Result<Self, AnalysisError> {
        let rows = scores(clusters)?;
        let pair = clusters.clusterings.get(clustering).map(|one| (one.similarity, one.method));
        let of_pair = |row: &&Row| pair.is_some_and(|(similarity, method)| row.scored == Scored::Found(similarity, method));
        let against_k = pair.filter(|_| rows.iter().filter(of_pair).count() > 1);
        let against = match clusters.model {
            Some(_) => "the texts that samples are from (the quanta of a published model are not known)",
            None => "the planted quanta",
        };
        Ok(Self { rows, against_k, draw: clusters.ask.draw.word(), against })
    }

    /// The rows against k, ascending.
    fn curve(&self) -> Vec<&Row> {
        let Some((similarity, method)) = self.against_k else { return Vec::new() };
        let mut rows: Vec<&Row> = self.rows.iter().filter(|row| row.scored == Scored::Found(similarity, method)).collect();
        rows.sort_by_key(|row| row.k);
        rows
    }

    /// The baseline that lines are held against: the strongest that there is.
    fn baseline(&self) -> Option<&Row> {
        let of = |baseline: Baseline| self.rows.iter().find(|row| row.scored == Scored::Baseline(baseline));
        of(Baseline::LastAndTarget).or_else(|| of(Baseline::Target))
    }

    /// All rows as they are drawn without a curve.
    fn all(&self) -> Rows {
        let kind = |(name, at): (&'static str, usize)| (name, self.rows.iter().map(|row| Some(row.numbers()[at])).collect());
        Rows { names: self.rows.iter().map(Row::title).collect(), kinds: SHOWN.into_iter().map(kind).collect(), x_title: "score" }
    }

    fn draw_curve(&self, scene: &mut Scene, style: &Style, outer: Area, curve: &[&Row]) -> Panel {
        let (first, last) = (curve[0].k as f64, curve[curve.len() - 1].k as f64);
        let ink = |at: usize| Ink::of(style.theme.series(at));
        let line = |(at, (name, _)): (usize, &(&'static str, usize))| Entry::new(Mark::Dot(ink(at)), *name);
        let mut legend: Vec<Entry> = SHOWN.iter().enumerate().map(line).collect();
        if let Some(baseline) = self.baseline() {
            legend.push(Entry::new(Mark::Line(style.theme.muted(), 1.2, Dash::Dashed), baseline.title()));
        }
        let least = curve.iter().flat_map(|row| row.numbers()).fold(0.0, f64::min);
        let plan = Plan {
            x: Span::Count(first / 1.1, last * 1.1),
            y: Span::Linear(if least < 0.0 { least - 0.05 } else { 0.0 }, 1.0),
            x_title: "clusters, k",
            y_title: "score",
            legend,
            title: None,
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        for (at, (_, score)) in SHOWN.iter().enumerate() {
            if let Some(baseline) = self.baseline() {
                let y = panel.y.at(baseline.numbers()[*score]);
                scene.dashed([(panel.area.left, y), (panel.area.right, y)], &panel.area, 1.2, ink(at), Dash::Dashed);
            }
            let points: Vec<_> = curve.iter().map(|row| panel.at(row.k as f64, row.numbers()[*score])).collect();
            scene.line(points.iter().copied(), &panel.area, style.stroke(), ink(at));
            points.into_iter().for_each(|point| scene.dot(point, 1.4 * style.stroke(), ink(at)));
        }
        panel
    }
}

/// “ARI 0.31, AMI 0.62, F1 0.54”.
fn in_words(row: &Row) -> String {
    SHOWN.map(|(name, at)| format!("{name} {}", written(Some(row.numbers()[at])))).join(", ")
}

impl Figure for ScoresFigure {
    fn name(&self) -> &'static str {
        Kind::Scores.name()
    }

    fn title(&self) -> String {
        Kind::Scores.title().into()
    }

    fn caption(&self) -> String {
        "A clustering says something of the model where it scores above the baselines.".into()
    }

    fn describe(&self) -> String {
        let ari = |row: &&Row| row.agreement.ari;
        let is_baseline = |row: &&Row| matches!(row.scored, Scored::Baseline(_));
        let best = |baselines: bool| {
            let rows = self.rows.iter().filter(|row| is_baseline(row) == baselines);
            rows.max_by(|a, b| ari(a).total_cmp(&ari(b)))
        };
        let said = |row: Option<&Row>| {
            row.map_or("none".to_owned(), |row| format!("{}, k = {} ({})", row.title(), row.k, in_words(row)))
        };
        let drawn = if self.draw == "balanced" {
            "as many samples of every quantum"
        } else {
            "samples as frequent as the task uses them"
        };
        format!(
            "ARI, AMI and F1 (the mean over quanta of the best F1 of any cluster) against {}, {drawn}; of one run, so \
             that nothing is said of other seeds. The best clustering by ARI: {}. The best baseline: {}.",
            self.against,
            said(best(false)),
            said(best(true))
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["Clustering", "k"].into_iter().chain(SHOWN.map(|(name, _)| name)));
        for row in self.rows.iter().take(300) {
            let scores = SHOWN.map(|(_, at)| written(Some(row.numbers()[at])));
            table.push([row.title(), whole(row.k as f64)].into_iter().chain(scores));
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        let curve = self.curve();
        match curve.is_empty() {
            true => sheet.fill(|scene, style, area| self.all().draw(scene, style, area, "No clustering is here.")),
            false => sheet.fill(|scene, style, area| self.draw_curve(scene, style, area, &curve)),
        }
    }

    fn read_at(&self, _: usize, (x, y): (f64, f64)) -> String {
        let curve = self.curve();
        let nearest = curve.iter().min_by(|a, b| (a.k as f64 - x).abs().total_cmp(&(b.k as f64 - x).abs()));
        nearest.map_or_else(|| self.all().read_at(y), |row| format!("{}, k = {}: {}", row.title(), row.k, in_words(row)))
    }

    fn stops(&self) -> Vec<Place> {
        let curve = self.curve();
        if curve.is_empty() {
            return self.all().stops();
        }
        curve.into_iter().map(|row| (0, (row.k as f64, row.agreement.ari))).collect()
    }
}
