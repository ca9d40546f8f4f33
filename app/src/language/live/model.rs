//! Which model is looked at: a run in this browser, or a published one.

use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::config::RunConfig;

use crate::language::state::Reader;
use crate::protocol::RunId;
use crate::published::Index;
use crate::trainer::{Run, RunCommands, RunJob, Runs};
use crate::view::fetch;
use crate::view::published::FOLDER;

/// A model.
#[derive(Clone, Debug, PartialEq)]
pub enum Chosen {
    /// Of a run in this browser.
    Run(RunId),
    /// Of a published file, by its name.
    Published(String),
}

/// The model that is looked at: every field a handle.
#[derive(Clone, Copy)]
pub struct Model {
    /// The run that was chosen last; nothing where a published model is looked at, or nothing was chosen.
    picked: RwSignal<Option<RunId>>,
    /// Those that can be chosen, with their titles: the published ones first, then the runs, oldest first.
    pub options: Memo<Vec<(Chosen, String)>>,
    /// What is looked at, with the step of its weights where it is a run.
    pub version: Memo<Option<(Chosen, Option<u64>)>>,
    runs: Runs,
    commands: RunCommands,
    reader: Reader,
}

impl Model {
    /// The run that is picked, or the published model that the link names; else the newest run of a language,
    /// or the first published model.
    pub fn new(reader: Reader) -> Self {
        let library = reader.library;
        let (runs, commands, job) = (expect_context::<Runs>(), expect_context::<RunCommands>(), expect_context::<RunJob>());
        let picked = RwSignal::new(None);
        let options: Memo<Vec<(Chosen, String)>> = Memo::new(move |_| {
            let published = library.index.with(|index| {
                let models = index.there().into_iter().flat_map(Index::models);
                models.map(|one| (Chosen::Published(one.file.clone()), one.title.clone())).collect::<Vec<_>>()
            });
            let is_model = |run: &&Run| is_language(run.config()) && (run.checkpoint.is_some() || job.is_of(&run.id));
            let run = |run: &Run| (Chosen::Run(run.id), run.name.clone());
            published
                .into_iter()
                .chain(runs.list.with(|runs| runs.iter().filter(is_model).map(run).collect::<Vec<_>>()))
                .collect()
        });
        let version = Memo::new(move |_| {
            let chosen = options.with(|options| {
                let there = |chosen: &Chosen| options.iter().any(|(option, _)| option == chosen);
                let runs = options.iter().rfind(|(option, _)| matches!(option, Chosen::Run(_)));
                let usual = runs.or(options.first()).map(|(option, _)| option.clone());
                let named = reader.model.get().map(Chosen::Published);
                picked.get().map(Chosen::Run).or(named).filter(there).or(usual)
            })?;
            let step = match &chosen {
                Chosen::Run(id) => Some(runs.with(*id, |run| run.checkpoint)??),
                Chosen::Published(_) => None,
            };
            Some((chosen, step))
        });
        Self { picked, options, version, runs, commands, reader }
    }

    /// Looks at another.
    pub fn pick(self, chosen: Chosen) {
        match chosen {
            Chosen::Run(id) => {
                self.picked.set(Some(id));
                self.reader.show_model(None);
            }
            Chosen::Published(file) => {
                self.picked.set(None);
                self.reader.show_model(Some(&file));
            }
        }
    }

    /// What is looked at; tracked.
    pub fn chosen(self) -> Option<Chosen> {
        self.version.get().map(|(chosen, _)| chosen).or_else(|| self.picked.get().map(Chosen::Run))
    }

    /// Its title.
    pub fn title(self) -> Option<String> {
        let chosen = untrack(|| self.chosen())?;
        self.options
            .with_untracked(|options| options.iter().find(|(option, _)| *option == chosen).map(|(_, title)| title.clone()))
    }

    /// The file of what is looked at, with its weights.
    pub async fn bytes(self, chosen: Chosen) -> Result<Arc<Vec<u8>>, String> {
        match chosen {
            Chosen::Run(id) => {
                let held = self.runs.with_untracked(id, |run| run.bytes.clone()).flatten();
                match held {
                    Some(held) => Ok(held),
                    None => self.commands.bytes(id).await.map(Arc::new),
                }
            }
            Chosen::Published(file) => {
                let bytes = fetch::bytes(&format!("{FOLDER}/{file}")).await?;
                bytes.map(Arc::new).ok_or_else(|| format!("the published file {file} is not there"))
            }
        }
    }
}

/// Whether a run is of a planted language.
pub fn is_language(config: &RunConfig) -> bool {
    config.language().is_some()
}
