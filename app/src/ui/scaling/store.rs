//! Small sweeps kept in the browser (IndexedDB): of each the collected file of its finished runs,
//! and the checkpoint of the run that was in training.

use std::rc::Rc;

use idb::{Database, DatabaseEvent, Factory, ObjectStoreParams, Query, TransactionMode};
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};

const NAME: &str = "quanta-lab-sweeps";
const SWEEPS: &str = "sweeps";
const CHECKPOINTS: &str = "checkpoints";

/// The open database.
#[derive(Clone)]
pub struct Store {
    database: Rc<Database>,
}

impl Store {
    /// Opens the database, and makes it where there is none.
    pub async fn open() -> Result<Self, idb::Error> {
        let mut request = Factory::new()?.open(NAME, Some(1))?;
        request.on_upgrade_needed(|event| {
            if let Ok(database) = event.database() {
                for store in [SWEEPS, CHECKPOINTS] {
                    // It fails only where the store is already there.
                    let _ = database.create_object_store(store, ObjectStoreParams::new());
                }
            }
        });
        Ok(Self { database: Rc::new(request.await?) })
    }

    /// Writes a sweep, in one transaction: its finished runs, and a checkpoint or none.
    pub async fn put(&self, key: &str, sweep: &[u8], checkpoint: Option<&[u8]>) -> Result<(), idb::Error> {
        let transaction = self.database.transaction(&[SWEEPS, CHECKPOINTS], TransactionMode::ReadWrite)?;
        let key = JsValue::from(key);
        // Both requests are made before either is awaited: they are of one transaction.
        let first = transaction.object_store(SWEEPS)?.put(&Uint8Array::from(sweep), Some(&key))?;
        let checkpoints = transaction.object_store(CHECKPOINTS)?;
        match checkpoint {
            Some(bytes) => drop(checkpoints.put(&Uint8Array::from(bytes), Some(&key))?.await?),
            None => checkpoints.delete(Query::Key(key))?.await?,
        }
        first.await?;
        transaction.await?;
        Ok(())
    }

    /// A sweep and its checkpoint, where they are kept.
    pub async fn get(&self, key: &str) -> Result<(Option<Vec<u8>>, Option<Vec<u8>>), idb::Error> {
        let transaction = self.database.transaction(&[SWEEPS, CHECKPOINTS], TransactionMode::ReadOnly)?;
        let sweep = transaction.object_store(SWEEPS)?.get(Query::Key(key.into()))?;
        let checkpoint = transaction.object_store(CHECKPOINTS)?.get(Query::Key(key.into()))?;
        Ok((bytes(sweep.await?), bytes(checkpoint.await?)))
    }

    /// Forgets a sweep.
    pub async fn delete(&self, key: &str) -> Result<(), idb::Error> {
        let transaction = self.database.transaction(&[SWEEPS, CHECKPOINTS], TransactionMode::ReadWrite)?;
        let sweep = transaction.object_store(SWEEPS)?.delete(Query::Key(key.into()))?;
        let checkpoint = transaction.object_store(CHECKPOINTS)?.delete(Query::Key(key.into()))?;
        sweep.await?;
        checkpoint.await?;
        transaction.await?;
        Ok(())
    }
}

fn bytes(value: Option<JsValue>) -> Option<Vec<u8>> {
    value?.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec())
}
