//! Booking codes: six letters and digits that open a booking, and could be any word.

use std::ops::Range;

use super::finder::{Finder, compact, is_one_of};
use super::lexicon::{BOOKING, IS, LOCATOR, OTHER_CODE, REFERENCE};

/// Letters and digits of a booking code.
const CODE_LENGTH: std::ops::RangeInclusive<usize> = 5..=8;

/// Letters of a code without a digit, and of one that nothing announces.
const USUAL_LENGTH: usize = 6;

/// Digits of a booking number without a letter.
const NUMBER_LENGTH: std::ops::RangeInclusive<usize> = 6..=12;

/// Words of six letters that follow a word of booking.
const NO_CODES: &[&str] = &[
    "ACCESS", "ACTIVE", "AIRWAY", "ALWAYS", "AMOUNT", "AROUND", "BEFORE", "BOOKED", "BROKEN",
    "CALLED", "CANCEL", "CANNOT", "CHANGE", "CLOSED", "DENIED", "DIRECT", "ERRORS", "FAILED",
    "FALSCH", "FEHLER", "FLIGHT", "FLIGHTS", "FORGOT", "FREEZE", "HOTELS", "ISSUES", "LINKED",
    "LISTED", "LOCKED", "MYSELF", "NUMBER", "OFFICE", "ONLINE", "PAGINA", "PAYING", "PLEASE",
    "POLICY", "REALLY", "REFUND", "RETURN", "SCREEN", "SEITEN", "SHOULD", "SORTED", "STATUS",
    "SYSTEM", "THANKS", "THROUGH", "THROWN", "TICKET", "TRYING", "UNABLE", "USELES", "VANISH",
    "WAITED", "WEBSEITE", "WITHIN", "WORKED", "WRITES",
];

/// Finds booking codes after a word that announces one.
pub(super) fn find_announced_bookings(finder: &mut Finder<'_>) {
    if finder.roles & BOOKING == 0 {
        return;
    }
    let mut at = 0;
    while at < finder.words.len() {
        let cue = at;
        at += 1;
        if finder.sense(cue).is(BOOKING)
            && !(cue > 0 && finder.sense(cue - 1).is(OTHER_CODE))
            && let Some((span, normal, last)) = announced(finder, cue)
        {
            at = last + 1;
            finder.keep("booking", span, normal);
        }
    }
}

/// What announces a code.
struct Cue {
    /// Its first word.
    first: usize,
    /// Nothing but a code can follow.
    strong: bool,
    /// Several words: `booking reference`.
    long: bool,
    /// `:`, `=`, `#` or `is` stands before the code.
    joined: bool,
}

/// The code that a word of booking announces, and its last word.
fn announced(finder: &Finder<'_>, first: usize) -> Option<(Range<usize>, String, usize)> {
    let mut cue = Cue {
        first,
        strong: finder.sense(first).is(LOCATOR),
        long: false,
        joined: false,
    };
    let mut at = first + 1;
    for _ in 0..3 {
        if !finder.sense(at).is(REFERENCE) || !is_close(finder.gap(at)) {
            break;
        }
        cue.long = true;
        cue.strong |= finder.sense(at).is(LOCATOR);
        at += 1;
    }
    if finder.sense(at).is(IS) && is_close(finder.gap(at)) {
        cue.joined = true;
        at += 1;
    }
    let gap = finder.gap(at);
    if !is_close(gap) {
        return None;
    }
    cue.joined |= gap.contains([':', '=', '#', '-']);
    let (last, written) = code(finder, at, &cue)?;
    let span = finder.span(at, last);
    is_code(&cue, &written, finder).then(|| (span, compact(&written), last))
}

fn is_close(gap: &str) -> bool {
    gap.len() <= 4 && gap.chars().all(|c| " .:#=-\"'“„(*".contains(c))
}

