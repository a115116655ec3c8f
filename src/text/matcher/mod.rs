//! All queries of all topics, compiled together and evaluated over one text.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::id::Language;
use crate::text::entities::Entity;
use crate::text::query::Query;
use crate::text::tokens::TokenText;

/// Word lists by name and language, as packs declare them; entries may be words, phrases or `prefix*`.
pub type Lists = BTreeMap<String, BTreeMap<Language, Vec<String>>>;

/// What is known about a message beside its words: what `lang:`, `is:`, `channel:`, `brand:` and `author.*` look at.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// The language it is read in.
    pub language: Option<&'a Language>,
    /// The kind of network.
    pub channel: &'a str,
    /// The brand's name.
    pub brand: &'a str,
    /// Whether everyone can read it.
    pub public: bool,
    /// Whether it answers something that we said.
    pub is_reply: bool,
    /// How many follow the author.
    pub followers: Option<u64>,
    /// Whether the network vouches for the author.
    pub verified: bool,
}

/// A rule that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The number the rule was given.
    pub rule: u32,
    /// How specific the match is: more matched words, closer together, count more.
    pub weight: u32,
    /// The bytes of the original text that made it match, in order, without overlaps.
    pub spans: Vec<Range<usize>>,
}

/// All rules, compiled.
#[derive(Debug, Default)]
pub struct Matcher {}

impl Matcher {
    /// Compiles rules, each with the number under which its hits are reported.
    pub fn new(rules: &[(u32, Query)], lists: &Lists) -> Self {
        let _ = (rules, lists);
        Self {}
    }

    /// Every rule that matches, by rule number.
    pub fn find(&self, text: &TokenText, entities: &[Entity], facts: &Facts<'_>) -> Vec<Hit> {
        let _ = (text, entities, facts);
        Vec::new()
    }
}
