//! Messages in and out of a worker: `C` is what the page sends, `M` what it is told.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::marker::PhantomData;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::{Array, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// A command, with the record's bytes where it carries them.
pub type Letter<C> = (C, Option<Vec<u8>>);

struct Inbox<C> {
    letters: VecDeque<Letter<C>>,
    reader: Option<Waker>,
}

/// The worker's end of the line.
pub struct Mailbox<C, M> {
    scope: DedicatedWorkerGlobalScope,
    inbox: Rc<RefCell<Inbox<C>>>,
    posts: PhantomData<fn(M)>,
}

impl<C, M> Clone for Mailbox<C, M> {
    fn clone(&self) -> Self {
        Self { scope: self.scope.clone(), inbox: self.inbox.clone(), posts: PhantomData }
    }
}

impl<C: DeserializeOwned + 'static, M: Serialize> Mailbox<C, M> {
    /// Listens from now on, for as long as the worker lives.
    pub fn open() -> Self {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let inbox = Rc::new(RefCell::new(Inbox { letters: VecDeque::new(), reader: None }));
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
        Self { scope, inbox, posts: PhantomData }
    }

    /// The next command, once there is one.
    pub async fn next(&self) -> Letter<C> {
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

    /// Tells the page; bytes are handed over, not copied.
    pub fn post(&self, message: &M, bytes: Option<&[u8]>) {
        let Some((parcel, handed_over)) = pack(message, bytes.map(Uint8Array::from)) else { return };
        // The page may have gone; there is nobody else to tell.
        let _ = self.scope.post_message_with_transfer(&parcel, &handed_over);
    }
}

/// What a worker needs that looks at its letters while it works.
#[cfg(feature = "engine")]
impl<C, M> Mailbox<C, M> {
    /// The next command, if one has come.
    pub fn take(&self) -> Option<Letter<C>> {
        self.inbox.borrow_mut().letters.pop_front()
    }

    /// Puts a command back to be the next.
    pub fn put_back(&self, letter: Letter<C>) {
        self.inbox.borrow_mut().letters.push_front(letter);
    }

    /// Whether such a command waits.
    pub fn has(&self, is_such: impl Fn(&C) -> bool) -> bool {
        self.inbox.borrow().letters.iter().any(|(command, _)| is_such(command))
    }
}

/// A message as it travels, with its bytes, and what is handed over with it.
pub fn pack(message: &impl Serialize, bytes: Option<Uint8Array>) -> Option<(Array, Array)> {
    let json = serde_json::to_string(message).ok()?;
    let (parcel, handed_over) = (Array::of2(&json.into(), &JsValue::NULL), Array::new());
    if let Some(bytes) = bytes {
        handed_over.push(&bytes.buffer());
        parcel.set(1, bytes.into());
    }
    Some((parcel, handed_over))
}

/// What has travelled; nothing where it is not understood.
pub fn read<C: DeserializeOwned>(data: &JsValue) -> Option<Letter<C>> {
    let parcel: &Array = data.dyn_ref()?;
    let command = serde_json::from_str(&parcel.get(0).as_string()?).ok()?;
    let bytes = parcel.get(1).dyn_ref::<Uint8Array>().map(Uint8Array::to_vec);
    Some((command, bytes))
}
