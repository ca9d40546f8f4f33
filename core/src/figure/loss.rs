//! Mean loss against step, with the fitted power law and what theory says of it.

use std::cell::OnceCell;

use super::axis::Span;
use super::color::Ink;
use super::overlay::{NAM_WORDS, Overlay, nam, pure_words, sum_words};
use super::panel::{Entry, Mark, Panel, Plan, Style};
use super::runs::before_and_behind;
use super::scene::{Area, Dash, Scene};
use super::table::{NONE, thinned};
use super::text::{brief, whole};
use super::{Figure, Kind, Options, Place, Series, Sheet, Table, source};
use crate::fit::{FitError, PowerLaw};
use crate::paper;
use crate::record::Record;
use crate::task::Noun;
use crate::theory::Resource;

/// How many points a theory curve has: one for every third pixel of a wide figure.
const CURVE: usize = 240;

/// How much of its colour a recorded run keeps behind others.
const FAINT: f64 = 0.35;

/// Mean loss of one or several runs against step; theory stands beside the first.
pub struct LossFigure {
    runs: Vec<Series>,
    /// Recorded runs, faint behind the others.
    behind: Vec<Series>,
    options: Options,
    /// A fit with its interval takes a while: each is made once, when it is first needed.
    fits: OnceCell<Vec<Result<PowerLaw, FitError>>>,
}

impl LossFigure {
    /// The figure of these runs.
    pub fn new(runs: Vec<Series>, options: Options) -> Self {
        let (runs, behind) = before_and_behind(runs);
        Self { runs, behind, options, fits: OnceCell::new() }
    }

    fn fits(&self) -> &[Result<PowerLaw, FitError>] {
        self.fits.get_or_init(|| self.runs.iter().map(|run| source::loss_law(&run.record, self.options.fit_range)).collect())
    }

    /// What the legend shows, given what is drawn.
    fn legend(&self, style: &Style, overlay: Option<&Overlay>, has_nam: bool) -> Vec<Entry> {
        let (ink, muted) = (style.theme.ink(), style.theme.muted());
        let alone = self.runs.len() < 2;
        let mut legend = Vec::new();
        let dashed = || Mark::Line(ink, 1.4, Dash::Dashed);
        for (i, run) in self.runs.iter().enumerate() {
            let fit = self.drawn_fit(i).map(|fit| fit.slope().short());
            let line = Mark::Line(Ink::of(style.theme.series(run.color)), style.stroke(), Dash::Solid);
            match fit {
                Some(fit) if alone => {
                    legend.push(Entry::new(line, run.name.as_str()));
                    legend.push(Entry::new(dashed(), format!("fit, slope {fit}")));
                }
                Some(fit) => legend.push(Entry::new(line, format!("{}, fit {fit}", run.name))),
                None => legend.push(Entry::new(line, run.name.as_str())),
            }
        }
        if !alone && (0..self.runs.len()).any(|i| self.drawn_fit(i).is_some()) {
            legend.push(Entry::new(dashed(), "fit"));
        }
        for run in &self.behind {
            let line = Mark::Line(Ink::of(style.theme.series(run.color)).faded(FAINT), style.stroke(), Dash::Solid);
            legend.push(Entry::new(line, run.name.as_str()));
        }
        if let Some(overlay) = overlay {
            if self.options.truncated_sum {
                let text = sum_words(
                    Resource::Steps,
                    overlay.constant,
                    self.runs.first().map_or(Noun::SUBTASK, |run| source::noun(&run.record)),
                );
                legend.push(Entry::new(Mark::Line(muted, 1.3, Dash::Mixed), text).or_short("truncated sum"));
            }
            if self.options.pure_law {
                let text = pure_words(Resource::Steps, overlay.theory.alpha());
                legend.push(Entry::new(Mark::Line(muted, 1.3, Dash::Dotted), text));
            }
        }
        if has_nam {
            legend.push(Entry::new(Mark::Line(style.theme.closed_form(), 1.4, Dash::Mixed), NAM_WORDS));
        }
        legend
    }

    fn drawn_fit(&self, run: usize) -> Option<&PowerLaw> {
        if self.options.fit { self.fits().get(run)?.as_ref().ok() } else { None }
    }

