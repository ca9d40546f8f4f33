//! How a loss fell over training: a line, and its numbers.

use leptos::prelude::*;
use quanta_core::analysis::reading::Course;

use crate::words;

/// The line with its numbers.
#[component]
pub fn CourseOf(
    /// The losses in nats.
    course: Course,
    /// What it is of, a sentence.
    what: &'static str,
) -> impl IntoView {
    let line = path(&course);
    let list: Vec<_> =
        course.steps.iter().zip(&course.losses).map(|(step, loss)| (words::thousands(*step), nats(*loss))).collect();
    view! {
        <svg class="course" viewBox="0 0 120 32" aria-hidden="true"><polyline points=line /></svg>
        <dl class="losses">
            {list.into_iter().map(|(step, loss)| view! { <div><dt>{step}</dt><dd>{loss}</dd></div> }).collect_view()}
        </dl>
        <p class="note">{what}</p>
    }
}

/// The points of the line in a box of 120 by 32: the step's logarithm to the right, the loss upwards.
fn path(course: &Course) -> String {
    let logs: Vec<f64> = course.steps.iter().map(|step| ((*step).max(1) as f64).ln()).collect();
    let (first, last) = (logs.first().copied().unwrap_or(0.0), logs.last().copied().unwrap_or(1.0));
    let most = course.losses.iter().copied().fold(1.0f32, f32::max);
    let point = |(log, loss): (&f64, &f32)| {
        let x = 2.0 + 116.0 * (log - first) / (last - first).max(1e-9);
        let y = 30.0 - 28.0 * f64::from(*loss / most);
        format!("{x:.1},{y:.1}")
    };
    logs.iter().zip(&course.losses).map(point).collect::<Vec<String>>().join(" ")
}

/// A loss in nats, short.
pub fn nats(loss: f32) -> String {
    match f64::from(loss) {
        loss if loss < 1e-3 => "< 0.001".to_owned(),
        loss => words::significant(loss),
    }
}
