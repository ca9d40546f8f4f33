//! A run's fitted exponent beside theory's, and what is to be said of the two.

use crate::fit::{self, FitError, PowerLaw};
use crate::record::Record;
use crate::task::Noun;
use crate::theory::{Resource, Theory, calibrate};

/// Under so many subtasks the end of the sum rules the curve, and its slope says little of α.
const FEW: usize = 100;

/// The exponent of a run's mean loss over steps, fitted and in theory.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The fit, or why there is none.
    pub fit: Result<PowerLaw, FitError>,
    /// T, the steps that the first quantum takes ([`first_takes`]).
    pub constant: Option<f64>,
    /// The exponent of the theory's sum over as many quanta as there are, over the fitted steps.
    pub truncated: Option<f64>,
    /// The exponent of infinitely many quanta, α/(α+1); nothing where α is not known.
    pub pure: Option<f64>,
    /// The exponent of the step of emergence against use frequency, which theory takes to be 1.
    pub emergence: Option<PowerLaw>,
    /// How many quanta there are.
    pub quanta: usize,
    /// What they are called.
    pub noun: Noun,
}

impl Comparison {
    /// The comparison over a range of steps, or over the default one.
    pub fn of(record: &Record, range: Option<(f64, f64)>) -> Self {
        let fit = fit::loss_law(record, range);
        let constant = first_takes(record);
        let truncated = fit.as_ref().ok().zip(constant);
        let truncated = truncated.and_then(|(law, constant)| truncated_exponent(record, law.range, constant));
        let pure = record.quanta.alpha().map(|alpha| Resource::Steps.exponent(alpha));
        let emergence = fit::emergence_least_squares(record).ok();
        let (quanta, noun) = (record.quanta.len(), record.config.task.noun());
        Self { fit, constant, truncated, pure, emergence, quanta, noun }
    }

    /// Whether the fit and the truncated sum agree within the fit's uncertainty; nothing where one of
    /// them is missing. Without an interval a tenth either way counts as agreement.
    pub fn agrees(&self) -> Option<bool> {
        let (law, sum) = (self.fit.as_ref().ok()?, self.truncated?);
        let (low, high) = law.estimate().interval().unwrap_or((0.9 * law.exponent, 1.1 * law.exponent));
        Some((low..=high).contains(&sum))
    }

    /// What the two exponents say together, in a sentence or two; nothing where there is nothing to
    /// compare.
    pub fn verdict(&self) -> Option<String> {
        let (law, sum) = (self.fit.as_ref().ok()?, self.truncated?);
        let mut text = if self.agrees()? {
            format!("Fit and truncated sum agree: {:.2} and {sum:.2}.", law.exponent)
        } else {
            let steeper = if law.exponent > sum { "steeper" } else { "flatter" };
            format!("The curve is {steeper} than the truncated sum{}.", self.reason(law.exponent > sum))
        };
        if self.quanta < FEW {
            text +=
                &format!(" With only {} {} the end of the sum rules: the slope says little of α.", self.quanta, self.noun.many);
        }
        Some(text)
    }

    /// Why the curve departs from the sum, where emergence departs from theory in the same direction.
    fn reason(&self, steeper: bool) -> String {
        let Some(law) = &self.emergence else { return String::new() };
        // The rarer ones sooner than in proportion make a steeper fall; later, a flatter one.
        if (law.exponent < 1.0) != steeper {
            return String::new();
        }
        let times = libm::pow(2.0, law.exponent);
        format!(": a {} used half as often took {times:.1} times the steps here, and not twice as many", self.noun.one)
    }
}

/// T, the steps that the first quantum takes, by the theory from when the quanta of a run emerged; nothing
/// before the first has, or where their use follows no power law.
pub fn first_takes(record: &Record) -> Option<f64> {
    let emerged = fit::emergence_steps(record).into_iter().enumerate();
    let ranked = emerged.filter_map(|(quantum, step)| Some((quantum + 1, step? as f64)));
    calibrate(Resource::Steps, record.quanta.alpha()?, ranked)
}

/// The exponent of the theory's sum at a run's evaluations within a range of steps, with T = `constant`.
pub fn truncated_exponent(record: &Record, range: (f64, f64), constant: f64) -> Option<f64> {
    let steps = record.steps().into_iter().map(|step| step as f64);
    let fitted: Vec<f64> = steps.filter(|step| (range.0..=range.1).contains(step)).collect();
    Theory::of_quanta(&record.quanta)?.exponent_at(Resource::Steps, &fitted, constant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RunConfig;
    use crate::event::Evaluation;

    /// A run in which the quantum of use frequency p is learned at step constant·p^-exponent.
    fn run(quanta: usize, exponent: f64) -> Record {
        let config = RunConfig::of(&format!("n_tasks={quanta}&steps=100000&n_bits=100"));
        let mut record = Record::new(config.clone());
        let p = record.quanta.p().to_vec();
        for step in config.log_steps() {
            let is_learned = |p: &f64| step as f64 >= 30.0 * (p / record.quanta.p()[0]).powf(-exponent);
            let quantum_loss_bits: Vec<f32> = p.iter().map(|p| if is_learned(p) { 0.0 } else { 1.0 }).collect();
            let loss: f64 = p.iter().zip(&quantum_loss_bits).map(|(p, loss)| p * f64::from(*loss)).sum();
            record.evaluations.push(Evaluation {
                step,
                loss_bits: loss.max(1e-6) as f32,
                train_loss_bits: None,
                learned: record.quanta.learned(&quantum_loss_bits),
                quantum_accuracy: vec![1.0; quanta],
                quantum_loss_bits,
                seconds: 0.0,
            });
        }
        record
    }

    #[test]
    fn a_run_that_follows_theory_agrees_with_it() {
        let comparison = Comparison::of(&run(500, 1.0), None);
        assert_eq!(comparison.agrees(), Some(true), "{comparison:?}");
        assert!(comparison.verdict().expect("comparable").starts_with("Fit and truncated sum agree"));
    }

    #[test]
    fn a_run_that_learns_the_rare_ones_early_is_steeper_and_the_reason_is_given() {
        let verdict = Comparison::of(&run(500, 0.6), None).verdict().expect("comparable");
        assert!(verdict.contains("steeper than the truncated sum: a subtask used half as often took 1.5 times"), "{verdict}");
    }

    #[test]
    fn few_subtasks_get_a_warning_and_nothing_learned_no_verdict() {
        assert!(Comparison::of(&run(30, 1.0), None).verdict().expect("comparable").contains("only 30 subtasks"));
        assert_eq!(Comparison::of(&Record::new(RunConfig::default()), None).verdict(), None);
    }
}
