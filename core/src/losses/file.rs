//! Losses of tokens as a safetensors file, written by the lab or by others.
//!
//! M models, S checkpoints and T tokens with a loss give
//!
//! | name | type and shape | what |
//! |---|---|---|
//! | `loss` | F16, F32 or F64 \[M, S, T\], or \[M, T\] of one checkpoint | the loss of each token |
//! | `step` | I64 or I32 \[S\] | the step of each checkpoint, rising; without it they are counted from 0 |
//! | `text` | U8 | the text that the tokens stand in, UTF-8 |
//! | `ends` | I32 or I64 \[K\] | where each token of the text ends in it, bytes |
//! | `places` | I32 or I64 \[T\] | which token of the text each loss is of, rising; without it all K of them in order |
//!
//! of which only `loss` has to be there. The metadata may hold `unit` (`bits` or `nats`; nats where it is missing),
//! `title`, `models` (a JSON list of objects: `name`, `parameters`, `seed`) and `documents` (a JSON list of objects:
//! `name`, `begins`, the token at which it begins). What the lab writes holds them all, `format` and `checksum` too.

use std::collections::BTreeMap;

use half::f16;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::{Document, Losses, LossesError, Model, Passage};
use crate::record::container::{self, Column};
use crate::record::is_whole;

const FORMAT: &str = "quanta-lab-losses";

