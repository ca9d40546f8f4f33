//! The text of the page: which it is, by which model it is read, and what of it is looked at.

use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::analysis::reading::{Near, Reading, Text};
use quanta_core::config::RunConfig;
use quanta_core::task::language::Vocabulary;

use super::analyst::Analyst;
use super::model::{Chosen, Model};
use crate::language::state::Reader;
use crate::question::{Answer, Question};

/// Documents that are shown.
const DOCUMENTS: usize = 3;

/// A text that was read.
pub struct Shown {
    /// By which model.
    pub of: Chosen,
    /// Of these settings.
    pub config: RunConfig,
    /// Its losses.
    pub reading: Reading,
    /// The language's tokens.
    pub vocabulary: Vocabulary,
}

/// How far the text is.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// No model is there to read it.
    Nothing,
    /// It is being read.
    Coming,
    /// It is there.
    Here,
    /// It cannot be read; why.
    Failed(String),
}

/// A predicted token: its document, and its place there.
pub type Place = (usize, usize);

/// The nearest cluster of each predicted token, document by document.
pub type Nearest = Vec<Vec<Option<Near>>>;

/// The text of the page: every field a handle.
#[derive(Clone, Copy)]
pub struct TextState {
    /// A text of one's own; nothing for fresh documents.
    pub own: RwSignal<Option<String>>,
    /// What was read last.
    pub shown: RwSignal<Option<Arc<Shown>>>,
    /// How far the reading is.
    pub state: RwSignal<State>,
    /// The step that is looked at, by its place; nothing for the last.
    pub picked: RwSignal<Option<usize>>,
    /// Whether the shade is only of what is still to be learned: the loss above the least possible.
    pub is_excess: RwSignal<bool>,
    /// The token that is looked at.
    pub token: RwSignal<Option<Place>>,
    /// The nearest cluster of each token, where clusters of this model are open.
    pub near: RwSignal<Option<Arc<Nearest>>>,
    model: Model,
    reader: Reader,
    analyst: Analyst,
    /// What is being read, and whether the model has gone on meanwhile.
    asked: StoredValue<Option<(Chosen, Option<String>)>>,
    again: StoredValue<bool>,
    /// The token that is to be looked at once the text is there.
    then: StoredValue<Option<Place>>,
}

impl TextState {
    /// Reads the text whenever the model that is looked at changes or goes on.
    pub fn new(model: Model, reader: Reader) -> Self {
        let text = Self {
            own: RwSignal::new(None),
            shown: RwSignal::new(None),
            state: RwSignal::new(State::Nothing),
            picked: RwSignal::new(None),
            is_excess: RwSignal::new(false),
            token: RwSignal::new(None),
            near: RwSignal::new(None),
            model,
            reader,
            analyst: Analyst::new(),
            asked: StoredValue::new(None),
            again: StoredValue::new(false),
            then: StoredValue::new(None),
        };
        Effect::new(move |_| {
            let (version, own) = (model.version.get(), text.own.get());
            match version {
                Some((chosen, _)) => text.read(chosen, own),
                None => text.state.set(if text.shown.with_untracked(Option::is_some) { State::Here } else { State::Nothing }),
            }
        });
        text
    }

    /// Asks for the text by that model. While the same is being read, it is asked for once more after that:
    /// a model in training does not keep it from ever being read.
    fn read(self, chosen: Chosen, own: Option<String>) {
        let asked = (chosen, own);
        if self.asked.with_value(|now| now.as_ref() == Some(&asked)) {
            return self.again.set_value(true);
        }
        self.again.set_value(false);
        self.asked.set_value(Some(asked.clone()));
        if self.state.get_untracked() != State::Here {
            self.state.set(State::Coming);
        }
        let (chosen, own) = asked;
        let text = own.clone().map_or(Text::Documents(DOCUMENTS), Text::Words);
        let bytes = self.model.bytes(chosen.clone());
        self.analyst.ask(bytes, Question::Read { text }, None, move |heard| {
            self.asked.set_value(None);
            match heard {
                Ok((Answer::Reading { config, reading }, _)) => self.show(chosen.clone(), &config, reading),
                Ok(_) => {}
                Err(why) => self.state.set(State::Failed(why)),
            }
            if self.again.get_value() {
                self.read(chosen.clone(), own.clone());
            }
        });
    }

    fn show(self, of: Chosen, config: &str, reading: Reading) {
        let Ok(config) = RunConfig::from_json(config) else { return };
        let Some(vocabulary) = config.language().map(|language| language.vocabulary()) else { return };
        let fits = |shown: &Arc<Shown>| {
            shown.of == of
                && shown.reading.passages.iter().map(|one| &one.tokens).eq(reading.passages.iter().map(|one| &one.tokens))
        };
        if !self.shown.with_untracked(|shown| shown.as_ref().is_some_and(fits)) {
            self.picked.set(None);
            let named = self.reader.token.get_untracked().filter(|_| self.own.with_untracked(Option::is_none));
            self.token.set(named.as_deref().and_then(place));
        }
        if let Some(place) = self.then.try_update_value(Option::take).flatten() {
            self.token.set(Some(place));
        }
        self.near.set(None);
        self.shown.set(Some(Arc::new(Shown { of, config, reading, vocabulary })));
        self.state.set(State::Here);
    }

    /// Looks at a token, or at none. One of the language's own documents is kept in the link.
    pub fn look_at(self, at: Option<Place>) {
        self.token.set(at);
        let is_own = self.own.with_untracked(Option::is_some);
        let word = at.filter(|_| !is_own).map(|(document, place)| format!("{}-{}", document + 1, place + 1));
        self.reader.keep_token(word.as_deref());
    }

    /// Reads a text of one's own, and looks at one of its tokens then.
    pub fn show_token(self, words: String, place: Place) {
        if self.own.with_untracked(|own| own.as_ref() == Some(&words)) {
            return self.look_at(Some(place));
        }
        self.then.set_value(Some(place));
        self.own.set(Some(words));
    }

    /// Reads it again, after a failure.
    pub fn retry(self) {
        if let Some((chosen, _)) = self.model.version.get_untracked() {
            self.state.set(State::Coming);
            self.read(chosen, self.own.get_untracked());
        }
    }

    /// The model that reads it.
    pub fn model(self) -> Model {
        self.model
    }

    /// The place of the step that is looked at; tracked.
    pub fn at(self) -> usize {
        let last = self.shown.with(|shown| shown.as_ref().map_or(0, |shown| shown.reading.steps.len().saturating_sub(1)));
        self.picked.get().map_or(last, |at| at.min(last))
    }
}

/// The place of a token that a link names, both counted from 1 there.
fn place(word: &str) -> Option<Place> {
    let (document, place) = word.split_once('-')?;
    let from_1 = |number: &str| number.parse::<usize>().ok()?.checked_sub(1);
    Some((from_1(document)?, from_1(place)?))
}
