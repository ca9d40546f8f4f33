//! The four figures of theory.

use super::{Kind, Quanta};
use crate::figure::Options;
use crate::figure::axis::Span;
use crate::figure::color::Ink;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Dash, Scene};
use crate::figure::text::{brief, whole};
use crate::theory::Resource;

/// Whole numbers from 1 to `last`, about `count` of them, evenly spaced in the logarithm.
fn spaced(last: usize, count: usize) -> Vec<usize> {
    let step = (last as f64).ln() / count.max(1) as f64;
    let mut numbers: Vec<usize> = (0..=count).map(|i| ((i as f64 * step).exp().round() as usize).min(last)).collect();
    numbers.dedup();
    numbers
}

pub(super) fn uses(scene: &mut Scene, style: &Style, outer: Area, quanta: &Quanta, options: &Options) -> Panel {
    let count = quanta.p.len();
    let color = Ink::of(options.theme.series(0));
    let missing = quanta.model.missing.is_some();
    let mut legend = vec![Entry::new(Mark::Dot(color), format!("use frequency, slope −{}", brief(quanta.model.alpha + 1.0)))];
    if missing {
        legend.push(Entry::new(Mark::Cross(options.theme.muted()), "never learned"));
    }
    let plan = Plan {
        x: Span::Log(0.8, (count as f64 * 1.25).max(10.0)),
        y: Span::log_over(quanta.p.iter().copied(), 0.06),
        x_title: "quantum k",
        y_title: "use frequency pₖ",
        legend,
        title: None,
        grid: true,
    };
    let panel = Panel::draw(scene, style, outer, &plan);
    let radius = if style.narrow { 1.8 } else { 2.4 };
    for k in spaced(count, 160) {
        let at = panel.at(k as f64, quanta.p[k - 1]);
        match quanta.learned_at[k - 1] {
            Some(_) => scene.dot(at, radius, color),
            None => scene.cross(at, radius + 1.5, options.theme.muted()),
        }
    }
    panel
}

pub(super) fn stairs(scene: &mut Scene, style: &Style, outer: Area, quanta: &Quanta, options: &Options) -> Panel {
    let last = quanta.loss.len() - 1;
    let (before, after) = (quanta.model.before, quanta.model.after);
    let count = quanta.p.len();
    let ramp = (0..24).map(|i| options.theme.rank(f64::from(i) / 23.0)).collect();
    let legend = vec![
        Entry::new(Mark::Ramp(ramp, "quantum 1".into()), whole(count as f64)),
        Entry::new(Mark::Line(options.theme.ink(), style.stroke(), Dash::Solid), "mean over samples"),
    ];
    let (low, high) = (before.min(after), before.max(after));
    let spare = 0.06 * (high - low).max(0.1);
    let plan = Plan {
        x: Span::Count(0.4, (last as f64 * 1.15).max(3.0)),
        y: Span::Linear(low - spare, high + spare),
        x_title: "quanta learned n",
        y_title: "loss of a sample (bits)",
        legend,
        title: None,
        grid: true,
    };
    let panel = Panel::draw(scene, style, outer, &plan);
    let (from, to) = plan.x.ends();
    let shown = spaced(count, if style.narrow { 28 } else { 48 });
    for k in shown.into_iter().rev() {
        let share = if count < 2 { 0.0 } else { (k as f64).ln() / (count as f64).ln() };
        // A quantum's step stands just before the mark of its number, so that n = 1 has one learned.
        let end = quanta.learned_at[k - 1].map_or(to * 2.0, |place| place as f64 - 0.5);
        let end = end.max(from);
        let steps = [(from, before), (end, before), (end, after), (to, after)].map(|(n, loss)| panel.at(n, loss));
        scene.line(steps, &panel.area, 1.2, options.theme.rank(share));
    }
    // The mean has stairs too, drawn as such while they can be told apart.
    const STAIRS: usize = 40;
    let stair = |n: usize| [(n as f64 - 0.5, quanta.loss[n - 1]), (n as f64 - 0.5, quanta.loss[n])];
    let mut mean = vec![(from, quanta.loss[0])];
    mean.extend((1..=last.min(STAIRS)).flat_map(stair));
    mean.extend(
        spaced(last.max(1), 300).into_iter().filter(|n| (STAIRS + 1..=last).contains(n)).map(|n| (n as f64, quanta.loss[n])),
    );
    mean.push((to, quanta.loss[last]));
    let line = mean.into_iter().map(|(n, loss)| panel.at(n, loss));
    scene.line(line, &panel.area, style.stroke(), options.theme.ink());
    panel
}

/// The range over which the exponent of the sum is read: where neither its beginning nor, with
/// many quanta, its end bends it.
fn range(quanta: &Quanta) -> (usize, usize) {
    let last = quanta.loss.len() - 1;
    (5.min(last), (last / 10).max(10).min(last))
}