impl Losses {
    /// The file's bytes, with losses in half precision: to about one part in two thousand.
    ///
    /// # Errors
    /// If a file cannot be made of them.
    pub fn to_bytes(&self) -> Result<Vec<u8>, LossesError> {
        let Passage { bytes, ends, documents, places } = &self.passage;
        let list =
            |name: &str, numbers: &[u32]| Column::i32(name, vec![numbers.len()], numbers.iter().map(|number| *number as i32));
        let shape = vec![self.models.len(), self.steps.len(), self.tokens()];
        let mut columns = vec![
            Column::f16("loss", shape, self.bits().iter().map(|bits| f16::from_f32(*bits).to_bits()).collect()),
            Column::i64("step", vec![self.steps.len()], self.steps.iter().map(|step| *step as i64)),
        ];
        if !ends.is_empty() {
            columns.extend([list("ends", ends), list("places", places), Column::u8("text", vec![bytes.len()], bytes.clone())]);
        }
        let json = |value: Result<String, serde_json::Error>| value.map_err(|error| LossesError::Foreign(error.to_string()));
        let metadata: BTreeMap<String, String> = [
            ("format", FORMAT.to_owned()),
            ("unit", "bits".to_owned()),
            ("title", self.title.clone()),
            ("models", json(serde_json::to_string(&self.models))?),
            ("documents", json(serde_json::to_string(documents))?),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into();
        container::to_bytes(columns, metadata).map_err(LossesError::Foreign)
    }

    /// Reads a file's bytes, whoever wrote them.
    ///
    /// # Errors
    /// If it is no such file, is damaged, or holds a loss that is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LossesError> {
        let foreign = |error: &dyn ToString| LossesError::Foreign(error.to_string());
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| foreign(&error))?;
        let metadata = header.metadata().clone().unwrap_or_default();
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| foreign(&error))?;
        if !is_whole(&tensors, &metadata) {
            return Err(foreign(&"its content is not what was written"));
        }
        let view = |name: &str| tensors.tensor(name).ok();
        let loss = view("loss").ok_or_else(|| foreign(&"it has no array `loss`"))?;
        let (shape, mut bits) = (loss.shape().to_vec(), floats("loss", &loss)?);
        match metadata.get("unit").map(String::as_str) {
            Some("bits") => (),
            Some("nats") | None => bits.iter_mut().for_each(|loss| *loss *= std::f32::consts::LOG2_E),
            Some(other) => return Err(foreign(&format!("its unit is “{other}”, where bits and nats are known"))),
        }
        let whole = |name: &str| view(name).map(|view| wholes(name, &view)).transpose();
        let steps = whole("step")?;
        let json = |name: &str| metadata.get(name).map(String::as_str);
        let models: Option<Vec<Model>> = json("models").map(serde_json::from_str).transpose().map_err(|error| foreign(&error))?;
        let documents: Option<Vec<Document>> =
            json("documents").map(serde_json::from_str).transpose().map_err(|error| foreign(&error))?;
        let small = |numbers: Vec<u64>, name: &str| {
            let numbers = numbers
                .into_iter()
                .map(|number| u32::try_from(number).map_err(|_| foreign(&format!("`{name}` has the number {number}"))));
            numbers.collect::<Result<Vec<u32>, _>>()
        };
        let ends = small(whole("ends")?.unwrap_or_default(), "ends")?;
        let places = match whole("places")? {
            Some(places) => small(places, "places")?,
            None => (0..ends.len() as u32).collect(),
        };
        let text = view("text").map(|view| view.data().to_vec()).unwrap_or_default();
        let passage = Passage { bytes: text, ends, documents: documents.unwrap_or_default(), places };
        Self::of_table(json("title").unwrap_or_default(), &shape, bits, steps, models, passage)
    }

    /// From a table of any of the known shapes, with what is known besides.
    pub(super) fn of_table(
        title: &str,
        shape: &[usize],
        bits: Vec<f32>,
        steps: Option<Vec<u64>>,
        models: Option<Vec<Model>>,
        passage: Passage,
    ) -> Result<Self, LossesError> {
        let (count, checkpoints) = match *shape {
            [models, checkpoints, _] => (models, checkpoints),
            [models, _] => (models, 1),
            _ => {
                return Err(LossesError::Shape(format!(
                    "its losses have the shape {shape:?}, where [models, checkpoints, tokens] is known"
                )));
            }
        };
        // Before anything is made for each: an extent of 0 leaves the others free to be of any size.
        if count.max(checkpoints) > bits.len() {
            return Err(LossesError::Shape(format!("its losses have the shape {shape:?}, which leaves {} of them", bits.len())));
        }
        let unnamed = |at: usize| Model { name: format!("model {}", at + 1), parameters: 0, seed: 0 };
        let models = models.unwrap_or_else(|| (0..count).map(unnamed).collect());
        let steps = steps.unwrap_or_else(|| (0..checkpoints as u64).collect());
        if models.len() != count || steps.len() != checkpoints {
            return Err(LossesError::Shape(format!(
                "its losses have the shape {shape:?}, but it names {} models and {} steps",
                models.len(),
                steps.len()
            )));
        }
        Self::new(title.to_owned(), models, steps, passage, bits)
    }
}

fn floats(name: &str, view: &TensorView) -> Result<Vec<f32>, LossesError> {
    let data = view.data();
    match view.dtype() {
        Dtype::F16 => Ok(data.as_chunks::<2>().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect()),
        Dtype::F32 => Ok(data.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()),
        Dtype::F64 => Ok(data.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32).collect()),
        other => Err(LossesError::Foreign(format!("`{name}` is {other:?}, where F16, F32 and F64 are read"))),
    }
}

fn wholes(name: &str, view: &TensorView) -> Result<Vec<u64>, LossesError> {
    let data = view.data();
    let numbers: Vec<i64> = match view.dtype() {
        Dtype::I32 => data.as_chunks::<4>().0.iter().map(|bytes| i64::from(i32::from_le_bytes(*bytes))).collect(),
        Dtype::I64 => data.as_chunks::<8>().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect(),
        other => return Err(LossesError::Foreign(format!("`{name}` is {other:?}, where I32 and I64 are read"))),
    };
    let below = |number: i64| LossesError::Foreign(format!("`{name}` has the number {number}"));
    numbers.into_iter().map(|number| u64::try_from(number).map_err(|_| below(number))).collect()
}
