//! What the section on real text shows: a table of losses, one of its models and checkpoints, a token, and which
//! tokens are looked for. All but the table follows from the link.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use quanta_core::losses::{Ask, Losses, Shape};

use crate::language::state::Reader;
use crate::protocol::RunId;
use crate::trainer::{RunCommands, Runs};
use crate::view::board::Board;
use crate::view::fetch;
use crate::view::published::FOLDER;

/// Where losses come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whence {
    /// A published file, by its name.
    Published(String),
    /// A file that was opened here.
    Opened,
    /// A run of a text in this browser.
    Run(RunId),
}

/// A table of losses that is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// Where it comes from.
    pub whence: Whence,
    /// What it is called.
    pub name: String,
    /// The losses.
    pub losses: Arc<Losses>,
}

/// Which tokens are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// All of them.
    #[default]
    All,
    /// Those learned in one drop.
    Monogenic,
    /// Those learned slowly.
    Polygenic,
}

impl Wanted {
    /// Each with its word in links and its name.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::All, "all", "All tokens"),
        (Self::Monogenic, "monogenic", "Learned in one drop across sizes (monogenic)"),
        (Self::Polygenic, "polygenic", "Learned slowly across sizes (polygenic)"),
    ];

    /// The one of that word.
    pub fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|(_, known, _)| *known == word).map(|(wanted, ..)| wanted).unwrap_or_default()
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(wanted, ..)| *wanted == self).map_or("all", |(_, word, _)| word)
    }

    fn holds(self, shape: Shape) -> bool {
        match self {
            Self::All => true,
            Self::Monogenic => matches!(shape, Shape::Monogenic(_)),
            Self::Polygenic => shape == Shape::Polygenic,
        }
    }
}

/// The section's state: every field a handle.
#[derive(Clone, Copy)]
pub struct Family {
    /// The table that is shown.
    pub opened: RwSignal<Option<Shown>>,
    /// What is being done, or what went wrong; empty where all is well.
    pub state: RwSignal<String>,
    /// The model that is looked at, by its place.
    pub model: Memo<usize>,
    /// The checkpoint that is looked at, by its place.
    pub checkpoint: Memo<usize>,
    /// The token that is looked at.
    pub token: Memo<Option<usize>>,
    /// The first document that is shown.
    pub first: RwSignal<usize>,
    /// Which shape is looked for.
    pub wanted: Memo<Wanted>,
    /// The text that is looked for.
    pub search: Memo<Option<String>>,
    /// What shapes are.
    pub ask: RwSignal<Ask>,
    /// The tokens that are looked for.
    pub found: Memo<Arc<Vec<usize>>>,
    /// The run whose losses are shown as it goes.
    pub watch: RwSignal<Option<RunId>>,
    /// The published files.
    pub reader: Reader,
    board: Board,
}

/// Documents that are shown at a time.
pub const DOCUMENTS: usize = 4;

impl Family {
    /// The section as the link says.
    pub fn new(reader: Reader) -> Self {
        let board = reader.board();
        let word = |key: &'static str| Memo::new(move |_| board.word(key));
        let number = move |key: &'static str| board.word(key).and_then(|word| word.parse::<usize>().ok());
        let opened = RwSignal::new(None::<Shown>);
        let count =
            move |count: fn(&Losses) -> usize| opened.with(|shown| shown.as_ref().map_or(0, |shown| count(&shown.losses)));
        let model = Memo::new(move |_| {
            let last = count(|losses| losses.models.len()).saturating_sub(1);
            let largest = opened.with(|shown| shown.as_ref().and_then(|shown| shown.losses.sizes().last().copied()));
            number("size").and_then(|size| size.checked_sub(1)).unwrap_or(largest.unwrap_or(last)).min(last)
        });
        let checkpoint = Memo::new(move |_| {
            let last = count(|losses| losses.steps.len()).saturating_sub(1);
            let step = number("step").map(|step| step as u64);
            let named = opened.with(|shown| shown.as_ref()?.losses.steps.iter().position(|at| Some(*at) == step));
            named.unwrap_or(last)
        });
        let token = Memo::new(move |_| {
            number("word").and_then(|word| word.checked_sub(1)).filter(|token| *token < count(Losses::tokens))
        });
        let shape = word("shape");
        let wanted = Memo::new(move |_| shape.get().as_deref().map(Wanted::from_word).unwrap_or_default());
        let (search, ask) = (word("find"), RwSignal::new(Ask::default()));
        let shapes = Memo::new(move |_| {
            let ask = ask.get();
            opened.with(|shown| shown.as_ref().map(|shown| Arc::new(shown.losses.shapes(&ask))))
        });
        let found = Memo::new(move |_| {
            let (wanted, search) = (wanted.get(), search.get().unwrap_or_default());
            let shapes = shapes.get();
            opened.with(|shown| {
                let Some(losses) = shown.as_ref().map(|shown| &shown.losses) else { return Arc::default() };
                let fits = |token: &usize| {
                    let is_shape =
                        shapes.as_ref().and_then(|shapes| shapes.get(*token)).is_some_and(|shape| wanted.holds(*shape));
                    is_shape
                        && (search.is_empty() || losses.passage.around(*token, 0).is_some_and(|(_, text)| text.contains(&search)))
                };
                Arc::new((0..losses.tokens()).filter(fits).collect())
            })
        });
        let family = Self {
            opened,
            state: RwSignal::new(String::new()),
            model,
            checkpoint,
            token,
            first: RwSignal::new(0),
            wanted,
            search,
            ask,
            found,
            watch: RwSignal::new(None),
            reader,
            board,
        };
        family.follow();
        family
    }

