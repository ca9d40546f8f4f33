//! Labels of samples: dense numbers, their sizes, and clusterings for several k.

use std::collections::BTreeMap;

use serde_json::Value;

use super::AnalysisError;

/// How many samples carry each label: `sizes[c]` for cluster c, up to the largest label.
pub fn sizes(labels: &[u32]) -> Vec<usize> {
    let mut sizes = Vec::new();
    for label in labels {
        let label = *label as usize;
        if sizes.len() <= label {
            sizes.resize(label + 1, 0);
        }
        sizes[label] += 1;
    }
    sizes
}

/// How many clusters labels tell apart: one more than the largest label.
pub fn count(labels: &[u32]) -> usize {
    labels.iter().max().map_or(0, |last| *last as usize + 1)
}

/// Renumbers labels from 0 in order of size, the largest first; equal sizes in order of their first
/// sample. Labels that no sample carries disappear.
pub fn by_size(labels: &[u32]) -> Vec<u32> {
    let mut clusters: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for (sample, label) in labels.iter().enumerate() {
        clusters.entry(*label).or_insert((0, sample)).0 += 1;
    }
    let mut order: Vec<(u32, (usize, usize))> = clusters.into_iter().collect();
    order.sort_unstable_by_key(|(_, (size, first))| (std::cmp::Reverse(*size), *first));
    let names: BTreeMap<u32, u32> = order.iter().zip(0..).map(|((label, _), rank)| (*label, rank)).collect();
    labels.iter().map(|label| names[label]).collect()
}

/// Numbers from 0 for values of any kind, in order of first appearance.
pub fn numbered<'a, T: Ord + 'a>(values: impl IntoIterator<Item = &'a T>) -> Vec<u32> {
    let mut names: BTreeMap<&T, u32> = BTreeMap::new();
    values
        .into_iter()
        .map(|value| {
            let next = names.len() as u32;
            *names.entry(value).or_insert(next)
        })
        .collect()
}

/// Clusterings of the same samples for several k.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clusterings {
    n: usize,
    of_k: BTreeMap<usize, Vec<u32>>,
}

impl Clusterings {
    /// Takes labels for each k.
    ///
    /// # Errors
    /// If there is no k, the lists have different lengths or none, a k is 0 or larger than the number
    /// of samples, or a list has more different labels than its k.
    pub fn new(of_k: BTreeMap<usize, Vec<u32>>) -> Result<Self, AnalysisError> {
        let Some((first, labels)) = of_k.first_key_value() else {
            return Err(AnalysisError::Empty("a clustering without any k".to_owned()));
        };
        let (first, n) = (*first, labels.len());
        for (k, labels) in &of_k {
            if labels.is_empty() {
                return Err(AnalysisError::Empty(format!("k = {k}")));
            }
            if labels.len() != n {
                return Err(AnalysisError::Lengths {
                    left_name: format!("k = {first}"),
                    left: n,
                    right_name: format!("k = {k}"),
                    right: labels.len(),
                });
            }
            if *k == 0 || *k > n {
                return Err(AnalysisError::Clusters { k: *k, n });
            }
            let found = sizes(&by_size(labels)).len();
            if found > *k {
                return Err(AnalysisError::Labels(format!("k = {k} has {found} different labels, but at most {k} can be")));
            }
        }
        Ok(Self { n, of_k })
    }

    /// Reads `{"10": [labels], "20": [labels], …}`; labels are whole numbers or texts.
    ///
    /// # Errors
    /// Those of [`Self::new`], and what is not of that form.
    pub fn from_json(text: &str) -> Result<Self, AnalysisError> {
        let Value::Object(object) = json(text)? else {
            return Err(AnalysisError::Labels(
                "expected a JSON object from k to a list of labels, as in {\"10\": [0, 3, 0]}".to_owned(),
            ));
        };
        let mut of_k = BTreeMap::new();
        for (name, list) in object {
            let k: usize = name.trim().parse().map_err(|_| {
                AnalysisError::Labels(format!("“{name}” is no number of clusters: the names of the object are k"))
            })?;
            if of_k.insert(k, list_of(&list, &format!("k = {name}"))?).is_some() {
                return Err(AnalysisError::Labels(format!("k = {k} is there twice")));
            }
        }
        Self::new(of_k)
    }

    /// How many samples are labelled.
    pub fn n(&self) -> usize {
        self.n
    }

    /// The list of k, ascending.
    pub fn ks(&self) -> Vec<usize> {
        self.of_k.keys().copied().collect()
    }

    /// Each k with its labels, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &[u32])> {
        self.of_k.iter().map(|(k, labels)| (*k, labels.as_slice()))
    }
}

/// What is known of samples: the quantum of each, and where known its target and its family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// The quantum of each sample.
    pub quantum: Vec<u32>,
    /// The target (predicted word, label) of each sample.
    pub target: Option<Vec<u32>>,
    /// The family of each sample's quantum by name, one name a sample.
    pub family: Option<Vec<String>>,
}

