//! The step at which each subtask emerged, against how often it is used.

use std::cell::OnceCell;

use super::axis::Span;
use super::color::Ink;
use super::panel::{Entry, Mark, Panel, Plan, Style};
use super::runs::before_and_behind;
use super::scene::{Area, Dash, Scene};
use super::table::{NONE, spaced};
use super::text::{brief, whole};
use super::{Figure, Kind, Options, Pick, Place, Series, Sheet, Table, source};
use crate::fit::PowerLaw;
use crate::paper;
use crate::record::Record;
use crate::task::Noun;

/// When each subtask of one or several runs emerged, against its use frequency.
pub struct EmergenceFigure {
    runs: Vec<Series>,
    options: Options,
    /// A fit with its interval takes a while: each is made once, when it is first needed.
    fits: OnceCell<Vec<Result<PowerLaw, String>>>,
}

/// What is known of one subtask: from 0, with its use frequency and the step, if it has emerged.
struct Emerged {
    task: usize,
    p: f64,
    step: Option<f64>,
}

/// The subtasks of a run; none where their use frequencies are not known.
fn emerged(record: &Record) -> Vec<Emerged> {
    let p = source::frequencies(record).unwrap_or_default();
    let all = p.into_iter().zip(source::emergence_steps(record)).enumerate();
    all.map(|(task, (p, step))| Emerged { task, p, step: step.filter(|step| *step > 0).map(|step| step as f64) }).collect()
}

impl EmergenceFigure {
    /// The figure of these runs.
    pub fn new(runs: Vec<Series>, options: Options) -> Self {
        Self { runs: before_and_behind(runs).0, options, fits: OnceCell::new() }
    }

    fn fits(&self) -> &[Result<PowerLaw, String>] {
        self.fits.get_or_init(|| self.runs.iter().map(|run| source::emergence_law(&run.record)).collect())
    }

    /// What is shown is called by what the first run's is.
    fn noun(&self) -> Noun {
        self.runs.first().map_or(Noun::SUBTASK, |run| source::noun(&run.record))
    }

    /// The fits that are drawn.
    fn drawn_fits(&self) -> Vec<Option<&PowerLaw>> {
        if !self.options.fit {
            return vec![None; self.runs.len()];
        }
        self.fits().iter().map(|fit| fit.as_ref().ok()).collect()
    }

    /// What the figure says where there is no point.
    fn nothing(&self) -> String {
        let are_unknown = |run: &Series| source::quanta_count(&run.record) > 0 && source::frequencies(&run.record).is_none();
        let have_none = |run: &Series| source::quanta_count(&run.record) == 0;
        if !self.runs.is_empty() && self.runs.iter().all(have_none) {
            source::NO_QUANTA.to_owned()
        } else if self.runs.iter().any(are_unknown) {
            source::NO_FREQUENCIES.to_owned()
        } else {
            format!("no {} has emerged yet", self.noun().one)
        }
    }

    fn legend(&self, style: &Style, has: &dyn Fn(bool) -> bool) -> Vec<Entry> {
        let (ink, fits) = (style.theme.ink(), self.drawn_fits());
        let dashed = || Mark::Line(ink, 1.4, Dash::Dashed);
        let alone = self.runs.len() < 2;
        let mut legend = Vec::new();
        for (run, fit) in self.runs.iter().zip(&fits) {
            let dot = Mark::Dot(Ink::of(style.theme.series(run.color)));
            let fit = fit.map(|fit| fit.slope().short());
            match fit {
                Some(fit) if alone => {
                    legend.push(Entry::new(dot, run.name.as_str()));
                    legend.push(Entry::new(dashed(), format!("fit, slope {fit}")));
                }
                Some(fit) => legend.push(Entry::new(dot, format!("{}, fit {fit}", run.name))),
                None => legend.push(Entry::new(dot, run.name.as_str())),
            }
        }
        let any_fit = fits.iter().any(Option::is_some);
        if !alone && any_fit {
            legend.push(Entry::new(dashed(), "fit"));
        }
        if any_fit {
            legend.push(Entry::new(Mark::Line(style.theme.muted(), 1.3, Dash::Dotted), "theory, slope −1"));
        }
        if has(false) && has(true) {
            legend.push(Entry::new(Mark::Tick(style.theme.axis()), "not yet emerged"));
        }
        legend
    }

