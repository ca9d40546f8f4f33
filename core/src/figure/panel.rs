//! One plot: its axes, grid, titles and legend, and the way back from its pixels to data.

use super::axis::{Axis, Span, Tick};
use super::color::{Ink, Theme};
use super::points::Point;
use super::scene::{Align, Area, Dash, Scene};
use super::text::{Label, width};

/// Sizes and colours of a figure, from its width.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    pub theme: Theme,
    /// The size of titles, in CSS pixels; ticks and legends are a little smaller.
    pub font: f64,
    /// Under this the vertical title lies above the plot instead of beside it.
    pub narrow: bool,
}

impl Style {
    pub fn new(theme: Theme, width: f64) -> Self {
        // 11.5 px on a telephone, 15 px where a figure fills a page.
        Self { theme, font: (11.5 + (width - 390.0) * 3.5 / 810.0).clamp(11.0, 15.0), narrow: width < 560.0 }
    }

    pub fn small(&self) -> f64 {
        0.9 * self.font
    }

    /// How heavy the curve is that a figure is about.
    pub fn stroke(&self) -> f64 {
        if self.narrow { 1.7 } else { 2.2 }
    }
}

/// What stands before an entry of the legend.
pub(crate) enum Mark {
    Line(Ink, f64, Dash),
    Dot(Ink),
    Tick(Ink),
    Cross(Ink),
    /// A strip of colours, with what its two ends mean.
    Ramp(Vec<Ink>, String),
}

pub(crate) struct Entry {
    pub mark: Mark,
    pub text: String,
    /// What stands instead where the text is wider than the legend.
    short: Option<&'static str>,
}

impl Entry {
    pub fn new(mark: Mark, text: impl Into<String>) -> Self {
        Self { mark, text: text.into(), short: None }
    }

    /// With a shorter text for narrow figures.
    pub fn or_short(self, short: &'static str) -> Self {
        Self { short: Some(short), ..self }
    }
}

/// What is asked of a panel before its curves are drawn.
pub(crate) struct Plan<'a> {
    pub x: Span,
    pub y: Span,
    pub x_title: &'a str,
    pub y_title: &'a str,
    pub legend: Vec<Entry>,
    /// A short name above the plot, for figures of several.
    pub title: Option<&'a str>,
    /// Whether the grid is drawn: not under a heat map.
    pub grid: bool,
}

/// A plot that has been laid out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Panel {
    pub area: Area,
    pub x: Axis,
    pub y: Axis,
}

impl Panel {
    pub fn at(&self, x: f64, y: f64) -> Point {
        (self.x.at(x), self.y.at(y))
    }

    /// Lays out and draws everything but the curves.
    pub fn draw(scene: &mut Scene, style: &Style, outer: Area, plan: &Plan<'_>) -> Self {
        Self::lay_out(scene, style, outer, plan, None)
    }

    /// The same with named rows, from 0 at the top, in place of numbers upwards.
    pub fn rows(scene: &mut Scene, style: &Style, outer: Area, plan: Plan<'_>, names: &[String]) -> Self {
        let y = Span::Linear(names.len() as f64 - 0.5, -0.5);
        Self::lay_out(scene, style, outer, &Plan { y, ..plan }, Some(names))
    }