/// The words of a code: one, two halves (`X7K 9QD`), or single letters.
fn code(finder: &Finder<'_>, at: usize, cue: &Cue) -> Option<(usize, String)> {
    let shape = finder.shape(at)?;
    if !shape.is_ascii() {
        return None;
    }
    let (word, next) = (finder.word(at), finder.word(at + 1));
    let is_cut = is_one_of(finder.gap(at + 1), " -")
        && finder
            .shape(at + 1)
            .is_some_and(super::words::Shape::is_ascii);
    if word.len() == 3 && next.len() == 3 && is_cut {
        let both = format!("{word}{next}");
        let has_digit = |word: &str| word.bytes().any(|c| c.is_ascii_digit());
        let is_small = both.bytes().any(|c| c.is_ascii_lowercase());
        let is_code = has_digit(&both) && (!is_small || has_digit(word) && has_digit(next))
            || cue.strong && !is_small;
        return is_code.then_some((at + 1, both));
    }
    let letters = (at..at + USUAL_LENGTH).take_while(|&word| {
        finder.word(word).len() == 1 && (word == at || is_one_of(finder.gap(word), " -."))
    });
    if letters.count() == USUAL_LENGTH {
        let spelt = (at..at + USUAL_LENGTH)
            .map(|word| finder.word(word))
            .collect();
        return Some((at + USUAL_LENGTH - 1, spelt));
    }
    let goes_on = finder.gap(at + 1) == "-" && finder.is_number(at + 1);
    (!goes_on).then(|| (at, word.to_owned()))
}

fn is_code(cue: &Cue, written: &str, finder: &Finder<'_>) -> bool {
    let has_digit = written.bytes().any(|c| c.is_ascii_digit());
    let has_letter = written.bytes().any(|c| c.is_ascii_alphabetic());
    let is_small = written.bytes().any(|c| c.is_ascii_lowercase());
    if has_digit && has_letter {
        let is_ordinal = written.starts_with(|c: char| c.is_ascii_digit())
            && changes(written) < 2
            && !cue.joined;
        return CODE_LENGTH.contains(&written.len()) && !is_ordinal;
    }
    if has_digit {
        let cue_word = finder.word(cue.first).to_lowercase();
        let is_reference = matches!(
            cue_word.as_str(),
            "ref" | "reference" | "confirmation" | "conf"
        );
        let is_sure = cue.long || cue.joined || cue.strong || is_reference;
        // A code alone may be of anything.
        let is_any = matches!(cue_word.as_str(), "code" | "código" | "codigo");
        return NUMBER_LENGTH.contains(&written.len()) && is_sure && !is_any;
    }
    let calm = || finder.words.iter().any(|word| word.shape.has_small());
    let is_word = NO_CODES
        .iter()
        .any(|word| word.eq_ignore_ascii_case(written));
    let is_mixed = is_small && written.bytes().any(|c| c.is_ascii_uppercase());
    let is_announced = if is_small {
        cue.strong && cue.joined && !is_mixed
    } else {
        cue.strong || (cue.joined || cue.long) && calm()
    };
    written.len() == USUAL_LENGTH && !is_word && is_announced
}

/// How often letters turn to digits or digits to letters.
fn changes(written: &str) -> usize {
    written
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .count()
}

/// Finds booking codes that nothing announces: six capitals and digits in turn, and not an aircraft (`B787ER`) or its
/// registration in the United States (`N366SW`).
pub(super) fn find_bare_bookings(finder: &mut Finder<'_>) {
    let asked = finder.hints.is_asked("booking");
    for at in 0..finder.words.len() {
        let word = finder.word(at);
        let shape = finder.words[at].shape;
        let has_small = shape.has_small();
        let span = finder.span(at, at);
        if word.len() == 3
            && asked
            && is_one_of(finder.gap(at + 1), " -")
            && finder.word(at + 1).len() == 3
        {
            let both = format!("{word}{}", finder.word(at + 1));
            let has_digit = both.bytes().any(|c| c.is_ascii_digit());
            if both.is_ascii() && has_digit && changes(&both) >= 1 {
                let span = finder.span(at, at + 1);
                finder.keep("booking", span, both.to_ascii_uppercase());
            }
            continue;
        }
        if word.len() != USUAL_LENGTH || !shape.is_ascii() || finder.gap(at).ends_with('@') {
            continue;
        }
        let is_code = if asked {
            !has_small && !NO_CODES.contains(&word) || shape.has_digit() && changes(word) >= 1
        } else {
            !has_small && is_mixed(word)
        };
        if is_code {
            finder.keep("booking", span, word.to_ascii_uppercase());
        }
    }
}

fn is_mixed(word: &str) -> bool {
    let bytes = word.as_bytes();
    let letters = bytes.iter().filter(|c| c.is_ascii_alphabetic()).count();
    let three_digits = bytes[1..4].iter().all(u8::is_ascii_digit);
    let is_aircraft =
        matches!(bytes, [b'N', ..] | [b'A', b'3', ..] | [b'B', b'7', ..]) && three_digits;
    letters >= 2 && changes(word) >= 2 && !is_aircraft
}
