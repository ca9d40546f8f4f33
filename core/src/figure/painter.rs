//! How a scene's shapes reach a Plotters backend.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{BackendCoord, DrawingErrorKind};

use super::color::Ink;
use super::points::Point;
use super::scene::{Align, Area, Scene, Shape};
use super::text::FONT;

impl Scene {
    /// Paints everything. `scale` is how many of the backend's pixels make one CSS pixel, `em` by
    /// how much its font sizes are smaller than their number.
    pub fn paint<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, plotters::coord::Shift>,
        scale: f64,
        em: f64,
    ) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
        area.draw(&Painter { scene: self, scale, em })
    }
}

struct Painter<'a> {
    scene: &'a Scene,
    scale: f64,
    em: f64,
}

impl<'a> plotters::element::PointCollection<'a, (i32, i32)> for &'a Painter<'_> {
    type Point = (i32, i32);
    type IntoIter = std::iter::Once<(i32, i32)>;

    /// The area's corner alone: the rest is reckoned from it.
    fn point_iter(self) -> Self::IntoIter {
        std::iter::once((0, 0))
    }
}

impl<DB: DrawingBackend> plotters::element::Drawable<DB> for Painter<'_> {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        mut corner: I,
        backend: &mut DB,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<DB::ErrorType>> {
        let (left, top) = corner.next().unwrap_or((0, 0));
        let place = |(x, y): Point| ((x * self.scale).round() as i32 + left, (y * self.scale).round() as i32 + top);
        let stroke = |ink: Ink, width: f64| {
            let (r, g, b) = ink.rgb;
            let stroke_width = (width * self.scale).round().max(1.0) as u32;
            ShapeStyle { color: RGBAColor(r, g, b, ink.alpha), filled: true, stroke_width }
        };
        let whole = Area { left: 0.0, top: 0.0, right: self.scene.width, bottom: self.scene.height };
        let ground = stroke(Ink::of(self.scene.background), 1.0);
        backend.draw_rect(place((whole.left, whole.top)), place((whole.right, whole.bottom)), &ground, true)?;
        let mut pixels: Vec<BackendCoord> = Vec::new();
        for shape in &self.scene.shapes {
            match shape {
                Shape::Box { area, ink } => {
                    let style = stroke(*ink, 1.0);
                    backend.draw_rect(place((area.left, area.top)), place((area.right, area.bottom)), &style, true)?;
                }
                Shape::Path { from, to, width, ink } => {
                    pixels.clear();
                    pixels.extend(self.scene.points[*from..*to].iter().map(|point| place(*point)));
                    pixels.dedup();
                    match pixels[..] {
                        // A line by name: canvas then sets upright and level ones sharply.
                        [a, b] => backend.draw_line(a, b, &stroke(*ink, *width))?,
                        _ => backend.draw_path(pixels.iter().copied(), &stroke(*ink, *width))?,
                    }
                }
                Shape::Polygon { from, to, ink } => {
                    let corners = self.scene.points[*from..*to].iter().map(|point| place(*point));
                    backend.fill_polygon(corners, &stroke(*ink, 1.0))?;
                }
                Shape::Dot { at, radius, ink } => {
                    let pixels = (radius * self.scale).round().max(1.0) as u32;
                    backend.draw_circle(place(*at), pixels, &stroke(*ink, 1.0), true)?;
                }
                Shape::Text { at, text, size, ink, align, bold, upright } => {
                    let (r, g, b) = ink.rgb;
                    let color = RGBAColor(r, g, b, ink.alpha);
                    let weight = if *bold { FontStyle::Bold } else { FontStyle::Normal };
                    let side = match align {
                        Align::Left => HPos::Left,
                        Align::Center => HPos::Center,
                        Align::Right => HPos::Right,
                    };
                    let font = FontDesc::new(FontFamily::Name(FONT), size * self.scale * self.em, weight);
                    let turn = if *upright { FontTransform::None } else { FontTransform::Rotate270 };
                    let style = TextStyle::from(font).color(&color).transform(turn).pos(Pos::new(side, VPos::Center));
                    backend.draw_text(text, &style, place(*at))?;
                }
            }
        }
        Ok(())
    }
}
