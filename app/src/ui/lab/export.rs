//! What leaves the page as a file, and what comes in by being dropped.

use leptos::prelude::*;
use leptos::task::spawn_local;
use plotters::prelude::IntoDrawingArea;
use quanta_core::figure::{self, Kind, Options};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Blob, DragEvent, HtmlCanvasElement};

use super::figures::series;
use super::state::Lab;
use crate::ui::shared::browser;
use crate::ui::shared::canvas::Canvas;
use crate::ui::shared::theme::Themes;
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
        Err(error) => lab.tell(true, format!("The figure cannot be saved: {error}."), None),
    }
}

/// Saves a figure as it is shown, as PNG.
pub fn png(lab: Lab, themes: Themes, kind: Kind) {
    let (drawn, options) = untrack(|| (lab.drawn(), lab.options(&themes)));
    let canvas = document().create_element("canvas").ok().and_then(|element| element.dyn_into::<HtmlCanvasElement>().ok());
    let pixels = (SIZE.0 * PNG_SCALE, SIZE.1 * PNG_SCALE);
    let area = canvas.as_ref().and_then(|canvas| Canvas::new(canvas, pixels)).map(IntoDrawingArea::into_drawing_area);
    let (Some(canvas), Some(area)) = (canvas, area) else {
        return lab.tell(true, "The figure cannot be saved: the browser gives no canvas.", None);
    };
    let options = Options { scale: f64::from(PNG_SCALE), ..options };
    if let Err(error) = figure::draw(&area, kind, &series(&drawn), &options) {
        return lab.tell(true, format!("The figure cannot be saved: {error}."), None);
    }
    let name = name_of(lab, kind, "png");
    let done = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Some(blob) = blob {
            browser::download_blob(&name, &blob);
        }
    });
    if canvas.to_blob(done.unchecked_ref()).is_err() {
        lab.tell(true, "The figure cannot be saved: the browser makes no PNG of it.", None);
    }
}

/// Saves a run, whole: it can be opened here, resumed in a terminal, and read in Python.
pub fn run_file(lab: Lab, id: u32) {
    spawn_local(async move {
        let name = lab.with_run_untracked(Some(id), |run| words::file_name(&run.name)).unwrap_or_default();
        match lab.bytes(id).await {
            Ok(bytes) => browser::download(&format!("{name}.safetensors"), "application/octet-stream", &bytes),
            Err(why) => lab.tell(true, format!("The run cannot be saved: {why}."), None),
        }
    });
}

/// Saves a run's curves as a table.
pub fn csv(lab: Lab, id: u32) {
    let table = lab.with_run_untracked(Some(id), |run| (words::file_name(&run.name), run.record.to_csv()));
    if let Some((name, table)) = table {
        browser::download(&format!("{name}.csv"), "text/csv", table.as_bytes());
    }
}

/// Lets a file be dropped anywhere on the page.
pub fn allow_drop(event: DragEvent) {
    let carries_files = event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0));
    if carries_files {
        event.prevent_default();
    }
}

/// Opens the files that were dropped.
pub fn drop_file(lab: Lab, event: DragEvent) {
    let Some(files) = event.data_transfer().and_then(|data| data.files()) else { return };
    if files.length() > 0 {
        event.prevent_default();
    }
    for i in 0..files.length() {
        if let Some(file) = files.get(i) {
            lab.open_file(file);
        }
    }
}
