//! Parses numbers that people type: the one reader of numbers, for the terminal, the page, links and
//! files.

/// Why a text is not the number that was asked for. The words finish the sentence “… must be”.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not a finite number.
    #[error("a number")]
    NotANumber,
    /// A comma where the decimal point belongs. Holds the number with a point.
    #[error("a number with a decimal point: write {0}")]
    DecimalComma(String),
    /// Not a whole number from 0 to 2^64 - 1, or written with a point or an exponent and above 2^53.
    #[error("a whole number, 0 or more")]
    NotWhole,
    /// Not of the form `A..B` with A below B.
    #[error("a range like 400..8900, its first number below its second")]
    NotARange,
}

/// Parses a finite number: what [`str::parse`] accepts (`0.1`, `.5`, `+3`, `2.`, `1e-3`), and `20,000`
/// with its thousands set apart as the page prints them. Ignores surrounding whitespace.
///
/// # Errors
/// [`NumberError::DecimalComma`] for `0,1`; [`NumberError::NotANumber`] for anything else, `NaN` and
/// `inf` included.
///
/// It uses the JSON parser, which the page contains anyway; the standard library's parser would add
/// fifteen kilobytes to the page.
pub fn read(text: &str) -> Result<f64, NumberError> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if let Some((before, after)) = whole.split_once(',')
        && !are_thousands(whole)
    {
        let is_decimal = !mantissa.contains('.') && is_digits(before) && is_digits(after) && !after.is_empty();
        let with_point = text.replace(',', ".");
        return Err(if is_decimal && read(&with_point).is_ok() {
            NumberError::DecimalComma(with_point)
        } else {
            NumberError::NotANumber
        });
    }
    let whole = whole.replace(',', "");
    if whole.len() + fraction.len() == 0 || !is_digits(&whole) || !is_digits(fraction) {
        return Err(NumberError::NotANumber);
    }
    // JSON requires a digit on both sides of the point, and forbids leading zeros.
    let whole = Some(whole.trim_start_matches('0')).filter(|whole| !whole.is_empty()).unwrap_or("0");
    serde_json::from_str(&format!("{sign}{whole}.{fraction}0e{exponent}")).map_err(|_| NumberError::NotANumber)
}

/// [`read`] without the reason.
pub fn parse(text: &str) -> Option<f64> {
    read(text).ok()
}

/// Parses a whole number, however it is written: `20000`, `20,000`, `2e4`, `20000.0`.
///
/// # Errors
/// [`NumberError::DecimalComma`] for `1,5`, else [`NumberError::NotWhole`].
pub fn read_whole(text: &str) -> Result<u64, NumberError> {
    let text = text.trim();
    let digits = text.strip_prefix('+').unwrap_or(text);
    if are_thousands(digits) || is_digits(digits) {
        // Digit by digit, so that numbers above 2^53 stay exact.
        return digits.replace(',', "").parse().map_err(|_| NumberError::NotWhole);
    }
    match read(text) {
        Ok(number) if number.fract() == 0.0 && (0.0..=MOST_EXACT).contains(&number) => Ok(number as u64),
        Err(error @ NumberError::DecimalComma(_)) => Err(error),
        _ => Err(NumberError::NotWhole),
    }
}

/// Parses a range `A..B` of numbers with 0 ≤ A < B.
///
/// # Errors
/// [`NumberError::DecimalComma`] where one of the two has one, else [`NumberError::NotARange`].
pub fn read_range(text: &str) -> Result<(f64, f64), NumberError> {
    let (from, to) = text.split_once("..").ok_or(NumberError::NotARange)?;
    let end = |text: &str| match read(text) {
        Err(NumberError::NotANumber) => Err(NumberError::NotARange),
        read => read,
    };
    let (from, to) = (end(from)?, end(to)?);
    if from >= 0.0 && to > from { Ok((from, to)) } else { Err(NumberError::NotARange) }
}

