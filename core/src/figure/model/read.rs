//! What the figures of theory say at a place.

use super::{Kind, Quanta};
use crate::figure::text::{brief, whole};
use crate::theory::Resource;

/// The text under the crosshair at a place in the data.
pub fn read_at(kind: Kind, quanta: &Quanta, (x, _): (f64, f64)) -> String {
    match kind {
        Kind::Use => {
            let k = nearest(x, 1, quanta.p.len());
            let place = quanta.learned_at[k - 1];
            let place = place.map_or("never learned".to_owned(), |place| format!("learned as number {}", whole(place as f64)));
            format!("quantum {}: used in {} % of samples, {place}", whole(k as f64), brief(100.0 * quanta.p[k - 1]))
        }
        Kind::Stairs | Kind::Sum => {
            let n = nearest(x, 0, quanta.loss.len() - 1);
            let law = if n > 0 { format!(", the pure law {}", brief(quanta.pure(n as f64))) } else { String::new() };
            format!("{} quanta learned: mean loss {} bits{law}", whole(n as f64), brief(quanta.loss[n]))
        }
        Kind::Exponents => format!(
            "α = {}: α_N = {}, α_S = α_D = {}",
            brief(x),
            brief(Resource::Parameters.exponent(x)),
            brief(Resource::Steps.exponent(x))
        ),
    }
}

/// Where a reader without a pointer stops: some 60 places from left to right, closer together where
/// the axis is wider.
pub fn stops(kind: Kind, quanta: &Quanta) -> Vec<(f64, f64)> {
    const COUNT: i32 = 60;
    let share = |i: i32| f64::from(i) / f64::from(COUNT);
    if kind == Kind::Exponents {
        let widest = quanta.model.alpha.max(1.5);
        return (0..=COUNT).map(|i| (share(i) * widest, Resource::Parameters.exponent(share(i) * widest))).collect();
    }
    let last = if kind == Kind::Use { quanta.p.len() } else { quanta.loss.len() - 1 };
    let mut places: Vec<usize> = (0..=COUNT).map(|i| (last as f64).powf(share(i)).round() as usize).collect();
    places.dedup();
    let height = |n: usize| match kind {
        Kind::Use => quanta.p[n - 1],
        Kind::Sum => (quanta.loss[n] - quanta.model.after).abs(),
        _ => quanta.loss[n],
    };
    places.into_iter().filter(|n| (1..=last).contains(n)).map(|n| (n as f64, height(n))).collect()
}

fn nearest(x: f64, first: usize, last: usize) -> usize {
    if x.is_finite() { (x.round().max(0.0) as usize).clamp(first, last.max(first)) } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::model::Model;

    #[test]
    fn values_are_read_where_they_stand() {
        // Three quanta at α = 1 have p = 36/49, 9/49, 4/49.
        let quanta = Quanta::new(&Model { quanta: 3, alpha: 1.0, missing: Some(2), ..Model::default() });
        assert_eq!(read_at(Kind::Use, &quanta, (1.2, 0.0)), "quantum 1: used in 73.5 % of samples, learned as number 1");
        assert!(read_at(Kind::Use, &quanta, (2.0, 0.0)).ends_with("never learned"));
        assert!(read_at(Kind::Sum, &quanta, (0.0, 0.0)).starts_with("0 quanta learned: mean loss 1.00 bits"));
        // The second is never learned: 9/49 stay.
        assert!(read_at(Kind::Stairs, &quanta, (99.0, 0.0)).starts_with("2 quanta learned: mean loss 0.18 bits"));
        assert_eq!(read_at(Kind::Exponents, &quanta, (0.5, 0.0)), "α = 0.50: α_N = 0.50, α_S = α_D = 0.33");
    }

    #[test]
    fn stops_go_from_left_to_right_within_what_there_is() {
        for model in
            [Model::default(), Model { quanta: 1, ..Model::default() }, Model { quanta: 1, missing: Some(1), ..Model::default() }]
        {
            let quanta = Quanta::new(&model);
            for kind in Kind::ALL {
                let stops = stops(kind, &quanta);
                assert!(stops.windows(2).all(|pair| pair[0].0 < pair[1].0), "{kind:?}");
                assert!(stops.iter().all(|stop| !read_at(kind, &quanta, *stop).is_empty()));
            }
        }
    }
}
