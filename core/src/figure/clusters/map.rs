//! The samples on a map of their nearest neighbours.

use std::collections::BTreeMap;

use super::{Kind, Named, in_words, named};
use crate::analysis::qdg::{Clusters, Contexts};
use crate::figure::axis::Span;
use crate::figure::color::{Ink, Theme};
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Scene};
use crate::figure::text::whole;
use crate::figure::{Figure, Pick, Place, Sheet, Table};
use crate::settings::choice;
use crate::task::Noun;

choice! {
    /// What the colours of a map are.
    #[derive(Default, Hash)]
    Color {
        /// The cluster that was found.
        #[default]
        Cluster = "cluster",
        /// The planted family; where the task has none, the planted quantum.
        Family = "family",
        /// The planted quantum.
        Quantum = "quantum",
    }
}

impl Color {
    /// As people choose it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Cluster => "Cluster that was found",
            Self::Family => "Planted family",
            Self::Quantum => "Planted quantum",
        }
    }
}

/// How far from a sample it is still meant, where the map is 2 wide.
const REACH: f64 = 0.08;

/// Clusters in the table at most.
const ROWS: usize = 300;

/// What is said where no map was kept.
const NO_MAP: &str = "This file keeps no map: make its clusters anew.";

/// The samples on a map, coloured by cluster or by what is planted.
#[derive(Default)]
pub struct MapFigure {
    of: String,
    places: Option<Vec<[f32; 2]>>,
    labels: Vec<u32>,
    clusters: Vec<Named>,
    /// The quantum of each sample by rank from 0, and what it predicts.
    quantum: Vec<u32>,
    target: Vec<u32>,
    families: Vec<String>,
    /// What stands in the places of quanta.
    noun: Noun,
    /// What targets are called.
    tokens: BTreeMap<u32, String>,
    color: Color,
    /// The group of each sample, which its colour shows, and what the groups are called.
    groups: Vec<u32>,
    names: Vec<String>,
    open: Option<usize>,
}

impl MapFigure {
    /// The map of a clustering's similarity, the open cluster set apart.
    pub fn new(clusters: &Clusters, clustering: usize, contexts: &Contexts, color: Color, open: Option<usize>) -> Self {
        let one = clusters.clusterings.get(clustering);
        let samples = &clusters.samples;
        let places = one.and_then(|one| clusters.measured.iter().find(|all| all.similarity == one.similarity)?.map.clone());
        let labels = one.map_or_else(Vec::new, |one| one.labels.clone());
        let color = if color == Color::Family && samples.families.is_empty() { Color::Quantum } else { color };
        let (groups, names) = match color {
            Color::Cluster => (labels.clone(), Vec::new()),
            Color::Quantum => (samples.quantum.clone(), Vec::new()),
            Color::Family => families(&samples.quantum, &samples.families),
        };
        let (quantum, target, families) = (samples.quantum.clone(), samples.target.clone(), samples.families.clone());
        let tokens = target.iter().map(|target| (*target, contexts.token(*target))).collect();
        let (noun, clusters) = (samples.noun(), named(clusters, clustering));
        let open = open.filter(|at| *at < clusters.len());
        let of = in_words(one);
        Self { of, places, labels, clusters, quantum, target, families, noun, tokens, color, groups, names, open }
    }

    /// What a sample is of and predicts.
    fn words(&self, sample: usize) -> String {
        let quantum = self.quantum[sample];
        let family = self.families.get(quantum as usize).map_or(String::new(), |family| format!(" ({family})"));
        let token = self.tokens.get(&self.target[sample]).map_or("", String::as_str);
        format!("{} {}{family}, predicts “{token}”", self.noun.one, quantum + 1)
    }

    fn places(&self) -> &[[f32; 2]] {
        self.places.as_deref().unwrap_or_default()
    }

    fn legend(&self, theme: Theme) -> Vec<Entry> {
        let group = |at: usize| Ink::of(theme.group(at));
        let mut legend: Vec<Entry> =
            self.names.iter().enumerate().map(|(at, name)| Entry::new(Mark::Dot(group(at)), name.as_str())).collect();
        if let Some(open) = self.open {
            let number = open + 1;
            let mark = if self.color == Color::Cluster { group(open) } else { theme.accent() };
            legend.push(Entry::new(Mark::Dot(mark), format!("cluster {number}, larger dots")));
        }
        match self.color {
            Color::Cluster => legend.push(Entry::new(Mark::Dot(theme.muted()), "a colour a cluster; colours come again")),
            Color::Quantum => {
                legend.push(Entry::new(Mark::Dot(theme.muted()), format!("a colour a {}; colours come again", self.noun.one)))
            }
            Color::Family => {}
        }
        legend
    }

