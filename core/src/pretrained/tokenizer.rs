//! Texts into tokens and back, by the tokenizer that a model was trained with.

use serde_json::{Map, Value};
use tokenizers::pipeline::{EncodeOptions, Override, PipelineTokenizer};

use super::PretrainedError;

/// What it is, in messages.
const KIND: &str = "tokenizer";

/// The library makes room for every number up to the largest. No vocabulary in use comes near this one.
const MOST: u64 = 1 << 24;

/// A model's tokenizer.
pub struct Tokenizer {
    pipeline: PipelineTokenizer,
    len: usize,
    /// Bytes without a token of their own, as SmolLM2's tokenizer lacks some control characters. The library
    /// reads no such tokenizer, so each is given a number after the last one.
    lacking: Vec<u8>,
}

impl Tokenizer {
    /// From the bytes of a `tokenizer.json`.
    ///
    /// # Errors
    /// If it is broken, or uses something that is not read.
    pub fn from_json(bytes: &[u8]) -> Result<Self, PretrainedError> {
        let broken = |reason: &dyn ToString| PretrainedError::broken(KIND, reason.to_string());
        let mut json: Value = serde_json::from_slice(bytes).map_err(|error| broken(&error))?;
        let ids = json["model"]["vocab"].as_object().into_iter().flat_map(Map::values);
        let added = json["added_tokens"].as_array().into_iter().flatten().map(|token| &token["id"]);
        let largest = ids.chain(added).filter_map(Value::as_u64).max();
        let largest = largest.ok_or_else(|| broken(&"it has no vocabulary of tokens with numbers"))?;
        if largest >= MOST {
            return Err(broken(&format!("it has a token of the number {largest}")));
        }
        let lacking = complete(&mut json, largest + 1);
        tokenizers::canonicalize_value(&mut json).map_err(|error| broken(&error))?;
        let pipeline = tokenizers::from_json(&json.to_string()).map_err(|error| broken(&error))?;
        Ok(Self { pipeline, len: largest as usize + 1, lacking })
    }

    /// How many tokens it has, gaps in their numbers counted.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none; then it could not have been read.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The tokens of a text, with those that the tokenizer adds before or behind it.
    ///
    /// # Errors
    /// If the tokenizer can't read it: it may lack a token for one of its bytes.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, PretrainedError> {
        let options = EncodeOptions { padding: Override::Off, truncation: Override::Off, ..EncodeOptions::default() };
        let mut tokens = Vec::new();
        let encoded = self.pipeline.encode_into(text, &options, &mut tokens);
        encoded.map_err(|error| PretrainedError::broken(KIND, error))?;
        let tokens: Vec<u32> = tokens.into_iter().map(u32::from).collect();
        match tokens.iter().find_map(|token| self.lacking.get((*token as usize).checked_sub(self.len)?)) {
            Some(byte) => Err(PretrainedError::NoToken(*byte)),
            None => Ok(tokens),
        }
    }

    /// The text of one token; what is no whole letter by itself is shown as �.
    pub fn text(&self, token: u32) -> String {
        self.pipeline.decode(&[token], false).unwrap_or_default()
    }
}

/// Gives each byte that a vocabulary of bytes lacks a number, from `next` on. Returns these bytes.
fn complete(json: &mut Value, next: u64) -> Vec<u8> {
    let before = &json["pre_tokenizer"];
    let parts = before["pretokenizers"].as_array().map_or(std::slice::from_ref(before), Vec::as_slice);
    let is_of_bytes = parts.iter().any(|part| part["type"] == "ByteLevel");
    let mut lacking = Vec::new();
    if let Some(vocabulary) = json["model"]["vocab"].as_object_mut().filter(|_| is_of_bytes) {
        for (byte, letter) in (0..=255).zip(letters()) {
            if !vocabulary.contains_key(&letter) {
                vocabulary.insert(letter, (next + lacking.len() as u64).into());
                lacking.push(byte);
            }
        }
    }
    lacking
}

/// The letters that vocabularies of bytes write for the bytes from 0 to 255: those that can be seen for
/// themselves, others from U+0100 on.
pub(crate) fn letters() -> impl Iterator<Item = String> {
    let mut others = '\u{100}'..;
    (0..=255u8).filter_map(move |byte| {
        let is_seen = matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
        if is_seen { Some(char::from(byte).to_string()) } else { others.next().map(String::from) }
    })
}