/// The text without the byte-order mark that some editors put before it.
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// 2^53: above it `f64` skips whole numbers.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is digits with commas that set thousands apart: `20,000`, but neither `0,100` nor `1,5`.
fn are_thousands(text: &str) -> bool {
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let leads = (1..=3).contains(&first.len()) && is_digits(first) && !first.starts_with('0');
    leads && !rest.is_empty() && rest.iter().all(|group| group.len() == 3 && is_digits(group))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn usual_spellings_are_parsed_and_others_refused() {
        let same = [("0.1", 0.1), (" .5 ", 0.5), ("+3", 3.0), ("2.", 2.0), ("1e-3", 1e-3), ("-0007.50E+2", -750.0), ("0", 0.0)];
        for (text, number) in same {
            assert_eq!(parse(text), Some(number), "{text}");
        }
        for text in ["", ".", "-", "e5", "1e", "1e+", "1 2", "1,5", "--1", "+-1", "0x1", "NaN", "inf", "1e999", "1.2.3", "١"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_read_as_the_page_prints_them() {
        for (text, number) in [("20,000", 20_000.0), (" 1,234,567 ", 1_234_567.0), ("-1,200.5", -1_200.5), ("−3", -3.0)] {
            assert_eq!(read(text), Ok(number), "{text}");
        }
    }

    #[test]
    fn a_decimal_comma_is_refused_by_name() {
        for (text, point) in
            [("0,1", "0.1"), ("-1,5", "-1.5"), ("0,100", "0.100"), ("12,3456", "12.3456"), ("1,5e3", "1.5e3"), (",5", ".5")]
        {
            assert_eq!(read(text), Err(NumberError::DecimalComma(point.into())), "{text}");
        }
        for text in ["1,2,3", "1,", ",", "1,000,5", "1,0.5", "20,000,"] {
            assert_eq!(read(text), Err(NumberError::NotANumber), "{text}");
        }
        assert_eq!(read("0,1").map_err(|error| error.to_string()), Err("a number with a decimal point: write 0.1".into()));
    }

    #[test]
    fn whole_numbers_are_whole_however_they_are_written() {
        for text in ["100000", "1e5", "100000.0", "100,000", "+1e5", "1.0E5", "0.1e6"] {
            assert_eq!(read_whole(text), Ok(100_000), "{text}");
        }
        assert_eq!(read_whole("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(read_whole("9007199254740993"), Ok(9_007_199_254_740_993));
        for text in ["", "1.5", "-1", "1e-3", "NaN", "18446744073709551616", "1e17", "ten"] {
            assert_eq!(read_whole(text), Err(NumberError::NotWhole), "{text}");
        }
        assert_eq!(read_whole("1,5"), Err(NumberError::DecimalComma("1.5".into())));
    }

    #[test]
    fn ranges_are_read_or_refused() {
        assert_eq!(read_range("400..8,900"), Ok((400.0, 8_900.0)));
        assert_eq!(read_range("1e2 .. 1e4"), Ok((100.0, 10_000.0)));
        assert_eq!(read_range("0,1..4"), Err(NumberError::DecimalComma("0.1".into())));
        for bad in ["", "400", "..", "5..5", "9..1", "-1..4", "a..b", "1..NaN"] {
            assert_eq!(read_range(bad), Err(NumberError::NotARange), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_number_round_trips_to_the_bit(bits: u64) {
            let number = f64::from_bits(bits);
            prop_assume!(number.is_finite());
            prop_assert_eq!(parse(&number.to_string()).map(f64::to_bits), Some(bits));
            prop_assert_eq!(parse(&format!("{number:e}")).map(f64::to_bits), Some(bits));
        }

        #[test]
        fn results_match_the_standard_library(text in "[-+]?[0-9]{0,20}[.]?[0-9]{0,20}([eE][-+]?[0-9]{0,3})?") {
            let standard = text.parse::<f64>().ok().filter(|number| number.is_finite());
            prop_assert_eq!(parse(&text), standard);
        }
    }
}
