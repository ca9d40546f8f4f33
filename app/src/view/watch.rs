//! Watching an element's size and whether it is in sight; painting at the screen's pace; timers that
//! end with their component.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit, ResizeObserver};

/// Calls back with the element's size in CSS pixels, now and whenever it changes, until the
/// component is gone.
pub fn watch_size(element: &Element, changed: impl Fn(u32, u32) + 'static) {
    let watched = element.clone();
    let callback = Closure::<dyn FnMut()>::new(move || {
        let rectangle = watched.get_bounding_client_rect();
        changed(rectangle.width().round() as u32, rectangle.height().round() as u32);
    });
    if let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) {
        observer.observe(element);
        keep(callback, move || observer.disconnect());
    }
}

/// Calls back when the element comes into sight, or nearly, and when it leaves.
pub fn watch_sight(element: &Element, changed: impl Fn(bool) + 'static) {
    let callback = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
        if let Some(entry) = entries.iter().last().and_then(|entry| entry.dyn_into::<IntersectionObserverEntry>().ok()) {
            changed(entry.is_intersecting());
        }
    });
    let options = IntersectionObserverInit::new();
    options.set_root_margin("200px");
    if let Ok(observer) = IntersectionObserver::new_with_options(callback.as_ref().unchecked_ref(), &options) {
        observer.observe(element);
        keep(callback, move || observer.disconnect());
    }
}

/// Calls back once the page's typefaces have been loaded, if the component is still there.
pub fn when_fonts_are_ready(ready: impl FnOnce() + 'static) {
    let alive = Alive::new();
    let fonts = js_sys::Reflect::get(&document(), &"fonts".into());
    let promise = fonts.and_then(|fonts| js_sys::Reflect::get(&fonts, &"ready".into()));
    if let Some(promise) = promise.ok().and_then(|promise| promise.dyn_into::<js_sys::Promise>().ok()) {
        leptos::task::spawn_local(async move {
            if wasm_bindgen_futures::JsFuture::from(promise).await.is_ok() && alive.is_alive() {
                ready();
            }
        });
    }
}

/// Keeps a closure until the component is gone.
fn keep<T: ?Sized + 'static>(callback: Closure<T>, stop: impl FnOnce() + 'static) {
    let held = StoredValue::new_local(Some(callback));
    let stop = StoredValue::new_local(Some(stop));
    on_cleanup(move || {
        if let Some(stop) = stop.try_update_value(Option::take).flatten() {
            stop();
        }
        held.try_update_value(Option::take);
    });
}

/// Whether a component is still there: for timers and awaits, which may outlive it.
#[derive(Clone, Copy)]
pub struct Alive(StoredValue<()>);

impl Alive {
    /// Ends with the component, or with the run of the effect, that calls this.
    pub fn new() -> Self {
        Self(StoredValue::new(()))
    }

    /// Whether it is still there.
    pub fn is_alive(self) -> bool {
        self.0.try_get_value().is_some()
    }

    /// Calls back after a while, if it is still there then.
    pub fn after(self, wait: Duration, callback: impl FnOnce() + 'static) {
        let callback = move || {
            if self.is_alive() {
                callback();
            }
        };
        set_timeout(callback, wait);
    }
}

/// Paints when asked, at most once a frame, and so seldom that it takes no more than a
/// thirteenth of the time: there are several of them on a page, and scrolling and typing come first.
#[derive(Clone)]
pub struct Repaint {
    paint: Rc<dyn Fn()>,
    is_asked: Rc<Cell<bool>>,
    not_before: Rc<Cell<f64>>,
    alive: Alive,
}

impl Repaint {
    /// Something to paint, until the component is gone.
    pub fn new(paint: impl Fn() + 'static) -> Self {
        Self { paint: Rc::new(paint), is_asked: Rc::default(), not_before: Rc::default(), alive: Alive::new() }
    }

    /// Asks for a painting soon.
    pub fn request(&self) {
        if self.is_asked.replace(true) {
            return;
        }
        let wait = self.not_before.get() - js_sys::Date::now();
        let this = self.clone();
        if wait > 16.0 {
            set_timeout(move || request_animation_frame(move || this.run()), Duration::from_millis(wait as u64));
        } else {
            request_animation_frame(move || this.run());
        }
    }

    fn run(&self) {
        self.is_asked.set(false);
        if !self.alive.is_alive() {
            return;
        }
        let start = js_sys::Date::now();
        (self.paint)();
        let end = js_sys::Date::now();
        self.not_before.set(end + 12.0 * (end - start));
    }
}
