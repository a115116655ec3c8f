//! Dates, as they are written: which day `tomorrow` is, only the caller can know.

use std::ops::Range;

use super::finder::{Finder, is_one_of, lead};
use super::lexicon::{self, COUNTED, DATED, OF};

/// Words after which `may` is no month.
const AFTER_MAY: &[&str] = &[
    "be", "have", "not", "get", "also", "i", "we", "you", "well", "need", "want", "take", "or",
    "seem", "come", "go", "as",
];

/// What is said with these numbers, unless a word before them announces a date: always open, and parts of a whole.
const NO_DATES: &[&str] = &["24/7", "1/2", "1/3", "2/3", "1/4", "3/4", "50/50"];

/// What has versions that look like days.
const VERSIONS: &[&str] = &[
    "version", "v", "app", "ios", "android", "macos", "build", "release", "update",
];

/// Words before `morgen` and `mañana` that make it the morning.
const MORNINGS: &[&str] = &[
    "guten",
    "am",
    "gestern",
    "heute",
    "la",
    "esta",
    "jeden",
    "nächsten",
    "diesen",
    "cada",
    "frühen",
    "schönen",
];

/// Finds dates: `2026-05-12`, `12MAY`, `12/05` as written (the order of day and month is the reader's), `+1`, `SUN`.
pub(super) fn find_dates(finder: &mut Finder<'_>) {
    for at in 0..finder.words.len() {
        let word = &finder.words[at];
        let found = if word.shape.has_digit() {
            in_digits(finder, at)
                .or_else(|| day_and_month(finder, at))
                .or_else(|| one_word(finder, at))
        } else if word.sense.month.is_empty() {
            None
        } else {
            month_and_day(finder, at)
        };
        let found = found.or_else(|| named(finder, at));
        if let Some((span, normal)) = found {
            finder.keep("date", span, normal);
        }
    }
}

type Found = Option<(Range<usize>, String)>;

/// The value of a number of one or two digits.
fn small(word: &str) -> Option<u32> {
    (word.len() <= 2).then(|| word.parse().ok()).flatten()
}

fn year(word: &str) -> Option<u32> {
    let is_year = word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    is_year.then(|| word.parse().ok()).flatten()
}

fn in_digits(finder: &Finder<'_>, at: usize) -> Found {
    let is_inside = at > 0 && finder.is_number(at - 1) && is_one_of(finder.gap(at), ".-/:");
    if !finder.is_number(at) || is_inside || finder.gap(at).ends_with(['$', '£', '€', '+']) {
        return None;
    }
    let sign = finder.gap(at + 1);
    if !is_one_of(sign, "-./") {
        return None;
    }
    if finder.gap(at + 2) == sign
        && finder.words.len() > at + 2
        && finder.words[at + 2].shape.has_digit()
    {
        return year_first(finder, at).or_else(|| year_last(finder, at, sign));
    }
    pair(finder, at, sign)
}

fn year_first(finder: &Finder<'_>, at: usize) -> Found {
    let year = year(finder.word(at))?;
    let month = small(finder.word(at + 1))?;
    let (day, rest) = lead(finder.word(at + 2));
    let start = finder.words[at + 2].start;
    let whole = finder.words[at].start..start + day.len();
    let day = small(day)?;
    let is_date = (1..=12).contains(&month) && (1..=31).contains(&day);
    let ends = rest.is_empty() || rest.starts_with(['T', 't']);
    (is_date && ends).then(|| (whole, format!("{year}-{month:02}-{day:02}")))
}

fn year_last(finder: &Finder<'_>, at: usize, sign: &str) -> Found {
    let last = finder.word(at + 2);
    let has_year = year(last).is_some() || last.len() == 2 && sign != "-" && small(last).is_some();
    let goes_on = finder.gap(at + 3) == sign && finder.is_number(at + 3);
    let before = at
        .checked_sub(1)
        .map(|before| finder.word(before).to_lowercase());
    let is_version = sign == "." && before.is_some_and(|word| VERSIONS.contains(&word.as_str()));
    let normal = in_range(finder, at)?;
    (has_year && !goes_on && !is_version)
        .then(|| (finder.span(at, at + 2), format!("{normal}/{last}")))
}

