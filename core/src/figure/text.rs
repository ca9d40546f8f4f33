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

/// A part of a text that people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Set as the text around it.
    Level(&'a str),
    /// Set smaller and lower: the S of α_S.
    Lowered(&'a str),
}

/// Splits a text where a letter is to be lowered: the one after `α_`.
///
/// ```
/// use quanta_core::figure::{Piece, pieces};
/// let split: Vec<Piece> = pieces("pure law, α_S = 0.29").collect();
/// assert_eq!(split, [Piece::Level("pure law, α"), Piece::Lowered("S"), Piece::Level(" = 0.29")]);
/// assert_eq!(pieces("run_1").count(), 1);
/// ```
pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    const MARK: &str = "α_";
    let mut rest = text;
    let mut lowered = None;
    std::iter::from_fn(move || {
        if let Some(letter) = lowered.take() {
            return Some(Piece::Lowered(letter));
        }
        if rest.is_empty() {
            return None;
        }
        let letter = |after: &str| after.chars().next().filter(|c| c.is_alphanumeric()).map(char::len_utf8);
        let mut from = 0;
        while let Some(found) = rest[from..].find(MARK) {
            let end = from + found + MARK.len();
            if let Some(length) = letter(&rest[end..]) {
                let before = &rest[..end - 1];
                lowered = Some(&rest[end..end + length]);
                rest = &rest[end + length..];
                return Some(Piece::Level(before));
            }
            from = end;
        }
        Some(Piece::Level(std::mem::take(&mut rest)))
    })
}

/// The text with its lowered letters on the line, for where none can be set: αS.
pub fn plain(text: &str) -> String {
    pieces(text)
        .map(|piece| match piece {
            Piece::Level(text) | Piece::Lowered(text) => text,
        })
        .collect()
}

/// How wide a text is at a font size of 1, its lowered letters smaller. The backends measure
/// differently or not at all, so layout rests on these widths, rounded up from Inter's and
/// Helvetica's.
pub(crate) fn width(text: &str) -> f64 {
    let wide = |piece| match piece {
        Piece::Level(text) => level_width(text),
        Piece::Lowered(text) => RAISED * level_width(text) + 0.05,
    };
    pieces(text).map(wide).sum()
}

fn level_width(text: &str) -> f64 {
    text.chars()
        .map(|c| match c {
            ' ' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' | 'i' | 'j' | 'l' | 'I' | '·' => 0.29,
            '(' | ')' | '[' | ']' | 'f' | 't' | 'r' | '/' | '-' => 0.38,
            '₀'..='₉' | '⁰'..='⁹' | '²' | '³' | '¹' | '⁻' | '₊' | 'ₖ' => 0.45,
            'm' | 'w' | 'M' | 'W' | '%' | '@' | '→' => 0.94,
            'A'..='Z' => 0.70,
            c if is_drawn(c) => 0.605,
            c => beyond(c),
        })
        .sum()
}

/// Whether the typeface that comes with the program has a letter: Latin-1, Greek, and the signs that
/// figures use. Browsers draw the others in another typeface; a PNG of the terminal cannot.
pub(crate) fn is_drawn(c: char) -> bool {
    matches!(
        c,
        ' '..='~' | '\u{a0}'..='ÿ' | 'ı' | 'Œ' | 'œ' | 'ˆ' | '˜' | 'Α'..='Ω' | 'α'..='ω' | 'ᵢ'..='ᵥ'
            | '\u{2000}'..='\u{200b}' | '‐' | '–' | '—' | '‘'..='„' | '†'..='•' | '…' | '‰' | '′' | '″' | '‹' | '›'
            | '⁄' | '⁰' | 'ⁱ' | '⁴'..='⁾' | '₀'..='₎' | 'ₐ'..='ₜ' | '€' | '™' | '←'..='↓'
            | '∂' | '∆' | '∏' | '∑' | '−' | '√' | '∞' | '≈' | '≠' | '≤' | '≥' | '○' | '●'
    )
}

