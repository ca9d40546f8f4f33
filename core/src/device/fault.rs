//! Errors that a GPU reports asynchronously: invalid shaders, skipped dispatches, failed
//! allocations. In a browser no call returns them, and without this module a run would continue
//! with stale numbers.

use std::sync::Mutex;

static FAULT: Mutex<Option<String>> = Mutex::new(None);

/// Stores the first report; later ones are usually its consequences.
pub(super) fn report(text: String) {
    let mut fault = FAULT.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    fault.get_or_insert(text);
}

/// Returns the first error that the GPU has reported since the last call, and clears it.
pub fn fault() -> Option<String> {
    FAULT.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take()
}
