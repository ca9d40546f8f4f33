//! Every subtask's loss against step, coloured by how often it is used.

use super::axis::Span;
use super::loss::{curve, nearest_log, step_span};
use super::overlay::{NAM_WORDS, nam};
use super::panel::{Entry, Mark, Panel, Plan, Style};
use super::scene::{Align, Area, Dash, Scene};
use super::table::{NONE, spaced};
use super::text::{brief, whole};
use super::{Figure, Kind, Options, Pick, Place, Series, Sheet, Table, source};
use crate::event::Evaluation;
use crate::record::Record;
use crate::task::Noun;

/// The loss of every subtask of the first run against step.
pub struct QuantaFigure {
    run: Option<Series>,
    options: Options,
}

impl QuantaFigure {
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

    /// The followed subtask, where the run has it.
    fn followed(&self) -> Option<usize> {
        let count = self.record().map_or(0, source::quanta_count);
        self.options.follow.filter(|task| *task < count)
    }

    fn draw(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let tasks = self.record().map_or(0, source::quanta_count);
        let followed = self.followed();
        let predicted = self.record().filter(|_| self.options.nam && followed.is_some()).and_then(nam);
        let plan = Plan {
            x: step_span(self.run.as_slice()),
            y: Span::Linear(0.0, self.record().map_or(1.0, highest)),
            x_title: "training step",
            y_title: "test loss (bits)",
            legend: legend(style, self.noun().one, tasks, followed, predicted.is_some()),
            title: None,
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        let record = match measured(self.record()) {
            Ok(record) => record,
            Err(why) => {
                panel.say(scene, style, why);
                return panel;
            }
        };
        let steps: Vec<(usize, f64)> = placed_logs(record, &panel);
        // Of many curves the frequent ones, few and early, are drawn stronger than the crowd.
        let crowd = if tasks > 60 { 1.0 } else { 0.3 };
        // Rare subtasks first, so that the frequent ones, fewer and earlier, stay on top.
        for task in (0..tasks).rev().filter(|task| Some(*task) != followed) {
            let share = share(task, tasks);
            let strength = if followed.is_some() { 0.22 } else { 0.95 - 0.35 * crowd * share };
            let ink = style.theme.rank(share).faded(strength);
            scene.line(task_curve(record, task, &steps, &panel), &panel.area, 1.4 - 0.6 * crowd * share, ink);
        }
        let mean = curve(record).map(|(step, loss)| panel.at(step, loss));
        let ink = style.theme.ink().faded(if followed.is_some() { 0.55 } else { 1.0 });
        scene.line(mean, &panel.area, style.stroke(), ink);
        if let Some(task) = followed {
            let accent = style.theme.accent();
            scene.line(task_curve(record, task, &steps, &panel), &panel.area, 1.3 * style.stroke(), accent);
            if let Some((nam, p)) = predicted.zip(source::frequencies(record)) {
                let points = plan.x.steps(240).map(|step| panel.at(step, nam.task_loss(p[task], step)));
                scene.dashed(points, &panel.area, 1.4, style.theme.closed_form(), Dash::Mixed);
            }
            mark_emergence(scene, style, &panel, record, task);
        }
        panel
    }
}

fn legend(style: &Style, one: &str, tasks: usize, followed: Option<usize>, has_nam: bool) -> Vec<Entry> {
    let ramp = (0..24).map(|i| style.theme.rank(f64::from(i) / 23.0)).collect();
    let last = whole(tasks.max(1) as f64);
    let mut legend = vec![Entry::new(Mark::Ramp(ramp, format!("{one} 1")), format!("{last} (least used)"))];
    legend.push(Entry::new(Mark::Line(style.theme.ink(), style.stroke(), Dash::Solid), "mean"));
    if let Some(task) = followed {
        let name = format!("{one} {}", whole(task as f64 + 1.0));
        legend.push(Entry::new(Mark::Line(style.theme.accent(), 1.3 * style.stroke(), Dash::Solid), name));
        if has_nam {
            legend.push(Entry::new(Mark::Line(style.theme.closed_form(), 1.4, Dash::Mixed), NAM_WORDS));
        }
    }
    legend
}

/// A dot and the step where the followed subtask emerged.
fn mark_emergence(scene: &mut Scene, style: &Style, panel: &Panel, record: &Record, task: usize) {
    let Some(step) = source::emergence_step(record, task) else { return };
    let loss = record.evaluations.iter().find(|e| e.step == step).map_or(f64::NAN, |e| loss_of(e, task));
    let (x, y) = panel.at(step as f64, loss);
    let accent = style.theme.accent();
    scene.dot((x, y), 1.7 * style.stroke(), accent);
    // To the lower left: the curve comes from above and goes on to the right.
    let room = x - panel.area.left > 6.0 * style.font;
    let (x, align) = if room { (x - 0.7 * style.font, Align::Right) } else { (x + 0.7 * style.font, Align::Left) };
    scene.text((x, y), format!("step {}", whole(step as f64)), style.small(), accent, align);
}

impl Figure for QuantaFigure {
    fn name(&self) -> &'static str {
        Kind::Tasks.name()
    }

