//! Light or dark: as the system prefers, or as chosen.

use leptos::prelude::*;
use quanta_core::figure;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::MediaQueryListEvent;

use super::browser;
use crate::link::Theme;

/// Where the choice is remembered; `theme.js` reads it before the first paint.
const KEY: &str = "theme";
const DARK: &str = "(prefers-color-scheme: dark)";

/// The theme that is shown, and where it comes from.
#[derive(Clone, Copy)]
pub struct Themes {
    /// The choice; with none the page follows the system.
    pub chosen: RwSignal<Option<Theme>>,
    /// What is shown.
    pub shown: Memo<Theme>,
}

impl Themes {
    /// The link's theme, else the remembered one, else the system's.
    pub fn new(asked: Option<Theme>) -> Self {
        let remembered = || browser::remembered(KEY).and_then(|word| Theme::from_word(&word));
        let chosen = RwSignal::new(asked.or_else(remembered));
        let system_is_dark = RwSignal::new(browser::media(DARK));
        if let Ok(Some(list)) = window().match_media(DARK) {
            let changed = Closure::<dyn FnMut(_)>::new(move |event: MediaQueryListEvent| system_is_dark.set(event.matches()));
            let _ = list.add_event_listener_with_callback("change", changed.as_ref().unchecked_ref());
            // It listens for as long as the page lives.
            changed.forget();
        }
        let shown = Memo::new(move |_| chosen.get().unwrap_or(if system_is_dark.get() { Theme::Dark } else { Theme::Light }));
        Effect::new(move |_| {
            if let Some(root) = document().document_element() {
                let _ = root.set_attribute("data-theme", shown.get().word());
            }
        });
        Self { chosen, shown }
    }

    /// The theme for figures.
    pub fn figure(&self) -> figure::Theme {
        match self.shown.get() {
            Theme::Light => figure::Theme::Light,
            Theme::Dark => figure::Theme::Dark,
        }
    }
}

/// The switch in the header.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let themes = expect_context::<Themes>();
    let choose = move |theme: Option<Theme>| {
        themes.chosen.set(theme);
        browser::remember(KEY, theme.map(Theme::word));
    };
    let choice = move |theme: Option<Theme>, name: &'static str| {
        view! {
            <label>
                <input
                    type="radio"
                    name="theme"
                    prop:checked=move || themes.chosen.get() == theme
                    on:change=move |_| choose(theme)
                />
                <span>{name}</span>
            </label>
        }
    };
    view! {
        <fieldset class="segments theme">
            <legend class="unseen">"Colours"</legend>
            {choice(None, "Auto")}
            {choice(Some(Theme::Light), "Light")}
            {choice(Some(Theme::Dark), "Dark")}
        </fieldset>
    }
}
