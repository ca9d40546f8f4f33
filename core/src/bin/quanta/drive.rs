//! Trains a run to its end in slices, with checkpoints, and checks between slices for a request to
//! stop.

use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::{Arg, ArgMatches};
use quanta_core::event::Event;
use quanta_core::train::{Run, block_on};

use crate::failure::{ReaderGone, Stopped};
use crate::number::whole;
use crate::remark::remark;
use crate::signal::Stop;

/// How training ended, if the run itself did not fail. Its file, if it has one, can be resumed.
#[derive(Debug)]
pub enum Ending {
    /// The run finished.
    Finished,
    /// The run stopped on request.
    Stopped,
    /// The events could not be written: nothing reads them ([`ReaderGone`]), or the disk is full.
    Unheard(anyhow::Error),
}

impl Ending {
    /// What the program ends with: a run that did not finish is no success, or what comes next in
    /// `train … && fit …` would take it for whole.
    pub fn into_result(self, stop: &Stop) -> anyhow::Result<()> {
        match self {
            Self::Finished => Ok(()),
            Self::Stopped => stop.stopped().map_or(Ok(()), |stopped| Err(stopped.into())),
            Self::Unheard(error) if error.is::<ReaderGone>() => Err(Stopped::READER_GONE.into()),
            Self::Unheard(error) => Err(error),
        }
    }
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
        .value_parser(whole(0..=u32::MAX.into()))
        .default_value("30")
        .help("Seconds between checkpoints: the most training that is lost if the program is killed")
}

/// Returns the value of `--checkpoint-every`.
pub fn every(matches: &ArgMatches) -> Duration {
    Duration::from_secs(matches.get_one::<u64>("checkpoint-every").copied().unwrap_or(30))
}

/// Trains until the run finishes or fails, a stop is requested, or the events cannot be shown, and
/// saves the record in every case. `on_event` shows the events; where it fails, the run ends after a
/// checkpoint.
///
/// # Errors
/// The run's failure, or the record's where it could not be saved.
pub fn drive(
    run: &mut Run,
    keep: Option<Keep>,
    stop: &Stop,
    on_event: &mut dyn FnMut(&Event) -> anyhow::Result<()>,
) -> anyhow::Result<Ending> {
    let mut shown = Shown { on_event, lost: None };
    let advanced = advance(run, keep, stop, &mut shown);
    let saved = match (&advanced, keep) {
        (_, None) => Ok(()),
        // The record already holds the last good checkpoint and the reason of the failure.
        (Err(_), Some(keep)) => run.record().save(keep.path).map_err(anyhow::Error::from),
        (Ok(true), Some(keep)) if !keep.weights => {
            run.record().clone().without_checkpoint().save(keep.path).map_err(anyhow::Error::from)
        }
        (Ok(_), Some(keep)) => checkpoint(run, keep.path, &mut shown),
    };
    let finished = advanced?;
    saved?;
    Ok(match shown.lost {
        Some(error) => Ending::Unheard(error),
        None if finished => Ending::Finished,
        None => Ending::Stopped,
    })
}

/// Shows events until one cannot be shown.
struct Shown<'a> {
    on_event: &'a mut dyn FnMut(&Event) -> anyhow::Result<()>,
    lost: Option<anyhow::Error>,
}

impl Shown<'_> {
    fn show(&mut self, event: &Event) {
        if self.lost.is_none() {
            self.lost = (self.on_event)(event).err();
        }
    }
}

/// Returns whether the run is over; if not, it was stopped or its events are lost.
fn advance(run: &mut Run, keep: Option<Keep>, stop: &Stop, shown: &mut Shown) -> anyhow::Result<bool> {
    let mut saved = Instant::now();
    // A stop also interrupts a long evaluation; resuming the run repeats it.
    let interrupt = stop.clone();
    run.set_yield(Rc::new(move || Box::pin(std::future::ready(interrupt.is_requested()))));
    shown.show(&run.started());
    while !run.is_over() {
        if stop.is_requested() || shown.lost.is_some() {
            return Ok(false);
        }
        let steps = run.slice();
        match block_on(run.advance(steps)) {
            Ok(events) => events.iter().for_each(|event| shown.show(event)),
            Err(error) => {
                shown.show(&Event::Failed { step: run.step(), message: error.to_string() });
                return Err(error.into());
            }
        }
        if let Some(keep) = keep
            && saved.elapsed() >= keep.every
            && !run.is_over()
        {
            // Training continues after a failed save: a full disk may have room again later.
            if let Err(error) = checkpoint(run, keep.path, shown) {
                remark(&format!("warning: no checkpoint was written at step {}: {error:#}", run.step()));
            }
            saved = Instant::now();
        }
    }
    Ok(true)
}

fn checkpoint(run: &mut Run, path: &Path, shown: &mut Shown) -> anyhow::Result<()> {
    let event = block_on(run.checkpoint())?;
    run.record().save(path)?;
    // Shown only after the file is written.
    shown.show(&event);
    Ok(())
}
