//! Shows a run's progress: a bar on a terminal, and lines or JSON on stdout.

use indicatif::{ProgressBar, ProgressStyle};
use quanta_core::config::RunConfig;
use quanta_core::event::{Evaluation, Event, Started};
use quanta_core::record::program;
use quanta_core::task::Noun;

use crate::output;
use crate::remark::remark;
use crate::text::{duration, thousands};

/// Prints a run's events.
pub struct Reporter {
    json: bool,
    quanta: usize,
    noun: Noun,
    /// The settings, which the line of the start holds.
    config: serde_json::Value,
    bar: ProgressBar,
}

impl Reporter {
    /// For a run of these settings; with `json`, stdout holds events and nothing else.
    ///
    /// # Errors
    /// If the settings are no JSON, which is a bug.
    pub fn new(json: bool, config: &RunConfig) -> anyhow::Result<Self> {
        // On anything but a terminal the bar draws nothing.
        let bar = ProgressBar::new(config.training.steps).with_style(style("{bar:30} {percent:>3}%  {msg}"));
        let (quanta, noun) = (config.quanta().len(), config.task.noun());
        Ok(Self { json, quanta, noun, config: serde_json::from_str(&config.to_json())?, bar })
    }

    /// Shows one event.
    pub fn event(&self, event: &Event) -> anyhow::Result<()> {
        self.show_on_bar(event);
        if self.json {
            return self.above_bar(&self.json_line(event)?);
        }
        match event {
            Event::Started(started) => self.introduce(started),
            Event::Evaluation(evaluation) => return self.above_bar(&self.sentence(evaluation)),
            Event::Finished { stopped_early: Some(reason), .. } => self.remark(&format!("stopped early: {reason}")),
            // The caller reports failures, and the bar shows the rest.
            _ => (),
        }
        Ok(())
    }

    /// The event as a line of JSON; that of the start also says what runs: the settings, as for
    /// `--config`, and the program.
    fn json_line(&self, event: &Event) -> anyhow::Result<String> {
        let line = event.to_json_line()?;
        match event {
            Event::Started(_) => {
                let more = serde_json::json!({ "config": self.config, "program": program() }).to_string();
                Ok(format!("{},{}", line.strip_suffix('}').unwrap_or(&line), more.strip_prefix('{').unwrap_or(&more)))
            }
            _ => Ok(line),
        }
    }

    /// Prints a line on stderr, without disturbing the bar.
    pub fn remark(&self, text: &str) {
        self.bar.suspend(|| remark(text));
    }

    /// Removes the bar.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn above_bar(&self, line: &str) -> anyhow::Result<()> {
        self.bar.suspend(|| output::line(line))
    }

    fn introduce(&self, started: &Started) {
        self.remark(&format!(
            "{}, {} kernels; {} parameters; steps {} to {}",
            started.device,
            started.path,
            thousands(started.parameters),
            thousands(started.step),
            thousands(started.steps)
        ));
        for note in &started.notes {
            self.remark(&format!("note: {note}"));
        }
    }

    fn sentence(&self, evaluation: &Evaluation) -> String {
        format!(
            "step {:>9}: loss {:.4} bits, {} of {} {} learned, {}",
            thousands(evaluation.step),
            evaluation.loss_bits,
            evaluation.learned,
            self.quanta,
            self.noun.many,
            duration(evaluation.seconds)
        )
    }

    fn show_on_bar(&self, event: &Event) {
        match event {
            Event::Started(started) => {
                self.bar.set_length(started.steps);
                self.bar.set_position(started.step);
            }
            Event::Progress(progress) => {
                self.bar.set_position(progress.step);
                self.bar.set_message(speed(progress.steps_per_second, progress.seconds_left));
            }
            _ => (),
        }
    }
}

/// Formats a speed and the time left: `412 steps/s, 3 min 05 s left`.
pub fn speed(steps_per_second: f64, seconds_left: f64) -> String {
    let rate =
        if steps_per_second < 10.0 { format!("{steps_per_second:.2}") } else { thousands(steps_per_second.round() as u64) };
    format!("{rate} steps/s, {} left", duration(seconds_left))
}

/// Makes the style of a bar. A template that does not parse gives the default style.
pub fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸─")
}