    fn draw(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let x = step_span(&self.runs);
        let losses = self.runs.iter().chain(&self.behind).flat_map(|run| curve(&run.record)).map(|(_, loss)| loss);
        // Down to half of the beginning from the start, so that the axis rests while the first
        // quanta are learned.
        let start = self.runs.first().and_then(|run| source::start(&run.record));
        let rest = start.into_iter().flat_map(|start| [0.55 * start, 1.05 * start]);
        let y = Span::log_over(losses.chain(rest), 0.04);
        let first = self.runs.first();
        let overlay = first.and_then(|run| Overlay::new(&run.record));
        let nam = first.filter(|_| self.options.nam).and_then(|run| nam(&run.record));
        let legend = self.legend(style, overlay.as_ref(), nam.is_some());
        let plan = Plan { x, y, x_title: "training step", y_title: "mean test loss (bits)", legend, title: None, grid: true };
        let panel = Panel::draw(scene, style, outer, &plan);
        let is_empty = |run: &Series| curve(&run.record).next().is_none();
        if self.runs.iter().all(is_empty) && self.behind.iter().all(is_empty) {
            panel.say(scene, style, "waiting for the first evaluation");
            return panel;
        }
        for run in &self.behind {
            let points = curve(&run.record).map(|(step, loss)| panel.at(step, loss));
            scene.line(points, &panel.area, style.stroke(), Ink::of(style.theme.series(run.color)).faded(FAINT));
        }
        if let Some(overlay) = &overlay {
            let muted = style.theme.muted();
            let mut law = |from: f64, loss: &dyn Fn(f64) -> f64, dash, ink| {
                let points = x.steps(CURVE).filter(|s| *s >= from).map(|s| panel.at(s, loss(s)));
                scene.dashed(points, &panel.area, 1.3, ink, dash);
            };
            // The sums begin with the first quantum: of the time before they say nothing.
            if self.options.truncated_sum {
                law(overlay.constant, &|s| overlay.sum(s), Dash::Mixed, muted);
            }
            if self.options.pure_law {
                law(overlay.constant, &|s| overlay.pure(s), Dash::Dotted, muted);
            }
            if let Some(nam) = nam {
                law(0.0, &|s| nam.loss(overlay.theory.p(), s), Dash::Mixed, style.theme.closed_form());
            }
        }
        for run in &self.runs {
            let color = Ink::of(style.theme.series(run.color));
            let points = curve(&run.record).map(|(step, loss)| panel.at(step, loss));
            scene.line(points, &panel.area, style.stroke(), color);
            if let Some((step, loss)) = curve(&run.record).last() {
                scene.dot(panel.at(step, loss), 1.4 * style.stroke(), color);
            }
        }
        for fit in (0..self.runs.len()).filter_map(|run| self.drawn_fit(run)) {
            let ends = [fit.range.0, fit.range.1].map(|s| panel.at(s, fit.at(s)));
            scene.dashed(ends, &panel.area, 1.4, style.theme.ink(), Dash::Dashed);
        }
        panel
    }
}

impl Figure for LossFigure {
    fn name(&self) -> &'static str {
        Kind::Loss.name()
    }

    fn title(&self) -> String {
        Kind::Loss.title().into()
    }

    fn caption(&self) -> String {
        match self.runs.first().map(|run| (source::quanta_count(&run.record), source::noun(&run.record).many)) {
            Some((count, many)) if count > 1 => {
                format!("The mean over {} {many} falls smoothly, near a power law of the steps.", whole(count as f64))
            }
            _ => "The mean loss falls smoothly, near a power law of the steps.".into(),
        }
    }

    fn describe(&self) -> String {
        let Some(first) = self.runs.first() else { return "No run is shown.".into() };
        let mut text = String::from("Mean test loss in bits against training step, both logarithmic. ");
        for (run, fit) in self.runs.iter().zip(self.fits()) {
            text += &format!("{}: {} ", run.name, source::settings_sentence(&run.record));
            text += format!("{} {} ", source::standing_sentence(&run.record), fit_sentence(fit)).trim_start();
        }
        text += &theory_sentence(&first.record, self.fits().first().and_then(|fit| fit.as_ref().ok()));
        text.trim_end().into()
    }

    fn table(&self) -> Table {
        let names = self.runs.iter().map(|run| format!("{}, mean loss (bits)", run.name));
        let mut table = Table::new(std::iter::once("Step".to_owned()).chain(names));
        let Some(first) = self.runs.first() else { return table };
        let steps: Vec<f64> = curve(&first.record).map(|(step, _)| step).collect();
        for place in thinned(&steps, 24) {
            let step = steps[place];
            // Runs that were measured at other steps are read at a step nearby, if there is one.
            let loss = |run: &Series| {
                let evaluation = &run.record.evaluations[nearest_log(&run.record, step)?];
                let is_near = (evaluation.step as f64 / step).ln().abs() < 0.1;
                is_near.then(|| brief(source::mean_loss(evaluation)))
            };
            let losses = self.runs.iter().map(|run| loss(run).unwrap_or(NONE.into()));
            table.push(std::iter::once(whole(step)).chain(losses));
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area));
    }

    fn read_at(&self, _: usize, (step, _): (f64, f64)) -> String {
        let near = |run: &Series| {
            let evaluation = &run.record.evaluations[nearest_log(&run.record, step)?];
            Some((evaluation.step, source::mean_loss(evaluation)))
        };
        let said: Vec<_> = self.runs.iter().filter_map(|run| Some((&run.name, near(run)?))).collect();
        let Some((_, (first, _))) = said.first().copied() else { return "nothing measured yet".into() };
        let alone = said.len() == 1;
        let values = said.iter().map(|(name, (at, loss))| {
            let bits = brief(*loss);
            match (alone, *at == first) {
                (true, _) => format!("{bits} bits"),
                (false, true) => format!("{name} {bits} bits"),
                (false, false) => format!("{name} {bits} bits (step {})", whole(*at as f64)),
            }
        });
        let mut text = format!("step {}: {}", whole(first as f64), values.collect::<Vec<_>>().join(", "));
        if let (true, Some(only)) = (alone && self.options.truncated_sum, self.runs.first())
            && let Some(overlay) = Overlay::new(&only.record)
        {
            text += &format!("; truncated sum {} bits", brief(overlay.sum(first as f64)));
        }
        text
    }

    fn stops(&self) -> Vec<Place> {
        self.runs.first().map_or(Vec::new(), |run| curve(&run.record).map(|point| (0, point)).collect())
    }
}

