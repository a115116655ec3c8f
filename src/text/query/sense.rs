//! What can be told of rules without a text: that one never matches, that one matches whenever another does.
//!
//! Both only look at how the rules are written, so a "no" may be wrong and a "yes" never is.

use super::{Fact, Node, Query, Word};

/// Most comparisons of one question; a rule that needs more is given up on.
const STEPS_MAX: u32 = 10_000;

impl Query {
    /// Two parts that no text can both satisfy, where the rule asks for both, as they are written.
    pub fn contradiction(&self) -> Option<(String, String)> {
        let mut steps = STEPS_MAX;
        let (one, other) = contradiction(&self.root, &mut steps)?;
        Some((one.to_string(), other.to_string()))
    }

    /// Whether `other` matches every text that this one matches.
    pub fn implies(&self, other: &Self) -> bool {
        implies(&self.root, &other.root, &mut STEPS_MAX.clone())
    }
}

/// Parts of `node` that exclude each other.
fn contradiction(node: &Node, steps: &mut u32) -> Option<(Node, Node)> {
    match node {
        Node::And(all) => {
            let inner = all.iter().find_map(|part| contradiction(part, steps));
            inner.or_else(|| among(all, steps))
        }
        // Only where every alternative fails, and then the first is as good an example as any.
        Node::Or(any) => {
            let mut found = any.iter().map(|part| contradiction(part, steps));
            let first = found.next()?;
            if found.all(|other| other.is_some()) {
                first
            } else {
                None
            }
        }
        Node::Near { left, right, .. } => {
            contradiction(left, steps).or_else(|| contradiction(right, steps))
        }
        Node::Affirmed(inner) => contradiction(inner, steps),
        _ => None,
    }
}

/// Of parts that are asked for together, two that exclude each other.
fn among(all: &[Node], steps: &mut u32) -> Option<(Node, Node)> {
    for (at, one) in all.iter().enumerate() {
        for other in &all[..at] {
            for (wanted, refused) in [(one, other), (other, one)] {
                if let Node::Not(inner) = refused
                    && implies(wanted, inner, steps)
                {
                    return Some((wanted.clone(), refused.clone()));
                }
            }
            if let (Node::Fact(first), Node::Fact(second)) = (other, one)
                && exclude_each_other(first, second)
            {
                return Some((other.clone(), one.clone()));
            }
        }
    }
    None
}

fn exclude_each_other(one: &Fact, other: &Fact) -> bool {
    match (one, other) {
        (Fact::Public, Fact::Private) | (Fact::Private, Fact::Public) => true,
        (Fact::Language(one), Fact::Language(other)) => one != other,
        (Fact::Channel(one), Fact::Channel(other)) | (Fact::Brand(one), Fact::Brand(other)) => {
            !one.eq_ignore_ascii_case(other)
        }
        _ => false,
    }
}

/// Whether `other` holds wherever `one` does.
fn implies(one: &Node, other: &Node, steps: &mut u32) -> bool {
    let Some(left) = steps.checked_sub(1) else {
        return false;
    };
    *steps = left;
    if one == other {
        return true;
    }
    match (one, other) {
        (Node::Or(any), _) => any.iter().all(|part| implies(part, other, steps)),
        (_, Node::And(all)) => all.iter().all(|part| implies(one, part, steps)),
        (_, Node::Or(any)) if any.iter().any(|part| implies(one, part, steps)) => true,
        (Node::And(all), _) => all.iter().any(|part| implies(part, other, steps)),
        (Node::Phrase(one), Node::Phrase(other)) => has_row(one, other),
        (Node::Not(one), Node::Not(other)) => implies(other, one, steps),
        (Node::Affirmed(one), _) => implies(one, other, steps),
        (Node::Near { .. }, Node::Near { .. }) if is_nearer(one, other) => true,
        (Node::Near { left, right, .. }, _) => {
            implies(left, other, steps) || implies(right, other, steps)
        }
        _ => false,
    }
}

/// The same two parts, no further apart, in no freer order.
fn is_nearer(one: &Node, other: &Node) -> bool {
    let (
        Node::Near {
            left,
            right,
            gap,
            ordered,
        },
        Node::Near {
            left: other_left,
            right: other_right,
            gap: other_gap,
            ordered: other_ordered,
        },
    ) = (one, other)
    else {
        return false;
    };
    let is_same = left == other_left && right == other_right;
    let is_turned = left == other_right && right == other_left;
    gap <= other_gap && (is_same && (*ordered || !other_ordered) || is_turned && !other_ordered)
}

/// Whether `row` has `part` in it, word for word.
fn has_row(row: &[Word], part: &[Word]) -> bool {
    row.windows(part.len()).any(|words| {
        words
            .iter()
            .zip(part)
            .all(|(one, other)| covers(other, one))
    })
}

/// Whether every token that `one` fits, `other` fits too.
fn covers(other: &Word, one: &Word) -> bool {
    match (one, other) {
        (Word::Exact(text) | Word::Prefix(text), Word::Prefix(start)) => text.starts_with(start),
        _ => one == other,
    }
}
