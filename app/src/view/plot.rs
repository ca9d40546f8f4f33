//! A figure of a page other than the Lab: a canvas with a crosshair, its reading, its words, and
//! ways to save it.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, IntoDrawingArea};
use quanta_core::figure::{self, Frame};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Blob, HtmlCanvasElement, KeyboardEvent, PointerEvent};

use super::browser;
use super::canvas::Canvas;
use super::menu::Menu;
use super::theme::Themes;
use super::watch::{Repaint, watch_sight, watch_size, when_fonts_are_ready};

/// The size of an exported figure, in CSS pixels; a PNG has twice as many each way.
const SIZE: (u32, u32) = (880, 560);
const PNG_SCALE: u32 = 2;

/// What is drawn. Its signals are read by [`track`](Picture::track) and wherever else it is asked.
pub trait Picture: 'static {
    /// A word for ids and files.
    fn name(&self) -> String;
    /// Its title.
    fn title(&self) -> String;
    /// Touches every signal that changes what is drawn.
    fn track(&self);
    /// Draws it, `scale` pixels to a CSS pixel.
    fn draw(&self, area: &DrawingArea<Canvas, Shift>, scale: f64) -> Option<Frame>;
    /// The same as an SVG document; the error in words.
    fn svg(&self, size: (u32, u32)) -> Result<String, String>;
    /// The figure in sentences.
    fn describe(&self) -> String;
    /// What it says at a place in the data of a plot.
    fn read_at(&self, panel: usize, data: (f64, f64)) -> String;
    /// Where the keyboard's crosshair stops, in the first plot.
    fn stops(&self) -> Vec<(f64, f64)>;
    /// What a press at a place does.
    fn press(&self, _panel: usize, _data: (f64, f64)) {}
    /// What a press does, in words that follow those on reading; nothing where it does nothing.
    fn press_hint(&self) -> &'static str {
        ""
    }
}

/// A figure with its heading and tools.
#[component]
pub fn FigureCard(
    /// What is drawn.
    picture: Rc<dyn Picture>,
) -> impl IntoView {
    let themes = expect_context::<Themes>();
    let name = picture.name();
    let title_id = format!("figure-{name}");
    let caption_id = format!("{title_id}-caption");
    let of = format!("the figure «{}»", untrack(|| picture.title()));
    let caption = RwSignal::new(String::new());
    let problem = RwSignal::new(String::new());
    let picture = StoredValue::new_local(picture);
    let title = move || {
        picture.with_value(|picture| picture.track());
        picture.with_value(|picture| picture.title())
    };
    view! {
        <figure class="card" aria-labelledby=title_id.clone()>
            <div class="card-head">
                <h3 id=title_id.clone()>{title}</h3>
                <div class="tools">
                    <Menu label="Save" of=of>
                        <button type="button" on:click=move |_| problem.set(save_svg(picture).err().unwrap_or_default())>"SVG"</button>
                        <button type="button" on:click=move |_| problem.set(save_png(picture).err().unwrap_or_default())>"PNG"</button>
                    </Menu>
                </div>
            </div>
            <Plot picture=picture themes=themes name=name caption=caption caption_id=caption_id.clone() />
            <Show when=move || !problem.with(String::is_empty)>
                <p class="error" role="alert">{move || format!("The figure cannot be saved: {}.", problem.get())}</p>
            </Show>
            <figcaption id=caption_id>{move || caption.get()}</figcaption>
        </figure>
    }
}

type Held = StoredValue<Rc<dyn Picture>, LocalStorage>;

