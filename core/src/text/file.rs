//! A corpus as a safetensors file.
//!
//! | name | type and shape | what |
//! |---|---|---|
//! | `pairs` | U16 \[V − 256, 2\] | the tokens that each token from 256 on joins, in the order in which they were learned |
//! | `training` | U16 \[n\] | the tokens to be trained on |
//! | `held_out` | U16 \[m\] | the tokens to be tested on |
//!
//! The metadata holds `format`, `version`, `title`, `sources` (a JSON list of names and bytes) and `checksum`.

use std::collections::BTreeMap;

use safetensors::tensor::{Dtype, SafeTensors};

use super::{BytePairs, Corpus, TextError};
use crate::record::container::{self, Column};
use crate::record::is_whole;

/// What the metadata of a corpus says in `format`.
pub(crate) const FORMAT: &str = "quanta-lab-corpus";
const VERSION: &str = "1";

impl Corpus {
    /// The file's bytes; equal corpora give equal bytes.
    ///
    /// # Errors
    /// If a file cannot be made of it.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TextError> {
        let broken = |error: &dyn ToString| TextError::Broken(error.to_string());
        let row = |name: &str, tokens: &[u16]| Column::u16(name, vec![tokens.len()], tokens.to_vec());
        let pairs = self.pairs.pairs();
        let columns = vec![
            Column::u16("pairs", vec![pairs.len(), 2], pairs.concat()),
            row("training", &self.training),
            row("held_out", &self.held_out),
        ];
        let sources = serde_json::to_string(&self.sources).map_err(|error| broken(&error))?;
        let metadata: BTreeMap<String, String> =
            [("format", FORMAT), ("version", VERSION), ("title", &self.title), ("sources", &sources)]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into();
        container::to_bytes(columns, metadata).map_err(|error| broken(&error))
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// If it is no corpus, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TextError> {
        let broken = |error: &dyn ToString| TextError::Broken(error.to_string());
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| broken(&error))?;
        let metadata = header.metadata().clone().unwrap_or_default();
        let entry = |name: &str| metadata.get(name).map(String::as_str);
        if entry("format") != Some(FORMAT) {
            return Err(broken(&"it is a safetensors file of something else"));
        }
        if entry("version") != Some(VERSION) {
            return Err(broken(&"it was written by a newer version of this program"));
        }
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| broken(&error))?;
        if !is_whole(&tensors, &metadata) {
            return Err(broken(&"its content is not what was written"));
        }
        let row = |name: &str| {
            let view = tensors.tensor(name).map_err(|error| broken(&error))?;
            if view.dtype() != Dtype::U16 {
                return Err(broken(&format!("`{name}` is not of U16")));
            }
            Ok(view.data().as_chunks::<2>().0.iter().map(|bytes| u16::from_le_bytes(*bytes)).collect::<Vec<u16>>())
        };
        let pairs = BytePairs::new(row("pairs")?.as_chunks::<2>().0.to_vec())?;
        let tokens = |name: &str| {
            let tokens = row(name)?;
            match tokens.iter().find(|token| usize::from(**token) >= pairs.len()) {
                Some(token) => Err(broken(&format!("`{name}` has the token {token}, and its vocabulary only {}", pairs.len()))),
                None => Ok(tokens),
            }
        };
        let sources = serde_json::from_str(entry("sources").unwrap_or("[]")).map_err(|error| broken(&error))?;
        let (training, held_out) = (tokens("training")?, tokens("held_out")?);
        Ok(Self { title: entry("title").unwrap_or_default().to_owned(), sources, pairs, training, held_out })
    }
}
