//! How fast a run goes.

use web_time::{Duration, Instant};

/// Steps and seconds, lately.
#[derive(Debug)]
pub struct Pace {
    /// Seconds a step, smoothed; nothing before the first measurement.
    step: Option<f64>,
    /// Seconds an evaluation, the last one.
    evaluation: f64,
}

impl Pace {
    /// A slice of steps should take about this long: short enough for a stop to be heard.
    const SLICE: f64 = 0.04;
    /// No queue grows longer than this, however quick the steps look: a GPU is asked faster than
    /// it answers.
    const MOST: u64 = 512;

    /// Nothing is known yet.
    pub fn new() -> Self {
        Self { step: None, evaluation: 0.0 }
    }

    /// `steps` took `time`, waiting for the device included.
    pub fn steps(&mut self, steps: u64, time: Duration) {
        if steps > 0 {
            let measured = time.as_secs_f64() / steps as f64;
            // A slice is short, so that a fifth of each new one settles in a quarter of a second.
            self.step = Some(self.step.map_or(measured, |before| before + 0.2 * (measured - before)));
        }
    }

    /// An evaluation took `time`.
    pub fn evaluated(&mut self, time: Duration) {
        self.evaluation = time.as_secs_f64();
    }

    /// How many steps fill a slice; one until something is known.
    pub fn slice(&self) -> u64 {
        self.step.map_or(1, |step| ((Self::SLICE / step.max(1e-9)) as u64).clamp(1, Self::MOST))
    }

    /// Steps a second.
    pub fn per_second(&self) -> f64 {
        self.step.map_or(0.0, |step| 1.0 / step.max(1e-9))
    }

    /// Seconds that `steps` and `evaluations` will take.
    pub fn seconds(&self, steps: u64, evaluations: usize) -> f64 {
        self.step.unwrap_or(0.0) * steps as f64 + self.evaluation * evaluations as f64
    }
}

/// Seconds of work, pauses not counted.
#[derive(Debug)]
pub struct Clock {
    before: f64,
    since: Option<Instant>,
}

impl Clock {
    /// Starts from `seconds` already worked, standing still.
    pub fn new(seconds: f64) -> Self {
        Self { before: seconds, since: None }
    }

    /// Runs.
    pub fn start(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    /// Stands still.
    pub fn stop(&mut self) {
        self.before = self.seconds();
        self.since = None;
    }

    /// Seconds worked so far.
    pub fn seconds(&self) -> f64 {
        self.before + self.since.map_or(0.0, |since| since.elapsed().as_secs_f64())
    }
}
