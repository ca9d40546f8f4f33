//! The published results: their list, and each file once a page asks for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::fetch;
use crate::published::{Index, Material};

/// Where they are, beside the page.
pub const FOLDER: &str = "results";

/// The state of something that was asked for.
#[derive(Clone, Debug)]
pub enum Asked<T> {
    /// It is being loaded.
    Coming,
    /// It is there.
    There(T),
    /// There is none.
    Missing,
    /// It cannot be loaded or read; why.
    Failed(String),
}

impl<T> Asked<T> {
    /// The thing, where it is there.
    pub fn there(&self) -> Option<&T> {
        match self {
            Asked::There(thing) => Some(thing),
            _ => None,
        }
    }

    /// Whether it was asked for and could not be loaded.
    fn has_failed(&self) -> bool {
        matches!(self, Asked::Failed(_))
    }
}

/// The list, and the files that have been loaded.
#[derive(Clone, Copy)]
pub struct Library {
    /// The list.
    pub index: RwSignal<Asked<Index>>,
    files: RwSignal<BTreeMap<String, Asked<Arc<Material>>>>,
}

impl Library {
    /// Loads the list.
    pub fn open() -> Self {
        let library = Self { index: RwSignal::new(Asked::Coming), files: RwSignal::new(BTreeMap::new()) };
        library.load_index();
        library
    }

    fn load_index(self) {
        spawn_local(async move {
            let index = match fetch::bytes(&format!("{FOLDER}/index.json")).await {
                Ok(Some(bytes)) => match Index::from_json(&String::from_utf8_lossy(&bytes)) {
                    Ok(index) => Asked::There(index),
                    Err(error) => Asked::Failed(format!("the list of results cannot be read ({error})")),
                },
                Ok(None) => Asked::Missing,
                Err(why) => Asked::Failed(why),
            };
            // The page may have been left meanwhile.
            let _ = self.index.try_set(index);
        });
    }

    /// Loads a file, unless that was done.
    pub fn want(&self, file: &str) {
        if !self.files.with_untracked(|files| files.contains_key(file)) {
            self.load_file(file.to_owned());
        }
    }

    fn load_file(self, file: String) {
        self.files.update(|files| {
            files.insert(file.clone(), Asked::Coming);
        });
        spawn_local(async move {
            let asked = match fetch::bytes(&format!("{FOLDER}/{file}")).await {
                Ok(Some(bytes)) => match Material::from_bytes(&bytes) {
                    Ok(material) => Asked::There(Arc::new(material)),
                    Err(error) => Asked::Failed(error.to_string()),
                },
                Ok(None) => Asked::Missing,
                Err(why) => Asked::Failed(why),
            };
            let _ = self.files.try_update(|files| files.insert(file, asked));
        });
    }

    /// Whether anything that was asked for did not come; tracked.
    pub fn has_failed(&self) -> bool {
        self.index.with(Asked::has_failed) || self.files.with(|files| files.values().any(is_absent))
    }

    /// Asks again for everything that did not come.
    pub fn retry(&self) {
        if self.index.with_untracked(Asked::has_failed) {
            self.index.set(Asked::Coming);
            self.load_index();
        }
        let failed = |files: &BTreeMap<String, Asked<_>>| {
            files.iter().filter(|(_, asked)| is_absent(asked)).map(|(file, _)| file.clone()).collect::<Vec<_>>()
        };
        for file in self.files.with_untracked(failed) {
            self.load_file(file);
        }
    }

    /// The state of a file; tracked.
    pub fn file(&self, file: &str) -> Asked<Arc<Material>> {
        self.files.with(|files| files.get(file).cloned().unwrap_or(Asked::Coming))
    }
}

/// Whether a file that is listed did not come.
fn is_absent<T>(asked: &Asked<T>) -> bool {
    matches!(asked, Asked::Missing | Asked::Failed(_))
}

/// A button that asks again for what did not come; nothing where all did.
#[component]
pub fn TryAgain(
    /// What was asked for.
    library: Library,
) -> impl IntoView {
    let has_failed = Memo::new(move |_| library.has_failed());
    view! {
        <Show when=move || has_failed.get()>
            <button type="button" class="try-again" on:click=move |_| library.retry()>"Try again"</button>
        </Show>
    }
}
