//! Which samples are looked for: by a text in their contexts, and by their target.

use std::sync::Arc;

use leptos::prelude::*;

use super::found::{Found, Source};

/// The search and the filter.
#[derive(Clone, Copy)]
pub struct Filter {
    /// The text that is looked for; empty for none.
    pub search: Memo<String>,
    /// The name of the target that is looked for.
    pub target: Memo<Option<String>>,
    /// Whether each sample fits `[n]`; nothing where all do.
    pub fits: Memo<Option<Arc<Vec<bool>>>>,
}

impl Filter {
    /// Of what is shown, by the link's words.
    pub fn new(source: Memo<Source>, search: Memo<Option<String>>, target: Memo<Option<String>>) -> Self {
        let search = Memo::new(move |_| search.get().unwrap_or_default());
        // Made when something is looked for first.
        let texts = Memo::new(move |_| match source.get() {
            Source::Here(found) => Arc::new(texts(&found.0)),
            _ => Arc::default(),
        });
        let fits = Memo::new(move |_| {
            let (text, target) = (search.get().to_lowercase(), target.get());
            let Source::Here(found) = source.get() else { return None };
            if text.is_empty() && target.is_none() {
                return None;
            }
            let samples = &found.0.clusters.samples;
            let mut fits = vec![true; samples.len()];
            if let Some(token) = target {
                let contexts = found.0.contexts();
                fits.iter_mut().zip(&samples.target).for_each(|(fit, target)| *fit = contexts.token(*target) == token);
            }
            if !text.is_empty() {
                texts.with(|texts| fits.iter_mut().zip(texts.iter()).for_each(|(fit, of)| *fit &= of.contains(&text)));
            }
            Some(Arc::new(fits))
        });
        Self { search, target, fits }
    }

    /// Whether anything is looked for; tracked.
    pub fn is_on(&self) -> bool {
        self.fits.with(Option::is_some)
    }
}

/// The text of each sample that is searched: its context with its target.
fn texts(found: &Found) -> Vec<String> {
    let (contexts, samples) = (found.contexts(), &found.clusters.samples);
    let text = |(sample, target): (usize, &u32)| {
        let mut parts = contexts.before(sample);
        parts.push(contexts.token(*target));
        parts.join(contexts.joint()).to_lowercase()
    };
    samples.target.iter().enumerate().map(text).collect()
}
