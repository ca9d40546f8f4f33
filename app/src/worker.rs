//! The workers behind the page: fetching a program with visible progress, starting it, talking to it.
//!
//! Its wasm is fetched and compiled here and handed to the worker as a module, so that a worker that must be
//! replaced starts at once, without the network.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;

use js_sys::{Array, Reflect, Uint8Array, WebAssembly};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Event, MessageEvent, ReadableStream, ReadableStreamDefaultReader, Response, ResponseInit, Worker, WorkerOptions, WorkerType,
};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::js::in_words;
use crate::protocol::ENGINE_SCRIPT;
use crate::wait::within;

/// A program that runs in a worker: its files, beside the page.
#[derive(Clone, Copy)]
pub struct Program {
    /// Its script.
    script: &'static str,
    /// Its wasm.
    wasm: &'static str,
    /// The attribute of the start script's element that has a checksum of both.
    checksum: &'static str,
}

/// What trains.
pub const ENGINE: Program = Program { script: ENGINE_SCRIPT, wasm: "worker_bg.wasm", checksum: "data-engine" };
/// What takes trained models apart.
pub const ANALYST: Program = Program { script: "analyst.js", wasm: "analyst_bg.wasm", checksum: "data-analyst" };

/// The script that starts any of them.
const START: &str = "start-worker.js";

/// A server that sends nothing for so long is given up, in milliseconds.
const SILENCE: u32 = 30_000;

impl Program {
    /// The address of one of its files, with the build's checksum of the program in its query: a cache that
    /// holds an older one does not answer for this one.
    fn address(self, file: &str) -> String {
        let start = leptos::prelude::document().get_element_by_id("start");
        match start.and_then(|element| element.get_attribute(self.checksum)) {
            Some(content) => format!("{file}?{content}"),
            None => file.to_owned(),
        }
    }
}

/// What comes from the worker, or from fetching it.
pub enum FromWorker<M> {
    /// So many bytes have come, of so many where that is known.
    Bytes(u64, Option<u64>),
    /// A message; with a record's bytes where it carries some.
    Message(M, Option<Vec<u8>>),
    /// The program cannot be loaded, or its worker has died; why, in words.
    Died(String),
}

/// What is called with everything that comes.
pub type Listener<M> = Rc<dyn Fn(FromWorker<M>)>;

/// The worker, where one is running, and the compiled program to start another from. `C` is what it is sent.
pub struct WorkerHandle<C> {
    program: Program,
    module: Option<JsValue>,
    worker: Option<Live>,
    /// Commands given before the worker was ready.
    waiting: Vec<(C, Option<Vec<u8>>)>,
}

/// A running worker with the closures it calls.
struct Live {
    worker: Worker,
    ready: bool,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(Event)>,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

impl<C: Serialize> WorkerHandle<C> {
    /// No worker yet, and no code of it.
    pub fn new(program: Program) -> Self {
        Self { program, module: None, worker: None, waiting: Vec::new() }
    }

    /// The compiled program, once fetched.
    pub fn module(&self) -> Option<JsValue> {
        self.module.clone()
    }

    /// Keeps the compiled program.
    pub fn set_module(&mut self, module: JsValue) {
        self.module = Some(module);
    }

    /// Ends the worker, whatever it is doing, and drops the commands that wait for it.
    pub fn terminate(&mut self) {
        self.worker = None;
        self.waiting.clear();
    }

    /// Drops the commands that wait for a worker that is not ready yet.
    pub fn clear_waiting(&mut self) {
        self.waiting.clear();
    }

    /// Starts a worker; the error in words. Commands that were given before are sent once it is ready.
    pub fn spawn<M: DeserializeOwned + 'static>(&mut self, listener: Listener<M>) -> Result<(), String> {
        let module = self.module.clone().ok_or("its code has not been loaded")?;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&self.program.address(START), &options).map_err(in_words)?;
        let on_message = listener.clone();
        let message = Closure::new(move |event: MessageEvent| match read(&event.data()) {
            Ok((message, bytes)) => on_message(FromWorker::Message(message, bytes)),
            Err(why) => on_message(FromWorker::Died(format!("it sent a message that the page does not understand: {why}"))),
        });
        let error = Closure::new(move |event: Event| {
            event.prevent_default();
            // Where the script itself did not come, the event has no message at all.
            let text = Reflect::get(&event, &"message".into()).ok().and_then(|text| text.as_string()).unwrap_or_default();
            let why = text.strip_prefix("Uncaught ").unwrap_or(&text);
            listener(FromWorker::Died(if why.is_empty() { "its script could not be started".into() } else { why.to_owned() }));
        });
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        worker.post_message(&Array::of2(&module, &self.program.script.into())).map_err(in_words)?;
        self.worker = Some(Live { worker, ready: false, _message: message, _error: error });
        Ok(())
    }

    /// Sends a command, now or as soon as the worker is ready.
    pub fn send(&mut self, command: C, bytes: Option<Vec<u8>>) {
        match &self.worker {
            Some(live) if live.ready => post(&live.worker, &command, bytes.as_deref()),
            _ => self.waiting.push((command, bytes)),
        }
    }

    /// Notes that the worker is ready, and sends the commands that waited for it.
    pub fn on_ready(&mut self) {
        if let Some(live) = &mut self.worker {
            live.ready = true;
            for (command, bytes) in self.waiting.drain(..) {
                post(&live.worker, &command, bytes.as_deref());
            }
        }
    }
}

