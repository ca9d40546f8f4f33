//! Trains a run to its end in slices, with checkpoints, and checks between slices for a request to
//! stop.

use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::{Arg, ArgMatches, value_parser};
use quanta_core::event::Event;
use quanta_core::train::{Run, block_on};

use crate::failure::ReaderGone;
use crate::signal::Stop;

/// How training ended, if nothing failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The run finished.
    Finished,
    /// The run stopped on request; its file, if it has one, can be resumed.
    Stopped,
    /// Nothing reads the events from stdout any longer.
    ReaderGone,
}

/// Where and how a run is saved.
#[derive(Clone, Copy, Debug)]
pub struct Keep<'a> {
    /// The record's file.
    pub path: &'a Path,
    /// Whether to keep weights and moments in the finished record.
    pub weights: bool,
    /// Time between checkpoints: the most training that a killed run loses.
    pub every: Duration,
}

/// `--checkpoint-every`.
pub fn every_arg() -> Arg {
    Arg::new("checkpoint-every")
        .long("checkpoint-every")
        .value_name("SECONDS")
        .value_parser(value_parser!(u32))
        .default_value("30")
        .help("Seconds between checkpoints: the most training that is lost if the program is killed")
}

/// Returns the value of `--checkpoint-every`.
pub fn every(matches: &ArgMatches) -> Duration {
    Duration::from_secs(matches.get_one::<u32>("checkpoint-every").copied().unwrap_or(30).into())
}

/// Trains until the run finishes or fails, a stop is requested, or the reader of stdout is gone, and
/// saves the record in every case. `on_event` shows the events; the record is saved even if it fails.
pub fn drive(
    run: &mut Run,
    keep: Option<Keep>,
    stop: &Stop,
    on_event: &mut dyn FnMut(&Event) -> anyhow::Result<()>,
) -> anyhow::Result<Ending> {
    let advanced = advance(run, keep, stop, on_event);
    let Some(keep) = keep else {
        return advanced;
    };
    let saved = match &advanced {
        // The record already holds the last good checkpoint and the reason of the failure.
        Err(_) => run.record().save(keep.path).map_err(anyhow::Error::from),
        Ok(Ending::Finished) if !keep.weights => Ok(run.record().clone().without_checkpoint().save(keep.path)?),
        Ok(_) => checkpoint(run, keep.path, on_event),
    };
    match (advanced, saved) {
        (Ok(_), Err(error)) if !error.is::<ReaderGone>() => Err(error),
        (advanced, _) => advanced,
    }
}

fn advance(
    run: &mut Run,
    keep: Option<Keep>,
    stop: &Stop,
    on_event: &mut dyn FnMut(&Event) -> anyhow::Result<()>,
) -> anyhow::Result<Ending> {
    let mut saved = Instant::now();
    // A stop also interrupts a long evaluation; resuming the run repeats it.
    let interrupt = stop.clone();
    run.set_yield(Rc::new(move || Box::pin(std::future::ready(interrupt.is_requested()))));
    // Returns false if the reader of stdout is gone.
    let mut report = |event: &Event| match on_event(event) {
        Err(error) if error.is::<ReaderGone>() => Ok(false),
        result => result.map(|()| true),
    };
    if !report(&run.started())? {
        return Ok(Ending::ReaderGone);
    }
    while !run.is_over() {
        if stop.is_requested() {
            return Ok(Ending::Stopped);
        }
        let steps = run.slice();
        match block_on(run.advance(steps)) {
            Ok(events) => {
                for event in &events {
                    if !report(event)? {
                        return Ok(Ending::ReaderGone);
                    }
                }
            }
            Err(error) => {
                report(&Event::Failed { step: run.step(), message: error.to_string() })?;
                return Err(error.into());
            }
        }
        if let Some(keep) = keep
            && saved.elapsed() >= keep.every
            && !run.is_over()
        {
            // Training continues after a failed save: a full disk may have room again later.
            if let Err(error) = checkpoint(run, keep.path, &mut |event| report(event).map(|_| ())) {
                eprintln!("warning: no checkpoint was written at step {}: {error:#}", run.step());
            }
            saved = Instant::now();
        }
    }
    Ok(Ending::Finished)
}

fn checkpoint(run: &mut Run, path: &Path, on_event: &mut dyn FnMut(&Event) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let event = block_on(run.checkpoint())?;
    run.record().save(path)?;
    // Reported only after the file is written.
    on_event(&event)
}