    fn draw(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let plan = Plan {
            x: Span::Linear(-1.03, 1.03),
            y: Span::Linear(-1.03, 1.03),
            x_title: "near each other: neighbours by similarity; distances between clumps mean nothing",
            y_title: "",
            legend: self.legend(style.theme),
            title: None,
            grid: false,
        };
        let plan = if style.narrow { Plan { x_title: "near each other: neighbours by similarity", ..plan } } else { plan };
        let panel = Panel::unnumbered(scene, style, outer, &plan);
        if self.places.is_none() {
            panel.say(scene, style, NO_MAP);
        }
        let radius = if style.narrow { 1.5 } else { 2.1 };
        let is_open = |sample: usize| self.labels.get(sample).zip(self.open).is_some_and(|(label, open)| *label as usize == open);
        let ink = |sample: usize| Ink::of(style.theme.group(self.groups.get(sample).map_or(0, |group| *group as usize)));
        let places = || self.places().iter().enumerate().map(|(sample, [x, y])| (sample, panel.at((*x).into(), (*y).into())));
        for (sample, at) in places().filter(|(sample, _)| !is_open(*sample)) {
            scene.dot(at, radius, ink(sample).faded(0.75));
        }
        for (sample, at) in places().filter(|(sample, _)| is_open(*sample)) {
            // A ring of the ground's opposite, so that it stands out among any colours.
            scene.dot(at, radius + 1.5, if self.color == Color::Cluster { style.theme.ink() } else { style.theme.accent() });
            scene.dot(at, radius + 0.4, ink(sample));
        }
        panel
    }

    /// The sample nearest to a place, within reach.
    fn nearest(&self, (x, y): (f64, f64)) -> Option<usize> {
        let square = |place: &[f32; 2]| (f64::from(place[0]) - x).powi(2) + (f64::from(place[1]) - y).powi(2);
        let all = self.places().iter().map(square).enumerate().filter(|(_, square)| *square <= REACH * REACH);
        all.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(sample, _)| sample)
    }

    /// Of each cluster the sample that is nearest to the middle of its samples.
    fn middles(&self) -> Vec<usize> {
        let mut sums = vec![([0.0f64; 2], 0.0f64); self.clusters.len()];
        for (place, label) in self.places().iter().zip(&self.labels) {
            let (sum, count) = &mut sums[*label as usize];
            *sum = [sum[0] + f64::from(place[0]), sum[1] + f64::from(place[1])];
            *count += 1.0;
        }
        let mut nearest = vec![(f64::INFINITY, 0); self.clusters.len()];
        for (sample, (place, label)) in self.places().iter().zip(&self.labels).enumerate() {
            let ([x, y], count) = sums[*label as usize];
            let square = (f64::from(place[0]) - x / count).powi(2) + (f64::from(place[1]) - y / count).powi(2);
            let best = &mut nearest[*label as usize];
            if square < best.0 {
                *best = (square, sample);
            }
        }
        nearest.into_iter().map(|(_, sample)| sample).collect()
    }
}

/// The family of each sample as a number, and the families' names in order of their first sample.
fn families(quantum: &[u32], families: &[String]) -> (Vec<u32>, Vec<String>) {
    let mut names: Vec<String> = Vec::new();
    let mut number = |quantum: &u32| {
        let Some(family) = families.get(*quantum as usize) else { return 0 };
        let at = names.iter().position(|name| name == family).unwrap_or_else(|| {
            names.push(family.clone());
            names.len() - 1
        });
        at as u32
    };
    (quantum.iter().map(&mut number).collect(), names)
}

impl Figure for MapFigure {
    fn name(&self) -> &'static str {
        Kind::Map.name()
    }

    fn title(&self) -> String {
        Kind::Map.title().into()
    }

    fn caption(&self) -> String {
        match self.color {
            Color::Cluster => "Where one clump has several colours, the clustering has split it.".into(),
            Color::Family | Color::Quantum => {
                "Where one clump has several colours, the similarity does not tell them apart.".into()
            }
        }
    }

    fn describe(&self) -> String {
        let colors = match self.color {
            Color::Cluster => "the cluster that was found",
            Color::Family | Color::Quantum if self.noun == Noun::TEXT => "the text that it is from",
            Color::Family => "the planted family",
            Color::Quantum => "the planted quantum",
        };
        let none = if self.places.is_none() { format!(" {NO_MAP}") } else { String::new() };
        format!(
            "{} samples on a map of their nearest neighbours by similarity ({}), coloured by {colors}. Neighbours are pulled \
             together and others pushed apart (the layout of UMAP), so that who is beside whom can be read, and neither \
             distances between clumps nor their sizes.{none}",
            whole(self.labels.len() as f64),
            self.of
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["Cluster", "Its middle sample", "x", "y"]);
        let Some(places) = &self.places else { return table };
        for (at, sample) in self.middles().into_iter().enumerate().take(ROWS) {
            let [x, y] = places[sample].map(|x| format!("{x:.2}").replace('-', "−"));
            table.push([self.clusters[at].words.clone(), self.words(sample), x, y]);
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area));
    }

    fn read_at(&self, _: usize, data: (f64, f64)) -> String {
        let Some(sample) = self.nearest(data) else { return "no sample here".into() };
        let cluster = self.labels.get(sample).and_then(|label| self.clusters.get(*label as usize));
        format!("{}: a sample of {}", cluster.map_or("", |cluster| &cluster.words), self.words(sample))
    }

    fn stops(&self) -> Vec<Place> {
        let place = |sample: usize| {
            let [x, y] = self.places()[sample];
            (0, (x.into(), y.into()))
        };
        if self.places.is_some() { self.middles().into_iter().map(place).collect() } else { Vec::new() }
    }

    fn pick(&self, _: usize, data: (f64, f64)) -> Option<Pick> {
        let label = *self.labels.get(self.nearest(data)?)?;
        Some(Pick::Cluster(label as usize))
    }
}
