//! Scaling above staircase for every resource there is: the paper's Fig 2.

use super::{Kind, Resource, Sweep, scaling, staircase};
use crate::figure::Options;
use crate::figure::axis::Span;
use crate::figure::panel::{Panel, Style};
use crate::figure::scene::{Area, Scene};

/// The sweeps of each resource, in the paper's order.
fn groups(sweeps: &[Sweep]) -> Vec<(Resource, Vec<Sweep>)> {
    let of = |resource| sweeps.iter().filter(|sweep| sweep.resource == resource).cloned().collect::<Vec<_>>();
    Resource::ALL.into_iter().map(|resource| (resource, of(resource))).filter(|(_, sweeps)| !sweeps.is_empty()).collect()
}

/// Panels come in pairs: a resource's curve, then its heat map.
pub(super) fn draw(scene: &mut Scene, style: &Style, outer: Area, sweeps: &[Sweep], options: &Options) -> Vec<Panel> {
    let groups = groups(sweeps);
    if groups.is_empty() {
        return vec![scaling::draw(scene, style, outer, &[], options, None)];
    }
    let count = groups.len() as f64;
    // Side by side where there is room, else a pair of plots to a row.
    let beside = outer.right - outer.left >= 230.0 * count && outer.right - outer.left > 0.8 * (outer.bottom - outer.top);
    let (columns, rows) = if beside { (count, 2.0) } else { (2.0, count) };
    let (width, height) = ((outer.right - outer.left) / columns, (outer.bottom - outer.top) / rows);
    let small = Style::new(style.theme, width.min(520.0));
    let mut panels = Vec::new();
    for (i, (resource, sweeps)) in groups.iter().enumerate() {
        let i = i as f64;
        let cell = |column: f64, row: f64| Area {
            left: outer.left + column * width,
            right: outer.left + (column + 1.0) * width,
            top: outer.top + row * height,
            bottom: outer.top + (row + 1.0) * height,
        };
        let (upper, lower) = if beside { (cell(i, 0.0), cell(i, 1.0)) } else { (cell(0.0, i), cell(1.0, i)) };
        let title = match resource {
            Resource::Parameters => "Parameters",
            Resource::Steps => "Training steps",
            Resource::Data => "Training data",
        };
        let amounts = sweeps.iter().flat_map(|sweep| &sweep.points).map(|point| point.amount);
        let x = Span::log_over(amounts, 0.03);
        panels.push(scaling::draw(scene, &small, upper, sweeps, options, Some(title)));
        let shown = sweeps.iter().find(|sweep| !sweep.background).or(sweeps.first());
        panels.push(staircase::draw(scene, &small, lower, shown, options, Some(x)));
    }
    panels
}

pub(super) fn nearest(sweeps: &[Sweep], panel: usize, data: (f64, f64)) -> Option<(usize, usize)> {
    let groups = groups(sweeps);
    let (resource, group) = groups.get(panel / 2)?;
    let kind = if panel.is_multiple_of(2) { Kind::Scaling } else { Kind::Staircase };
    let (within, point) = super::nearest_point(kind, group, 0, data)?;
    // From its place among its resource's sweeps to its place among all.
    let all = sweeps.iter().enumerate().filter(|(_, sweep)| sweep.resource == *resource);
    all.map(|(index, _)| index).nth(within).map(|index| (index, point))
}

pub(super) fn read_at(sweeps: &[Sweep], panel: usize, data: (f64, f64)) -> String {
    let Some((_, group)) = groups(sweeps).into_iter().nth(panel / 2) else { return "no points yet".into() };
    let kind = if panel.is_multiple_of(2) { Kind::Scaling } else { Kind::Staircase };
    super::read_at(kind, &group, &Options::default(), 0, data)
}

pub(super) fn describe(sweeps: &[Sweep], options: &Options) -> String {
    let text: Vec<String> = groups(sweeps).iter().map(|(_, group)| scaling::describe(group, options)).collect();
    if text.is_empty() {
        return "No sweep is shown.".into();
    }
    format!(
        "Loss against each resource above, and below it the loss of each subtask as colour, from 1 bit (pale on white, dark \
         on black) to 0. {}",
        text.join(" ")
    )
}
