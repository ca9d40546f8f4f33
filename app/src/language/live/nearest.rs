//! The nearest cluster of each token of the text, where the clusters that are open are of the model that
//! reads it.

use std::sync::Arc;

use leptos::prelude::*;

use super::analyst::Analyst;
use super::text::{Shown, TextState};
use crate::language::found::Found;
use crate::language::state::Reader;
use crate::question::{Answer, Question};
use crate::view::fetch;
use crate::view::published::FOLDER;

/// Asks for them whenever the text, the clusters or the clustering changes.
pub fn follow(text: TextState, reader: Reader) {
    let analyst = Analyst::new();
    Effect::new(move |_| {
        text.near.set(None);
        analyst.stop();
        let (Some(shown), Some(found)) = (text.shown.get(), reader.found()) else { return };
        let clustering = reader.chosen.get();
        if !are_of_one_model(&shown, &found) {
            return;
        }
        let documents = shown.reading.passages.iter().map(|passage| passage.tokens.clone()).collect();
        let opened = reader.opened.with_untracked(|opened| opened.as_ref().map(|opened| opened.bytes.clone()));
        let (model, of) = (text.model(), shown.of.clone());
        leptos::task::spawn_local(async move {
            let clusters = match found.file() {
                None => opened,
                Some(file) => fetch::bytes(&format!("{FOLDER}/{file}")).await.ok().flatten().map(Arc::new),
            };
            let question = Question::Near { clustering, documents };
            analyst.ask(model.bytes(of), question, clusters, move |heard| {
                // Without an answer the text is shown as it is.
                if let Ok((Answer::Near { near }, _)) = heard {
                    text.near.set(Some(Arc::new(near)));
                }
            });
        });
    });
}

/// Whether the clusters are of the model, at the step that it is at.
fn are_of_one_model(shown: &Shown, found: &Found) -> bool {
    let (model, clusters) = (&shown.config, &found.config);
    shown.reading.steps.last() == Some(&found.clusters.step)
        && (&model.task, &model.model, &model.training) == (&clusters.task, &clusters.model, &clusters.training)
}
