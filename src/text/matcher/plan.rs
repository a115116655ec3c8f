//! Rules as they are evaluated: words are numbers, lists are tables, and each rule knows what it cannot do without.

use std::collections::BTreeMap;

use regex_automata::meta::Regex;

use super::Lists;
use super::vocabulary::WordId;
use crate::model::id::Language;
use crate::text::query::{Fact, Node, Word, compile_regex, words};

/// Words in a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) words: Vec<WordId>,
    /// Which of them is the rarest.
    pub(super) key: usize,
}

impl Row {
    /// The number of its rarest word.
    pub(super) fn key_word(&self) -> WordId {
        self.words[self.key]
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
    Row(Row),
    List(usize),
    Has(String),
    Regex(Box<Regex>),
    Fact(Fact),
    Not(Box<Plan>),
    Affirmed(Box<Plan>),
    And(Vec<Plan>),
    Or(Vec<Plan>),
    Near {
        left: Box<Plan>,
        right: Box<Plan>,
        gap: u32,
        ordered: bool,
    },
}

/// Something without which a rule cannot match.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Leaf {
    Word(WordId),
    Entity(String),
}

/// Leaves of which at least one is seen wherever the rule matches, and how often texts are expected to have one.
#[derive(Debug)]
pub(super) struct Needed {
    pub(super) leaves: Vec<Leaf>,
    frequency: u64,
}

/// Numbers words and lists while rules are compiled.
#[derive(Debug)]
pub(super) struct Compiler<'a> {
    source: &'a Lists,
    pub(super) words: BTreeMap<Word, WordId>,
    /// How often texts are expected to have each word, per million; by word number.
    frequencies: Vec<u64>,
    list_numbers: BTreeMap<String, usize>,
    pub(super) lists: Vec<ListPlan>,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(source: &'a Lists) -> Self {
        Self {
            source,
            words: BTreeMap::new(),
            frequencies: Vec::new(),
            list_numbers: BTreeMap::new(),
            lists: Vec::new(),
        }
    }

    /// Compiles a node.
    pub(super) fn plan(&mut self, node: &Node) -> Plan {
        match node {
            Node::Phrase(words) => Plan::Row(self.row(words)),
            Node::List(name) => Plan::List(self.list(name)),
            Node::Has(kind) => Plan::Has(kind.clone()),
            Node::Regex(pattern) => {
                let regex = compile_regex(pattern).expect("parsing a query compiles its patterns");
                Plan::Regex(Box::new(regex))
            }
            Node::Fact(fact) => Plan::Fact(fact.clone()),
            Node::Not(inner) => Plan::Not(Box::new(self.plan(inner))),
            Node::Affirmed(inner) => Plan::Affirmed(Box::new(self.plan(inner))),
            Node::And(all) => Plan::And(all.iter().map(|node| self.plan(node)).collect()),
            Node::Or(any) => Plan::Or(any.iter().map(|node| self.plan(node)).collect()),
            Node::Near {
                left,
                right,
                gap,
                ordered,
            } => Plan::Near {
                left: Box::new(self.plan(left)),
                right: Box::new(self.plan(right)),
                gap: *gap,
                ordered: *ordered,
            },
        }
    }

    fn row(&mut self, words: &[Word]) -> Row {
        let words: Vec<WordId> = words.iter().map(|word| self.word(word)).collect();
        let key = (0..words.len())
            .min_by_key(|&at| self.frequency(words[at]))
            .unwrap_or(0);
        Row { words, key }
    }

    fn word(&mut self, word: &Word) -> WordId {
        if let Some(&id) = self.words.get(word) {
            return id;
        }
        let id = WordId::try_from(self.frequencies.len()).expect("rules are far smaller than 4 GB");
        self.words.insert(word.clone(), id);
        self.frequencies.push(expected_frequency(word));
        id
    }

    fn frequency(&self, word: WordId) -> u64 {
        self.frequencies[word as usize]
    }

    /// An unknown list matches nothing: the library reports it before rules go live.
    fn list(&mut self, name: &str) -> usize {
        if let Some(&number) = self.list_numbers.get(name) {
            return number;
        }
        let mut plan = ListPlan::default();
        let source = self.source;
        for (language, entries) in source.get(name).into_iter().flatten() {
            let rows: Vec<Row> = entries
                .iter()
                .filter_map(|entry| words(entry).ok())
                .map(|words| self.row(&words))
                .collect();
            plan.all.extend(rows.iter().cloned());
            plan.by_language.insert(language.clone(), sorted(rows));
        }
        plan.all = sorted(plan.all);
        let number = self.lists.len();
        self.lists.push(plan);
        self.list_numbers.insert(name.to_owned(), number);
        number
    }

    /// The rarest leaves that a plan needs; `None` where it can match without any.
    pub(super) fn needed(&self, plan: &Plan) -> Option<Needed> {
        match plan {
            Plan::Row(row) => Some(self.one_of([row])),
            Plan::List(number) => Some(self.one_of(&self.lists[*number].all)),
            Plan::Has(kind) => Some(Needed {
                leaves: vec![Leaf::Entity(kind.clone())],
                frequency: ENTITY_FREQUENCY,
            }),
            Plan::Regex(_) | Plan::Fact(_) | Plan::Not(_) => None,
            Plan::Affirmed(inner) => self.needed(inner),
            Plan::And(all) => all
                .iter()
                .filter_map(|part| self.needed(part))
                .min_by_key(|needed| needed.frequency),
            Plan::Near { left, right, .. } => [left, right]
                .into_iter()
                .filter_map(|part| self.needed(part))
                .min_by_key(|needed| needed.frequency),
            Plan::Or(any) => any.iter().map(|part| self.needed(part)).try_fold(
                Needed {
                    leaves: Vec::new(),
                    frequency: 0,
                },
                |mut union, part| {
                    let part = part?;
                    union.leaves.extend(part.leaves);
                    union.frequency += part.frequency;
                    Some(union)
                },
            ),
        }
    }

    fn one_of<'r>(&self, rows: impl IntoIterator<Item = &'r Row>) -> Needed {
        let mut leaves = Vec::new();
        let mut frequency = 0;
        for row in rows {
            frequency += self.frequency(row.key_word());
            leaves.push(Leaf::Word(row.key_word()));
        }
        Needed { leaves, frequency }
    }
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by(|left, right| (left.key_word(), left).cmp(&(right.key_word(), right)));
    rows.dedup();
    rows
}

/// Entities are about as frequent as an ordinary word of five letters.
const ENTITY_FREQUENCY: u64 = 5_000;

/// How often texts are expected to have a word, per million: short words are frequent in every language, and what
/// leaves letters open matches more. Only the order matters, and only for speed.
fn expected_frequency(word: &Word) -> u64 {
    let (text, open) = match word {
        Word::Exact(text) => (text, 0),
        Word::Prefix(text) => (text, 2),
        Word::Fuzzy(text, _) => (text, 1),
    };
    match text.chars().count().saturating_sub(open) {
        0..=2 => 200_000,
        3 => 60_000,
        4 => 20_000,
        5 => 5_000,
        6 => 2_000,
        _ => 1_000,
    }
}
