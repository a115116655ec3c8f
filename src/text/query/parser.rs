//! Reads the pieces of a query into a tree, by recursive descent with bounded depth.

use super::lexer::{Piece, Placed, pieces};
use super::term;
use super::{DEPTH_MAX, GAP_MAX, Name, Node, Query, QueryError};

/// Parses `text`.
pub(super) fn parse(text: &str) -> Result<Query, QueryError> {
    let mut parser = Parser {
        pieces: pieces(text)?,
        next: 0,
        end: text.len(),
        open: 0,
        lists: Vec::new(),
        entities: Vec::new(),
    };
    let root = parser.or()?;
    if let Some(extra) = parser.peek() {
        return Err(unexpected(extra));
    }
    Ok(Query {
        root: root.node,
        lists: parser.lists,
        entities: parser.entities,
    })
}

struct Parser<'a> {
    pieces: Vec<Placed<'a>>,
    next: usize,
    end: usize,
    /// How many parentheses and `NOT` are open.
    open: usize,
    lists: Vec<Name>,
    entities: Vec<Name>,
}

/// A part of the tree, where it starts, and how deep it is.
struct Part {
    node: Node,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&Placed<'a>> {
        self.pieces.get(self.next)
    }

    fn take_if(&mut self, wanted: &Piece<'_>) -> bool {
        let found = self.peek().is_some_and(|placed| placed.piece == *wanted);
        self.next += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<Part, QueryError> {
        let mut parts = vec![self.and()?];
        while self.take_if(&Piece::Or) {
            parts.push(self.and()?);
        }
        join(parts, Node::Or, |node| match node {
            Node::Or(any) => Ok(any),
            other => Err(other),
        })
    }

    fn and(&mut self) -> Result<Part, QueryError> {
        let mut parts = vec![self.near()?];
        while self.take_if(&Piece::And) {
            parts.push(self.near()?);
        }
        join(parts, Node::And, |node| match node {
            Node::And(all) => Ok(all),
            other => Err(other),
        })
    }

    fn near(&mut self) -> Result<Part, QueryError> {
        let mut left = self.unary()?;
        while let Some(Placed { piece, at }) = self.peek().cloned() {
            let Piece::Near { gap, ordered } = piece else {
                break;
            };
            self.next += 1;
            let gap = gap_of(gap, ordered, at)?;
            must_have_a_place(&left)?;
            let right = self.unary()?;
            must_have_a_place(&right)?;
            left = deeper(
                left.depth.max(right.depth),
                left.at,
                Node::Near {
                    left: Box::new(left.node),
                    right: Box::new(right.node),
                    gap,
                    ordered,
                },
            )?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Part, QueryError> {
        let Some(Placed { piece, at }) = self.peek().cloned() else {
            return Err(QueryError {
                at: self.end,
                message: "expected a term here, such as a word, `\"a phrase\"` or `$list`"
                    .to_owned(),
            });
        };
        self.next += 1;
        self.open += 1;
        if self.open > DEPTH_MAX {
            return Err(too_deep(at));
        }
        let part = match piece {
            Piece::Not => {
                let inner = self.unary()?;
                deeper(inner.depth, at, Node::Not(Box::new(inner.node)))
            }
            Piece::Open => self.group(at),
            piece => self.term(&piece, at),
        }?;
        self.open -= 1;
        Ok(part)
    }

    fn group(&mut self, at: usize) -> Result<Part, QueryError> {
        let inner = self.or()?;
        if self.take_if(&Piece::Close) {
            return Ok(Part { at, ..inner });
        }
        Err(self.peek().map_or_else(
            || QueryError {
                at,
                message: "expected a closing `)` for this parenthesis".to_owned(),
            },
            unexpected,
        ))
    }

    fn term(&mut self, piece: &Piece<'_>, at: usize) -> Result<Part, QueryError> {
        let node = match piece {
            Piece::Bare(text) => term::bare(text),
            Piece::Quoted(text) => term::phrase(text),
            Piece::Regex(text) => term::regex(text),
            _ => Err("expected a term here, such as a word, `\"a phrase\"` or `$list`".to_owned()),
        }
        .map_err(|message| QueryError { at, message })?;
        match &node {
            Node::List(name) => self.lists.push(Name {
                name: name.clone(),
                at,
            }),
            Node::Has(name) => self.entities.push(Name {
                name: name.clone(),
                at,
            }),
            _ => {}
        }
        Ok(Part { node, at, depth: 1 })
    }
}

/// One part as it is; several as one node, with nodes of the same kind taken apart into their own parts.
fn join(
    mut parts: Vec<Part>,
    make: fn(Vec<Node>) -> Node,
    take_apart: fn(Node) -> Result<Vec<Node>, Node>,
) -> Result<Part, QueryError> {
    if parts.len() == 1 {
        return Ok(parts.remove(0));
    }
    let at = parts[0].at;
    let depth = parts.iter().map(|part| part.depth).max().unwrap_or(0);
    let mut nodes = Vec::with_capacity(parts.len());
    for part in parts {
        match take_apart(part.node) {
            Ok(inner) => nodes.extend(inner),
            Err(other) => nodes.push(other),
        }
    }
    deeper(depth, at, make(nodes))
}

fn deeper(inner: usize, at: usize, node: Node) -> Result<Part, QueryError> {
    let depth = inner + 1;
    if depth > DEPTH_MAX {
        return Err(too_deep(at));
    }
    Ok(Part { node, at, depth })
}

fn too_deep(at: usize) -> QueryError {
    QueryError {
        at,
        message: format!("nested more than {DEPTH_MAX} deep; split it into several queries"),
    }
}

fn gap_of(written: &str, ordered: bool, at: usize) -> Result<u32, QueryError> {
    let name = if ordered { "BEFORE" } else { "NEAR" };
    match written.parse() {
        Ok(gap) if gap <= GAP_MAX && written.bytes().all(|c| c.is_ascii_digit()) => Ok(gap),
        _ => Err(QueryError {
            at,
            message: format!(
                "expected `{name}/n`, n being at most {GAP_MAX} words between, such as `{name}/6`"
            ),
        }),
    }
}

fn must_have_a_place(part: &Part) -> Result<(), QueryError> {
    if part.node.has_a_place() {
        return Ok(());
    }
    Err(QueryError {
        at: part.at,
        message: "expected words beside NEAR and BEFORE: a word, phrase, list, `has:`, pattern, or an OR of those"
            .to_owned(),
    })
}

fn unexpected(placed: &Placed<'_>) -> QueryError {
    let message = match placed.piece {
        Piece::Close => "this `)` closes nothing; expected an operator or the end",
        Piece::Not => "expected an operator before NOT: write `AND NOT`",
        _ => {
            "expected an operator before this term: write AND, OR or NEAR/n between terms, or quotation marks around \
             a phrase (operators are written in capitals)"
        }
    };
    QueryError {
        at: placed.at,
        message: message.to_owned(),
    }
}
