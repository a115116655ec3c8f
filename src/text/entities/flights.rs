//! Flight numbers: two letters and a number look like many things that are none.

use std::ops::Range;

use super::carriers::airline;
use super::finder::{Finder, lead};
use super::lexicon::{AND, COUNTED, EVENT, FLIGHT, IS, NUMBER};

/// Airline designators that are words of English, German or Spanish; with a space they are words.
const WORDS: &[&str] = &[
    "AD", "AI", "AL", "AM", "AN", "AS", "AT", "BE", "BY", "DA", "DE", "DU", "EL", "EN", "ER", "ES",
    "EX", "GO", "HA", "HE", "HI", "ID", "IF", "IM", "IN", "IS", "IT", "JA", "LA", "LE", "ME", "MI",
    "MY", "NO", "OB", "OF", "OH", "OK", "ON", "OR", "PA", "PC", "PM", "RE", "SE", "SI", "SO", "SU",
    "TE", "TO", "TU", "TV", "UK", "UM", "UN", "UP", "US", "VE", "WE", "WO", "YA", "YO", "ZU",
];

/// Words before a time of day.
const TIME_WORDS: &[&str] = &[
    "AM", "AT", "BY", "EN", "IN", "IS", "ON", "PM", "TO", "UM", "ZU",
];

/// Designators that are short for something else: in small letters with a space before the number they are no airline.
const SHORT: &[&str] = &[
    "AB", "AC", "AV", "CA", "CC", "CH", "CM", "CO", "DM", "DR", "EP", "FB", "FT", "GB", "GE", "GT",
    "HP", "HR", "HS", "IG", "JR", "KG", "KM", "KR", "LB", "LL", "LP", "LT", "LV", "MB", "MG", "ML",
    "MM", "MP", "MR", "MS", "NR", "OP", "OZ", "PG", "PP", "PS", "PT", "QM", "RD", "RM", "RN", "RS",
    "RT", "SD", "SM", "ST", "SW", "TB", "TD", "TH", "TS", "TX", "UV", "VS", "XL", "XP", "YR",
];

/// What looks like a flight and is none: a law, months, currencies, common words.
const NEVER: &[&str] = &[
    "APR", "AUG", "CAD", "CHF", "DEC", "EU", "EUR", "FEB", "GBP", "ISO", "JAN", "JUL", "JUN",
    "MAR", "MAY", "NOV", "OCT", "SEP", "THE", "USD", "ONE", "ALL", "APP", "ARE", "BBC", "EIN",
    "HER", "HIM", "HOP", "ICE", "LOT", "MAC", "PEN", "PIC", "PPL", "RUN", "SAW", "SIT", "SKY",
    "SOL", "SUS", "TAX", "TOM", "UNA", "UPS", "VAR", "WEN", "WON",
];

/// Things with a name like a flight.
const NAMES: &[&str] = &[
    "CO2", "GT3", "H2O", "MP3", "MP4", "PS1", "PS2", "PS3", "PS4", "PS5", "FR24", "WD40", "AK47",
    "MD80", "MD82", "MD88", "MD11", "DC8", "DC9", "DC10", "HP1", "XP1",
];

/// Starts of words that speak of flying.
const CUES: &[&str] = &[
    "flight",
    "flt",
    "gate",
    "delay",
    "late",
    "cancel",
    "board",
    "depart",
    "arriv",
    "landed",
    "landing",
    "plane",
    "aircraft",
    "tarmac",
    "airport",
    "runway",
    "divert",
    "rebook",
    "takeoff",
    "terminal",
    "flightradar",
    "flew",
    "fly",
    "seat",
    "crew",
    "today",
    "tonight",
    "tomorrow",
    "flug",
    "flieg",
    "verspät",
    "verspaet",
    "gestrichen",
    "annulliert",
    "maschine",
    "heute",
    "morgen",
    "vuelo",
    "retras",
    "puerta",
    "avión",
    "avion",
    "hoy",
    "mañana",
    "volar",
];

/// Most digits of a flight number.
const DIGITS_MAX: usize = 4;

/// Most zeros before them.
const ZEROS_MAX: usize = 3;

/// Finds flight numbers; the normal form is `XY123`, the IATA designator without leading zeros.
pub(super) fn find_flights(finder: &mut Finder<'_>) {
    let mut has_cue = None;
    let mut at = 0;
    while at < finder.words.len() {
        let first = at;
        at += 1;
        if !finder.words[first].shape.has_digit() {
            if finder.sense(first).is(FLIGHT)
                && let Some((last, span, normal)) = bare(finder, first)
            {
                at = last + 1;
                keep_list(finder, last, span, &normal);
            }
            continue;
        }
        let candidate = two_words(finder, first).or_else(|| one_word(finder, first));
        let Some(candidate) = candidate.filter(|it| !finder.is_taken(&it.span)) else {
            continue;
        };
        let has_cue =
            || *has_cue.get_or_insert_with(|| finder.has("airport") || speaks_of_flying(finder));
        if let Some(normal) = candidate.flight(finder, has_cue) {
            at = candidate.last + 1;
            keep_list(finder, candidate.last, candidate.span, &normal);
        }
    }
}

