//! Why a model of others can't be read.

use std::path::{Path, PathBuf};

/// A file that holds no model that can be read, or a text that the model can't read.
#[derive(Debug, thiserror::Error)]
pub enum PretrainedError {
    /// Something is wrong with what is at a path.
    #[error("{}: {error}", path.display())]
    At {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        error: Box<PretrainedError>,
    },
    /// A file can't be read.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// It is neither a folder nor a GGUF file.
    #[error(
        "it is no model that can be read: a folder with config.json, tokenizer.json and safetensors files is, and a GGUF file"
    )]
    NotAModel,
    /// A model of another family.
    #[error("the model is of the family “{0}”; those of GPT-2 (gpt2), GPT-NeoX (gpt_neox) and Llama (llama) are read")]
    Family(String),
    /// A setting is missing, or is none that the decoder computes.
    #[error("{name} is {found}; {wanted}")]
    Setting {
        /// Its name in the file.
        name: String,
        /// What it is, in words.
        found: String,
        /// What it must be, in words.
        wanted: String,
    },
    /// A file of a known kind that is broken.
    #[error("the {kind} is broken: {reason}")]
    Broken {
        /// What it is: “GGUF file”.
        kind: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// An array is missing.
    #[error("the array {0} is missing")]
    Missing(String),
    /// An array has no part in a model of the family.
    #[error("the array {0} has no part in a model of this family as it is computed here; without it this would be another model")]
    LeftOver(String),
    /// An array has another shape.
    #[error("the array {name} is of the shape {found:?}, and the settings ask for {expected:?}")]
    Shape {
        /// Its name in the file.
        name: String,
        /// Its shape.
        found: Vec<usize>,
        /// The shape that it must have.
        expected: Vec<usize>,
    },
    /// An array's numbers are of a kind that is not read.
    #[error("the array {name} is stored as {kind}; {read} are read")]
    Kind {
        /// Its name in the file.
        name: String,
        /// The kind of its numbers.
        kind: String,
        /// Those that are read.
        read: &'static str,
    },
    /// A parameter is not a number, or infinite.
    #[error("number {at} of the parameter {name} is not finite")]
    NotANumber {
        /// The parameter's name in the decoder.
        name: String,
        /// Which of its numbers.
        at: usize,
    },
    /// The tokenizer knows more tokens than the model.
    #[error("the tokenizer has {found} tokens, and the model reads only {tokens}: they don't belong together")]
    Vocabulary {
        /// Tokens of the tokenizer.
        found: usize,
        /// Tokens of the model.
        tokens: usize,
    },
    /// A byte of the text is none that the tokenizer reads.
    #[error("the model's tokenizer has no token for the byte 0x{0:02X}, which the text has")]
    NoToken(u8),
    /// The text has too few tokens.
    #[error("the text has {0} tokens; a loss needs at least 2")]
    TooShort(usize),
    /// So long a context is none that the model was trained on, or takes too much memory.
    #[error("a context of {found} tokens is not computed for this model; from 1 to {most} are")]
    Context {
        /// What was asked for.
        found: usize,
        /// What it was trained on, or what memory allows.
        most: usize,
    },
}

impl PretrainedError {
    /// Says at which path it was.
    pub(super) fn of(self, path: &Path) -> Self {
        match self {
            Self::At { .. } => self,
            _ => Self::At { path: path.to_owned(), error: Box::new(self) },
        }
    }

    /// A setting that is missing, or is none that the decoder computes: what it is and must be, in words.
    pub(super) fn setting(name: &str, found: impl ToString, wanted: &str) -> Self {
        Self::Setting { name: name.to_owned(), found: found.to_string(), wanted: wanted.to_owned() }
    }

    /// A broken file.
    pub(super) fn broken(kind: &'static str, reason: impl ToString) -> Self {
        Self::Broken { kind, reason: reason.to_string() }
    }
}
