//! Files beside the page, loaded when they are wanted.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::js::in_words;

/// The bytes of a file beside the page; nothing where there is none. The error in words.
pub async fn bytes(address: &str) -> Result<Option<Vec<u8>>, String> {
    let fetched = JsFuture::from(window().fetch_with_str(address)).await.map_err(in_words)?;
    let response: Response = fetched.dyn_into().map_err(in_words)?;
    if response.status() == 404 {
        return Ok(None);
    }
    if !response.ok() {
        return Err(format!("the server answered {} {}", response.status(), response.status_text()).trim_end().to_owned());
    }
    let buffer = JsFuture::from(response.array_buffer().map_err(in_words)?).await.map_err(in_words)?;
    Ok(Some(js_sys::Uint8Array::new(&buffer).to_vec()))
}