fn speaks_of_flying(finder: &Finder<'_>) -> bool {
    /// Longer ones are no words.
    const WORD_BYTES_MAX: usize = 40;
    let words = (0..finder.words.len()).map(|at| finder.word(at));
    words
        .filter(|word| (3..=WORD_BYTES_MAX).contains(&word.len()))
        .any(|word| {
            let word = word.to_lowercase();
            CUES.iter().any(|cue| word.starts_with(cue))
        })
}

/// `flight 117`, where the brand flies under one designator.
fn bare(finder: &Finder<'_>, first: usize) -> Option<(usize, Range<usize>, String)> {
    let [own] = &finder.hints.airlines[..] else {
        return None;
    };
    let mut at = first + 1;
    for _ in 0..2 {
        if !finder.sense(at).is(NUMBER | IS) || finder.gap(at).len() > 3 {
            break;
        }
        at += 1;
    }
    let number = significant(finder.word(at))?;
    let gap = finder.gap(at);
    let is_near = gap.len() <= 4 && gap.chars().all(|c| " .:#°".contains(c));
    let is_numbered = at > first + 1 || gap.contains('#');
    let is_else = !is_numbered && number.len() < 2
        || is_counted(finder, at)
        || matches!(finder.gap(at + 1), ":" | "." | "/") && finder.is_number(at + 1);
    (is_near && !is_else).then(|| (at, finder.span(first, at), format!("{own}{number}")))
}

/// The number without leading zeros, if it can be that of a flight.
fn significant(digits: &str) -> Option<&str> {
    let number = digits.trim_start_matches('0');
    let fits = (1..=DIGITS_MAX).contains(&number.len())
        && digits.len() - number.len() <= ZEROS_MAX
        && number.bytes().all(|c| c.is_ascii_digit());
    fits.then_some(number)
}

/// Whether what follows a number says what it counts.
fn is_counted(finder: &Finder<'_>, at: usize) -> bool {
    let end = finder.words[at].end;
    let rest = finder.after(end);
    let next = finder.sense(at + 1);
    let is_near = finder.gap(at + 1).len() <= 1;
    let is_fraction = (rest.starts_with([':', '.']) && finder.is_number(at + 1) && is_near)
        || rest
            .trim_start_matches(' ')
            .starts_with(['%', '€', '£', '$', '°']);
    is_fraction || is_near && (next.is(COUNTED) || next.unit.is_some() || !next.currency.is_empty())
}

/// Keeps a flight and those that follow it without a designator: `BA117, 118 and 119`, `LH400/401`.
fn keep_list(finder: &mut Finder<'_>, mut last: usize, span: Range<usize>, normal: &str) {
    let letters = normal.trim_end_matches(|c: char| c.is_ascii_uppercase());
    let digits = significant_tail(letters);
    let (code, digits) = (normal[..letters.len() - digits].to_owned(), digits);
    finder.keep("flight", span, normal.to_owned());
    loop {
        let joins = matches!(
            finder.gap(last + 1),
            "/" | ", " | " / " | " & " | "&" | "+" | " + "
        );
        let says_and = finder.gap(last + 1) == " "
            && finder.sense(last + 1).is(AND)
            && finder.gap(last + 2) == " ";
        let next = last + if says_and { 2 } else { 1 };
        let number = finder.word(next);
        let is_next = (joins || says_and)
            && finder.is_number(next)
            && number.len() == digits
            && digits >= 3
            && significant(number).is_some_and(|number| number.len() == digits)
            && !is_counted(finder, next)
            && !matches!(finder.gap(next + 1), "/" | "-" | "." | ":" | ",");
        if !is_next {
            return;
        }
        let (span, normal) = (finder.span(next, next), format!("{code}{number}"));
        finder.keep("flight", span, normal);
        last = next;
    }
}

/// How many digits the number at the end of `XY123` has; the designator may end in a digit, and is two long.
fn significant_tail(flight: &str) -> usize {
    flight.len().saturating_sub(2)
}

/// Something that may be a flight number.
struct Candidate<'a> {
    code: &'a str,
    number: &'a str,
    suffix: &'a str,
    span: Range<usize>,
    last: usize,
    /// Nothing or a hyphen between designator and number.
    glued: bool,
    /// The word flight stands before it.
    announced: bool,
}

