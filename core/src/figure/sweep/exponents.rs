//! Fitted exponents against α, beside theory: the paper's Fig 10.

use super::{Resource, Sweep};
use crate::figure::Options;
use crate::figure::axis::Span;
use crate::figure::color::{Ink, Theme};
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Dash, Scene};
use crate::fit::Estimate;
use crate::order::ascending;

/// What the paper's Fig 10 shows at its two ends, α = 0.1 and 0.8, read off to ±2 %.
fn paper(resource: Resource) -> [(f64, f64); 2] {
    match resource {
        Resource::Parameters => [(0.1, 0.23), (0.8, 0.61)],
        Resource::Steps => [(0.1, 0.23), (0.8, 0.48)],
        Resource::Data => [(0.1, 0.28), (0.8, 0.40)],
    }
}

fn ink(resource: Resource, theme: Theme) -> Ink {
    Ink::of(theme.series(match resource {
        Resource::Parameters => 0,
        Resource::Steps => 1,
        Resource::Data => 2,
    }))
}

/// One sweep as a point of this figure.
struct Fitted {
    resource: Resource,
    alpha: f64,
    exponent: Estimate,
    truncated: Option<f64>,
}

fn fitted(sweeps: &[Sweep], options: &Options) -> Vec<Fitted> {
    let one = |sweep: &Sweep| {
        let report = sweep.report(options.fit_range);
        let fit = report.fit.ok()?;
        let exponent = fit.estimate();
        Some(Fitted { resource: sweep.resource, alpha: sweep.alpha, exponent, truncated: report.truncated })
    };
    sweeps.iter().filter_map(one).collect()
}

pub(super) fn draw(scene: &mut Scene, style: &Style, outer: Area, sweeps: &[Sweep], options: &Options) -> Panel {
    let points = fitted(sweeps, options);
    let widest = points.iter().map(|point| point.alpha).fold(0.8, f64::max);
    let x = Span::Linear(0.0, 1.08 * widest);
    let heights = points.iter().flat_map(|point| {
        let exponent = point.exponent;
        [exponent.interval().map_or(0.0, |(_, high)| high), exponent.value, point.truncated.unwrap_or(0.0)]
    });
    let top = heights.filter(|height| height.is_finite()).fold(widest, f64::max).min(3.0);
    let y = Span::Linear(0.0, 1.08 * top);
    let muted = options.theme.muted();
    let mut legend: Vec<Entry> = Resource::ALL
        .into_iter()
        .filter(|resource| points.iter().any(|point| point.resource == *resource))
        .map(|resource| Entry::new(Mark::Dot(ink(resource, options.theme)), format!("{}, fitted", resource.name())))
        .collect();
    legend.push(Entry::new(Mark::Line(ink(Resource::Parameters, options.theme), 1.4, Dash::Solid), "theory in parameters: α"));
    legend
        .push(Entry::new(Mark::Line(ink(Resource::Steps, options.theme), 1.4, Dash::Solid), "theory in steps and data: α/(α+1)"));
    if options.truncated_sum && points.iter().any(|point| point.truncated.is_some()) {
        legend.push(Entry::new(Mark::Line(muted, 1.3, Dash::Mixed), "truncated sum"));
    }
    legend.push(Entry::new(Mark::Cross(muted), "the paper's ends"));
    let plan = Plan { x, y, x_title: "α of the task", y_title: "exponent of the loss", legend, title: None, grid: true };
    let panel = Panel::draw(scene, style, outer, &plan);
    for resource in [Resource::Parameters, Resource::Steps] {
        let line = x.steps(80).map(|alpha| panel.at(alpha, resource.exponent(alpha)));
        scene.line(line, &panel.area, 1.4, ink(resource, options.theme).faded(0.75));
    }
    for resource in Resource::ALL {
        for (alpha, exponent) in paper(resource) {
            scene.cross(panel.at(alpha, exponent), 0.32 * style.font, ink(resource, options.theme));
        }
        let of = |point: &&Fitted| point.resource == resource;
        let mut sums: Vec<(f64, f64)> =
            points.iter().filter(of).filter_map(|point| Some((point.alpha, point.truncated?))).collect();
        ascending(&mut sums, |(alpha, _)| *alpha);
        if options.truncated_sum {
            let line = sums.into_iter().map(|(alpha, sum)| panel.at(alpha, sum));
            scene.dashed(line, &panel.area, 1.3, ink(resource, options.theme).faded(0.8), Dash::Mixed);
        }
    }
    for point in &points {
        // The three resources stand side by side at one α.
        let side = match point.resource {
            Resource::Parameters => -4.0,
            Resource::Steps => 0.0,
            Resource::Data => 4.0,
        };
        let color = ink(point.resource, options.theme);
        let at = |height: f64| {
            let (px, py) = panel.at(point.alpha, height);
            (px + side, py)
        };
        if let Some((low, high)) = point.exponent.interval() {
            scene.line([at(low), at(high)], &panel.area, 1.6, color);
        }
        scene.dot(at(point.exponent.value), if style.narrow { 2.8 } else { 3.8 }, color);
    }
    if points.is_empty() {
        panel.say(scene, style, "no exponent is fitted yet");
    }
    panel
}

pub(super) fn read_at(sweeps: &[Sweep], options: &Options, (alpha, exponent): (f64, f64)) -> String {
    let points = fitted(sweeps, options);
    let distance = |point: &Fitted| (point.alpha - alpha).hypot(point.exponent.value - exponent);
    match points.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))) {
        Some(point) => format!("α = {}, {}: {}", point.alpha, point.resource.name(), point.exponent.short()),
        None => "no exponent is fitted yet".into(),
    }
}

pub(super) fn describe(sweeps: &[Sweep], options: &Options) -> String {
    let mut text = String::from("Exponents of the mean loss against α. ");
    for sweep in sweeps {
        text += &format!("α = {}, {}: ", sweep.alpha, sweep.resource.name());
        let report = sweep.report(options.fit_range);
        text += &match report.fit {
            Ok(fit) => format!(
                "{} over {} = {} to {}; theory {:.3}{}. ",
                fit.estimate(),
                sweep.resource.letter(),
                crate::figure::whole(fit.range.0),
                crate::figure::whole(fit.range.1),
                report.pure,
                report.truncated.map_or(String::new(), |sum| format!(", truncated sum {sum:.3}"))
            ),
            Err(error) => format!("no power law is fitted: {error}. "),
        };
    }
    text + "The paper's Fig 10 goes from about 0.23 to 0.61 in parameters, 0.23 to 0.48 in steps and 0.28 to 0.40 in data \
            as α goes from 0.1 to 0.8."
}
