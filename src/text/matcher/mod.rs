//! All queries of all topics, compiled together and evaluated over one text.

//!
//! Every token is looked up once. A rule is evaluated only when the rarest of the leaves it cannot do without was seen,
//! and all the others may have been, so ten times the rules cost far less than ten times the time.

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

use self::evaluate::{Evaluation, SeenList};
use self::gate::{Gate, LeafId, LeafSet};
use self::plan::{Compiler, ListPlan, Plan};
use self::table::Postings;
use self::vocabulary::{Vocabulary, WordId};
use crate::model::id::Language;
use crate::text::entities::Entity;
use crate::text::query::Query;
use crate::text::tokens::TokenText;

/// A word list by language; entries may be words, phrases or `prefix*`.
pub type WordList = [(Language, Vec<String>)];

/// The word lists that the rules of a scope can name.
pub type Lists<'a> = BTreeMap<&'a str, &'a WordList>;

/// A rule to be compiled.
#[derive(Debug, Clone, Copy)]
pub struct Rule<'a> {
    /// The number under which its hits are reported.
    pub number: u32,
    /// Where it belongs: the place of its lists among those that are compiled with it.
    pub scope: u32,
    /// What it says.
    pub query: &'a Query,
}

/// What is known about a message beside its words: what `lang:`, `is:`, `channel:`, `brand:` and `author.*` look at.
#[derive(Debug, Clone)]
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
    /// The number the rule was given.
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
    lists: Vec<ListPlan>,
    /// For each word, the lists in which it is the key of a row.
    lists_of_words: Postings,
    first_list: LeafId,
    kinds: BTreeMap<String, LeafId>,
    /// For each leaf, the rules to look at when it is seen, as places in `gates` and `rules`.
    woken: Postings,
    /// Rules that can match with no leaf at all.
    always: Vec<u32>,
    gates: Vec<Gate>,
    /// Numbers and plans, sorted by number.
    rules: Vec<(u32, Plan)>,
}

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
        let mut sorted = rules.to_vec();
        sorted.sort_by_key(|rule| rule.number);
        let mut plans: Vec<(u32, Plan)> = sorted
            .iter()
            .map(|rule| {
                let lists = &scopes[rule.scope as usize];
                (rule.number, compiler.plan(rule.query.root(), lists))
            })
            .collect();
        compiler.count();
        let mut gates = Vec::with_capacity(plans.len());
        let mut woken = Vec::new();
        let mut always = Vec::new();
        for (place, (rule, (_, plan))) in (0..).zip(sorted.iter().zip(&mut plans)) {
            compiler.arrange(plan);
            let mut needed = Vec::new();
            compiler.add_needed(plan, &mut needed);
            let (gate, woken_by) = Gate::new(rule.scope, needed);
            gates.push(gate);
            match woken_by {
                Some(leaves) => woken.extend(leaves.into_iter().map(|leaf| (leaf, place))),
                None => always.push(place),
            }
        }
        Self {
            vocabulary: Vocabulary::new(&compiler.words),
            lists_of_words: Postings::new(compiler.words.len(), compiler.lists_of_words()),
            first_list: compiler.first_list(),
            kinds: compiler.kind_leaves(),
            woken: Postings::new(compiler.leaves(), woken),
            always,
            gates,
            rules: plans,
            lists: compiler.lists,
        }
    }

    /// Every rule of `scopes` that matches, by rule number.
    pub fn find(
        &self,
        text: &TokenText,
        entities: &[Entity],
        facts: &Facts<'_>,
        scopes: &[u32],
    ) -> Vec<Hit> {
        let words = self.words(text);
        let mut leaves: Vec<LeafId> = words.iter().map(|&(word, _)| word).collect();
        leaves.dedup();
        let lists = self.lists(&leaves);
        leaves.extend(lists.iter().map(|number| self.first_list + number));
        let kinds = entities
            .iter()
            .filter_map(|entity| self.kinds.get(entity.kind.as_ref()));
        leaves.extend(kinds);
        let awake = self.awake(&leaves, scopes);
        if awake.is_empty() {
            return Vec::new();
        }
        let lists = lists
            .into_iter()
            .map(|number| SeenList::new(number, &self.lists[number as usize]));
        let evaluation = Evaluation::new(text, entities, facts, words, lists.collect());
        awake
            .into_iter()
            .filter_map(|place| {
                let (number, plan) = &self.rules[place as usize];
                evaluation.hit(*number, plan)
            })
            .collect()
    }

    /// The words of the rules that stand in a text, and where, sorted.
    fn words(&self, text: &TokenText) -> Vec<(WordId, u32)> {
        let mut words = Vec::with_capacity(text.tokens().len());
        for token in text.tokens() {
            let forms = [Some(token.text), token.short];
            for form in forms.into_iter().flatten() {
                self.vocabulary
                    .look_up(form, |word| words.push((word, token.place)));
            }
        }
        words.sort_unstable();
        words.dedup();
        words
    }

    /// The lists that have a row with one of the words as its key, sorted.
    fn lists(&self, words: &[WordId]) -> Vec<u32> {
        let mut lists = Vec::new();
        for &word in words {
            lists.extend_from_slice(self.lists_of_words.get(word));
        }
        lists.sort_unstable();
        lists.dedup();
        lists
    }

    /// The rules of `scopes` that are worth evaluating, sorted.
    fn awake(&self, leaves: &[LeafId], scopes: &[u32]) -> Vec<u32> {
        let seen: LeafSet = leaves.iter().copied().collect();
        let woken = leaves.iter().flat_map(|&leaf| self.woken.get(leaf));
        let mut awake: Vec<u32> = woken
            .chain(&self.always)
            .copied()
            .filter(|&place| {
                let gate = &self.gates[place as usize];
                gate.lets_pass(seen) && scopes.contains(&gate.scope)
            })
            .collect();
        awake.sort_unstable();
        awake.dedup();
        awake
    }
}