    fn title(&self) -> String {
        match self.noun() {
            Noun::SUBTASK => Kind::Tasks.title().into(),
            noun => format!("Loss of every {}", noun.one),
        }
    }

    fn caption(&self) -> String {
        match self.followed() {
            Some(task) => {
                format!("{} {} stands out; each is learned in one drop.", self.noun().capital(), whole(task as f64 + 1.0))
            }
            None => format!("Each {} is learned in one drop, the most used first.", self.noun().one),
        }
    }

    fn describe(&self) -> String {
        let Some(Series { name, record, .. }) = &self.run else { return "No run is shown.".into() };
        let (one, capital) = (self.noun().one, self.noun().capital());
        let mut text = format!(
            "Test loss of each {one} in bits against training step (logarithmic), coloured from the most to the least \
             used, with their mean. A {one} is learned once its loss is {}. {name}: {} {}",
            source::learned_words(record),
            source::settings_sentence(record),
            source::standing_sentence(record)
        );
        if let Some(task) = self.followed() {
            text += &match source::emergence_step(record, task) {
                Some(step) => format!(" {capital} {} emerged at step {}.", whole(task as f64 + 1.0), whole(step as f64)),
                None => format!(" {capital} {} has not emerged.", whole(task as f64 + 1.0)),
            };
        }
        text.trim_end().into()
    }

    fn table(&self) -> Table {
        let mut table = Table::new([self.noun().capital().as_str(), "Used (%)", "Loss now (bits)", "Emerged at step"]);
        let Some(record) = self.record() else { return table };
        let (emerged, p) = (source::emergence_steps(record), source::frequencies(record));
        for rank in spaced(source::quanta_count(record), 24) {
            let used = p.as_ref().map_or(NONE.into(), |p| brief(100.0 * p[rank - 1]));
            let loss = record.last().map_or(NONE.into(), |last| brief(loss_of(last, rank - 1)));
            let step = emerged.get(rank - 1).copied().flatten().map_or(NONE.into(), |step| whole(step as f64));
            table.push([whole(rank as f64), used, loss, step]);
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area));
    }

    fn read_at(&self, _: usize, data: (f64, f64)) -> String {
        match self.record().and_then(|record| Some((record, nearest(record, data)?))) {
            Some((record, task)) => task_at(record, task, data.0),
            None => "nothing measured yet".into(),
        }
    }

    fn stops(&self) -> Vec<Place> {
        let Some(record) = self.record() else { return Vec::new() };
        let task = self.followed().unwrap_or(0);
        let stop = |e: &Evaluation| Some((0, (e.step as f64, f64::from(*source::quantum_losses(e).get(task)?))));
        record.evaluations.iter().filter(|e| e.step > 0).filter_map(stop).collect()
    }

    fn pick(&self, _: usize, data: (f64, f64)) -> Option<Pick> {
        nearest(self.record()?, data).map(Pick::Subtask)
    }
}

/// Ranks along the colours: by the logarithm, as their frequencies fall.
pub(super) fn share(task: usize, tasks: usize) -> f64 {
    if tasks < 2 { 0.0 } else { ((task + 1) as f64).ln() / (tasks as f64).ln() }
}

/// The top of the axis: over the highest loss drawn. Rarely used subtasks rise somewhat above
/// their beginning while others are learned; a run that diverges is cut off at four times it.
fn highest(record: &Record) -> f64 {
    let start = (0..source::quanta_count(record)).map(|quantum| source::ends(record, quantum).0).fold(0.0, f64::max);
    let start = if start > 0.0 { start } else { 1.0 };
    let losses = record.evaluations.iter().filter(|e| e.step > 0).flat_map(source::quantum_losses).copied();
    let most = losses.filter(|loss| loss.is_finite()).fold(start as f32, f32::max);
    (1.02 * f64::from(most)).clamp(1.08 * start, 4.0 * start)
}

