//! The published results: their list, and each file once a page asks for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::fetch;
use crate::published::{Index, Material};

/// Where they are, beside the page.
const FOLDER: &str = "results";

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
            let _ = library.index.try_set(index);
        });
        library
    }

    /// Loads a file, unless that was done.
    pub fn want(&self, file: &str) {
        if self.files.with_untracked(|files| files.contains_key(file)) {
            return;
        }
        let (files, file) = (self.files, file.to_owned());
        files.update(|files| {
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
            let _ = files.try_update(|files| files.insert(file, asked));
        });
    }

    /// The state of a file; tracked.
    pub fn file(&self, file: &str) -> Asked<Arc<Material>> {
        self.files.with(|files| files.get(file).cloned().unwrap_or(Asked::Coming))
    }
}
