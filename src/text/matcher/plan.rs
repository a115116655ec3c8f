//! Rules as they are evaluated: words are numbers, lists are tables, and each rule knows what it cannot do without.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex_automata::meta::Regex;

use super::gate::{LeafId, Needed};
use super::vocabulary::WordId;
use super::{Lists, WordList, frequency};
use crate::model::id::Language;
use crate::text::query::{Fact, Node, Word, words};

/// Words in a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) words: Box<[WordId]>,
    /// Which of them is the rarest.
    pub(super) key: u32,
}

impl Row {
    /// The number of its rarest word.
    pub(super) fn key_word(&self) -> WordId {
        self.words[self.key as usize]
    }
}

/// A word list: its rows sorted by their rarest word, for all languages and for each.
#[derive(Debug, Default)]
pub(super) struct ListPlan {
    all: Vec<Row>,
    by_language: BTreeMap<Language, Vec<Row>>,
}

impl ListPlan {
    /// The rows for a text in `language`: that language's, or all where it is unknown or has none.
    pub(super) fn rows(&self, language: Option<&Language>) -> &[Row] {
        language
            .and_then(|language| self.by_language.get(language))
            .unwrap_or(&self.all)
    }
}

/// A node of a rule, compiled.
#[derive(Debug)]
pub(super) enum Plan {
    Word(WordId),
    Row(Row),
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
    list_numbers: BTreeMap<&'a WordList, u32>,
    pub(super) lists: Vec<ListPlan>,
    pub(super) kinds: Vec<String>,
    pub(super) regexes: Vec<Arc<Regex>>,
    pub(super) facts: Vec<Fact>,
}

impl<'a> Compiler<'a> {
    /// Compiles a node, whose lists are among `lists`. When all are compiled, [`Self::count`] and then
    /// [`Self::arrange`] make them ready.
    pub(super) fn plan(&mut self, node: &Node, lists: &Lists<'a>) -> Plan {
        match node {
            Node::Phrase(words) => match words.as_slice() {
                [word] => Plan::Word(self.word(word)),
                words => Plan::Row(self.row(words)),
            },
            Node::List(name) => Plan::List(self.list(lists.get(name.as_str()).copied())),
            Node::Has(kind) => Plan::Has(place_of(&mut self.kinds, kind)),
            Node::Regex(pattern) => {
                self.regexes.push(Arc::clone(&pattern.regex));
                Plan::Regex(number(self.regexes.len() - 1))
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
        Row {
            words: words.iter().map(|word| self.word(word)).collect(),
            key: 0,
        }
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
            plan.all.extend(rows.iter().cloned());
            plan.by_language.insert(language.clone(), rows);
        }
        let number = number(self.lists.len());
        self.lists.push(plan);
        self.list_numbers.insert(source, number);
        number
    }

    /// Estimates how often texts have each word, and arranges the lists by it.
    pub(super) fn count(&mut self) {
        let all_uses = self.uses.iter().sum();
        self.frequencies = vec![0; self.uses.len()];
        for (word, &id) in &self.words {
            let uses = self.uses[id as usize];
            self.frequencies[id as usize] = frequency::expected(word, uses, all_uses);
        }
        let mut lists = std::mem::take(&mut self.lists);
        for list in &mut lists {
            for rows in std::iter::once(&mut list.all).chain(list.by_language.values_mut()) {
                for row in rows.iter_mut() {
                    self.choose_key(row);
                }
                rows.sort_by(|left, right| (left.key_word(), left).cmp(&(right.key_word(), right)));
                rows.dedup();
                rows.shrink_to_fit();
            }
        }
        self.lists = lists;
    }

    fn choose_key(&self, row: &mut Row) {
        let rarest = (0..)
            .zip(&row.words)
            .min_by_key(|(_, word)| self.frequencies[**word as usize]);
        row.key = rarest.map_or(0, |(place, _)| place);
    }

    /// Chooses the key of each row, and puts first what is decided soonest.
    pub(super) fn arrange(&self, plan: &mut Plan) {
        match plan {
            Plan::Row(row) => self.choose_key(row),
            Plan::And(parts) | Plan::Or(parts) => {
                for part in parts.iter_mut() {
                    self.arrange(part);
                }
            }
            Plan::Near { left, right, .. } => {
                self.arrange(left);
                self.arrange(right);
            }
            Plan::Not(inner) | Plan::Affirmed(inner) => self.arrange(inner),
            Plan::Word(_) | Plan::List(_) | Plan::Has(_) | Plan::Regex(_) | Plan::Fact(_) => {}
        }
        if let Plan::And(all) = plan {
            all.sort_by_key(Plan::effort);
        }
    }

    /// What a plan cannot match without.
    pub(super) fn needed(&self, plan: &Plan) -> Vec<Needed> {
        let mut needed = Vec::new();
        self.add_needed(plan, &mut needed);
        needed
    }

    fn add_needed(&self, plan: &Plan, needed: &mut Vec<Needed>) {
        match plan {
            Plan::Word(word) => needed.push(self.needed_word(*word)),
            Plan::Row(row) => needed.extend(row.words.iter().map(|&word| self.needed_word(word))),
            Plan::List(number) => needed.push(Needed {
                leaves: vec![self.first_list() + number],
                frequency: self.list_frequency(*number),
            }),
            Plan::Has(kind) => needed.push(Needed {
                leaves: vec![self.first_kind() + kind],
                frequency: frequency::ENTITY,
            }),
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

    fn needed_word(&self, word: WordId) -> Needed {
        Needed {
            leaves: vec![word],
            frequency: self.frequencies[word as usize],
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

    fn list_frequency(&self, number: u32) -> u64 {
        let rows = &self.lists[number as usize].all;
        let frequencies = rows
            .iter()
            .map(|row| self.frequencies[row.key_word() as usize]);
        frequencies.sum()
    }

    /// The lists in which each word is the key of a row.
    pub(super) fn lists_of_words(&self) -> Vec<(WordId, u32)> {
        let lists = (0..).zip(&self.lists);
        lists
            .flat_map(|(number, list)| list.all.iter().map(move |row| (row.key_word(), number)))
            .collect()
    }

    // Leaves are numbered: first the words, then the lists, then the kinds of entities.

    /// How many leaves there are.
    pub(super) fn leaves(&self) -> LeafId {
        number(self.words.len() + self.lists.len() + self.kinds.len())
    }

    /// The leaf of the first list.
    pub(super) fn first_list(&self) -> LeafId {
        number(self.words.len())
    }

    /// The leaf of the first kind of entity.
    pub(super) fn first_kind(&self) -> LeafId {
        number(self.words.len() + self.lists.len())
    }
}

impl Plan {
    /// How much work it is to decide, compared with others.
    fn effort(&self) -> u8 {
        match self {
            Self::Fact(_) | Self::Word(_) => 0,
            Self::Row(_) => 1,
            Self::Has(_) => 2,
            Self::List(_) => 3,
            Self::Not(inner) => inner.effort(),
            Self::And(parts) | Self::Or(parts) => {
                4.max(parts.iter().map(Self::effort).max().unwrap_or(0))
            }
            Self::Affirmed(_) | Self::Near { .. } => 5,
            Self::Regex(_) => 6,
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