    fn lay_out(scene: &mut Scene, style: &Style, outer: Area, plan: &Plan<'_>, rows: Option<&[String]>) -> Self {
        let font = style.font;
        let small = style.small();
        let pad = 0.6 * font;
        let mut top = outer.top + pad;
        if let Some(title) = plan.title {
            scene.bold((outer.left + pad, top + 0.6 * font), title, font, style.theme.ink(), Align::Left);
            top += 1.7 * font;
        }
        let legend = Area { left: outer.left + pad, right: outer.right - pad, top, bottom: outer.bottom };
        top = draw_legend(scene, style, legend, &plan.legend);
        if style.narrow {
            scene.text((outer.left + pad, top + 0.6 * small), plan.y_title, small, style.theme.muted(), Align::Left);
            top += 1.75 * small;
        } else {
            top += 0.35 * font;
        }
        let bottom = (outer.bottom - 3.4 * font).max(top + 20.0);
        let y = Axis::new(plan.y, bottom, top);
        // Numbers written out take more room than powers, and a linear axis needs fewer.
        let is_linear = |span| matches!(span, Span::Linear(..));
        let gap = if is_linear(plan.y) { 4.6 } else { 2.3 };
        let row = |(at, name): (usize, &String)| Tick { value: at as f64, label: Some(Label::plain(name)), grid: true };
        let y_ticks: Vec<Tick> = match rows {
            Some(names) => names.iter().enumerate().map(row).collect(),
            None => y.ticks(gap * font),
        };
        let widest = y_ticks.iter().filter_map(|tick| tick.label.as_ref()).map(|label| label.width()).fold(0.0, f64::max);
        let beside = if style.narrow { 0.0 } else { 1.7 * font };
        let left = outer.left + pad + beside + widest * small + 0.75 * font;
        let right = (outer.right - 1.1 * font).max(left + 20.0);
        let x = Axis::new(plan.x, left, right);
        let area = Area { left, top, right, bottom };
        let x_ticks = x.ticks(if is_linear(plan.x) { 6.0 } else { 4.2 } * font);
        let (grid, axis, muted) = (style.theme.grid(), style.theme.axis(), style.theme.muted());
        if plan.grid {
            for tick in x_ticks.iter().filter(|tick| tick.grid) {
                scene.segment((x.at(tick.value), top), (x.at(tick.value), bottom), 1.0, grid);
            }
            for tick in y_ticks.iter().filter(|tick| tick.grid) {
                scene.segment((left, y.at(tick.value)), (right, y.at(tick.value)), 1.0, grid);
            }
        }
        scene.segment((left, top), (left, bottom), 1.0, axis);
        scene.segment((left, bottom), (right, bottom), 1.0, axis);
        let mut free = f64::NEG_INFINITY;
        for tick in &x_ticks {
            let at = x.at(tick.value);
            let length = if tick.label.is_some() || tick.grid { 0.4 } else { 0.22 };
            scene.segment((at, bottom), (at, bottom + length * font), 1.0, axis);
            if let Some(label) = &tick.label {
                let half = 0.5 * label.width() * small;
                if at - half > free && at + half < outer.right {
                    scene.label((at, bottom + 1.15 * font), label, small, muted, Align::Center);
                    free = at + half + 0.4 * font;
                }
            }
        }
        for tick in &y_ticks {
            let at = y.at(tick.value);
            let length = if tick.label.is_some() || tick.grid { 0.4 } else { 0.22 };
            scene.segment((left, at), (left - length * font, at), 1.0, axis);
            if let Some(label) = &tick.label {
                scene.label((left - 0.6 * font, at), label, small, muted, Align::Right);
            }
        }
        let ink = style.theme.ink();
        scene.text((0.5 * (left + right), bottom + 2.6 * font), plan.x_title, font, ink, Align::Center);
        if !style.narrow {
            scene.rising((outer.left + pad + 0.6 * font, 0.5 * (top + bottom)), plan.y_title, font, ink);
        }
        Self { area, x, y }
    }

    /// A plot whose axes have no numbers, since its places have no unit: `x` and `y` of the plan alone, its
    /// legend, and the title of x below.
    pub fn unnumbered(scene: &mut Scene, style: &Style, outer: Area, plan: &Plan<'_>) -> Self {
        let pad = 0.6 * style.font;
        let room = Area { left: outer.left + pad, right: outer.right - pad, top: outer.top + pad, bottom: outer.bottom };
        let top = draw_legend(scene, style, room, &plan.legend) + 0.35 * style.font;
        let bottom = (outer.bottom - 2.2 * style.font).max(top + 20.0);
        let area = Area { left: room.left, right: room.right.max(room.left + 20.0), top, bottom };
        for y in [top, bottom] {
            scene.segment((area.left, y), (area.right, y), 1.0, style.theme.grid());
        }
        for x in [area.left, area.right] {
            scene.segment((x, top), (x, bottom), 1.0, style.theme.grid());
        }
        let middle = 0.5 * (area.left + area.right);
        scene.text((middle, bottom + 1.2 * style.font), plan.x_title, style.small(), style.theme.muted(), Align::Center);
        Self { area, x: Axis::new(plan.x, area.left, area.right), y: Axis::new(plan.y, bottom, top) }
    }