/// Both parts in the range of days, one in the range of months.
fn in_range(finder: &Finder<'_>, at: usize) -> Option<String> {
    let (first, second) = (small(finder.word(at))?, small(finder.word(at + 1))?);
    let is_date = (1..=31).contains(&first)
        && (1..=31).contains(&second)
        && first.min(second) <= 12
        && finder.is_number(at + 1);
    is_date.then(|| format!("{}/{}", finder.word(at), finder.word(at + 1)))
}

/// `12/05`, and `21.11.` where a word before it announces a date; `10.30` is a time and `2/10` a mark.
fn pair(finder: &Finder<'_>, at: usize, sign: &str) -> Found {
    let normal = in_range(finder, at)?;
    let is_dated = at > 0 && finder.sense(at - 1).is(DATED);
    let span = finder.span(at, at + 1);
    let is_date = match sign {
        "/" => {
            let is_mark = matches!(finder.word(at + 1), "5" | "10")
                && small(finder.word(at)) <= small(finder.word(at + 1));
            is_dated || !(is_mark || NO_DATES.contains(&normal.as_str()))
        }
        "." => {
            is_dated
                && finder.after(span.end).starts_with('.')
                && small(finder.word(at + 1)) <= Some(12)
        }
        _ => false,
    };
    is_date.then_some((span, normal))
}

/// `12 May`, `3rd of May 2026`, `24. Dez.`, `3 de mayo de 2026`.
fn day_and_month(finder: &Finder<'_>, at: usize) -> Found {
    let day = ordinal(finder.word(at))?;
    let is_inside = at > 0 && finder.is_number(at - 1) && is_one_of(finder.gap(at), ".:/");
    if is_inside || !matches!(finder.gap(at + 1), " " | "." | ". " | "-" | "/") {
        return None;
    }
    let month_at = at + 1 + usize::from(finder.sense(at + 1).is(OF) && finder.gap(at + 2) == " ");
    let month = finder.sense(month_at).month;
    if month.is_empty() || finder.word(month_at) == "may" && is_modal(finder, month_at) {
        return None;
    }
    Some(with_year(finder, (at, month_at), day, month))
}

fn is_modal(finder: &Finder<'_>, at: usize) -> bool {
    let next = finder.word(at + 1).to_lowercase();
    finder.gap(at + 1) == " " && AFTER_MAY.contains(&next.as_str())
}

/// `May 12th, 2026`, `Sept. 3`.
fn month_and_day(finder: &Finder<'_>, at: usize) -> Found {
    if !matches!(finder.gap(at + 1), " " | ". " | "." | "-") {
        return None;
    }
    let day = ordinal(finder.word(at + 1))?;
    let is_dated = at > 0 && finder.sense(at - 1).is(DATED);
    // `may` and `march` are verbs too, and `mar 3` at sea.
    let is_verb = matches!(finder.word(at), "may" | "march" | "mar") && !is_dated;
    let next = finder.sense(at + 2);
    let is_counted = finder.gap(at + 2) == " " && (next.is(COUNTED) || next.unit.is_some());
    let is_time =
        finder.gap(at + 2) == ":" || finder.after(finder.words[at + 1].end).starts_with('%');
    let is_next_day = !next.month.is_empty() && finder.gap(at + 2).len() <= 2;
    if is_verb || is_counted || is_time || is_next_day {
        return None;
    }
    Some(with_year(finder, (at, at + 1), day, finder.sense(at).month))
}

/// The value of `12`, `12th`, `3rd`.
fn ordinal(word: &str) -> Option<u32> {
    let (digits, suffix) = lead(word);
    let is_ordinal = suffix.is_empty()
        || ["st", "nd", "rd", "th"]
            .iter()
            .any(|ending| suffix.eq_ignore_ascii_case(ending));
    small(digits).filter(|day| is_ordinal && (1..=31).contains(day))
}