/// The evaluations that a logarithmic axis can hold: step, mean loss in bits.
pub(crate) fn curve(record: &Record) -> impl Iterator<Item = (f64, f64)> {
    let evaluations = record.evaluations.iter().filter(|evaluation| evaluation.step > 0);
    evaluations.map(|evaluation| (evaluation.step as f64, source::mean_loss(evaluation)))
}

/// From the first evaluation to the step at which the longest run ends, reached or not: the axis rests
/// while a run goes on.
pub(crate) fn step_span(runs: &[Series]) -> Span {
    let first = |run: &Series| curve(&run.record).next().map(|(step, _)| step);
    let from = runs.iter().filter_map(first).fold(f64::INFINITY, f64::min);
    let end = |run: &Series| match curve(&run.record).last() {
        Some((step, _)) if run.record.is_finished() => step,
        _ => source::steps(&run.record) as f64,
    };
    let to = runs.iter().map(end).fold(1.0, f64::max);
    let from = if from.is_finite() { from } else { 1.0 };
    Span::Log(from, to.max(from * 1.5))
}

/// The evaluation nearest to a step on a logarithmic axis.
pub(crate) fn nearest_log(record: &Record, step: f64) -> Option<usize> {
    let at = step.max(1e-9).ln();
    let distance = |i: &usize| ((record.evaluations[*i].step as f64).ln() - at).abs();
    (0..record.evaluations.len()).filter(|i| record.evaluations[*i].step > 0).min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// An exponent with its errors and range, or why there is none.
pub(crate) fn fit_sentence(fit: &Result<PowerLaw, FitError>) -> String {
    match fit {
        Ok(fit) => format!(
            "Fitted over steps {} to {} ({} evaluations), the loss falls with the exponent {}.",
            whole(fit.range.0),
            whole(fit.range.1),
            fit.points,
            fit.estimate()
        ),
        Err(error) => format!("No power law is fitted: {error}."),
    }
}

fn theory_sentence(record: &Record, fit: Option<&PowerLaw>) -> String {
    let Some(theory) = source::theory(record) else { return String::new() };
    let exponent = Resource::Steps.exponent(theory.alpha());
    let Noun { one, many } = source::noun(record);
    let mut text = format!("Theory: α_S = α/(α+1) = {exponent:.3} for infinitely many quanta");
    let slope = fit.map(|fit| fit.range).zip(Overlay::new(record)).and_then(|((from, to), overlay)| {
        let steps: Vec<f64> = curve(record).map(|(step, _)| step).filter(|step| (from..=to).contains(step)).collect();
        Some((theory.exponent_at(Resource::Steps, &steps, overlay.constant)?, overlay.constant))
    });
    text += &match slope {
        Some((slope, constant)) => format!(
            "; the truncated sum over these {} has {slope:.3} over the same range. Its T, the steps that the first {one} \
             takes, is {}, from when the {many} emerged.",
            whole(theory.n_tasks() as f64),
            brief(constant)
        ),
        None => ".".into(),
    };
    if source::is_the_papers(record)
        && let Some((exponent, range)) = paper::exponent(Resource::Steps, theory.alpha(), theory.n_tasks())
    {
        text += &format!(" The paper's own run shows about {exponent:.2} {range}.");
    }
    text
}
