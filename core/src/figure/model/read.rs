//! What the figures of theory share in words and numbers.

use super::Quanta;
use crate::figure::table::spaced;
use crate::figure::text::{brief, whole};
use crate::figure::{Pick, Place, Table};

/// What the quanta are, as the end of a sentence.
pub(super) fn setting(quanta: &Quanta) -> String {
    let model = &quanta.model;
    format!(
        "{}{} quanta at α = {}, b = {} and a = {} bits{}{}.",
        if model.truncated { "" } else { "the first " },
        whole(model.quanta as f64),
        brief(model.alpha),
        brief(model.before),
        brief(model.after),
        if model.noise > 0.0 { format!(", learned in an order that strays by {}", brief(model.noise)) } else { String::new() },
        model.missing.map_or(String::new(), |every| format!(", every {every}-th never learned")),
    )
}

/// The mean loss where about `x` quanta are learned.
pub(super) fn loss_at(quanta: &Quanta, x: f64) -> String {
    let n = nearest(x, 0, quanta.loss.len() - 1);
    let law = if n > 0 { format!(", the pure law {}", brief(quanta.pure(n as f64))) } else { String::new() };
    format!("{} quanta learned: mean loss {} bits{law}", whole(n as f64), brief(quanta.loss[n]))
}

/// The mean loss beside the pure law after a few numbers of learned quanta.
pub(super) fn table_of_losses(quanta: &Quanta) -> Table {
    let mut table = Table::new(["Quanta learned", "Mean loss (bits)", "Pure law (bits)"]);
    table.push(["0".to_owned(), brief(quanta.loss[0])]);
    for n in spaced(quanta.loss.len() - 1, 24) {
        table.push([whole(n as f64), brief(quanta.loss[n]), brief(quanta.pure(n as f64))]);
    }
    table
}

/// Where a reader without a pointer stops: some 60 numbers from 1 to `last`, evenly spaced in the
/// logarithm.
pub(super) fn stops(last: usize, height: impl Fn(usize) -> f64) -> Vec<Place> {
    spaced(last, 60).into_iter().map(|n| (0, (n as f64, height(n)))).collect()
}

/// What lies under `x` quanta learned.
pub(super) fn pick_at(quanta: &Quanta, x: f64) -> Option<Pick> {
    x.is_finite().then(|| Pick::Learned(nearest(x, 0, quanta.loss.len() - 1)))
}

/// The whole number nearest to `x` that is there.
pub(super) fn nearest(x: f64, first: usize, last: usize) -> usize {
    if x.is_finite() { (x.round().max(0.0) as usize).clamp(first, last.max(first)) } else { first }
}
