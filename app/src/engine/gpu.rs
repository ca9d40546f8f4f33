//! The GPU, asked for in the background: a browser that takes long to answer, or never does, holds up
//! no run on the CPU.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Poll, Waker};

use quanta_core::device::{DeviceChoice, DeviceError, OpenDevice, adapter, open};
use wasm_bindgen_futures::spawn_local;

use super::Mailbox;
use crate::protocol::{Message, WebGpu};
use crate::wait::within;

/// How long a run waits for the browser's answer, in milliseconds. One that may choose then goes on
/// the CPU.
const LIMIT: u32 = 5_000;

/// How far the browser's answer has come.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    /// It was asked, at that time in milliseconds.
    Awaited(f64),
    /// There is no GPU, or it could not be started.
    None,
    /// There is one.
    Found,
}

/// The browser's answer to whether it has a GPU.
#[derive(Clone)]
pub struct Gpu {
    mailbox: Mailbox,
    answer: Rc<Cell<Answer>>,
    waiting: Rc<RefCell<Vec<Waker>>>,
}

impl Gpu {
    /// Asks the browser, and tells the page what comes of it.
    pub fn ask(mailbox: &Mailbox) -> Self {
        let gpu = Self { mailbox: mailbox.clone(), answer: Rc::new(Cell::new(Answer::None)), waiting: Rc::default() };
        gpu.ask_again();
        gpu
    }

    /// Opens the chosen device; the error in words.
    pub async fn open(&self, choice: DeviceChoice) -> Result<OpenDevice, String> {
        let in_words = |error: DeviceError| error.to_string();
        if choice == DeviceChoice::Cpu {
            return open(choice).await.map_err(in_words);
        }
        self.ask_again();
        let limit = match self.answer.get() {
            // It has had that time already, or some of it.
            Answer::Awaited(since) if choice == DeviceChoice::Auto => {
                (f64::from(LIMIT) - (js_sys::Date::now() - since)).max(0.0) as u32
            }
            _ => LIMIT,
        };
        let opened = match within(limit, self.answered()).await {
            // It is asked once more where there was none.
            Some(()) => within(LIMIT, open(choice)).await,
            None => None,
        };
        match opened {
            Some(opened) => opened.map_err(in_words),
            None if choice == DeviceChoice::Auto => open(DeviceChoice::Cpu).await.map_err(in_words),
            None => Err("the browser was asked for WebGPU and has not answered; start again to ask it again, or choose the CPU"
                .to_owned()),
        }
    }

    /// Asks the browser, unless it has a GPU or is being asked already.
    fn ask_again(&self) {
        if self.answer.get() != Answer::None {
            return;
        }
        self.answer.set(Answer::Awaited(js_sys::Date::now()));
        let gpu = self.clone();
        spawn_local(async move {
            let webgpu = match adapter().await {
                None => WebGpu::Missing,
                Some(adapter) if adapter.software => WebGpu::Software { name: adapter.name },
                Some(adapter) => WebGpu::Adapter { name: adapter.name },
            };
            gpu.answer.set(if webgpu == WebGpu::Missing { Answer::None } else { Answer::Found });
            gpu.mailbox.post(&Message::WebGpu { webgpu }, None);
            gpu.waiting.take().into_iter().for_each(Waker::wake);
        });
        let gpu = self.clone();
        spawn_local(async move {
            if within(LIMIT, gpu.answered()).await.is_none() {
                gpu.mailbox.post(&Message::WebGpu { webgpu: WebGpu::NoAnswer }, None);
            }
        });
    }

    /// Waits for the answer.
    async fn answered(&self) {
        std::future::poll_fn(|context| {
            if !matches!(self.answer.get(), Answer::Awaited(_)) {
                return Poll::Ready(());
            }
            self.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
