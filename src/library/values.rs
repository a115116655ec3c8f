//! The values that a reply may use, in one place: their names, how long they get, and how they are made harmless.

use std::borrow::Cow;

/// Who wrote a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A customer: no markup, no mention and no link survives.
    Customer,
    /// The brand or its feeds: links stay.
    Brand,
    /// Nobody: it is a yes or no, for `{{#if}}` only.
    Flag,
}

/// A value that a reply may use.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// `customer.name`.
    pub(crate) name: &'static str,
    /// Who wrote it.
    pub(crate) origin: Origin,
    /// Most characters that are shown; the lint computes with this many.
    pub(crate) chars_max: usize,
}

/// Every value that a reply may use:
///
/// - `customer.name`: as their network shows it
/// - `flight.number`: `XY123`; `flight.estimated_departure`: local, with its zone
/// - `notice.text`: the status notice that holds for this message
/// - `case.number`: the number that people say
/// - `wait`: how soon a person will have it, in digits and units that every language reads: `30 min`, `2 h`
/// - `brand.name`: as the brand writes itself
/// - `contact`: where else the brand can be reached: a phone number or an address of a page
/// - `private`: whether only the customer and the brand can read the answer
pub(crate) const KNOWN: &[Known] = &[
    known("brand.name", Origin::Brand, 32),
    known("case.number", Origin::Brand, 11),
    known("contact", Origin::Brand, 64),
    known("customer.name", Origin::Customer, 64),
    known("flight.estimated_departure", Origin::Brand, 32),
    known("flight.number", Origin::Customer, 8),
    known("notice.text", Origin::Brand, 200),
    known("private", Origin::Flag, 0),
    known("wait", Origin::Brand, 16),
];

const fn known(name: &'static str, origin: Origin, chars_max: usize) -> Known {
    Known {
        name,
        origin,
        chars_max,
    }
}

/// The value of this name.
pub(crate) fn find(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name)
}

/// A value as a reply may say it; none where nothing of it is left, and where a flag is not set.
pub(crate) fn harmless<'v>(
    known: &Known,
    value: Cow<'v, str>,
    markup: &str,
) -> Option<Cow<'v, str>> {
    match known.origin {
        Origin::Flag => (value == "true").then_some(value),
        Origin::Customer | Origin::Brand => {
            let value = if is_plain(&value, known.chars_max) {
                value
            } else {
                Cow::Owned(clean(&value, known, markup))
            };
            (!value.is_empty()).then_some(value)
        }
    }
}

/// Whether there is nothing to clean: a number, a short word or two.
fn is_plain(value: &str, chars_max: usize) -> bool {
    value.len() <= chars_max
        && value
            .split(' ')
            .all(|word| !word.is_empty() && word.bytes().all(|c| c.is_ascii_alphanumeric()))
}

/// A value without what a network or a reader could take for more than a value.
fn clean(value: &str, known: &Known, markup: &str) -> String {
    let visible: String = value
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !is_invisible(*c))
        .collect();
    let words: Vec<String> = visible
        .split_whitespace()
        .filter_map(|word| clean_word(word, known.origin, markup))
        .collect();
    let text: String = words.join(" ").chars().take(known.chars_max).collect();
    text.trim_end().to_owned()
}

fn clean_word(word: &str, origin: Origin, markup: &str) -> Option<String> {
    let lower = word.to_lowercase();
    if lower.contains("://") || lower.starts_with("www.") {
        return (origin == Origin::Brand).then(|| word.to_owned());
    }
    let plain: String = word
        .chars()
        .filter(|c| !markup.contains(*c) && !matches!(c, '@' | '＠' | '﹫'))
        .collect();
    let plain = match origin {
        Origin::Customer => without_domain(&plain),
        Origin::Brand | Origin::Flag => plain,
    };
    (!plain.trim().is_empty()).then(|| plain.trim().to_owned())
}

/// `evil.example` → `evil example`: networks make links even of bare host names.
fn without_domain(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(at) = rest.find(['.', '。', '．', '｡']) {
        let (before, dot_and_after) = rest.split_at(at);
        let dot = dot_and_after.chars().next().unwrap_or('.');
        let after = &dot_and_after[dot.len_utf8()..];
        out.push_str(before);
        let letters_follow = after.chars().take(2).filter(|c| c.is_alphabetic()).count() == 2;
        out.push(if letters_follow { ' ' } else { dot });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Characters that cannot be seen, or that turn the direction of what follows.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(name: &str, value: &str) -> String {
        clean(value, find(name).unwrap(), "*_`[]")
    }

    #[test]
    fn a_customers_value_is_nothing_but_a_value() {
        for (value, expected) in [
            ("Ann Lee", "Ann Lee"),
            ("*Ann* [click](x)", "Ann click(x)"),
            ("@everyone Ann", "everyone Ann"),
            ("Ann https://evil.example/x www.evil.example", "Ann"),
            ("visit evil.example", "visit evil example"),
            ("J. R. Lee", "J. R. Lee"),
            ("Ann\r\n\u{202e}eeL", "Ann eeL"),
            ("\u{200b}@", ""),
        ] {
            assert_eq!(cleaned("customer.name", value), expected, "{value:?}");
        }
        assert_eq!(cleaned("customer.name", &"é".repeat(100)), "é".repeat(64));
    }

    #[test]
    fn a_notice_keeps_its_link_and_loses_markup() {
        assert_eq!(
            cleaned("notice.text", "*Snow* at @XYZ: https://brand.example/a_b"),
            "Snow at XYZ: https://brand.example/a_b"
        );
    }

    #[test]
    fn an_empty_value_is_as_good_as_none() {
        for (name, value, expected) in [
            ("customer.name", "@", None),
            ("customer.name", "", None),
            ("customer.name", "Ann *Lee* ", Some("Ann Lee")),
            ("private", "false", None),
            ("private", "true", Some("true")),
            ("flight.number", "XY123", Some("XY123")),
            ("flight.number", "XY1234567", Some("XY123456")),
        ] {
            let harmless = harmless(find(name).unwrap(), value.into(), "*_`[]");
            assert_eq!(harmless.as_deref(), expected, "{name} {value}");
        }
    }
}