fn post<C: Serialize>(worker: &Worker, command: &C, bytes: Option<&[u8]>) {
    let json = serde_json::to_string(command).unwrap_or_default();
    let bytes = bytes.map_or(JsValue::NULL, |bytes| Uint8Array::from(bytes).into());
    // Text and bytes can always be cloned: there is nothing to fail.
    let _ = worker.post_message(&Array::of2(&json.into(), &bytes));
}

fn read<M: DeserializeOwned>(data: &JsValue) -> Result<(M, Option<Vec<u8>>), String> {
    let pair: &Array = data.dyn_ref().ok_or("not an array")?;
    let json = pair.get(0).as_string().ok_or("no text")?;
    let message = serde_json::from_str(&json).map_err(|error| error.to_string())?;
    Ok((message, pair.get(1).dyn_ref().map(Uint8Array::to_vec)))
}

/// Fetches and compiles a program; `progress` is called with the bytes that have come, and with
/// those in all where that is known. The error in words, also where nothing comes any more.
pub async fn fetch(program: Program, progress: impl Fn(u64, Option<u64>) + 'static) -> Result<JsValue, String> {
    let heard = Rc::new(Cell::new(Heard::Nothing));
    let (bytes, all) = (heard.clone(), heard.clone());
    let counted = move |count, total| {
        bytes.set(Heard::Bytes(count));
        progress(count, total);
    };
    let mut fetching = pin!(fetch_and_compile(program, counted, move || all.set(Heard::All)));
    loop {
        let before = heard.get();
        match within(SILENCE, fetching.as_mut()).await {
            Some(result) => return result,
            // Compiling may take as long as it likes.
            None if heard.get() == before && before != Heard::All => {
                return Err(format!("{}: nothing has come for {} seconds", program.wasm, SILENCE / 1_000));
            }
            None => {}
        }
    }
}

/// What has come of a program.
#[derive(Clone, Copy, PartialEq)]
enum Heard {
    Nothing,
    Bytes(u64),
    All,
}

async fn fetch_and_compile(
    program: Program,
    progress: impl Fn(u64, Option<u64>) + 'static,
    all_there: impl FnOnce() + 'static,
) -> Result<JsValue, String> {
    let wasm = program.wasm;
    let response: Response =
        JsFuture::from(window().fetch_with_str(&program.address(wasm))).await.map_err(in_words)?.dyn_into().map_err(in_words)?;
    if !response.ok() {
        return Err(format!("{wasm}: the server answered {} {}", response.status(), response.status_text()));
    }
    let header = |name| response.headers().get(name).ok().flatten();
    // Under a content encoding the length is that of the compressed bytes, and says nothing here.
    let total = header("content-length").filter(|_| header("content-encoding").is_none()).and_then(|n| n.parse().ok());
    progress(0, total);
    let stream = response.body().ok_or("the server's answer is empty")?;
    // One branch is compiled as it comes, the other counted.
    let branches = stream.tee();
    let branch = |i| branches.get(i).dyn_into::<ReadableStream>().map_err(in_words);
    let (compiled, counted) = (branch(0)?, branch(1)?);
    spawn_local(async move {
        // A stream that breaks is reported by the branch that is compiled.
        if count(&counted, |bytes| progress(bytes, total)).await.is_ok() {
            all_there();
        }
    });
    let init = ResponseInit::new();
    let headers = web_sys::Headers::new().map_err(in_words)?;
    headers.set("content-type", "application/wasm").map_err(in_words)?;
    init.set_headers(&headers);
    let response = Response::new_with_opt_readable_stream_and_init(Some(&compiled), &init).map_err(in_words)?;
    let promise: js_sys::Promise = js_sys::Promise::resolve(&response).unchecked_into();
    JsFuture::from(WebAssembly::compile_streaming(&promise)).await.map_err(in_words)
}

async fn count(stream: &ReadableStream, counted: impl Fn(u64)) -> Result<(), JsValue> {
    let reader = ReadableStreamDefaultReader::new(stream)?;
    let mut bytes = 0;
    loop {
        let chunk = JsFuture::from(reader.read()).await?;
        if Reflect::get(&chunk, &"done".into())?.is_truthy() {
            return Ok(());
        }
        bytes += Reflect::get(&Reflect::get(&chunk, &"value".into())?, &"byteLength".into())?.as_f64().unwrap_or(0.0) as u64;
        counted(bytes);
    }
}
