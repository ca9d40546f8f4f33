//! Parts side by side where there are threads, one after another where there are none.

use super::part::Scratch;

std::thread_local! {
    /// Each thread keeps its scratch from step to step: fresh pages every step cost as much as the
    /// arithmetic of a small one.
    static SCRATCH: std::cell::RefCell<Scratch> = std::cell::RefCell::default();
}

/// The results of `part(0..count)`, in order.
pub fn map<T: Send>(count: usize, part: impl Fn(usize, &mut Scratch) -> T + Sync) -> Vec<T> {
    let one = |index| SCRATCH.with_borrow_mut(|scratch| part(index, scratch));
    #[cfg(not(target_family = "wasm"))]
    if count > 1 {
        use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
        return (0..count).into_par_iter().map(one).collect();
    }
    (0..count).map(one).collect()
}
