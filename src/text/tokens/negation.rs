//! Which words of a text stand in the reach of a negation: "not late", "never lost", "kein Problem", "sin retraso".
//!
//! A negator reaches over the next few words of its clause, and in German over the verb right before it. That is what
//! can be told from the words alone; it parses no sentence. Linear in the text's length.

#[cfg(test)]
mod tests;

use super::{Token, TokenKind, TokenText};
use crate::model::id::Language;

/// How many words a negator reaches over. "Not in any way late" needs four; further ones are more often meant as said.
const REACH: usize = 4;

/// What negates in one language; every table is folded, and sorted where it is searched.
struct Negators {
    language: &'static str,
    words: &'static [&'static str],
    /// Negators by how they begin.
    stems: &'static [&'static str],
    /// Of `words`, those that follow the verb they negate: "funktioniert nicht".
    after_the_verb: &'static [&'static str],
    /// Words in a row, one of them a negator, that negate nothing after them.
    sayings: &'static [&'static [&'static str]],
}

const NEGATORS: &[Negators] = &[
    Negators {
        language: "en",
        words: &[
            "aint", "arent", "barely", "cannot", "cant", "couldnt", "didnt", "doesnt", "dont",
            "hadnt", "hardly", "hasnt", "havent", "isnt", "mustnt", "neednt", "neither", "never",
            "no", "nobody", "none", "nor", "not", "nothing", "scarcely", "shant", "shouldnt",
            "wasnt", "werent", "without", "wont", "wouldnt",
        ],
        stems: &[],
        after_the_verb: &[],
        sayings: &[
            &["believe", "it", "or", "not"],
            &["but", "not", "least"],
            &["cannot", "believe"],
            &["cannot", "thank"],
            &["cant", "believe"],
            &["cant", "thank"],
            &["cant", "wait"],
            &["couldnt", "be", "better"],
            &["couldnt", "be", "happier"],
            &["didnt", "know"],
            &["dont", "forget"],
            &["dont", "know"],
            &["dont", "understand"],
            &["never", "mind"],
            &["no", "clue"],
            &["no", "doubt"],
            &["no", "idea"],
            &["no", "joke"],
            &["no", "kidding"],
            &["no", "matter"],
            &["no", "question"],
            &["no", "wonder"],
            &["not", "just"],
            &["not", "only"],
            &["not", "to", "mention"],
            &["nothing", "about"],
            &["nothing", "but"],
            &["nothing", "from"],
            &["or", "not"],
            &["why", "not"],
            &["without", "a", "doubt"],
            &["without", "doubt"],
        ],
    },
    Negators {
        language: "de",
        words: &[
            "kaum", "nich", "nicht", "nichts", "nie", "niemals", "niemand", "nirgends", "nix",
            "ohne", "weder",
        ],
        stems: &["kein"],
        after_the_verb: &["nich", "nicht"],
        sayings: &[
            &["keine", "ahnung"],
            &["keine", "frage"],
            &["kein", "witz"],
            &["kein", "wunder"],
            &["kein", "zweifel"],
            &["nicht", "bloss"],
            &["nicht", "nur"],
            &["nicht", "zu", "fassen"],
            &["nicht", "zu", "glauben"],
            &["nicht", "zuletzt"],
            &["ob", "oder", "nicht"],
            &["ohne", "frage"],
            &["ohne", "zweifel"],
        ],
    },
    Negators {
        language: "es",
        words: &[
            "apenas", "jamas", "nada", "nadie", "ni", "ningun", "ninguna", "ninguno", "no",
            "nunca", "sin", "tampoco",
        ],
        stems: &[],
        after_the_verb: &[],
        sayings: &[
            &["no", "cabe", "duda"],
            &["no", "obstante"],
            &["no", "puedo", "creer"],
            &["no", "solamente"],
            &["no", "solo"],
            &["sin", "duda"],
            &["sin", "embargo"],
        ],
    },
];

