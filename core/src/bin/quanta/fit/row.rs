//! One fit, in words and as JSON.

use quanta_core::comparison::Comparison;
use quanta_core::figure::sweep::Sweep;
use quanta_core::fit::{self, FitError, PowerLaw};
use quanta_core::paper;
use quanta_core::record::{Record, Status};
use quanta_core::task::Noun;
use quanta_core::theory::Resource;
use serde_json::{Value, json};

use crate::text::{count, thousands};

/// One fit, and the theory's values for comparison.
pub struct Row {
    /// What was fitted: a file's name, or how many runs.
    pub run: String,
    /// What against what.
    pub quantity: &'static str,
    /// The fit, or why there is none.
    pub law: Result<PowerLaw, FitError>,
    /// The exponent of the pure power law, where the theory has one.
    pub theory: Option<f64>,
    /// The exponent of the truncated sum at the fitted points.
    pub truncated: Option<f64>,
    /// What the first subtask takes of the resource, from when the subtasks emerged: the scale of the sum.
    pub constant: Option<f64>,
    /// The paper's exponent at these settings, with its range in words.
    pub paper: Option<(f64, &'static str)>,
    /// The paper's way to fit emergence: plain least squares over those that have emerged.
    pub least_squares: Option<PowerLaw>,
    /// How many quanta emerged, of how many.
    pub emerged: Option<(usize, usize)>,
    /// What they are called.
    pub noun: Noun,
    /// What else has to be known of it.
    pub remarks: Vec<String>,
}

impl Row {
    /// A fit with nothing beside it.
    pub fn new(run: impl Into<String>, quantity: &'static str, law: Result<PowerLaw, FitError>) -> Self {
        Self {
            run: run.into(),
            quantity,
            law,
            theory: None,
            truncated: None,
            constant: None,
            paper: None,
            least_squares: None,
            emerged: None,
            noun: Noun::SUBTASK,
            remarks: Vec::new(),
        }
    }

    /// The mean loss of a run against its step.
    pub fn loss(name: &str, record: &Record, range: Option<(f64, f64)>) -> Self {
        let Comparison { fit, constant, truncated, pure, .. } = Comparison::of(record, range);
        let alpha = record.quanta.alpha().filter(|_| paper::is_its_run(&record.config));
        let paper = alpha.and_then(|alpha| paper::exponent(Resource::Steps, alpha, record.quanta.len()));
        let remarks = remarks(record);
        Self { theory: pure, truncated, constant, paper, remarks, ..Self::new(name, "loss against step", fit) }
    }

    /// When the subtasks of a run emerged against how often they are used.
    pub fn emergence(name: &str, record: &Record) -> Self {
        Self {
            theory: Some(1.0),
            least_squares: fit::emergence_least_squares(record).ok(),
            emerged: Some((fit::emerged_count(record), record.quanta.len())),
            noun: record.config.task.noun(),
            remarks: remarks(record),
            ..Self::new(name, "emergence step against use p", fit::emergence_law(record))
        }
    }

    /// Runs that differ in their seeds alone: each fitted for itself, then their mean.
    pub fn of_seeds(records: &[&Record], range: Option<(f64, f64)>) -> [Self; 2] {
        let name = format!("{} of the same settings", count(records.len(), "seed"));
        let loss = fit::loss_law_of_seeds(records, range);
        let alpha = records.first().and_then(|record| record.quanta.alpha());
        let laws: Vec<PowerLaw> = records.iter().filter_map(|record| fit::emergence_law(record).ok()).collect();
        let lacking = || records.iter().find_map(|record| fit::emergence_law(record).err()).unwrap_or(FitError::NothingEmerged);
        let emergence = PowerLaw::of_seeds(&laws).ok_or_else(lacking);
        let unfinished = records.iter().filter(|record| fit::remark(record).is_some()).count();
        let remarks: Vec<String> = match unfinished {
            0 => Vec::new(),
            some => vec![format!("{some} of the {} not run to the end", count(records.len(), "run"))],
        };
        [
            Self {
                theory: alpha.map(|alpha| Resource::Steps.exponent(alpha)),
                remarks: remarks.clone(),
                ..Self::new(name.clone(), "loss against step", loss)
            },
            Self { theory: Some(1.0), remarks, ..Self::new(name, "emergence step against use p", emergence) },
        ]
    }

