//! Numbers that name something: bag tags, travel documents, cards, orders.

use std::ops::Range;

use super::carriers::{airline, is_issuer};
use super::checks::{luhn, mod7};
use super::finder::{Finder, compact, is_one_of};
use super::lexicon::{BAG, CARD, IS, NUMBER, ORDER, TICKET};

/// How a travel document is cut: the airline's three digits, ten more, and sometimes a check digit.
const TICKET_GROUPS: &[&[usize]] = &[
    &[3, 4, 6, 1],
    &[3, 4, 6],
    &[3, 10, 1],
    &[3, 10],
    &[13, 1],
    &[13],
    &[14],
];

/// Fewest and most digits of what may be a payment card; without a word for it the check digit must hold.
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 12..=19;

/// Most groups of digits that a card number is written in.
const CARD_GROUPS_MAX: usize = 8;

/// Letters and digits of an order number.
const ORDER_LENGTH: std::ops::RangeInclusive<usize> = 4..=24;

/// Most parts of an order number.
const ORDER_PARTS_MAX: usize = 6;

/// Finds bag tags: two letters and six digits, or ten digits where a bag is spoken of (IATA Resolution 740).
pub(super) fn find_bag_tags(finder: &mut Finder<'_>) {
    for at in 0..finder.words.len() {
        let shape = finder.words[at].shape;
        if !shape.is_ascii() || finder.gap(at).ends_with('+') {
            continue;
        }
        if let Some(last) = issued_tag(finder, at) {
            let issuer = finder.word(at)[..2].to_ascii_uppercase();
            let is_known = airline(&issuer).is_some() || finder.hints.airlines.contains(&issuer);
            if is_tag_announced(finder, at) || (is_known && last == at && finder.is_anywhere(BAG)) {
                keep_compact(finder, "bag_tag", at, last);
            }
        } else if shape.is_number() {
            let last = match finder.word(at).len() {
                10 => at,
                4 if finder.word(at + 1).len() == 6 && finder.groups(at, " -", 2) == 2 => at + 1,
                _ => continue,
            };
            // Ten digits are a phone number as often, which must be masked.
            if is_tag_announced(finder, at) {
                keep_compact(finder, "bag_tag", at, last);
            }
        }
    }
}

/// The last word of two letters and six digits that start at a word.
fn issued_tag(finder: &Finder<'_>, at: usize) -> Option<usize> {
    let word = finder.word(at);
    let (issuer, number, last) = match word.len() {
        8 => (&word[..2], &word[2..], at),
        2 if is_one_of(finder.gap(at + 1), " -") => (word, finder.word(at + 1), at + 1),
        _ => return None,
    };
    let is_tag = number.len() == 6
        && number.bytes().all(|c| c.is_ascii_digit())
        && issuer.bytes().any(|c| c.is_ascii_alphabetic());
    is_tag.then_some(last)
}

fn is_tag_announced(finder: &Finder<'_>, at: usize) -> bool {
    finder.hints.is_asked("bag_tag") || finder.is_announced(at, BAG)
}

fn keep_compact(finder: &mut Finder<'_>, kind: &'static str, first: usize, last: usize) {
    let span = finder.span(first, last);
    let normal = compact(&finder.text[span.clone()]);
    finder.keep(kind, span, normal);
}

/// Finds numbers of travel documents: the airline's three digits and ten more. The normal form leaves a check digit out.
pub(super) fn find_tickets(finder: &mut Finder<'_>) {
    for at in 0..finder.words.len() {
        if !finder.is_number(at) || finder.gap(at).ends_with('+') {
            continue;
        }
        let count = finder.groups(at, " -", 4);
        let fits = |groups: &&&[usize]| {
            groups.len() <= count
                && (at..)
                    .zip(**groups)
                    .all(|(word, &length)| finder.word(word).len() == length)
        };
        let Some(groups) = TICKET_GROUPS.iter().find(fits) else {
            continue;
        };
        let digits = finder.digits(at, groups.len());
        let announced = finder.hints.is_asked("ticket") || finder.is_announced(at, TICKET);
        let is_checked = digits.len() == 13 || mod7(&digits) || mod7(&digits[3..]);
        let is_likely = is_issuer(&digits[..3]) && is_checked && !is_card(&digits);
        if announced || is_likely {
            let span = finder.span(at, at + groups.len() - 1);
            finder.keep("ticket", span, digits[..13].to_owned());
        }
    }
}

/// Finds payment cards: the right length for the network's first digit and a sound check digit (ISO/IEC 7812), or a word
/// for a card near; also where a part is hidden.
pub(super) fn find_cards(finder: &mut Finder<'_>) {
    for at in 0..finder.words.len() {
        if !finder.is_number(at) || finder.gap(at).ends_with('+') {
            continue;
        }
        if let Some((span, normal)) = hidden_card(finder, at) {
            finder.keep("card", span, normal);
            continue;
        }
        let Some((count, number)) = whole_card(finder, at) else {
            continue;
        };
        let span = finder.span(at, at + count - 1);
        finder.keep("card", span, number);
    }
}

