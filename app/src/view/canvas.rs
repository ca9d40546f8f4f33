//! Plotters on an HTML canvas.
//!
//! A backend of our own, for two reasons. A colour is only told to the canvas when it changes,
//! which is what a heat map's cost is made of. And where text must be measured, the canvas does
//! it: plotters' own way on wasm inserts elements with inline styles, which the page's policy forbids.

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle, FontTransform,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Why a canvas could not be drawn on.
#[derive(Debug, thiserror::Error)]
#[error("the canvas refused: {0}")]
pub struct CanvasError(String);

type Drawn = Result<(), DrawingErrorKind<CanvasError>>;

fn refused(thrown: JsValue) -> DrawingErrorKind<CanvasError> {
    DrawingErrorKind::DrawingError(CanvasError(format!("{thrown:?}")))
}

/// A canvas, in its own pixels.
pub struct Canvas {
    context: CanvasRenderingContext2d,
    size: (u32, u32),
    fill: Option<BackendColor>,
    stroke: Option<(BackendColor, u32)>,
    font: String,
}

impl Canvas {
    /// The canvas, made that large and cleared.
    pub fn new(canvas: &HtmlCanvasElement, size: (u32, u32)) -> Option<Self> {
        let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        // Setting a canvas's size clears it, even where the size stays.
        canvas.set_width(size.0);
        canvas.set_height(size.1);
        context.set_line_join("round");
        Some(Self { context, size, fill: None, stroke: None, font: String::new() })
    }

    /// The context, for what is drawn over a figure.
    pub fn context(&self) -> &CanvasRenderingContext2d {
        &self.context
    }

    fn set_fill(&mut self, color: BackendColor) {
        if self.fill.is_none_or(|last| !same(last, color)) {
            self.fill = Some(color);
            self.context.set_fill_style_str(&css(color));
        }
    }

    fn set_stroke(&mut self, style: &impl BackendStyle) {
        let (color, width) = (style.color(), style.stroke_width());
        if self.stroke.is_none_or(|(last, of)| !same(last, color) || of != width) {
            self.stroke = Some((color, width));
            self.context.set_stroke_style_str(&css(color));
            self.context.set_line_width(f64::from(width));
        }
    }

    fn set_font(&mut self, style: &impl BackendTextStyle) {
        let font = font_of(style);
        if font != self.font {
            self.context.set_font(&font);
            self.font = font;
        }
    }

    /// A path, moved by half a pixel where its line is an odd number of pixels wide: between two
    /// pixels' edges an upright or level line is sharp.
    fn trace(&self, path: impl IntoIterator<Item = BackendCoord>, width: u32) {
        let half = if width % 2 == 1 { 0.5 } else { 0.0 };
        self.context.begin_path();
        for (i, (x, y)) in path.into_iter().enumerate() {
            let (x, y) = (f64::from(x) + half, f64::from(y) + half);
            if i == 0 { self.context.move_to(x, y) } else { self.context.line_to(x, y) }
        }
    }
}

fn same(a: BackendColor, b: BackendColor) -> bool {
    a.rgb == b.rgb && a.alpha == b.alpha
}

fn font_of(style: &impl BackendTextStyle) -> String {
    let face = style.style();
    let face = if matches!(face, FontStyle::Normal) { "" } else { face.as_str() };
    format!("{face} {}px {}", style.size(), style.family().as_str())
}

fn css(color: BackendColor) -> String {
    let (r, g, b) = color.rgb;
    if color.alpha >= 1.0 { format!("rgb({r},{g},{b})") } else { format!("rgba({r},{g},{b},{})", color.alpha) }
}

impl DrawingBackend for Canvas {
    type ErrorType = CanvasError;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        if color.alpha > 0.0 {
            self.set_fill(color);
            self.context.fill_rect(f64::from(x), f64::from(y), 1.0, 1.0);
        }
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Drawn {
        let (x, y) = (f64::from(from.0), f64::from(from.1));
        let (width, height) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
        if style.color().alpha <= 0.0 {
        } else if fill {
            self.set_fill(style.color());
            self.context.fill_rect(x, y, width, height);
        } else {
            self.set_stroke(style);
            self.context.stroke_rect(x + 0.5, y + 0.5, width, height);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        if style.color().alpha > 0.0 {
            self.set_stroke(style);
            self.trace(path, style.stroke_width());
            self.context.stroke();
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        if style.color().alpha > 0.0 {
            self.set_fill(style.color());
            self.trace(path, 0);
            self.context.close_path();
            self.context.fill();
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        if style.color().alpha > 0.0 {
            self.context.begin_path();
            let (x, y) = (f64::from(center.0), f64::from(center.1));
            self.context.arc(x, y, f64::from(radius), 0.0, std::f64::consts::TAU).map_err(refused)?;
            if fill {
                self.set_fill(style.color());
                self.context.fill();
            } else {
                self.set_stroke(style);
                self.context.stroke();
            }
        }
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<CanvasError>> {
        let font = font_of(style);
        if font != self.font {
            self.context.set_font(&font);
        }
        let width = self.context.measure_text(text).map(|metrics| metrics.width()).map_err(refused);
        if font != self.font {
            self.context.set_font(&self.font);
        }
        let (width, height) = (width?.ceil() as u32, (style.size() * 1.2).ceil() as u32);
        Ok(match style.transform() {
            FontTransform::Rotate90 | FontTransform::Rotate270 => (height, width),
            _ => (width, height),
        })
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Drawn {
        if style.color().alpha <= 0.0 {
            return Ok(());
        }
        self.set_font(style);
        self.set_fill(style.color());
        self.context.set_text_baseline(match style.anchor().v_pos {
            VPos::Top => "top",
            VPos::Center => "middle",
            VPos::Bottom => "bottom",
        });
        self.context.set_text_align(match style.anchor().h_pos {
            HPos::Left => "left",
            HPos::Right => "right",
            HPos::Center => "center",
        });
        let quarters = match style.transform() {
            FontTransform::None => 0.0,
            FontTransform::Rotate90 => 1.0,
            FontTransform::Rotate180 => 2.0,
            FontTransform::Rotate270 => 3.0,
        };
        let (x, y) = (f64::from(x), f64::from(y));
        if quarters == 0.0 {
            return self.context.fill_text(text, x, y).map_err(refused);
        }
        self.context.translate(x, y).map_err(refused)?;
        self.context.rotate(quarters * std::f64::consts::FRAC_PI_2).map_err(refused)?;
        let written = self.context.fill_text(text, 0.0, 0.0).map_err(refused);
        self.context.rotate(-quarters * std::f64::consts::FRAC_PI_2).map_err(refused)?;
        self.context.translate(-x, -y).map_err(refused)?;
        written
    }
}
