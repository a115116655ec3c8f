//! Rules as they are evaluated: words are numbers, lists are tables, and each rule knows what it cannot do without.

use std::collections::{BTreeMap, BTreeSet};

use regex_automata::meta::Regex;

use super::gate::{LeafId, Needed};
use super::postings::{Postings, PostingsBuilder, Row};
use super::vocabulary::WordId;
use super::{Lists, WordList, frequency};
use crate::model::id::Language;
use crate::text::query::{Fact, Node, Pattern, Word, any_of, words};

/// A word list: its rows by language.
type ListPlan = BTreeMap<Language, Vec<Row>>;

/// A node of a rule, compiled.
#[derive(Debug)]
pub(super) enum Plan {
    /// The number of a row.
    Row(u32),
    /// The number of a list.
    List(u32),
    /// The number of a kind of entity.
    Has(u32),
    /// The number of a pattern.
    Regex(u32),
    /// The number of a fact.
    Fact(u32),
    Not(Box<Plan>),
    Affirmed(Box<Plan>),
    /// What is decided soonest comes first.
    And(Vec<Plan>),
    Or(Vec<Plan>),
    Near {
        left: Box<Plan>,
        right: Box<Plan>,
        gap: u32,
        ordered: bool,
    },
}

/// Numbers words, lists and kinds of entities while rules are compiled.
#[derive(Debug, Default)]
pub(super) struct Compiler<'a> {
    pub(super) words: BTreeMap<Word, WordId>,
    /// In how many places rules ask for each word; by word number.
    uses: Vec<u32>,
    /// In how many texts of a million each word is expected; by word number.
    frequencies: Vec<u64>,
    /// The same for each leaf.
    leaf_frequencies: Vec<u64>,
    rows: BTreeMap<Row, u32>,
    list_numbers: BTreeMap<&'a WordList, u32>,
    lists: Vec<ListPlan>,
    pub(super) kinds: Vec<String>,
    pub(super) patterns: Vec<Pattern>,
    pub(super) facts: Vec<Fact>,
}

impl<'a> Compiler<'a> {
    /// Compiles a node, whose lists are among `lists`. When all are compiled, [`Self::count`] comes next.
    pub(super) fn plan(&mut self, node: &Node, lists: &Lists<'a>) -> Plan {
        match node {
            Node::Phrase(words) => {
                let row = self.row(words);
                let next = number(self.rows.len());
                Plan::Row(*self.rows.entry(row).or_insert(next))
            }
            Node::List(name) => Plan::List(self.list(lists.get(name.as_str()).copied())),
            Node::Has(kind) => Plan::Has(place_of(&mut self.kinds, kind)),
            Node::Regex(pattern) => {
                self.patterns.push(pattern.clone());
                Plan::Regex(number(self.patterns.len() - 1))
            }
            Node::Fact(fact) => Plan::Fact(place_of(&mut self.facts, fact)),
            Node::Not(inner) => Plan::Not(Box::new(self.plan(inner, lists))),
            Node::Affirmed(inner) => Plan::Affirmed(Box::new(self.plan(inner, lists))),
            Node::And(all) => Plan::And(all.iter().map(|node| self.plan(node, lists)).collect()),
            Node::Or(any) => Plan::Or(any.iter().map(|node| self.plan(node, lists)).collect()),
            Node::Near {
                left,
                right,
                gap,
                ordered,
            } => Plan::Near {
                left: Box::new(self.plan(left, lists)),
                right: Box::new(self.plan(right, lists)),
                gap: *gap,
                ordered: *ordered,
            },
        }
    }

    fn row(&mut self, words: &[Word]) -> Row {
        words.iter().map(|word| self.word(word)).collect()
    }

    fn word(&mut self, word: &Word) -> WordId {
        let id = if let Some(&id) = self.words.get(word) {
            id
        } else {
            let id = number(self.uses.len());
            self.words.insert(word.clone(), id);
            self.uses.push(0);
            id
        };
        self.uses[id as usize] += 1;
        id
    }

    /// Packs that build on each other see the same lists, which are compiled once. An unknown list matches nothing: the
    /// library reports it before rules go live.
    fn list(&mut self, source: Option<&'a WordList>) -> u32 {
        let source = source.unwrap_or_default();
        if let Some(&number) = self.list_numbers.get(source) {
            return number;
        }
        let mut plan = ListPlan::default();
        for (language, entries) in source {
            let rows: Vec<Row> = entries
                .iter()
                .filter_map(|entry| words(entry).ok())
                .map(|words| self.row(&words))
                .collect();
            plan.insert(language.clone(), rows);
        }
        let number = number(self.lists.len());
        self.lists.push(plan);
        self.list_numbers.insert(source, number);
        number
    }

    /// Estimates how often texts have each word.
    pub(super) fn count(&mut self) {
        let all_uses = self.uses.iter().sum();
        self.frequencies = vec![0; self.uses.len()];
        for (word, &id) in &self.words {
            let uses = self.uses[id as usize];
            self.frequencies[id as usize] = frequency::expected(word, uses, all_uses);
        }
        let mut frequencies = vec![frequency::ENTITY; self.leaves() as usize];
        for (row, &leaf) in &self.rows {
            frequencies[leaf as usize] = self.row_frequency(row);
        }
        for (leaf, list) in (self.first_list() as usize..).zip(&self.lists) {
            let rows = list.values().flatten();
            frequencies[leaf] = rows.map(|row| self.row_frequency(row)).sum();
        }
        self.leaf_frequencies = frequencies;
    }

