//! Rules in the form in which they are evaluated: numbers in one piece of memory, so that a rule of a few leaves is one
//! look at it.
//!
//! A node begins with a number whose high bits say what it is. What it is made of follows.

use super::gate::LeafId;
use super::plan::Plan;

/// A node of a rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code<'a>(&'a [u32]);

/// What a node says.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// A row or a list.
    Leaf(LeafId),
    /// The number of a kind of entity.
    Has(u32),
    /// The number of a pattern.
    Regex(u32),
    /// The number of a fact.
    Fact(u32),
    Not(Code<'a>),
    Affirmed(Code<'a>),
    And(Codes<'a>),
    Or(Codes<'a>),
    Near(Near<'a>),
}

/// Two nodes that must be near each other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Near<'a> {
    pub(super) left: Code<'a>,
    pub(super) right: Code<'a>,
    pub(super) gap: u32,
    pub(super) ordered: bool,
}

/// Nodes side by side.
#[derive(Debug, Clone)]
pub(super) struct Codes<'a>(&'a [u32]);

impl<'a> Iterator for Codes<'a> {
    type Item = Code<'a>;

    fn next(&mut self) -> Option<Code<'a>> {
        let first = Code(self.0);
        (!self.0.is_empty()).then(|| {
            let (node, rest) = self.0.split_at(first.len());
            self.0 = rest;
            Code(node)
        })
    }
}

/// The low bits of a first number, which say more about the node.
const MORE: u32 = (1 << 28) - 1;

const LEAF: u32 = 0;
const HAS: u32 = 1;
const REGEX: u32 = 2;
const FACT: u32 = 3;
const NOT: u32 = 4;
const AND: u32 = 5;
const OR: u32 = 6;
const NEAR: u32 = 7;
const BEFORE: u32 = 8;
const AFFIRMED: u32 = 9;

impl<'a> Code<'a> {
    /// How many numbers the node that begins here takes.
    fn len(self) -> usize {
        let more = (self.0[0] & MORE) as usize;
        match self.0[0] >> 28 {
            LEAF | HAS | REGEX | FACT => 1,
            _ => 1 + more,
        }
    }

    /// What the node says.
    pub(super) fn step(self) -> Step<'a> {
        let more = self.0[0] & MORE;
        let inner = &self.0[1..];
        match self.0[0] >> 28 {
            LEAF => Step::Leaf(more),
            HAS => Step::Has(more),
            REGEX => Step::Regex(more),
            FACT => Step::Fact(more),
            NOT => Step::Not(Code(inner)),
            AFFIRMED => Step::Affirmed(Code(inner)),
            AND => Step::And(Codes(inner)),
            OR => Step::Or(Codes(inner)),
            sign => {
                let (left, right) = inner[1..].split_at(Code(&inner[1..]).len());
                Step::Near(Near {
                    left: Code(left),
                    right: Code(right),
                    gap: inner[0],
                    ordered: sign == BEFORE,
                })
            }
        }
    }
}

/// The code of all rules, one behind the other, each after its scope.
#[derive(Debug)]
pub(super) struct Codebook {
    /// The leaf of the first list.
    first_list: LeafId,
    numbers: Vec<u32>,
    ends: Vec<u32>,
}

impl Codebook {
    /// One without rules, in which the lists are the leaves from `first_list` on.
    pub(super) fn new(first_list: LeafId) -> Self {
        Self {
            first_list,
            numbers: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Adds the next rule.
    pub(super) fn push(&mut self, scope: u32, plan: &Plan) {
        self.numbers.push(scope);
        self.write(plan);
        self.ends.push(number(self.numbers.len()));
    }

    /// The scope and the code of the rule that was added after `place` others.
    pub(super) fn get(&self, place: u32) -> (u32, Code<'_>) {
        let place = place as usize;
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        let rule = &self.numbers[start as usize..self.ends[place] as usize];
        (rule[0], Code(&rule[1..]))
    }

    fn write(&mut self, plan: &Plan) {
        match plan {
            Plan::Row(row) => self.write_first(LEAF, *row),
            Plan::List(list) => self.write_first(LEAF, self.first_list + list),
            Plan::Has(kind) => self.write_first(HAS, *kind),
            Plan::Regex(regex) => self.write_first(REGEX, *regex),
            Plan::Fact(fact) => self.write_first(FACT, *fact),
            Plan::Not(inner) => self.write_around(NOT, |code| code.write(inner)),
            Plan::Affirmed(inner) => self.write_around(AFFIRMED, |code| code.write(inner)),
            Plan::And(all) => self.write_around(AND, |code| code.write_all(all)),
            Plan::Or(any) => self.write_around(OR, |code| code.write_all(any)),
            Plan::Near {
                left,
                right,
                gap,
                ordered,
            } => self.write_around(if *ordered { BEFORE } else { NEAR }, |code| {
                code.numbers.push(*gap);
                code.write(left);
                code.write(right);
            }),
        }
    }

    fn write_all(&mut self, plans: &[Plan]) {
        for plan in plans {
            self.write(plan);
        }
    }

    fn write_first(&mut self, sign: u32, more: u32) {
        assert!(more <= MORE, "rules are far smaller than a gigabyte");
        self.numbers.push(sign << 28 | more);
    }

    /// Writes a node whose first number says how many more it takes.
    fn write_around(&mut self, sign: u32, inner: impl FnOnce(&mut Self)) {
        let first = self.numbers.len();
        self.numbers.push(0);
        inner(self);
        let more = number(self.numbers.len() - first - 1);
        assert!(more <= MORE, "rules are far smaller than a gigabyte");
        self.numbers[first] = sign << 28 | more;
    }
}

fn number(place: usize) -> u32 {
    u32::try_from(place).expect("rules are far smaller than 4 GB")
}
