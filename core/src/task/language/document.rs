//! Documents: how they are written, and what of them is labelled.

use std::ops::Range;

use super::rule::{PlantedQuantum, Template};
use super::settings::LanguageSettings;
use super::vocabulary::{Vocabulary, sign};
use crate::quanta::{Draws, Quanta};
use crate::rng::{Permutation, Rng, Stream};
use crate::task::{Sampling, Task, TaskSettings, documents_of};

/// The label of a token that no rule predicts.
pub const NO_LABEL: u32 = u32::MAX;

/// Test documents that are taken in one go.
pub const PIECE: usize = 64;

/// Documents, with a label for each predicted token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LanguageBatch {
    /// Predicted tokens of a document.
    pub context: usize,
    /// The tokens, `[documents, context + 1]`.
    pub tokens: Vec<u32>,
    /// The quantum of each predicted token, by rank from 0, or [`NO_LABEL`], `[documents, context]`: that
    /// of place i is of the token i + 1.
    pub labels: Vec<u32>,
    /// A second quantum whose rule gives the same token, or [`NO_LABEL`], `[documents, context]`.
    pub also: Vec<u32>,
}

impl LanguageBatch {
    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.tokens.len() / (self.context + 1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The tokens of one document, `[context + 1]`.
    pub fn document(&self, index: usize) -> &[u32] {
        &self.tokens[index * (self.context + 1)..][..self.context + 1]
    }

    /// Adds a document, cut or filled up to its length. Labels begin with that of the first predicted token.
    fn push(&mut self, mut document: Writing) {
        document.tokens.resize(self.context + 1, sign::END);
        document.labels.resize(self.context, NO_LABEL);
        document.also.resize(self.context, NO_LABEL);
        self.tokens.extend(document.tokens);
        self.labels.extend(document.labels);
        self.also.extend(document.also);
    }
}

/// A document that is being written.
struct Writing {
    tokens: Vec<u32>,
    labels: Vec<u32>,
    also: Vec<u32>,
}

impl Writing {
    fn new() -> Self {
        Self { tokens: vec![sign::BEGIN], labels: Vec::new(), also: Vec::new() }
    }
}

/// A planted language, as its validated settings and its seed describe it.
#[derive(Clone, Debug)]
pub struct LanguageTask {
    seed: u64,
    context: usize,
    batch_size: usize,
    /// How many training documents there are; 0 for fresh ones at every step.
    samples: u64,
    polygenic: f64,
    eval_per_task: usize,
    vocabulary: Vocabulary,
    quanta: Quanta,
    planted: Vec<PlantedQuantum>,
    templates: Vec<Template>,
    shares: Vec<f64>,
    draws: Draws,
    /// The quanta of the sentences of each test document.
    layout: Vec<Vec<u32>>,
}

impl LanguageTask {
    /// The task that validated settings describe.
    pub fn new(settings: &LanguageSettings, sampling: &Sampling) -> Self {
        let vocabulary = settings.vocabulary();
        let planted = settings.planted(sampling.seed_task);
        let templates: Vec<Template> = planted.iter().map(|quantum| quantum.rule.template(settings, &vocabulary)).collect();
        let shares = settings.sentence_shares(&planted);
        let layout = layout(&templates, settings, sampling.seed_data);
        Self {
            seed: sampling.seed_data,
            context: settings.context,
            batch_size: sampling.batch_size,
            samples: sampling.samples,
            polygenic: settings.polygenic,
            eval_per_task: settings.eval_per_task,
            vocabulary,
            quanta: settings.quanta(),
            planted,
            templates,
            draws: Draws::new(&shares),
            shares,
            layout,
        }
    }

    /// The tokens.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The quanta, by rank.
    pub fn planted(&self) -> &[PlantedQuantum] {
        &self.planted
    }

    /// Predicted tokens of a document.
    pub fn context(&self) -> usize {
        self.context
    }

    /// Each quantum's share of the sentences.
    pub fn sentence_shares(&self) -> &[f64] {
        &self.shares
    }

    /// Documents of a test.
    pub fn test_documents(&self) -> usize {
        self.layout.len()
    }

    /// Labelled tokens of a quantum in a test.
    pub fn test_tokens(&self, quantum: usize) -> usize {
        self.eval_per_task * self.templates[quantum].labels.len()
    }

    pub(super) fn templates(&self) -> &[Template] {
        &self.templates
    }

