//! What is asked of an analysis.

use serde_json::{Value, json};

use super::kinds::{Method, Similarity};
use crate::analysis::AnalysisError;
use crate::settings::choice;

choice! {
    /// How samples are drawn.
    Draw {
        /// As many of every quantum that the model knows.
        Balanced = "balanced",
        /// As often as the task uses them.
        Natural = "natural",
    }
}

choice! {
    /// At which places of a document gradients are taken.
    Places {
        /// At the place that predicts, alone.
        Predicting = "predicting",
        /// At all places before the predicted token, summed, as published.
        All = "all",
    }
}

/// The settings of an analysis.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// Samples.
    pub samples: usize,
    /// How they are drawn.
    pub draw: Draw,
    /// Only tokens with a loss below this are samples, nats (the paper has 0.1).
    pub below: f64,
    /// At which places gradients are taken.
    pub places: Places,
    /// The layers whose gradients are taken, each by its name or a part of it between dots (`attention`, `blocks.1`);
    /// empty: all.
    pub layers: Vec<String>,
    /// Gradients are projected to r × r numbers a layer before they are compared; 0: not at all.
    pub projection: usize,
    /// How samples are compared.
    pub similarities: Vec<Similarity>,
    /// How they are clustered.
    pub methods: Vec<Method>,
    /// Numbers of clusters; empty: as many as there are quanta among the samples.
    pub k: Vec<usize>,
    /// Neighbours of a sample in the graph.
    pub neighbours: usize,
    /// Starts of k-means (the paper has 30).
    pub starts: usize,
    /// Parts of 80 % of the samples that are clustered anew, to see which clusters come again; 0: none. Each takes
    /// about half as long as the clusterings themselves.
    pub stability: usize,
    /// Names the samples, the projection, the starts and the parts.
    pub seed: u64,
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            samples: 2_000,
            draw: Draw::Balanced,
            below: 0.1,
            places: Places::Predicting,
            layers: Vec::new(),
            projection: 0,
            similarities: Similarity::ALL.to_vec(),
            methods: Method::ALL.to_vec(),
            k: Vec::new(),
            neighbours: 15,
            starts: 30,
            stability: 0,
            seed: 0,
        }
    }
}

impl Ask {
    /// Finds what can be known to be wrong before anything is computed.
    ///
    /// # Errors
    /// Fewer than two samples, a k that is 0 or larger than their number, as many neighbours as samples.
    pub fn check(&self) -> Result<(), AnalysisError> {
        if self.samples < 2 {
            return Err(AnalysisError::TooFewSamples(self.samples));
        }
        if let Some(k) = self.k.iter().find(|k| **k == 0 || **k > self.samples) {
            return Err(AnalysisError::Clusters { k: *k, n: self.samples });
        }
        let needs_neighbours = self.methods.iter().any(|method| method.is_of_neighbours());
        if needs_neighbours && (self.neighbours == 0 || self.neighbours >= self.samples) {
            return Err(AnalysisError::Neighbours { neighbours: self.neighbours, n: self.samples });
        }
        Ok(())
    }

    /// How many steps [`run`](super::run) takes up to the end of so many similarities, each of which it says.
    pub fn stages(&self, similarities: usize) -> usize {
        2 + similarities * (2 + self.methods.len() + self.stability)
    }

    /// As JSON, for what is kept.
    pub fn to_json(&self) -> Value {
        json!({
            "samples": self.samples, "draw": self.draw.word(), "below_nats": self.below, "places": self.places.word(), "layers": self.layers,
            "projection": self.projection, "similarities": self.similarities.iter().map(|one| one.word()).collect::<Vec<_>>(),
            "methods": self.methods.iter().map(|one| one.word()).collect::<Vec<_>>(), "k": self.k,
            "neighbours": self.neighbours, "starts": self.starts, "stability": self.stability, "seed": self.seed,
        })
    }

    /// From JSON; nothing where it is not of that form.
    pub fn from_json(value: &Value) -> Option<Self> {
        let whole = |name: &str| Some(value.get(name)?.as_u64()? as usize);
        let word = |name: &str| value.get(name)?.as_str();
        let words = |name: &str| value.get(name)?.as_array()?.iter().map(Value::as_str).collect::<Option<Vec<&str>>>();
        let k = value.get("k")?.as_array()?.iter().map(|k| k.as_u64().map(|k| k as usize));
        Some(Self {
            samples: whole("samples")?,
            draw: Draw::from_word(word("draw")?)?,
            below: value.get("below_nats")?.as_f64()?,
            places: Places::from_word(word("places")?)?,
            // Files from before layers were chosen have none.
            layers: words("layers").unwrap_or_default().into_iter().map(str::to_owned).collect(),
            projection: whole("projection")?,
            similarities: words("similarities")?.into_iter().map(Similarity::from_word).collect::<Option<_>>()?,
            methods: words("methods")?.into_iter().map(Method::from_word).collect::<Option<_>>()?,
            k: k.collect::<Option<_>>()?,
            neighbours: whole("neighbours")?,
            starts: whole("starts")?,
            // Files from before clusters were measured so have none.
            stability: value.get("stability").and_then(Value::as_u64).unwrap_or(0) as usize,
            seed: value.get("seed")?.as_u64()?,
        })
    }
}
