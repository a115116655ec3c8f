//! How long something took.

use std::ops::Range;

use super::finder::{Finder, lead};
use super::lexicon::{self, AND, Unit};

/// Words after which a half and a unit belong to a count: `2 and a half hours`.
const HALVES: [&str; 2] = ["half", "halb"];

/// Finds durations; the normal form is that of ISO 8601: `PT3.5H`, `PT45M`, `PT3H20M`, `P2D`, `P1W`.
pub(super) fn find_durations(finder: &mut Finder<'_>) {
    for at in 0..finder.words.len() {
        let word = &finder.words[at];
        let found = if word.shape.has_digit() {
            in_digits(finder, at)
        } else if word.sense.unit.is_some() {
            in_words(finder, at)
        } else {
            None
        };
        if let Some((span, normal)) = found {
            finder.keep("duration", span, normal);
        }
    }
}

/// A number, its unit, and the last word of both.
struct Part {
    start: usize,
    last: usize,
    count: String,
    unit: Unit,
}

fn in_digits(finder: &Finder<'_>, at: usize) -> Option<(Range<usize>, String)> {
    let word = finder.word(at);
    let is_inside =
        at > 0 && finder.is_number(at - 1) && matches!(finder.gap(at), "." | "," | "/" | ":");
    if is_inside || finder.gap(at).ends_with(['$', '£', '€']) {
        return None;
    }
    if let Some((hours, minutes)) = joined(word) {
        return Some((finder.span(at, at), format!("PT{hours}H{minutes}M")));
    }
    let part = part(finder, at)?;
    let end = finder.words[part.last].end;
    if part.unit == Unit::Hour && !part.count.contains('.') {
        let next = part.last + 1;
        let next = next + usize::from(finder.sense(next).is(AND) && finder.gap(next) == " ");
        let is_near = matches!(finder.gap(next), " " | ", " | ". " | "");
        if is_near
            && finder
                .words
                .get(next)
                .is_some_and(|word| word.shape.has_digit())
            && let Some(minutes) = self::part(finder, next)
            && minutes.unit == Unit::Minute
            && minutes.count.parse().is_ok_and(|count: u32| count < 60)
        {
            let span = part.start..finder.words[minutes.last].end;
            return Some((span, format!("PT{}H{}M", part.count, minutes.count)));
        }
    }
    if let Some(last) = half_after(finder, part.last)
        && !part.count.contains('.')
    {
        let count = format!("{}.5", part.count);
        return Some((
            part.start..finder.words[last].end,
            written(&count, part.unit),
        ));
    }
    Some((part.start..end, written(&part.count, part.unit)))
}

/// The last word of `and a half` after a unit: `an hour and a half`, `una hora y media`.
fn half_after(finder: &Finder<'_>, unit_at: usize) -> Option<usize> {
    let and = unit_at + 1;
    if !finder.sense(and).is(AND) || finder.gap(and) != " " {
        return None;
    }
    (and + 1..=and + 2).find(|&at| finder.sense(at).halves == 1 && finder.gap(at) == " ")
}

/// `3h20`, `1h30m`, `2hrs15mins`.
fn joined(word: &str) -> Option<(u32, u32)> {
    let (hours, rest) = lead(word);
    let letters = rest.find(|c: char| c.is_ascii_digit())?;
    let (unit, rest) = rest.split_at(letters);
    let (minutes, last) = lead(rest);
    let is_hour = lexicon::sense(unit).unit == Some(Unit::Hour);
    let ends =
        last.is_empty() && minutes.len() == 2 || lexicon::sense(last).unit == Some(Unit::Minute);
    let hours = (1..=2)
        .contains(&hours.len())
        .then(|| hours.parse().ok())??;
    let minutes = (1..=2)
        .contains(&minutes.len())
        .then(|| minutes.parse().ok())??;
    (is_hour && ends && minutes < 60).then_some((hours, minutes))
}

/// `3 hours`, `2.5h`, `2½ Stunden`, `2 1/2 hours`, `10-minute`.
fn part(finder: &Finder<'_>, at: usize) -> Option<Part> {
    let start = finder.words[at].start;
    let word = finder.word(at);
    let (digits, suffix) = lead(word);
    if !(1..=3).contains(&digits.len()) {
        return None;
    }
    let made = |last: usize, count: String, unit: Unit| Part {
        start,
        last,
        count,
        unit,
    };
    // A fraction sign counts as a letter of the word.
    if let Some(suffix) = suffix.strip_prefix('½') {
        let count = format!("{digits}.5");
        return match (suffix, unit_after(finder, at)) {
            ("", Some((last, unit))) => Some(made(last, count, unit)),
            ("", None) => None,
            (suffix, _) => lexicon::sense(suffix)
                .unit
                .map(|unit| made(at, count, unit)),
        };
    }
    if !suffix.is_empty() {
        // `2day` is today.
        let unit = lexicon::sense(suffix)
            .unit
            .filter(|_| !(digits == "2" && suffix.eq_ignore_ascii_case("day")))?;
        return Some(made(at, digits.to_owned(), unit));
    }
    if matches!(finder.gap(at + 1), "." | ",") {
        let (decimals, suffix) = lead(finder.word(at + 1));
        let count = (decimals.len() == 1).then(|| format!("{digits}.{decimals}"))?;
        return if suffix.is_empty() {
            unit_after(finder, at + 1).map(|(last, unit)| made(last, count, unit))
        } else {
            lexicon::sense(suffix)
                .unit
                .map(|unit| made(at + 1, count, unit))
        };
    }
    let is_half =
        finder.word(at + 1) == "1" && finder.gap(at + 2) == "/" && finder.word(at + 2) == "2";
    if finder.gap(at + 1) == " " && is_half {
        let (last, unit) = unit_after(finder, at + 2)?;
        return Some(made(last, format!("{digits}.5"), unit));
    }
    let and_half = finder.sense(at + 1).is(AND)
        && finder.word(at + 2) == "a"
        && HALVES.contains(&finder.word(at + 3));
    if and_half {
        let (last, unit) = unit_after(finder, at + 3)?;
        return Some(made(last, format!("{digits}.5"), unit));
    }
    let (last, unit) = unit_after(finder, at)?;
    Some(made(last, digits.to_owned(), unit))
}