    /// The share of a quantum's sentences that another rule answers too.
    pub(super) fn polygenic_share(&self, quantum: usize) -> f64 {
        self.planted[quantum].partner.map_or(0.0, |_| self.polygenic)
    }

    /// Appends a sentence of a quantum.
    fn write(&self, quantum: usize, rng: &mut Rng, document: &mut Writing) {
        let template = &self.templates[quantum];
        let share = self.polygenic_share(quantum);
        let is_polygenic = share > 0.0 && f64::from(rng.next_u32()) < share * 4_294_967_296.0;
        let begin = document.tokens.len();
        for _ in 0..template.len() {
            let options = template.options(&document.tokens[begin..], is_polygenic);
            let chosen = if options.len() > 1 { rng.below(options.len() as u32) as usize } else { 0 };
            document.tokens.push(options[chosen]);
        }
        let partner = self.planted[quantum].partner.filter(|_| is_polygenic);
        document.labels.resize(begin - 1 + template.len(), NO_LABEL);
        document.also.resize(begin - 1 + template.len(), NO_LABEL);
        for place in &template.labels {
            document.labels[begin - 1 + place] = quantum as u32;
            document.also[begin - 1 + place] = partner.map_or(NO_LABEL, |partner| partner as u32);
        }
    }

    /// The document of that name.
    fn document(&self, stream: Stream, index: u64) -> Writing {
        let mut rng = Rng::new(self.seed, stream, index);
        let mut document = Writing::new();
        while document.tokens.len() <= self.context {
            let quantum = self.draws.sample(rng.next_u32()) as usize;
            self.write(quantum, &mut rng, &mut document);
        }
        document
    }

    /// Some documents of a test, all their sentences whole. The layout is the same in every test; `draw`
    /// names what the sentences say.
    pub fn test_piece(&self, draw: u64, documents: Range<usize>) -> LanguageBatch {
        let mut batch = LanguageBatch { context: self.context, ..LanguageBatch::default() };
        for index in documents.start.min(self.layout.len())..documents.end.min(self.layout.len()) {
            let name = draw.wrapping_mul(self.layout.len() as u64).wrapping_add(index as u64);
            let mut rng = Rng::new(self.seed, Stream::TestDocuments, name);
            let mut document = Writing::new();
            for quantum in &self.layout[index] {
                self.write(*quantum as usize, &mut rng, &mut document);
            }
            batch.push(document);
        }
        batch
    }
}

/// Which sentences stand in which test document: so many rounds of all quanta, each in a new order, cut
/// into documents between two sentences. Within a document hardly any quantum stands twice.
fn layout(templates: &[Template], settings: &LanguageSettings, seed: u64) -> Vec<Vec<u32>> {
    let mut documents = vec![Vec::new()];
    let mut room = settings.context;
    for round in 0..settings.eval_per_task {
        let order = Permutation::of_stream(seed, Stream::TestLayout, round as u64, templates.len() as u64);
        for place in 0..templates.len() as u64 {
            let quantum = order.at(place);
            let len = templates[quantum as usize].len();
            if len > room {
                documents.push(Vec::new());
                room = settings.context;
            }
            room -= len;
            if let Some(last) = documents.last_mut() {
                last.push(quantum as u32);
            }
        }
    }
    documents
}

impl Task for LanguageTask {
    type Batch = LanguageBatch;

    fn quanta(&self) -> &Quanta {
        &self.quanta
    }

    /// Fresh documents, or the next ones of the data set in the order of its epoch. Epochs follow one
    /// another without a gap, so that every batch is full.
    fn training_batch(&self, step: u64) -> LanguageBatch {
        let mut batch = LanguageBatch { context: self.context, ..LanguageBatch::default() };
        for (stream, name) in documents_of(step, self.batch_size, self.samples, self.seed) {
            batch.push(self.document(stream, name));
        }
        batch
    }

    /// The documents of the test that `draw` names, in which only tokens of `quanta` are labelled: every
    /// quantum has the same number of sentences in it.
    fn test_batch(&self, draw: u64, quanta: Range<usize>) -> LanguageBatch {
        let mut batch = self.test_piece(draw, 0..self.layout.len());
        let is_asked = |label: &u32| quanta.contains(&(*label as usize));
        batch.labels.iter_mut().filter(|label| !is_asked(label)).for_each(|label| *label = NO_LABEL);
        batch
    }
}
