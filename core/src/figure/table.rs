//! Figures as short tables.

/// A table of words and numbers: one heading a column, and rows of as many cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The columns' headings.
    pub header: Vec<String>,
    /// The rows, each as long as the header.
    pub rows: Vec<Vec<String>>,
}

/// The cell where there is no number.
pub(crate) const NONE: &str = "–";

impl Table {
    /// A table without rows yet.
    pub(crate) fn new(header: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { header: header.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row, cut or filled up to the header's length.
    pub(crate) fn push(&mut self, row: impl IntoIterator<Item = String>) {
        let mut row: Vec<String> = row.into_iter().collect();
        row.resize(self.header.len(), NONE.into());
        self.rows.push(row);
    }
}

/// Ranks from 1 to `last`, at most about `count` of them, evenly spaced in the logarithm, both ends
/// included; none where `last` is 0.
pub(crate) fn spaced(last: usize, count: usize) -> Vec<usize> {
    if last == 0 {
        return Vec::new();
    }
    let step = (last as f64).ln() / count.max(1) as f64;
    let mut numbers: Vec<usize> = (0..=count).map(|i| ((i as f64 * step).exp().round() as usize).min(last)).collect();
    numbers.dedup();
    numbers
}

/// Places in an ordered list of positive amounts, at most about `count`, evenly spaced in the
/// amounts' logarithm, the last included.
pub(crate) fn thinned(amounts: &[f64], count: usize) -> Vec<usize> {
    let (Some(first), Some(last)) = (amounts.first(), amounts.last()) else { return Vec::new() };
    if amounts.len() <= count {
        return (0..amounts.len()).collect();
    }
    let gap = (last / first).ln() / count.max(1) as f64;
    let mut kept: Vec<usize> = Vec::with_capacity(count + 1);
    for (place, amount) in amounts.iter().enumerate() {
        let is_far = kept.last().is_none_or(|before| (amount / amounts[*before]).ln() >= gap * 0.999);
        if is_far || place + 1 == amounts.len() {
            kept.push(place);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_headers_length() {
        let mut table = Table::new(["a", "b"]);
        table.push(["1".to_owned()]);
        table.push(["1".to_owned(), "2".to_owned(), "3".to_owned()]);
        assert_eq!(table.rows, [["1", NONE], ["1", "2"]]);
    }

    #[test]
    fn few_places_stand_for_many() {
        assert_eq!(spaced(0, 5), Vec::<usize>::new());
        assert_eq!(spaced(3, 20), [1, 2, 3]);
        let amounts: Vec<f64> = (1..=1_000).map(f64::from).collect();
        let kept = thinned(&amounts, 12);
        assert!(kept.len() <= 14 && kept[0] == 0 && kept.last() == Some(&999), "{kept:?}");
        assert_eq!(thinned(&[1.0, 2.0], 12), [0, 1]);
    }
}
