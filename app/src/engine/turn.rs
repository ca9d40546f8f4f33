//! A turn for the browser: what waits to be done, messages first of all, is done meanwhile. And a
//! limit on waiting.

use std::pin::pin;
use std::task::Poll;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// Comes back after the browser has had its turn. A message to oneself, because timers are
/// clamped to 4 ms and throttled in hidden tabs.
pub async fn turn() {
    let Ok(channel) = MessageChannel::new() else { return };
    let come_back = Promise::new(&mut |resolve, _| {
        channel.port1().set_onmessage(Some(&resolve));
        // Without the message there would be no coming back: then go on at once.
        if channel.port2().post_message(&JsValue::NULL).is_err() {
            let _ = resolve.call0(&JsValue::NULL);
        }
    });
    // The promise is never rejected.
    let _ = JsFuture::from(come_back).await;
    channel.port1().close();
}

/// Waits for the future, but no longer than so many milliseconds; nothing where that was too short.
pub async fn within<T>(milliseconds: u32, future: impl Future<Output = T>) -> Option<T> {
    let global = js_sys::global();
    let timer = Promise::new(&mut |resolve, _| {
        let set_timeout = Reflect::get(&global, &"setTimeout".into()).ok().and_then(|timer| timer.dyn_into::<Function>().ok());
        if let Some(set_timeout) = set_timeout {
            // Every worker has timers; without one the future has all the time it wants.
            let _ = set_timeout.call2(&global, &resolve, &milliseconds.into());
        }
    });
    let (mut future, mut timer) = (pin!(future), pin!(JsFuture::from(timer)));
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => timer.as_mut().poll(context).map(|_| None),
    })
    .await
}
