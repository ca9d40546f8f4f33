//! Runs the parts of a batch on rayon's threads natively, and one after another in wasm.

use super::part::Scratch;

std::thread_local! {
    /// Each thread reuses its scratch memory from step to step: mapping fresh pages costs as much as
    /// the arithmetic of a small step.
    static SCRATCH: std::cell::RefCell<Scratch> = std::cell::RefCell::default();
}

/// Calls `part` for every index in `0..count` and returns the results in order.
pub fn map<T: Send>(count: usize, part: impl Fn(usize, &mut Scratch) -> T + Sync) -> Vec<T> {
    each(count, |index| SCRATCH.with_borrow_mut(|scratch| part(index, scratch)))
}

/// The same for parts that see to their scratch memory themselves.
pub fn each<T: Send>(count: usize, part: impl Fn(usize) -> T + Sync) -> Vec<T> {
    // The threads come with the engine, and with the analyses.
    #[cfg(all(not(target_family = "wasm"), any(feature = "engine", feature = "analysis")))]
    if count > 1 {
        use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
        return (0..count).into_par_iter().map(&part).collect();
    }
    (0..count).map(part).collect()
}
