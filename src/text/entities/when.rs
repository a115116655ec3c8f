//! Dates, times of day and durations, as they are written: which day `tomorrow` is, only the caller can know.

use std::sync::LazyLock;

use regex_automata::meta::Regex;

use super::finder::{Finder, group, pattern};

/// Days relative to today, weekdays and what each is in the normal form.
const DAYS: &[(&str, &str)] = &[
    ("today", "+0"),
    ("tonight", "+0"),
    ("heute", "+0"),
    ("hoy", "+0"),
    ("tomorrow", "+1"),
    ("tmrw", "+1"),
    ("morgen", "+1"),
    ("mañana", "+1"),
    ("yesterday", "-1"),
    ("gestern", "-1"),
    ("ayer", "-1"),
    ("übermorgen", "+2"),
    ("monday", "MON"),
    ("montag", "MON"),
    ("lunes", "MON"),
    ("tuesday", "TUE"),
    ("dienstag", "TUE"),
    ("martes", "TUE"),
    ("wednesday", "WED"),
    ("mittwoch", "WED"),
    ("miércoles", "WED"),
    ("thursday", "THU"),
    ("donnerstag", "THU"),
    ("jueves", "THU"),
    ("friday", "FRI"),
    ("freitag", "FRI"),
    ("viernes", "FRI"),
    ("saturday", "SAT"),
    ("samstag", "SAT"),
    ("sábado", "SAT"),
    ("sunday", "SUN"),
    ("sonntag", "SUN"),
    ("domingo", "SUN"),
];

/// Starts of month names in English, German and Spanish.
const MONTHS: &[(&str, &str)] = &[
    ("jan", "JAN"),
    ("ene", "JAN"),
    ("feb", "FEB"),
    ("mar", "MAR"),
    ("mär", "MAR"),
    ("apr", "APR"),
    ("abr", "APR"),
    ("may", "MAY"),
    ("mai", "MAY"),
    ("jun", "JUN"),
    ("jul", "JUL"),
    ("aug", "AUG"),
    ("ago", "AUG"),
    ("sep", "SEP"),
    ("oct", "OCT"),
    ("okt", "OCT"),
    ("nov", "NOV"),
    ("dec", "DEC"),
    ("dez", "DEC"),
    ("dic", "DEC"),
];

const MONTH: &str = r"(jan(?:uary|uar)?|enero|feb(?:ruary|ruar|rero)?|mar(?:ch|zo)?|märz|apr(?:il)?|abril|may|mai|mayo|june?|juni|junio|july?|juli|julio|aug(?:ust)?|agosto|sept?(?:ember)?|septiembre|oct(?:ober|ubre)?|okt(?:ober)?|nov(?:ember|iembre)?|dec(?:ember)?|dez(?:ember)?|diciembre)";

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?-u:\b)(?:(\d{{4}}-\d{{2}}-\d{{2}})|(\d{{1,2}})(?:st|nd|rd|th|\.)?\s?(?:of\s|de\s)?{MONTH}|{MONTH}\s(\d{{1,2}})(?:st|nd|rd|th)?|(\d{{1,2}}[./]\d{{1,2}}(?:[./]\d{{2,4}})?))(?-u:\b)"
    ))
});

static DAY: LazyLock<Regex> = LazyLock::new(|| {
    let names: Vec<&str> = DAYS.iter().map(|(name, _)| *name).collect();
    pattern(&names.join("|"))
});

/// `morgen` and `mañana` are the morning too, after these words.
static MORNING: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:guten|am|gestern|heute|la|esta|por la)\s+$"));

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"([01]?\d|2[0-3])[:.]([0-5]\d)(?:\s?(am|pm|uhr|h\b))?|(1[0-2]|0?[1-9])\s?([ap]m)|([01]?\d|2[0-3])\s?uhr",
        r"|(?:at|by|until|since|um|ab|bis|seit|vor)\s([01]\d|2[0-3])([0-5]\d)(?:\s?(?:hrs|h|uhr))?",
    ))
});

