//! Times of day.

use std::ops::Range;

use super::finder::{Finder, lead};
use super::lexicon::{self, CLOCK, FLIGHT, SINCE, Unit};

type Found = Option<(Range<usize>, String)>;

/// What an hour may be followed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
    /// `Uhr`, `h`, `hrs`: nothing is added.
    Clock,
}

/// Finds times of day; the normal form is `15:30`.
pub(super) fn find_times(finder: &mut Finder<'_>) {
    for at in 0..finder.words.len() {
        let word = &finder.words[at];
        let found = if word.shape.has_digit() {
            with_minutes(finder, at)
                .or_else(|| full_hour(finder, at))
                .or_else(|| four_digits(finder, at))
                .or_else(|| hour_and_minutes(finder, at))
        } else if word.sense.is(lexicon::HOUR) {
            spelt(finder, at)
        } else {
            None
        };
        if let Some((span, normal)) = found {
            finder.keep("time", span, normal);
        }
    }
}

fn hour(text: &str) -> Option<u32> {
    (1..=2)
        .contains(&text.len())
        .then(|| text.parse().ok().filter(|&hour| hour <= 23))
        .flatten()
}

fn minute(text: &str) -> Option<u32> {
    (text.len() == 2)
        .then(|| text.parse().ok().filter(|&minute| minute <= 59))
        .flatten()
}

fn time(half: Option<Half>, hour: u32, minute: u32) -> Option<String> {
    let hour = match half {
        Some(Half::Afternoon) if hour < 12 => hour + 12,
        Some(Half::Morning) if hour == 12 => 0,
        _ => hour,
    };
    (hour <= 23).then(|| format!("{hour:02}:{minute:02}"))
}

fn half_of(word: &str) -> Option<Half> {
    const HALVES: [(&str, Half); 7] = [
        ("am", Half::Morning),
        ("pm", Half::Afternoon),
        ("uhr", Half::Clock),
        ("h", Half::Clock),
        ("hrs", Half::Clock),
        ("z", Half::Clock),
        ("utc", Half::Clock),
    ];
    let half = HALVES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word));
    half.map(|(_, half)| *half)
}

/// What follows the digits of a word: `pm`, ` p.m.`, ` Uhr`; and where that ends.
fn half_after(finder: &Finder<'_>, at: usize, rest: &str) -> Option<(Half, usize)> {
    let end = finder.words[at].end;
    if !rest.is_empty() {
        return half_of(rest).map(|half| (half, end));
    }
    let next = finder.word(at + 1);
    if finder.gap(at + 1).len() > 1 {
        return None;
    }
    if matches!(finder.gap(at + 1), " " | "")
        && let Some(half) = half_of(next)
    {
        return Some((half, finder.words[at + 1].end));
    }
    let is_spelt = finder.gap(at + 2) == "." && finder.word(at + 2).eq_ignore_ascii_case("m");
    let half = match next {
        "a" | "A" if is_spelt => Half::Morning,
        "p" | "P" if is_spelt => Half::Afternoon,
        _ => return None,
    };
    let end = finder.words[at + 2].end;
    Some((half, end + usize::from(finder.after(end).starts_with('.'))))
}

/// Whether a word of time stands right before.
fn is_told(finder: &Finder<'_>, at: usize, roles: lexicon::Roles) -> bool {
    let gap = finder.gap(at);
    gap == " @ " || at > 0 && gap == " " && finder.sense(at - 1).is(roles)
}