    /// The runs of a sweep as points over its resource; just what its figure says.
    pub fn of_sweep(name: impl Into<String>, sweep: &Sweep, range: Option<(f64, f64)>) -> Self {
        let report = sweep.report(range);
        let quantity = match sweep.resource {
            Resource::Data => "lowest loss against samples",
            Resource::Parameters => "last loss against parameters",
            Resource::Steps => "loss against step",
        };
        Self {
            theory: Some(report.pure),
            truncated: report.truncated,
            constant: report.constant,
            paper: report.paper,
            ..Self::new(name, quantity, report.fit)
        }
    }

    /// As a line for people.
    pub fn to_text(&self) -> String {
        let mut parts = vec![match &self.law {
            Ok(law) => format!(
                "exponent {} over {} to {}, {}",
                law.estimate(),
                number(law.range.0),
                number(law.range.1),
                count(law.points, "point")
            ),
            Err(error) => format!("no fit: {error}"),
        }];
        if let Some(theory) = self.theory {
            let truncated = self.truncated.map(|x| format!(", truncated sum {x:.3}")).unwrap_or_default();
            parts.push(format!("theory {theory:.3}{truncated}"));
        }
        if let Some((paper, range)) = self.paper {
            parts.push(format!("the paper {paper:.2} ({range})"));
        }
        if let Some((emerged, all)) = self.emerged {
            parts.push(format!("{} of {} emerged", thousands(emerged as u64), self.noun.count(all, &thousands(all as u64))));
        }
        if let Some(law) = &self.least_squares {
            parts.push(format!("least squares over those alone, the paper's way, {:.3}", law.exponent));
        }
        parts.extend(self.remarks.iter().cloned());
        format!("{}: {}: {}", self.run, self.quantity, parts.join("; "))
    }

    /// As JSON: every number that the line has, unrounded.
    pub fn to_json(&self) -> Value {
        let mut object = json!({
            "run": self.run,
            "quantity": self.quantity,
            "theory": self.theory,
            "truncated_sum": self.truncated,
            "first_subtask_takes": self.constant,
            "paper": self.paper.map(|(exponent, _)| exponent),
            "remarks": self.remarks,
        });
        if let Some((emerged, all)) = self.emerged {
            object["emerged"] = json!(emerged);
            object["quanta"] = json!(all);
        }
        if let Some(law) = &self.least_squares {
            object["least_squares_exponent"] = json!(law.exponent);
        }
        match &self.law {
            Ok(law) => {
                object["exponent"] = json!(law.exponent);
                object["uncertainty"] = json!(law.uncertainty);
                object["interval"] = json!(law.estimate().interval());
                object["in_words"] = json!(law.estimate().to_string());
                object["amplitude"] = json!(law.amplitude);
                object["range"] = json!(law.range);
                object["points"] = json!(law.points);
            }
            Err(error) => object["error"] = json!(error.to_string()),
        }
        object
    }
}

/// What has to be said of a fit of a run that has not taken all its steps.
fn remarks(record: &Record) -> Vec<String> {
    let Some(remark) = fit::remark(record) else { return Vec::new() };
    let reached = record.last().map_or(0, |last| last.step);
    let steps = format!(" (step {} of {})", thousands(reached), thousands(record.config.training.steps));
    vec![format!("{remark}{}", if matches!(record.status, Status::Finished) { String::new() } else { steps })]
}

fn number(x: f64) -> String {
    if x >= 10.0 { thousands(x.round() as u64) } else { format!("{x:.3e}") }
}
