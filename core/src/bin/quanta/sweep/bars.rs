//! Shows a sweep's progress: a bar for each run in progress, one for the whole sweep, and a line for
//! each run that ends.

use std::sync::Mutex;
use std::time::Instant;

use indicatif::{MultiProgress, ProgressBar};
use quanta_core::event::Event;
use quanta_core::fit;
use quanta_core::record::Record;
use quanta_core::sweep::{Entry, Manifest, cost};
use serde_json::json;

use crate::output;
use crate::progress::{speed, style};
use crate::remark::remark;
use crate::text::{duration, thousands};

/// Length of the bar for the whole sweep, which counts thousandths of the work.
const WHOLE: u64 = 1_000;

/// The sweep's bars and lines, shared by the threads that train its runs.
pub struct Bars<'a> {
    manifest: &'a Manifest,
    json: bool,
    bars: MultiProgress,
    whole: ProgressBar,
    state: Mutex<Work>,
    /// Held by the thread that draws or prints.
    screen: Mutex<()>,
}

/// The work of this process, in the units of [`cost`].
struct Work {
    since: Instant,
    /// Number of finished runs, out of `runs`.
    finished: usize,
    runs: usize,
    /// Work done before this process started, or by other processes.
    given: f64,
    /// Work done by this process.
    done: f64,
    /// All work.
    all: f64,
}

impl<'a> Bars<'a> {
    /// Makes the bars for these runs of a sweep. With `json`, runs that end are printed as JSON.
    pub fn new(manifest: &'a Manifest, entries: &[&Entry], json: bool) -> Self {
        let bars = MultiProgress::new();
        let whole = bars.add(ProgressBar::new(WHOLE).with_style(style("{bar:30} {percent:>3}%  {msg}")));
        let all = entries.iter().map(|entry| cost(&entry.config)).sum();
        let work = Work { since: Instant::now(), finished: 0, runs: entries.len(), given: 0.0, done: 0.0, all };
        Self { manifest, json, bars, whole, state: Mutex::new(work), screen: Mutex::new(()) }
    }

    /// Prints a line on stderr, without disturbing the bars.
    pub fn remark(&self, text: &str) {
        self.above_bars(|| remark(text));
    }

    /// Prints without disturbing the bars. `MultiProgress::suspend` panics where the terminal is gone.
    fn above_bars<T>(&self, print: impl FnOnce() -> T) -> T {
        let _screen = lock(&self.screen);
        // The bars come back when one of them moves.
        let _ = self.bars.clear();
        print()
    }

    /// Adds a bar for a run that starts or resumes at `step`.
    pub fn begin(&self, entry: &Entry, step: u64) -> RunBar<'_> {
        let screen = lock(&self.screen);
        let bar = self.bars.insert_from_back(
            1,
            ProgressBar::new(entry.config.training.steps).with_style(style("{bar:30} {percent:>3}%  {msg}")),
        );
        let label = self.manifest.label(&entry.config);
        bar.set_message(label.clone());
        bar.set_position(step);
        drop(screen);
        let cost = cost(&entry.config);
        let share = step as f64 / entry.config.training.steps as f64;
        self.work(|work| work.given += share * cost);
        RunBar { all: self, bar, label, steps: entry.config.training.steps, cost, share }
    }

    /// Counts a run that was already finished, earlier or by another process.
    pub fn found_finished(&self, entry: &Entry) {
        self.work(|work| {
            work.finished += 1;
            work.given += cost(&entry.config);
        });
    }

    /// Prints the line for a run that ended; `failure` is the reason if it failed.
    pub fn ended(&self, entry: &Entry, record: &Record, failure: Option<&str>) -> anyhow::Result<()> {
        let label = self.manifest.label(&entry.config);
        let (finished, runs) = self.work(|work| {
            work.finished += usize::from(failure.is_none());
            (work.finished, work.runs)
        });
        if let Some(reason) = failure {
            self.remark(&format!("{label}: failed: {reason}"));
        }
        let last = record.last();
        let text = if self.json {
            json!({
                "event": "run",
                "id": entry.id,
                "run": label,
                "status": if failure.is_some() { "failed" } else { "finished" },
                "reason": failure,
                "step": last.map(|e| e.step),
                "loss_bits": last.map(|e| e.loss_bits),
                "best_loss_bits": record.best().map(|e| e.loss_bits),
                "learned": last.map(|e| e.learned),
                "emerged": fit::emerged_count(record),
                "seconds": last.map(|e| e.seconds),
            })
            .to_string()
        } else {
            match last {
                Some(last) if failure.is_none() => format!(
                    "{finished} of {runs}: {label}: loss {:.4} bits after {} steps, {} of {} {} emerged, {}",
                    last.loss_bits,
                    thousands(last.step),
                    fit::emerged_count(record),
                    entry.config.quanta().len(),
                    entry.config.task.noun().many,
                    duration(last.seconds)
                ),
                // The failure was printed on stderr above.
                _ => return Ok(()),
            }
        };
        self.above_bars(|| output::line(&text))
    }

    /// Removes the bars.
    pub fn end(&self) {
        let _screen = lock(&self.screen);
        self.whole.finish_and_clear();
    }

    /// Changes the counts of work and updates the bar of the whole sweep.
    fn work<T>(&self, change: impl FnOnce(&mut Work) -> T) -> T {
        let mut work = lock(&self.state);
        let result = change(&mut work);
        let share = ((work.given + work.done) / work.all).clamp(0.0, 1.0);
        let _screen = lock(&self.screen);
        self.whole.set_position((share * WHOLE as f64) as u64);
        let left = (work.all - work.given - work.done).max(0.0) / (work.done / work.since.elapsed().as_secs_f64());
        self.whole.set_message(format!("{} of {} runs, {} left", work.finished, work.runs, duration(left)));
        result
    }
}

/// One run's bar.
pub struct RunBar<'a> {
    all: &'a Bars<'a>,
    bar: ProgressBar,
    label: String,
    steps: u64,
    cost: f64,
    share: f64,
}

impl RunBar<'_> {
    /// Shows one event.
    pub fn event(&mut self, event: &Event) {
        if let Event::Progress(progress) = event {
            let screen = lock(&self.all.screen);
            self.bar.set_position(progress.step);
            self.bar.set_message(format!("{}: {}", self.label, speed(progress.steps_per_second, progress.seconds_left)));
            drop(screen);
            self.reach(progress.step as f64 / self.steps as f64);
        }
    }

    /// Counts the run as complete, also if it stopped early.
    pub fn complete(&mut self) {
        self.reach(1.0);
    }

    fn reach(&mut self, share: f64) {
        let more = (share - self.share) * self.cost;
        self.share = share;
        self.all.work(|work| work.done += more);
    }
}

impl Drop for RunBar<'_> {
    fn drop(&mut self) {
        let _screen = lock(&self.all.screen);
        self.bar.finish_and_clear();
        self.all.bars.remove(&self.bar);
    }
}

/// A poisoned lock is harmless: these guard the screen, and numbers for a bar.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