/// `15:30`, `3.30pm`, `15.30 Uhr`, `T15:30:00Z`.
fn with_minutes(finder: &Finder<'_>, at: usize) -> Found {
    let sign = finder.gap(at + 1);
    let word = finder.word(at);
    let is_stamp = word.len() == 5 && word.as_bytes()[2].eq_ignore_ascii_case(&b'T');
    let hour_text = if is_stamp { &word[3..] } else { word };
    if sign != ":" && sign != "." || at > 0 && finder.gap(at) == sign && finder.is_number(at - 1) {
        return None;
    }
    let hour = hour(hour_text)?;
    let (minutes, rest) = lead(finder.word(at + 1));
    let minute = minute(minutes)?;
    let half = half_after(finder, at + 1, rest);
    let is_cut = !rest.is_empty() && half.is_none();
    let seconds = finder.gap(at + 2) == ":" && lead(finder.word(at + 2)).0.len() == 2;
    let is_more = finder.gap(at + 2) == sign && finder.is_number(at + 2);
    let is_time = sign == ":" || half.is_some() || is_told(finder, at, CLOCK | SINCE);
    if is_cut || !is_time || is_more && !seconds {
        return None;
    }
    let start = finder.words[at].end - hour_text.len();
    let end = match half {
        Some((_, end)) => end,
        None if seconds => finder.words[at + 2].end,
        None => finder.words[at + 1].end,
    };
    let normal = time(half.map(|(half, _)| half), hour, minute)?;
    Some((start..end, normal))
}

/// `3pm`, `15 Uhr`, `15 Uhr 30`, `3 o'clock`, `18h` after a word of time, `a las 3 de la tarde`.
fn full_hour(finder: &Finder<'_>, at: usize) -> Found {
    let (digits, rest) = lead(finder.word(at));
    let is_inside = at > 0 && finder.is_number(at - 1) && matches!(finder.gap(at), "." | "," | ":");
    let hour = hour(digits).filter(|_| !is_inside)?;
    let start = finder.words[at].start;
    let told = is_told(finder, at, CLOCK);
    if let Some((half, end)) = half_after(finder, at, rest) {
        let word = finder.text[start..end].to_lowercase();
        return match half {
            Half::Clock if word.ends_with("uhr") => {
                let minutes_at = at + if rest.is_empty() { 2 } else { 1 };
                let minutes = minute(finder.word(minutes_at)).filter(|_| {
                    finder.gap(minutes_at) == " " && finder.sense(minutes_at + 1).unit.is_none()
                });
                let end = minutes.map_or(end, |_| finder.words[minutes_at].end);
                Some((start..end, time(None, hour, minutes.unwrap_or(0))?))
            }
            Half::Clock => {
                (told && word.ends_with('h')).then_some((start..end, time(None, hour, 0)?))
            }
            _ if (1..=12).contains(&hour) && !is_german_am(finder, at, rest) => {
                Some((start..end, time(Some(half), hour, 0)?))
            }
            _ => None,
        };
    }
    if !rest.is_empty() {
        return None;
    }
    let is_clock = matches!(finder.gap(at + 2), "'" | "’")
        && finder.word(at + 1) == "o"
        && finder.word(at + 2) == "clock";
    if is_clock {
        return Some((start..finder.words[at + 2].end, time(None, hour, 0)?));
    }
    spanish_hour(finder, at, hour)
}

/// In `Reihe 3 am Fenster` no hour is told.
fn is_german_am(finder: &Finder<'_>, at: usize, rest: &str) -> bool {
    let next = finder.word(at + 2);
    rest.is_empty()
        && finder.word(at + 1) == "am"
        && finder.gap(at + 2) == " "
        && !is_told(finder, at, CLOCK | SINCE)
        && next.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
}

/// `a las 3`, `a las 3 de la tarde`.
fn spanish_hour(finder: &Finder<'_>, at: usize, hour: u32) -> Found {
    let is_told = at > 1
        && finder.word(at - 1) == "las"
        && matches!(
            finder.word(at - 2),
            "a" | "A" | "hasta" | "desde" | "para" | "sobre"
        )
        && finder.gap(at + 1) != ":";
    if !is_told {
        return None;
    }
    let part =
        (finder.word(at + 1) == "de" && finder.word(at + 2) == "la").then(|| finder.word(at + 3));
    let (half, last) = match part {
        Some("tarde" | "noche") => (Some(Half::Afternoon), at + 3),
        Some("mañana" | "madrugada") => (Some(Half::Morning), at + 3),
        _ => (None, at),
    };
    Some((finder.span(at, last), time(half, hour, 0)?))
}

