//! What the page shows: a file of clusters, one of its clusterings, and one cluster of that. All of it
//! follows from the link and from what was opened.

use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::analysis::qdg::{Clustering, Clusters, Described, Order, describe};
use quanta_core::analysis::reading::Course;

use super::filter::Filter;
use super::found::{Found, Source, source, wanted};
use crate::address::Address;
use crate::link::Page;
use crate::published::Index;
use crate::trainer::{OpenedClusters, RunCommands};
use crate::view::board::Board;
use crate::view::browser;
use crate::view::published::Library;

/// The page's keys in links.
const WORDS: &[&str] = &[
    "published",
    "similarity",
    "method",
    "k",
    "order",
    "cluster",
    "search",
    "target",
    "model",
    "token",
    "losses",
    "size",
    "step",
    "word",
    "shape",
    "find",
];

/// A cluster in the list: its place in the clustering, and how many of its samples are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its place by size, from 0.
    pub at: usize,
    /// Of its samples, those that the search and the filter leave.
    pub fit: usize,
}

/// The page's state: every field a handle, so that it can be passed about by copy.
#[derive(Clone, Copy)]
pub struct Reader {
    /// The published results.
    pub library: Library,
    /// The file that was opened here last.
    pub opened: RwSignal<Option<OpenedClusters>>,
    /// What is shown, or why nothing is.
    pub source: Memo<Source>,
    /// The place of the clustering that is shown.
    pub chosen: Memo<usize>,
    /// Its clusters, by size.
    pub described: Memo<Arc<Vec<Described>>>,
    /// The order of the list.
    pub order: Memo<Order>,
    /// Which samples are looked for.
    pub filter: Filter,
    /// The list.
    pub listed: Memo<Arc<Vec<Listed>>>,
    /// The place by size of the cluster that is open; nothing where the list is empty.
    pub open: Memo<Option<usize>>,
    /// The published model whose text is shown, where the link names one.
    pub model: Memo<Option<String>>,
    /// The token of the text that the link names, as “document-place”.
    pub token: Memo<Option<String>>,
    /// How the loss of the open cluster fell over training, where the model is there that it is of.
    pub course: RwSignal<Option<Course>>,
    /// The same over the size of the model, in parameters in place of steps.
    pub over_size: RwSignal<Option<Course>>,
    /// The sample that is to be shown in the text.
    pub to_read: RwSignal<Option<usize>>,
    board: Board,
}

impl Reader {
    /// The page as its link says.
    pub fn new() -> Self {
        let board = Board::new(Page::Language, &[], WORDS);
        let word = |key: &'static str| Memo::new(move |_| board.word(key));
        let (library, opened) = (Library::open(), expect_context::<RunCommands>().opened_clusters());
        let published = word("published");
        let source = Memo::new(move |_| source(published.get(), opened, library));
        let (similarity, method, k) = (word("similarity"), word("method"), word("k"));
        let chosen = Memo::new(move |_| {
            let Source::Here(found) = source.get() else { return 0 };
            let (similarity, method) = (similarity.get(), method.get());
            choose(&found.0.clusters, similarity.as_deref(), method.as_deref(), k.get().and_then(|k| k.parse().ok()))
        });
        let described = Memo::new(move |_| match source.get() {
            Source::Here(found) => Arc::new(describe(&found.0.clusters, chosen.get())),
            _ => Arc::default(),
        });
        let order = word("order");
        let order = Memo::new(move |_| order.get().as_deref().and_then(Order::from_word).unwrap_or_default());
        let filter = Filter::new(source, word("search"), word("target"));
        let listed = Memo::new(move |_| Arc::new(list(&described.get(), order.get(), filter)));
        let cluster = word("cluster");
        let open = Memo::new(move |_| {
            let rank = cluster.get().and_then(|rank| rank.parse::<usize>().ok());
            let there = described.with(|described| described.len());
            let asked = rank.and_then(|rank| rank.checked_sub(1)).filter(|at| *at < there);
            asked.or_else(|| listed.with(|listed| listed.first().map(|first| first.at)))
        });
        let reader = Self {
            library,
            opened,
            source,
            chosen,
            described,
            order,
            filter,
            listed,
            open,
            model: word("model"),
            token: word("token"),
            course: RwSignal::new(None),
            over_size: RwSignal::new(None),
            to_read: RwSignal::new(None),
            board,
        };
        // The chosen file is loaded.
        Effect::new(move |_| {
            if opened.with(Option::is_none) || published.with(Option::is_some) {
                let file = wanted(published.get(), library).map(|published| published.file);
                file.iter().for_each(|file| library.want(file));
            }
        });
        reader.check_link();
        reader.follow_opened();
        reader
    }

