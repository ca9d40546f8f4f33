//! The engine's helpers: more workers of the same program, which compute shares of a step. One that dies or
//! falls silent is given up, and its shares are computed here.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::{Array, Float32Array, Reflect, Uint8Array};
use quanta_core::text::{Corpus, keep};
use quanta_core::train::{Answer, Helpers, from_bytes};
use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::mailbox;
use crate::protocol::{ENGINE_SCRIPT, FromHelper, HELPER, ToHelper};
use crate::wait::within;

/// A helper that has not answered for so long is given up, in milliseconds.
const LIMIT: u32 = 30_000;

/// The helpers, which outlive a run.
#[derive(Clone)]
pub struct Team {
    /// How many workers may share a step, the engine counted.
    most: usize,
    helpers: Rc<RefCell<Vec<Rc<Helper>>>>,
    /// The corpus that was opened last: its number and its file.
    text: Rc<RefCell<Option<(u64, Vec<u8>)>>>,
}

impl Team {
    /// As many as the processor has cores for, or none at all; to be started when they are first needed.
    pub fn new(is_alone: bool) -> Self {
        Self { most: if is_alone { 1 } else { cores() }, helpers: Rc::default(), text: Rc::default() }
    }

    /// Keeps a corpus open, here and for the helpers. One that cannot be read is missed when a run needs it.
    pub fn keep_text(&self, bytes: Vec<u8>) {
        if let Ok(corpus) = Corpus::from_bytes(&bytes) {
            *self.text.borrow_mut() = Some((keep(corpus), bytes));
        }
    }

    /// Prepares the helpers for the steps of a run that fall into so many shares, and starts those that are
    /// lacking. Each helps as soon as it is ready.
    pub fn begin(&self, config: &str, shares: usize) {
        let mut helpers = self.helpers.borrow_mut();
        helpers.retain(|helper| helper.state.get() != State::Gone);
        while helpers.len() + 1 < shares.min(self.most) {
            // A browser whose workers start no workers trains without them.
            let Ok(helper) = Helper::spawn() else { break };
            helpers.push(helper);
        }
        for helper in &*helpers {
            let text = self.text.borrow();
            let lacking = text.as_ref().filter(|(number, _)| helper.text.replace(*number) != *number);
            helper.begin(config, lacking.map(|(_, bytes)| bytes.as_slice()));
        }
    }

    fn ready(&self) -> Vec<Rc<Helper>> {
        self.helpers.borrow().iter().filter(|helper| helper.state.get() == State::Ready).cloned().collect()
    }
}

impl Helpers for Team {
    fn ready(&self) -> usize {
        self.ready().len()
    }

    fn ask(&self, helper: usize, step: u64, parameters: &[f32], shares: Range<usize>) -> Answer {
        let helper = self.ready().get(helper).cloned();
        let asked = helper.map(|helper| (helper.ask(step, parameters, shares.clone()), helper));
        Box::pin(async move {
            let (asked, helper) = asked?;
            let Some(bytes) = within(LIMIT, helper.answer(asked)).await else {
                helper.give_up();
                return None;
            };
            from_bytes(&bytes?, shares.len())
        })
    }
}

/// How many threads the processor runs at once, as the browser tells.
fn cores() -> usize {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into());
    let cores = navigator.and_then(|navigator| Reflect::get(&navigator, &"hardwareConcurrency".into()));
    cores.ok().and_then(|cores| cores.as_f64()).map_or(1, |cores| cores as usize)
}

/// How far a helper has come.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Starting,
    Ready,
    Gone,
}

/// A worker that helps.
struct Helper {
    worker: Worker,
    state: Cell<State>,
    /// What it is to be sent once it is ready.
    waiting: RefCell<Vec<(ToHelper, Option<Vec<u8>>)>>,
    /// The number of the corpus that it was sent last.
    text: Cell<u64>,
    /// Counts what it was asked for.
    asked: Cell<u64>,
    /// The last answer, and what it answers.
    answer: RefCell<Option<(u64, Vec<u8>)>>,
    reader: RefCell<Option<Waker>>,
    listening: RefCell<Option<Listening>>,
}

