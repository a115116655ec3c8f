//! All queries of all topics, compiled together and evaluated over one text.

//!
//! Every token is looked up once. A rule is evaluated only when the rarest of the leaves it cannot do without was seen,
//! so ten times the rules cost far less than ten times the time.

mod cues;
mod distance;
mod evaluate;
mod plan;
mod spots;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::collections::BTreeMap;
use std::ops::Range;

use self::evaluate::Evaluation;
use self::plan::{Compiler, Leaf, ListPlan, Plan};
use self::vocabulary::Vocabulary;
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
pub struct Matcher {
    vocabulary: Vocabulary,
    lists: Vec<ListPlan>,
    rules: Vec<(u32, Plan)>,
    /// For each word, the rules to evaluate when it is seen, as places in `rules`.
    woken_by_word: Vec<Vec<u32>>,
    /// For each kind of entity, the same.
    woken_by_entity: BTreeMap<String, Vec<u32>>,
    /// Rules that can match with no word at all.
    always: Vec<u32>,
}

impl Matcher {
    /// Compiles rules, each with the number under which its hits are reported.
    pub fn new(rules: &[(u32, Query)], lists: &Lists) -> Self {
        let mut compiler = Compiler::new(lists);
        let mut rules: Vec<(u32, Plan)> = rules
            .iter()
            .map(|(number, query)| (*number, compiler.plan(query.root())))
            .collect();
        rules.sort_by_key(|(number, _)| *number);
        let mut matcher = Self {
            vocabulary: Vocabulary::new(&compiler.words),
            woken_by_word: vec![Vec::new(); compiler.words.len()],
            ..Self::default()
        };
        for (place, (_, plan)) in (0..).zip(&rules) {
            matcher.wake(place, compiler.needed(plan).map(|needed| needed.leaves));
        }
        matcher.rules = rules;
        matcher.lists = compiler.lists;
        matcher
    }

    /// Notes what wakes the rule at `place`.
    fn wake(&mut self, place: u32, leaves: Option<Vec<Leaf>>) {
        let Some(mut leaves) = leaves else {
            self.always.push(place);
            return;
        };
        leaves.sort();
        leaves.dedup();
        for leaf in leaves {
            match leaf {
                Leaf::Word(word) => self.woken_by_word[word as usize].push(place),
                Leaf::Entity(kind) => self.woken_by_entity.entry(kind).or_default().push(place),
            }
        }
    }

    /// Every rule that matches, by rule number.
    pub fn find(&self, text: &TokenText, entities: &[Entity], facts: &Facts<'_>) -> Vec<Hit> {
        let evaluation = Evaluation::new(&self.vocabulary, &self.lists, text, entities, facts);
        let mut awake = self.always.clone();
        for seen in evaluation.seen.chunk_by(|left, right| left.0 == right.0) {
            awake.extend(&self.woken_by_word[seen[0].0 as usize]);
        }
        for entity in entities {
            awake.extend(
                self.woken_by_entity
                    .get(entity.kind.as_ref())
                    .into_iter()
                    .flatten(),
            );
        }
        awake.sort_unstable();
        awake.dedup();
        awake
            .into_iter()
            .filter_map(|place| {
                let (number, plan) = &self.rules[place as usize];
                evaluation.hit(*number, plan)
            })
            .collect()
    }
}
