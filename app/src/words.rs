//! Formats numbers and names for people.

/// Groups digits by three: `1,234,567`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Formats a loss: `0.48 bits`. Losses under 0.1 keep two significant digits.
pub fn bits(loss: f64) -> String {
    format!("{} bits", significant(loss))
}

/// Formats a number with two decimals, or below 0.1 with two significant digits; `–` if not finite.
pub fn significant(x: f64) -> String {
    if !x.is_finite() {
        "–".to_owned()
    } else if x.abs() >= 0.0995 || x == 0.0 {
        format!("{x:.2}")
    } else if x.abs() >= 0.000_995 {
        let decimals = (1.0 - x.abs().log10().floor()) as usize;
        format!("{x:.decimals$}")
    } else {
        format!("{x:.1e}")
    }
}

/// Formats a rate: `1,230`, `45.6`, `0.78`; `–` if it is not positive and finite.
pub fn rate(x: f64) -> String {
    match x {
        x if !x.is_finite() || x <= 0.0 => "–".to_owned(),
        x if x >= 1e6 => format!("{:.2} M", x / 1e6),
        x if x >= 100.0 => thousands(x.round() as u64),
        x if x >= 10.0 => format!("{x:.1}"),
        x => format!("{x:.2}"),
    }
}

/// Formats a duration: `42 s`, `3 min 5 s`, `2 h 10 min`, `4 days`; `–` if negative or not finite.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "–".to_owned();
    }
    let s = seconds.round() as u64;
    match s {
        0..60 => format!("{s} s"),
        60..3_600 => format!("{} min {} s", s / 60, s % 60),
        3_600..172_800 => format!("{} h {} min", s / 3_600, s % 3_600 / 60),
        _ => format!("{} days", s / 86_400),
    }
}

/// Formats a size in bytes: `120 bytes`, `34 kB`, `3.1 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// Formats a count with its noun, given in singular and plural: `1 run`, `3 runs`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {many}", thousands(n as u64)) }
}

/// Converts a text to a part of a file name: lower case, with hyphens between words; `run` if nothing
/// is left.
pub fn file_name(text: &str) -> String {
    let mut name = String::new();
    for c in text.to_ascii_lowercase().chars() {
        // Keeps ASCII letters and digits, and all characters above Latin-1's punctuation.
        if c.is_ascii_alphanumeric() || c > '\u{bf}' {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-');
    if name.is_empty() { "run".to_owned() } else { name.to_owned() }
}

/// Makes the first letter a capital.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| std::iter::once(first.to_ascii_uppercase()).chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!(["0", "999", "1,000", "1,234,567"].map(str::to_owned), [0, 999, 1_000, 1_234_567].map(thousands));
    }

    #[test]
    fn small_losses_keep_their_digits() {
        assert_eq!([1.0, 0.4812, 0.0994, 0.0123, 0.0].map(significant), ["1.00", "0.48", "0.099", "0.012", "0.00"]);
        assert_eq!(significant(0.000_05), "5.0e-5");
        assert_eq!(significant(f64::NAN), "–");
    }

    #[test]
    fn durations_have_at_most_two_units() {
        assert_eq!(
            [0.4, 59.7, 185.0, 7_800.0, 400_000.0].map(duration),
            ["0 s", "1 min 0 s", "3 min 5 s", "2 h 10 min", "4 days"]
        );
    }

    #[test]
    fn rates_are_short() {
        assert_eq!([0.783, 45.61, 1_234.0, 2_345_678.0, 0.0].map(rate), ["0.78", "45.6", "1,234", "2.35 M", "–"]);
    }

    #[test]
    fn texts_become_file_names() {
        assert_eq!(file_name("Quick look, α = 0.4!"), "quick-look-α-0-4");
        assert_eq!(file_name("!?"), "run");
    }
}
