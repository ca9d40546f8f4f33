//! Parses numbers that people type.

/// Parses a finite number with the same syntax and result as [`str::parse`]: `0.1`, `.5`, `+3`, `2.`,
/// `1e-3`. Ignores surrounding whitespace. Returns `None` for anything else, `NaN` and `inf` included.
///
/// It uses the JSON parser, which the page contains anyway; the standard library's parser would add
/// fifteen kilobytes to the page.
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    // JSON requires a digit on both sides of the point, and forbids leading zeros.
    let whole = Some(whole.trim_start_matches('0')).filter(|whole| !whole.is_empty()).unwrap_or("0");
    serde_json::from_str(&format!("{sign}{whole}.{fraction}0e{exponent}")).ok()
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
