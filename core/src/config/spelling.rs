//! Which known name a mistyped one was meant for.

/// The known name that a key is a misspelling of: one or two letters off, more dashes than
/// underscores, or other capitals. `None` for what is known, and for what is like none of them.
pub fn misspelt<'a>(key: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = key.to_ascii_lowercase().replace('-', "_");
    let mut nearest = None;
    for name in known {
        if name == key {
            return None;
        }
        // Of a short name almost any other short word is one letter off.
        let most = match name.len() {
            0..3 => 0,
            3..6 => 1,
            _ => 2,
        };
        let distance = distance(&plain, name);
        if distance <= most && nearest.is_none_or(|(least, _)| distance < least) {
            nearest = Some((distance, name));
        }
    }
    nearest.map(|(_, name)| name)
}

/// How many letters have to be put in, taken out, replaced or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let is_other = usize::from(a[i - 1] != b[j - 1]);
                let least = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + is_other);
                let is_swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if is_swapped { least.min(rows[i - 2][j - 2] + 1) } else { least }
            };
        }
    }
    rows[a.len()][b.len()]
}
