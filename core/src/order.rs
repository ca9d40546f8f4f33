//! Sorting by a number.

/// Sorts items by a key, the smallest first, and keeps the order of those whose keys are equal. Not
/// a number comes last, or first where it is negative ([`f64::total_cmp`]).
///
/// The standard library's sorts are compiled anew for every type they sort, five kilobytes each;
/// this one sorts numbers alone and moves the items once, which keeps the page small.
pub fn ascending<T>(items: &mut Vec<T>, key: impl Fn(&T) -> f64) {
    let places = places(items.iter().map(key).collect());
    let mut taken: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(places.into_iter().filter_map(|place| taken[place].take()));
}

/// Where the smallest key is, the next, and so on.
fn places(keys: Vec<f64>) -> Vec<usize> {
    let mut places: Vec<usize> = (0..keys.len()).collect();
    places.sort_unstable_by(|a, b| keys[*a].total_cmp(&keys[*b]).then(a.cmp(b)));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_sorted_and_equals_keep_their_order() {
        let mut items = vec![(2.0, 'a'), (-1.0, 'b'), (2.0, 'c'), (0.5, 'd'), (-1.0, 'e')];
        ascending(&mut items, |(key, _)| *key);
        assert_eq!(items.iter().map(|(_, name)| *name).collect::<String>(), "bedac");
        ascending(&mut Vec::<f64>::new(), |key| *key);
    }

    #[test]
    fn what_is_not_a_number_loses_no_item() {
        let mut items = vec![f64::NAN, 1.0, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.0];
        ascending(&mut items, |key| *key);
        assert_eq!(items.len(), 6);
        assert!(items[5].is_nan() && items[0] == f64::NEG_INFINITY);
    }
}
