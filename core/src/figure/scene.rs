//! A figure as a list of shapes in CSS pixels.
//!
//! Figures are laid out once, here, with their own text widths, so that SVG, PNG and canvas agree
//! to the pixel; Plotters' own chart builder measures text by backend, in a browser through the DOM.

use super::color::{Ink, Rgb};
use super::points::{Point, thinned};
use super::text::{Label, Piece, RAISED, advance, pieces, width};

/// A rectangle in CSS pixels, y downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Area {
    pub fn holds(&self, (x, y): Point) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }
}

/// Which end of a text its position names. Vertically it is always the middle of a capital.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Align {
    Left,
    Center,
    Right,
}

/// How a line is broken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Dash {
    Solid,
    Dashed,
    Dotted,
    Mixed,
}

impl Dash {
    /// Lengths drawn and skipped in turn, in CSS pixels.
    fn lengths(self) -> &'static [f64] {
        match self {
            Self::Solid => &[],
            Self::Dashed => &[7.0, 4.5],
            Self::Dotted => &[1.8, 3.6],
            Self::Mixed => &[8.0, 3.5, 1.8, 3.5],
        }
    }
}

/// One thing to paint. Paths and polygons name their points by their places in the scene.
pub(super) enum Shape {
    Box { area: Area, ink: Ink },
    Path { from: usize, to: usize, width: f64, ink: Ink },
    Polygon { from: usize, to: usize, ink: Ink },
    Dot { at: Point, radius: f64, ink: Ink },
    Text { at: Point, text: String, size: f64, ink: Ink, align: Align, bold: bool, upright: bool },
}

/// Shapes in the order they are painted.
pub(crate) struct Scene {
    pub width: f64,
    pub height: f64,
    pub background: Rgb,
    pub(super) shapes: Vec<Shape>,
    pub(super) points: Vec<Point>,
}

impl Scene {
    pub fn new(width: f64, height: f64, background: Rgb) -> Self {
        Self { width, height, background, shapes: Vec::with_capacity(256), points: Vec::with_capacity(1_024) }
    }

    pub fn fill(&mut self, area: Area, ink: Ink) {
        self.shapes.push(Shape::Box { area, ink });
    }

    pub fn segment(&mut self, from: Point, to: Point, width: f64, ink: Ink) {
        let start = self.points.len();
        self.points.extend([from, to]);
        self.shapes.push(Shape::Path { from: start, to: start + 2, width, ink });
    }

    /// A line through points, cut off at the edge of `clip`. Runs of points on one level become
    /// one segment, most of a subtask's curve being flat, and points closer than pixels are [thinned].
    pub fn line(&mut self, points: impl IntoIterator<Item = Point>, clip: &Area, width: f64, ink: Ink) {
        let mut before: Option<Point> = None;
        let mut start = self.points.len();
        for point in thinned(points) {
            if !(point.0.is_finite() && point.1.is_finite()) {
                self.end_path(&mut start, width, ink);
                before = None;
                continue;
            }
            let Some(previous) = before.replace(point) else { continue };
            match clipped(previous, point, clip) {
                Some((from, to)) => {
                    if self.points.len() == start {
                        self.points.push(from);
                    }
                    self.extend_flat(start, to);
                    if to != point {
                        self.end_path(&mut start, width, ink);
                    }
                }
                None => self.end_path(&mut start, width, ink),
            }
        }
        self.end_path(&mut start, width, ink);
    }

    /// Adds a point, replacing the last one where it lies between on the same level.
    fn extend_flat(&mut self, start: usize, to: Point) {
        const LEVEL: f64 = 0.12;
        if let [.., (_, before), last] = &mut self.points[start..]
            && (*before - last.1).abs() < LEVEL
            && (*before - to.1).abs() < LEVEL
        {
            *last = to;
        } else {
            self.points.push(to);
        }
    }

    fn end_path(&mut self, start: &mut usize, width: f64, ink: Ink) {
        let end = self.points.len();
        if end > *start + 1 {
            self.shapes.push(Shape::Path { from: *start, to: end, width, ink });
        } else {
            self.points.truncate(*start);
        }
        *start = self.points.len();
    }

