//! Web addresses, mail addresses and phone numbers.

use std::sync::LazyLock;

use regex_automata::meta::Regex;

use super::finder::{Finder, digits, group, pattern};

static URL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?:https?://|www\.)[^\s<>"“”]*[^\s<>"“”.,;:!?)\]']"#));

static MAIL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[a-z0-9][a-z0-9._%+-]{0,63}@(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}"));

static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(\+\d[\d ().-]{5,22}\d)",
        // In national form, as North America and as Europe write it.
        r"|([2-9]\d{2}[2-9]\d{6}|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}|\(?0\d{2,5}\)?[ /-]\d{2,9}(?:[ -]\d{2,5}){0,3})",
        // Any long number after a word that announces one.
        r"|(?:call|phone|tel|telephone|mobile|cell|whatsapp|ring|sms|nummer|number|telefon|handy|anrufen|ruf",
        r"|llam\w{0,4}|tel[eé]fono|m[oó]vil)(?:[.:]|\s+(?:me|us|is|on|at|back|no|mich|an|unter|ist|al|es|en|mi)\b){0,4}",
        r"[.:]?\s*(\(?\d[\d ().-]{5,18}\d)",
    ))
});

/// Fewest and most digits of a phone number (ITU-T E.164 allows 15; national ones are rarely shorter than seven).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Finds web and mail addresses.
pub(super) fn find_addresses(finder: &mut Finder<'_>) {
    for found in finder.matches(&URL) {
        if let Some(span) = group(&found, 0) {
            let normal = finder.text[span.clone()].to_owned();
            finder.keep("url", span, normal);
        }
    }
    for found in finder.matches(&MAIL) {
        if let Some(span) = group(&found, 0) {
            let normal = finder.text[span.clone()].to_ascii_lowercase();
            finder.keep("mail", span, normal);
        }
    }
}

/// Finds phone numbers.
pub(super) fn find_phones(finder: &mut Finder<'_>) {
    for found in finder.matches(&PHONE) {
        let Some(span) = (1..=3).find_map(|number| group(&found, number)) else {
            continue;
        };
        let written = &finder.text[span.clone()];
        let digits = digits(written);
        // In national form fewer than nine digits are a date or a table number as often as a phone.
        let enough = group(&found, 2).is_none() || digits.len() >= 9;
        if PHONE_DIGITS.contains(&digits.len()) && enough {
            let plus = if written.starts_with('+') { "+" } else { "" };
            finder.keep("phone", span, format!("{plus}{digits}"));
        }
    }
}