    fn draw(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let runs: Vec<Vec<Emerged>> = self.runs.iter().map(|run| emerged(&run.record)).collect();
        let all = || runs.iter().flatten();
        let x = Span::log_over(all().map(|subtask| subtask.p), 0.04);
        let ends = self.runs.iter().filter_map(|run| run.record.last()).map(|last| last.step as f64);
        let y = Span::log_over(all().filter_map(|subtask| subtask.step).chain(ends), 0.06);
        let has = |is_emerged: bool| all().any(|subtask| subtask.step.is_some() == is_emerged);
        let legend = self.legend(style, &has);
        let plan = Plan { x, y, x_title: "use frequency p", y_title: "step of emergence", legend, title: None, grid: true };
        let panel = Panel::draw(scene, style, outer, &plan);
        if !has(true) {
            panel.say(scene, style, &self.nothing());
            return panel;
        }
        let radius = if style.narrow { 2.2 } else { 3.0 };
        for (run, subtasks) in self.runs.iter().zip(&runs) {
            let color = Ink::of(style.theme.series(run.color));
            for subtask in subtasks.iter().rev() {
                match subtask.step {
                    Some(step) => scene.dot(panel.at(subtask.p, step), radius, color.faded(0.75)),
                    // Hanging from the upper edge: later than anything drawn.
                    None => {
                        let (x, top) = (panel.x.at(subtask.p), panel.area.top);
                        scene.segment((x, top), (x, top + 0.5 * style.font), 1.0, color.faded(0.5));
                    }
                }
            }
        }
        let ink = style.theme.ink();
        for fit in self.drawn_fits().into_iter().flatten() {
            let line = |law: &dyn Fn(f64) -> f64| [fit.range.0, fit.range.1].map(|p| panel.at(p, law(p)));
            // Theory's slope through the middle of the fit, so that only the slopes are compared.
            let middle = (fit.range.0 * fit.range.1).sqrt();
            let height = fit.at(middle) * middle;
            scene.dashed(line(&|p| height / p), &panel.area, 1.3, style.theme.muted(), Dash::Dotted);
            scene.dashed(line(&|p| fit.at(p)), &panel.area, 1.4, ink, Dash::Dashed);
        }
        for (run, subtasks) in self.runs.iter().zip(&runs) {
            let followed = self.options.follow.and_then(|task| subtasks.get(task));
            if let Some(Emerged { p, step: Some(step), .. }) = followed {
                // Ringed, so that it stays its run's.
                scene.dot(panel.at(*p, *step), 2.1 * radius, ink);
                scene.dot(panel.at(*p, *step), 1.4 * radius, Ink::of(style.theme.series(run.color)));
            }
        }
        panel
    }

    /// The nearest emerged subtask on logarithmic axes, over all runs: which run, and the subtask.
    fn nearest(&self, (p, step): (f64, f64)) -> Option<(&Series, Emerged)> {
        let at = (p.max(1e-300).ln(), step.max(1e-300).ln());
        let distance = |subtask: &Emerged| (subtask.p.ln() - at.0).hypot(subtask.step.unwrap_or(f64::NAN).ln() - at.1);
        let subtasks = self.runs.iter().flat_map(|run| emerged(&run.record).into_iter().map(move |subtask| (run, subtask)));
        let emerged = subtasks.filter(|(_, subtask)| subtask.step.is_some());
        emerged.min_by(|a, b| distance(&a.1).total_cmp(&distance(&b.1)))
    }
}

impl Figure for EmergenceFigure {
    fn name(&self) -> &'static str {
        Kind::Emergence.name()
    }

    fn title(&self) -> String {
        Kind::Emergence.title().into()
    }

    fn caption(&self) -> String {
        format!("The less a {} is used, the later it is learned.", self.noun().one)
    }

    fn describe(&self) -> String {
        if self.runs.is_empty() {
            return "No run is shown.".into();
        }
        let Noun { one, many } = self.noun();
        let mut text = format!(
            "The step at which each {one} emerged (the first evaluation at which its loss is {}) against its use \
             frequency p, both logarithmic. ",
            source::learned_words(&self.runs[0].record)
        );
        for (Series { name, record, .. }, fit) in self.runs.iter().zip(self.fits()) {
            let run = emerged(record);
            let count = run.iter().filter(|subtask| subtask.step.is_some()).count();
            let standing = source::standing_sentence(record);
            let space = if standing.is_empty() { "" } else { " " };
            text += &format!("{name}: {} {standing}{space}", source::settings_sentence(record));
            text += &match fit {
                Ok(fit) => format!(
                    "Over the {} of {} {many} that emerged, with frequencies {} to {}, and the others as later than \
                     these, the step follows frequency with the slope {}. ",
                    whole(count as f64),
                    whole(run.len() as f64),
                    brief(fit.range.0),
                    brief(fit.range.1),
                    fit.slope()
                ),
                Err(why) => format!("No slope is fitted: {why}. "),
            };
        }
        let papers = (-paper::EMERGENCE_EXPONENT).to_string().replace('-', "−");
        text + &format!(
            "Theory, where a {one} needs a set number of its own samples, has −1; the paper's run of 500 subtasks at \
             width 500 has {papers}."
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["Run", self.noun().capital().as_str(), "Used (%)", "Emerged at step"]);
        for run in &self.runs {
            let subtasks = emerged(&run.record);
            for rank in spaced(subtasks.len(), 24) {
                let Emerged { p, step, .. } = subtasks[rank - 1];
                let step = step.map_or(NONE.into(), whole);
                table.push([run.name.clone(), whole(rank as f64), brief(100.0 * p), step]);
            }
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area));
    }

    fn read_at(&self, _: usize, data: (f64, f64)) -> String {
        let Some((run, Emerged { task, p, step })) = self.nearest(data) else { return self.nothing() };
        let name = if self.runs.len() > 1 { format!("{}, ", run.name) } else { String::new() };
        format!(
            "{name}{} {}: used {} %, emerged at step {}",
            source::noun(&run.record).one,
            whole(task as f64 + 1.0),
            brief(100.0 * p),
            whole(step.unwrap_or(f64::NAN))
        )
    }

    /// The emerged subtasks of the first run from left to right: the rarest first.
    fn stops(&self) -> Vec<Place> {
        let subtasks = self.runs.first().map(|run| emerged(&run.record)).unwrap_or_default();
        subtasks.into_iter().rev().filter_map(|subtask| Some((0, (subtask.p, subtask.step?)))).collect()
    }

    fn pick(&self, _: usize, data: (f64, f64)) -> Option<Pick> {
        self.nearest(data).map(|(_, subtask)| Pick::Subtask(subtask.task))
    }
}
