//! Runs kept in the browser (IndexedDB), each as the bytes of its record and a line about it.
//!
//! A write is one transaction over both, so that a closed tab leaves the old state or the new one.

use idb::{Database, DatabaseEvent, Factory, ObjectStoreParams, Query, TransactionMode};
use js_sys::Uint8Array;
use quanta_core::order::ascending;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};

const NAME: &str = "quanta-lab";
const LINES: &str = "lines";
const RECORDS: &str = "records";

/// What is known of a kept run without reading its record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its number.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Its colour's place in the palette.
    pub color: usize,
    /// Whether the figures leave it out.
    pub hidden: bool,
}

/// The open database.
#[derive(Clone)]
pub struct Store {
    database: std::rc::Rc<Database>,
}

impl Store {
    /// Opens the database, and makes it where there is none.
    pub async fn open() -> Result<Self, idb::Error> {
        let mut request = Factory::new()?.open(NAME, Some(1))?;
        request.on_upgrade_needed(|event| {
            if let Ok(database) = event.database() {
                for store in [LINES, RECORDS] {
                    // It fails only where the store is already there.
                    let _ = database.create_object_store(store, ObjectStoreParams::new());
                }
            }
        });
        Ok(Self { database: std::rc::Rc::new(request.await?) })
    }

    /// Writes a run: its line and, where given, its record.
    pub async fn put(&self, line: &Line, record: Option<&[u8]>) -> Result<(), idb::Error> {
        let transaction = self.database.transaction(&[LINES, RECORDS], TransactionMode::ReadWrite)?;
        let key = JsValue::from(line.id);
        let text = serde_json::to_string(line).unwrap_or_default();
        let lines = transaction.object_store(LINES)?.put(&text.into(), Some(&key))?;
        if let Some(bytes) = record {
            // Both requests are made before either is awaited: they are of one transaction.
            let records = transaction.object_store(RECORDS)?.put(&Uint8Array::from(bytes), Some(&key))?;
            records.await?;
        }
        lines.await?;
        transaction.await?;
        Ok(())
    }

    /// Every kept run that has a record, oldest first.
    pub async fn all(&self) -> Result<Vec<(Line, Vec<u8>)>, idb::Error> {
        let transaction = self.database.transaction(&[LINES, RECORDS], TransactionMode::ReadOnly)?;
        let lines = transaction.object_store(LINES)?.get_all(None, None)?.await?;
        let mut runs = Vec::new();
        for line in lines {
            let line: Option<Line> = line.as_string().and_then(|text| serde_json::from_str(&text).ok());
            let Some(line) = line else { continue };
            let record = transaction.object_store(RECORDS)?.get(Query::Key(line.id.into()))?.await?;
            if let Some(bytes) = record.and_then(|bytes| bytes.dyn_into::<Uint8Array>().ok()) {
                runs.push((line, bytes.to_vec()));
            }
        }
        ascending(&mut runs, |(line, _)| line.id as f64);
        Ok(runs)
    }

    /// One run's record.
    pub async fn record(&self, id: u32) -> Result<Option<Vec<u8>>, idb::Error> {
        let transaction = self.database.transaction(&[RECORDS], TransactionMode::ReadOnly)?;
        let record = transaction.object_store(RECORDS)?.get(Query::Key(id.into()))?.await?;
        Ok(record.and_then(|bytes| bytes.dyn_into::<Uint8Array>().ok()).map(|bytes| bytes.to_vec()))
    }

    /// Forgets a run.
    pub async fn delete(&self, id: u32) -> Result<(), idb::Error> {
        let transaction = self.database.transaction(&[LINES, RECORDS], TransactionMode::ReadWrite)?;
        let line = transaction.object_store(LINES)?.delete(Query::Key(id.into()))?;
        let record = transaction.object_store(RECORDS)?.delete(Query::Key(id.into()))?;
        line.await?;
        record.await?;
        transaction.await?;
        Ok(())
    }
}