/// `BA 117`, `BA-117D`.
fn two_words<'a>(finder: &Finder<'a>, number_at: usize) -> Option<Candidate<'a>> {
    let code_at = number_at.checked_sub(1)?;
    let code = finder.word(code_at);
    let gap = finder.gap(number_at);
    if !matches!(gap, " " | "-") || !is_designator(code) || !may_start(finder, code_at) {
        return None;
    }
    let (digits, suffix) = lead(finder.word(number_at));
    // `the BA 117A` may have a letter, `BA 117pm` not.
    if suffix.len() > 1 || !suffix.bytes().all(|c| c.is_ascii_alphabetic()) {
        return None;
    }
    Some(Candidate {
        code,
        number: significant(digits)?,
        suffix,
        span: finder.span(code_at, number_at),
        last: number_at,
        glued: gap == "-",
        announced: is_announced(finder, code_at),
    })
}

/// `BA117`, `BAW117`, `U28412`.
fn one_word<'a>(finder: &Finder<'a>, at: usize) -> Option<Candidate<'a>> {
    let word = finder.word(at);
    if !(3..=12).contains(&word.len()) || !word.is_ascii() || !may_start(finder, at) {
        return None;
    }
    let cut = |length: usize| {
        let (code, rest) = word.split_at_checked(length)?;
        let (digits, suffix) = lead(rest);
        let fits = is_designator(code)
            && suffix.len() <= 1
            && suffix.bytes().all(|c| c.is_ascii_alphabetic());
        Some((code, significant(digits)?, suffix)).filter(|_| fits)
    };
    let (code, number, suffix) = cut(3).or_else(|| cut(2))?;
    Some(Candidate {
        code,
        number,
        suffix,
        span: finder.span(at, at),
        last: at,
        glued: true,
        announced: is_announced(finder, at),
    })
}

/// Three letters (ICAO), or two letters and digits (IATA) of which one is a letter.
fn is_designator(code: &str) -> bool {
    let letters = code.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    matches!((letters, digits), (3 | 2, 0) | (1, 1))
}

/// Not within a name, an address, a price or a word with an apostrophe.
fn may_start(finder: &Finder<'_>, at: usize) -> bool {
    let gap = finder.gap(at);
    // In `US755-AA2595` two flights are joined, in `TX-NR525` one name.
    let is_inside = at > 0
        && (matches!(gap, "'" | "’" | ".")
            || gap == "-" && !finder.words[at - 1].shape.has_digit());
    !gap.ends_with(['@', '£', '$', '€']) && !is_inside
}

fn is_announced(finder: &Finder<'_>, at: usize) -> bool {
    finder.gap(at).len() <= 4
        && finder
            .skip_back(at, NUMBER | IS, 2)
            .is_some_and(|cue| finder.sense(cue).is(FLIGHT))
}

impl Candidate<'_> {
    /// The normal form, if this is a flight.
    fn flight(&self, finder: &Finder<'_>, has_cue: impl FnOnce() -> bool) -> Option<String> {
        let code = self.code.to_ascii_uppercase();
        let name = format!("{code}{}", self.number);
        if NEVER.contains(&code.as_str()) || NAMES.contains(&name.as_str()) {
            return None;
        }
        let own = &finder.hints.airlines;
        let is_own = own.contains(&code);
        let iata = if is_own {
            code.clone()
        } else {
            airline(&code)?.to_owned()
        };
        let is_own = is_own || own.contains(&iata);
        let counts = is_counted(finder, self.last) && self.suffix.is_empty();
        let is_small = self.code != code;
        if counts && (self.number.len() < 3 || !self.glued && is_small) {
            return None;
        }
        let is_flight = self.is_flight(finder, &code, is_own, has_cue);
        is_flight.then(|| format!("{iata}{}{}", self.number, self.suffix.to_ascii_uppercase()))
    }

    fn is_flight(
        &self,
        finder: &Finder<'_>,
        code: &str,
        is_own: bool,
        has_cue: impl FnOnce() -> bool,
    ) -> bool {
        let in_capitals = self.code == code;
        let digits = self.number.len();
        if WORDS.contains(&code) {
            let may_be = if self.glued {
                is_own || has_cue()
            } else {
                (self.announced || is_own || self.happens(finder)) && !TIME_WORDS.contains(&code)
            };
            return may_be && in_capitals && digits >= 3;
        }
        if is_own || self.announced {
            return self.glued || in_capitals || digits >= 2;
        }
        let letters_only = code.bytes().all(|c| c.is_ascii_alphabetic());
        let is_year = !self.glued && !letters_only && digits == 4 && self.number.starts_with("20");
        // `A320`, `B32` and `5G` are an aircraft, a gate and a network.
        if is_year && !finder.has("airport") || !letters_only && digits < 3 {
            return false;
        }
        let pair = letters_only && code.len() == 2;
        if self.glued {
            return pair && digits >= 3 && in_capitals || has_cue();
        }
        let may_be_year = digits == 4 && matches!(&self.number[..2], "19" | "20");
        let in_small = pair && digits >= 3 && !SHORT.contains(&code) && !may_be_year;
        (in_capitals || in_small) && has_cue()
    }

    /// `AS 331 cancelled`.
    fn happens(&self, finder: &Finder<'_>) -> bool {
        finder.sense(self.last + 1).is(EVENT) && finder.gap(self.last + 1) == " "
    }
}