    /// The same, broken into dashes. No backend knows dashes, so each is a path of its own.
    pub fn dashed(&mut self, points: impl IntoIterator<Item = Point>, clip: &Area, width: f64, ink: Ink, dash: Dash) {
        let lengths = dash.lengths();
        if lengths.is_empty() {
            return self.line(points, clip, width, ink);
        }
        let (mut index, mut left) = (0, lengths[0]);
        let mut stroke: Vec<Point> = Vec::new();
        let mut before: Option<Point> = None;
        for point in points {
            if !(point.0.is_finite() && point.1.is_finite()) {
                self.line(stroke.drain(..), clip, width, ink);
                before = None;
                continue;
            }
            let Some(previous) = before.replace(point) else {
                stroke.push(point);
                continue;
            };
            // Dashes are walked only where they can be seen.
            let Some((from, to)) = clipped(previous, point, clip) else {
                self.line(stroke.drain(..), clip, width, ink);
                continue;
            };
            if stroke.is_empty() && index % 2 == 0 {
                stroke.push(from);
            }
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            let mut done = 0.0;
            while length - done > left {
                done += left;
                let share = done / length;
                let at = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
                if index % 2 == 0 {
                    stroke.push(at);
                    self.line(stroke.drain(..), clip, width, ink);
                } else {
                    stroke.push(at);
                }
                index = (index + 1) % lengths.len();
                left = lengths[index];
            }
            left -= length - done;
            if index % 2 == 0 {
                stroke.push(to);
            }
        }
        self.line(stroke.drain(..), clip, width, ink);
    }

    pub fn polygon(&mut self, points: impl IntoIterator<Item = Point>, ink: Ink) {
        let from = self.points.len();
        self.points.extend(points);
        self.shapes.push(Shape::Polygon { from, to: self.points.len(), ink });
    }

    pub fn dot(&mut self, at: Point, radius: f64, ink: Ink) {
        self.shapes.push(Shape::Dot { at, radius, ink });
    }

    /// A small ×.
    pub fn cross(&mut self, (x, y): Point, arm: f64, ink: Ink) {
        self.segment((x - arm, y - arm), (x + arm, y + arm), 1.4, ink);
        self.segment((x - arm, y + arm), (x + arm, y - arm), 1.4, ink);
    }

    /// A text; letters after `α_` are set lowered.
    pub fn text(&mut self, at: Point, text: impl Into<String>, size: f64, ink: Ink, align: Align) {
        let text = text.into();
        if pieces(&text).count() < 2 {
            return self.shapes.push(Shape::Text { at, text, size, ink, align, bold: false, upright: true });
        }
        let mut x = match align {
            Align::Left => at.0,
            Align::Center => at.0 - 0.5 * size * width(&text),
            Align::Right => at.0 - size * width(&text),
        };
        for piece in pieces(&text) {
            match piece {
                Piece::Level(text) => {
                    let end = x + size * advance(text);
                    // SVG drops spaces at the beginning of a text.
                    let spaces = text.len() - text.trim_start().len();
                    let (space, text) = text.split_at(spaces);
                    x += size * advance(space);
                    // A lowered letter meets the end of what stands before it in every typeface.
                    let (at, align) = if x > at.0 { ((x, at.1), Align::Left) } else { ((end, at.1), Align::Right) };
                    self.plain(at, text, size, ink, align);
                    x = end;
                }
                Piece::Lowered(text) => {
                    self.plain((x + 0.03 * size, at.1 + 0.3 * size), text, RAISED * size, ink, Align::Left);
                    x += (RAISED * advance(text) + 0.05) * size;
                }
            }
        }
    }

    fn plain(&mut self, at: Point, text: &str, size: f64, ink: Ink, align: Align) {
        self.shapes.push(Shape::Text { at, text: text.to_owned(), size, ink, align, bold: false, upright: true });
    }

    pub fn bold(&mut self, at: Point, text: impl Into<String>, size: f64, ink: Ink, align: Align) {
        let text = text.into();
        self.shapes.push(Shape::Text { at, text, size, ink, align, bold: true, upright: true });
    }

    /// Text that runs upwards, for the title of a vertical axis.
    pub fn rising(&mut self, at: Point, text: impl Into<String>, size: f64, ink: Ink) {
        let text = text.into();
        self.shapes.push(Shape::Text { at, text, size, ink, align: Align::Center, bold: false, upright: false });
    }

