//! Figures as files. The code for it is a part of the wasm to itself, loaded when it is first asked for.

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use plotters::prelude::IntoDrawingArea;
use quanta_core::figure::{self, Look};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Blob, HtmlCanvasElement};

use super::{Held, make};
use crate::view::browser;
use crate::view::canvas::Canvas;
use crate::view::theme::Themes;

/// The size of a saved figure, in CSS pixels; a PNG has twice as many each way.
const SIZE: (u32, u32) = (880, 560);
const PNG_SCALE: u32 = 2;

/// What a figure is saved as.
#[derive(Clone, Copy)]
pub enum Format {
    /// A drawing that can be scaled.
    Svg,
    /// A picture made of points.
    Png,
}

/// Saves the figure as it is shown; the error in words.
pub async fn as_file(format: Format, held: Held, themes: Themes) -> Result<(), String> {
    let save = writer(format).await.map_err(|_| "the part of the page that does it could not be loaded".to_owned())?;
    save(held, themes)
}

type Writer = fn(Held, Themes) -> Result<(), String>;

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn writer(format: Format) -> Result<Writer, SplitLoaderError> {
    Ok(match format {
        Format::Svg => svg,
        Format::Png => png,
    })
}

/// The file's name without its ending.
fn file(held: Held) -> String {
    let (name, file) = held.with_value(|shown| (shown.name.clone(), shown.file.clone()));
    untrack(|| file.map_or(name, |file| file()))
}

fn svg(held: Held, themes: Themes) -> Result<(), String> {
    let look = Look { theme: untrack(|| themes.figure()), ..Look::default() };
    let text = figure::svg(&*untrack(|| make(held)), &look, SIZE).map_err(|error| error.to_string())?;
    browser::download(&format!("{}.svg", file(held)), "image/svg+xml", text.as_bytes());
    Ok(())
}

fn png(held: Held, themes: Themes) -> Result<(), String> {
    let canvas = document().create_element("canvas").ok().and_then(|element| element.dyn_into::<HtmlCanvasElement>().ok());
    let canvas = canvas.ok_or("the browser gives no canvas")?;
    let pixels = (SIZE.0 * PNG_SCALE, SIZE.1 * PNG_SCALE);
    let area = Canvas::new(&canvas, pixels).ok_or("the browser gives no canvas")?.into_drawing_area();
    let look = Look { theme: untrack(|| themes.figure()), scale: f64::from(PNG_SCALE) };
    figure::draw(&area, &*untrack(|| make(held)), &look).map_err(|error| error.to_string())?;
    let name = format!("{}.png", file(held));
    let done = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Some(blob) = blob {
            browser::download_blob(&name, &blob);
        }
    });
    canvas.to_blob(done.unchecked_ref()).map_err(|_| "the browser makes no PNG of it".to_owned())
}