    /// A crosshair through a point of the data.
    pub fn crosshair(&self, scene: &mut Scene, style: &Style, (x, y): (f64, f64)) {
        let (px, py) = self.at(x, y);
        let ink = style.theme.muted().faded(0.8);
        let Area { left, top, right, bottom } = self.area;
        if (left..=right).contains(&px) {
            scene.segment((px, top), (px, bottom), 1.0, ink);
        }
        if (top..=bottom).contains(&py) {
            scene.segment((left, py), (right, py), 1.0, ink);
        }
    }

    /// A sentence in the middle, where there is nothing to draw yet.
    pub fn say(&self, scene: &mut Scene, style: &Style, text: &str) {
        let Area { left, top, right, bottom } = self.area;
        scene.text((0.5 * (left + right), 0.5 * (top + bottom)), text, style.font, style.theme.muted(), Align::Center);
    }
}

/// Draws the legend in rows from the top left, and gives where it ends.
fn draw_legend(scene: &mut Scene, style: &Style, room: Area, entries: &[Entry]) -> f64 {
    let small = style.small();
    let (row, gap, swatch) = (1.55 * small, 1.5 * small, 2.0 * small);
    let ink = style.theme.ink();
    let (mut x, mut y) = (room.left, room.top + 0.6 * small);
    let mut empty = true;
    for entry in entries {
        let (before, length) = match &entry.mark {
            Mark::Ramp(_, first) => (width(first) * small + 0.5 * small, if style.narrow { 5.0 } else { 9.0 } * small),
            Mark::Dot(_) | Mark::Tick(_) | Mark::Cross(_) => (0.0, 0.8 * small),
            _ => (0.0, swatch),
        };
        let wide_with = |text: &str| before + length + 0.5 * small + width(text) * small;
        let is_too_wide = room.left + wide_with(&entry.text) > room.right;
        let text = entry.short.filter(|_| is_too_wide).unwrap_or(&entry.text);
        let wide = wide_with(text);
        if !empty && x + wide > room.right {
            (x, y) = (room.left, y + row);
        }
        empty = false;
        let from = x + before;
        match &entry.mark {
            Mark::Line(color, weight, dash) => {
                let whole = Area { left: from, right: from + length, top: y - 9.0, bottom: y + 9.0 };
                scene.dashed([(from, y), (from + length, y)], &whole, *weight, *color, *dash);
            }
            Mark::Dot(color) => scene.dot((from + 0.4 * small, y), 0.28 * small, *color),
            Mark::Cross(color) => scene.cross((from + 0.4 * small, y), 0.28 * small, *color),
            Mark::Tick(color) => {
                let x = from + 0.4 * small;
                scene.segment((x, y - 0.3 * small), (x, y + 0.3 * small), 1.0, *color);
            }
            Mark::Ramp(colors, first) => {
                scene.text((x, y), first.as_str(), small, ink, Align::Left);
                let step = length / colors.len().max(1) as f64;
                for (i, color) in colors.iter().enumerate() {
                    let left = from + step * i as f64;
                    // A little under the next one, so that no seam shines through.
                    let right = if i + 1 < colors.len() { left + 1.3 * step } else { left + step };
                    scene.fill(Area { left, right, top: y - 0.4 * small, bottom: y + 0.4 * small }, *color);
                }
            }
        }
        scene.text((from + length + 0.5 * small, y), text, small, ink, Align::Left);
        x += wide + gap;
    }
    if empty { room.top } else { y + 0.9 * small + 0.3 * style.font }
}
