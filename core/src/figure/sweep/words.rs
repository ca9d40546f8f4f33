//! What the figures of sweeps say in words.

use super::analysis::Report;
use super::{Point, Resource, Sweep};
use crate::figure::text::{brief, whole};

/// “N = 55,302: 0.31 bits, 23 of 500 subtasks learned, seed 1”
pub(super) fn point_text(sweep: &Sweep, point: &Point) -> String {
    format!(
        "{}, {} = {}: {} bits, {} of {} subtasks learned, seed {}",
        sweep.name,
        sweep.resource.letter(),
        whole(point.amount),
        brief(point.loss),
        whole(point.learned as f64),
        whole(sweep.n_tasks as f64),
        point.seed
    )
}

/// A sweep's settings, exponent, theory and paper in sentences.
pub(super) fn sweep_text(sweep: &Sweep, report: &Report) -> String {
    let letter = sweep.resource.letter();
    let (means, seeds) = (sweep.means(), sweep.seeds());
    let mut text = format!("{}: {} subtasks at α = {}", sweep.name, whole(sweep.n_tasks as f64), sweep.alpha);
    if !sweep.settings.is_empty() {
        text += &format!(", {}", sweep.settings);
    }
    text += &match seeds {
        0 => ". It has no points yet.".to_string(),
        1 => format!("; {} points, one seed. ", whole(means.len() as f64)),
        seeds => format!(
            "; {} points with up to {seeds} seeds each, whose band reaches from the lowest to the highest. ",
            whole(means.len() as f64)
        ),
    };
    if sweep.resource == Resource::Data && seeds > 0 {
        text += "Each loss is the lowest test loss over training, as in the paper, and so a little optimistic. ";
    }
    match &report.fit {
        Ok(fit) => {
            text += &format!(
                "Fitted over {letter} = {} to {} ({} points), the loss falls with the exponent {}. ",
                whole(fit.range.0),
                whole(fit.range.1),
                fit.points,
                fit.estimate()
            );
        }
        Err(error) if seeds > 0 => text += &format!("No power law is fitted: {error}. "),
        Err(_) => {}
    }
    text += &format!("Theory has α_{letter} = {:.3} for infinitely many quanta", report.pure);
    text += &match (report.truncated, report.constant) {
        (Some(truncated), Some(constant)) => format!(
            "; the truncated sum over these {} has {truncated:.3} over the same range, with {} = {} {} from when they emerged.",
            whole(sweep.n_tasks as f64),
            constant_name(sweep.resource),
            brief(constant),
            constant_words(sweep.resource)
        ),
        _ => ".".into(),
    };
    if let Some((exponent, over)) = report.paper {
        text += &format!(" The paper's own shows about {exponent:.2} {over}.");
    }
    text
}

fn constant_name(resource: Resource) -> &'static str {
    match resource {
        Resource::Parameters => "C",
        Resource::Steps => "T",
        Resource::Data => "τ",
    }
}

/// What the constant is, in words that follow its number.
fn constant_words(resource: Resource) -> &'static str {
    match resource {
        Resource::Parameters => "parameters a subtask",
        Resource::Steps => "steps for the first subtask",
        Resource::Data => "samples for the first subtask",
    }
}

/// “more parameters”.
pub(super) fn more(resource: Resource) -> &'static str {
    match resource {
        Resource::Parameters => "more parameters",
        Resource::Steps => "more training steps",
        Resource::Data => "more training data",
    }
}

/// The heading of a table's column of amounts.
pub(super) fn amount_head(sweeps: &[Sweep]) -> String {
    match sweeps.first().map(|sweep| sweep.resource) {
        Some(Resource::Parameters) => "Parameters N".into(),
        Some(Resource::Steps) => "Step S".into(),
        Some(Resource::Data) => "Samples D".into(),
        None => "Amount".into(),
    }
}
