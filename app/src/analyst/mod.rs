//! The analyst: the worker that takes a trained model apart, beside the one that trains. It needs no tensors
//! and no GPU, so it is small, and can be ended and started again at any time.

use quanta_core::analysis::qdg::{self, Ask, Clusters, Stage, Watch};
use quanta_core::analysis::{AnalysisError, reading};
use quanta_core::record::{Checkpoint, Record};
use wasm_bindgen_futures::spawn_local;

use crate::mailbox::Mailbox;
use crate::question::{Answer, Question};

/// The analyst's end of the line.
type Line = Mailbox<Question, Answer>;

/// Why a run cannot be taken up.
const NO_WEIGHTS: &str = "this run holds no weights, only curves: train it for some seconds first";

/// Starts listening. Called once, by the worker's `main`.
pub fn start() {
    console_error_panic_hook::set_once();
    let line = Line::open();
    spawn_local(async move {
        line.post(&Answer::Ready {}, None);
        let mut run = None;
        loop {
            let (question, bytes) = line.next().await;
            let (answer, bytes) = match answer(&line, &mut run, question, bytes.unwrap_or_default()) {
                Ok((answer, bytes)) => (answer, bytes),
                Err(message) => (Answer::Failed { message }, None),
            };
            line.post(&answer, bytes.as_deref());
        }
    });
}

/// The answer, with the bytes that go with it; the error in words.
fn answer(
    line: &Line,
    run: &mut Option<Record>,
    question: Question,
    bytes: Vec<u8>,
) -> Result<(Answer, Option<Vec<u8>>), String> {
    if let Question::Open {} = question {
        *run = Some(read(&bytes)?);
    }
    let record = run.as_ref().ok_or("no run was taken up")?;
    let weights = record.weights().ok_or(NO_WEIGHTS)?;
    let answer = match question {
        Question::Open {} => Answer::Opened { step: weights.step },
        Question::Read { text } => {
            let reading = reading::read(record, &text).map_err(in_words)?;
            Answer::Reading { config: record.config.to_json(), reading }
        }
        Question::Course { documents } => Answer::Course { course: reading::course(record, &documents).map_err(in_words)? },
        Question::Find { ask } => return Ok((Answer::Found {}, Some(find(line, record, weights, &ask, &bytes)?))),
        Question::Near { clustering, documents } => {
            let clusters = clusters(&read(&bytes)?)?;
            let near = |document: &Vec<u32>| qdg::near(&record.config, weights, &clusters, clustering, document);
            Answer::Near { near: documents.iter().map(near).collect::<Result<_, AnalysisError>>().map_err(in_words)? }
        }
    };
    Ok((answer, None))
}

/// Finds clusters, or those that are left to find after `begun`; the bytes of the run with them.
fn find(line: &Line, record: &Record, checkpoint: &Checkpoint, ask: &serde_json::Value, begun: &[u8]) -> Result<Vec<u8>, String> {
    let ask = Ask::from_json(ask).ok_or("the settings of the analysis cannot be read")?;
    let mut teller = Teller { line, record, done: 0, of: ask.stages(ask.similarities.len()) };
    let clusters = if begun.is_empty() {
        qdg::run(&record.config, checkpoint, &ask, teller)
    } else {
        let begun = clusters(&read(begun)?)?;
        // The samples and their gradients come before all similarities.
        teller.done = ask.stages(begun.measured.len()) - 1;
        qdg::go_on(&record.config, checkpoint, begun, teller)
    };
    bytes_of(&clusters.map_err(in_words)?, record)
}

/// Tells the page what is being done, and hands over what is found after each similarity.
struct Teller<'a> {
    line: &'a Line,
    record: &'a Record,
    done: usize,
    of: usize,
}

impl Watch for Teller<'_> {
    fn begin(&mut self, stage: Stage) -> bool {
        self.line.post(&Answer::Stage { done: self.done, of: self.of, doing: stage.to_string() }, None);
        self.done += 1;
        true
    }

    fn keep(&mut self, so_far: &Clusters) {
        // Without it a pause only loses more.
        if let Ok(bytes) = bytes_of(so_far, self.record) {
            self.line.post(&Answer::SoFar {}, Some(&bytes));
        }
    }
}

fn bytes_of(clusters: &Clusters, record: &Record) -> Result<Vec<u8>, String> {
    clusters.kept_in(record).to_bytes().map_err(|error| error.to_string())
}

fn read(bytes: &[u8]) -> Result<Record, String> {
    Record::from_bytes(bytes).map_err(|error| error.to_string())
}

fn clusters(record: &Record) -> Result<Clusters, String> {
    let artifact = record.artifacts.get(qdg::ARTIFACT).ok_or("this record holds no clusters")?;
    Clusters::from_artifact(artifact).map_err(in_words)
}

fn in_words(error: AnalysisError) -> String {
    error.to_string()
}
