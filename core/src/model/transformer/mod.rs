//! A decoder of tokens: each block adds to a stream of width d what attention finds before the place,
//! then what two layers make of the place alone, each of a normalised stream (“pre-norm”).
//!
//! Its choices cover the families that language models are made of: GPT-2's (learned positions, GELU, layer
//! norms, biases), GPT-NeoX's, which Pythia is of (rotary positions in a share of each head, biases, both
//! branches of a block side by side) and Llama's (rotary positions, SwiGLU, root-mean-square norms, grouped
//! heads).

#[cfg(feature = "engine")]
mod attention;
#[cfg(feature = "engine")]
mod layers;
#[cfg(feature = "engine")]
mod network;

#[cfg(feature = "engine")]
pub use layers::{Linear, Normaliser};
#[cfg(feature = "engine")]
pub(crate) use network::one_hot;
#[cfg(feature = "engine")]
pub use network::{Block, Transformer};

use super::ModelSettings;
use crate::settings::{Kind, Problem, Section, choice, section};
use crate::task::TaskConfig;

choice! {
    /// How a place knows where it stands.
    Positions {
        /// A learned vector for each place.
        Learned = "learned",
        /// Queries and keys are turned by their place (Su et al. 2021, arXiv 2104.09864).
        Rotary = "rotary",
    }
}

choice! {
    /// What stands between the two layers of a block.
    FeedForward {
        /// x·Φ(x), of the error function.
        Gelu = "gelu",
        /// x·σ(x) times a second layer (Shazeer 2020, arXiv 2002.05202).
        SwiGlu = "swiglu",
    }
}

choice! {
    /// How the stream is normalised before a layer reads it.
    Norm {
        /// To mean 0 and variance 1, then scaled and shifted.
        Layer = "layer",
        /// To mean square 1, then scaled (Zhang and Sennrich 2019, arXiv 1910.07467).
        Rms = "rms",
    }
}

choice! {
    /// Whether queries, keys, values and attention's output have biases.
    AttentionBias {
        /// None has one.
        None = "none",
        /// Each has one.
        All = "all",
    }
}

choice! {
    /// What a block's two layers read.
    Residual {
        /// The stream with what attention has added to it.
        Sequential = "sequential",
        /// The stream as attention reads it; both are added to it together (GPT-NeoX, Black et al. 2022,
        /// arXiv 2204.06745).
        Parallel = "parallel",
    }
}

choice! {
    /// Whether the tokens that are read and those that are predicted have the same vectors.
    Embedding {
        /// Each its own.
        Untied = "untied",
        /// The same.
        Tied = "tied",
    }
}

section! {
    /// The transformer's settings.
    TransformerSettings {
        width: usize = 64, Model, Kind::Whole { min: 1, max: 16_384 }, "units", "Width",
            "Numbers in the stream at each place, d; must be a multiple of the heads.";
        depth: usize = 2, Model, Kind::Whole { min: 1, max: 64 }, "blocks", "Blocks",
            "How many blocks the network has, each of attention and two layers.";
        heads: usize = 4, Model, Kind::Whole { min: 1, max: 128 }, "heads", "Heads",
            "How many heads of attention a block has.";
        kv_heads: usize = 4, Model, Kind::Whole { min: 1, max: 128 }, "heads", "Heads of keys",
            "How many heads have keys and values of their own; fewer than heads share them in groups.";
        hidden: usize = 4, Model, Kind::Whole { min: 1, max: 16 }, "× width", "Hidden layer",
            "Units between the two layers of a block, in widths.";
        positions: Positions = Positions::Learned, Model, Kind::Choice(Positions::WORDS), "", "Positions",
            "How a place knows where it stands: a learned vector, or queries and keys turned by their place.";
        rotary_share: f64 = 1.0, Model, Kind::Real { min: 0.0, max: 1.0 }, "", "Turned share",
            "Of rotary positions: the share of each head's numbers that is turned.";
        attention_bias: AttentionBias = AttentionBias::None, Model, Kind::Choice(AttentionBias::WORDS), "", "Attention's biases",
            "Whether queries, keys, values and attention's output have biases.";
        residual: Residual = Residual::Sequential, Model, Kind::Choice(Residual::WORDS), "", "Branches of a block",
            "Whether a block's two layers read what attention has added, or stand beside it.";
        feed_forward: FeedForward = FeedForward::Gelu, Model, Kind::Choice(FeedForward::WORDS), "", "Between the layers",
            "The non-linearity of a block's two layers.";
        norm: Norm = Norm::Layer, Model, Kind::Choice(Norm::WORDS), "", "Norm",
            "How the stream is normalised before a layer reads it.";
        embedding: Embedding = Embedding::Untied, Model, Kind::Choice(Embedding::WORDS), "", "Embedding",
            "Whether tokens read and tokens predicted have the same vectors.";
    }
}

