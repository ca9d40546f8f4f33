//! Figures as SVG, and as PNG by way of it.

use plotters::prelude::{IntoDrawingArea, SVGBackend};

#[cfg(feature = "png")]
use super::text::is_drawn;
use super::text::plain;
use super::{Figure, FigureError, Look, paint};

/// Plotters' coordinates are whole numbers; drawing tenfold gives them a decimal.
const FINE: u32 = 10;
/// The SVG backend writes font sizes smaller by this factor than it is told.
const EM: f64 = 1.24;

/// A figure as an SVG document of `size` CSS pixels, with its description for screen readers.
///
/// # Errors
/// Where the size is too small for axes.
pub fn svg(figure: &dyn Figure, look: &Look, (width, height): (u32, u32)) -> Result<String, FigureError> {
    let mut drawn = String::new();
    let (wide, high) = (width * FINE, height * FINE);
    {
        let area = SVGBackend::with_string(&mut drawn, (wide, high)).into_drawing_area();
        paint(&area, figure, &Look { scale: f64::from(FINE), ..*look }, EM)?;
        area.present().map_err(|error| FigureError::Backend(error.to_string()))?;
    }
    let body = drawn.split_once('>').map_or("", |(_, body)| body);
    // The backend centres text on small letters; figures are laid out by capitals and digits.
    let body = body.replace(r#"dy="0.5ex""#, r#"dy="0.36em""#).replace("\n</text>", "</text>");
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {wide} {high}\" \
         role=\"img\" stroke-linejoin=\"round\">\n<title>{}</title>\n<desc>{}</desc>{}",
        escaped(&plain(&figure.title())),
        escaped(&plain(&figure.describe())),
        body
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A figure as a PNG of `size` CSS pixels, each `look.scale` pixels wide. Letters beyond Latin-1 and
/// Greek are shown as `?`; [`undrawn`](super::undrawn) names them.
///
/// # Errors
/// As [`svg`]; and where so many pixels are no size of a picture.
#[cfg(feature = "png")]
pub fn png(figure: &dyn Figure, look: &Look, size: (u32, u32)) -> Result<Vec<u8>, FigureError> {
    // A letter that the typeface lacks would leave a gap that nobody notices.
    let is_known = |c: &char| is_drawn(*c) || c.is_control();
    let document: String = svg(figure, look, size)?.chars().map(|c| if is_known(&c) { c } else { '?' }).collect();
    picture(&document, look.scale)
}

/// An SVG document as a PNG, with the typeface that comes with the program.
#[cfg(feature = "png")]
fn picture(document: &str, scale: f64) -> Result<Vec<u8>, FigureError> {
    use resvg::{tiny_skia, usvg};
    let failed = |what: &dyn std::fmt::Display| FigureError::Picture(what.to_string());
    let mut options = usvg::Options::default();
    let fonts = options.fontdb_mut();
    fonts.load_font_data(include_bytes!("../../assets/Inter-Regular.ttf").to_vec());
    fonts.load_font_data(include_bytes!("../../assets/Inter-SemiBold.ttf").to_vec());
    let tree = usvg::Tree::from_str(document, &options).map_err(|error| failed(&error))?;
    let size = tree.size();
    let scale = if scale.is_finite() && scale > 0.0 { scale as f32 } else { 1.0 };
    let (width, height) = ((size.width() * scale).round() as u32, (size.height() * scale).round() as u32);
    let mut pixels = tiny_skia::Pixmap::new(width, height)
        .ok_or_else(|| failed(&format!("{width} by {height} pixels is no size of a picture")))?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| failed(&error))
}
