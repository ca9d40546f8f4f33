//! The corpora that this process has open, by their numbers. A number names a content, so whoever opens a
//! corpus, and in whatever order, a run finds the same tokens under it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Corpus;

static OPEN: Mutex<Vec<(u64, Arc<Corpus>)>> = Mutex::new(Vec::new());

fn open() -> MutexGuard<'static, Vec<(u64, Arc<Corpus>)>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a corpus open for runs that name it. Returns its number.
pub fn keep(corpus: Corpus) -> u64 {
    let number = corpus.number();
    let mut open = open();
    if open.iter().all(|(known, _)| *known != number) {
        open.push((number, Arc::new(corpus)));
    }
    number
}

/// The corpus of that number, where it is open.
pub fn kept(number: u64) -> Option<Arc<Corpus>> {
    open().iter().find(|(known, _)| *known == number).map(|(_, corpus)| corpus.clone())
}

/// What of the corpus of that number, where it is open.
pub fn of_kept<T>(number: u64, read: impl FnOnce(&Corpus) -> T) -> Option<T> {
    open().iter().find(|(known, _)| *known == number).map(|(_, corpus)| read(corpus))
}
