//! Figures as files.

use leptos::prelude::*;
use plotters::prelude::IntoDrawingArea;
use quanta_core::figure::{self, Kind, Options};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Blob, HtmlCanvasElement};

use super::figures::series;
use super::state::Lab;
use crate::trainer::About;
use crate::view::browser;
use crate::view::canvas::Canvas;
use crate::view::theme::Themes;
use crate::words;

/// The size of an exported figure, in CSS pixels; a PNG has twice as many each way.
const SIZE: (u32, u32) = (880, 560);
const PNG_SCALE: u32 = 2;

fn name_of(lab: Lab, kind: Kind, ending: &str) -> String {
    let run = untrack(|| lab.drawn()).first().map(|run| run.name.clone()).unwrap_or_default();
    format!("{}-{}.{ending}", words::file_name(&run), kind.name())
}

/// Saves a figure as it is shown, as SVG.
pub fn svg(lab: Lab, themes: Themes, kind: Kind) {
    let (drawn, options) = untrack(|| (lab.drawn(), lab.options(&themes)));
    match figure::svg(kind, &series(&drawn), &options, SIZE) {
        Ok(text) => browser::download(&name_of(lab, kind, "svg"), "image/svg+xml", text.as_bytes()),
        Err(error) => lab.notices.warn(About::Runs, format!("The figure cannot be saved: {error}.")),
    }
}

/// Saves a figure as it is shown, as PNG.
pub fn png(lab: Lab, themes: Themes, kind: Kind) {
    let (drawn, options) = untrack(|| (lab.drawn(), lab.options(&themes)));
    let canvas = document().create_element("canvas").ok().and_then(|element| element.dyn_into::<HtmlCanvasElement>().ok());
    let pixels = (SIZE.0 * PNG_SCALE, SIZE.1 * PNG_SCALE);
    let area = canvas.as_ref().and_then(|canvas| Canvas::new(canvas, pixels)).map(IntoDrawingArea::into_drawing_area);
    let (Some(canvas), Some(area)) = (canvas, area) else {
        return lab.notices.warn(About::Runs, "The figure cannot be saved: the browser gives no canvas.");
    };
    let options = Options { scale: f64::from(PNG_SCALE), ..options };
    if let Err(error) = figure::draw(&area, kind, &series(&drawn), &options) {
        return lab.notices.warn(About::Runs, format!("The figure cannot be saved: {error}."));
    }
    let name = name_of(lab, kind, "png");
    let done = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Some(blob) = blob {
            browser::download_blob(&name, &blob);
        }
    });
    if canvas.to_blob(done.unchecked_ref()).is_err() {
        lab.notices.warn(About::Runs, "The figure cannot be saved: the browser makes no PNG of it.");
    }
}
