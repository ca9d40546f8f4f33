//! Which runs are in training in any tab of this site, told by the browser's own locks: a lock
//! ends with the tab that holds it.

use js_sys::{Array, Function, Promise, Reflect};
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

/// The browser's lock manager, which is missing in an insecure context.
fn manager() -> Option<JsValue> {
    Reflect::get(&window().navigator(), &"locks".into()).ok().filter(JsValue::is_object)
}

fn method(manager: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(manager, &name.into()).ok()?.dyn_into().ok()
}

/// Asks for the lock of that name.
pub fn hold(name: &str) -> Option<Held> {
    let manager = manager()?;
    let mut release = None;
    let until_released = Promise::new(&mut |resolve, _| release = Some(resolve));
    let callback = Closure::once_into_js(move |_: JsValue| until_released);
    method(&manager, "request")?.call2(&manager, &name.into(), &callback).ok()?;
    release.map(|release| Held { release })
}

/// The names of all locks that are held.
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
