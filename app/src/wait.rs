//! A limit on waiting, for the page and the worker alike.

use std::pin::pin;
use std::task::Poll;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Waits for the future, but no longer than so many milliseconds; nothing where that was too short.
pub async fn within<T>(milliseconds: u32, future: impl Future<Output = T>) -> Option<T> {
    let global = js_sys::global();
    let timers = |name: &str| Reflect::get(&global, &name.into()).ok().and_then(|timer| timer.dyn_into::<Function>().ok());
    let mut number = JsValue::UNDEFINED;
    let timer = Promise::new(&mut |resolve, _| {
        // Every page and every worker has timers; without one the future has all the time it wants.
        if let Some(Ok(set)) = timers("setTimeout").map(|set| set.call2(&global, &resolve, &milliseconds.into())) {
            number = set;
        }
    });
    let (mut future, mut timer) = (pin!(future), pin!(JsFuture::from(timer)));
    let outcome = std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => timer.as_mut().poll(context).map(|_| None),
    })
    .await;
    if let Some(clear) = timers("clearTimeout") {
        // A timer that has rung is cleared in vain.
        let _ = clear.call1(&global, &number);
    }
    outcome
}
