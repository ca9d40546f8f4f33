//! Tokens by the shape of their loss across sizes: monogenic, polygenic, or neither (the paper's section 5 and
//! Figs 4 and 12; the rules of the author's notebook `diverse-scaling-examples`).

use super::Losses;
use crate::rng::{Rng, Stream};

/// What counts as which shape. Losses are in nats here, as in the author's rules.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Ask {
    /// A monogenic token costs more than this in every size before its transition.
    pub high_nats: f64,
    /// And less than this in every size from it on.
    pub low_nats: f64,
    /// A polygenic token's loss falls by at least so many nats as N grows by a factor of e.
    pub slope_nats: f64,
    /// And the line through its losses against ln N explains at least so much of their variance.
    pub r_squared: f64,
}

impl Ask {
    /// The author's thresholds, for Pythia's sizes from 19 million to 6 billion parameters.
    pub const PAPER: Self = Self { high_nats: 5.0, low_nats: 0.3, slope_nats: 0.3, r_squared: 0.98 };
}

impl Default for Ask {
    /// For a family of small models, whose loss spans less.
    fn default() -> Self {
        Self { high_nats: 3.0, low_nats: 0.5, ..Self::PAPER }
    }
}

/// The shape of a token's loss across sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One sharp drop: the first size at which it is known.
    Monogenic(usize),
    /// A steady fall over all sizes.
    Polygenic,
    /// Neither.
    Other,
}

/// How many tokens have each shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Counts {
    /// One sharp drop.
    pub monogenic: f64,
    /// A steady fall.
    pub polygenic: f64,
}

impl Losses {
    /// The shape of every token across sizes, at the last checkpoint.
    pub fn shapes(&self, ask: &Ask) -> Vec<Shape> {
        let sizes = self.sizes();
        let logs = self.log_sizes(&sizes);
        (0..self.tokens())
            .map(|token| shape(&sizes.iter().map(|model| nats(self.last(*model)[token])).collect::<Vec<f64>>(), &logs, ask))
            .collect()
    }

    /// How many tokens have each shape.
    pub fn counts(&self, ask: &Ask) -> Counts {
        count(&self.shapes(ask))
    }

    /// The same with each token's losses dealt out to the sizes anew: what the rules find where size says nothing.
    /// The mean over so many draws.
    pub fn counts_shuffled(&self, ask: &Ask, draws: usize) -> Counts {
        let sizes = self.sizes();
        let logs = self.log_sizes(&sizes);
        let mut all = Counts::default();
        for draw in 0..draws {
            let mut rng = Rng::new(0, Stream::Nulls, draw as u64);
            let shapes = (0..self.tokens()).map(|token| {
                let mut losses: Vec<f64> = sizes.iter().map(|model| nats(self.last(*model)[token])).collect();
                rng.shuffle(&mut losses);
                shape(&losses, &logs, ask)
            });
            let counts = count(&shapes.collect::<Vec<_>>());
            all.monogenic += counts.monogenic / draws as f64;
            all.polygenic += counts.polygenic / draws as f64;
        }
        all
    }

    /// How many tokens are known to one of two models of equal size and not to the other, by the thresholds of a
    /// monogenic token: what a seed alone does. The mean over all pairs of seeds; nothing where there are none.
    pub fn apart_between_seeds(&self, ask: &Ask) -> Option<f64> {
        let pairs = self.repetitions();
        let is_apart = |a: f64, b: f64| a > ask.high_nats && b < ask.low_nats || b > ask.high_nats && a < ask.low_nats;
        let apart = |(one, other): &(usize, usize)| {
            let both = self.last(*one).iter().zip(self.last(*other));
            both.filter(|(a, b)| is_apart(nats(**a), nats(**b))).count() as f64
        };
        (!pairs.is_empty()).then(|| pairs.iter().map(apart).sum::<f64>() / pairs.len() as f64)
    }

    fn log_sizes(&self, sizes: &[usize]) -> Vec<f64> {
        sizes.iter().map(|model| (self.models[*model].parameters.max(1) as f64).ln()).collect()
    }
}

fn nats(bits: f32) -> f64 {
    f64::from(bits) * std::f64::consts::LN_2
}

fn count(shapes: &[Shape]) -> Counts {
    let of = |is_one: fn(&Shape) -> bool| shapes.iter().filter(|shape| is_one(shape)).count() as f64;
    Counts { monogenic: of(|shape| matches!(shape, Shape::Monogenic(_))), polygenic: of(|shape| *shape == Shape::Polygenic) }
}

/// The shape of losses in nats across sizes whose logarithms are given.
fn shape(losses: &[f64], logs: &[f64], ask: &Ask) -> Shape {
    let known = losses.iter().position(|loss| *loss < ask.low_nats);
    if let Some(at) = known.filter(|at| *at > 0)
        && losses[..at].iter().all(|loss| *loss > ask.high_nats)
        && losses[at..].iter().all(|loss| *loss < ask.low_nats)
    {
        return Shape::Monogenic(at);
    }
    let is_steady = line(losses, logs).is_some_and(|(slope, r_squared)| slope < -ask.slope_nats && r_squared > ask.r_squared);
    if is_steady { Shape::Polygenic } else { Shape::Other }
}

/// Slope and R² of the least-squares line through at least three points.
fn line(y: &[f64], x: &[f64]) -> Option<(f64, f64)> {
    if y.len() < 3 {
        return None;
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean_x, mean_y) = (mean(x), mean(y));
    let sum = |f: &dyn Fn(f64, f64) -> f64| x.iter().zip(y).map(|(x, y)| f(x - mean_x, y - mean_y)).sum::<f64>();
    let (xx, xy, yy) = (sum(&|x, _| x * x), sum(&|x, y| x * y), sum(&|_, y| y * y));
    (xx > 0.0 && yy > 0.0).then(|| (xy / xx, xy * xy / (xx * yy)))
}