/// What may follow a negator that follows its verb: "kommt nicht mehr", "kommt nicht an".
const AFTER_ALL: &[&str] = &["ab", "an", "auf", "aus", "ein", "mehr", "weiter"];

/// Words that open a clause of their own, in every language: a negation before them says nothing about it.
const OPENERS: &[&str] = &[
    "aber", "although", "aunque", "because", "but", "cuando", "dass", "donde", "how", "however",
    "if", "obwohl", "pero", "porque", "since", "sino", "sondern", "though", "until", "wann",
    "warum", "weil", "wenn", "when", "where", "why",
];

/// A negator and the words that it reaches, as places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::text) struct Scope {
    pub(in crate::text) negator: u32,
    pub(in crate::text) first: u32,
    pub(in crate::text) last: u32,
}

/// The words of a text that a negation reaches.
#[derive(Debug)]
pub(in crate::text) struct Negated {
    /// For each place, whether a negator before it reaches it.
    from_before: Vec<bool>,
    /// For each place, whether the negator right after it does.
    from_after: Vec<bool>,
}

impl Negated {
    /// Finds the negations of a text; in every language where its own is not known.
    pub(in crate::text) fn new(text: &TokenText, language: Option<&Language>) -> Self {
        let mut negated = Self {
            from_before: vec![false; text.tokens().len()],
            from_after: vec![false; text.tokens().len()],
        };
        for scope in scopes(text, language) {
            let side = if scope.negator < scope.first {
                &mut negated.from_before
            } else {
                &mut negated.from_after
            };
            side[scope.first as usize..=scope.last as usize].fill(true);
        }
        negated
    }

    /// Whether a negator outside the words from `first` to `last` reaches any of them. A reach has no gaps, so it has
    /// the first of them, or from the other side the last, if it has any.
    pub(in crate::text) fn has(&self, first: u32, last: u32) -> bool {
        let reached = |side: &[bool], place: u32| side.get(place as usize) == Some(&true);
        reached(&self.from_before, first) || reached(&self.from_after, last)
    }
}

/// Every negator of a text and what it reaches, in reading order.
pub(in crate::text) fn scopes(text: &TokenText, language: Option<&Language>) -> Vec<Scope> {
    let clauses = Clauses::new(text);
    let tables = NEGATORS
        .iter()
        .filter(|table| language.is_none_or(|language| language.as_str() == table.language));
    let tables: Vec<&Negators> = tables.collect();
    let mut found = Vec::new();
    for place in 0..clauses.words.len() {
        let mut negating = tables
            .iter()
            .filter(|table| clauses.negates(place, table))
            .peekable();
        if negating.peek().is_none() {
            continue;
        }
        let before = negating.any(|table| clauses.follows_its_verb(place, table));
        let last = clauses.reach(place);
        if before {
            found.extend(scope(place, place - 1, place - 1));
        }
        if last > place {
            found.extend(scope(place, place + 1, last));
        }
    }
    found
}

fn scope(negator: usize, first: usize, last: usize) -> Option<Scope> {
    Some(Scope {
        negator: u32::try_from(negator).ok()?,
        first: u32::try_from(first).ok()?,
        last: u32::try_from(last).ok()?,
    })
}

/// The words of a text, and where its clauses end.
struct Clauses<'a> {
    text: &'a TokenText,
    /// The word at each place.
    words: Vec<Token<'a>>,
    /// For each place, whether a clause ends after it.
    ends: Vec<bool>,
}

impl<'a> Clauses<'a> {
    fn new(text: &'a TokenText) -> Self {
        let mut words: Vec<Token<'_>> = Vec::with_capacity(text.tokens().len());
        let mut ends: Vec<bool> = Vec::with_capacity(text.tokens().len());
        let mut tag_end = None;
        for token in text.tokens() {
            if let (Some(tag), Some(last)) = (tag_end, ends.last_mut())
                && token.span.start >= tag
            {
                // What a hashtag negates is inside it.
                *last = true;
                tag_end = None;
            }
            if token.kind == TokenKind::Hashtag {
                tag_end = Some(token.span.end);
            }
            if token.place as usize == words.len() {
                if let (Some(last), Some(end)) = (words.last(), ends.last_mut()) {
                    *end |= parts(text, last, &token);
                }
                words.push(token);
                ends.push(false);
            } else if let Some(word) = words.last_mut() {
                *word = token;
            }
        }
        Self { text, words, ends }
    }

