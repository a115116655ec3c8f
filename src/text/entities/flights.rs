//! Flight numbers, airports and booking codes: two letters and a number look like many things that are none.

use std::ops::Range;
use std::sync::LazyLock;

use regex_automata::meta::Regex;

use super::carriers::{airline, is_airport};
use super::finder::{Finder, group, pattern};

/// Airline designators that are words of English, German or Spanish; with a space they are words.
const WORDS: &[&str] = &[
    "AD", "AI", "AL", "AM", "AN", "AS", "AT", "BE", "BY", "DA", "DE", "DU", "EL", "EN", "ER", "ES",
    "EX", "HA", "HI", "ID", "IF", "IM", "IN", "IS", "IT", "LA", "ME", "MI", "MY", "NO", "OB", "OF",
    "OH", "OK", "ON", "OR", "PA", "PC", "PM", "RE", "SE", "SI", "SO", "SU", "TO", "TU", "TV", "UK",
    "UM", "UN", "UP", "US", "WE", "WO", "YA", "YO", "ZU",
];

/// Words before a time of day.
const TIME_WORDS: &[&str] = &[
    "AM", "AT", "BY", "EN", "IN", "IS", "ON", "PM", "TO", "UM", "ZU",
];

/// What looks like a flight and is none: a law, months, currencies.
const NEVER: &[&str] = &[
    "APR", "AUG", "CAD", "CHF", "DEC", "EU", "EUR", "FEB", "GBP", "JAN", "JUL", "JUN", "MAR",
    "MAY", "NOV", "OCT", "SEP", "USD",
];

/// Airport codes that are words; in capitals they are one only between small letters.
const AIRPORT_WORDS: &[&str] = &[
    "AND", "ARE", "BAG", "BEG", "BOY", "BST", "BUS", "CAN", "CEO", "DAY", "FOR", "FUN", "GET",
    "HAD", "HAS", "HER", "LET", "MAD", "MAN", "OFF", "ONE", "OUR", "OUT", "PIN", "SHE", "SMS",
    "THE", "USA", "YOU",
];

static FLIGHT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?-u:\b)([a-z]{3}|[a-z0-9]{2})([ -]?)0{0,3}([1-9]\d{0,3})([a-z])?(?-u:\b)")
});

static BARE_FLIGHT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:flights?|flt|flug|flugnummer|vuelo)\s*(?:no\.?|number|nr\.?|num\.?|nummer|n[°º]|número)?\s*[:#]?\s*",
        r"0{0,3}([1-9]\d{0,3})",
    ))
});

static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:[:.]\d|\s?(?:h|hrs?|hours?|min|mins|minutes?|days?|weeks?|times|people|pax|seats?|am|pm|uhr|stunden?|minuten?|tage?|horas?|minutos?|d[ií]as?|%|€|£|\$)\b)",
    )
});

static FLIGHT_CUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?-u:\b)(?:flights?|flt|gate|delay\w*|late|cancel\w*|board\w*|depart\w*|arriv\w*|land(?:ed|ing)|planes?|aircraft",
        r"|tarmac|airport|runway|divert\w*|rebook\w*|take ?off|took off|terminal|flightradar|flew|fly|flying|seat|crew",
        r"|today|tonight|tomorrow|flug\w*|verspät\w*|verspaet\w*|gestrichen|annulliert|maschine|heute|morgen|vuelos?",
        r"|retras\w*|puerta|avi[oó]n|hoy|mañana)",
    ))
});

static FLIGHT_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:flight|flights|flt|flug|vuelo)[\s:#]*(?:(?:no|nr|number|is)[.:]?\s*)?$")
});

static ROUTE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)((?-i:[A-Z]{3}))(?:\s?(?:-|–|>|→|/)>?\s?|\s(?:to|nach|a)\s)((?-i:[A-Z]{3}))(?-u:\b)",
    )
});

static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(from|to|at|in|into|via|out of|leaving|reached|ab|nach|von|aus|über|desde|hasta|hacia|en|a)\s((?-i:[A-Z]{3}))(?-u:\b)",
    )
});

static BOOKING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(pnr|record locator|locator|localizador|booking|reservation|reference|ref|confirmation|conf|buchung\w*",
        r"|reservierung\w*|reserva|code|código)",
        r"(?:\s*(?:reference|ref|number|no|nr|code|locator|confirmation|id|de reserva)\b\.?){0,3}",
        r"(\s*(?:[:#=-]|is\b|ist\b|lautet\b|es\b))?\s*#?([a-z0-9]{5,8})(?-u:\b)",
    ))
});

static BARE_BOOKING: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)(?-i:[A-Z0-9]{6})(?-u:\b)"));

/// Finds airport codes: in capitals, and in a route or after a word of place.
pub(super) fn find_airports(finder: &mut Finder<'_>) {
    let calm = finder.text.chars().any(char::is_lowercase);
    let is_code = |code: &str| is_airport(code) && (calm || !AIRPORT_WORDS.contains(&code));
    for found in finder.matches(&ROUTE) {
        let (Some(one), Some(other)) = (group(&found, 1), group(&found, 2)) else {
            continue;
        };
        if is_code(&finder.text[one.clone()]) && is_code(&finder.text[other.clone()]) {
            keep_as_is(finder, "airport", one);
            keep_as_is(finder, "airport", other);
        }
    }
    for found in finder.matches(&PLACE) {
        let (Some(word), Some(code)) = (group(&found, 1), group(&found, 2)) else {
            continue;
        };
        let word_is_small = finder.text[word].chars().any(char::is_lowercase);
        let written = &finder.text[code.clone()];
        if is_code(written)
            && !(AIRPORT_WORDS.contains(&written) && (!word_is_small || written == "USA"))
        {
            keep_as_is(finder, "airport", code);
        }
    }
}