/// The unit in the word after `at`.
fn unit_after(finder: &Finder<'_>, at: usize) -> Option<(usize, Unit)> {
    let is_near = matches!(finder.gap(at + 1), " " | "-" | "\u{a0}" | "+ ");
    let unit = finder.sense(at + 1).unit.filter(|_| is_near)?;
    // In `5 - M` or `12 h 5` a letter is a unit as well; in `2-M` it is a name.
    let is_name = finder.gap(at + 1) == "-" && finder.word(at + 1).len() == 1;
    (!is_name).then_some((at + 1, unit))
}

fn written(count: &str, unit: Unit) -> String {
    match unit {
        Unit::Hour => format!("PT{count}H"),
        Unit::Minute => format!("PT{count}M"),
        Unit::Day => format!("P{count}D"),
        Unit::Week => format!("P{count}W"),
        Unit::Month => format!("P{count}M"),
        Unit::Year => format!("P{count}Y"),
    }
}

/// `two hours`, `half an hour`, `anderthalb Stunden`: the count stands right before the unit.
fn in_words(finder: &Finder<'_>, unit_at: usize) -> Option<(Range<usize>, String)> {
    let unit = finder.sense(unit_at).unit?;
    if finder.word(unit_at).len() == 1 {
        return None;
    }
    let half = half_after(finder, unit_at);
    let (first, halves) = match (half, counted(finder, unit_at, unit)) {
        (Some(_), None) if unit == Unit::Hour => (unit_at, 3),
        (Some(_), Some((first, halves))) => (first, halves + 1),
        (_, counted) => counted?,
    };
    let span = finder.span(first, half.unwrap_or(unit_at));
    let normal = match (unit, halves % 2) {
        (Unit::Hour, 1) if halves == 1 => "PT30M".to_owned(),
        (_, 1) => written(&format!("{}.5", halves / 2), unit),
        _ => written(&(halves / 2).to_string(), unit),
    };
    Some((span, normal))
}

/// Where the count before a unit starts, and how many halves it is.
fn counted(finder: &Finder<'_>, unit_at: usize, unit: Unit) -> Option<(usize, u32)> {
    let at = unit_at.checked_sub(1)?;
    if !matches!(finder.gap(unit_at), " " | "-") {
        return None;
    }
    let previous = |back: usize| at.checked_sub(back).map_or(0, |at| finder.sense(at).halves);
    let halves = u32::from(finder.sense(at).halves);
    let tens = u32::from(previous(1));
    Some(match halves {
        0 => return None,
        // `twenty one hours`
        2..20 if tens >= 40 && !is_large(finder, at - 1) => (at - 1, tens + halves),
        2.. if tens > 2 || is_large(finder, at) => return None,
        // `half an hour`, `eine halbe Stunde`
        2 if previous(1) == 1 => (at - 1, 1),
        1 if previous(1) == 2 => (at - 1, 1),
        // `two and a half hours`
        1 if at >= 3 && finder.sense(at - 2).is(AND) && previous(3) > 2 => {
            (at - 3, u32::from(previous(3)) + 1)
        }
        // `one day` is a story, `a week` a rate.
        2 if unit != Unit::Hour || is_rate(finder, at) => return None,
        _ => (at, halves),
    })
}

/// `two hundred forty hours`: more than is counted here.
fn is_large(finder: &Finder<'_>, at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| finder.word(before));
    matches!(before, Some("hundred" | "thousand" | "million"))
}

/// `twice an hour`, `20 € eine Stunde`.
fn is_rate(finder: &Finder<'_>, at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| finder.word(before));
    let is_counted = before.is_some_and(|word| {
        word.ends_with(|c: char| c.is_ascii_digit())
            || matches!(
                word,
                "twice" | "once" | "times" | "mal" | "veces" | "bucks" | "per" | "pro"
            )
    });
    is_counted || finder.gap(at).contains(['€', '$', '£'])
}
