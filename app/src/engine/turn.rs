//! A turn for the browser: what waits to be done, messages first of all, is done meanwhile.

use js_sys::Promise;
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