fn keep_as_is(finder: &mut Finder<'_>, kind: &'static str, span: Range<usize>) {
    let normal = finder.text[span.clone()].to_ascii_uppercase();
    finder.keep(kind, span, normal);
}

/// Finds flight numbers; the normal form is `XY123`, the IATA designator without leading zeros.
pub(super) fn find_flights(finder: &mut Finder<'_>) {
    if let [own] = &finder.hints.airlines[..] {
        for found in finder.matches(&BARE_FLIGHT) {
            if let (Some(span), Some(number)) = (group(&found, 0), group(&found, 1))
                && !COUNTED.is_match(finder.after(span.end))
            {
                let normal = format!("{own}{}", &finder.text[number]);
                finder.keep("flight", span, normal);
            }
        }
    }
    let has_cue = FLIGHT_CUE.is_match(finder.text) || finder.has("airport");
    for found in finder.matches(&FLIGHT) {
        let (Some(span), Some(code), Some(sign), Some(number)) = (
            group(&found, 0),
            group(&found, 1),
            group(&found, 2),
            group(&found, 3),
        ) else {
            continue;
        };
        let candidate = Candidate {
            written: &finder.text[code.clone()],
            glued: finder.text[sign] != *" ",
            digits: number.len(),
            announced: FLIGHT_BEFORE.is_match(finder.before(span.start, 24)),
            has_cue,
        };
        let taken = finder
            .before(span.start, 1)
            .ends_with(['@', '/', '.', '£', '$', '€'])
            && !finder
                .before(span.start, 2)
                .starts_with(char::is_whitespace);
        if let Some(own) = candidate.airline(&finder.hints.airlines)
            && !taken
            && !(candidate.digits < 3 && COUNTED.is_match(finder.after(span.end)))
        {
            let suffix = group(&found, 4).map(|span| finder.text[span].to_ascii_uppercase());
            let normal = format!(
                "{own}{}{}",
                &finder.text[number],
                suffix.unwrap_or_default()
            );
            finder.keep("flight", span, normal);
        }
    }
}

/// Something that may be a flight number.
struct Candidate<'a> {
    written: &'a str,
    /// Nothing or a hyphen between designator and number.
    glued: bool,
    digits: usize,
    /// The word flight stands before it.
    announced: bool,
    /// The text speaks of flying.
    has_cue: bool,
}

impl Candidate<'_> {
    /// The IATA designator, if this is a flight.
    fn airline(&self, own: &[String]) -> Option<String> {
        let code = self.written.to_ascii_uppercase();
        if NEVER.contains(&code.as_str()) || !code.bytes().any(|c| c.is_ascii_alphabetic()) {
            return None;
        }
        let is_own = own.contains(&code);
        let iata = if is_own {
            code.clone()
        } else {
            airline(&code)?.to_owned()
        };
        let is_own = is_own || own.contains(&iata);
        self.is_flight(&code, is_own).then_some(iata)
    }

    fn is_flight(&self, code: &str, is_own: bool) -> bool {
        let in_capitals = self.written == code;
        if WORDS.contains(&code) {
            let may_be = if self.glued {
                self.has_cue || is_own
            } else {
                (self.announced || is_own) && !TIME_WORDS.contains(&code)
            };
            return may_be && in_capitals && self.digits >= 3;
        }
        if is_own || self.announced {
            return self.glued || in_capitals || self.digits >= 2;
        }
        let letters_only = code.bytes().all(|c| c.is_ascii_alphabetic());
        // `A320`, `B32` and `5G` are an aircraft, a gate and a network.
        let enough_digits = letters_only || self.digits >= 3;
        let long = letters_only && code.len() == 2 && self.digits >= 3;
        enough_digits
            && (self.glued && (self.has_cue || (long && in_capitals))
                || (in_capitals && self.has_cue))
    }
}

/// Finds booking codes after a word that announces one.
pub(super) fn find_announced_bookings(finder: &mut Finder<'_>) {
    let calm = finder.text.chars().any(char::is_lowercase);
    for found in finder.matches(&BOOKING) {
        let (Some(cue), Some(code)) = (group(&found, 1), group(&found, 3)) else {
            continue;
        };
        let written = &finder.text[code.clone()];
        let cue = finder.text[cue].to_ascii_lowercase();
        let strong = matches!(
            cue.as_str(),
            "pnr" | "record locator" | "locator" | "localizador"
        );
        let joined = group(&found, 2).is_some();
        let has_digit = written.bytes().any(|c| c.is_ascii_digit());
        let has_letter = written.bytes().any(|c| c.is_ascii_alphabetic());
        let in_capitals = !written.bytes().any(|c| c.is_ascii_lowercase());
        let letters_fit = written.len() == 6 && in_capitals && (strong || (joined && calm));
        if has_letter && (has_digit || letters_fit) {
            keep_as_is(finder, "booking", code);
        }
    }
}

/// Finds booking codes that nothing announces: six capitals and digits, a letter standing after a digit, and not the
/// registration of an aircraft in the United States (`N366SW`).
pub(super) fn find_bare_bookings(finder: &mut Finder<'_>) {
    for found in finder.matches(&BARE_BOOKING) {
        let Some(span) = group(&found, 0) else {
            continue;
        };
        let written = finder.text[span.clone()].as_bytes();
        let letters = written.iter().filter(|c| c.is_ascii_alphabetic()).count();
        let mixed = written
            .windows(2)
            .any(|pair| pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic());
        let is_registration = written[0] == b'N' && written[1..4].iter().all(u8::is_ascii_digit);
        let asked = finder.hints.is_asked("booking");
        if asked || letters >= 2 && mixed && !is_registration {
            keep_as_is(finder, "booking", span);
        }
    }
}