/// The longest number from a word on that may be a card, and of how many words it is.
fn whole_card(finder: &Finder<'_>, at: usize) -> Option<(usize, String)> {
    let count = finder.groups(at, " -.", CARD_GROUPS_MAX);
    let total = |count: usize| (at..at + count).map(|word| finder.word(word).len()).sum();
    let mut sizes = (1..=count)
        .rev()
        .filter(|&count| CARD_DIGITS.contains(&total(count)))
        .map(|count| (count, finder.digits(at, count)));
    let sound = sizes.clone().find(|(_, number)| is_card(number));
    sound.or_else(|| {
        let (count, number) = sizes.next()?;
        let after = at + count;
        // With a slip in it, four groups of four are a card all the same.
        let in_fours = count == 4 && (at..after).all(|word| finder.word(word).len() == 4);
        let near = in_fours
            || finder.is_announced(at, CARD)
            || (after..after + 3).any(|word| finder.announces(word, CARD));
        near.then_some((count, number))
    })
}

fn is_card(number: &str) -> bool {
    let length_fits = match number.as_bytes().first() {
        Some(b'3') => (14..=16).contains(&number.len()),
        Some(b'4') => matches!(number.len(), 13 | 16 | 19),
        Some(b'2' | b'5') => number.len() == 16,
        Some(b'6') => (16..=19).contains(&number.len()),
        _ => false,
    };
    length_fits && luhn(number)
}

/// `4111 **** **** 1111`: sixteen places of which the last four are digits and at least four are hidden.
fn hidden_card(finder: &Finder<'_>, at: usize) -> Option<(Range<usize>, String)> {
    const PLACES: usize = 16;
    const BYTES_MAX: usize = 64;
    if finder.word(at).len() != 4 || finder.gap(at).is_empty() && at > 0 {
        return None;
    }
    let end = finder.words[at].end;
    let before = finder.before(end, BYTES_MAX);
    let mut places: Vec<char> = Vec::with_capacity(PLACES);
    let mut start = end;
    for (offset, c) in before.char_indices().rev() {
        match c {
            '0'..='9' => places.push(c),
            'x' | 'X' | '*' | '•' | '#' => places.push('*'),
            ' ' | '-' => continue,
            _ => break,
        }
        start = end - before.len() + offset;
        if places.len() == PLACES {
            break;
        }
    }
    places.reverse();
    let hidden = places.iter().filter(|&&place| place == '*').count();
    let stands_alone = !finder.before(start, 1).ends_with(char::is_alphanumeric);
    (places.len() == PLACES && hidden >= 4 && stands_alone)
        .then(|| (start..end, places.into_iter().collect()))
}

/// Finds order and invoice numbers, which only a word before them gives away.
pub(super) fn find_orders(finder: &mut Finder<'_>) {
    let mut at = 0;
    while at < finder.words.len() {
        let first = at;
        at += 1;
        if is_joined(finder, first) || !finder.words[first].shape.is_ascii() {
            continue;
        }
        let mut last = first;
        while last + 1 - first < ORDER_PARTS_MAX && is_joined(finder, last + 1) {
            last += 1;
        }
        let has_digit = (first..=last).any(|word| finder.words[word].shape.has_digit());
        if !has_digit {
            continue;
        }
        at = last + 1;
        let normal = compact(&finder.text[finder.span(first, last)]);
        let digits = normal.bytes().filter(u8::is_ascii_digit).count();
        let is_date = last == first + 2 && normal.len() == 8 && digits == 8;
        let announced = finder.hints.is_asked("order") || is_order_announced(finder, first);
        let goes_on = finder.gap(last + 1) == "/" && finder.is_number(last + 1);
        if ORDER_LENGTH.contains(&normal.len()) && digits >= 3 && !is_date && !goes_on && announced
        {
            let span = finder.span(first, last);
            finder.keep("order", span, normal);
        }
    }
}

fn is_joined(finder: &Finder<'_>, at: usize) -> bool {
    at > 0 && at < finder.words.len() && finder.gap(at) == "-"
}

fn is_order_announced(finder: &Finder<'_>, at: usize) -> bool {
    let near = |gap: &str| gap.len() <= 4 && gap.chars().all(|c| " :#=.,º°-".contains(c));
    near(finder.gap(at))
        && finder
            .skip_back(at, NUMBER | IS, 4)
            .is_some_and(|cue| finder.announces(cue, ORDER) && near(finder.gap(cue + 1)))
}