    /// The rows of all rules and lists, each under its rarest word.
    pub(super) fn postings(&self) -> Postings {
        let languages: BTreeSet<&Language> = self.lists.iter().flat_map(BTreeMap::keys).collect();
        let mut builder = PostingsBuilder::new(languages.into_iter().cloned().collect());
        for (row, &leaf) in &self.rows {
            builder.add_everywhere(leaf, row);
        }
        for (leaf, list) in (self.first_list()..).zip(&self.lists) {
            builder.add_list(leaf, list);
        }
        builder.build(self.words.len(), |row| self.key(row))
    }

    /// All patterns in one that can match at the start of a text only.
    pub(super) fn opening(&self) -> Option<Regex> {
        let opening = self.patterns.iter().filter(|pattern| pattern.opens);
        any_of(&opening.collect::<Vec<_>>())
    }

    /// Which of the words is the rarest.
    fn key(&self, row: &[WordId]) -> usize {
        let words = row.iter().enumerate();
        let rarest = words.min_by_key(|&(_, &word)| self.frequencies[word as usize]);
        rarest.map_or(0, |(place, _)| place)
    }

    /// How often the rarest word is expected; several in a row are rarer than each of them.
    fn row_frequency(&self, row: &[WordId]) -> u64 {
        let words = row.iter().map(|&word| self.frequencies[word as usize]);
        let rarest = words.min().unwrap_or(0);
        if row.len() == 1 { rarest } else { rarest / 4 }
    }

    /// What a plan cannot match without.
    pub(super) fn needed(&self, plan: &Plan) -> Vec<Needed> {
        let mut needed = Vec::new();
        self.add_needed(plan, &mut needed);
        needed
    }

    fn add_needed(&self, plan: &Plan, needed: &mut Vec<Needed>) {
        match plan {
            Plan::Row(row) => needed.push(self.needed_leaf(*row)),
            Plan::List(list) => needed.push(self.needed_leaf(self.first_list() + list)),
            Plan::Has(kind) => needed.push(self.needed_leaf(self.first_kind() + kind)),
            Plan::Regex(_) | Plan::Fact(_) | Plan::Not(_) => {}
            Plan::Affirmed(inner) => self.add_needed(inner, needed),
            Plan::And(all) => all.iter().for_each(|part| self.add_needed(part, needed)),
            Plan::Near { left, right, .. } => {
                self.add_needed(left, needed);
                self.add_needed(right, needed);
            }
            Plan::Or(any) => needed.extend(self.needed_of_any(any)),
        }
    }

    fn needed_leaf(&self, leaf: LeafId) -> Needed {
        Needed {
            leaves: vec![leaf],
            frequency: self.leaf_frequencies[leaf as usize],
        }
    }

    /// Of each alternative the rarest, joined; nothing where one of them can do without any.
    fn needed_of_any(&self, any: &[Plan]) -> Option<Needed> {
        let mut union = Needed {
            leaves: Vec::new(),
            frequency: 0,
        };
        for part in any {
            let rarest = self
                .needed(part)
                .into_iter()
                .min_by_key(|needed| needed.frequency)?;
            union.leaves.extend(rarest.leaves);
            union.frequency += rarest.frequency;
        }
        union.leaves.sort_unstable();
        union.leaves.dedup();
        Some(union)
    }

    // Leaves are numbered: first the rows of rules, then the lists, then the kinds of entities.

    /// How many leaves there are.
    pub(super) fn leaves(&self) -> LeafId {
        number(self.rows.len() + self.lists.len() + self.kinds.len())
    }

    /// The leaf of the first list.
    pub(super) fn first_list(&self) -> LeafId {
        number(self.rows.len())
    }

    /// The leaf of the first kind of entity.
    pub(super) fn first_kind(&self) -> LeafId {
        number(self.rows.len() + self.lists.len())
    }
}

impl Plan {
    /// Puts first what is decided soonest.
    pub(super) fn arrange(&mut self) {
        match self {
            Self::And(parts) => {
                parts.iter_mut().for_each(Self::arrange);
                parts.sort_by_key(Self::effort);
            }
            Self::Or(parts) => parts.iter_mut().for_each(Self::arrange),
            Self::Near { left, right, .. } => {
                left.arrange();
                right.arrange();
            }
            Self::Not(inner) | Self::Affirmed(inner) => inner.arrange(),
            Self::Row(_) | Self::List(_) | Self::Has(_) | Self::Regex(_) | Self::Fact(_) => {}
        }
    }

    /// How much work it is to decide, compared with others.
    fn effort(&self) -> u8 {
        match self {
            Self::Row(_) | Self::List(_) | Self::Has(_) => 0,
            Self::Fact(_) => 1,
            Self::Not(inner) => inner.effort(),
            Self::And(parts) | Self::Or(parts) => {
                2.max(parts.iter().map(Self::effort).max().unwrap_or(0))
            }
            Self::Affirmed(_) | Self::Near { .. } => 3,
            Self::Regex(_) => 4,
        }
    }
}

/// The place of an item, which is added where it is new; there are few.
fn place_of<T: Clone + PartialEq>(items: &mut Vec<T>, item: &T) -> u32 {
    let place = items.iter().position(|other| other == item);
    number(place.unwrap_or_else(|| {
        items.push(item.clone());
        items.len() - 1
    }))
}

fn number(place: usize) -> u32 {
    u32::try_from(place).expect("rules are far smaller than 4 GB")
}
