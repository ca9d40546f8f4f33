//! What this browser keeps (IndexedDB): runs, each as the bytes of its record and a line about it; and
//! small sweeps, each as the collected file of its finished runs and a checkpoint of the next.
//!
//! A write is one transaction, so that a closed tab leaves the old state or the new one. A database
//! that could not be opened, or whose data the browser cleared, is opened anew by the next call. So is
//! one that the browser neither opens nor refuses: a call waits for it a few seconds at most.
//!
//! A request listens for its answer only once it is a future: one that is awaited after another is
//! made a future at once, or its answer would be missed.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use idb::{Database, DatabaseEvent, Factory, ObjectStore, ObjectStoreParams, Query, Transaction, TransactionMode};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::run::Line;
use crate::js::in_words;
use crate::protocol::RunId;
use crate::wait::within;

/// A database: its name, and the names of its two object stores.
type Layout = (&'static str, [&'static str; 2]);

const RUNS: Layout = ("quanta-lab", ["lines", "records"]);
const SWEEPS: Layout = ("quanta-lab-sweeps", ["sweeps", "checkpoints"]);
/// The version of both.
const VERSION: u32 = 1;

/// How long the browser may take to open a database, in milliseconds.
const OPEN_LIMIT: u32 = 5_000;
/// How long it may take to read or write everything, in milliseconds.
const LIMIT: u32 = 60_000;

/// Why something cannot be kept, or what is kept cannot be read.
#[derive(Debug, thiserror::Error)]
enum StoreError {
    /// The browser refuses.
    #[error(transparent)]
    Browser(#[from] idb::Error),
    /// The database cannot be opened.
    #[error("{0}")]
    NotOpened(String),
    /// The browser does not answer.
    #[error("the browser’s store does not answer")]
    NoAnswer,
    /// The run cannot be written at all.
    #[error("{0}")]
    Unwritten(String),
    /// The browser took the write back.
    #[error("the browser took the write back, as it does when its storage is full")]
    Aborted,
}

/// What is read or written in a while; the error in words.
pub type Soon<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + 'a>>;

/// What this browser keeps.
pub trait Keep {
    /// Writes a run: its line, and its record where `bytes` has a new one. Where no record is kept,
    /// because it was cleared meanwhile, it writes `rest`.
    fn put_run<'a>(&'a self, line: &'a Line, bytes: Option<&'a [u8]>, rest: Rest<'a>) -> Soon<'a, ()>;

    /// Every kept run that has a record, in no order.
    fn runs(&self) -> Soon<'_, Vec<(Line, Vec<u8>)>>;

    /// One run's record, where it is kept.
    fn record(&self, id: RunId) -> Soon<'_, Option<Vec<u8>>>;

    /// Deletes a run.
    fn delete_run(&self, id: RunId) -> Soon<'_, ()>;

    /// Writes a sweep: its finished runs, and a checkpoint of the next or none.
    fn put_sweep<'a>(&'a self, key: &'a str, sweep: &'a [u8], checkpoint: Option<&'a [u8]>) -> Soon<'a, ()>;

    /// A sweep and its checkpoint, where they are kept.
    fn sweep<'a>(&'a self, key: &'a str) -> Soon<'a, KeptSweep>;

