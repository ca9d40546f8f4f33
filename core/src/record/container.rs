//! Writes safetensors files: the same content gives the same bytes, in every process.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use super::read::checksum;

/// The values of an array, in row-major order.
pub(crate) enum Values<'a> {
    F32(Cow<'a, [f32]>),
    F64(Vec<f64>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    /// The bits of numbers of half precision.
    F16(Vec<u16>),
    U16(Vec<u16>),
    U8(Vec<u8>),
}

/// An array as it is written.
pub(crate) struct Column<'a> {
    pub name: String,
    pub shape: Vec<usize>,
    pub values: Values<'a>,
}

impl<'a> Column<'a> {
    pub fn f32(name: impl Into<String>, shape: Vec<usize>, values: impl Into<Cow<'a, [f32]>>) -> Self {
        Self { name: name.into(), shape, values: Values::F32(values.into()) }
    }

    pub fn f64(name: impl Into<String>, shape: Vec<usize>, values: impl IntoIterator<Item = f64>) -> Self {
        Self { name: name.into(), shape, values: Values::F64(values.into_iter().collect()) }
    }

    pub fn i32(name: impl Into<String>, shape: Vec<usize>, values: impl IntoIterator<Item = i32>) -> Self {
        Self { name: name.into(), shape, values: Values::I32(values.into_iter().collect()) }
    }

    pub fn i64(name: impl Into<String>, shape: Vec<usize>, values: impl IntoIterator<Item = i64>) -> Self {
        Self { name: name.into(), shape, values: Values::I64(values.into_iter().collect()) }
    }

    pub fn u16(name: impl Into<String>, shape: Vec<usize>, values: Vec<u16>) -> Self {
        Self { name: name.into(), shape, values: Values::U16(values) }
    }

    /// Numbers of half precision, by their bits.
    pub fn f16(name: impl Into<String>, shape: Vec<usize>, bits: Vec<u16>) -> Self {
        Self { name: name.into(), shape, values: Values::F16(bits) }
    }

    pub fn u8(name: impl Into<String>, shape: Vec<usize>, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), shape, values: Values::U8(bytes) }
    }

    /// Numbers of single precision, in a byte each where all are whole and under 256: labels, tokens and shades
    /// take a quarter of the room then, and read the same.
    pub fn compact(name: impl Into<String>, shape: Vec<usize>, values: &'a [f32]) -> Self {
        let byte = |x: &f32| Some(*x as u8).filter(|byte| f32::from(*byte) == *x);
        let values = match values.iter().map(byte).collect::<Option<Vec<u8>>>() {
            Some(bytes) => Values::U8(bytes),
            None => Values::F32(values.into()),
        };
        Self { name: name.into(), shape, values }
    }

    /// The type's name in the header, the bytes of a number, and how many numbers there are.
    fn layout(&self) -> (&'static str, usize, usize) {
        match &self.values {
            Values::F32(values) => ("F32", 4, values.len()),
            Values::F64(values) => ("F64", 8, values.len()),
            Values::I32(values) => ("I32", 4, values.len()),
            Values::I64(values) => ("I64", 8, values.len()),
            Values::F16(values) => ("F16", 2, values.len()),
            Values::U16(values) => ("U16", 2, values.len()),
            Values::U8(values) => ("U8", 1, values.len()),
        }
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        match &self.values {
            Values::F32(values) => bytes.extend(values.iter().flat_map(|x| x.to_le_bytes())),
            Values::F64(values) => bytes.extend(values.iter().flat_map(|x| x.to_le_bytes())),
            Values::I32(values) => bytes.extend(values.iter().flat_map(|x| x.to_le_bytes())),
            Values::I64(values) => bytes.extend(values.iter().flat_map(|x| x.to_le_bytes())),
            Values::F16(values) | Values::U16(values) => bytes.extend(values.iter().flat_map(|x| x.to_le_bytes())),
            Values::U8(values) => bytes.extend(values),
        }
    }
}

/// Stands for the checksum until the arrays are written.
const NO_SUM: &str = "0000000000000000";

/// The bytes of a file with these arrays and this metadata, to which the checksum of the whole is
/// added. Arrays are laid out by the size of their numbers, then by name, so that each is aligned.
///
/// # Errors
/// Where an array does not fill its shape, or two have one name; in words.
pub(crate) fn to_bytes(mut columns: Vec<Column>, mut metadata: BTreeMap<String, String>) -> Result<Vec<u8>, String> {
    columns.sort_by(|a, b| b.layout().1.cmp(&a.layout().1).then_with(|| a.name.cmp(&b.name)));
    metadata.insert("checksum".into(), NO_SUM.into());
    let mut header = Map::new();
    let mut names = HashSet::new();
    header.insert("__metadata__".into(), json!(metadata));
    let mut ends = Vec::with_capacity(columns.len());
    let mut end = 0;
    for column in &columns {
        let (dtype, size, count) = column.layout();
        if column.shape.iter().product::<usize>() != count {
            return Err(format!("`{}` has {count} values, which do not fill its shape {:?}", column.name, column.shape));
        }
        if !names.insert(column.name.as_str()) {
            return Err(format!("two arrays are called `{}`", column.name));
        }
        let begin = end;
        end += size * count;
        ends.push((begin, end));
        header.insert(column.name.clone(), json!({ "dtype": dtype, "shape": column.shape, "data_offsets": [begin, end] }));
    }
    let mut header = Value::Object(header).to_string().into_bytes();
    header.resize(header.len().next_multiple_of(8), b' ');
    let data = 8 + header.len();
    let mut bytes = Vec::with_capacity(data + end);
    bytes.extend((header.len() as u64).to_le_bytes());
    bytes.extend(header);
    columns.iter().for_each(|column| column.write(&mut bytes));
    let arrays = columns.iter().zip(&ends).map(|(column, (begin, end))| (column.name.as_str(), &bytes[data + begin..data + end]));
    let sum = checksum(arrays, &metadata);
    // Quotes within a value are escaped, so that only the entry itself reads like this.
    let entry = format!("\"checksum\":\"{NO_SUM}\"");
    let at = bytes[..data].windows(entry.len()).position(|window| window == entry.as_bytes());
    let at = at.map(|at| at + entry.len() - 1 - NO_SUM.len()).ok_or("its header lacks the checksum")?;
    bytes[at..at + NO_SUM.len()].copy_from_slice(sum.as_bytes());
    Ok(bytes)
}
