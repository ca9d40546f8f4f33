//! NumPy arrays (`.npy`), for losses that others have computed: the format's versions 1 to 3, numbers of half,
//! single and double precision, the smallest byte first, rows before columns.

use half::f16;

use super::{Losses, LossesError, Passage};

const MAGIC: &[u8] = b"\x93NUMPY";

impl Losses {
    /// Whether bytes are a NumPy array, by how they begin.
    pub fn is_npy(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// Reads an array `[models, checkpoints, tokens]`, or `[models, tokens]` of one checkpoint, in nats.
    ///
    /// # Errors
    /// If it is no such array, is cut short, or holds a loss that is none.
    pub fn from_npy(title: &str, bytes: &[u8]) -> Result<Self, LossesError> {
        let (shape, values) = array(bytes)?;
        let bits = values.into_iter().map(|nats| nats * std::f32::consts::LOG2_E).collect();
        Self::of_table(title, &shape, bits, None, None, Passage::default())
    }
}

/// The shape of an array, and its numbers.
fn array(bytes: &[u8]) -> Result<(Vec<usize>, Vec<f32>), LossesError> {
    let wrong = |what: &str| LossesError::Npy(what.to_owned());
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| wrong("it does not begin as one"))?;
    let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(|| wrong("it is cut short"))?;
    let (len, rest) = match version[0] {
        1 => rest.split_first_chunk::<2>().map(|(len, rest)| (usize::from(u16::from_le_bytes(*len)), rest)),
        2 | 3 => rest.split_first_chunk::<4>().map(|(len, rest)| (u32::from_le_bytes(*len) as usize, rest)),
        _ => return Err(wrong("its version is not known")),
    }
    .ok_or_else(|| wrong("it is cut short"))?;
    if len > rest.len() {
        return Err(wrong("it is cut short"));
    }
    let (header, data) = rest.split_at(len);
    let header = std::str::from_utf8(header).map_err(|_| wrong("its header is no text"))?;
    if value(header, "fortran_order") != Some("False") {
        return Err(wrong("its columns come before its rows; numpy.ascontiguousarray turns it round"));
    }
    let shape = value(header, "shape").ok_or_else(|| wrong("its header has no shape"))?;
    let numbers = shape.trim_matches(['(', ')']).split(',').map(str::trim).filter(|part| !part.is_empty());
    let shape = numbers.map(|number| number.parse::<usize>().map_err(|_| wrong("its shape is none")));
    let shape = shape.collect::<Result<Vec<usize>, _>>()?;
    let kind = value(header, "descr").map(|text| text.trim_matches(['\'', '"'])).unwrap_or_default();
    let values: Vec<f32> = match kind {
        "<f2" => data.as_chunks::<2>().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect(),
        "<f4" => data.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        "<f8" => data.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32).collect(),
        other => return Err(LossesError::Npy(format!("its numbers are “{other}”, where <f2, <f4 and <f8 are read"))),
    };
    let count = shape.iter().try_fold(1usize, |count, extent| count.checked_mul(*extent));
    if count != Some(values.len()) {
        return Err(LossesError::Npy(format!("its shape is {shape:?}, but it holds {} numbers", values.len())));
    }
    Ok((shape, values))
}

/// The value of a key in a header, which is a Python dictionary: a word, or what stands in parentheses.
fn value<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let (_, after) = header.split_once(&format!("'{key}'"))?;
    let after = after.trim_start().strip_prefix(':')?.trim_start();
    let end = if after.starts_with('(') { after.find(')')? + 1 } else { after.find([',', '}'])? };
    after.get(..end).map(str::trim)
}