/// With the year that follows, if one does.
fn with_year(
    finder: &Finder<'_>,
    (first, last): (usize, usize),
    day: u32,
    month: &str,
) -> (Range<usize>, String) {
    let year_at = if finder.sense(last + 1).is(OF) && finder.gap(last + 1) == " " {
        last + 2
    } else {
        last + 1
    };
    let next = finder.sense(year_at + 1);
    let is_counted = next.unit.is_some() || next.is(COUNTED) || !next.currency.is_empty();
    let year = matches!(finder.gap(year_at), " " | ", " | "." | ". " | "-" | "/")
        .then(|| year(finder.word(year_at)))
        .flatten()
        .filter(|_| !is_counted);
    match year {
        Some(year) => (finder.span(first, year_at), whole(year, month, day)),
        None => (finder.span(first, last), format!("{day}{month}")),
    }
}

fn whole(year: u32, month: &str, day: u32) -> String {
    const MONTHS: [&str; 12] = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ];
    let number = (1..).zip(MONTHS).find(|(_, name)| *name == month);
    format!(
        "{year}-{:02}-{day:02}",
        number.map_or(1, |(number, _)| number)
    )
}

/// `12MAY`, `03MAR26`.
fn one_word(finder: &Finder<'_>, at: usize) -> Found {
    let word = finder.word(at);
    let (day, rest) = lead(word);
    let letters = rest
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (month, year_digits) = rest.split_at(letters);
    let day = small(day).filter(|day| (1..=31).contains(day))?;
    let month = lexicon::sense(month).month;
    let normal = match year_digits.len() {
        _ if month.is_empty() => return None,
        0 => format!("{day}{month}"),
        2 => whole(2000 + small(year_digits)?, month, day),
        4 => whole(year(year_digits)?, month, day),
        _ => return None,
    };
    Some((finder.span(at, at), normal))
}

/// `tomorrow`, `the day after tomorrow`, `Sunday`, `on Sat`.
fn named(finder: &Finder<'_>, at: usize) -> Found {
    let sense = finder.sense(at);
    let previous = |back: usize| {
        at.checked_sub(back)
            .map(|at| finder.word(at).to_lowercase())
            .unwrap_or_default()
    };
    if !sense.short_day.is_empty() {
        let is_dated = at > 0 && finder.sense(at - 1).is(DATED)
            || !finder.sense(at.wrapping_sub(2)).day.is_empty() && previous(1) == "or"
            || ordinal(finder.word(at + 1)).is_some() && finder.gap(at + 1).len() <= 2;
        let in_capitals = finder
            .word(at)
            .starts_with(|c: char| c.is_ascii_uppercase());
        let is_other = matches!(sense.short_day, "SAT" | "SUN") && !in_capitals && {
            let before = previous(1);
            !matches!(
                before.as_str(),
                "on" | "this" | "next" | "last" | "or" | "by" | "till" | "until"
            )
        };
        return (is_dated && !is_other && previous(1) != "the")
            .then(|| (finder.span(at, at), sense.short_day.to_owned()));
    }
    if sense.day.is_empty() {
        return None;
    }
    let (first, day) = match (sense.day, previous(1).as_str()) {
        ("+1", "after") if previous(2) == "day" => (at - 2, "+2"),
        ("-1", "before") if previous(2) == "day" => (at - 2, "-2"),
        ("+1", "pasado") => (at - 1, "+2"),
        ("+1", "") => (at, "+1"),
        ("+1", before) if MORNINGS.contains(&before) && is_morning(finder.word(at)) => return None,
        (day, _) => (at, day),
    };
    Some((finder.span(first, at), day.to_owned()))
}

/// `morgen` and `mañana` are the morning too.
fn is_morning(word: &str) -> bool {
    let word = word.to_lowercase();
    word == "morgen" || word == "mañana"
}
