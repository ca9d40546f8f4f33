//! New ids for runs.

use leptos::prelude::window;

use crate::protocol::RunId;

/// An id of 64 random bits. Those of the least 2³² are left out: runs were once named by such numbers,
/// and the store keeps them under numbers still.
pub fn random() -> RunId {
    loop {
        let mut bytes = [0; 8];
        let filled = window().crypto().and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes));
        let id = match filled {
            Ok(_) => u64::from_le_bytes(bytes),
            // No browser of the last ten years; two halves of `Math.random` will do there.
            Err(_) => (half() << 32) | half(),
        };
        if id > u64::from(u32::MAX) {
            return RunId(id);
        }
    }
}

/// 32 random bits, not of the best.
fn half() -> u64 {
    (js_sys::Math::random() * 4_294_967_296.0) as u64
}
