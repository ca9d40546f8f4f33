//! A figure on a canvas: drawn when something changed, never more often than the screen shows,
//! and read with a crosshair by mouse, finger or keys.

use leptos::html;
use leptos::prelude::*;
use plotters::prelude::IntoDrawingArea;
use quanta_core::figure::{self, Frame, Kind};
use quanta_core::fit;
use quanta_core::quanta::UseFrequencies;
use quanta_core::record::Record;
use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, KeyboardEvent, PointerEvent};

use super::figures::series;
use super::state::Lab;
use crate::view::browser;
use crate::view::canvas::Canvas;
use crate::view::theme::Themes;
use crate::view::watch::{Repaint, watch_sight, watch_size, when_fonts_are_ready};

/// The canvas of one figure, its crosshair, and the line that reads it.
#[component]
pub fn Chart(
    kind: Kind,
    /// Where the figure's words go.
    caption: RwSignal<String>,
    /// The element that shows them.
    caption_id: String,
) -> impl IntoView {
    let lab = expect_context::<Lab>();
    let themes = expect_context::<Themes>();
    let ground = NodeRef::<html::Canvas>::new();
    let over = NodeRef::<html::Canvas>::new();
    let size = RwSignal::new((0u32, 0u32));
    let seen = RwSignal::new(true);
    let frame = StoredValue::new_local(None::<Frame>);
    // Where the crosshair is, in data, and the keyboard's place among the stops.
    let cursor = RwSignal::new(None::<(f64, f64)>);
    let reading = RwSignal::new(String::new());
    let place = RwSignal::new(None::<usize>);

    let read = move || {
        let text = untrack(|| {
            let data = cursor.get()?;
            let drawn = lab.drawn();
            Some(figure::read_at(kind, &series(&drawn), &lab.options(&themes), data))
        });
        reading.set(text.unwrap_or_default());
        mark(over, frame, size.get_untracked(), cursor.get_untracked(), untrack(|| themes.figure()));
    };
    let paint = move || {
        let (drawn, options) = untrack(|| (lab.drawn(), lab.options(&themes)));
        let series = series(&drawn);
        if seen.get_untracked()
            && let Some(canvas) = ground.get_untracked()
        {
            let drawn = paint(&canvas, size.get_untracked(), kind, &series, options.clone());
            frame.set_value(drawn);
        }
        caption.set(figure::describe(kind, &series, &options));
        read();
    };
    let repaint = Repaint::new(paint);
    let repaint_for_fonts = repaint.clone();
    Effect::new(move |_| {
        lab.runs.track();
        lab.shown.track();
        lab.form.config.track();
        themes.shown.track();
        let _ = lab.options(&themes);
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
            let repaint = repaint_for_fonts.clone();
            when_fonts_are_ready(move || repaint.request());
            watch_sight(&canvas, move |is_seen| seen.set(is_seen));
        }
    });

    let data_at = move |event: &PointerEvent| {
        let density = browser::density();
        frame.with_value(|frame| {
            frame.as_ref()?.to_data(f64::from(event.offset_x()) * density, f64::from(event.offset_y()) * density)
        })
    };
    let follow_at = move |data: (f64, f64)| {
        let drawn = untrack(|| lab.drawn());
        let task = figure::nearest_task(kind, &series(&drawn), data);
        if task.is_some() {
            let same = lab.look.follow.get_untracked() == task;
            lab.look.follow.set(task.filter(|_| !same));
        }
    };
    let stops =
        move || untrack(|| lab.drawn().first().map(|run| stops(kind, &run.record, lab.look.follow.get())).unwrap_or_default());
    let on_key = move |event: KeyboardEvent| {
        let all = stops();
        let Some(last) = all.len().checked_sub(1) else { return };
        let now = place.get_untracked();
        let far = (all.len() / 10).max(1);
        let next = match event.key().as_str() {
            "ArrowRight" => now.map_or(0, |i| i + 1),
            "ArrowLeft" => now.map_or(last, |i| i.saturating_sub(1)),
            "PageUp" => now.map_or(0, |i| i + far),
            "PageDown" => now.map_or(last, |i| i.saturating_sub(far)),
            "Home" => 0,
            "End" => last,
            "ArrowUp" | "ArrowDown" if matches!(kind, Kind::Tasks | Kind::Heat) => {
                event.prevent_default();
                let tasks = untrack(|| lab.drawn().first().map_or(0, |run| run.record.config.n_tasks));
                let up = event.key() == "ArrowUp";
                lab.look.follow.update(|task| {
                    *task = match *task {
                        None => Some(0),
                        // The most used subtask is the first, and stands at the bottom.
                        Some(task) if up => Some((task + 1).min(tasks.saturating_sub(1))),
                        Some(task) => Some(task.saturating_sub(1)),
                    };
                });
                now.unwrap_or(last)
            }
            "Enter" | " " => {
                if let Some(data) = cursor.get_untracked() {
                    event.prevent_default();
                    follow_at(data);
                }
                return;
            }
            "Escape" => {
                cursor.set(None);
                place.set(None);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        let next = next.min(last);
        place.set(Some(next));
        cursor.set(stops().get(next).copied());
    };
    view! {
        <div class="chart">
            <canvas node_ref=ground class="ground" aria-hidden="true"></canvas>
            <canvas
                node_ref=over
                class="over"
                id=format!("chart-{}", kind.name())
                tabindex="0"
                role="slider"
                aria-label=format!("{}: read values with the arrow keys", kind.title())
                aria-describedby=caption_id
                aria-valuemin="1"
                aria-valuemax=move || { lab.runs.track(); lab.shown.track(); stops().len().max(1) }
                aria-valuenow=move || place.get().map_or(1, |place| place + 1)
                aria-valuetext=move || Some(reading.get()).filter(|text| !text.is_empty()).unwrap_or_else(|| "nothing read yet".to_owned())
                on:keydown=on_key
                on:pointermove=move |event| { place.set(None); cursor.set(data_at(&event)) }
                on:pointerdown=move |event| cursor.set(data_at(&event))
                on:pointerleave=move |event| if event.pointer_type() == "mouse" { cursor.set(None) }
                on:blur=move |_| { cursor.set(None); place.set(None) }
                on:click=move |event| if let Some(data) = data_at(event.unchecked_ref()) { follow_at(data) }
            ></canvas>
        </div>
        <p class="reading">{move || Some(reading.get()).filter(|text| !text.is_empty()).unwrap_or_else(|| "Point, touch or use the arrow keys to read values.".to_owned())}</p>
    }
}

/// Draws the figure over the whole canvas, in the screen's own pixels.
fn paint(
    canvas: &HtmlCanvasElement,
    (width, height): (u32, u32),
    kind: Kind,
    series: &[figure::Series<'_>],
    options: figure::Options,
) -> Option<Frame> {
    if width == 0 || height == 0 {
        return None;
    }
    let scale = browser::density();
    let dense = |length: u32| (f64::from(length) * scale).round() as u32;
    let area = Canvas::new(canvas, (dense(width), dense(height)))?.into_drawing_area();
    // A canvas too small for axes stays empty.
    figure::draw(&area, kind, series, &figure::Options { scale, ..options }).ok()
}

/// Draws the crosshair.
fn mark(
    canvas: NodeRef<html::Canvas>,
    frame: StoredValue<Option<Frame>, LocalStorage>,
    (width, height): (u32, u32),
    cursor: Option<(f64, f64)>,
    theme: figure::Theme,
) {
    let Some(canvas) = canvas.get_untracked() else { return };
    let scale = browser::density();
    let dense = |length: u32| (f64::from(length) * scale).round() as u32;
    let Some(over) = Canvas::new(&canvas, (dense(width), dense(height))) else { return };
    let Some((x, y)) = cursor else { return };
    frame.with_value(|frame| {
        let Some(((x, y), (left, top, right, bottom))) = frame.as_ref().and_then(|f| f.to_pixel(x, y).zip(f.rectangle(0))) else {
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

/// Where the keyboard's crosshair stops: at every log, or in the emergence figure at every subtask
/// that has emerged.
fn stops(kind: Kind, record: &Record, follow: Option<usize>) -> Vec<(f64, f64)> {
    let logs = record.evaluations.iter().filter(|evaluation| evaluation.step > 0);
    let task = follow.unwrap_or(0);
    match kind {
        Kind::Loss => logs.map(|log| (log.step as f64, f64::from(log.loss_bits))).collect(),
        Kind::Tasks => {
            let of_task = |log: &quanta_core::event::Evaluation| log.task_loss_bits.get(task).copied();
            logs.filter_map(|log| Some((log.step as f64, f64::from(of_task(log)?)))).collect()
        }
        Kind::Heat => logs.map(|log| (log.step as f64, (task + 1) as f64)).collect(),
        Kind::Emergence => {
            let frequencies = UseFrequencies::new(record.config.n_tasks, record.config.alpha);
            let emerged = fit::emergence_steps(record);
            let pairs = frequencies.p().iter().zip(emerged).filter_map(|(p, step)| Some((*p, step.filter(|s| *s > 0)? as f64)));
            // From left to right: the rarest first.
            let mut stops: Vec<_> = pairs.collect();
            stops.reverse();
            stops
        }
    }
}
