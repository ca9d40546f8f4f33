//! What a GPU reports on its own, outside any call: invalid shaders, dispatches it skipped,
//! memory it could not give. In a browser nothing else would say so, and a run would go on over
//! stale numbers.

use std::sync::Mutex;

static FAULT: Mutex<Option<String>> = Mutex::new(None);

/// Keeps the first report; what follows it is usually its echo.
pub(super) fn report(text: String) {
    let mut fault = FAULT.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    fault.get_or_insert(text);
}

/// What the GPU has reported since this was last asked.
pub fn fault() -> Option<String> {
    FAULT.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take()
}
