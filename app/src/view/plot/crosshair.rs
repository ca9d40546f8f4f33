//! A figure on a canvas: painted when something changed, never more often than the screen shows,
//! and read with a crosshair by mouse, finger or keys.

use leptos::prelude::*;
use leptos::{ev, html};
use plotters::prelude::IntoDrawingArea;
use quanta_core::figure::{self, Figure, Frame, Look, Place};
use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, KeyboardEvent, PointerEvent};

use super::{Held, follow, make};
use crate::view::browser;
use crate::view::canvas::Canvas;
use crate::view::theme::Themes;
use crate::view::watch::{Repaint, watch_sight, watch_size, when_fonts_are_ready};

/// The canvas of one figure, its crosshair, and the line that reads it.
#[component]
pub fn Plot(
    held: Held,
    themes: Themes,
    name: String,
    /// Written at every painting.
    title: RwSignal<String>,
    /// Written at every painting.
    caption: RwSignal<String>,
    caption_id: String,
) -> impl IntoView {
    let ground = NodeRef::<html::Canvas>::new();
    let over = NodeRef::<html::Canvas>::new();
    let size = RwSignal::new((0u32, 0u32));
    let seen = RwSignal::new(true);
    // What was painted last, at the density it was painted with.
    let frame = StoredValue::new_local(None::<Frame>);
    // Where the crosshair is, and the keyboard's place among the stops.
    let cursor = RwSignal::new(None::<Place>);
    let place = RwSignal::new(None::<usize>);
    let reading = RwSignal::new(String::new());
    let line = NodeRef::<html::P>::new();
    // A reading that took several lines leaves their room: what stands below must not move under a press.
    let room = RwSignal::new(0);
    let let_go = move || {
        write(room, line.try_get_untracked().flatten().map_or(0, |line| line.offset_height()));
        cursor.set(None);
        place.set(None);
    };
    let count = RwSignal::new(1usize);

    let read = move || {
        let text = untrack(|| cursor.get().map(|at| held.with_value(|shown| shown.read_at(&*(shown.make)(), at))));
        write(reading, text.unwrap_or_default());
        mark(over, frame, size.get_untracked(), cursor.get_untracked(), untrack(|| themes.figure()));
    };
    let repaint = Repaint::new(move || {
        let figure = untrack(|| make(held));
        if seen.get_untracked()
            && let Some(canvas) = ground.get_untracked()
        {
            let theme = untrack(|| themes.figure());
            frame.set_value(paint(&canvas, size.get_untracked(), &*figure, theme));
        }
        let (new_title, new_caption) = untrack(|| held.with_value(|shown| (shown.title(&*figure), shown.caption(&*figure))));
        write(title, new_title);
        write(caption, new_caption);
        write(count, figure.stops().len().max(1));
        drop(figure);
        read();
    });
    let for_fonts = repaint.clone();
    let for_density = repaint.clone();
    Effect::new(move |_| {
        follow(held);
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
    // A window that has moved to a screen of another density is painted anew.
    let again = StoredValue::new_local(for_density);
    let check_density = move || {
        let painted = frame.try_with_value(|frame| frame.as_ref().map(Frame::scale)).flatten();
        if painted.is_some_and(|scale| scale != browser::density()) {
            again.try_with_value(Repaint::request);
        }
    };
    let resized = window_event_listener(ev::resize, move |_| check_density());
    on_cleanup(move || resized.remove());

    let place_at = move |event: &PointerEvent| {
        frame.with_value(|frame| {
            let frame = frame.as_ref()?;
            let (x, y) = (f64::from(event.offset_x()) * frame.scale(), f64::from(event.offset_y()) * frame.scale());
            Some((frame.panel_at(x, y)?, frame.to_data(x, y)?))
        })
    };
    let pick = move |at: Option<Place>| {
        // Taken out first: picking may lead to another page, and end this one.
        let Some(on_pick) = held.with_value(|shown| shown.on_pick.clone()) else { return };
        let picked = at.and_then(|(panel, data)| untrack(|| make(held)).pick(panel, data));
        if let Some(picked) = picked {
            untrack(|| on_pick(picked));
        }
    };
    let stops = move || untrack(|| make(held)).stops();
    let on_key = move |event: KeyboardEvent| {
        let key = event.key();
        match key.as_str() {
            "Enter" | " " => {
                if let Some(at) = cursor.get_untracked() {
                    event.prevent_default();
                    pick(Some(at));
                }
                return;
            }
            "Escape" => {
                cursor.set(None);
                return place.set(None);
            }
            _ => {}
        }
        let Some(last) = stops().len().checked_sub(1) else { return };
        let on_step = held.with_value(|shown| shown.on_step.clone());
        let now = place.get_untracked();
        let next = match (on_step, key.as_str()) {
            (Some(on_step), "ArrowUp" | "ArrowDown") => {
                untrack(|| on_step(key == "ArrowUp"));
                Some(now.unwrap_or(last))
            }
            (_, key) => next_place(key, now, last),
        };
        let Some(next) = next else { return };
        event.prevent_default();
        let next = next.min(last);
        place.set(Some(next));
        cursor.set(stops().get(next).copied());
    };
    let words = move || {
        let text = reading.get();
        if !text.is_empty() {
            return super::rich(&text).into_any();
        }
        let hint = held.with_value(|shown| shown.hint);
        format!("Point, touch or use the arrow keys to read values{hint}.").into_any()
    };
    let value_text = move || {
        let text = figure::plain(&reading.get());
        if text.is_empty() { "nothing read yet".to_owned() } else { text }
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
                aria-label=move || format!("{}: read values with the arrow keys", title.get())
                aria-describedby=caption_id
                aria-valuemin="1"
                aria-valuemax=move || count.get()
                aria-valuenow=move || place.get().map_or(1, |place| (place + 1).min(count.get()))
                aria-valuetext=value_text
                on:keydown=on_key
                on:pointermove=move |event| { check_density(); place.set(None); cursor.set(place_at(&event)) }
                on:pointerdown=move |event| cursor.set(place_at(&event))
                on:pointerleave=move |event| if event.pointer_type() == "mouse" { let_go() }
                on:blur=move |_| let_go()
                on:click=move |event| pick(place_at(event.unchecked_ref()))
            ></canvas>
        </div>
        <p class="reading" node_ref=line style:min-height=move || format!("{}px", room.get())>{words}</p>
    }
}

/// The stop that a key leads to; `None` for keys that lead nowhere.
fn next_place(key: &str, now: Option<usize>, last: usize) -> Option<usize> {
    let far = ((last + 1) / 10).max(1);
    Some(match key {
        "ArrowRight" | "ArrowUp" => now.map_or(0, |now| now + 1),
        "ArrowLeft" | "ArrowDown" => now.map_or(last, |now| now.saturating_sub(1)),
        "PageUp" => now.map_or(0, |now| now + far),
        "PageDown" => now.map_or(last, |now| now.saturating_sub(far)),
        "Home" => 0,
        "End" => last,
        _ => return None,
    })
}

/// Sets a signal where its value is another.
fn write<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}

/// A length in a canvas's own pixels.
fn dense(length: u32, scale: f64) -> u32 {
    (f64::from(length) * scale).round() as u32
}

/// Draws the figure over the whole canvas, in the screen's own pixels.
fn paint(canvas: &HtmlCanvasElement, (width, height): (u32, u32), figure: &dyn Figure, theme: figure::Theme) -> Option<Frame> {
    if width == 0 || height == 0 {
        return None;
    }
    let scale = browser::density();
    let area = Canvas::new(canvas, (dense(width, scale), dense(height, scale)))?.into_drawing_area();
    // A canvas too small for axes stays empty.
    figure::draw(&area, figure, &Look { theme, scale }).ok()
}

/// Draws the crosshair, at the density that the figure was painted with.
fn mark(
    canvas: NodeRef<html::Canvas>,
    frame: StoredValue<Option<Frame>, LocalStorage>,
    (width, height): (u32, u32),
    cursor: Option<Place>,
    theme: figure::Theme,
) {
    let Some(canvas) = canvas.get_untracked() else { return };
    let scale = frame.with_value(|frame| frame.as_ref().map(Frame::scale)).unwrap_or_else(browser::density);
    let Some(over) = Canvas::new(&canvas, (dense(width, scale), dense(height, scale))) else { return };
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
