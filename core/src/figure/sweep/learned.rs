//! Subtasks learned against a resource, one line for each α: the paper's Fig 9.

use super::Sweep;
use super::analysis::nearest_by;
use crate::figure::Options;
use crate::figure::axis::Span;
use crate::figure::color::{Ink, Theme};
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Dash, Scene};
use crate::figure::text::whole;
use crate::fit::{FitError, PowerLaw, power_law};
use crate::order::ascending;

/// Learned subtasks ∝ amount^(1/γ): the fitted power, with its range. By default from the first
/// subtask learned to nine tenths of them, past which there are no more to learn.
pub fn growth(sweep: &Sweep, range: Option<(f64, f64)>) -> Result<PowerLaw, FitError> {
    let most = 0.9 * sweep.n_tasks as f64;
    let (x, y): (Vec<f64>, Vec<f64>) = sweep
        .points
        .iter()
        .map(|point| (point.amount, point.learned as f64))
        .filter(|(amount, learned)| *amount > 0.0 && *learned >= 1.0 && *learned <= most)
        .unzip();
    power_law(&x, &y, range.unwrap_or((0.0, f64::INFINITY)))
}

/// The power theory has: learned = (amount/constant)^(1/γ).
fn expected(sweep: &Sweep) -> f64 {
    1.0 / sweep.resource.growth(sweep.alpha)
}

pub(super) fn draw(scene: &mut Scene, style: &Style, outer: Area, sweeps: &[Sweep], options: &Options) -> Panel {
    let points = || sweeps.iter().flat_map(|sweep| &sweep.points);
    let x = Span::log_over(points().map(|point| point.amount), 0.03);
    let most = points().map(|point| point.learned as f64).fold(10.0, f64::max);
    let fits: Vec<_> = sweeps.iter().map(|sweep| growth(sweep, options.fit_range).ok()).collect();
    let inks = colors(sweeps, options.theme);
    let mut legend = Vec::new();
    for ((sweep, fit), ink) in sweeps.iter().zip(&fits).zip(&inks) {
        let text = match fit {
            Some(fit) if options.fit => {
                format!("α = {}: {} (theory {:.2})", sweep.alpha, fit.slope().short(), expected(sweep))
            }
            _ => format!("α = {}", sweep.alpha),
        };
        legend.push(Entry::new(Mark::Dot(*ink), text));
    }
    if options.fit && fits.iter().any(Option::is_some) {
        legend.push(Entry::new(Mark::Line(options.theme.muted(), 1.3, Dash::Dotted), "theory's slope"));
    }
    let plan = Plan {
        x,
        y: Span::Count(0.8, most * 1.3),
        x_title: sweeps.first().map_or("resource", |sweep| sweep.resource.axis()),
        y_title: "subtasks learned",
        legend,
        title: None,
        grid: true,
    };
    let panel = Panel::draw(scene, style, outer, &plan);
    if points().next().is_none() {
        panel.say(scene, style, "waiting for the first point");
        return panel;
    }
    let radius = if style.narrow { 2.2 } else { 3.0 };
    for ((sweep, fit), ink) in sweeps.iter().zip(&fits).zip(&inks) {
        if let Some(fit) = fit.as_ref().filter(|_| options.fit) {
            let middle = (fit.range.0 * fit.range.1).sqrt();
            let law = |amount: f64| panel.at(amount, fit.at(middle) * (amount / middle).powf(expected(sweep)));
            let ends = [fit.range.0, fit.range.1].map(law);
            scene.dashed(ends, &panel.area, 1.3, options.theme.muted(), Dash::Dotted);
            let ends = [fit.range.0, fit.range.1].map(|amount| panel.at(amount, fit.at(amount)));
            scene.line(ends, &panel.area, 1.3, *ink);
        }
        for point in &sweep.points {
            let at = panel.at(point.amount, point.learned as f64);
            if panel.area.holds(at) {
                scene.dot(at, radius, *ink);
            }
        }
    }
    panel
}

/// A colour for each α, along the ramp in their order.
fn colors(sweeps: &[Sweep], theme: Theme) -> Vec<Ink> {
    let mut alphas: Vec<f64> = sweeps.iter().map(|sweep| sweep.alpha).collect();
    ascending(&mut alphas, |x| *x);
    alphas.dedup();
    let last = alphas.len().saturating_sub(1).max(1) as f64;
    let place = |alpha: f64| alphas.iter().position(|other| *other == alpha).unwrap_or(0) as f64 / last;
    sweeps.iter().map(|sweep| theme.rank(place(sweep.alpha))).collect()
}

pub(super) fn nearest(sweeps: &[Sweep], data: (f64, f64)) -> Option<(usize, usize)> {
    nearest_by(sweeps, data, |point| point.learned as f64)
}

pub(super) fn describe(sweeps: &[Sweep], options: &Options) -> String {
    let Some(first) = sweeps.first() else { return "No sweep is shown.".into() };
    let mut text = format!("Subtasks learned (under 0.1 bits) against {}, both logarithmic.", first.resource.axis());
    for sweep in sweeps {
        text += &format!(" α = {}, {} subtasks: ", sweep.alpha, whole(sweep.n_tasks as f64));
        text += &match growth(sweep, options.fit_range) {
            Ok(fit) => format!(
                "over {} = {} to {} they grow with the power {}, where theory \
                 has {:.3}.",
                sweep.resource.letter(),
                whole(fit.range.0),
                whole(fit.range.1),
                fit.slope(),
                expected(sweep)
            ),
            Err(error) => format!("no power is fitted: {error}."),
        };
    }
    text + " The paper finds powers close to 1/(1+α) in data (its Fig 9)."
}
