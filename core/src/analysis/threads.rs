//! Threads where there are any: all cores natively, one in wasm. Results do not depend on how many.

use faer::Par;

/// How faer's products and decompositions are spread.
pub fn products() -> Par {
    #[cfg(not(target_family = "wasm"))]
    return Par::rayon(0);
    #[cfg(target_family = "wasm")]
    return Par::Seq;
}

/// Returns `f(0), …, f(count − 1)` in that order.
pub fn map<T: Send>(count: usize, f: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    #[cfg(not(target_family = "wasm"))]
    {
        use rayon::prelude::*;
        (0..count).into_par_iter().map(f).collect()
    }
    #[cfg(target_family = "wasm")]
    (0..count).map(f).collect()
}

/// Calls `f(i, chunk i)` for each chunk of `len` items; the last may be shorter.
pub fn chunks<T: Send>(items: &mut [T], len: usize, f: impl Fn(usize, &mut [T]) + Sync + Send) {
    #[cfg(not(target_family = "wasm"))]
    {
        use rayon::prelude::*;
        items.par_chunks_mut(len.max(1)).enumerate().for_each(|(i, chunk)| f(i, chunk));
    }
    #[cfg(target_family = "wasm")]
    items.chunks_mut(len.max(1)).enumerate().for_each(|(i, chunk)| f(i, chunk));
}
