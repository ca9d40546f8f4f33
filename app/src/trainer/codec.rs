//! Runs as bytes, and what this browser keeps. The code for it is a part of the wasm to itself: the page
//! can be used before it is there.

use std::cell::OnceCell;
use std::rc::Rc;

use leptos::wasm_split::{SplitLoaderError, wasm_split};
use quanta_core::record::Record;
use quanta_core::sweep::Collected;

use super::store::{Databases, Keep, OnCleared};

/// What reads and writes runs; the errors in words.
#[derive(Clone, Copy)]
pub struct Codec {
    /// Reads a run.
    pub read: fn(&[u8]) -> Result<Record, String>,
    /// Writes a run.
    pub write: fn(&Record) -> Result<Vec<u8>, String>,
    /// Writes a collected sweep.
    pub write_sweep: fn(&Collected) -> Result<Vec<u8>, String>,
    /// The way to what this browser keeps.
    store: fn(OnCleared) -> Rc<dyn Keep>,
}

/// Why nothing can be read or written.
pub(super) const NOT_LOADED: &str = "the part of the page that reads and writes files could not be loaded";

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn codec() -> Result<Codec, SplitLoaderError> {
    Ok(Codec {
        read: |bytes| Record::from_bytes(bytes).map_err(|error| error.to_string()),
        write: |record| record.to_bytes().map_err(|error| error.to_string()),
        write_sweep: |collected| collected.to_bytes().map_err(|error| error.to_string()),
        store: |on_cleared| Rc::new(Databases::new(on_cleared)),
    })
}

/// Loads the codec, unless it is there already. A failure is not remembered: the next call tries again.
pub async fn load() -> Result<Codec, String> {
    codec().await.map_err(|_| NOT_LOADED.to_owned())
}

/// The way to what this browser keeps, opened when it is first needed.
#[derive(Clone)]
pub struct Store {
    keep: Rc<OnceCell<Rc<dyn Keep>>>,
    on_cleared: OnCleared,
}

impl Store {
    /// Calls back when the browser clears what it keeps.
    pub fn new(on_cleared: impl Fn() + 'static) -> Self {
        Self { keep: Rc::default(), on_cleared: Rc::new(on_cleared) }
    }

    /// Opens it, unless that was done; the error in words.
    pub async fn open(&self) -> Result<Rc<dyn Keep>, String> {
        match self.keep.get() {
            Some(keep) => Ok(keep.clone()),
            None => {
                let codec = load().await?;
                Ok(self.keep.get_or_init(|| (codec.store)(self.on_cleared.clone())).clone())
            }
        }
    }
}
