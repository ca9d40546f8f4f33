//! Numbers and labels as they are written in figures, and how wide they come out.

/// The typefaces of a figure, the first that is there. The page and the PNG bring the first one.
pub const FONT: &str = "Inter, 'Helvetica Neue', Arial, sans-serif";

/// A text with an optional raised exponent: 10⁻³.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Label {
    pub text: String,
    pub raised: Option<String>,
}

impl Label {
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), raised: None }
    }

    /// 10^exponent, with a real minus sign.
    pub fn power(exponent: i32) -> Self {
        Self { text: "10".into(), raised: Some(signed(exponent)) }
    }

    /// How wide it is at a font size of 1.
    pub fn width(&self) -> f64 {
        width(&self.text) + self.raised.as_deref().map_or(0.0, |raised| RAISED * width(raised) + 0.05)
    }
}

/// The size of an exponent against its base.
pub(crate) const RAISED: f64 = 0.72;

/// How wide a text is at a font size of 1. The backends measure differently or not at all, so
/// layout rests on these widths, rounded up from Inter's and Helvetica's.
pub(crate) fn width(text: &str) -> f64 {
    text.chars()
        .map(|c| match c {
            ' ' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' | 'i' | 'j' | 'l' | 'I' | '·' => 0.29,
            '(' | ')' | '[' | ']' | 'f' | 't' | 'r' | '/' | '-' => 0.38,
            '₀'..='₉' | '⁰'..='⁹' | '²' | '³' | '¹' | '⁻' | '₊' | 'ₖ' => 0.45,
            'm' | 'w' | 'M' | 'W' | '%' | '@' | '→' => 0.94,
            'A'..='Z' => 0.70,
            _ => 0.605,
        })
        .sum()
}

fn signed(number: i32) -> String {
    if number < 0 { format!("−{}", number.unsigned_abs()) } else { number.to_string() }
}

/// A whole number with its thousands set apart: 1,200.
pub fn whole(number: f64) -> String {
    if !number.is_finite() || number.abs() >= 1e15 {
        return number.to_string();
    }
    let digits = format!("{:.0}", number.abs());
    let mut grouped = String::with_capacity(digits.len() + 5);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if number < 0.0 && grouped != "0" { format!("−{grouped}") } else { grouped }
}

/// A number to two or three digits that matter, as a person writes it: 0.48, 12, 3.2·10⁻⁵.
pub fn brief(number: f64) -> String {
    if !number.is_finite() {
        return number.to_string();
    }
    let size = number.abs();
    let sign = if number < 0.0 { "−" } else { "" };
    if size == 0.0 {
        "0".into()
    } else if size >= 999.5 {
        whole(number)
    } else if size >= 99.5 {
        format!("{sign}{size:.0}")
    } else if size >= 9.95 {
        format!("{sign}{size:.1}")
    } else if size >= 0.0995 {
        format!("{sign}{size:.2}")
    } else if size >= 0.001 {
        format!("{sign}{size:.4}")
    } else {
        let exponent = size.log10().floor() as i32;
        format!("{sign}{:.1}·10{}", size / 10f64.powi(exponent), superscript(exponent))
    }
}

/// A whole number in raised characters, for sentences.
pub fn superscript(number: i32) -> String {
    number
        .to_string()
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            // The other raised digits follow one another.
            digit => char::from_u32(0x2070 + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_do() {
        assert_eq!(whole(1_234_567.0), "1,234,567");
        assert_eq!(whole(999.0), "999");
        assert_eq!(whole(-1_200.0), "−1,200");
        assert_eq!(brief(0.4812), "0.48");
        assert_eq!(brief(1_234.5), "1,234");
        assert_eq!(brief(0.0123), "0.0123");
        assert_eq!(brief(3.2e-5), "3.2·10⁻⁵");
        assert_eq!(brief(f64::NAN), "NaN");
        assert_eq!(superscript(-1_048), "⁻¹⁰⁴⁸");
    }
}
