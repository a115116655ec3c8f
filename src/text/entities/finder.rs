//! Collects entities of one text so that none overlaps another: who comes first keeps its bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::lexicon::{self, Roles, Sense};
use super::words::{Shape, Word, words};
use super::{Entity, Hints, is_private};

/// How far a word may stand from what it announces, in words and in bytes.
const CUE_WORDS: usize = 6;
const CUE_BYTES: usize = 40;

/// The words of a text and the entities found so far. Words are named by their number; one that does not exist is empty.
pub(super) struct Finder<'a> {
    pub(super) text: &'a str,
    pub(super) hints: &'a Hints,
    pub(super) words: Vec<Word>,
    /// The roles of all words together.
    pub(super) roles: Roles,
    pub(super) has_digit: bool,
    /// Whether a word is three capitals.
    pub(super) has_code: bool,
    /// Whether an `@` stands between words.
    pub(super) has_at: bool,
    found: Vec<Entity>,
    /// The bytes of `found`: start → end.
    taken: BTreeMap<usize, usize>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(text: &'a str, hints: &'a Hints) -> Self {
        let words = words(text);
        Self {
            text,
            hints,
            words: words.all,
            roles: words.roles,
            has_digit: words.has_digit,
            has_code: words.has_code,
            has_at: words.has_at,
            found: Vec::new(),
            taken: BTreeMap::new(),
        }
    }

    pub(super) fn into_entities(mut self) -> Vec<Entity> {
        self.found.sort_unstable_by_key(|entity| entity.span.start);
        self.found
    }

    /// Whether something of this kind was found.
    pub(super) fn has(&self, kind: &str) -> bool {
        self.found.iter().any(|entity| entity.kind == kind)
    }

    /// Whether some of these bytes belong to an entity.
    pub(super) fn is_taken(&self, span: &Range<usize>) -> bool {
        self.taken
            .range(..span.end)
            .next_back()
            .is_some_and(|(_, &end)| end > span.start)
    }

    /// Keeps an entity unless its bytes are taken.
    pub(super) fn keep(&mut self, kind: &'static str, span: Range<usize>, normal: String) {
        self.keep_as(Cow::Borrowed(kind), is_private(kind), span, normal);
    }

    pub(super) fn keep_as(
        &mut self,
        kind: Cow<'static, str>,
        private: bool,
        span: Range<usize>,
        normal: String,
    ) {
        if self.is_taken(&span) {
            return;
        }
        self.taken.insert(span.start, span.end);
        self.found.push(Entity {
            kind,
            written: self.text[span.clone()].to_owned(),
            normal,
            span,
            private,
        });
    }

    /// Word number `at`.
    pub(super) fn word(&self, at: usize) -> &'a str {
        self.words
            .get(at)
            .map_or("", |word| &self.text[word.start..word.end])
    }

    /// What stands before word number `at`, up to the word before it.
    pub(super) fn gap(&self, at: usize) -> &'a str {
        let start = at
            .checked_sub(1)
            .and_then(|before| self.words.get(before))
            .map_or(0, |word| word.end);
        let end = self
            .words
            .get(at)
            .map_or(self.text.len(), |word| word.start);
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn sense(&self, at: usize) -> &'static Sense {
        self.words.get(at).map_or(&lexicon::NONE, |word| word.sense)
    }

    pub(super) fn shape(&self, at: usize) -> Option<Shape> {
        self.words.get(at).map(|word| word.shape)
    }

    /// Whether the word is digits only.
    pub(super) fn is_number(&self, at: usize) -> bool {
        self.shape(at).is_some_and(Shape::is_number)
    }

    /// The bytes from one word to another, both included.
    pub(super) fn span(&self, first: usize, last: usize) -> Range<usize> {
        self.words[first].start..self.words[last].end
    }

    /// Whether a word shortly before word `at` announces it.
    pub(super) fn is_announced(&self, at: usize, roles: Roles) -> bool {
        let start = self.words[at].start;
        (at.saturating_sub(CUE_WORDS)..at)
            .rev()
            .take_while(|&cue| start - self.words[cue].end <= CUE_BYTES)
            .any(|cue| self.announces(cue, roles))
    }

    /// Whether any word of the text announces this.
    pub(super) fn is_anywhere(&self, roles: Roles) -> bool {
        (0..self.words.len()).any(|cue| self.announces(cue, roles))
    }

    pub(super) fn announces(&self, at: usize, roles: Roles) -> bool {
        self.words
            .get(at)
            .is_some_and(|word| lexicon::announces(self.word(at), word.sense, roles))
    }

    /// The word before `at` that is none of these, stepping over at most `most`.
    pub(super) fn skip_back(&self, at: usize, roles: Roles, most: usize) -> Option<usize> {
        let mut cue = at.checked_sub(1)?;
        for _ in 0..most {
            if !self.sense(cue).is(roles) || self.gap(cue + 1).len() > 4 {
                break;
            }
            cue = cue.checked_sub(1)?;
        }
        Some(cue)
    }

    /// Up to `bytes` bytes before a place.
    pub(super) fn before(&self, at: usize, bytes: usize) -> &'a str {
        let start = self.text.ceil_char_boundary(at.saturating_sub(bytes));
        &self.text[start..at]
    }

    /// What follows a place.
    pub(super) fn after(&self, at: usize) -> &'a str {
        &self.text[at..]
    }

    /// How many numbers in a row start at word `first`, each one sign apart from the next, at most `most`.
    pub(super) fn groups(&self, first: usize, signs: &str, most: usize) -> usize {
        let mut count = usize::from(self.is_number(first));
        while (1..most).contains(&count)
            && self.is_number(first + count)
            && is_one_of(self.gap(first + count), signs)
        {
            count += 1;
        }
        count
    }

    /// The digits of `count` words from `first` on.
    pub(super) fn digits(&self, first: usize, count: usize) -> String {
        (first..first + count).map(|at| self.word(at)).collect()
    }
}

/// Whether `gap` is exactly one of `signs`.
pub(super) fn is_one_of(gap: &str, signs: &str) -> bool {
    let mut chars = gap.chars();
    chars.next().is_some_and(|sign| signs.contains(sign)) && chars.next().is_none()
}

/// The digits at the start of a word, and the rest.
pub(super) fn lead(word: &str) -> (&str, &str) {
    let end = word
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(word.len());
    word.split_at(end)
}

/// In capitals, letters and digits only.
pub(super) fn compact(written: &str) -> String {
    written
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}
