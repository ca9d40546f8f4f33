//! Loss as colour over step and subtask: the staircase from above.

use super::axis::Span;
use super::color::{Ink, Theme};
use super::loss::step_span;
use super::panel::{Entry, Mark, Panel, Plan, Style};
use super::quanta::{measured, task_at};
use super::scene::{Area, Scene};
use super::table::{NONE, spaced, thinned};
use super::text::{brief, whole};
use super::{Figure, Kind, Options, Pick, Place, Series, Sheet, Table, source};
use crate::event::Evaluation;
use crate::record::Record;
use crate::task::Noun;

/// How many shades there are. Noise of the test samples stays within one, so that a row of a
/// thousand evaluations is a few boxes.
const SHADES: usize = 24;

/// The loss of every subtask of the first run as colour over step and subtask.
pub struct HeatFigure {
    run: Option<Series>,
    options: Options,
}

impl HeatFigure {
    /// The figure of the first of these runs.
    pub fn new(runs: Vec<Series>, options: Options) -> Self {
        Self { run: runs.into_iter().next(), options }
    }

    fn record(&self) -> Option<&Record> {
        self.run.as_ref().map(|run| &*run.record)
    }

    fn noun(&self) -> Noun {
        self.record().map_or(Noun::SUBTASK, source::noun)
    }

    fn draw(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let tasks = self.record().map_or(0, source::quanta_count);
        let plan = Plan {
            x: step_span(self.run.as_slice()),
            y: rank_span(tasks),
            x_title: "training step",
            y_title: &format!("{} (1 is used most)", self.noun().one),
            legend: legend(style.theme, self.record().map_or(Some((1.0, 0.0)), source::shared_ends), false),
            title: None,
            grid: false,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        let record = match measured(self.record()) {
            Ok(record) => record,
            Err(why) => {
                panel.say(scene, style, why);
                return panel;
            }
        };
        let columns: Vec<(f64, &[f32])> = columns(record).collect();
        let ends = |task| source::ends(record, task);
        cells(scene, &panel, style.theme, &Cells { tasks, columns: &columns, ends: &ends });
        if let Some(task) = self.options.follow.filter(|task| *task < tasks) {
            mark_row(scene, &panel, style.theme, task);
        }
        panel
    }
}

/// The evaluations after step 0: the step, and each subtask's loss in bits.
fn columns(record: &Record) -> impl Iterator<Item = (f64, &[f32])> {
    record.evaluations.iter().filter(|e| e.step > 0).map(|e| (e.step as f64, source::quantum_losses(e)))
}

impl Figure for HeatFigure {
    fn name(&self) -> &'static str {
        Kind::Heat.name()
    }

    fn title(&self) -> String {
        match self.noun() {
            Noun::SUBTASK => Kind::Heat.title().into(),
            noun => format!("All {} over time", noun.many),
        }
    }

    fn caption(&self) -> String {
        format!("The edge of what is learned climbs from the most used {} to the least used.", self.noun().one)
    }

    fn describe(&self) -> String {
        let Some(Series { name, record, .. }) = &self.run else { return "No run is shown.".into() };
        let one = self.noun().one;
        let text = format!(
            "Test loss of each {one} as colour, over training step and {one}, both logarithmic, 1 being used most. A \
             {one} is learned once its loss is {}. {name}: {} {}",
            source::learned_words(record),
            source::settings_sentence(record),
            source::standing_sentence(record)
        );
        text.trim_end().into()
    }

    fn table(&self) -> Table {
        let Some(record) = self.record() else { return Table::new([self.noun().capital()]) };
        let columns: Vec<(f64, &[f32])> = columns(record).collect();
        table_of(&self.noun().capital(), source::quanta_count(record), &columns, "step")
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area));
    }

    fn read_at(&self, panel: usize, data: (f64, f64)) -> String {
        match (self.record(), self.pick(panel, data)) {
            (Some(record), Some(Pick::Subtask(task))) => task_at(record, task, data.0),
            _ => format!("no {} here", self.noun().one),
        }
    }

    fn stops(&self) -> Vec<Place> {
        let Some(record) = self.record() else { return Vec::new() };
        let rank = self.options.follow.filter(|task| *task < source::quanta_count(record)).unwrap_or(0) + 1;
        let stop = |e: &Evaluation| (0, (e.step as f64, rank as f64));
        record.evaluations.iter().filter(|e| e.step > 0).map(stop).collect()
    }

    fn pick(&self, _: usize, (_, rank): (f64, f64)) -> Option<Pick> {
        let tasks = source::quanta_count(self.record()?);
        let is_there = tasks > 0 && rank >= 0.5 && rank < tasks as f64 + 0.5;
        is_there.then(|| Pick::Subtask((rank.round() as usize).clamp(1, tasks) - 1))
    }
}

/// Losses in bits of a few subtasks (rows) at a few amounts (columns).
pub(crate) fn table_of(head: &str, tasks: usize, columns: &[(f64, &[f32])], amount: &str) -> Table {
    let amounts: Vec<f64> = columns.iter().map(|(amount, _)| *amount).collect();
    let shown: Vec<&(f64, &[f32])> = thinned(&amounts, 6).into_iter().map(|place| &columns[place]).collect();
    let heads = shown.iter().map(|(at, _)| format!("Loss (bits) at {amount} {}", whole(*at)));
    let mut table = Table::new(std::iter::once(head.to_owned()).chain(heads));
    for rank in spaced(tasks, 16) {
        let losses = shown.iter().map(|(_, losses)| losses.get(rank - 1).map_or(NONE.into(), |loss| brief(f64::from(*loss))));
        table.push(std::iter::once(whole(rank as f64)).chain(losses));
    }
    table
}

