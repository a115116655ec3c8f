//! The rule language: what a topic's `when` says. Text in, a tree out, and back to text.
//!
//! Words, `"phrases"`, `prefix*`, `fuzzy~1`, `$lists`, `has:entity`, `/regex/` and conditions, joined by `AND`, `OR`,
//! `NOT`, `AFFIRMED`, `NEAR/n`, `BEFORE/n` and parentheses. `NOT` and `AFFIRMED` bind tightest, then `NEAR` and
//! `BEFORE`, then `AND`, then `OR`.
//! Two terms side by side without an operator are an error: whether a phrase or `AND` was meant is not guessed.

mod hint;
mod lexer;
mod parser;
mod print;
mod required;
mod sense;
mod term;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use regex_automata::meta::Regex;

pub(super) use term::{any_of, pattern, words};

/// Most words that may stand between the two sides of `NEAR/n` and `BEFORE/n`.
pub const GAP_MAX: u32 = 50;

/// Deepest nesting of a query, and longest chain of `NEAR` and `BEFORE`.
pub const DEPTH_MAX: usize = 64;

/// A parsed query. Two queries are equal when they say the same, wherever their names stood.
#[derive(Debug, Clone)]
pub struct Query {
    root: Node,
    lists: Vec<Name>,
    entities: Vec<Name>,
}

/// A name that a query uses, and the byte offset at which it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name, without `$` or `has:`.
    pub name: String,
    /// Byte offset in the query's text.
    pub at: usize,
}

/// What is wrong with a query, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// Byte offset in the query's text.
    pub at: usize,
    /// What was expected.
    pub message: String,
    /// What to write instead, where that can be guessed.
    pub hint: Option<String>,
}

impl QueryError {
    fn new(at: usize, message: impl Into<String>) -> Self {
        Self {
            at,
            message: message.into(),
            hint: None,
        }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// The same for a part of the query that starts at `start`.
    fn inside(self, start: usize) -> Self {
        Self {
            at: start + self.at,
            ..self
        }
    }
}

/// One word of a text, as a rule asks for it; folded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Word {
    /// Exactly this.
    Exact(String),
    /// Anything that starts with this.
    Prefix(String),
    /// Anything at most so many edits away: letters added, dropped, replaced or two neighbours swapped.
    Fuzzy(String, u8),
}

/// What a query says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// Words in a row; one of them is a word of its own.
    Phrase(Vec<Word>),
    /// Any entry of a word list.
    List(String),
    /// An entity of this kind.
    Has(String),
    /// A pattern over the original text, whatever its case.
    Regex(Pattern),
    /// A condition beside the words.
    Fact(Fact),
    Not(Box<Node>),
    /// What matches outside the reach of a negation.
    Affirmed(Box<Node>),
    /// At least two, none of them an `And`.
    And(Vec<Node>),
    /// At least two, none of them an `Or`.
    Or(Vec<Node>),
    /// Both, apart, with at most `gap` words between.
    Near {
        left: Box<Node>,
        right: Box<Node>,
        gap: u32,
        /// Whether the left must come first.
        ordered: bool,
    },
}

/// What stands after `lang:` for every language that the brand does not speak.
pub(super) const OTHER_LANGUAGE: &str = "other";

/// A pattern, compiled when it was read. Two are equal when they are written the same.
#[derive(Debug, Clone)]
pub(in crate::text) struct Pattern {
    pub(super) source: String,
    /// What a text must have for it to match.
    pub(in crate::text) required_sign: Option<u8>,
    /// Whether it can match nowhere but at the start of a text, which is soon decided for many at once.
    pub(in crate::text) opens: bool,
    pub(in crate::text) regex: Arc<Regex>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

/// A condition on what is known beside the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fact {
    Language(String),
    Question,
    Shouting,
    Reply,
    Public,
    Private,
    Channel(String),
    Brand(String),
    Followers(Comparison, u64),
    Verified,
}

/// How two numbers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

/// Parses a query.
pub fn parse(text: &str) -> Result<Query, QueryError> {
    parser::parse(text)
}

/// Checks an entry of a word list, which may be words in a row, any of them ending in `*`; gives it folded, so that two
/// entries that say the same are equal.
pub fn check_entry(text: &str) -> Result<String, QueryError> {
    words(text).map(|words| Node::Phrase(words).to_string())
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.root == other.root
    }
}

impl Eq for Query {}

impl Query {
    /// The word lists it names, in the order in which they stand.
    pub fn lists(&self) -> &[Name] {
        &self.lists
    }

    /// The entity kinds it names in `has:`, in the order in which they stand.
    pub fn entities(&self) -> &[Name] {
        &self.entities
    }

    /// Whether every match needs a word, a list, an entity or a pattern in the text; `false` for a query that could
    /// match with no word at all, such as `NOT a` or `is:public`.
    pub fn needs_a_leaf(&self) -> bool {
        self.root.needs_a_leaf()
    }

    pub(super) fn root(&self) -> &Node {
        &self.root
    }
}

impl Node {
    fn needs_a_leaf(&self) -> bool {
        match self {
            Self::Phrase(_)
            | Self::List(_)
            | Self::Has(_)
            | Self::Regex(_)
            | Self::Affirmed(_)
            | Self::Near { .. } => true,
            Self::Fact(_) | Self::Not(_) => false,
            Self::And(all) => all.iter().any(Self::needs_a_leaf),
            Self::Or(any) => any.iter().all(Self::needs_a_leaf),
        }
    }

    /// Whether it matches at places of the text, so that something can be near it.
    fn has_a_place(&self) -> bool {
        match self {
            Self::Phrase(_)
            | Self::List(_)
            | Self::Has(_)
            | Self::Regex(_)
            | Self::Affirmed(_)
            | Self::Near { .. } => true,
            Self::Or(any) => any.iter().all(Self::has_a_place),
            Self::Fact(_) | Self::Not(_) | Self::And(_) => false,
        }
    }
}

impl Comparison {
    /// Whether `left` compares so with `right`.
    pub(super) fn holds(self, left: u64, right: u64) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Equal => left == right,
            Self::AtLeast => left >= right,
            Self::More => left > right,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Equal => "=",
            Self::AtLeast => ">=",
            Self::More => ">",
        }
    }
}