    /// Deletes a sweep.
    fn delete_sweep<'a>(&'a self, key: &'a str) -> Soon<'a, ()>;
}

/// The bytes of a sweep and of its checkpoint, where they are kept.
pub type KeptSweep = (Option<Vec<u8>>, Option<Vec<u8>>);

/// What makes a record where none is kept; the error in words.
pub type Rest<'a> = &'a dyn Fn() -> Result<Vec<u8>, String>;

/// What is called when the browser clears a database.
pub type OnCleared = Rc<dyn Fn()>;

/// Both databases.
pub struct Databases {
    runs: Connection,
    sweeps: Connection,
}

impl Databases {
    /// Opens nothing yet.
    pub fn new(on_cleared: OnCleared) -> Self {
        let connection = |layout| Connection { layout, on_cleared: on_cleared.clone(), database: Rc::default() };
        Self { runs: connection(RUNS), sweeps: connection(SWEEPS) }
    }
}

/// A database, once it has been opened.
#[derive(Clone)]
struct Connection {
    layout: Layout,
    on_cleared: OnCleared,
    /// Nothing before it has been opened, and after the browser has closed it.
    database: Rc<RefCell<Option<Rc<Database>>>>,
}

impl Connection {
    /// The open database; it is made where there is none.
    async fn open(&self) -> Result<Rc<Database>, StoreError> {
        if self.database.borrow().is_none() {
            let connection = self.clone();
            // On its own, so that a database which is opened too late for this call is there for the next.
            let opening = future_to_promise(async move {
                connection.open_anew().await.map_err(|error| JsValue::from(error.to_string()))?;
                Ok(JsValue::UNDEFINED)
            });
            let opened = within(OPEN_LIMIT, JsFuture::from(opening)).await.ok_or(StoreError::NoAnswer)?;
            opened.map_err(|error| StoreError::NotOpened(in_words(error)))?;
        }
        self.database.borrow().clone().ok_or(StoreError::NoAnswer)
    }

    async fn open_anew(&self) -> Result<(), idb::Error> {
        let (name, stores) = self.layout;
        let mut request = Factory::new()?.open(name, Some(VERSION))?;
        request.on_upgrade_needed(move |event| {
            if let Ok(database) = event.database() {
                for store in stores {
                    // It fails only where the store is already there.
                    let _ = database.create_object_store(store, ObjectStoreParams::new());
                }
            }
        });
        let mut database = request.await?;
        let connection = self.clone();
        database.on_close(move |_| connection.on_closed(true));
        let connection = self.clone();
        // Another tab is about to delete the database or to bring it to a newer version, and waits for this.
        database.on_version_change(move |event| {
            let version = Reflect::get(&event, &"newVersion".into());
            connection.on_closed(version.is_ok_and(|version| version.is_null()));
        });
        *self.database.borrow_mut() = Some(Rc::new(database));
        Ok(())
    }

    fn on_closed(&self, is_cleared: bool) {
        // Later, because the database owns the closure that calls this.
        let connection = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let database = connection.database.borrow_mut().take();
            if let Some(database) = database {
                database.close();
                if is_cleared {
                    (connection.on_cleared)();
                }
            }
        });
    }

    /// A transaction over both object stores. A connection that has gone bad is opened once more.
    async fn transaction(&self, mode: TransactionMode) -> Result<Open, StoreError> {
        let stores = self.layout.1;
        let opened = self.open().await?.transaction(&stores, mode);
        let transaction = match opened {
            Ok(transaction) => transaction,
            Err(_) => {
                drop(self.database.borrow_mut().take());
                self.open().await?.transaction(&stores, mode)?
            }
        };
        let (first, second) = (transaction.object_store(stores[0])?, transaction.object_store(stores[1])?);
        Ok(Open { transaction, first, second })
    }
}

/// A transaction with its two object stores.
struct Open {
    transaction: Transaction,
    first: ObjectStore,
    second: ObjectStore,
}

impl Open {
    /// Waits until everything is written.
    async fn commit(self) -> Result<(), StoreError> {
        if self.transaction.await?.is_aborted() { Err(StoreError::Aborted) } else { Ok(()) }
    }

    /// Deletes what is kept under that key.
    async fn delete(self, key: JsValue) -> Result<(), StoreError> {
        let first = self.first.delete(Query::Key(key.clone()))?.into_future();
        let second = self.second.delete(Query::Key(key))?.into_future();
        first.await?;
        second.await?;
        self.commit().await
    }
}

/// Boxes a future, limits its time, and puts its error into words.
fn soon<'a, T>(work: impl Future<Output = Result<T, StoreError>> + 'a) -> Soon<'a, T> {
    Box::pin(async move {
        let done = within(LIMIT, work).await.unwrap_or(Err(StoreError::NoAnswer));
        done.map_err(|error| error.to_string())
    })
}

