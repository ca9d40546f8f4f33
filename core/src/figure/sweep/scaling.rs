//! Mean loss against a resource: seeds, their band, the fit, and theory.

use super::Sweep;
use super::analysis::{Mean, Report, nearest_by, sweep_text};
use crate::figure::Options;
use crate::figure::axis::Span;
use crate::figure::color::Ink;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Dash, Scene};
use crate::theory::Theory;

pub(super) fn draw(
    scene: &mut Scene,
    style: &Style,
    outer: Area,
    sweeps: &[Sweep],
    options: &Options,
    title: Option<&str>,
) -> Panel {
    let means: Vec<Vec<Mean>> = sweeps.iter().map(Sweep::means).collect();
    let reports: Vec<Report> = sweeps.iter().map(|sweep| sweep.report(options.fit_range)).collect();
    let all = || means.iter().flatten();
    let x = Span::log_over(all().map(|mean| mean.amount), 0.03);
    let y = Span::log_over(all().flat_map(|mean| [mean.band.0, mean.band.1]).chain([0.7, 1.02]), 0.05);
    let (ink, muted) = (options.theme.ink(), options.theme.muted());
    // Theory stands beside the sweep that is fitted: the last in front, else the last.
    let main = sweeps.iter().rposition(|sweep| !sweep.background).or(sweeps.len().checked_sub(1));
    let constant = main.and_then(|main| reports[main].constant);

    let mut legend = Vec::new();
    let alone = sweeps.len() < 2;
    for (sweep, report) in sweeps.iter().zip(&reports) {
        let color = color(sweep, options);
        let fit = report.fit.as_ref().ok().filter(|_| options.fit).map(|fit| fit.slope().short());
        if alone {
            if title.is_none() {
                legend.push(Entry::new(Mark::Dot(color), sweep.name.as_str()));
            }
            if let Some(fit) = fit {
                legend.push(Entry::new(Mark::Line(ink, 1.4, Dash::Dashed), format!("fit {fit}")));
            }
        } else {
            let name = fit.map_or(sweep.name.clone(), |fit| format!("{}, fit {fit}", sweep.name));
            legend.push(Entry::new(Mark::Dot(color), name));
        }
    }
    if !alone && options.fit && reports.iter().any(|report| report.fit.is_ok()) {
        legend.push(Entry::new(Mark::Line(ink, 1.4, Dash::Dashed), "fit"));
    }
    if constant.is_some() && options.truncated_sum {
        legend.push(Entry::new(Mark::Line(muted, 1.3, Dash::Mixed), "truncated sum"));
    }
    if let (Some(main), Some(_), true) = (main, constant, options.pure_law) {
        legend.push(Entry::new(Mark::Line(muted, 1.3, Dash::Dotted), format!("pure law −{:.2}", reports[main].pure)));
    }
    let resource = main.map(|main| sweeps[main].resource);
    let x_title = resource.map_or("resource", |resource| resource.axis());
    let plan = Plan { x, y, x_title, y_title: "mean test loss (bits)", legend, title, grid: true };
    let panel = Panel::draw(scene, style, outer, &plan);
    if all().next().is_none() {
        panel.say(scene, style, "waiting for the first point");
        return panel;
    }
    if let (Some(main), Some(constant)) = (main, constant) {
        let theory = Theory::new(sweeps[main].n_tasks, sweeps[main].alpha);
        let resource = sweeps[main].resource;
        let mut law = |loss: &dyn Fn(f64) -> f64, dash| {
            let points = x.steps(200).filter(|amount| *amount >= constant);
            scene.dashed(points.map(|amount| panel.at(amount, loss(amount))), &panel.area, 1.3, muted, dash);
        };
        if options.truncated_sum {
            law(&|amount| theory.loss(resource, amount, constant), Dash::Mixed);
        }
        if options.pure_law {
            law(&|amount| theory.pure_loss(resource, amount, constant), Dash::Dotted);
        }
    }
    for (sweep, means) in sweeps.iter().zip(&means) {
        curve(scene, style, &panel, sweep, means, color(sweep, options));
    }
    for fit in reports.iter().filter(|_| options.fit).filter_map(|report| report.fit.as_ref().ok()) {
        let ends = [fit.range.0, fit.range.1].map(|amount| panel.at(amount, fit.at(amount)));
        scene.dashed(ends, &panel.area, 1.4, ink, Dash::Dashed);
    }
    panel
}

fn color(sweep: &Sweep, options: &Options) -> Ink {
    Ink::of(options.theme.series(sweep.color)).faded(if sweep.background { 0.5 } else { 1.0 })
}

/// The seeds' band, the mean through it, and a dot for each run; dots alone are left out where
/// there are as many as a curve has.
fn curve(scene: &mut Scene, style: &Style, panel: &Panel, sweep: &Sweep, means: &[Mean], ink: Ink) {
    if means.iter().any(|mean| mean.seeds > 1) {
        let upper = means.iter().map(|mean| panel.at(mean.amount, mean.band.1));
        let lower = means.iter().rev().map(|mean| panel.at(mean.amount, mean.band.0.max(1e-12)));
        let inside = upper.chain(lower).map(|(x, y)| (x, y.clamp(panel.area.top, panel.area.bottom)));
        scene.polygon(inside.collect::<Vec<_>>(), ink.faded(0.18));
    }
    let weight = if sweep.background { 1.2 } else { 0.8 * style.stroke() };
    scene.line(means.iter().map(|mean| panel.at(mean.amount, mean.loss)), &panel.area, weight, ink);
    if means.len() <= 60 {
        let radius = if style.narrow { 2.2 } else { 3.0 };
        for point in &sweep.points {
            let at = panel.at(point.amount, point.loss);
            if panel.area.holds(at) {
                scene.dot(at, if sweep.background { radius - 0.7 } else { radius }, ink);
            }
        }
    }
}

pub(super) fn nearest(sweeps: &[Sweep], data: (f64, f64)) -> Option<(usize, usize)> {
    nearest_by(sweeps, data, |point| point.loss)
}

pub(super) fn describe(sweeps: &[Sweep], options: &Options) -> String {
    let Some(first) = sweeps.first() else { return "No sweep is shown.".into() };
    let mut text = format!("Mean test loss in bits against {}, both logarithmic.", first.resource.axis());
    for sweep in sweeps {
        text += &format!(" {}", sweep_text(sweep, options.fit_range));
    }
    text
}
