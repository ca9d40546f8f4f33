//! Takes a run to its end: slice by slice, hearing a stop between two, saving as it goes.

use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::{Arg, ArgMatches, value_parser};
use quanta_core::event::Event;
use quanta_core::train::{Run, block_on};

use crate::failure::ReaderGone;
use crate::signal::Stop;

/// How a drive ended, when nothing failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The run is over.
    Finished,
    /// It was asked to stop; the file, if there is one, can be resumed.
    Stopped,
    /// The reader of its events went away.
    ReaderGone,
}

/// Where a run is kept, and what of it at the end.
#[derive(Clone, Copy, Debug)]
pub struct Keep<'a> {
    /// The record's file.
    pub path: &'a Path,
    /// Whether the finished record still holds the weights and moments.
    pub weights: bool,
    /// How long between checkpoints: what a run that is killed outright loses at most.
    pub every: Duration,
}

/// `--checkpoint-every`.
pub fn every_arg() -> Arg {
    Arg::new("checkpoint-every")
        .long("checkpoint-every")
        .value_name("SECONDS")
        .value_parser(value_parser!(u32))
        .default_value("30")
        .help("How often a run is saved while it trains: what is lost at most when it is killed")
}

/// The time given by `--checkpoint-every`.
pub fn every(matches: &ArgMatches) -> Duration {
    Duration::from_secs(matches.get_one::<u32>("checkpoint-every").copied().unwrap_or(30).into())
}

/// Trains until the run is over, `stop` is asked, or the reader is gone; saves in every case,
/// failure included. `on_event` shows the events; whatever it says, the record is saved.
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
        // The last good checkpoint is in the record already, and why it failed.
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
    // A long evaluation is broken off too, and made again by whoever resumes the run.
    let asked = stop.clone();
    run.set_yield(Rc::new(move || Box::pin(std::future::ready(asked.is_asked()))));
    let mut say = |event: &Event| match on_event(event) {
        Err(error) if error.is::<ReaderGone>() => Ok(false),
        said => said.map(|()| true),
    };
    if !say(&run.started())? {
        return Ok(Ending::ReaderGone);
    }
    while !run.is_over() {
        if stop.is_asked() {
            return Ok(Ending::Stopped);
        }
        let steps = run.slice();
        match block_on(run.advance(steps)) {
            Ok(events) => {
                for event in &events {
                    if !say(event)? {
                        return Ok(Ending::ReaderGone);
                    }
                }
            }
            Err(error) => {
                say(&Event::Failed { step: run.step(), message: error.to_string() })?;
                return Err(error.into());
            }
        }
        if let Some(keep) = keep
            && saved.elapsed() >= keep.every
            && !run.is_over()
        {
            // A disk that is full now may have room at the end: the run goes on meanwhile.
            if let Err(error) = checkpoint(run, keep.path, &mut |event| say(event).map(|_| ())) {
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
    // Only now is it true.
    on_event(&event)
}
