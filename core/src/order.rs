//! Sorting by a number.

/// Sorts items by a key in ascending order, and keeps the order of items with equal keys. NaN comes
/// last, negative NaN first ([`f64::total_cmp`]).
///
/// The standard library's sorts are compiled for every item type, at five kilobytes each. This one
/// sorts indices by number and moves each item once, which keeps the page small.
pub fn ascending<T>(items: &mut Vec<T>, key: impl Fn(&T) -> f64) {
    let places = places(items.iter().map(key).collect());
    let mut taken: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(places.into_iter().filter_map(|place| taken[place].take()));
}

/// Returns the indices of the keys in ascending order.
fn places(keys: Vec<f64>) -> Vec<usize> {
    let mut places: Vec<usize> = (0..keys.len()).collect();
    places.sort_unstable_by(|a, b| keys[*a].total_cmp(&keys[*b]).then(a.cmp(b)));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_sorted_and_equal_ones_keep_their_order() {
        let mut items = vec![(2.0, 'a'), (-1.0, 'b'), (2.0, 'c'), (0.5, 'd'), (-1.0, 'e')];
        ascending(&mut items, |(key, _)| *key);
        assert_eq!(items.iter().map(|(_, name)| *name).collect::<String>(), "bedac");
        ascending(&mut Vec::<f64>::new(), |key| *key);
    }

    #[test]
    fn nan_keys_lose_no_item() {
        let mut items = vec![f64::NAN, 1.0, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.0];
        ascending(&mut items, |key| *key);
        assert_eq!(items.len(), 6);
        assert!(items[5].is_nan() && items[0] == f64::NEG_INFINITY);
    }
}
