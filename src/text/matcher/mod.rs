//! All queries of all topics, compiled together and evaluated over one text.

//!
//! Every token is looked up once. A rule is evaluated only when the rarest of the leaves it cannot do without was seen,
//! and all the others may have been, so ten times the rules cost far less than ten times the time.

mod code;
mod cues;
mod distance;
mod evaluate;
mod frequency;
mod fuzzy;
mod gate;
mod plan;
mod spots;
mod table;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use regex_automata::meta::Regex;
use smallvec::SmallVec;

use self::code::Codebook;
use self::evaluate::{Evaluation, Seen, SeenWords};
use self::gate::{Gates, LeafId, LeafSet};
use self::plan::{Compiler, ListPlan, Plan};
use self::table::Postings;
use self::vocabulary::{Vocabulary, WordId};
use crate::model::id::Language;
use crate::text::entities::Entity;
use crate::text::query::{Fact, Query};
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
    /// For each word, the lists in which it is the key of a row.
    lists_of_words: Postings,
    first_list: LeafId,
    first_kind: LeafId,
    /// The leaf that every text has.
    always: LeafId,
    gates: Gates,
    code: Codebook,
}

/// What the code of rules refers to by number.
#[derive(Debug)]
struct Parts {
    lists: Vec<ListPlan>,
    kinds: Vec<String>,
    regexes: Vec<Arc<Regex>>,
    facts: Vec<Fact>,
}

/// Leaves, lists or rules that a text brings up; a message brings up few.
type Numbers = SmallVec<[u32; 32]>;

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
        let mut code = Codebook::default();
        let mut needed = Vec::with_capacity(plans.len());
        for (rule, plan) in rules.iter().zip(&mut plans) {
            compiler.arrange(plan);
            code.push(rule.scope, plan);
            needed.push(compiler.needed(plan));
        }
        Self {
            vocabulary: Vocabulary::new(&compiler.words),
            lists_of_words: Postings::new(compiler.words.len(), compiler.lists_of_words()),
            first_list: compiler.first_list(),
            first_kind: compiler.first_kind(),
            always: compiler.leaves(),
            gates: Gates::new(compiler.leaves(), needed),
            code,
            parts: Parts {
                lists: compiler.lists,
                kinds: compiler.kinds,
                regexes: compiler.regexes,
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
        let words = self.words(text);
        let mut leaves: Numbers = words.iter().map(|seen| seen.word()).collect();
        leaves.dedup();
        let lists = self.lists(&leaves);
        leaves.extend(lists.iter().map(|number| self.first_list + number));
        let kinds = (self.first_kind..).zip(&self.parts.kinds);
        let kinds = kinds.filter(|(_, kind)| entities.iter().any(|entity| entity.kind == **kind));
        leaves.extend(kinds.map(|(leaf, _)| leaf));
        let awake = self.awake(&leaves);
        if awake.is_empty() {
            return Vec::new();
        }
        let evaluation = Evaluation::new(&self.parts, text, entities, facts, words, &lists);
        let mut hits = Vec::new();
        for place in awake {
            let (scope, code) = self.code.get(place);
            if scopes.contains(&scope) {
                hits.extend(evaluation.hit(place, code));
            }
        }
        hits
    }

    /// The words of the rules that stand in a text, and where, sorted.
    fn words(&self, text: &TokenText) -> SeenWords {
        let mut words = SeenWords::new();
        for token in text.tokens() {
            let forms = [Some(token.text), token.short];
            for form in forms.into_iter().flatten() {
                self.vocabulary
                    .look_up(form, |word| words.push(Seen::new(word, token.place)));
            }
        }
        words.sort_unstable();
        words.dedup();
        words
    }

    /// The lists that have a row with one of the words as its key, sorted.
    fn lists(&self, words: &[WordId]) -> Numbers {
        let mut lists = Numbers::new();
        for &word in words {
            lists.extend_from_slice(self.lists_of_words.get(word));
        }
        lists.sort_unstable();
        lists.dedup();
        lists
    }

    /// The rules that are worth evaluating, sorted.
    fn awake(&self, leaves: &[LeafId]) -> Numbers {
        let seen: LeafSet = leaves.iter().copied().collect();
        let mut awake = Numbers::new();
        for &leaf in leaves {
            self.gates.wake(leaf, &seen, |place| awake.push(place));
        }
        self.gates
            .wake(self.always, &seen, |place| awake.push(place));
        awake.sort_unstable();
        awake.dedup();
        awake
    }
}