/// Ranks on a logarithmic axis: what is learned in order of a power law climbs as a straight stair.
pub(crate) fn rank_span(tasks: usize) -> Span {
    Span::Count(0.5, tasks.max(1) as f64 + 0.5)
}

/// What a colour means: a loss between two ends that all subtasks share, else the way from one's
/// own beginning to its end. `is_short` where there is little room.
pub(crate) fn legend(theme: Theme, ends: Option<(f64, f64)>, is_short: bool) -> Vec<Entry> {
    let ramp = (0..SHADES).map(|i| Ink::of(theme.heat(i as f64 / (SHADES - 1) as f64))).collect();
    let bits = |loss: f64| if loss == 1.0 { "1 bit".to_owned() } else { format!("{} bits", brief(loss)) };
    let (from, to) = match ends {
        Some((before, after)) if is_short => (bits(before), bits(after)),
        Some((before, after)) => (format!("loss: {}", bits(before)), format!("{} (learned)", bits(after))),
        None => ("not learned".to_owned(), "learned".to_owned()),
    };
    vec![Entry::new(Mark::Ramp(ramp, from), to)]
}

/// A line along a subtask's row.
pub(crate) fn mark_row(scene: &mut Scene, panel: &Panel, theme: Theme, task: usize) {
    let rank = task as f64 + 1.0;
    let (top, bottom) = (panel.y.at(rank + 0.5), panel.y.at(rank - 0.5));
    let spare = (3.0 - (bottom - top)).max(0.0) / 2.0;
    for y in [top - spare, bottom + spare] {
        scene.segment((panel.area.left, y), (panel.area.right, y), 1.2, theme.accent());
    }
}

/// Losses to draw as colours.
pub(crate) struct Cells<'a> {
    /// How many subtasks there are.
    pub tasks: usize,
    /// An amount, then a loss for each subtask, in order of the amount.
    pub columns: &'a [(f64, &'a [f32])],
    /// The losses of a subtask before and after it is learned, in bits.
    pub ends: &'a dyn Fn(usize) -> (f64, f64),
}

/// Draws columns of losses. Each column reaches halfway to its neighbours; where subtasks are finer
/// than the screen several share a row, which shows their mean.
pub(crate) fn cells(scene: &mut Scene, panel: &Panel, theme: Theme, cells: &Cells<'_>) {
    let Cells { tasks, columns, ends } = *cells;
    let Area { left, top, right, bottom } = panel.area;
    let shades: Vec<Ink> = (0..SHADES).map(|i| Ink::of(theme.heat(i as f64 / (SHADES - 1) as f64))).collect();
    let centers: Vec<f64> = columns.iter().map(|(amount, _)| panel.x.at(*amount)).collect();
    let edge = |i: usize| match i {
        0 => first_edge(&centers),
        i if i == centers.len() => last_edge(&centers),
        i => 0.5 * (centers[i - 1] + centers[i]),
    };
    let edges: Vec<f64> = (0..=centers.len()).map(|i| edge(i).clamp(left, right)).collect();
    // A little under the next box, so that no seam shines through where edges are smoothed.
    const UNDER: f64 = 0.6;
    let mut fill = |from: f64, to: f64, (low, high): (f64, f64), shade: usize| {
        let area = Area { left: from, right: (to + UNDER).min(right), top: (high - UNDER).max(top), bottom: low };
        scene.fill(area, shades[shade]);
    };
    let mut first = 0;
    while first < tasks {
        let low = panel.y.at(first as f64 + 0.5).min(bottom);
        // One and a half CSS pixels a row at least.
        let mut last = first + 1;
        while last < tasks && low - panel.y.at(last as f64 + 0.5) < 1.5 {
            last += 1;
        }
        let row = (low, panel.y.at(last as f64 + 0.5));
        let mut open: Option<(usize, f64)> = None;
        for (i, (_, losses)) in columns.iter().enumerate() {
            let shade = shade(first, losses.get(first..last.min(losses.len())).unwrap_or(&[]), ends);
            match open {
                Some((before, _)) if before == shade => {}
                Some((before, from)) => {
                    fill(from, edges[i], row, before);
                    open = Some((shade, edges[i]));
                }
                None => open = Some((shade, edges[i])),
            }
        }
        if let Some((before, from)) = open {
            fill(from, edges[columns.len()], row, before);
        }
        first = last;
    }
}

/// Half a column before the first center.
fn first_edge(centers: &[f64]) -> f64 {
    match centers {
        [first, second, ..] => first - 0.5 * (second - first),
        [only] => only - 4.0,
        [] => f64::NEG_INFINITY,
    }
}

/// Half a column after the last center.
fn last_edge(centers: &[f64]) -> f64 {
    match centers {
        [.., before, last] => last + 0.5 * (last - before),
        [only] => only + 4.0,
        [] => f64::NEG_INFINITY,
    }
}

/// The shade of a group of losses, the first of which is of the subtask `first`: the last shade is
/// nothing left.
fn shade(first: usize, losses: &[f32], ends: &dyn Fn(usize) -> (f64, f64)) -> usize {
    let left = losses.iter().enumerate().map(|(i, loss)| {
        let (before, after) = ends(first + i);
        (f64::from(*loss) - after) / (before - after)
    });
    let mean = left.sum::<f64>() / losses.len().max(1) as f64;
    // NaN counts as not learned. A bit of noise about the beginning is still the first shade.
    let learned = (1.0 - mean).clamp(0.0, 1.0);
    if learned.is_nan() { 0 } else { (learned * (SHADES as f64 - 0.01)) as usize }
}
