//! The numbers of an array: plain, or in blocks of 32 weights that share a scale.

use half::f16;

use super::KIND;
use crate::pretrained::PretrainedError;

/// Weights of a block.
const BLOCK: usize = 32;

/// The kinds that are read.
const KINDS: &str = "F32, F16, BF16, Q8_0, Q4_0 and Q4_1";

/// Names of the kinds of ggml, by number; those that are gone have none.
const NAMES: [&str; 31] = [
    "F32", "F16", "Q4_0", "Q4_1", "", "", "Q5_0", "Q5_1", "Q8_0", "Q8_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_K",
    "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "I8", "I16", "I32", "I64", "F64", "IQ1_M",
    "BF16",
];

/// Reads so many numbers from the beginning of `bytes`.
pub fn read(name: &str, kind: u32, bytes: &[u8], count: usize) -> Result<Vec<f32>, PretrainedError> {
    let (block, weights): (usize, usize) = match kind {
        0 => (4, 1),
        1 | 30 => (2, 1),
        2 => (2 + BLOCK / 2, BLOCK),
        3 => (4 + BLOCK / 2, BLOCK),
        8 => (2 + BLOCK, BLOCK),
        _ => {
            let kind = NAMES.get(kind as usize).filter(|name| !name.is_empty()).map(|name| (*name).to_owned());
            let kind = kind.unwrap_or_else(|| "something unknown".to_owned());
            return Err(PretrainedError::Kind { name: name.to_owned(), kind, read: KINDS });
        }
    };
    let broken = |reason: &str| PretrainedError::broken(KIND, format!("the array {name} {reason}"));
    if !count.is_multiple_of(weights) {
        return Err(broken("does not fill its blocks of 32"));
    }
    let len = (count / weights).checked_mul(block).filter(|len| *len <= bytes.len());
    let bytes = &bytes[..len.ok_or_else(|| broken("ends after the file"))?];
    Ok(match kind {
        0 => bytes.as_chunks().0.iter().map(|number| f32::from_le_bytes(*number)).collect(),
        1 => bytes.as_chunks().0.iter().map(|number| f16::from_le_bytes(*number).to_f32()).collect(),
        30 => bytes.as_chunks().0.iter().map(|number| half::bf16::from_le_bytes(*number).to_f32()).collect(),
        2 => blocks::<18>(bytes, |block, to| nibbles(&block[2..], to, scale(block, 0), -8.0 * scale(block, 0))),
        3 => blocks::<20>(bytes, |block, to| nibbles(&block[4..], to, scale(block, 0), scale(block, 2))),
        _ => blocks::<34>(bytes, |block, to| {
            let scale = scale(block, 0);
            to.iter_mut().zip(&block[2..]).for_each(|(to, weight)| *to = f32::from(weight.cast_signed()) * scale);
        }),
    })
}

fn blocks<const SIZE: usize>(bytes: &[u8], one: impl Fn(&[u8; SIZE], &mut [f32])) -> Vec<f32> {
    let blocks = bytes.as_chunks::<SIZE>().0;
    let mut values = vec![0.0; blocks.len() * BLOCK];
    blocks.iter().zip(values.chunks_exact_mut(BLOCK)).for_each(|(block, to)| one(block, to));
    values
}

fn scale(block: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

/// Weights of four bits: the lower ones of all bytes, then the upper ones; each is q · scale + least.
fn nibbles(bytes: &[u8], to: &mut [f32], scale: f32, least: f32) {
    let (lower, upper) = to.split_at_mut(BLOCK / 2);
    for ((byte, lower), upper) in bytes.iter().zip(lower).zip(upper) {
        *lower = f32::from(byte & 15) * scale + least;
        *upper = f32::from(byte >> 4) * scale + least;
    }
}