    /// The file that is shown, where it is there; tracked.
    pub fn found(&self) -> Option<Arc<Found>> {
        match self.source.get() {
            Source::Here(found) => Some(found.0),
            _ => None,
        }
    }

    /// Whether the clusters are of a published model, of whose tokens nobody knows the quanta; tracked.
    pub fn is_of_published_model(&self) -> bool {
        self.found().is_some_and(|found| found.clusters.model.is_some())
    }

    /// The page's keys in the link.
    pub fn board(&self) -> Board {
        self.board
    }

    /// The cluster that is open; tracked.
    pub fn cluster(&self) -> Option<Described> {
        let at = self.open.get()?;
        self.described.with(|described| described.get(at).cloned())
    }

    /// Shows another file: one of the published, or the opened one.
    pub fn show_file(&self, file: Option<&str>) {
        let none = |key: &'static str| (key, None);
        let mut changes = vec![("published", file)];
        changes.extend(["similarity", "method", "k", "cluster", "search", "target"].map(none));
        changes.push(("order", in_link(self.order.get_untracked())));
        self.board.set_words(&changes);
    }

    /// Shows another clustering.
    pub fn show_clustering(&self, at: usize) {
        let Some(found) = untrack(|| self.found()) else { return };
        let Some(one) = found.clusters.clusterings.get(at) else { return };
        let k = one.k.to_string();
        let word = |word| Some(word).filter(|_| at > 0);
        let (similarity, method) = (word(one.similarity.word()), word(one.method.word()));
        self.board.set_words(&[("similarity", similarity), ("method", method), ("k", word(&k)), ("cluster", None)]);
    }

    /// Lists clusters in another order.
    pub fn sort_by(&self, order: Order) {
        self.board.set_words(&[("order", in_link(order)), ("cluster", None)]);
    }

    /// Opens a cluster, by its place by size.
    pub fn show_cluster(&self, at: usize) {
        self.board.set_words(&[("cluster", Some(&(at + 1).to_string()))]);
    }

    /// Opens the next cluster of the list, or the one before.
    pub fn step(&self, forward: bool) {
        let open = self.open.get_untracked();
        let next = self.listed.with_untracked(|listed| {
            let last = listed.len().checked_sub(1)?;
            let at = listed.iter().position(|one| Some(one.at) == open);
            let next = match (at, forward) {
                (Some(at), true) => (at + 1).min(last),
                (Some(at), false) => at.saturating_sub(1),
                (None, _) => 0,
            };
            Some(listed[next].at)
        });
        if let Some(next) = next {
            self.board.amend_words(&[("cluster", Some(&(next + 1).to_string()))]);
        }
    }

    /// Shows the text by another published model, or by none that a link can name.
    pub fn show_model(&self, file: Option<&str>) {
        self.board.set_words(&[("model", file), ("token", None)]);
    }

    /// Keeps in the link which token of the text is looked at.
    pub fn keep_token(&self, token: Option<&str>) {
        self.board.amend_words(&[("token", token)]);
    }

    /// Looks for a text.
    pub fn search_for(&self, text: &str) {
        self.board.amend_words(&[("search", Some(text).filter(|text| !text.is_empty())), ("cluster", None)]);
    }

    /// Leaves only samples with that target, or lets all be.
    pub fn look_for_target(&self, token: Option<&str>) {
        self.board.set_words(&[("target", token), ("cluster", None)]);
    }