#[component]
fn Plot(picture: Held, themes: Themes, name: String, caption: RwSignal<String>, caption_id: String) -> impl IntoView {
    let ground = NodeRef::<html::Canvas>::new();
    let over = NodeRef::<html::Canvas>::new();
    let size = RwSignal::new((0u32, 0u32));
    let seen = RwSignal::new(true);
    let frame = StoredValue::new_local(None::<Frame>);
    // Where the crosshair is: the plot and the data in it; and the keyboard's place among the stops.
    let cursor = RwSignal::new(None::<(usize, (f64, f64))>);
    let place = RwSignal::new(None::<usize>);
    let reading = RwSignal::new(String::new());
    let count = RwSignal::new(1usize);

    let read = move || {
        let text = untrack(|| cursor.get().map(|(panel, data)| picture.with_value(|picture| picture.read_at(panel, data))));
        reading.set(text.unwrap_or_default());
        mark(over, frame, size.get_untracked(), cursor.get_untracked(), untrack(|| themes.figure()));
    };
    let repaint = Repaint::new(move || {
        if seen.get_untracked()
            && let Some(canvas) = ground.get_untracked()
        {
            frame.set_value(untrack(|| paint(&canvas, size.get_untracked(), picture)));
        }
        caption.set(untrack(|| picture.with_value(|picture| picture.describe())));
        count.set(untrack(|| picture.with_value(|picture| picture.stops().len())).max(1));
        read();
    });
    let for_fonts = repaint.clone();
    Effect::new(move |_| {
        picture.with_value(|picture| picture.track());
        themes.shown.track();
        size.track();
        seen.track();
        repaint.request();
    });
    Effect::new(move |_| {
        cursor.track();
        read();
    });
    Effect::new(move |_| {
        if let Some(canvas) = ground.get() {
            watch_size(&canvas, move |width, height| size.set((width, height)));
            // Until the typeface is there another one stands in.
            let repaint = for_fonts.clone();
            when_fonts_are_ready(move || repaint.request());
            watch_sight(&canvas, move |is_seen| seen.set(is_seen));
        }
    });
    let data_at = move |event: &PointerEvent| {
        let density = browser::density();
        let (x, y) = (f64::from(event.offset_x()) * density, f64::from(event.offset_y()) * density);
        frame.with_value(|frame| frame.as_ref().and_then(|frame| Some((frame.panel_at(x, y)?, frame.to_data(x, y)?))))
    };
    let press = move |at: Option<(usize, (f64, f64))>| {
        if let Some((panel, data)) = at {
            // Taken out first: a press may lead to another page, and end this one.
            let picture = picture.get_value();
            untrack(|| picture.press(panel, data));
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let stops = untrack(|| picture.with_value(|picture| picture.stops()));
        let Some(last) = stops.len().checked_sub(1) else { return };
        let now = place.get_untracked();
        let far = (stops.len() / 10).max(1);
        let next = match event.key().as_str() {
            "ArrowRight" | "ArrowUp" => now.map_or(0, |now| now + 1),
            "ArrowLeft" | "ArrowDown" => now.map_or(last, |now| now.saturating_sub(1)),
            "PageUp" => now.map_or(0, |now| now + far),
            "PageDown" => now.map_or(last, |now| now.saturating_sub(far)),
            "Home" => 0,
            "End" => last,
            "Enter" | " " => {
                event.prevent_default();
                return press(cursor.get_untracked());
            }
            "Escape" => {
                cursor.set(None);
                return place.set(None);
            }
            _ => return,
        };
        event.prevent_default();
        let next = next.min(last);
        place.set(Some(next));
        cursor.set(stops.get(next).map(|data| (0, *data)));
    };
    let label = move || format!("{}: read values with the arrow keys", picture.with_value(|picture| picture.title()));
    let words = move || {
        let text = reading.get();
        if !text.is_empty() {
            return text;
        }
        format!("Point, touch or use the arrow keys to read values{}.", picture.with_value(|picture| picture.press_hint()))
    };
    view! {
        <div class="chart">
            <canvas node_ref=ground class="ground" aria-hidden="true"></canvas>
            <canvas
                node_ref=over
                class="over"
                id=format!("chart-{name}")
                tabindex="0"
                role="slider"
                aria-label=label
                aria-describedby=caption_id
                aria-valuemin="1"
                aria-valuemax=move || count.get()
                aria-valuenow=move || place.get().map_or(1, |place| (place + 1).min(count.get()))
                aria-valuetext=move || Some(reading.get()).filter(|text| !text.is_empty()).unwrap_or_else(|| "nothing read yet".to_owned())
                on:keydown=on_key
                on:pointermove=move |event| { place.set(None); cursor.set(data_at(&event)) }
                on:pointerdown=move |event| cursor.set(data_at(&event))
                on:pointerleave=move |event| if event.pointer_type() == "mouse" { cursor.set(None) }
                on:blur=move |_| { cursor.set(None); place.set(None) }
                on:click=move |event| press(data_at(event.unchecked_ref()))
            ></canvas>
        </div>
        <p class="reading">{words}</p>
    }
}

/// Draws the figure over the whole canvas, in the screen's own pixels.
fn paint(canvas: &HtmlCanvasElement, (width, height): (u32, u32), picture: Held) -> Option<Frame> {
    if width == 0 || height == 0 {
        return None;
    }
    let scale = browser::density();
    let dense = |length: u32| (f64::from(length) * scale).round() as u32;
    let area = Canvas::new(canvas, (dense(width), dense(height)))?.into_drawing_area();
    picture.with_value(|picture| picture.draw(&area, scale))
}

/// Draws the crosshair.
fn mark(
    canvas: NodeRef<html::Canvas>,
    frame: StoredValue<Option<Frame>, LocalStorage>,
    (width, height): (u32, u32),
    cursor: Option<(usize, (f64, f64))>,
    theme: figure::Theme,
) {
    let Some(canvas) = canvas.get_untracked() else { return };
    let scale = browser::density();
    let dense = |length: u32| (f64::from(length) * scale).round() as u32;
    let Some(over) = Canvas::new(&canvas, (dense(width), dense(height))) else { return };
    let Some((panel, (x, y))) = cursor else { return };
    frame.with_value(|frame| {
        let Some(frame) = frame else { return };
        let Some(((x, y), (left, top, right, bottom))) = frame.to_pixel_in(panel, x, y).zip(frame.rectangle(panel)) else {
            return;
        };
        let context = over.context();
        context.set_stroke_style_str(match theme {
            figure::Theme::Light => "rgba(28, 30, 34, 0.6)",
            figure::Theme::Dark => "rgba(233, 234, 236, 0.6)",
        });
        context.set_line_width(scale.round());
        context.begin_path();
        let (x, y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
        context.move_to(x, f64::from(top));
        context.line_to(x, f64::from(bottom));
        context.move_to(f64::from(left), y);
        context.line_to(f64::from(right), y);
        context.stroke();
    });
}

fn save_svg(picture: Held) -> Result<(), String> {
    let (name, text) = untrack(|| picture.with_value(|picture| (picture.name(), picture.svg(SIZE))));
    browser::download(&format!("{name}.svg"), "image/svg+xml", text?.as_bytes());
    Ok(())
}

fn save_png(picture: Held) -> Result<(), String> {
    let canvas = document().create_element("canvas").ok().and_then(|element| element.dyn_into::<HtmlCanvasElement>().ok());
    let canvas = canvas.ok_or("the browser gives no canvas")?;
    let pixels = (SIZE.0 * PNG_SCALE, SIZE.1 * PNG_SCALE);
    let area = Canvas::new(&canvas, pixels).ok_or("the browser gives no canvas")?.into_drawing_area();
    let drawn = untrack(|| picture.with_value(|picture| picture.draw(&area, f64::from(PNG_SCALE))));
    drawn.ok_or("it could not be drawn")?;
    let name = format!("{}.png", picture.with_value(|picture| picture.name()));
    let done = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Some(blob) = blob {
            browser::download_blob(&name, &blob);
        }
    });
    canvas.to_blob(done.unchecked_ref()).map_err(|_| "the browser makes no PNG of it".to_owned())
}
