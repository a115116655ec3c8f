//! Phone numbers. What may be one and nothing else is masked rather than missed.

use super::finder::Finder;
use super::lexicon::{COUNTED, FILLER, IS, NUMBER, PHONE};

/// Fewest and most digits of a phone number (ITU-T E.164 allows 15; national ones are rarely shorter than seven).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Most groups of digits in a phone number.
const GROUPS_MAX: usize = 8;

/// Finds phone numbers.
pub(super) fn find_phones(finder: &mut Finder<'_>) {
    let mut at = 0;
    while at < finder.words.len() {
        let first = at;
        at += 1;
        let gap = finder.gap(first);
        let is_inside = first > 0 && finder.is_number(first - 1) && gap == ".";
        if !finder.is_number(first) || is_inside || gap.ends_with('@') {
            continue;
        }
        let start = finder.words[first].start;
        if finder.is_taken(&(start..start + 1)) {
            continue;
        }
        if let Some((last, normal)) = phone(finder, first) {
            at = last + 1;
            let end = finder.words[last].end;
            let before = finder.before(start, 2);
            let opening = [" +", "(+", "+", "("]
                .into_iter()
                .find(|opening| before.ends_with(opening))
                .map_or(0, |opening| opening.trim_start().len());
            let opens = before.ends_with('(') && !finder.text[start..end].contains(')');
            let start = start - if opens { 0 } else { opening };
            finder.keep("phone", start..end, normal);
        }
    }
}

/// The last word of the phone number that starts at a word, and its normal form.
fn phone(finder: &Finder<'_>, first: usize) -> Option<(usize, String)> {
    let word = finder.word(first);
    let is_plus = finder.gap(first).ends_with('+');
    if is_plus || word.starts_with("00") {
        let (last, digits) = international(finder, first);
        let digits = if is_plus { &digits[..] } else { &digits[2..] };
        let enough = if is_plus { 7 } else { 9 };
        return ((enough..=15).contains(&digits.len())).then(|| (last, format!("+{digits}")));
    }
    let count = (1..=GROUPS_MAX)
        .rev()
        .find(|&count| is_national(finder, first, count));
    if let Some(count) = count {
        return Some((first + count - 1, finder.digits(first, count)));
    }
    let (last, digits) = announced(finder, first)?;
    PHONE_DIGITS
        .contains(&digits.len())
        .then_some((last, digits))
}

/// All that may belong to a number with a country code; the `(0)` in it is not dialled.
fn international(finder: &Finder<'_>, first: usize) -> (usize, String) {
    let mut digits = finder.word(first).to_owned();
    let mut last = first;
    for at in first + 1..first + GROUPS_MAX {
        let word = finder.word(at);
        let is_trunk = word == "0" && finder.gap(at).ends_with('(');
        let too_many = digits.len() + word.len() > *PHONE_DIGITS.end();
        let is_else =
            word.len() <= 2 && digits.len() > 6 && (word.len() == 1 || is_else(finder, at));
        if !finder.is_number(at)
            || !(joins(finder.gap(at)) || is_trunk_gap(finder.gap(at)))
            || too_many
            || is_else
        {
            break;
        }
        if !is_trunk {
            digits.push_str(word);
        }
        last = at;
    }
    (last, digits)
}

/// Whether a short number is the start of something else: `12 May`, `2 bags`, `15:30`.
fn is_else(finder: &Finder<'_>, at: usize) -> bool {
    let next = finder.sense(at + 1);
    let is_named = !next.month.is_empty() || next.unit.is_some() || next.is(COUNTED);
    finder.gap(at + 1).len() <= 2 && is_named || finder.gap(at + 1) == ":"
}

fn is_trunk_gap(gap: &str) -> bool {
    matches!(gap, "(" | " (")
}

fn joins(gap: &str) -> bool {
    matches!(
        gap,
        " " | "-" | "." | "/" | ")" | ") " | ")-" | " - " | " / " | "  " | "–" | " – "
    )
}

/// Whether `count` words from `first` on are a number as it is written within North America, Spain, Australia, or a country that
/// writes a zero before the code of the area.
fn is_national(finder: &Finder<'_>, first: usize, count: usize) -> bool {
    let mut lengths = [0; GROUPS_MAX];
    let mut digits = 0;
    for (at, length) in (first..first + count).zip(&mut lengths) {
        if !finder.is_number(at) || at > first && !joins(finder.gap(at)) {
            return false;
        }
        *length = finder.word(at).len();
        digits += *length;
    }
    let lengths = &lengths[..count];
    let head = finder.word(first).as_bytes();
    let is_dotted = (first + 1..first + count).any(|at| finder.gap(at) == ".");
    let goes_on = finder.is_number(first + count) && matches!(finder.gap(first + count), "-" | ".");
    if goes_on {
        return false;
    }
    match lengths {
        [10] if head[0] != b'0' => matches!(head, [b'2'..=b'9', _, _, b'2'..=b'9', ..]),
        [3, 3, 4] => true,
        [1, 3, 3, 4] => head == b"1",
        [4, 3, 3] if head[0] == b'1' => matches!(head, b"1300" | b"1800"),
        [3, 3, 3] | [3, 2, 2, 2] | [2, 3, 2, 2] => {
            let is_counting = first > 0 && finder.is_number(first - 1) && finder.gap(first) == " ";
            !is_dotted && !is_counting && matches!(head, [b'0' | b'6'..=b'9', ..])
        }
        _ => {
            let is_area = head[0] == b'0' && (count == 1 || (2..=6).contains(&head.len()));
            let long_enough = lengths[1..].iter().all(|&length| length >= 2);
            is_area && long_enough && !is_dotted && (9..=12).contains(&digits)
        }
    }
}

/// Any long number after a word that announces one.
fn announced(finder: &Finder<'_>, first: usize) -> Option<(usize, String)> {
    let cue = finder
        .skip_back(first, FILLER | IS | NUMBER, 5)
        .unwrap_or(0);
    // `number` announces a phone and stands between too.
    let is_announced = (cue..first).any(|at| finder.announces(at, PHONE));
    if !is_announced || finder.gap(first).len() > 4 {
        return None;
    }
    let mut last = first;
    let mut digits = finder.word(first).to_owned();
    for at in first + 1..first + GROUPS_MAX {
        let too_many = digits.len() + finder.word(at).len() > *PHONE_DIGITS.end();
        let is_decimal = finder.gap(at) == "." && finder.word(at).len() < 3;
        if !finder.is_number(at) || !joins(finder.gap(at)) || too_many || is_decimal {
            break;
        }
        digits.push_str(finder.word(at));
        last = at;
    }
    Some((last, digits))
}