/// `at 1530`, `1530h`, `the 0730 flight`. What may be a year is one unless a word says otherwise.
fn four_digits(finder: &Finder<'_>, at: usize) -> Found {
    let (digits, rest) = lead(finder.word(at));
    if digits.len() != 4 {
        return None;
    }
    let (hour, minute) = (hour(&digits[..2])?, minute(&digits[2..])?);
    let half = half_after(finder, at, rest).filter(|(half, _)| *half == Half::Clock);
    if !rest.is_empty() && half.is_none() {
        return None;
    }
    let may_be_year = digits.starts_with("19")
        || digits.starts_with("200")
        || matches!(&digits[..3], "201" | "202" | "203");
    let is_flight = finder.gap(at + 1) == " "
        && (finder.sense(at + 1).is(FLIGHT)
            || matches!(
                finder.word(at + 1),
                "departure" | "train" | "service" | "Zug"
            ))
        && (digits.starts_with('0')
            || at > 0 && matches!(finder.word(at - 1), "the" | "my" | "our"));
    let counts =
        finder.sense(at + 1).is(lexicon::COUNTED) && half.is_none() && finder.gap(at + 1) == " ";
    let told = is_told(finder, at, CLOCK) || is_told(finder, at, SINCE) && !may_be_year;
    if half.is_none() && !is_flight && (!told || counts) {
        return None;
    }
    let end = half.map_or(finder.words[at].end, |(_, end)| end);
    Some((finder.words[at].start..end, time(None, hour, minute)?))
}

/// `17h30`; before noon it is a duration as often, so a word must tell.
fn hour_and_minutes(finder: &Finder<'_>, at: usize) -> Found {
    let (digits, rest) = lead(finder.word(at));
    let hour = hour(digits)?;
    let minute = minute(rest.strip_prefix(['h', 'H'])?)?;
    let is_time = hour >= 12 || is_told(finder, at, CLOCK | SINCE);
    is_time.then_some((finder.span(at, at), time(None, hour, minute)?))
}

/// `noon`, `midnight`, `half past three`, `halb vier`.
fn spelt(finder: &Finder<'_>, at: usize) -> Found {
    let word = finder.word(at).to_lowercase();
    let is_name =
        finder.word(at).starts_with(char::is_uppercase) && !is_told(finder, at, CLOCK | SINCE);
    match word.as_str() {
        "noon" | "midnight" if is_name => None,
        "noon" | "midday" | "mediodía" | "mediodia" => {
            Some((finder.span(at, at), "12:00".to_owned()))
        }
        "midnight" | "mitternacht" | "medianoche" => {
            Some((finder.span(at, at), "00:00".to_owned()))
        }
        "past" if at > 0 && finder.word(at - 1).eq_ignore_ascii_case("half") => {
            let hour = spelt_hour(finder, at + 1)?;
            Some((finder.span(at - 1, at + 1), time(None, hour, 30)?))
        }
        "halb" => {
            let hour = spelt_hour(finder, at + 1)?;
            let before = if hour == 1 { 12 } else { hour - 1 };
            Some((finder.span(at, at + 1), time(None, before, 30)?))
        }
        _ => None,
    }
}

/// One to twelve, in digits or letters.
fn spelt_hour(finder: &Finder<'_>, at: usize) -> Option<u32> {
    let halves = u32::from(finder.sense(at).halves);
    let value = if halves > 0 {
        (halves % 2 == 0).then_some(halves / 2)
    } else {
        hour(finder.word(at))
    };
    let is_hour = finder.gap(at) == " " && finder.sense(at + 1).unit != Some(Unit::Hour);
    let is_article = matches!(finder.word(at), "a" | "an");
    value.filter(|hour| is_hour && !is_article && (1..=12).contains(hour))
}