/// What the worker calls.
struct Listening {
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(Event)>,
}

impl Helper {
    /// Starts one from the compiled program that this worker runs itself.
    fn spawn() -> Result<Rc<Self>, JsValue> {
        let location = Reflect::get(&js_sys::global(), &"location".into())?;
        let start = Reflect::get(&location, &"href".into())?.as_string().unwrap_or_default();
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(HELPER);
        let helper = Rc::new(Self {
            worker: Worker::new_with_options(&start, &options)?,
            state: Cell::new(State::Starting),
            waiting: RefCell::default(),
            text: Cell::default(),
            asked: Cell::default(),
            answer: RefCell::default(),
            reader: RefCell::default(),
            listening: RefCell::default(),
        });
        let (on_message, on_error) = (Rc::downgrade(&helper), Rc::downgrade(&helper));
        let message = Closure::new(move |event: MessageEvent| {
            if let Some(helper) = on_message.upgrade() {
                helper.on_message(&event.data());
            }
        });
        let error = Closure::new(move |event: Event| {
            event.prevent_default();
            if let Some(helper) = on_error.upgrade() {
                helper.give_up();
            }
        });
        helper.worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        helper.worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        *helper.listening.borrow_mut() = Some(Listening { _message: message, _error: error });
        helper.worker.post_message(&Array::of2(&wasm_bindgen::module(), &ENGINE_SCRIPT.into()))?;
        Ok(helper)
    }

    fn on_message(&self, data: &JsValue) {
        match mailbox::read(data) {
            Some((FromHelper::Ready {}, _)) => {
                self.state.set(State::Ready);
                for (message, bytes) in self.waiting.take() {
                    self.post(&message, bytes.map(|bytes| Uint8Array::from(&*bytes)));
                }
            }
            Some((FromHelper::Shares { asked }, bytes)) => {
                *self.answer.borrow_mut() = Some((asked, bytes.unwrap_or_default()));
                self.wake();
            }
            None => self.give_up(),
        }
    }

    fn begin(&self, config: &str, text: Option<&[u8]>) {
        let text = text.map(|bytes| (ToHelper::Text {}, Some(bytes.to_vec())));
        let messages = text.into_iter().chain([(ToHelper::Begin { config: config.to_owned() }, None)]);
        match self.state.get() {
            State::Ready => {
                messages.for_each(|(message, bytes)| self.post(&message, bytes.map(|bytes| Uint8Array::from(&*bytes))))
            }
            State::Starting => self.waiting.borrow_mut().extend(messages),
            State::Gone => {}
        }
    }

    /// Asks it for shares. Returns what the answer will be named by.
    fn ask(&self, step: u64, parameters: &[f32], shares: Range<usize>) -> u64 {
        let asked = self.asked.get() + 1;
        self.asked.set(asked);
        let parameters = Uint8Array::new(&Float32Array::from(parameters).buffer());
        self.post(&ToHelper::Share { asked, step, first: shares.start, end: shares.end }, Some(parameters));
        asked
    }

    fn post(&self, message: &ToHelper, bytes: Option<Uint8Array>) {
        let Some((parcel, handed_over)) = mailbox::pack(message, bytes) else { return };
        if self.worker.post_message_with_transfer(&parcel, &handed_over).is_err() {
            self.give_up();
        }
    }

    /// The bytes of an answer once it has come; nothing where the helper is gone.
    async fn answer(&self, asked: u64) -> Option<Vec<u8>> {
        std::future::poll_fn(|context| {
            let is_there = self.answer.borrow().as_ref().is_some_and(|(answers, _)| *answers == asked);
            if is_there {
                return Poll::Ready(self.answer.take().map(|(_, bytes)| bytes));
            }
            if self.state.get() == State::Gone {
                return Poll::Ready(None);
            }
            *self.reader.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    fn wake(&self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    fn give_up(&self) {
        self.state.set(State::Gone);
        self.worker.terminate();
        self.wake();
    }
}
