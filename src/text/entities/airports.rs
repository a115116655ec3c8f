//! Airport codes: three capitals mean a place only where a place is spoken of.

use super::carriers::is_airport;
use super::finder::Finder;
use super::lexicon::{AIRPORT, PLACE};

/// Airport codes that are words of English, German or Spanish, or short for something else; never an airport after a word
/// of place. Counted in what people write in small letters.
const WORDS: &[&str] = &[
    "ACC", "ACT", "ADD", "AIN", "ALL", "ALS", "AND", "ANY", "APP", "ARE", "ARM", "ART", "ASS",
    "ATM", "AUS", "BAD", "BAG", "BAR", "BED", "BEN", "BET", "BIS", "BOB", "BOO", "BOX", "BOY",
    "BRO", "BST", "BUS", "BUT", "CAB", "CAP", "CAR", "CEO", "CET", "CFO", "COD", "COO", "DAD",
    "DAY", "DEC", "DEL", "DEN", "DHL", "DIE", "DIR", "DOG", "EAR", "EAT", "EIN", "END", "EST",
    "ETA", "EUR", "EYE", "FAR", "FAX", "FOR", "FUN", "GAS", "GAY", "GBP", "GET", "GMT", "GOD",
    "GOT", "GPS", "GYM", "HAD", "HAM", "HAN", "HAS", "HER", "HET", "HIM", "HIN", "HIS", "HOT",
    "HUH", "ICE", "IHR", "INN", "IOS", "IST", "JAN", "JET", "JOB", "JOE", "JUL", "JUN", "KID",
    "LAS", "LAW", "LED", "LEG", "LET", "LOS", "LOT", "MAG", "MAP", "MAR", "MED", "MEI", "MID",
    "MIR", "MIS", "NOT", "NOV", "NOW", "OCT", "OFF", "OLD", "ONE", "ONS", "OUR", "OUT", "PAR",
    "PAY", "PDF", "PER", "PET", "PIE", "PIN", "PLS", "PLZ", "POP", "POR", "PST", "PUB", "RAP",
    "RED", "ROT", "ROW", "RUN", "SAH", "SAT", "SAW", "SEA", "SEP", "SHE", "SIR", "SIT", "SMS",
    "SOM", "SON", "SUB", "SUN", "TAB", "TAG", "TAP", "TAX", "TBH", "TEN", "THE", "THX", "TIP",
    "TOE", "TOP", "TOY", "TRE", "TRY", "TUE", "USA", "VAN", "VER", "VIP", "WAR", "WAS", "WAY",
    "WED", "WIN", "YAP", "YOU", "ZUM",
];

/// Words that are busy airports too: they are one between small letters.
const BUSY: &[&str] = &[
    "AUS", "BEG", "CAN", "DEN", "HAM", "LAS", "MAD", "MAN", "DEL", "SEA",
];

/// What joins the airports of a route.
const ROUTE_SIGNS: &[&str] = &["-", "–", ">", "->", "→", "/", "--", "✈", "✈️"];

/// Finds airport codes: in capitals, in a route, after a word of place or beside the word airport.
pub(super) fn find_airports(finder: &mut Finder<'_>) {
    if !finder.has_code {
        return;
    }
    let mut calm = None;
    for at in 0..finder.words.len() {
        if !is_code(finder, at) {
            continue;
        }
        let is_last = finder.words[at].shape.is_capitals()
            && (is_joined(finder, at) || is_joined(finder, at + 1));
        let is_place = is_last || is_beside(finder, at) || {
            let has_small = || finder.words.iter().any(|word| word.shape.has_small());
            is_after_place(finder, at, *calm.get_or_insert_with(has_small))
        };
        if is_place {
            let span = finder.span(at, at);
            let normal = finder.word(at).to_owned();
            finder.keep("airport", span, normal);
        }
    }
}

fn is_code(finder: &Finder<'_>, at: usize) -> bool {
    finder
        .words
        .get(at)
        .is_some_and(|word| word.shape.is_capitals() && word.end - word.start == 3)
        && is_airport(finder.word(at))
}

/// Whether word `at` and the one before it are a leg of a route, of which not both are words of a language.
fn is_joined(finder: &Finder<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else {
        return false;
    };
    let (first, second) = if is_route_sign(finder.gap(at)) {
        (before, at)
    } else {
        return is_said(finder, at);
    };
    is_code(finder, first)
        && is_code(finder, second)
        && !(is_word(finder.word(first)) && is_word(finder.word(second)))
}

fn is_route_sign(gap: &str) -> bool {
    gap.len() <= 8 && ROUTE_SIGNS.contains(&gap.trim_matches(' '))
}

/// `LHR to JFK`: word `at` is the second airport, or the `to`.
fn is_said(finder: &Finder<'_>, at: usize) -> bool {
    let to = if is_code(finder, at) {
        at.wrapping_sub(1)
    } else {
        at
    };
    let is_to = matches!(finder.word(to), "to" | "TO" | "nach" | "a" | "till");
    // In `GET TO ORD` all is in capitals, and GET a word.
    let words_max = usize::from(finder.word(to) != "TO");
    let ends = to.checked_sub(1).map(|first| (first, to + 1));
    is_to
        && finder.gap(to) == " "
        && finder.gap(to + 1) == " "
        && ends.is_some_and(|(first, second)| {
            is_code(finder, first)
                && is_code(finder, second)
                && [first, second]
                    .iter()
                    .filter(|&&end| is_word(finder.word(end)))
                    .count()
                    <= words_max
        })
}

fn is_word(code: &str) -> bool {
    WORDS.contains(&code) && !BUSY.contains(&code)
}

/// `JFK airport`, `from Zurich (ZRH)`.
fn is_beside(finder: &Finder<'_>, at: usize) -> bool {
    let next = finder.gap(at + 1) == " " && finder.announces(at + 1, AIRPORT);
    let before = finder.gap(at) == " " && at > 0 && finder.announces(at - 1, AIRPORT);
    let is_named = finder.gap(at).ends_with('(')
        && finder.gap(at + 1).starts_with(')')
        && (at.saturating_sub(3)..at).any(|word| finder.sense(word).is(PLACE));
    (next || before || is_named) && !WORDS.contains(&finder.word(at))
}

/// `from LHR`, `at #SHJ`; what is a word of a language counts only between small letters.
fn is_after_place(finder: &Finder<'_>, at: usize, calm: bool) -> bool {
    let Some(before) = at.checked_sub(1) else {
        return false;
    };
    let code = finder.word(at);
    let is_small = finder.words[before].shape.has_small();
    let may_be = if BUSY.contains(&code) {
        calm && is_small
    } else {
        !WORDS.contains(&code)
    };
    let is_place = finder.sense(before).is(PLACE)
        || finder.word(before) == "of"
            && before > 0
            && matches!(finder.word(before - 1), "out" | "instead");
    is_place && matches!(finder.gap(at), " " | " #" | " (") && may_be
}
