//! Amounts of money.

use super::finder::{Finder, is_one_of, lead};
use super::lexicon::{self, COUNTED};

/// Signs of a currency; longer ones first.
const SIGNS: &[(&str, &str)] = &[
    ("US$", "USD"),
    ("AU$", "AUD"),
    ("CA$", "CAD"),
    ("NZ$", "NZD"),
    ("HK$", "HKD"),
    ("MX$", "MXN"),
    ("A$", "AUD"),
    ("C$", "CAD"),
    ("S$", "SGD"),
    ("R$", "BRL"),
    ("$", "USD"),
    ("£", "GBP"),
    ("€", "EUR"),
    ("¥", "JPY"),
    ("₹", "INR"),
    ("₺", "TRY"),
];

/// Most groups of digits in an amount.
const GROUPS_MAX: usize = 6;

/// Finds amounts of money; the normal form is `EUR 1200.50`.
pub(super) fn find_amounts(finder: &mut Finder<'_>) {
    let mut at = 0;
    while at < finder.words.len() {
        let first = at;
        at += 1;
        if finder.words[first].shape.has_digit()
            && let Some(amount) = amount(finder, first)
        {
            at = amount.last + 1;
            let normal = format!("{} {}", amount.currency, amount.value);
            finder.keep("amount", amount.start..amount.end, normal);
        }
    }
}

struct Amount {
    start: usize,
    end: usize,
    last: usize,
    currency: &'static str,
    value: String,
}

fn amount(finder: &Finder<'_>, first: usize) -> Option<Amount> {
    let word = finder.word(first);
    let word_start = finder.words[first].start;
    // `EUR350` is one word.
    let letters = word
        .find(|c: char| c.is_ascii_digit())
        .filter(|&letters| letters > 0);
    let glued = letters.map(|letters| match letters {
        // `FR8214` is a flight, `Fr. 80` an amount.
        3 => lexicon::sense(&word[..letters]).currency,
        _ => "",
    });
    if glued == Some("") {
        return None;
    }
    let number_start = word_start + letters.unwrap_or(0);
    let mut last = first;
    while last - first < GROUPS_MAX
        && finder.is_number(last)
        && is_one_of(finder.gap(last + 1), ".,'’")
        && finder
            .word(last + 1)
            .starts_with(|c: char| c.is_ascii_digit())
    {
        last += 1;
    }
    let last_start = finder.words[last].start.max(number_start);
    let (digits, suffix) = lead(&finder.text[last_start..finder.words[last].end]);
    let number = &finder.text[number_start..last_start + digits.len()];
    let number_end = number_start + number.len();
    let (before, start) = match glued {
        Some(currency) => (currency, word_start),
        None => before(finder, first),
    };
    let (thousands, suffix) = match suffix {
        "k" | "K" => (true, ""),
        _ => (false, suffix),
    };
    let number_end = number_end + usize::from(thousands);
    if !before.is_empty() {
        // `$50bag` is one amount all the same.
        return Some(Amount {
            start,
            end: number_end,
            last,
            currency: before,
            value: value(number, thousands),
        });
    }
    let (currency, end) = if suffix.is_empty() {
        after(finder, last, number_end)?
    } else {
        let currency = lexicon::sense(suffix).currency;
        (currency, number_end + suffix.len())
    };
    let inside = first > 0 && finder.is_number(first - 1) && matches!(finder.gap(first), "." | ",");
    // `.99$` is less than one.
    let cents = finder.before(start, 1) == ".";
    let value = value(number, thousands);
    (!currency.is_empty() && !inside).then(|| Amount {
        start: start - usize::from(cents),
        end,
        last,
        currency,
        value: if cents { format!("0.{value}") } else { value },
    })
}

/// The currency right before a word, and where it starts.
fn before(finder: &Finder<'_>, first: usize) -> (&'static str, usize) {
    let number_start = finder.words[first].start;
    let text = finder.before(number_start, 8);
    let trimmed = text.strip_suffix([' ', '\u{a0}']).unwrap_or(text);
    let start = number_start - (text.len() - trimmed.len());
    for (sign, currency) in SIGNS {
        if let Some(rest) = trimmed.strip_suffix(sign) {
            let is_alone =
                !sign.starts_with(char::is_alphabetic) || !rest.ends_with(char::is_alphanumeric);
            if is_alone {
                return (currency, start - sign.len());
            }
        }
    }
    let gap = finder.gap(first);
    let is_code = matches!(gap, " " | ". " | ".") && first > 0 && finder.word(first - 1).len() <= 3;
    let currency = finder.sense(first.wrapping_sub(1)).currency;
    if is_code && !currency.is_empty() {
        return (currency, finder.words[first - 1].start);
    }
    ("", number_start)
}

/// The currency right after a number, and where it ends; `,-` and `.-` stand for no cents.
fn after(finder: &Finder<'_>, last: usize, number_end: usize) -> Option<(&'static str, usize)> {
    let text = finder.after(number_end);
    let rest = [",-", ".-", ",–", ",--"]
        .into_iter()
        .find_map(|cents| text.strip_prefix(cents))
        .unwrap_or(text);
    let rest = rest.strip_prefix([' ', '\u{a0}']).unwrap_or(rest);
    let from = number_end + (text.len() - rest.len());
    for (sign, currency) in SIGNS {
        if let Some(rest) = rest.strip_prefix(sign) {
            // In `5 $10` the sign is that of the next number.
            let next = rest.starts_with(|c: char| c.is_ascii_digit());
            return (!next).then_some((currency, from + sign.len()));
        }
    }
    let word = finder
        .words
        .get(last + 1)
        .filter(|word| word.start == from)?;
    let weighs = matches!(finder.word(last + 1), "pound" | "pounds")
        && finder.sense(last + 2).is(lexicon::BAG | COUNTED);
    (!word.sense.currency.is_empty() && !weighs).then_some((word.sense.currency, word.end))
}

/// `1.200,50` and `1,200.50` as `1200.50`: the last sign is the decimal one unless three digits follow it.
fn value(written: &str, thousands: bool) -> String {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let (whole, cents) = match written.rfind(['.', ',']) {
        Some(at) if thousands || written.len() - at - 1 != 3 => {
            (digits(&written[..at]), digits(&written[at..]))
        }
        _ => (digits(written), String::new()),
    };
    match (thousands, cents.as_str()) {
        (true, _) => format!("{whole}{cents:0<3}"),
        (false, "") => whole,
        (false, _) => format!("{whole}.{cents}"),
    }
}
