//! The trainer: what trains, for every page of the site. It owns the one engine, the queue of what was
//! asked for, and what this browser keeps. It is made once, under the site's own owner, so a run goes on
//! while its reader visits another page, and the page finds it as it is when they return.
//!
//! A page sees narrow handles, which [`provide`] puts into the context: [`Engine`], [`Runs`], [`RunJob`],
//! [`Sweeps`], [`SweepJob`], [`Queue`] and [`Notices`] show; [`RunCommands`] and [`SweepCommands`] act.

pub mod codec;
mod control;
mod engine;
mod id;
mod job;
mod keep;
mod keep_again;
mod locks;
mod messages;
mod not_kept;
mod notices;
mod open;
mod opened_clusters;
mod queue;
mod run;
mod run_control;
mod runs;
mod service;
mod store;
mod sweep;
mod sweep_control;

use std::rc::Rc;

use leptos::prelude::*;

pub use engine::{Engine, Loading};
pub use job::{Phase, Request, RunJob, SweepJob, SweepKey, Work};
pub use notices::{About, Notice, Notices, Remedy};
pub use open::Opened;
pub use opened_clusters::OpenedClusters;
pub use queue::Queue;
pub use run::Run;
pub use run_control::RunCommands;
pub use runs::Runs;
pub use sweep::{Kept, OpenedSweep, Sweeps};
pub use sweep_control::SweepCommands;

use codec::Store;
use service::Service;

/// Makes the trainer and provides its handles to every component of the site. Call it where the owner
/// lives as long as the site. With `keeps` false nothing is kept in the browser, as in an embedded figure.
pub fn provide(keeps: bool) {
    let service = Service::new();
    if keeps {
        service.store.set_value(Some(Store::new(move || service.on_cleared())));
    }
    service.engine.set_listener(Rc::new(move |event| service.on_event(event)));
    provide_context(service.engine);
    provide_context(service.queue);
    provide_context(service.runs);
    provide_context(service.run);
    provide_context(service.sweeps);
    provide_context(service.sweep);
    provide_context(service.notices);
    provide_context(RunCommands::new(service));
    provide_context(SweepCommands::new(service));
}
