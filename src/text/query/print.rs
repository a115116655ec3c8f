//! Prints a query so that it reads back as the same query.

use std::fmt;

use super::{Fact, Node, Query, Word};

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.root)
    }
}

/// How tightly a node binds: what binds less tightly than its surroundings stands in parentheses.
fn strength(node: &Node) -> u8 {
    match node {
        Node::Or(_) => 0,
        Node::And(_) => 1,
        Node::Near { .. } => 2,
        _ => 3,
    }
}

struct Inside<'a>(&'a Node, u8);

impl fmt::Display for Inside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if strength(self.0) < self.1 {
            write!(f, "({})", self.0)
        } else {
            write!(f, "{}", self.0)
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Phrase(words) => phrase(f, words),
            Self::List(name) => write!(f, "${name}"),
            Self::Has(kind) => write!(f, "has:{kind}"),
            Self::Regex(pattern) => write!(f, "/{}/", pattern.source.replace('/', "\\/")),
            Self::Fact(fact) => write!(f, "{fact}"),
            Self::Not(inner) => write!(f, "NOT {}", Inside(inner, 3)),
            Self::Affirmed(inner) => write!(f, "AFFIRMED {}", Inside(inner, 3)),
            Self::And(all) => joined(f, all, " AND ", 2),
            Self::Or(any) => joined(f, any, " OR ", 1),
            Self::Near {
                left,
                right,
                gap,
                ordered,
            } => {
                let name = if *ordered { "BEFORE" } else { "NEAR" };
                write!(f, "{} {name}/{gap} {}", Inside(left, 2), Inside(right, 3))
            }
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, nodes: &[Node], sign: &str, inside: u8) -> fmt::Result {
    for (at, node) in nodes.iter().enumerate() {
        if at > 0 {
            f.write_str(sign)?;
        }
        write!(f, "{}", Inside(node, inside))?;
    }
    Ok(())
}

fn phrase(f: &mut fmt::Formatter<'_>, words: &[Word]) -> fmt::Result {
    if let [word] = words
        && is_plain(word)
    {
        return write!(f, "{word}");
    }
    f.write_str("\"")?;
    for (at, word) in words.iter().enumerate() {
        let space = if at > 0 { " " } else { "" };
        write!(f, "{space}{word}")?;
    }
    f.write_str("\"")
}

/// Whether a word needs no quotation marks.
fn is_plain(word: &Word) -> bool {
    match word {
        Word::Fuzzy(..) => true,
        Word::Exact(text) | Word::Prefix(text) => text.chars().all(char::is_alphanumeric),
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(text) => f.write_str(text),
            Self::Prefix(text) => write!(f, "{text}*"),
            Self::Fuzzy(text, edits) => write!(f, "{text}~{edits}"),
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Language(code) => write!(f, "lang:{code}"),
            Self::Question => f.write_str("is:question"),
            Self::Shouting => f.write_str("is:shouting"),
            Self::Reply => f.write_str("is:reply"),
            Self::Public => f.write_str("is:public"),
            Self::Private => f.write_str("is:private"),
            Self::Channel(kind) => write!(f, "channel:{kind}"),
            Self::Brand(name) => write!(f, "brand:{name}"),
            Self::Followers(comparison, number) => {
                write!(f, "author.followers{}{number}", comparison.sign())
            }
            Self::Verified => f.write_str("author.verified"),
        }
    }
}
