//! Collects entities of one text so that none overlaps another: who comes first keeps its bytes.

use std::ops::Range;

use regex_automata::meta::Regex;
use regex_automata::util::captures::Captures;
use regex_automata::util::syntax;

use super::{Entity, Hints, is_private};

/// The entities found so far.
pub(super) struct Finder<'a> {
    pub(super) text: &'a str,
    pub(super) hints: &'a Hints,
    /// Sorted, without overlaps.
    found: Vec<Entity>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(text: &'a str, hints: &'a Hints) -> Self {
        Self {
            text,
            hints,
            found: Vec::new(),
        }
    }

    pub(super) fn into_entities(self) -> Vec<Entity> {
        self.found
    }

    /// Whether something of one of these kinds was found.
    pub(super) fn has(&self, kind: &str) -> bool {
        self.found.iter().any(|entity| entity.kind == kind)
    }

    /// Every match of a pattern that neither starts nor ends inside a word.
    pub(super) fn matches(
        &self,
        pattern: &'static Regex,
    ) -> impl Iterator<Item = Captures> + use<'a> {
        let text = self.text;
        pattern.captures_iter(text).filter(move |found| {
            found
                .get_match()
                .is_some_and(|found| stands_alone(text, &found.range()))
        })
    }

    /// Keeps an entity unless its bytes are taken.
    pub(super) fn keep(&mut self, kind: &'static str, span: Range<usize>, normal: String) {
        let place = self
            .found
            .partition_point(|other| other.span.end <= span.start);
        if self
            .found
            .get(place)
            .is_some_and(|other| other.span.start < span.end)
        {
            return;
        }
        let entity = Entity {
            kind,
            written: self.text[span.clone()].to_owned(),
            normal,
            span,
            private: is_private(kind),
        };
        self.found.insert(place, entity);
    }

    /// Up to `bytes` bytes before a place.
    pub(super) fn before(&self, at: usize, bytes: usize) -> &'a str {
        let mut start = at.saturating_sub(bytes);
        while !self.text.is_char_boundary(start) {
            start += 1;
        }
        &self.text[start..at]
    }

    /// What follows a place.
    pub(super) fn after(&self, at: usize) -> &'a str {
        &self.text[at..]
    }
}

/// Compiles a pattern, whatever its case. Its classes are narrowed to ASCII digits and spaces and Latin letters: no code or
/// number is written otherwise, and the tables of all of Unicode cost 20 MB over these patterns.
pub(super) fn pattern(text: &str) -> Regex {
    let narrow = [
        (r"[\d", "[0-9"),
        (r"[\s", r"[ \t\r\n"),
        (r"\d", "[0-9]"),
        (r"\s", r"[ \t\r\n]"),
        (r"\w", "[0-9a-z_à-öø-ÿ]"),
        (r"(?-u:\b)", r"\b"),
        (r"\b", r"(?-u:\b)"),
    ];
    let text = narrow.iter().fold(text.to_owned(), |text, (wide, narrow)| {
        text.replace(wide, narrow)
    });
    Regex::builder()
        .syntax(syntax::Config::new().case_insensitive(true))
        .build(&text)
        .expect("the patterns of this module are fixed and compile")
}

/// What a group of a match covers.
pub(super) fn group(found: &Captures, number: usize) -> Option<Range<usize>> {
    found.get_group(number).map(|span| span.range())
}

/// The digits of a text.
pub(super) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn stands_alone(text: &str, span: &Range<usize>) -> bool {
    let first = text[span.clone()].chars().next();
    let last = text[span.clone()].chars().next_back();
    let before = text[..span.start].chars().next_back();
    let after = text[span.end..].chars().next();
    !(is_word(first) && is_word(before) || is_word(last) && is_word(after))
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}