impl TransformerSettings {
    /// Numbers of a head.
    pub fn head_width(&self) -> usize {
        self.width / self.heads
    }

    /// Units between the two layers of a block.
    pub fn hidden_width(&self) -> usize {
        self.hidden * self.width
    }

    /// Width of keys and of values, over all their heads.
    pub fn kv_width(&self) -> usize {
        self.kv_heads * self.head_width()
    }

    /// How many numbers at the beginning of each head are turned by their place.
    pub fn turned_width(&self) -> usize {
        match self.positions {
            Positions::Learned => 0,
            Positions::Rotary => (self.head_width() as f64 * self.rotary_share / 2.0) as usize * 2,
        }
    }

    /// Tokens and predicted tokens of a document of the task; a text of no tokens where it has none.
    fn sizes(task: &TaskConfig) -> (u64, u64) {
        task.documents().map_or((0, 0), |(tokens, context)| (tokens as u64, context as u64))
    }

    /// Weights of a block's matrices.
    fn block_weights(&self) -> u64 {
        let (d, kv, hidden) = (self.width as u64, self.kv_width() as u64, self.hidden_width() as u64);
        let layers = if self.feed_forward == FeedForward::SwiGlu { 3 } else { 2 };
        2 * d * d + 2 * d * kv + layers * d * hidden
    }
}

impl ModelSettings for TransformerSettings {
    fn parameters(&self, task: &TaskConfig) -> u64 {
        let (tokens, context) = Self::sizes(task);
        let (d, hidden) = (self.width as u64, self.hidden_width() as u64);
        let norm = if self.norm == Norm::Layer { 2 * d } else { d };
        let kv = self.kv_width() as u64;
        let attention_biases = if self.attention_bias == AttentionBias::All { 2 * d + 2 * kv } else { 0 };
        let feed_biases = if self.feed_forward == FeedForward::Gelu { hidden + d } else { 0 };
        let biases = attention_biases + feed_biases;
        let positions = if self.positions == Positions::Learned { context * d } else { 0 };
        let embeddings = if self.embedding == Embedding::Tied { 1 } else { 2 };
        embeddings * tokens * d + positions + self.depth as u64 * (self.block_weights() + 2 * norm + biases) + norm
    }

    /// Of a document: its places through every matrix, and each place with those before it.
    fn multiply_adds(&self, task: &TaskConfig) -> u64 {
        let (tokens, context) = Self::sizes(task);
        let d = self.width as u64;
        context * (self.depth as u64 * (self.block_weights() + 2 * context * d) + tokens * d)
    }

    /// What each operation of a block puts out stays until the backward pass; a test lets go of it.
    fn pass_bytes(&self, task: &TaskConfig, samples: u64, is_test: bool) -> u64 {
        let (tokens, context) = Self::sizes(task);
        let (d, heads, hidden) = (self.width as u64, self.heads as u64, self.hidden_width() as u64);
        let block = 16 * d + 4 * heads * context + 6 * hidden;
        let numbers = if is_test { block + 3 * tokens } else { self.depth as u64 * block + 5 * tokens };
        samples.saturating_mul(context).saturating_mul(4 * numbers)
    }

    /// It reads tokens, and nothing else; heads divide the width, and heads of keys divide the heads.
    fn conflicts(&self, task: &TaskConfig) -> Vec<Problem> {
        let mut problems = Vec::new();
        if task.documents().is_none() {
            let allowed = "must be mlp: this task is made of bits, which a transformer does not read";
            problems.push(Problem { field: "model", value: "transformer".into(), allowed: allowed.into() });
        }
        if !self.width.is_multiple_of(self.heads) {
            problems.push(self.problem("width", format!("must be a multiple of heads, which is {}", self.heads)));
        } else if self.positions == Positions::Rotary && !self.head_width().is_multiple_of(2) {
            problems.push(self.problem("width", format!("must be a multiple of {}: rotary heads are of even width", 2 * self.heads)));
        } else if self.positions == Positions::Rotary && self.turned_width() == 0 {
            let least = 2.0 / self.head_width() as f64;
            problems.push(self.problem("rotary_share", format!("must be at least {least}: heads of {} turn pairs", self.head_width())));
        }
        if !self.heads.is_multiple_of(self.kv_heads) {
            problems.push(self.problem("kv_heads", format!("must divide heads, which is {}", self.heads)));
        }
        problems
    }
}