pub(super) fn sum(scene: &mut Scene, style: &Style, outer: Area, quanta: &Quanta, options: &Options) -> Panel {
    let last = quanta.loss.len() - 1;
    let after = quanta.model.after;
    // Logarithmic axes show the power law of what is above a.
    let above = |loss: f64| (loss - after).abs();
    let color = Ink::of(options.theme.series(0));
    let muted = options.theme.muted();
    let (from, to) = range(quanta);
    let exponent = quanta.exponent(from, to);
    let name = exponent.map_or("sum".into(), |exponent| format!("sum: slope −{exponent:.2} at n = {from} to {to}"));
    let legend = vec![
        Entry::new(Mark::Line(color, style.stroke(), Dash::Solid), name),
        Entry::new(Mark::Line(muted, 1.3, Dash::Dotted), format!("pure law −{}", brief(quanta.model.alpha))),
    ];
    let values = spaced(last.max(1), 300).into_iter().filter(|n| *n <= last);
    let points: Vec<(f64, f64)> = values.map(|n| (n as f64, above(quanta.loss[n]))).collect();
    // The last steps of a finite sum fall to nothing; three decades tell enough.
    let top = above(quanta.loss[0]);
    let seen = points.iter().map(|(_, loss)| *loss).filter(|loss| *loss > 1e-3 * top);
    let plan = Plan {
        x: Span::Log(1.0, (last as f64 * 1.1).max(10.0)),
        y: Span::log_over(seen.chain([top, 0.3 * top]), 0.05),
        x_title: "quanta learned n",
        y_title: if after == 0.0 { "mean loss (bits)" } else { "mean loss above a (bits)" },
        legend,
        title: None,
        grid: true,
    };
    let panel = Panel::draw(scene, style, outer, &plan);
    let law = plan.x.steps(120).map(|n| panel.at(n, above(quanta.pure(n))));
    scene.dashed(law, &panel.area, 1.3, muted, Dash::Dotted);
    let line = points.iter().filter(|(_, loss)| *loss > 0.0).map(|(n, loss)| panel.at(*n, *loss));
    scene.line(line, &panel.area, style.stroke(), color);
    panel
}

pub(super) fn exponents(scene: &mut Scene, style: &Style, outer: Area, quanta: &Quanta, options: &Options) -> Panel {
    let alpha = quanta.model.alpha;
    let widest = alpha.max(1.5);
    let (n_ink, s_ink) = (Ink::of(options.theme.series(0)), Ink::of(options.theme.series(1)));
    let (n_value, s_value) = (Resource::Parameters.exponent(alpha), Resource::Steps.exponent(alpha));
    let legend = vec![
        Entry::new(Mark::Line(n_ink, style.stroke(), Dash::Solid), format!("in parameters: α = {}", brief(n_value))),
        Entry::new(Mark::Line(s_ink, style.stroke(), Dash::Solid), format!("in steps and data: α/(α+1) = {}", brief(s_value))),
    ];
    let plan = Plan {
        x: Span::Linear(0.0, widest),
        y: Span::Linear(0.0, widest),
        x_title: "α",
        y_title: "exponent of the loss",
        legend,
        title: None,
        grid: true,
    };
    let panel = Panel::draw(scene, style, outer, &plan);
    let (x, bottom) = (panel.x.at(alpha), panel.area.bottom);
    scene.dashed([(x, panel.area.top), (x, bottom)], &panel.area, 1.0, options.theme.axis(), Dash::Dashed);
    for (resource, ink, value) in [(Resource::Parameters, n_ink, n_value), (Resource::Steps, s_ink, s_value)] {
        let line = plan.x.steps(100).map(|alpha| panel.at(alpha, resource.exponent(alpha)));
        scene.line(line, &panel.area, style.stroke(), ink);
        scene.dot(panel.at(alpha, value), 1.8 * style.stroke(), ink);
    }
    panel
}

pub(super) fn describe(kind: Kind, quanta: &Quanta) -> String {
    let model = &quanta.model;
    let setting = format!(
        "{}{} quanta at α = {}, b = {} and a = {} bits{}{}.",
        if model.truncated { "" } else { "the first " },
        whole(model.quanta as f64),
        brief(model.alpha),
        brief(model.before),
        brief(model.after),
        if model.noise > 0.0 { format!(", learned in an order that strays by {}", brief(model.noise)) } else { String::new() },
        model.missing.map_or(String::new(), |every| format!(", every {every}-th never learned")),
    );
    match kind {
        Kind::Use => format!(
            "Use frequency against the number of the quantum, both logarithmic: a straight line of slope −{}. The most \
             frequent is used in {} % of samples. Setting: {setting}",
            brief(model.alpha + 1.0),
            brief(100.0 * quanta.p[0])
        ),
        Kind::Stairs => format!(
            "The loss of samples of single quanta falls from b to a at once when their quantum is learned; the mean over \
             all samples falls smoothly. Setting: {setting}"
        ),
        Kind::Sum => {
            let (from, to) = range(quanta);
            let read = quanta.exponent(from, to).map_or(String::new(), |exponent| {
                format!(" Between {from} and {to} quanta learned its slope is −{exponent:.3}.")
            });
            format!(
                "The mean loss against quanta learned, both logarithmic, beside the pure power law of exponent {}.{read} \
                 Setting: {setting}",
                brief(model.alpha)
            )
        }
        Kind::Exponents => format!(
            "The exponents of the loss against α. At α = {}: α_N = {} in parameters, α_S = α_D = {} in steps and data.",
            brief(model.alpha),
            brief(Resource::Parameters.exponent(model.alpha)),
            brief(Resource::Steps.exponent(model.alpha))
        ),
    }
}