    fn is(&self, place: usize, word: &str) -> bool {
        self.words.get(place).is_some_and(|token| {
            // A drawn-out "nooo" is a cry, not a negation.
            token.text == word || (word.len() > 2 && token.short == Some(word))
        })
    }

    fn negates(&self, place: usize, table: &Negators) -> bool {
        let token = &self.words[place];
        let is_known = token.kind == TokenKind::Word
            && [Some(token.text), token.short]
                .into_iter()
                .flatten()
                .any(|form| {
                    table.words.binary_search(&form).is_ok() && self.is(place, form)
                        || table.stems.iter().any(|stem| form.starts_with(stem))
                });
        is_known
            && !table
                .sayings
                .iter()
                .any(|saying| self.is_in(place, saying, table))
    }

    /// Whether the negator at `place` is the one of a saying.
    fn is_in(&self, place: usize, saying: &[&str], table: &Negators) -> bool {
        let negator = saying.iter().position(|word| {
            table.words.contains(word) || table.stems.iter().any(|stem| word.starts_with(stem))
        });
        let Some(start) = negator.and_then(|negator| place.checked_sub(negator)) else {
            return false;
        };
        saying
            .iter()
            .enumerate()
            .all(|(at, word)| self.is(start + at, word))
    }

    /// The last place that the negator at `place` reaches; itself where its clause ends with it.
    fn reach(&self, place: usize) -> usize {
        let mut last = place;
        while last < place + REACH && last + 1 < self.words.len() && !self.ends[last] {
            last += 1;
        }
        last
    }

    /// Whether the negator at `place` stands after its verb: it ends the clause, or all but ends it, and what stands
    /// before is not written as a noun.
    fn follows_its_verb(&self, place: usize, table: &Negators) -> bool {
        let is_such = table.after_the_verb.iter().any(|word| self.is(place, word));
        if !is_such || place == 0 || self.ends[place - 1] {
            return false;
        }
        let ends = |place: usize| place + 1 >= self.words.len() || self.ends[place];
        let word = &self.words[place - 1];
        let is_noun = self.text.original[word.span.clone()].starts_with(char::is_uppercase);
        let opens = place == 1 || self.ends[place - 2];
        let all_but_ends = ends(place + 1) && AFTER_ALL.iter().any(|word| self.is(place + 1, word));
        (ends(place) || all_but_ends) && (!is_noun || opens)
    }
}

/// Whether a clause ends between two neighbours.
fn parts(text: &TokenText, left: &Token<'_>, right: &Token<'_>) -> bool {
    let is_word = |token: &Token<'_>| !matches!(token.kind, TokenKind::Emoji | TokenKind::Url);
    if !is_word(left) || !is_word(right) || OPENERS.binary_search(&right.text).is_ok() {
        return true;
    }
    let between = text
        .original
        .get(left.span.end..right.span.start)
        .unwrap_or_default();
    let is_in_number = between.chars().count() == 1
        && left.text.ends_with(|c: char| c.is_ascii_digit())
        && right.text.starts_with(|c: char| c.is_ascii_digit());
    !is_in_number && (between.contains(ends_clause) || between.contains(" - "))
}

fn ends_clause(c: char) -> bool {
    matches!(
        c,
        '.' | ','
            | ';'
            | ':'
            | '!'
            | '?'
            | '\n'
            | '\r'
            | '('
            | ')'
            | '['
            | ']'
            | '|'
            | '…'
            | '–'
            | '—'
            | '¡'
            | '¿'
            | '؟'
            | '،'
            | '。'
            | '、'
            | '，'
            | '！'
            | '？'
            | '；'
            | '：'
    )
}