static DURATION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?-u:\b)(\d{1,3}(?:[.,]\d)?)\s?(?:(h|hr|hrs|hours?|stunden?|std|horas?)",
        r"|(m|min|mins|minutes?|minuten?|minutos?)|(days?|tagen?|tage?|d[ií]as?)|(weeks?|wochen?|semanas?))(?-u:\b)",
    ))
});

/// Finds dates: `2026-05-12`, `12MAY`, `12/05` as written (the order of day and month is the reader's), `+1`, `SUN`.
pub(super) fn find_dates(finder: &mut Finder<'_>) {
    for found in finder.matches(&DATE) {
        let Some(span) = group(&found, 0) else {
            continue;
        };
        let text = |number| group(&found, number).map(|span| &finder.text[span]);
        let normal = if let Some(whole) = text(1) {
            Some(whole.to_owned())
        } else if let (Some(day), Some(month)) = (text(2).or(text(5)), text(3).or(text(4))) {
            day_of_month(day, month)
        } else {
            text(6).and_then(numeric)
        };
        if let Some(normal) = normal {
            finder.keep("date", span, normal);
        }
    }
    for found in finder.matches(&DAY) {
        let Some(span) = group(&found, 0) else {
            continue;
        };
        let written = finder.text[span.clone()].to_lowercase();
        let is_morning = matches!(written.as_str(), "morgen" | "mañana")
            && MORNING.is_match(finder.before(span.start, 16));
        if let Some((_, normal)) = DAYS.iter().find(|(name, _)| *name == written)
            && !is_morning
        {
            finder.keep("date", span, (*normal).to_owned());
        }
    }
}

fn day_of_month(day: &str, month: &str) -> Option<String> {
    let day: u32 = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    let month = month.to_lowercase();
    let (_, name) = MONTHS.iter().find(|(start, _)| month.starts_with(start))?;
    Some(format!("{day}{name}"))
}

/// `12/05`, `12.5.2026`: both parts in the range of days, one in the range of months; `10.30` is a time.
fn numeric(written: &str) -> Option<String> {
    let parts: Vec<u32> = written
        .split(['.', '/'])
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let [first, second, ..] = parts[..] else {
        return None;
    };
    let dotted_pair = written.contains('.') && parts.len() == 2;
    let in_range =
        (1..=31).contains(&first) && (1..=31).contains(&second) && first.min(second) <= 12;
    (in_range && !dotted_pair).then(|| written.replace('.', "/"))
}

/// Finds times of day; the normal form is `15:30`.
pub(super) fn find_times(finder: &mut Finder<'_>) {
    for found in finder.matches(&TIME) {
        let number = |at| group(&found, at).and_then(|span| finder.text[span].parse::<u32>().ok());
        let half = group(&found, 3)
            .or_else(|| group(&found, 5))
            .map(|span| finder.text[span].to_lowercase());
        let start = group(&found, 7)
            .or_else(|| group(&found, 0))
            .map(|span| span.start);
        let hour = number(1).or(number(4)).or(number(6)).or(number(7));
        let minute = number(2).or(number(8)).unwrap_or(0);
        let (Some(start), Some(hour), Some(whole)) = (start, hour, group(&found, 0)) else {
            continue;
        };
        let hour = match half.as_deref() {
            Some("pm") if hour < 12 => hour + 12,
            Some("am") if hour == 12 => 0,
            _ => hour,
        };
        finder.keep("time", start..whole.end, format!("{hour:02}:{minute:02}"));
    }
}

/// Finds durations; the normal form is that of ISO 8601: `PT3.5H`, `PT45M`, `P2D`, `P1W`.
pub(super) fn find_durations(finder: &mut Finder<'_>) {
    for found in finder.matches(&DURATION) {
        let (Some(span), Some(count)) = (group(&found, 0), group(&found, 1)) else {
            continue;
        };
        let count = finder.text[count].replace(',', ".");
        // `2day` is today.
        if finder.text[span.clone()].eq_ignore_ascii_case(&format!("{count}day")) {
            continue;
        }
        let normal = match (2..=5).find(|&unit| group(&found, unit).is_some()) {
            Some(2) => format!("PT{count}H"),
            Some(3) => format!("PT{count}M"),
            Some(4) => format!("P{count}D"),
            _ => format!("P{count}W"),
        };
        finder.keep("duration", span, normal);
    }
}
