//! What JavaScript throws, in words.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// The message of a thrown value.
pub fn in_words(thrown: JsValue) -> String {
    let message = Reflect::get(&thrown, &"message".into()).ok().and_then(|message| message.as_string());
    message.or_else(|| thrown.as_string()).unwrap_or_else(|| "an unknown error".to_owned())
}
