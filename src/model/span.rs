//! A length of time as people write it in the config: `45s`, `30m`, `1h30m`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

/// A length of time: at least one second, at most [`SPAN_MAX_S`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(Duration);

/// Longest span, in seconds: one year. Nothing that hark waits for takes longer, and no sum with a date overflows.
pub const SPAN_MAX_S: u64 = 365 * 24 * 60 * 60;

/// The units, largest first, in seconds.
const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Why a text is not a span.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a length of time: expected such as `45s`, `30m`, `2h`, `1h30m` or `1d`, up to 365d"
)]
pub struct NotASpan(String);

impl Span {
    /// So many seconds, brought into the range.
    pub const fn from_secs(seconds: u64) -> Self {
        let seconds = if seconds == 0 { 1 } else { seconds };
        let seconds = if seconds > SPAN_MAX_S {
            SPAN_MAX_S
        } else {
            seconds
        };
        Self(Duration::from_secs(seconds))
    }

    /// As the standard library counts it.
    pub const fn duration(self) -> Duration {
        self.0
    }
}

impl FromStr for Span {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Self, NotASpan> {
        match seconds(text) {
            Some(seconds @ 1..=SPAN_MAX_S) => Ok(Self(Duration::from_secs(seconds))),
            _ => Err(NotASpan(text.to_owned())),
        }
    }
}

/// Reads numbers with a unit each, every unit at most once and larger ones first.
fn seconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut sum = 0_u64;
    for (unit, unit_s) in UNITS {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        if let Some(after) = after.strip_prefix(unit) {
            let number = number.parse::<u64>().ok()?;
            sum = sum.checked_add(number.checked_mul(unit_s)?)?;
            rest = after;
        }
    }
    rest.is_empty().then_some(sum)
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = self.0.as_secs();
        for (unit, unit_s) in UNITS {
            if left >= unit_s {
                write!(f, "{}{unit}", left / unit_s)?;
                left %= unit_s;
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_as_people_write_it() {
        for (text, seconds) in [
            ("45s", 45),
            ("30m", 1_800),
            ("2h", 7_200),
            ("1h30m", 5_400),
            ("1d", 86_400),
            ("90m", 5_400),
            ("365d", SPAN_MAX_S),
        ] {
            assert_eq!(text.parse(), Ok(Span::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_an_example() {
        for text in [
            "",
            "0s",
            "30",
            "m",
            "-5m",
            "5 m",
            "1.5h",
            "30m1h",
            "1m1m",
            "366d",
            "5x",
            "٣m",
            "99999999999999999999s",
            "9999999999999999999d",
        ] {
            let error = text.parse::<Span>().expect_err(text);
            assert!(error.to_string().contains("`30m`"), "{error}");
        }
    }

    #[test]
    fn a_span_prints_as_it_can_be_read() {
        for text in ["45s", "30m", "1h30m", "1d2h3m4s"] {
            assert_eq!(
                text.parse::<Span>().map(|span| span.to_string()),
                Ok(text.to_owned())
            );
        }
    }
}
