//! The parameters, packed as the products read them.

use super::layout::Sizes;
use super::rows::{Packed, Rows};
use super::{Decoder, DecoderError};
use crate::kernel::cpu::Isa;

/// A decoder with its parameters, ready for passes.
pub struct Network<'a> {
    pub(super) decoder: &'a Decoder,
    pub(super) isa: Isa,
    /// Whether a pass may go back.
    pub(super) is_trained: bool,
    /// `[tokens, width]`.
    pub(super) embedding: &'a [f32],
    /// `[context, width]`, where positions are learned.
    pub(super) positions: Option<&'a [f32]>,
    pub(super) blocks: Vec<BlockWeights>,
    pub(super) norm: NormWeights,
    pub(super) logits: Both,
    /// A row of cosines and one of sines for each place, where positions are rotary.
    pub(super) rotary: Option<[Rows; 2]>,
}

/// The parameters of a block.
pub struct BlockWeights {
    pub attention_norm: NormWeights,
    pub joined: Both,
    pub joined_bias: Option<Rows>,
    pub output: Both,
    pub output_bias: Option<Rows>,
    pub feed_norm: NormWeights,
    pub feed: Both,
    /// Zeros where there is none.
    pub feed_bias: Rows,
    pub down: Both,
    pub down_bias: Option<Rows>,
}

/// A norm's gain and bias.
pub struct NormWeights {
    pub gain: Rows,
    pub bias: Option<Rows>,
}

/// A matrix for the way forward, and transposed for the way back.
pub struct Both {
    pub forward: Packed,
    /// Empty where there is no way back.
    pub backward: Packed,
}

impl Both {
    /// Of matrices side by side, each with its number of columns and its first column.
    fn new(matrices: &[(&[f32], usize, usize)], rows: usize, columns: usize, is_trained: bool) -> Self {
        let mut both = Self { forward: Packed::zeros(rows, columns), backward: Packed::default() };
        if is_trained {
            both.backward = Packed::zeros(columns, rows);
        }
        for (matrix, own, column) in matrices {
            both.forward.put(matrix, *own, [0, *column]);
            if is_trained {
                both.backward.put_transposed(matrix, *own, *column);
            }
        }
        both
    }
}

impl<'a> Network<'a> {
    /// Packs the parameters, which `find` gives by name. `is_trained` tells whether a pass will go back.
    ///
    /// # Errors
    /// If a parameter is missing or has another number of numbers.
    pub fn new(decoder: &'a Decoder, is_trained: bool, find: impl Fn(&str) -> Option<&'a [f32]>) -> Result<Self, DecoderError> {
        let find = |name: &str| find(name).ok_or_else(|| DecoderError::Missing(name.to_owned()));
        for parameter in &decoder.parameters {
            let (found, expected) = (find(&parameter.name)?.len(), parameter.count());
            if found != expected {
                return Err(DecoderError::Count { name: parameter.name.clone(), found, expected });
            }
        }
        let sizes = decoder.sizes;
        let Sizes { width, joined, hidden, hidden_lanes, feed, tokens, .. } = sizes;
        let kv = (joined - width) / 2;
        let norm = |name: &str| -> Result<NormWeights, DecoderError> {
            let bias = sizes.is_centred.then(|| find(&format!("{name}.bias"))).transpose()?;
            Ok(NormWeights { gain: Rows::of(find(&format!("{name}.gain"))?), bias: bias.map(Rows::of) })
        };
        let block = |at: usize| -> Result<BlockWeights, DecoderError> {
            let find = |name: &str| find(&format!("blocks.{at}.{name}"));
            let [query, key, value] =
                [find("attention.query.weight")?, find("attention.key.weight")?, find("attention.value.weight")?];
            let (mut joined_bias, mut output_bias) = (None, None);
            if sizes.is_biased {
                let layers = ["query", "key", "value"].map(|layer| find(&format!("attention.{layer}.bias")));
                let [query, key, value] = layers;
                joined_bias = Some(Rows::of(&[query?, key?, value?].concat()));
                output_bias = Some(Rows::of(find("attention.output.bias")?));
            }
            let mut first = vec![(find("feed.up.weight")?, hidden, 0)];
            let (mut feed_bias, mut down_bias) = (Rows::of(&vec![0.0; hidden]), None);
            if sizes.is_gated {
                first.push((find("feed.gate.weight")?, hidden, hidden_lanes));
            } else {
                feed_bias = Rows::of(find("feed.up.bias")?);
                down_bias = Some(Rows::of(find("feed.down.bias")?));
            }
            Ok(BlockWeights {
                attention_norm: norm(&format!("blocks.{at}.attention_norm"))?,
                joined: Both::new(&[(query, width, 0), (key, kv, width), (value, kv, width + kv)], width, joined, is_trained),
                joined_bias,
                output: Both::new(&[(find("attention.output.weight")?, width, 0)], width, width, is_trained),
                output_bias,
                feed_norm: norm(&format!("blocks.{at}.feed_norm"))?,
                feed: Both::new(&first, width, feed, is_trained),
                feed_bias,
                down: Both::new(&[(find("feed.down.weight")?, width, 0)], hidden, width, is_trained),
                down_bias,
            })
        };
        let embedding = find("embedding")?;
        let logits = if sizes.is_tied {
            let mut both = Both { forward: Packed::zeros(width, tokens), backward: Packed::zeros(tokens, width) };
            both.forward.put_transposed(embedding, width, 0);
            both.backward.put(embedding, width, [0, 0]);
            both
        } else {
            Both::new(&[(find("logits.weight")?, tokens, 0)], width, tokens, is_trained)
        };
        Ok(Self {
            decoder,
            isa: Isa::best(),
            is_trained,
            embedding,
            positions: (!sizes.is_rotary).then(|| find("positions")).transpose()?,
            blocks: (0..decoder.parts.blocks.len()).map(block).collect::<Result<_, _>>()?,
            norm: norm("norm")?,
            logits,
            rotary: sizes.is_rotary.then(|| rotary(sizes)),
        })
    }

    /// The same from the parameters in one row, each after the one before it in the order of
    /// [`Decoder::parameters`].
    ///
    /// # Errors
    /// If the row is too short.
    pub fn of_row(decoder: &'a Decoder, is_trained: bool, row: &'a [f32]) -> Result<Self, DecoderError> {
        let mut at = 0;
        let mut found = std::collections::BTreeMap::new();
        for parameter in &decoder.parameters {
            let end = at + parameter.count();
            let values = row.get(at..end).ok_or_else(|| DecoderError::Missing(parameter.name.clone()))?;
            found.insert(parameter.name.as_str(), values);
            at = end;
        }
        Self::new(decoder, is_trained, |name| found.get(name).copied())
    }
}

/// Cosines and sines of the angles by which each place turns the pairs of a head.
pub fn rotary(sizes: Sizes) -> [Rows; 2] {
    let half = sizes.turned / 2;
    [f32::cos as fn(f32) -> f32, f32::sin].map(|of| {
        let mut rows = Rows::default();
        rows.size(sizes.context, half);
        for place in 0..sizes.context {
            for (pair, to) in rows.row_mut(place)[..half].iter_mut().enumerate() {
                *to = of(place as f32 * sizes.rotary_base.powf(-2.0 * pair as f32 / sizes.turned as f32));
            }
        }
        rows
    })
}