    /// Shows the file that the link names, and what is opened here.
    fn follow(self) {
        let named = Memo::new(move |_| self.board.word("losses"));
        Effect::new(move |_| {
            if let Some(file) = named.get() {
                self.load(file);
            }
        });
        let file = expect_context::<RunCommands>().opened_losses();
        Effect::new(move |_| {
            let Some((name, bytes)) = file.get() else { return };
            let read = if Losses::is_npy(&bytes) { Losses::from_npy(&name, &bytes) } else { Losses::from_bytes(&bytes) };
            match read {
                Ok(losses) => self.show(Shown { whence: Whence::Opened, name, losses: Arc::new(losses) }),
                Err(error) => self.state.set(format!("“{name}” cannot be opened: {error}.")),
            }
        });
        let runs = expect_context::<Runs>();
        Effect::new(move |_| {
            let Some(id) = self.watch.get() else { return };
            let read = runs.with(id, |run| (run.name.clone(), (*run.record).clone()));
            let Some((name, record)) = read.filter(|(_, record)| !record.evaluations.is_empty()) else { return };
            match Losses::of_runs(&name, &[(name.clone(), record)], 24) {
                Ok(losses) => self.show(Shown { whence: Whence::Run(id), name, losses: Arc::new(losses) }),
                Err(error) => self.state.set(format!("The losses of “{name}” cannot be shown: {error}.")),
            }
        });
        // A token that is looked at stands among the documents that are shown.
        Effect::new(move |_| {
            let Some(token) = self.token.get() else { return };
            let document = self.opened.with(|shown| {
                let losses = &shown.as_ref()?.losses;
                losses.passage.places.get(token).map(|place| losses.passage.document(*place as usize).0)
            });
            if let Some(document) = document {
                let first = self.first.get_untracked();
                if !(first..first + DOCUMENTS).contains(&document) {
                    self.first.set(document / DOCUMENTS * DOCUMENTS);
                }
            }
        });
    }

    /// Loads a published file.
    fn load(self, file: String) {
        let is_shown =
            |shown: &Option<Shown>| shown.as_ref().is_some_and(|shown| shown.whence == Whence::Published(file.clone()));
        if self.opened.with_untracked(is_shown) {
            return;
        }
        self.state.set("Loading the losses …".to_owned());
        spawn_local(async move {
            let read = match fetch::bytes(&format!("{FOLDER}/{file}")).await {
                Ok(Some(bytes)) => Losses::from_bytes(&bytes).map_err(|error| error.to_string()),
                Ok(None) => Err(format!("no file named “{file}” is published here")),
                Err(why) => Err(why),
            };
            match read {
                Ok(losses) => {
                    let name = losses.title.clone();
                    self.show(Shown { whence: Whence::Published(file), name, losses: Arc::new(losses) });
                }
                Err(why) => drop(self.state.try_set(format!("The losses cannot be shown: {why}."))),
            }
        });
    }

    /// Shows a table. What the link says of another one is dropped.
    pub fn show(self, shown: Shown) {
        let is_same = |old: &Option<Shown>| old.as_ref().is_some_and(|old| old.whence == shown.whence);
        let Some(is_update) = self.opened.try_with_untracked(is_same) else { return };
        let named = if let Whence::Published(file) = &shown.whence { Some(file.as_str()) } else { None };
        let is_linked = untrack(|| self.board.word("losses")).as_deref() == named && named.is_some();
        if !is_update && !is_linked {
            self.first.set(0);
            self.board.amend_words(&[
                ("losses", named),
                ("size", None),
                ("step", None),
                ("word", None),
                ("shape", None),
                ("find", None),
            ]);
        }
        self.state.set(String::new());
        self.opened.set(Some(shown));
    }

    /// Asks for a published file.
    pub fn ask_for(self, file: &str) {
        self.board.set_words(&[
            ("losses", Some(file)),
            ("size", None),
            ("step", None),
            ("word", None),
            ("shape", None),
            ("find", None),
        ]);
    }

    /// Looks at a model.
    pub fn look_at_model(self, model: usize) {
        self.board.amend_words(&[("size", Some(&(model + 1).to_string()))]);
    }

    /// Looks at a checkpoint.
    pub fn look_at_checkpoint(self, checkpoint: usize) {
        let step =
            self.opened.with_untracked(|shown| shown.as_ref().and_then(|shown| shown.losses.steps.get(checkpoint).copied()));
        self.board.amend_words(&[("step", step.map(|step| step.to_string()).as_deref())]);
    }

    /// Looks at a token, or at none.
    pub fn look_at(self, token: Option<usize>) {
        self.board.amend_words(&[("word", token.map(|token| (token + 1).to_string()).as_deref())]);
    }

    /// Looks for a shape.
    pub fn look_for(self, wanted: Wanted) {
        self.board.amend_words(&[("shape", Some(wanted.word()).filter(|_| wanted != Wanted::All))]);
    }

    /// Looks for a text.
    pub fn search_for(self, text: &str) {
        self.board.amend_words(&[("find", Some(text).filter(|text| !text.is_empty()))]);
    }

    /// The losses that are shown; tracked.
    pub fn losses(self) -> Option<Arc<Losses>> {
        self.opened.with(|shown| shown.as_ref().map(|shown| shown.losses.clone()))
    }
}
