//! Entities that packs add: a pattern, words of which one must stand near, and a check digit.

use std::ops::Range;
use std::sync::Arc;

use regex_automata::meta::Regex;
use regex_automata::util::captures::Captures;

use super::checks;
use super::finder::{Finder, compact};
use crate::text::query;

/// How far before and after a match a cue may stand, in bytes.
const CUE_BEFORE_BYTES: usize = 48;
const CUE_AFTER_BYTES: usize = 24;

/// A rule for the last characters of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// ISO/IEC 7812: cards, many customer numbers.
    Luhn,
    /// ISO 13616: bank accounts.
    Mod97,
    /// As of ISBN-10.
    Mod11,
    /// As of air tickets.
    Mod7,
}

impl Checksum {
    /// Every checksum by its name in `pack.toml`.
    pub const ALL: &[(&str, Self)] = &[
        ("luhn", Self::Luhn),
        ("mod97", Self::Mod97),
        ("mod11", Self::Mod11),
        ("mod7", Self::Mod7),
    ];

    /// Whether a number, in its normal form, is sound. Letters count only where the rule knows them.
    fn holds(self, normal: &str) -> bool {
        let without_letters = normal.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        match self {
            Self::Luhn => checks::luhn(without_letters),
            Self::Mod97 => checks::mod97(normal),
            Self::Mod11 => checks::mod11(without_letters),
            Self::Mod7 => checks::mod7(without_letters),
        }
    }
}

/// A kind of entity that a pack adds.
#[derive(Debug, Clone)]
pub struct Custom {
    /// Its name, as in `has:loyalty`.
    pub name: String,
    /// Whether it must not be shown to others.
    pub private: bool,
    pattern: Arc<Regex>,
    /// In small letters; empty = none is needed.
    cues: Vec<String>,
    checksum: Option<Checksum>,
}

impl Custom {
    /// Compiles a kind. `cues` are words of which one must stand near, whatever their case. The error says what is wrong
    /// with the pattern.
    pub fn new(
        name: &str,
        pattern: &str,
        cues: &[String],
        checksum: Option<Checksum>,
        private: bool,
    ) -> Result<Self, String> {
        let pattern = query::pattern(pattern)
            .map_err(|error| error.message)?
            .regex;
        Ok(Self {
            name: name.to_owned(),
            private,
            pattern,
            cues: cues.iter().map(|cue| cue.to_lowercase()).collect(),
            checksum,
        })
    }

    pub(super) fn find(&self, finder: &mut Finder<'_>) {
        let text = finder.text;
        let asked = finder.hints.is_asked(&self.name);
        for found in self.pattern.captures_iter(text) {
            let Some(span) = value(&found).filter(|span| stands_alone(text, span)) else {
                continue;
            };
            let normal = compact(&text[span.clone()]);
            let is_sound = self.checksum.is_none_or(|checksum| checksum.holds(&normal));
            if is_sound && (asked || self.is_announced(finder, &span)) {
                finder.keep_as(self.name.clone().into(), self.private, span, normal);
            }
        }
    }

    fn is_announced(&self, finder: &Finder<'_>, span: &Range<usize>) -> bool {
        if self.cues.is_empty() {
            return true;
        }
        let before = finder.before(span.start, CUE_BEFORE_BYTES);
        let after = finder.after(span.end);
        let after = &after[..after.floor_char_boundary(CUE_AFTER_BYTES)];
        let near = format!("{before} {} {after}", &finder.text[span.clone()]).to_lowercase();
        self.cues.iter().any(|cue| says(&near, cue))
    }
}

/// Whether a word of `text` starts with `cue`.
fn says(text: &str, cue: &str) -> bool {
    text.match_indices(cue)
        .any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
}

/// The first group of a match, or all of it.
fn value(found: &Captures) -> Option<Range<usize>> {
    let span = found
        .get_group(1)
        .or_else(|| found.get_match().map(|it| it.span()))?;
    (span.start < span.end).then(|| span.range())
}

fn stands_alone(text: &str, span: &Range<usize>) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let inside = &text[span.clone()];
    let before = text[..span.start].chars().next_back();
    let after = text[span.end..].chars().next();
    !(is_word(inside.chars().next()) && is_word(before)
        || is_word(inside.chars().next_back()) && is_word(after))
}
