//! What text and clusters know of each other, where both are of one model: the nearest cluster of each token,
//! the loss of the open cluster over training, and a sample shown in the text.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use quanta_core::analysis::qdg::{Inputs, Over};
use quanta_core::analysis::reading::Course;

use super::analyst::Analyst;
use super::state::{Shown, TextState};
use crate::language::found::Found;
use crate::language::state::Reader;
use crate::question::{Answer, Question};
use crate::view::browser;
use crate::view::fetch;
use crate::view::published::FOLDER;

/// The course of a cluster is that of so many of its samples at most.
const MOST: usize = 100;

/// Keeps them together from now on.
pub fn follow(text: TextState, reader: Reader) {
    let both = Memo::new(move |_| {
        let (shown, found) = (text.shown.get()?, reader.found()?);
        are_of_one_model(&shown, &found).then_some(Both { shown, found })
    });
    follow_tokens(text, reader, both);
    follow_cluster(text, reader, both);
    follow_sizes(reader);
    show_samples(text, reader);
}

/// A text and clusters of the model that read it.
#[derive(Clone)]
struct Both {
    shown: Arc<Shown>,
    found: Arc<Found>,
}

impl PartialEq for Both {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shown, &other.shown) && Arc::ptr_eq(&self.found, &other.found)
    }
}

/// Whether the clusters are of the model, at the step that it is at.
fn are_of_one_model(shown: &Shown, found: &Found) -> bool {
    shown.reading.steps.last() == Some(&found.clusters.step) && shown.config.trains_as(&found.config)
}

/// Asks for the nearest cluster of each token once one is looked at, and whenever the clustering changes.
fn follow_tokens(text: TextState, reader: Reader, both: Memo<Option<Both>>) {
    let analyst = Analyst::new();
    let is_looked_at = Memo::new(move |_| text.token.with(Option::is_some));
    Effect::new(move |_| {
        text.near.set(None);
        analyst.stop();
        let clustering = reader.chosen.get();
        let Some(Both { shown, found }) = both.get().filter(|_| is_looked_at.get()) else { return };
        let documents = shown.reading.passages.iter().map(|passage| passage.tokens.clone()).collect();
        let opened = reader.opened.with_untracked(|opened| opened.as_ref().map(|opened| opened.bytes.clone()));
        spawn_local(async move {
            let clusters = match found.file() {
                None => opened,
                Some(file) => fetch::bytes(&format!("{FOLDER}/{file}")).await.ok().flatten().map(Arc::new),
            };
            let question = Question::Near { clustering, documents };
            analyst.ask(text.model().bytes(shown.of.clone()), question, clusters, move |heard| {
                // Without an answer the text is shown as it is.
                if let Ok((Answer::Near { near }, _)) = heard {
                    text.near.set(Some(Arc::new(near)));
                }
            });
        });
    });
}

/// Asks how the loss of the open cluster fell, where the model was kept at several steps.
fn follow_cluster(text: TextState, reader: Reader, both: Memo<Option<Both>>) {
    let analyst = Analyst::new();
    Effect::new(move |_| {
        reader.course.set(None);
        analyst.stop();
        let Some(Both { shown, found }) = both.get().filter(|both| both.shown.reading.steps.len() > 1) else { return };
        let (Some(cluster), Inputs::Tokens { context, tokens, place }) = (reader.cluster(), &found.clusters.samples.inputs)
        else {
            return;
        };
        let document = |sample: &usize| tokens[sample * (context + 1)..][..place[*sample] as usize + 2].to_vec();
        // Spread over the cluster.
        let every = cluster.members.len().div_ceil(MOST).max(1);
        let documents = cluster.members.iter().step_by(every).map(document).collect();
        analyst.ask(text.model().bytes(shown.of.clone()), Question::Course { documents }, None, move |heard| {
            if let Ok((Answer::Course { course }, _)) = heard {
                reader.course.set(Some(course));
            }
        });
    });
}

/// Shows the loss of the open cluster over the size of the model, where models of other sizes have read its samples.
fn follow_sizes(reader: Reader) {
    Effect::new(move |_| {
        let of = |found: Arc<Found>, cluster: usize| over_size(&found, reader.chosen.get(), cluster);
        reader.over_size.set(reader.found().zip(reader.open.get()).and_then(|(found, cluster)| of(found, cluster)));
    });
}

fn over_size(found: &Found, clustering: usize, cluster: usize) -> Option<Course> {
    let courses = found.clusters.courses(clustering, Over::Size).filter(|courses| courses.amounts.len() > 1)?;
    let losses = courses.losses.iter().map(|losses| losses.get(cluster).map(|loss| *loss as f32));
    Some(Course { steps: courses.amounts, losses: losses.collect::<Option<_>>()? })
}

/// Shows a sample in the text, once it is asked for.
fn show_samples(text: TextState, reader: Reader) {
    Effect::new(move |_| {
        let (Some(sample), Some(found)) = (reader.to_read.get(), reader.found()) else { return };
        reader.to_read.set(None);
        let Inputs::Tokens { context, tokens, place } = &found.clusters.samples.inputs else { return };
        let document = &tokens[sample * (context + 1)..][..context + 1];
        let contexts = found.contexts();
        let words: Vec<String> = document.iter().skip(1).map(|token| contexts.token(*token)).collect();
        text.show_token(words.join(" "), (0, place[sample] as usize));
        browser::focus("text");
    });
}
