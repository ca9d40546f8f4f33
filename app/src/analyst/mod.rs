//! The analyst: the worker that takes a trained model apart, beside the one that trains. It needs no tensors
//! and no GPU, so it is small, and can be ended and started again at any time.

use quanta_core::analysis::qdg::{self, Ask, Clusters, Stage};
use quanta_core::analysis::{AnalysisError, reading};
use quanta_core::record::Record;
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
        let record = read(&bytes)?;
        let step = record.weights().map(|weights| weights.step).ok_or(NO_WEIGHTS)?;
        *run = Some(record);
        return Ok((Answer::Opened { step }, None));
    }
    let record = run.as_ref().ok_or("no run was taken up")?;
    match question {
        Question::Read { text } => {
            let reading = reading::read(record, &text).map_err(in_words)?;
            Ok((Answer::Reading { config: record.config.to_json(), reading }, None))
        }
        Question::Course { documents } => {
            let course = reading::course(record, &documents).map_err(in_words)?;
            Ok((Answer::Course { course }, None))
        }
        Question::Find { ask } => Ok((Answer::Found {}, Some(find(line, record, &ask)?))),
        Question::Near { clustering, documents } => {
            let clusters = clusters(&read(&bytes)?)?;
            let checkpoint = record.weights().ok_or(NO_WEIGHTS)?;
            let near = |document: &Vec<u32>| qdg::near(&record.config, checkpoint, &clusters, clustering, document);
            let near = documents.iter().map(near).collect::<Result<_, AnalysisError>>().map_err(in_words)?;
            Ok((Answer::Near { near }, None))
        }
        Question::Open {} => Err("a run is taken up first".to_owned()),
    }
}

/// Finds clusters; the bytes of the run with them.
fn find(line: &Line, record: &Record, ask: &serde_json::Value) -> Result<Vec<u8>, String> {
    let ask = Ask::from_json(ask).ok_or("the settings of the analysis cannot be read")?;
    let checkpoint = record.weights().ok_or(NO_WEIGHTS)?;
    let (of, mut done) = (ask.stages(), 0);
    let clusters = qdg::run(&record.config, checkpoint, &ask, |stage: Stage| {
        line.post(&Answer::Stage { done, of, doing: stage.to_string() }, None);
        done += 1;
        true
    });
    clusters.map_err(in_words)?.kept_in(record).to_bytes().map_err(|error| error.to_string())
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