    /// Shows a file as soon as it is opened. What the link says of it stays where nothing was shown before: then
    /// the link was made with that file.
    fn follow_opened(self) {
        Effect::new(move |before: Option<(Option<usize>, bool)>| {
            let file = self.opened.with(|opened| opened.as_ref().map(|opened| Arc::as_ptr(&opened.material) as usize));
            let is_here = self.source.with(|source| matches!(source, Source::Here(_)));
            if let Some((_, was_here)) = before.filter(|(last, _)| *last != file) {
                match was_here {
                    true => self.show_file(None),
                    false => self.board.amend_words(&[("published", None)]),
                }
                // Once they are there: the keys are for them.
                request_animation_frame(|| browser::focus("clusters"));
            }
            (file, is_here)
        });
    }

    /// Says what of the link does not fit the file, once it is there.
    fn check_link(self) {
        let address = expect_context::<Address>();
        Effect::new(move |_| {
            address.arrivals.track();
            if let Some(found) = self.found() {
                let mut problems = untrack(|| problems(self.board, &found));
                let model = self.model.get_untracked();
                let is_there = |file: &String| {
                    self.library
                        .index
                        .with_untracked(|index| index.there().into_iter().flat_map(Index::models).any(|one| one.file == *file))
                };
                problems.extend(
                    model.filter(|file| !is_there(file)).map(|file| format!("no model named “{file}” is published here")),
                );
                if !problems.is_empty() {
                    address.problems.set(problems);
                }
            }
        });
    }
}

/// An order's name in a link, which does not name the usual one.
fn in_link(order: Order) -> Option<&'static str> {
    Some(order.word()).filter(|_| order != Order::default())
}

/// The clustering that fits best: what is named first counts more.
pub fn choose(clusters: &Clusters, similarity: Option<&str>, method: Option<&str>, k: Option<usize>) -> usize {
    let whole = clusters.find(similarity, method, k);
    whole.or_else(|| clusters.find(similarity, method, None)).or_else(|| clusters.find(similarity, None, None)).unwrap_or(0)
}

/// The list in its order, without clusters in which nothing is left.
fn list(described: &[Described], order: Order, filter: Filter) -> Vec<Listed> {
    let fits = filter.fits.get();
    let fit = |cluster: &Described| match &fits {
        Some(fits) => cluster.members.iter().filter(|sample| fits[**sample]).count(),
        None => cluster.size,
    };
    let all = order.sort(described).into_iter().map(|at| Listed { at, fit: fit(&described[at]) });
    all.filter(|one| one.fit > 0).collect()
}

/// What of the link's keys does not fit, a phrase each.
fn problems(board: Board, found: &Found) -> Vec<String> {
    let clusters = &found.clusters;
    let (similarity, method, k) = (board.word("similarity"), board.word("method"), board.word("k"));
    let mut problems = Vec::new();
    let number = k.as_deref().map(str::parse::<usize>);
    let there = match &number {
        Some(Err(_)) => None,
        _ => clusters.find(similarity.as_deref(), method.as_deref(), number.clone().and_then(Result::ok)),
    };
    if there.is_none() {
        let named: Vec<String> = [similarity.clone(), method.clone(), k.clone()].into_iter().flatten().collect();
        problems.push(format!("no clustering here is of {}", named.join(", ")));
    }
    if let Some(order) = board.word("order").filter(|word| Order::from_word(word).is_none()) {
        problems.push(format!("order is “{order}”, but must be one of {}", Order::WORDS.join(", ")));
    }
    let chosen = choose(clusters, similarity.as_deref(), method.as_deref(), number.and_then(Result::ok));
    let all = clusters.members(chosen).len();
    if let Some(rank) = board.word("cluster").filter(|rank| !rank.parse::<usize>().is_ok_and(|rank| (1..=all).contains(&rank))) {
        problems.push(format!("cluster is “{rank}”, but must be a rank from 1 to {all}"));
    }
    let contexts = found.contexts();
    let is_target = |token: &String| clusters.samples.target.iter().any(|target| contexts.token(*target) == *token);
    if let Some(token) = board.word("target").filter(|token| !is_target(token)) {
        problems.push(format!("no sample’s target is “{token}”"));
    }
    problems
}

/// A clustering in words: “signed, spectral, k = 48”.
pub fn in_words(one: &Clustering) -> String {
    format!("{}, {}, k = {}", one.similarity.word(), one.method.word(), one.k)
}
