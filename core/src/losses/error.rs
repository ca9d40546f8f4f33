//! Why bytes are no table of losses, or runs make none.

/// What is wrong with losses of tokens.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LossesError {
    /// No model, no checkpoint or no token.
    #[error("it holds no losses")]
    Empty,
    /// Parts that don't fit each other.
    #[error("its parts do not fit each other: {0}")]
    Shape(String),
    /// A loss that is none.
    #[error("the loss of token {token} in {model} at step {step} is {value}: a loss is a number from 0 on")]
    Value {
        /// What stands there.
        value: f32,
        /// The model's name.
        model: String,
        /// The checkpoint's step.
        step: u64,
        /// Which token, from 0.
        token: usize,
    },
    /// Bytes of something else.
    #[error("this is no file of losses of tokens: {0}")]
    Foreign(String),
    /// A NumPy array that can't be read.
    #[error("this NumPy array cannot be read: {0}")]
    Npy(String),
    /// A run that is none of a text.
    #[error("{0} is no run of a text: its losses are not of tokens")]
    NotText(String),
    /// Runs that test other tokens.
    #[error("{one} and {other} test different tokens: {what} differs")]
    Differ {
        /// The first run.
        one: String,
        /// Another one.
        other: String,
        /// The setting in which they differ.
        what: &'static str,
    },
    /// Runs without a step in common.
    #[error("the runs have no step in common at which losses or parameters were kept")]
    NoStep,
    /// The text is not open, or does not fit.
    #[error(transparent)]
    Text(#[from] crate::text::TextError),
}