    /// A label, its exponent raised. Base and exponent meet at one point, so that they stay
    /// together whatever the typeface.
    pub fn label(&mut self, at: Point, label: &Label, size: f64, ink: Ink, align: Align) {
        let Some(raised) = &label.raised else { return self.text(at, label.text.clone(), size, ink, align) };
        let exponent = RAISED * width(raised) * size;
        let base = width(&label.text) * size;
        let seam = match align {
            Align::Left => at.0 + base,
            Align::Center => at.0 + 0.5 * (base - exponent),
            Align::Right => at.0 - exponent,
        };
        self.text((seam, at.1), label.text.clone(), size, ink, Align::Right);
        self.text((seam + 0.05 * size, at.1 - 0.42 * size), raised.clone(), RAISED * size, ink, Align::Left);
    }
}

/// The part of a segment inside `area` (Liang and Barsky 1984).
fn clipped(from: Point, to: Point, area: &Area) -> Option<(Point, Point)> {
    if area.holds(from) && area.holds(to) {
        return Some((from, to));
    }
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    let edges = [(-dx, from.0 - area.left), (dx, area.right - from.0), (-dy, from.1 - area.top), (dy, area.bottom - from.1)];
    for (towards, distance) in edges {
        if towards == 0.0 {
            if distance < 0.0 {
                return None;
            }
        } else if towards < 0.0 {
            enter = enter.max(distance / towards);
        } else {
            leave = leave.min(distance / towards);
        }
    }
    let at = |share: f64| (from.0 + share * dx, from.1 + share * dy);
    (enter < leave).then(|| (at(enter), if leave < 1.0 { at(leave) } else { to }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Area = Area { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    fn paths(scene: &Scene) -> Vec<&[Point]> {
        let path = |shape: &Shape| match shape {
            Shape::Path { from, to, .. } => Some(*from..*to),
            _ => None,
        };
        scene.shapes.iter().filter_map(path).map(|range| &scene.points[range]).collect()
    }

    fn scene() -> Scene {
        Scene::new(10.0, 10.0, (0, 0, 0))
    }

    #[test]
    fn lines_end_at_the_edge() {
        let mut scene = scene();
        scene.line([(-5.0, 5.0), (5.0, 5.0), (5.0, 20.0), (8.0, 20.0), (8.0, 5.0)], &BOX, 1.0, Ink::of((0, 0, 0)));
        assert_eq!(paths(&scene), [&[(0.0, 5.0), (5.0, 5.0), (5.0, 10.0)][..], &[(8.0, 10.0), (8.0, 5.0)]]);
    }

    #[test]
    fn a_gap_in_the_numbers_is_a_gap_in_the_line() {
        let mut scene = scene();
        let points = [(1.0, 1.0), (2.0, 2.0), (3.0, f64::NAN), (4.0, 1.0), (5.0, 9.0)];
        scene.line(points, &BOX, 1.0, Ink::of((0, 0, 0)));
        assert_eq!(paths(&scene), [&[(1.0, 1.0), (2.0, 2.0)][..], &[(4.0, 1.0), (5.0, 9.0)]]);
    }

    #[test]
    fn a_level_run_is_one_segment() {
        let mut scene = scene();
        let level = (0..10).map(|x| (f64::from(x), 5.0)).chain([(10.0, 1.0)]);
        scene.line(level, &BOX, 1.0, Ink::of((0, 0, 0)));
        assert_eq!(paths(&scene), [&[(0.0, 5.0), (9.0, 5.0), (10.0, 1.0)][..]]);
    }

    #[test]
    fn dashes_cover_their_share() {
        let mut scene = scene();
        let wide = Area { right: 1_150.0, ..BOX };
        scene.dashed([(0.0, 5.0), (600.0, 5.0), (1_150.0, 5.0)], &wide, 1.0, Ink::of((0, 0, 0)), Dash::Dashed);
        let drawn: f64 = paths(&scene).iter().map(|path| path[path.len() - 1].0 - path[0].0).sum();
        assert!((drawn - 700.0).abs() < 1e-6, "{drawn}");
        assert_eq!(paths(&scene).len(), 100);
    }
}