/// A subtask's loss at an evaluation, in bits; not a number where it was not measured.
fn loss_of(evaluation: &Evaluation, task: usize) -> f64 {
    source::quantum_losses(evaluation).get(task).map_or(f64::NAN, |loss| f64::from(*loss))
}

/// The evaluations that are drawn, with their places: at most one on a pixel.
fn placed_logs(record: &Record, panel: &Panel) -> Vec<(usize, f64)> {
    let mut logs: Vec<(usize, f64)> = Vec::with_capacity(record.evaluations.len());
    for (i, evaluation) in record.evaluations.iter().enumerate().filter(|(_, e)| e.step > 0) {
        let at = panel.x.at(evaluation.step as f64);
        match logs.last_mut() {
            Some(last) if at - last.1 < 0.8 => *last = (i, at),
            _ => logs.push((i, at)),
        }
    }
    logs
}

fn task_curve<'a>(
    record: &'a Record,
    task: usize,
    logs: &'a [(usize, f64)],
    panel: &'a Panel,
) -> impl Iterator<Item = (f64, f64)> + 'a {
    logs.iter().map(move |(log, x)| (*x, panel.y.at(loss_of(&record.evaluations[*log], task))))
}

/// The subtask whose curve passes nearest. Many lie on one another while flat, so distance is
/// taken in two dimensions, one bit being as far as a decade of steps: near a fall it decides.
fn nearest(record: &Record, (step, loss): (f64, f64)) -> Option<usize> {
    let at = step.max(1e-9).log10();
    let logs: Vec<(usize, f64)> = record
        .evaluations
        .iter()
        .enumerate()
        .filter(|(_, evaluation)| evaluation.step > 0)
        .map(|(i, evaluation)| (i, (evaluation.step as f64).log10() - at))
        .filter(|(_, x)| x.abs() < 1.0)
        .collect();
    let value = |log: usize, task: usize| -> Option<f64> {
        Some(loss_of(&record.evaluations[log], task) - loss).filter(|distance| distance.is_finite())
    };
    let distance = |task: usize| -> Option<f64> {
        let squares = logs.windows(2).filter_map(|pair| {
            let (from, to) = ((pair[0].1, value(pair[0].0, task)?), (pair[1].1, value(pair[1].0, task)?));
            Some(squared_distance(from, to))
        });
        let alone = logs.iter().filter_map(|(log, x)| Some(x * x + value(*log, task)?.powi(2)));
        squares.chain(alone).min_by(f64::total_cmp)
    };
    let distances = (0..source::quanta_count(record)).filter_map(|task| Some((task, distance(task)?)));
    distances.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(task, _)| task)
}

/// From the origin to a segment, squared.
fn squared_distance(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx * dx + dy * dy;
    let share = if length > 0.0 { (-(from.0 * dx + from.1 * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (from.0 + share * dx).powi(2) + (from.1 + share * dy).powi(2)
}

/// The run whose subtasks a figure shows, or what stands there instead.
pub(crate) fn measured(record: Option<&Record>) -> Result<&Record, &'static str> {
    let record = record.ok_or("no run is shown")?;
    if curve(record).next().is_none() {
        return Err("waiting for the first evaluation");
    }
    if source::quanta_count(record) == 0 { Err(source::NO_QUANTA) } else { Ok(record) }
}

/// “step 1,200: subtask 7 (used 2.3 %), 0.48 bits”
pub(crate) fn task_at(record: &Record, task: usize, step: f64) -> String {
    let Some(evaluation) = nearest_log(record, step).map(|log| &record.evaluations[log]) else {
        return "nothing measured yet".into();
    };
    let p = source::frequencies(record).and_then(|p| p.get(task).copied());
    let used = p.map_or(String::new(), |p| format!(" (used {} %)", brief(100.0 * p)));
    let (step, loss) = (whole(evaluation.step as f64), brief(loss_of(evaluation, task)));
    format!("step {step}: {} {}{used}, {loss} bits", source::noun(record).one, whole(task as f64 + 1.0))
}
