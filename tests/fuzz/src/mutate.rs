//! Mutators. libFuzzer's own seldom gets past a header whose length and offsets must fit the rest of the file.

use libfuzzer_sys::fuzzer_mutate;
use serde_json::{Map, Value, json};

/// Extents and offsets that files lie with.
const SIZES: [u64; 10] = [0, 1, 2, 3, 1 << 20, 1 << 31, 1 << 32, 1 << 60, (1 << 63) - 1, u64::MAX];

const KINDS: [(&str, u64); 9] =
    [("F32", 4), ("F64", 8), ("I32", 4), ("I64", 8), ("F16", 2), ("BF16", 2), ("U16", 2), ("U8", 1), ("BOOL", 1)];

/// What [`mutate_in_place`] changes at once, bytes.
const WINDOW: usize = 48;

/// Most bytes that an array is filled up to after its shape was changed.
const MOST: u64 = 4096;

/// Words from a seed (splitmix64).
struct Words(u64);

impl Words {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let word = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ (word >> 31)) % end.max(1) as u64) as usize
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// Three times in four changes some neighbouring bytes without moving the others.
pub fn mutate_in_place(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut words = Words(seed.into());
    if size == 0 || words.below(4) == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    window(&mut data[..size], &mut words);
    size
}

/// Three times in four changes an array or an entry of a safetensors file, and puts the file together anew.
pub fn mutate_safetensors(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut words = Words(seed.into());
    let file = if words.below(4) == 0 { None } else { File::read(&data[..size]) };
    let Some(mut file) = file else { return mutate_in_place(data, size, max_size, seed) };
    for _ in 0..=words.below(3) {
        file.change(&mut words);
    }
    let bytes = file.bytes(&mut words);
    if bytes.len() > max_size {
        return mutate_in_place(data, size, max_size, seed);
    }
    data[..bytes.len()].copy_from_slice(&bytes);
    bytes.len()
}

fn window(bytes: &mut [u8], words: &mut Words) {
    let len = bytes.len().min(1 + words.below(WINDOW));
    let begin = words.below(bytes.len() - len + 1);
    fuzzer_mutate(&mut bytes[begin..begin + len], len, len);
}

/// A safetensors file taken apart.
struct File {
    metadata: Map<String, Value>,
    arrays: Vec<Array>,
}

#[derive(Clone)]
struct Array {
    name: String,
    kind: String,
    shape: Vec<u64>,
    bytes: Vec<u8>,
}

impl File {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (len, rest) = bytes.split_first_chunk::<8>()?;
        let (header, data) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*len)).ok()?)?;
        let mut header: Map<String, Value> = serde_json::from_slice(header).ok()?;
        let metadata = header.remove("__metadata__").and_then(|value| value.as_object().cloned()).unwrap_or_default();
        let array = |(name, value): (String, Value)| {
            let offset = |at: usize| usize::try_from(value["data_offsets"][at].as_u64()?).ok();
            let shape = value["shape"].as_array()?.iter().map(Value::as_u64).collect::<Option<_>>()?;
            let bytes = data.get(offset(0)?..offset(1)?)?.to_vec();
            Some(Array { kind: value["dtype"].as_str()?.to_owned(), name, shape, bytes })
        };
        let arrays: Vec<Array> = header.into_iter().map(array).collect::<Option<_>>()?;
        (!arrays.is_empty()).then_some(Self { metadata, arrays })
    }

    fn change(&mut self, words: &mut Words) {
        let entries: Vec<String> = self.metadata.keys().cloned().collect();
        let (at, other) = (words.below(self.arrays.len()), words.below(self.arrays.len()));
        match words.below(10) {
            0..=2 if !entries.is_empty() => {
                let entry = &entries[words.below(entries.len())];
                let text = self.metadata[entry].as_str().unwrap_or_default();
                self.metadata[entry] = mutated(text, words).into();
            }
            3 if !entries.is_empty() => drop(self.metadata.remove(&entries[words.below(entries.len())])),
            0..=3 => self.arrays[at].name = mutated(&self.arrays[at].name, words),
            4 | 5 => {
                let array = &mut self.arrays[at];
                let extent = if words.below(3) == 0 { words.one(&SIZES) } else { words.below(8) as u64 };
                match words.below(4) {
                    0 => array.shape.push(extent),
                    1 => drop(array.shape.pop()),
                    _ if array.shape.is_empty() => array.shape.push(extent),
                    _ => {
                        let place = words.below(array.shape.len());
                        array.shape[place] = extent;
                    }
                }
                array.fill();
            }
            6 => {
                self.arrays[at].kind = words.one(&KINDS).0.to_owned();
                self.arrays[at].fill();
            }
            7 if self.arrays.len() > 1 => drop(self.arrays.remove(at)),
            7 | 8 => {
                let name = self.arrays[other].name.clone();
                self.arrays[other] = Array { name, ..self.arrays[at].clone() };
            }
            _ if self.arrays[at].bytes.is_empty() => {}
            _ => window(&mut self.arrays[at].bytes, words),
        }
    }

    /// The file, as a rule with offsets that fit, and without a checksum, which would not.
    fn bytes(mut self, words: &mut Words) -> Vec<u8> {
        if words.below(16) > 0 {
            self.metadata.remove("checksum");
        }
        let wrong = (words.below(8) == 0).then(|| words.below(self.arrays.len()));
        let mut header = Map::new();
        header.insert("__metadata__".to_owned(), self.metadata.into());
        let mut data = Vec::new();
        for (at, array) in self.arrays.into_iter().enumerate() {
            let mut offsets = [data.len() as u64, (data.len() + array.bytes.len()) as u64];
            if wrong == Some(at) {
                let by = words.one(&SIZES);
                let side = words.below(2);
                offsets[side] = if words.below(2) == 0 { by } else { offsets[side].wrapping_sub(by) };
            }
            header.insert(array.name, json!({ "dtype": array.kind, "shape": array.shape, "data_offsets": offsets }));
            data.extend(array.bytes);
        }
        let header = Value::Object(header).to_string().into_bytes();
        [&(header.len() as u64).to_le_bytes(), header.as_slice(), &data].concat()
    }
}

impl Array {
    /// Gives it as many bytes as its shape and kind ask for, where these are few.
    fn fill(&mut self) {
        let size = KINDS.iter().find(|(kind, _)| *kind == self.kind).map_or(1, |(_, size)| *size);
        let len = self.shape.iter().try_fold(size, |len, extent| len.checked_mul(*extent));
        if let Some(len) = len.filter(|len| *len <= MOST) {
            self.bytes.resize(len as usize, 0);
        }
    }
}

/// A text with some bytes changed.
fn mutated(text: &str, words: &mut Words) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let begin = words.below(bytes.len() + 1);
    let after = bytes.split_off(begin + words.below(WINDOW).min(bytes.len() - begin));
    let mut middle = bytes.split_off(begin);
    let (len, most) = (middle.len(), middle.len() + 16);
    middle.resize(most, 0);
    let len = fuzzer_mutate(&mut middle, len, most);
    middle.truncate(len);
    String::from_utf8_lossy(&[bytes, middle, after].concat()).into_owned()
}
