//! Who trains what, across the tabs of this browser. A run is locked with the browser's own locks,
//! which end with the tab that holds them.

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

/// A lock that is held until this is dropped.
pub struct Held {
    release: Function,
}

impl Drop for Held {
    fn drop(&mut self) {
        // Resolving a promise cannot fail.
        let _ = self.release.call0(&JsValue::NULL);
    }
}

/// The outcome of asking for a lock.
pub enum Lock {
    /// It is held here now.
    Held(Held),
    /// Another tab holds it.
    Refused,
    /// This browser has no locks, as in an insecure context.
    Unavailable,
}

/// Takes the lock of that name if nobody holds it: asking and taking are one step.
pub async fn take(name: &str) -> Lock {
    let Some(manager) = manager() else { return Lock::Unavailable };
    let Some(request) = method(&manager, "request") else { return Lock::Unavailable };
    // The browser holds the lock until the promise that its callback returns is resolved.
    let mut release = None;
    let until_released = Promise::new(&mut |resolve, _| release = Some(resolve));
    let mut answer = None;
    let answered = Promise::new(&mut |resolve, _| answer = Some(resolve));
    let (Some(release), Some(answer)) = (release, answer) else { return Lock::Unavailable };
    let callback = Closure::once_into_js(move |lock: JsValue| {
        let granted = lock.is_object();
        // Resolving a promise cannot fail.
        let _ = answer.call1(&JsValue::NULL, &granted.into());
        if granted { JsValue::from(until_released) } else { JsValue::UNDEFINED }
    });
    let options = Object::new();
    let if_available = Reflect::set(&options, &"ifAvailable".into(), &true.into());
    let requested = if_available.and_then(|_| request.call3(&manager, &name.into(), &options, &callback));
    let Ok(requested) = requested else { return Lock::Unavailable };
    // Where the browser refuses locks altogether, the request is rejected and never answered.
    match JsFuture::from(Promise::race(&Array::of2(&answered, &requested))).await {
        Ok(granted) if granted.is_truthy() => Lock::Held(Held { release }),
        Ok(_) => Lock::Refused,
        Err(_) => Lock::Unavailable,
    }
}

/// The names of all locks that are held in any tab.
pub async fn held() -> Vec<String> {
    let query = || -> Option<Promise> {
        let manager = manager()?;
        method(&manager, "query")?.call0(&manager).ok()?.dyn_into().ok()
    };
    let Some(promise) = query() else { return Vec::new() };
    let Ok(snapshot) = JsFuture::from(promise).await else { return Vec::new() };
    let held = Reflect::get(&snapshot, &"held".into()).ok().and_then(|held| held.dyn_into::<Array>().ok());
    let name = |lock: JsValue| Reflect::get(&lock, &"name".into()).ok()?.as_string();
    held.map(|held| held.iter().filter_map(name).collect()).unwrap_or_default()
}

/// The browser's lock manager, which is missing in an insecure context.
fn manager() -> Option<JsValue> {
    Reflect::get(&window().navigator(), &"locks".into()).ok().filter(JsValue::is_object)
}

fn method(manager: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(manager, &name.into()).ok()?.dyn_into().ok()
}