impl Keep for Databases {
    fn put_run<'a>(&'a self, line: &'a Line, bytes: Option<&'a [u8]>, rest: Rest<'a>) -> Soon<'a, ()> {
        soon(async move {
            let open = self.runs.transaction(TransactionMode::ReadWrite).await?;
            let key = key_of(line.id);
            let text = serde_json::to_string(line).unwrap_or_default();
            let lines = open.first.put(&text.into(), Some(&key))?.into_future();
            match bytes {
                Some(bytes) => drop(open.second.put(&Uint8Array::from(bytes), Some(&key))?.await?),
                None => {
                    if open.second.count(Some(Query::Key(key.clone())))?.await? == 0 {
                        let bytes = rest().map_err(StoreError::Unwritten)?;
                        open.second.put(&Uint8Array::from(bytes.as_slice()), Some(&key))?.await?;
                    }
                }
            }
            lines.await?;
            open.commit().await
        })
    }

    fn runs(&self) -> Soon<'_, Vec<(Line, Vec<u8>)>> {
        soon(async move {
            let open = self.runs.transaction(TransactionMode::ReadOnly).await?;
            let lines = open.first.get_all(None, None)?.await?;
            let mut runs = Vec::new();
            for line in lines {
                let line: Option<Line> = line.as_string().and_then(|text| serde_json::from_str(&text).ok());
                let Some(line) = line else { continue };
                let record = open.second.get(Query::Key(key_of(line.id)))?.await?;
                if let Some(bytes) = bytes_of(record) {
                    runs.push((line, bytes));
                }
            }
            Ok(runs)
        })
    }

    fn record(&self, id: RunId) -> Soon<'_, Option<Vec<u8>>> {
        soon(async move {
            let open = self.runs.transaction(TransactionMode::ReadOnly).await?;
            Ok(bytes_of(open.second.get(Query::Key(key_of(id)))?.await?))
        })
    }

    fn delete_run(&self, id: RunId) -> Soon<'_, ()> {
        soon(async move { self.runs.transaction(TransactionMode::ReadWrite).await?.delete(key_of(id)).await })
    }

    fn put_sweep<'a>(&'a self, key: &'a str, sweep: &'a [u8], checkpoint: Option<&'a [u8]>) -> Soon<'a, ()> {
        soon(async move {
            let open = self.sweeps.transaction(TransactionMode::ReadWrite).await?;
            let key = JsValue::from(key);
            let first = open.first.put(&Uint8Array::from(sweep), Some(&key))?.into_future();
            match checkpoint {
                Some(bytes) => drop(open.second.put(&Uint8Array::from(bytes), Some(&key))?.await?),
                None => open.second.delete(Query::Key(key))?.await?,
            }
            first.await?;
            open.commit().await
        })
    }

    fn sweep<'a>(&'a self, key: &'a str) -> Soon<'a, KeptSweep> {
        soon(async move {
            let open = self.sweeps.transaction(TransactionMode::ReadOnly).await?;
            let sweep = open.first.get(Query::Key(key.into()))?.into_future();
            let checkpoint = open.second.get(Query::Key(key.into()))?.into_future();
            Ok((bytes_of(sweep.await?), bytes_of(checkpoint.await?)))
        })
    }

    fn delete_sweep<'a>(&'a self, key: &'a str) -> Soon<'a, ()> {
        soon(async move { self.sweeps.transaction(TransactionMode::ReadWrite).await?.delete(key.into()).await })
    }
}

/// The key of a run: its digits. Runs of before have small ids and are kept under a number.
fn key_of(id: RunId) -> JsValue {
    match u32::try_from(id.0) {
        Ok(number) => number.into(),
        Err(_) => id.to_string().into(),
    }
}

fn bytes_of(value: Option<JsValue>) -> Option<Vec<u8>> {
    value?.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec())
}
