//! Flags that take a number: read as settings are, so that `1e5` and `20,000` mean the same everywhere.

use std::ops::RangeInclusive;

use quanta_core::number;

/// Makes the parser of a flag that takes a whole number of a range. Its errors say what the number must
/// be.
pub fn whole(range: RangeInclusive<u64>) -> impl Fn(&str) -> Result<u64, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = number::read_whole(text).map_err(|error| format!("it must be {error}"))?;
        if range.contains(&number) { Ok(number) } else { Err(outside(range.start(), range.end(), *range.end() == u64::MAX)) }
    }
}

/// Makes the parser of a flag that takes a real number of a range, as [`whole`].
pub fn real(range: RangeInclusive<f64>) -> impl Fn(&str) -> Result<f64, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = number::read(text).map_err(|error| format!("it must be {error}"))?;
        let is_open = range.end().is_infinite();
        if range.contains(&number) { Ok(number) } else { Err(outside(range.start(), range.end(), is_open)) }
    }
}

fn outside(least: impl ToString, most: impl ToString, is_open: bool) -> String {
    match is_open {
        true => format!("it must be {} or more", least.to_string()),
        false => format!("it must be {} to {}", least.to_string(), most.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_read_numbers_as_settings_do() {
        let flag = whole(1..=1_000_000);
        for text in ["20000", "20,000", "2e4", "20000.0", " 20000 "] {
            assert_eq!(flag(text), Ok(20_000), "{text}");
        }
        assert_eq!(flag("0"), Err("it must be 1 to 1000000".into()));
        assert_eq!(flag("1.5"), Err("it must be a whole number, 0 or more".into()));
        assert_eq!(flag("1,5"), Err("it must be a number with a decimal point: write 1.5".into()));
        assert_eq!(whole(1..=u64::MAX)("0"), Err("it must be 1 or more".into()));
        let flag = real(0.25..=8.0);
        assert_eq!((flag("2"), flag("2.5e0")), (Ok(2.0), Ok(2.5)));
        assert_eq!(flag("9"), Err("it must be 0.25 to 8".into()));
        assert!(flag("0,5").is_err_and(|error| error.contains("write 0.5")));
        assert_eq!(real(f64::NEG_INFINITY..=f64::INFINITY)("-1,200.5"), Ok(-1_200.5));
    }
}
