//! Numbers of accounts, people and vehicles: what has a check digit of its own, or a word that announces it.

use super::checks;
use super::finder::{Finder, compact, is_one_of};
use super::lexicon::{IBAN, IS, NUMBER, PASSPORT, VIN};

/// How long the IBANs of each country are (SWIFT IBAN registry).
const IBAN_LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BR", 29),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NL", 18),
    ("NO", 15),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("SA", 24),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
];

/// Letters and digits of a vehicle identification number.
const VIN_LENGTH: usize = 17;

/// Letters and digits of a passport or an identity card.
const PASSPORT_LENGTH: std::ops::RangeInclusive<usize> = 6..=12;

/// Finds account numbers (ISO 13616): sound ones, and where one is announced also those with a slip.
pub(super) fn find_ibans(finder: &mut Finder<'_>) {
    for first in 0..finder.words.len() {
        let Some(length) = iban_length(finder.word(first)) else {
            continue;
        };
        let mut code = String::new();
        let mut last = first;
        loop {
            code.push_str(finder.word(last));
            let goes_on = code.len() < length
                && finder
                    .shape(last + 1)
                    .is_some_and(super::words::Shape::is_ascii)
                && is_one_of(finder.gap(last + 1), " -");
            if !goes_on {
                break;
            }
            last += 1;
        }
        let normal = code.to_ascii_uppercase();
        let is_sound = normal.len() == length && checks::mod97(&normal);
        let is_likely = normal.len().abs_diff(length) <= 2 && finder.is_announced(first, IBAN);
        if is_sound || is_likely {
            let span = finder.span(first, last);
            finder.keep("iban", span, normal);
        }
    }
}

/// How long the account number is that starts with this word, if one may.
fn iban_length(word: &str) -> Option<usize> {
    let head = word.as_bytes().get(..4)?;
    let may_be = head[0].is_ascii_alphabetic()
        && head[1].is_ascii_alphabetic()
        && head[2..].iter().all(u8::is_ascii_digit);
    if !may_be {
        return None;
    }
    let country = word[..2].to_ascii_uppercase();
    let row = IBAN_LENGTHS.iter().find(|(code, _)| *code == country)?;
    (word.len() <= row.1 + 2).then_some(row.1)
}

/// Finds vehicle identification numbers (ISO 3779), by a word that announces one or by the North American check digit.
pub(super) fn find_vins(finder: &mut Finder<'_>) {
    for at in 0..finder.words.len() {
        let word = finder.word(at);
        let may_be = word.len() == VIN_LENGTH
            && finder.words[at].shape.has_digit()
            && !word.bytes().all(|c| c.is_ascii_digit())
            && word
                .bytes()
                .all(|c| c.is_ascii_alphanumeric() && !b"IOQioq".contains(&c));
        if may_be {
            let normal = word.to_ascii_uppercase();
            if checks::vin(&normal) || finder.is_announced(at, VIN) {
                let span = finder.span(at, at);
                finder.keep("vin", span, normal);
            }
        }
    }
}

/// Finds numbers of passports and identity cards: after a word that announces one, Spanish ones by their letter, and
/// social security numbers of the United States by their shape.
pub(super) fn find_passports(finder: &mut Finder<'_>) {
    for at in 0..finder.words.len() {
        let shape = finder.words[at].shape;
        if !shape.has_digit() || !shape.is_ascii() {
            continue;
        }
        let word = finder.word(at);
        if let Some(normal) = cut_dni(finder, at) {
            let span = finder.span(at, at + 1);
            finder.keep("passport", span, normal);
            continue;
        }
        let is_social = word.len() == 3
            && finder.groups(at, "-", 3) == 3
            && finder.word(at + 1).len() == 2
            && finder.word(at + 2).len() == 4
            && !finder.gap(at).ends_with(['-', '+']);
        let enough_digits = word.bytes().filter(u8::is_ascii_digit).count() >= 3;
        if is_social {
            let (span, normal) = (finder.span(at, at + 2), finder.digits(at, 3));
            finder.keep("passport", span, normal);
        } else if PASSPORT_LENGTH.contains(&word.len())
            && enough_digits
            && (checks::dni(&word.to_ascii_uppercase()) || is_announced(finder, at))
        {
            let (span, normal) = (finder.span(at, at), compact(word));
            finder.keep("passport", span, normal);
        }
    }
}

/// `12345678-Z`.
fn cut_dni(finder: &Finder<'_>, at: usize) -> Option<String> {
    let (number, letter) = (finder.word(at), finder.word(at + 1));
    if number.len() != 8 || letter.len() != 1 || finder.gap(at + 1) != "-" {
        return None;
    }
    let code = format!("{number}{letter}").to_ascii_uppercase();
    checks::dni(&code).then_some(code)
}

fn is_announced(finder: &Finder<'_>, at: usize) -> bool {
    finder.hints.is_asked("passport")
        || finder
            .skip_back(at, NUMBER | IS, 4)
            .is_some_and(|cue| finder.announces(cue, PASSPORT))
}
