//! The page. It holds no engine: what trains is in the worker.

mod lab;
mod on_demand;
mod reproduce;
mod scaling;
mod shared;
mod site;
mod theory;

use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Puts the page where index.html has room for it.
pub fn mount() {
    console_error_panic_hook::set_once();
    let Some(room) = document().get_element_by_id("app").and_then(|element| element.dyn_into().ok()) else { return };
    mount_to(room, site::Site).forget();
}
