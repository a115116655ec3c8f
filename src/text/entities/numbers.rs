//! Numbers that name something: bag tags, travel documents, cards, orders, vehicles; and amounts of money.

use std::sync::LazyLock;

use regex_automata::meta::Regex;

use super::carriers::{airline, is_issuer};
use super::finder::{Finder, digits, group, pattern};

static BAG_CUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"bag|tag|luggage|suitcase|koffer|gep(?:ä|ae)ck|maleta|equipaje|etiqueta")
});

static BAG_TAG: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)(?:\d{4}[ -]?\d{6}|([a-z0-9]{2})[ -]?\d{6})(?-u:\b)"));

static TICKET_CUE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"ticket|tkt|flugschein|billete|boleto"));

static TICKET: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)(\d{3})[ -]?\d{10}(?:[ -]?\d)?(?-u:\b)"));

static CARD: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u:\b)\d(?:[ -]?\d){12,18}(?-u:\b)"));

static ORDER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:order|bestell(?:ung|nummer|nr)|auftrag(?:snummer)?|pedido|invoice|rechnung(?:snummer)?|factura)",
        r"(?:\s*(?:no\.?|number|nr\.?|nummer|num\.?|n[°º]|número|id|is|ist|es|code))*\s*[:#=]?\s*#?",
        r"([a-z0-9][a-z0-9-]{3,23})",
    ))
});

static VIN_CUE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\bvin\b|chassis|fahrgestell|\bfin\b|bastidor"));

static VIN: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u:\b)[a-hj-npr-z0-9]{17}(?-u:\b)"));

static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(us\$|[£$€¥]|usd|eur|gbp|chf|cad|aud|jpy)\s?(\d[\d.,]*)",
        r"|(\d[\d.,]*)\s?(us\$|[£$€¥]|usd|euros?|eur|gbp|chf|cad|aud|jpy|pounds?|dollars?|d[oó]lares|quid|bucks)",
    ))
});

/// Finds bag tags: two letters and six digits, or ten digits where a bag is spoken of (IATA Resolution 740).
pub(super) fn find_bag_tags(finder: &mut Finder<'_>) {
    for found in finder.matches(&BAG_TAG) {
        let Some(span) = group(&found, 0) else {
            continue;
        };
        let announced =
            finder.hints.is_asked("bag_tag") || BAG_CUE.is_match(finder.before(span.start, 32));
        let is_tag = if let Some(issuer) = group(&found, 1) {
            let issuer = finder.text[issuer].to_ascii_uppercase();
            let has_letter = issuer.bytes().any(|c| c.is_ascii_alphabetic());
            let is_known = airline(&issuer).is_some() || finder.hints.airlines.contains(&issuer);
            let is_glued = span.len() == 8;
            has_letter && (announced || (is_known && is_glued && BAG_CUE.is_match(finder.text)))
        } else {
            // Ten digits are a phone number as often, which must be masked.
            announced
        };
        if is_tag {
            let normal = compact(&finder.text[span.clone()]);
            finder.keep("bag_tag", span, normal);
        }
    }
}

/// Finds numbers of travel documents: the airline's three digits and ten more.
pub(super) fn find_tickets(finder: &mut Finder<'_>) {
    for found in finder.matches(&TICKET) {
        let (Some(span), Some(issuer)) = (group(&found, 0), group(&found, 1)) else {
            continue;
        };
        let announced =
            finder.hints.is_asked("ticket") || TICKET_CUE.is_match(finder.before(span.start, 32));
        if announced
            || is_issuer(&finder.text[issuer]) && !is_card(&digits(&finder.text[span.clone()]))
        {
            let normal = digits(&finder.text[span.clone()]);
            finder.keep("ticket", span, normal);
        }
    }
}

