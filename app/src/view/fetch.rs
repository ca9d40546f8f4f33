//! Files beside the page, loaded when they are wanted.

use js_sys::Promise;
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::js::in_words;
use crate::wait::within;

/// How long a server may take to answer, and a file to come whole after that, milliseconds.
const ANSWER: u32 = 30_000;
const WHOLE: u32 = 120_000;

/// The bytes of a file beside the page; nothing where there is none. The error in words.
pub async fn bytes(address: &str) -> Result<Option<Vec<u8>>, String> {
    let fetched = soon(ANSWER, window().fetch_with_str(address), "nothing has come").await?;
    let response: Response = fetched.dyn_into().map_err(in_words)?;
    if response.status() == 404 {
        return Ok(None);
    }
    if !response.ok() {
        return Err(format!("the server answered {} {}", response.status(), response.status_text()).trim_end().to_owned());
    }
    let buffer = soon(WHOLE, response.array_buffer().map_err(in_words)?, "not all of it has come").await?;
    Ok(Some(js_sys::Uint8Array::new(&buffer).to_vec()))
}

/// What a promise comes to; an error in words where it fails, or where so many milliseconds were too short.
async fn soon(milliseconds: u32, promise: Promise, so_far: &str) -> Result<JsValue, String> {
    let outcome = within(milliseconds, JsFuture::from(promise)).await;
    outcome.unwrap_or_else(|| Err(format!("{so_far} for {} seconds", milliseconds / 1_000).into())).map_err(in_words)
}
