//! Messages in and out of the worker.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::protocol::{Command, Message};

/// A command, with the record's bytes where it carries them.
pub type Letter = (Command, Option<Vec<u8>>);

#[derive(Default)]
struct Inbox {
    letters: VecDeque<Letter>,
    reader: Option<Waker>,
}

/// The worker's end of the line.
#[derive(Clone)]
pub struct Mailbox {
    scope: DedicatedWorkerGlobalScope,
    inbox: Rc<RefCell<Inbox>>,
}

impl Mailbox {
    /// Listens from now on, for as long as the worker lives.
    pub fn open() -> Self {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let inbox = Rc::new(RefCell::new(Inbox::default()));
        let filling = inbox.clone();
        let receive = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let Some(letter) = read(&event.data()) else { return };
            let mut inbox = filling.borrow_mut();
            inbox.letters.push_back(letter);
            if let Some(reader) = inbox.reader.take() {
                reader.wake();
            }
        });
        scope.set_onmessage(Some(receive.as_ref().unchecked_ref()));
        receive.forget();
        Self { scope, inbox }
    }

    /// The next command, once there is one.
    pub async fn next(&self) -> Letter {
        std::future::poll_fn(|context| {
            let mut inbox = self.inbox.borrow_mut();
            match inbox.letters.pop_front() {
                Some(letter) => Poll::Ready(letter),
                None => {
                    inbox.reader = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// The next command, if one has come.
    pub fn take(&self) -> Option<Letter> {
        self.inbox.borrow_mut().letters.pop_front()
    }

    /// Puts a command back to be the next.
    pub fn put_back(&self, letter: Letter) {
        self.inbox.borrow_mut().letters.push_front(letter);
    }

    /// Whether a command waits that a training run should break off for.
    pub fn interrupts(&self) -> bool {
        self.inbox
            .borrow()
            .letters
            .iter()
            .any(|(command, _)| matches!(command, Command::Pause | Command::Stop | Command::Start { .. }))
    }

    /// Tells the page; bytes are handed over, not copied.
    pub fn post(&self, message: &Message, bytes: Option<&[u8]>) {
        let Ok(json) = serde_json::to_string(message) else { return };
        let (parcel, handed_over) = (Array::of2(&json.into(), &JsValue::NULL), Array::new());
        if let Some(bytes) = bytes {
            let bytes = Uint8Array::from(bytes);
            handed_over.push(&bytes.buffer());
            parcel.set(1, bytes.into());
        }
        // The page may have gone; there is nobody else to tell.
        let _ = self.scope.post_message_with_transfer(&parcel, &handed_over);
    }
}

fn read(data: &JsValue) -> Option<Letter> {
    let parcel: &Array = data.dyn_ref()?;
    let command = serde_json::from_str(&parcel.get(0).as_string()?).ok()?;
    let bytes = parcel.get(1).dyn_ref::<Uint8Array>().map(Uint8Array::to_vec);
    Some((command, bytes))
}
