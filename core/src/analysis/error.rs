//! What can be wrong with samples, similarities and labels, as sentences.

/// Why an analysis cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AnalysisError {
    /// A cluster needs others to be told from.
    #[error("there {} to cluster, but at least two are needed", samples_left(*.0))]
    TooFewSamples(usize),
    /// More clusters than samples, or none.
    #[error("{k} clusters of {n} samples cannot be made: k must be from 1 to {n}")]
    Clusters {
        /// The number of clusters asked for.
        k: usize,
        /// How many samples there are.
        n: usize,
    },
    /// The eigenvectors were computed for fewer clusters.
    #[error("k = {k} needs {k} eigenvectors, but only {computed} were computed: embed with a larger k")]
    Eigenvectors {
        /// The number of clusters asked for.
        k: usize,
        /// How many eigenvectors there are.
        computed: usize,
    },
    /// More neighbours than other samples, or none.
    #[error(
        "{neighbours} nearest neighbours need more than {neighbours} samples, and at least one neighbour; there are {n} samples"
    )]
    Neighbours {
        /// The number of neighbours asked for.
        neighbours: usize,
        /// How many samples there are.
        n: usize,
    },
    /// Every gradient is zero.
    #[error("all {0} sample vectors are zero, so they have no direction to compare: choose samples whose loss is not exactly 0")]
    AllZero(usize),
    /// Every gradient points the same way.
    #[error("all {0} sample vectors point the same way, so there is nothing to tell apart")]
    Identical(usize),
    /// NaN or infinity in a sample vector or a similarity.
    #[error("number {position} of sample {sample} is {value}, but must be finite")]
    NotFinite {
        /// The row.
        sample: usize,
        /// The column.
        position: usize,
        /// NaN or an infinity.
        value: f32,
    },
    /// A norm overflowed.
    #[error("the vector of sample {0} is too long for single precision: scale each sample to a norm near 1")]
    TooLong(usize),
    /// Rows whose lengths do not fit.
    #[error("{what}: {found} instead of {expected}")]
    Shape {
        /// What does not fit.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// An affinity is negative or not symmetric.
    #[error("the affinity of samples {i} and {j} is {value}, but must be at least 0 and the same both ways")]
    Affinity {
        /// One sample.
        i: usize,
        /// The other.
        j: usize,
        /// Their affinity.
        value: f32,
    },
    /// A sample with no affinity to any other.
    #[error("sample {0} is alike to no other (all its affinities are 0), so a graph of them cannot place it: leave it out")]
    Isolated(usize),
    /// There is no such sample.
    #[error("there is no sample {sample}: the {n} samples are numbered from 0")]
    NoSample {
        /// The number asked for.
        sample: usize,
        /// How many there are.
        n: usize,
    },
    /// The iterative eigensolver stopped early.
    #[error("only {converged} of {asked} eigenvectors of {n} samples converged: ask for fewer clusters")]
    Eigen {
        /// How many converged.
        converged: usize,
        /// How many were asked for.
        asked: usize,
        /// How many samples there are.
        n: usize,
    },
    /// The dense eigensolver or another library failed.
    #[error("{what} failed: {why}")]
    Library {
        /// What was computed.
        what: &'static str,
        /// The library's own words.
        why: String,
    },
    /// Two labellings of different samples.
    #[error("{left_name} has {left} labels and {right_name} has {right}, but both must label the same samples")]
    Lengths {
        /// What the first is called.
        left_name: String,
        /// Its length.
        left: usize,
        /// What the second is called.
        right_name: String,
        /// Its length.
        right: usize,
    },
    /// A word that is no token of the language.
    #[error("“{0}” is no token of this language: its tokens are written as they are shown, with spaces between them")]
    Word(String),
    /// A list without labels.
    #[error("{0} has no labels")]
    Empty(String),
    /// No loss changes elsewhere, so that a change has nothing to be compared with.
    #[error("moving the weights changes the loss of no other sample, so the change has nothing to be compared with")]
    Still,
    /// Weights were moved so far that losses are not finite.
    #[error("with the weights moved by {0} of their norm the losses are not finite: take a smaller ε")]
    TooFar(f64),
    /// Parameters that are not the model's.
    #[error("{0}")]
    Parameters(String),
    /// Too few samples that the model predicts well.
    #[error(
        "only {found} of {drawn} samples have a loss under {below} nats, but {asked} are asked for: train for longer, or ask for fewer or for a higher loss"
    )]
    LowLoss {
        /// How many were found.
        found: usize,
        /// How many were asked for.
        asked: usize,
        /// The loss in nats.
        below: f64,
        /// How many were drawn.
        drawn: usize,
    },
    /// A gradient that would take more memory than there may be.
    #[error(
        "whole gradients of {samples} samples would take {gib:.1} GiB: take a projection, the predicting place alone, or fewer samples"
    )]
    Memory {
        /// How many samples were asked for.
        samples: usize,
        /// How much memory they would take.
        gib: f64,
    },
    /// No scratch file for gradients.
    #[error(
        "{gib:.1} GiB of gradients cannot be kept in {folder}: {why}; make room there, name another folder by TMPDIR, or take a projection or fewer samples"
    )]
    Scratch {
        /// How much room was needed.
        gib: f64,
        /// Where.
        folder: String,
        /// The system's own words.
        why: String,
    },
    /// What was kept of an analysis lacks a part, or has one that does not fit.
    #[error("the clusters that are kept here cannot be read: `{0}` is missing or does not fit; make them anew")]
    Artifact(String),
    /// Whoever waits wants it to end.
    #[error("stopped")]
    Stopped,
    /// Labels that are not what a file of labels holds.
    #[error("{0}")]
    Labels(String),
}

/// “is only 1 sample”, “are no samples”.
fn samples_left(n: usize) -> String {
    match n {
        0 => "are no samples".to_owned(),
        1 => "is only 1 sample".to_owned(),
        n => format!("are only {n} samples"),
    }
}