/// Finds payment cards: the right length for the network's first digit, and a sound check digit (ISO/IEC 7812).
pub(super) fn find_cards(finder: &mut Finder<'_>) {
    for found in finder.matches(&CARD) {
        if let Some(span) = group(&found, 0) {
            let number = digits(&finder.text[span.clone()]);
            if is_card(&number) {
                finder.keep("card", span, number);
            }
        }
    }
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

fn luhn(number: &str) -> bool {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(digit - b'0');
            let doubled = if at % 2 == 1 { digit * 2 } else { digit };
            doubled / 10 + doubled % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Finds order and invoice numbers, which only a word before them gives away.
pub(super) fn find_orders(finder: &mut Finder<'_>) {
    for found in finder.matches(&ORDER) {
        if let Some(span) = group(&found, 1) {
            let normal = compact(&finder.text[span.clone()]);
            if normal.bytes().filter(u8::is_ascii_digit).count() >= 3 {
                finder.keep("order", span, normal);
            }
        }
    }
}

/// Finds vehicle identification numbers (ISO 3779), by a word that announces one or by the North American check digit.
pub(super) fn find_vins(finder: &mut Finder<'_>) {
    for found in finder.matches(&VIN) {
        if let Some(span) = group(&found, 0) {
            let normal = finder.text[span.clone()].to_ascii_uppercase();
            let is_mixed = normal.bytes().any(|c| c.is_ascii_digit())
                && normal.bytes().any(|c| c.is_ascii_alphabetic());
            if is_mixed && (VIN_CUE.is_match(finder.text) || vin_check_digit_holds(&normal)) {
                finder.keep("vin", span, normal);
            }
        }
    }
}

/// 49 CFR 565.15: letters count as digits, places have weights, the remainder by 11 stands in the ninth place.
fn vin_check_digit_holds(vin: &str) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum: u32 = vin
        .bytes()
        .zip(WEIGHTS)
        .map(|(c, weight)| weight * vin_value(c))
        .sum();
    let expected = match sum % 11 {
        10 => 'X',
        digit => char::from_digit(digit, 10).unwrap_or('X'),
    };
    vin.chars().nth(8) == Some(expected)
}

fn vin_value(c: u8) -> u32 {
    u32::from(match c {
        b'0'..=b'9' => c - b'0',
        b'A'..=b'H' => c - b'A' + 1,
        b'J'..=b'R' => c - b'J' + 1,
        b'S'..=b'Z' => c - b'S' + 2,
        _ => 0,
    })
}

/// Finds amounts of money; the normal form is `EUR 1200.50`.
pub(super) fn find_amounts(finder: &mut Finder<'_>) {
    for found in finder.matches(&AMOUNT) {
        let (sign, number) = match (group(&found, 1), group(&found, 2)) {
            (Some(sign), Some(number)) => (sign, number),
            _ => match (group(&found, 4), group(&found, 3)) {
                (Some(sign), Some(number)) => (sign, number),
                _ => continue,
            },
        };
        let end = if number.end > sign.end {
            number.start
                + finder.text[number.clone()]
                    .trim_end_matches(['.', ','])
                    .len()
        } else {
            sign.end
        };
        let normal = format!(
            "{} {}",
            currency(&finder.text[sign.clone()]),
            decimal(&finder.text[number.clone()])
        );
        finder.keep("amount", sign.start.min(number.start)..end, normal);
    }
}

fn currency(written: &str) -> String {
    match written.to_lowercase().as_str() {
        "£" | "pound" | "pounds" | "quid" => "GBP".to_owned(),
        "€" | "euro" | "euros" => "EUR".to_owned(),
        "$" | "us$" | "dollar" | "dollars" | "dólares" | "dolares" | "bucks" => "USD".to_owned(),
        "¥" => "JPY".to_owned(),
        code => code.to_uppercase(),
    }
}

/// `1.200,50` and `1,200.50` as `1200.50`: the last sign is the decimal one unless three digits follow it.
fn decimal(written: &str) -> String {
    let written = written.trim_end_matches(['.', ',']);
    match written.rfind(['.', ',']) {
        Some(at) if written.len() - at - 1 != 3 => {
            format!("{}.{}", digits(&written[..at]), digits(&written[at..]))
        }
        _ => digits(written),
    }
}

/// In capitals, without spaces and hyphens.
fn compact(written: &str) -> String {
    written
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}
