//! A worker that computes shares of another's steps.

use quanta_core::config::RunConfig;
use quanta_core::text::{Corpus, keep};
use quanta_core::train::{Sharer, numbers_from_bytes, to_bytes};

use crate::protocol::{FromHelper, ToHelper};

/// Answers for as long as the worker lives. What cannot be computed is answered with no shares: the engine
/// computes them itself.
pub async fn help() {
    let mailbox = crate::mailbox::Mailbox::<ToHelper, FromHelper>::open();
    mailbox.post(&FromHelper::Ready {}, None);
    let mut sharer = None;
    loop {
        match mailbox.next().await {
            (ToHelper::Text {}, bytes) => drop(bytes.and_then(|bytes| Corpus::from_bytes(&bytes).ok()).map(keep)),
            (ToHelper::Begin { config }, _) => {
                sharer = RunConfig::from_json(&config).ok().and_then(|config| Sharer::new(&config));
            }
            (ToHelper::Share { asked, step, first, end }, bytes) => {
                let parameters = bytes.and_then(|bytes| numbers_from_bytes(&bytes));
                let shares = sharer.as_ref().zip(parameters);
                let shares = shares.and_then(|(sharer, parameters)| sharer.shares(step, &parameters, first..end));
                mailbox.post(&FromHelper::Shares { asked }, Some(&to_bytes(&shares.unwrap_or_default())));
            }
        }
    }
}