/// The letters of a text that a PNG of the terminal shows as `?`, each once.
///
/// ```
/// assert_eq!(quanta_core::figure::undrawn("α Łódź 試 試"), "Łź試");
/// ```
pub fn undrawn(text: &str) -> String {
    let mut lacking = String::new();
    for c in text.chars().filter(|c| !is_drawn(*c) && !c.is_control()) {
        if !lacking.contains(c) {
            lacking.push(c);
        }
    }
    lacking
}

/// How wide a letter is that another typeface draws: nothing for marks that stand on the one before, a
/// square for the scripts of East Asia and for pictures.
fn beyond(c: char) -> f64 {
    match c {
        '\u{300}'..='\u{36f}' | '\u{200c}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0.0,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' => 1.0,
        '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f000}'.. => 1.0,
        _ => 0.7,
    }
}

/// Numbers names that are equal, so that a legend tells them apart: `run`, `run (2)`.
pub(crate) fn tell_apart<'a>(names: impl IntoIterator<Item = &'a mut String>) {
    let mut taken: Vec<String> = Vec::new();
    for name in names {
        let numbered = (2..).map(|count| format!("{name} ({count})"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name));
        if let Some(free) = free {
            name.clone_from(&free);
            taken.push(free);
        }
    }
}

/// How far Inter Regular advances over a text at a font size of 1: where a text begins that must
/// end at a given point. Letters of the typeface beyond the table count as a figure.
pub(crate) fn advance(text: &str) -> f64 {
    // Hundredths of the font size, from the space to the tilde.
    const ASCII: [u8; 95] = [
        28, 29, 47, 63, 64, 98, 64, 30, 36, 36, 50, 66, 29, 46, 29, 36, 63, 41, 61, 62, 65, 59, 62, 57, 62, 62, 29, 30, 66, 66,
        66, 51, 97, 69, 65, 73, 72, 60, 59, 75, 74, 27, 57, 67, 57, 90, 75, 76, 64, 76, 64, 64, 65, 74, 69, 99, 68, 68, 63, 36,
        36, 36, 47, 46, 32, 56, 61, 57, 61, 58, 37, 61, 59, 24, 24, 55, 24, 88, 59, 60, 61, 61, 38, 53, 33, 59, 56, 82, 55, 56,
        55, 43, 33, 43, 66,
    ];
    let room = |c: char| match (c as usize).checked_sub(32).and_then(|place| ASCII.get(place)) {
        Some(hundredths) => f64::from(*hundredths) / 100.0,
        None if is_drawn(c) => 0.66,
        None => beyond(c),
    };
    text.chars().map(room).sum()
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
    fn only_the_indices_of_alpha_are_lowered() {
        let split = |text| pieces(text).collect::<Vec<_>>();
        let expected = [Piece::Level("α"), Piece::Lowered("S"), Piece::Level(" = α"), Piece::Lowered("D")];
        assert_eq!(split("α_S = α_D"), expected);
        assert_eq!(split("my_run α_ _S"), [Piece::Level("my_run α_ _S")]);
        assert_eq!(split(""), []);
        assert_eq!(plain("α_N = 0.40, run_1"), "αN = 0.40, run_1");
        assert!(width("α_S") < width("αS"));
    }

    #[test]
    fn letters_beyond_the_typeface_are_known_and_take_their_room() {
        assert_eq!(undrawn("αSβ ½ Œ 10⁻³ “x” ≈ −2 → 3 · 4"), "");
        assert_eq!(undrawn("Жук, Łódź, 試"), "ЖукŁź試");
        assert!(width("試驗") >= 2.0 && advance("試驗") >= 2.0, "as wide as high");
        assert_eq!(width("e\u{301}"), width("e"), "a mark stands on its letter");
    }

    #[test]
    fn equal_names_are_told_apart() {
        let mut names = ["run", "other", "run", "run (2)", "run"].map(str::to_owned);
        tell_apart(&mut names);
        assert_eq!(names, ["run", "other", "run (2)", "run (2) (2)", "run (3)"]);
    }

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
