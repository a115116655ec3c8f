//! Web addresses and mail addresses, also mail addresses that are spelt out.

use std::ops::Range;

use super::finder::{Finder, is_one_of};
use super::lexicon::{AT, DOMAIN, DOT, WEB};

/// RFC 5321, 4.5.3.1: most bytes before and after the `@`.
const LOCAL_BYTES_MAX: usize = 64;
const DOMAIN_BYTES_MAX: usize = 255;

/// Most labels that an address without `http` may have.
const LABELS_MAX: usize = 6;

/// What ends a web address wherever it stands.
const URL_ENDS: [char; 5] = ['<', '>', '"', '“', '”'];

/// What ends a web address only where it stands last.
const URL_TRAILERS: &str = ".,;:!?)]'…";

/// Finds web and mail addresses.
pub(super) fn find_addresses(finder: &mut Finder<'_>) {
    if finder.has_at {
        find_mails(finder);
    }
    if finder.roles & (WEB | DOMAIN | DOT) == 0 {
        return;
    }
    for at in 0..finder.words.len() {
        let sense = finder.sense(at);
        if sense.is(WEB) {
            find_url(finder, at);
        } else if sense.is(DOMAIN) && finder.gap(at) == "." {
            find_domain(finder, at);
        }
        if sense.is(DOT | AT) {
            find_spelt_mail(finder, at);
        }
    }
}

fn find_mails(finder: &mut Finder<'_>) {
    let text = finder.text;
    for (sign, _) in text.match_indices('@') {
        let local = before_at(text, sign);
        let domain = domain_at(text, sign + 1);
        if let (Some(local), Some(end)) = (local, domain) {
            let normal = text[local..end].to_lowercase();
            finder.keep("mail", local..end, normal);
        }
    }
}

/// Where the part before an `@` starts.
fn before_at(text: &str, sign: usize) -> Option<usize> {
    let floor = text.floor_char_boundary(sign.saturating_sub(LOCAL_BYTES_MAX));
    let may_stand = |c: char| c.is_alphanumeric() || "._%+-".contains(c);
    let start = text[floor..sign]
        .rfind(|c| !may_stand(c))
        .map_or(floor, |at| text.ceil_char_boundary(at + floor + 1));
    let skipped = text[start..sign].find(char::is_alphanumeric)?;
    Some(start + skipped)
}

/// Where a domain that starts at `start` ends: at least two labels, the last of letters.
fn domain_at(text: &str, start: usize) -> Option<usize> {
    let ceiling = text.floor_char_boundary(start.saturating_add(DOMAIN_BYTES_MAX));
    let rest = &text[start..ceiling];
    let end = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-'))
        .unwrap_or(rest.len());
    let mut domain = rest[..end].trim_end_matches(['.', '-']);
    loop {
        let (labels, last) = domain.rsplit_once('.')?;
        let is_top = last.len() >= 2 && last.chars().all(char::is_alphabetic);
        if is_top && !labels.split('.').any(str::is_empty) {
            return Some(start + domain.len());
        }
        domain = labels.trim_end_matches('.');
    }
}

fn find_url(finder: &mut Finder<'_>, at: usize) {
    let sign = if finder.word(at).len() == 3 {
        "."
    } else {
        "://"
    };
    if finder.gap(at + 1).starts_with(sign) {
        let start = finder.words[at].start;
        if finder.is_taken(&(start..start + 1)) {
            return;
        }
        let end = url_end(finder.text, finder.words[at].end + sign.len());
        if end > finder.words[at].end + sign.len() {
            keep_url(finder, start..end);
        }
    }
}

fn url_end(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    let end = rest
        .find(|c: char| c.is_whitespace() || URL_ENDS.contains(&c))
        .unwrap_or(rest.len());
    from + rest[..end]
        .trim_end_matches(|c| URL_TRAILERS.contains(c))
        .len()
}

fn keep_url(finder: &mut Finder<'_>, span: Range<usize>) {
    let normal = finder.text[span.clone()].to_owned();
    finder.keep("url", span, normal);
}

/// An address without `http`: what ends in `.com`, `.org` or `.net`, and in another way only with a path, since people
/// forget the space after a full stop.
fn find_domain(finder: &mut Finder<'_>, at: usize) {
    let mut first = at;
    while first > 0 && at - first < LABELS_MAX && is_one_of(finder.gap(first), ".-") {
        first -= 1;
    }
    let start = finder.words[first].start;
    let end = finder.words[at].end;
    let has_path = finder.after(end).starts_with('/');
    let is_sure = matches!(finder.word(at), "com" | "org" | "net")
        || finder.word(at) == "uk" && finder.word(at - 1) == "co";
    if first < at && (is_sure || has_path) && !finder.before(start, 1).ends_with(['@', '.']) {
        let end = if has_path {
            url_end(finder.text, end)
        } else {
            end
        };
        keep_url(finder, start..end);
    }
}

/// `ann at example dot com`, `ann (at) example.com`: at the `dot`, or at an `at` in brackets.
fn find_spelt_mail(finder: &mut Finder<'_>, at: usize) {
    let Some((sign, mut last)) = spelt_parts(finder, at) else {
        return;
    };
    while is_dot(finder, last + 1) && finder.sense(last + 2).is(DOMAIN) {
        last += 2;
    }
    if !finder.sense(last).is(DOMAIN) || sign == 0 {
        return;
    }
    let mut first = sign - 1;
    while first >= 2 && sign - first < LABELS_MAX && is_dot(finder, first - 1) {
        first -= 2;
    }
    while first > 0 && sign - first < LABELS_MAX && is_one_of(finder.gap(first), "._-+") {
        first -= 1;
    }
    let span = finder.span(first, last);
    let spelt = |word: usize| match word {
        _ if word == sign => "@",
        _ if word > first && finder.sense(word).is(DOT) => ".",
        _ => finder.word(word),
    };
    let joined = |word: usize| match finder.gap(word) {
        gap if word > first && is_one_of(gap, "._-+") => gap,
        _ => "",
    };
    let normal: String = (first..=last)
        .flat_map(|word| [joined(word), spelt(word)])
        .collect();
    finder.keep("mail", span, normal.to_lowercase());
}

/// The words of the `at` and of the first label after the `dot`.
fn spelt_parts(finder: &Finder<'_>, at: usize) -> Option<(usize, usize)> {
    if finder.sense(at).is(AT) {
        let in_brackets = finder.gap(at).ends_with(['(', '[', '{'])
            && finder.gap(at + 1).starts_with([')', ']', '}']);
        let dotted = finder.gap(at + 2) == "." && finder.sense(at + 2).is(DOMAIN);
        return (in_brackets && dotted).then_some((at, at + 2));
    }
    let sign = at.checked_sub(2)?;
    let is_spelt = finder.sense(sign).is(AT)
        && (sign + 1..at + 2).all(|word| is_near(finder.gap(word)))
        && is_near(finder.gap(sign));
    is_spelt.then_some((sign, at + 1))
}

fn is_dot(finder: &Finder<'_>, at: usize) -> bool {
    let is_said = finder.sense(at).is(DOT);
    is_said && is_near(finder.gap(at)) && is_near(finder.gap(at + 1))
}

fn is_near(gap: &str) -> bool {
    !gap.is_empty() && gap.len() <= 3 && gap.chars().all(|c| " ()[]{}<>".contains(c))
}
