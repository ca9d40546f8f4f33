//! What stands before the numbers: settings by name, and where each array is.

use std::collections::BTreeMap;

use super::KIND;
use crate::pretrained::PretrainedError;

/// The first four bytes.
pub const MAGIC: &[u8] = b"GGUF";

/// A setting's value; numbers that are not asked for are passed over.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Whole(u64),
    Real(f64),
    Text(String),
    Texts(Vec<String>),
    Wholes(Vec<u64>),
    Other,
}

/// An array's place.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Rows, then columns.
    pub shape: Vec<usize>,
    /// The number of its kind.
    pub kind: u32,
    /// Where it begins in the file.
    pub begin: usize,
}

/// A file's settings and arrays.
#[derive(Debug)]
pub struct Header {
    values: BTreeMap<String, Value>,
    tensors: BTreeMap<String, Tensor>,
}

impl Header {
    /// Reads it from a file's bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, PretrainedError> {
        let mut reader = Reader { bytes, at: MAGIC.len() };
        let version = reader.u32()?;
        if !(2..=3).contains(&version) {
            return Err(broken(format!("it is of version {version}; 2 and 3 are read")));
        }
        let (tensors, values) = (reader.u64()?, reader.u64()?);
        let mut header = Self { values: BTreeMap::new(), tensors: BTreeMap::new() };
        for _ in 0..values {
            let name = reader.text()?;
            let kind = reader.u32()?;
            let value = reader.value(kind)?;
            header.values.insert(name, value);
        }
        let mut places = Vec::new();
        for _ in 0..tensors {
            let name = reader.text()?;
            let dimensions = reader.u32()?;
            if dimensions > 4 {
                return Err(broken(format!("the array {name} has {dimensions} dimensions; there are at most 4")));
            }
            // The file has columns first.
            let mut shape = Vec::new();
            for _ in 0..dimensions {
                let size = reader.u64()?;
                shape.insert(0, usize::try_from(size).map_err(|_| broken(format!("the array {name} is of the size {size}")))?);
            }
            places.push((name, shape, reader.u32()?, reader.u64()?));
        }
        let alignment = if header.has("general.alignment") { header.whole("general.alignment")? } else { 32 };
        let data = reader.at.checked_next_multiple_of(alignment);
        for (name, shape, kind, offset) in places {
            let begin = usize::try_from(offset).ok().zip(data).and_then(|(offset, data)| data.checked_add(offset));
            let Some(begin) = begin.filter(|begin| *begin <= bytes.len()) else {
                return Err(broken(format!("the array {name} begins after the file's end; was it cut short?")));
            };
            header.tensors.insert(name, Tensor { shape, kind, begin });
        }
        Ok(header)
    }

    /// Whether it has a setting.
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// A whole number over 0.
    pub fn whole(&self, name: &str) -> Result<usize, PretrainedError> {
        match self.values.get(name) {
            Some(Value::Whole(number @ 1..=0xffff_ffff)) => Ok(*number as usize),
            _ => Err(self.unlike(name, "it must be a whole number over 0")),
        }
    }

    /// A number over 0.
    pub fn real(&self, name: &str, otherwise: f32) -> Result<f32, PretrainedError> {
        match self.values.get(name) {
            None => Ok(otherwise),
            Some(Value::Real(number)) if *number > 0.0 => Ok(*number as f32),
            Some(_) => Err(self.unlike(name, "it must be a number over 0")),
        }
    }

    /// Whether a setting is there and is on.
    pub fn is_on(&self, name: &str) -> bool {
        matches!(self.values.get(name), Some(Value::Whole(1..)))
    }

    /// A number that may be 0.
    pub fn number(&self, name: &str) -> Option<u64> {
        if let Some(Value::Whole(number)) = self.values.get(name) { Some(*number) } else { None }
    }

    /// A text.
    pub fn text(&self, name: &str) -> Result<&str, PretrainedError> {
        match self.values.get(name) {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(self.unlike(name, "it must be a text")),
        }
    }

    /// A list of texts.
    pub fn texts(&self, name: &str) -> Result<&[String], PretrainedError> {
        match self.values.get(name) {
            Some(Value::Texts(texts)) => Ok(texts),
            _ => Err(self.unlike(name, "it must be a list of texts")),
        }
    }

    /// A list of whole numbers; an empty one where there is none.
    pub fn wholes(&self, name: &str) -> &[u64] {
        if let Some(Value::Wholes(numbers)) = self.values.get(name) { numbers } else { &[] }
    }

    /// The names of all arrays.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// An array's place.
    pub fn tensor(&self, name: &str) -> Result<&Tensor, PretrainedError> {
        self.tensors.get(name).ok_or_else(|| PretrainedError::Missing(name.to_owned()))
    }

    fn unlike(&self, name: &str, wanted: &str) -> PretrainedError {
        let found = match self.values.get(name) {
            None => "missing".to_owned(),
            Some(Value::Whole(number)) => number.to_string(),
            Some(Value::Real(number)) => number.to_string(),
            Some(Value::Text(text)) => format!("“{text}”"),
            Some(_) => "of another kind".to_owned(),
        };
        PretrainedError::setting(name, found, wanted)
    }
}