impl Truth {
    /// Reads a list of quanta, or `{"quantum": [...], "target": [...], "family": [...]}`, of which the
    /// last two may be missing.
    ///
    /// # Errors
    /// What is not of that form, and lists of different lengths.
    pub fn from_json(text: &str) -> Result<Self, AnalysisError> {
        let value = json(text)?;
        let Value::Object(object) = &value else {
            let quantum = list_of(&value, "the truth")?;
            return Ok(Self { quantum, target: None, family: None });
        };
        let Some(quantum) = object.get("quantum") else {
            return Err(AnalysisError::Labels("a truth needs “quantum”: the true quantum of each sample".to_owned()));
        };
        if let Some(name) = object.keys().find(|name| !["quantum", "target", "family"].contains(&name.as_str())) {
            return Err(AnalysisError::Labels(format!(
                "“{name}” is no part of a truth, which has “quantum”, “target” and “family”"
            )));
        }
        let quantum = list_of(quantum, "“quantum”")?;
        let target = object.get("target").map(|list| list_of(list, "“target”")).transpose()?;
        let family = object.get("family").map(|list| names_of(list, "“family”")).transpose()?;
        let lengths = [("“target”", target.as_ref().map(Vec::len)), ("“family”", family.as_ref().map(Vec::len))];
        for (name, length) in lengths {
            if let Some(length) = length.filter(|length| *length != quantum.len()) {
                return Err(AnalysisError::Lengths {
                    left_name: "“quantum”".to_owned(),
                    left: quantum.len(),
                    right_name: name.to_owned(),
                    right: length,
                });
            }
        }
        Ok(Self { quantum, target, family })
    }
}

fn json(text: &str) -> Result<Value, AnalysisError> {
    serde_json::from_str(text).map_err(|error| AnalysisError::Labels(format!("is not JSON: {error}")))
}

fn list_of(value: &Value, name: &str) -> Result<Vec<u32>, AnalysisError> {
    Ok(numbered(&names_of(value, name)?))
}

fn names_of(value: &Value, name: &str) -> Result<Vec<String>, AnalysisError> {
    let Value::Array(list) = value else {
        return Err(AnalysisError::Labels(format!("{name} must be a list of labels")));
    };
    if list.is_empty() {
        return Err(AnalysisError::Empty(name.to_owned()));
    }
    let label = |(at, value): (usize, &Value)| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) if number.is_u64() || number.is_i64() => Ok(number.to_string()),
        other => Err(AnalysisError::Labels(format!("{name}: label {at} is {other}, but must be a whole number or a text"))),
    };
    list.iter().enumerate().map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_are_numbered_by_size_and_first_sample() {
        assert_eq!(by_size(&[7, 2, 2, 9, 9, 9, 4]), [2, 1, 1, 0, 0, 0, 3]);
        assert_eq!(sizes(&by_size(&[7, 2, 2, 9, 9, 9, 4])), [3, 2, 1, 1]);
        assert!(by_size(&[]).is_empty());
    }

    #[test]
    fn labels_are_read_from_json() {
        let read = Clusterings::from_json(r#"{"10": [3, "a", 3, -1], "2": [0, 0, 1, 1]}"#);
        // k = 10 of four samples cannot be.
        assert_eq!(read, Err(AnalysisError::Clusters { k: 10, n: 4 }));
        let read = Clusterings::from_json(r#"{"3": [3, "a", 3, -1], "2": [0, 0, 1, 1]}"#).unwrap();
        assert_eq!((read.n(), read.ks()), (4, vec![2, 3]));
        assert_eq!(read.iter().last(), Some((3, &[0, 1, 0, 2][..])));
    }

    #[test]
    fn bad_files_of_labels_are_sentences() {
        let said = |text: &str| Clusterings::from_json(text).unwrap_err().to_string();
        for (text, part) in [
            ("[1, 2]", "JSON object"),
            ("{", "not JSON"),
            ("{}", "without any k"),
            (r#"{"k": [1]}"#, "“k”"),
            (r#"{"2": 5}"#, "list of labels"),
            (r#"{"2": []}"#, "no labels"),
            (r#"{"2": [0, 1], "1": [0]}"#, "same samples"),
            (r#"{"1": [0, 1]}"#, "2 different labels"),
            (r#"{"2": [0, 1.5]}"#, "label 1 is 1.5"),
            (r#"{"2": [0, null]}"#, "label 1 is null"),
            (r#"{"0": [0, 0]}"#, "k must be from 1 to 2"),
        ] {
            assert!(said(text).contains(part), "{text}: {}", said(text));
        }
    }

    #[test]
    fn a_truth_has_two_forms() {
        let list = Truth::from_json("[4, 4, 2]").unwrap();
        assert_eq!((list.quantum, list.target), (vec![0, 0, 1], None));
        let whole = Truth::from_json(r#"{"quantum": [4, 4, 2], "target": ["a", "b", "a"], "family": ["x", "x", "y"]}"#).unwrap();
        assert_eq!(whole.target, Some(vec![0, 1, 0]));
        let said = |text: &str| Truth::from_json(text).unwrap_err().to_string();
        assert!(said(r#"{"quantum": [1, 2], "target": [1]}"#).contains("“target” has 1"));
        assert!(said(r#"{"target": [1]}"#).contains("quantum"));
        assert!(said(r#"{"quantum": [1], "targets": [1]}"#).contains("“targets”"));
    }
}
