//! All queries of all topics, compiled together and evaluated over one text.
//!
//! Every token is looked up once. A rule is evaluated only when the rarest of the leaves it cannot do without was seen,
//! and all the others may have been, so ten times the rules cost far less than ten times the time.

mod code;
mod cues;
mod distance;
mod evaluate;
mod found;
mod frequency;
mod fuzzy;
mod gate;
mod plan;
mod postings;
mod spots;
mod table;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::collections::BTreeMap;
use std::ops::Range;

use regex_automata::meta::Regex;
use smallvec::SmallVec;

use self::code::Codebook;
use self::evaluate::Evaluation;
use self::found::{Found, Words};
use self::gate::{Gates, LeafId};
use self::plan::{Compiler, Plan};
use self::postings::Postings;
use self::vocabulary::Vocabulary;
use crate::model::id::Language;
use crate::text::entities::Entity;
use crate::text::query::{Fact, Pattern, Query};
use crate::text::tokens::TokenText;

/// A word list by language; entries may be words, phrases or `prefix*`.
pub type WordList = [(Language, Vec<String>)];

/// The word lists that the rules of a scope can name.
pub type Lists<'a> = BTreeMap<&'a str, &'a WordList>;

/// A rule to be compiled.
#[derive(Debug, Clone, Copy)]
pub struct Rule<'a> {
    /// Where it belongs: the place of its lists among those that are compiled with it.
    pub scope: u32,
    /// What it says.
    pub query: &'a Query,
}

/// What is known about a message beside its words: what `lang:`, `is:`, `channel:`, `brand:` and `author.*` look at.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a condition of its own that a rule may ask for"
)]
pub struct Facts<'a> {
    /// The language it is read in.
    pub language: Option<&'a Language>,
    /// Whether it is in a language that the brand does not speak: what `lang:other` looks at.
    pub other_language: bool,
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
    /// The place of the rule among those that were compiled.
    pub rule: u32,
    /// How specific the match is: more matched words, closer together, count more.
    pub weight: u32,
    /// The bytes of the original text that made it match, in order, without overlaps.
    pub spans: Vec<Range<usize>>,
}

/// All rules, compiled.
#[derive(Debug)]
pub struct Matcher {
    vocabulary: Vocabulary,
    parts: Parts,
    postings: Postings,
    first_kind: LeafId,
    /// The leaf that every text has.
    always: LeafId,
    gates: Gates,
    code: Codebook,
}

/// What the code of rules refers to by number.
#[derive(Debug)]
struct Parts {
    kinds: Vec<String>,
    patterns: Vec<Pattern>,
    /// Matches where any pattern does that can match at the start of a text only: most texts are none of theirs.
    opening: Option<Regex>,
    facts: Vec<Fact>,
}

/// Rules that a text wakes; a message wakes few.
type Rules = SmallVec<[u32; 32]>;

impl Default for Matcher {
    /// One without rules.
    fn default() -> Self {
        Self::new(&[], &[])
    }
}

impl Matcher {
    /// Compiles rules; the lists that a rule names are looked up in `scopes`, at the place that is its scope.
    pub fn new(rules: &[Rule<'_>], scopes: &[Lists<'_>]) -> Self {
        let mut compiler = Compiler::default();
        let mut plans: Vec<Plan> = rules
            .iter()
            .map(|rule| compiler.plan(rule.query.root(), &scopes[rule.scope as usize]))
            .collect();
        compiler.count();
        let mut code = Codebook::new(compiler.first_list());
        let mut needed = Vec::with_capacity(plans.len());
        for (rule, plan) in rules.iter().zip(&mut plans) {
            plan.arrange();
            code.push(rule.scope, plan);
            needed.push(compiler.needed(plan));
        }
        let opening = compiler.opening();
        Self {
            vocabulary: Vocabulary::new(&compiler.words),
            postings: compiler.postings(),
            first_kind: compiler.first_kind(),
            always: compiler.leaves(),
            gates: Gates::new(compiler.leaves(), needed),
            code,
            parts: Parts {
                kinds: compiler.kinds,
                opening,
                patterns: compiler.patterns,
                facts: compiler.facts,
            },
        }
    }

    /// Every rule of `scopes` that matches, in the order in which they were compiled.
    pub fn find(
        &self,
        text: &TokenText,
        entities: &[Entity],
        facts: &Facts<'_>,
        scopes: &[u32],
    ) -> Vec<Hit> {
        let found = self.leaves(text, entities, facts.language);
        let awake = self.awake(&found);
        if awake.is_empty() {
            return Vec::new();
        }
        let evaluation = Evaluation::new(&self.parts, text, entities, facts, &found);
        let mut hits = Vec::new();
        for place in awake {
            let (scope, code) = self.code.get(place);
            if scopes.contains(&scope) {
                hits.extend(evaluation.hit(place, code));
            }
        }
        hits
    }

    /// The leaves of the rules that a text has.
    fn leaves(&self, text: &TokenText, entities: &[Entity], language: Option<&Language>) -> Found {
        let words = Words::new(&self.vocabulary, text);
        let mut found = Found::default();
        self.postings
            .find(&words, language, |leaf, spot| found.add(leaf, spot));
        for (leaf, kind) in (self.first_kind..).zip(&self.parts.kinds) {
            if entities.iter().any(|entity| entity.kind == *kind) {
                found.add_without_place(leaf);
            }
        }
        found
    }

    /// The rules that are worth evaluating, sorted.
    fn awake(&self, found: &Found) -> Rules {
        let mut awake = Rules::new();
        for leaf in found.leaves().chain([self.always]) {
            self.gates
                .wake(leaf, found.set(), |place| awake.push(place));
        }
        awake.sort_unstable();
        awake.dedup();
        awake
    }
}