fn broken(reason: impl ToString) -> PretrainedError {
    PretrainedError::broken(KIND, reason)
}

/// Reads from the front. Whatever a file says of its sizes, no more is reserved than it has bytes.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: u64) -> Result<&'a [u8], PretrainedError> {
        let len = usize::try_from(len).ok().filter(|len| *len <= self.bytes.len() - self.at);
        let Some(len) = len else { return Err(broken("it ends in the middle of its header")) };
        let taken = &self.bytes[self.at..][..len];
        self.at += len;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], PretrainedError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N as u64)?);
        Ok(array)
    }

    fn u32(&mut self) -> Result<u32, PretrainedError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, PretrainedError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn text(&mut self) -> Result<String, PretrainedError> {
        let len = self.u64()?;
        let text = String::from_utf8(self.take(len)?.to_vec());
        text.map_err(|_| broken("a name or a text in its header is not UTF-8"))
    }

    fn value(&mut self, kind: u32) -> Result<Value, PretrainedError> {
        Ok(match kind {
            0 | 7 => Value::Whole(u64::from(self.array::<1>()?[0])),
            1 => whole(i64::from(i8::from_le_bytes(self.array()?))),
            2 => Value::Whole(u64::from(u16::from_le_bytes(self.array()?))),
            3 => whole(i64::from(i16::from_le_bytes(self.array()?))),
            4 => Value::Whole(u64::from(self.u32()?)),
            5 => whole(i64::from(i32::from_le_bytes(self.array()?))),
            6 => Value::Real(f64::from(f32::from_le_bytes(self.array()?))),
            8 => Value::Text(self.text()?),
            9 => self.list()?,
            10 => Value::Whole(self.u64()?),
            11 => whole(i64::from_le_bytes(self.array()?)),
            12 => Value::Real(f64::from_le_bytes(self.array()?)),
            _ => return Err(broken(format!("a setting is of the unknown kind {kind}"))),
        })
    }

    fn list(&mut self) -> Result<Value, PretrainedError> {
        let (kind, count) = (self.u32()?, self.u64()?);
        if kind == 9 {
            return Err(broken("a setting is a list of lists"));
        }
        let (mut texts, mut wholes, mut is_other) = (Vec::new(), Vec::new(), false);
        for _ in 0..count {
            match self.value(kind)? {
                Value::Text(text) => texts.push(text),
                Value::Whole(number) => wholes.push(number),
                _ => is_other = true,
            }
        }
        Ok(match kind {
            8 => Value::Texts(texts),
            _ if is_other => Value::Other,
            _ => Value::Wholes(wholes),
        })
    }
}

/// A whole number that may be negative; none of those that are asked for is.
fn whole(number: i64) -> Value {
    u64::try_from(number).map_or(Value::Other, Value::Whole)
}
