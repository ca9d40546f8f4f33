//! What samples are compared by: computed once, for every similarity that is asked for.

use super::ask::{Ask, Places};
use super::kinds::Similarity;
use super::samples::Samples;
use crate::analysis::AnalysisError;
use crate::analysis::gradients::{self, Activations, AtPlace, Factors, Model, Store};
use crate::analysis::similarity::{Cosines, Sign};

/// The vectors of samples, layer by layer.
pub(super) struct Vectors {
    gradients: Option<Gradients>,
    attributions: Option<Vec<Activations>>,
    residual: Option<Vec<Activations>>,
}

enum Gradients {
    /// At the place that predicts.
    Factors(Vec<Factors>),
    /// Summed over all places, or projected.
    Stored(Store),
}

impl Vectors {
    pub fn new(model: &dyn Model, samples: &Samples, ask: &Ask) -> Result<Self, AnalysisError> {
        let wants = |similarity: Similarity| ask.similarities.contains(&similarity);
        let wants_gradients = wants(Similarity::Signed) || wants(Similarity::Absolute);
        let chosen = chosen(model, &ask.layers)?;
        let whole = match ask.places {
            Places::All if wants_gradients => model.whole(samples, &chosen, ask.projection, ask.seed)?,
            _ => None,
        };
        let wants_factors = wants(Similarity::Attribution) || (wants_gradients && whole.is_none());
        // One pass for both, which takes minutes where models are large.
        let wants_residual = wants(Similarity::Residual);
        let at_place = (wants_factors || wants_residual).then(|| model.at_place(samples, wants_factors)).transpose()?;
        let (mut factors, residual) = at_place
            .map_or((Vec::new(), None), |AtPlace { factors, residual }| (factors, wants_residual.then(|| vec![residual])));
        let mut weights = model.weights();
        keep(&mut factors, &chosen);
        keep(&mut weights, &chosen);
        let attributions = wants(Similarity::Attribution).then(|| gradients::attributions(samples.len(), &factors, &weights));
        let gradients = match whole {
            Some(store) => Some(Gradients::Stored(store)),
            None if !wants_gradients => None,
            None if ask.projection == 0 => Some(Gradients::Factors(factors)),
            None => {
                let layers = factors.iter().enumerate();
                let projected = layers.map(|(layer, factors)| factors.projected(ask.projection, ask.seed, layer));
                Some(Gradients::Factors(projected.collect()))
            }
        };
        Ok(Self { gradients, attributions, residual })
    }

    /// The samples that have a direction by every similarity, ascending.
    pub fn with_direction(&self, n: usize) -> Vec<usize> {
        let mut all = vec![true; n];
        let mut cross_out = |add: &dyn Fn(&mut [f64])| {
            let mut squares = vec![0.0; n];
            add(&mut squares);
            all.iter_mut().zip(squares).for_each(|(is_kept, square)| *is_kept &= square >= LEAST_SQUARE);
        };
        match &self.gradients {
            Some(Gradients::Factors(layers)) => cross_out(&|squares| layers.iter().for_each(|layer| layer.add_squares(squares))),
            Some(Gradients::Stored(store)) => cross_out(&|squares| squares.copy_from_slice(store.squares())),
            None => {}
        }
        for layers in [&self.attributions, &self.residual].into_iter().flatten() {
            cross_out(&|squares| layers.iter().for_each(|layer| layer.add_squares(squares)));
        }
        (0..n).filter(|sample| all[*sample]).collect()
    }

    /// The cosines by one of the similarities that were asked for.
    pub fn cosines(&self, n: usize, similarity: Similarity) -> Result<Cosines, AnalysisError> {
        let of_gradients = |sign: Sign| match &self.gradients {
            Some(Gradients::Factors(layers)) => gradients::cosines(n, layers, sign),
            Some(Gradients::Stored(store)) => store.cosines(sign),
            None => Err(AnalysisError::AllZero(n)),
        };
        let of =
            |layers: &Option<Vec<Activations>>, sign: Sign| gradients::cosines_of(n, layers.as_deref().unwrap_or_default(), sign);
        match similarity {
            Similarity::Signed => of_gradients(Sign::Signed),
            Similarity::Absolute => of_gradients(Sign::Absolute),
            Similarity::Attribution => of(&self.attributions, Sign::Absolute),
            Similarity::Residual => of(&self.residual, Sign::Signed),
        }
    }
}

/// Which layers are asked for, one entry each.
fn chosen(model: &dyn Model, asked: &[String]) -> Result<Vec<bool>, AnalysisError> {
    let layers = model.layers();
    let is_of = |layer: &String, part: &String| format!(".{layer}.").contains(&format!(".{part}."));
    if let Some(part) = asked.iter().find(|part| !layers.iter().any(|layer| is_of(layer, part))) {
        return Err(AnalysisError::Parameters(format!("no layer is named “{part}”: there are {}", layers.join(", "))));
    }
    Ok(layers.iter().map(|layer| asked.is_empty() || asked.iter().any(|part| is_of(layer, part))).collect())
}

/// Keeps what is of the chosen layers.
fn keep<T>(all: &mut Vec<T>, chosen: &[bool]) {
    let mut chosen = chosen.iter();
    all.retain(|_| chosen.next().is_some_and(|is_chosen| *is_chosen));
}

/// A squared norm below this counts as zero, as in a [`Gram`](crate::analysis::similarity::Gram) matrix.
const LEAST_SQUARE: f64 = 2e-30;
