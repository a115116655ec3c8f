//! Reads the pieces of a query into a tree, by recursive descent with bounded depth.

use super::lexer::{Piece, Placed, is_space, pieces};
use super::{DEPTH_MAX, GAP_MAX, Name, Node, Query, QueryError};
use super::{hint, term};

/// Parses `text`.
pub(super) fn parse(text: &str) -> Result<Query, QueryError> {
    let mut parser = Parser {
        pieces: pieces(text),
        next: 0,
        end: text.trim_end_matches(is_space).len(),
        open: 0,
        lists: Vec::new(),
        entities: Vec::new(),
    };
    let root = parser.or()?;
    if let Some(extra) = parser.peek() {
        return Err(parser.unexpected(extra));
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
    /// How many parentheses and operators before a term are open.
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
        while let Some(&Placed {
            piece: Piece::Near { gap, ordered },
            at,
            ..
        }) = self.peek()
        {
            self.next += 1;
            let gap = gap_of(gap, ordered, at)?;
            let name = if ordered { "BEFORE" } else { "NEAR" };
            must_have_a_place(&left, name)?;
            let right = self.unary()?;
            must_have_a_place(&right, name)?;
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
        let Some(&Placed { piece, at, .. }) = self.peek() else {
            return Err(self.no_term(self.end));
        };
        if self.open == DEPTH_MAX {
            return Err(too_deep(at));
        }
        self.open += 1;
        let part = match piece {
            Piece::Not => {
                self.next += 1;
                let inner = self.unary()?;
                deeper(inner.depth, at, Node::Not(Box::new(inner.node)))
            }
            Piece::Affirmed => {
                self.next += 1;
                let inner = self.unary()?;
                must_have_a_place(&inner, "AFFIRMED")?;
                deeper(inner.depth, at, Node::Affirmed(Box::new(inner.node)))
            }
            Piece::Open => {
                self.next += 1;
                self.group(at)
            }
            _ => self.term(piece, at),
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
            || QueryError::new(at, "expected a closing `)` for this parenthesis"),
            |extra| self.unexpected(extra),
        ))
    }

    fn term(&mut self, piece: Piece<'_>, at: usize) -> Result<Part, QueryError> {
        let node = match piece {
            Piece::Bare(text) => term::bare(text).map_err(|error| error.inside(at))?,
            Piece::Quoted(text, mark) => {
                term::phrase(text).map_err(|error| error.inside(at + mark))?
            }
            Piece::Regex(text) => term::regex(text).map_err(|error| error.inside(at + 1))?,
            Piece::Unclosed(message) => return Err(QueryError::new(at, message)),
            _ => return Err(self.no_term(at)),
        };
        self.next += 1;
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

    fn before(&self) -> Option<&Placed<'a>> {
        self.pieces.get(self.next.checked_sub(1)?)
    }

    /// No term where one must stand.
    fn no_term(&self, at: usize) -> QueryError {
        let message = "expected a term here, such as a word, `\"a phrase\"` or `$list`";
        QueryError {
            hint: hint::no_term(self.before(), self.peek()),
            ..QueryError::new(at, message)
        }
    }

    /// Something after a term that is no operator.
    fn unexpected(&self, found: &Placed<'_>) -> QueryError {
        let at = found.at;
        match found.piece {
            Piece::Close => QueryError::new(
                at,
                "this `)` closes nothing; expected an operator or the end",
            )
            .hint("open it, or take it out; an emoticon stands between quotation marks: `\":)\"`"),
            Piece::Not => {
                QueryError::new(at, "expected an operator before NOT").hint("write `AND NOT`")
            }
            Piece::Affirmed => QueryError::new(at, "expected an operator before AFFIRMED")
                .hint("write `AND AFFIRMED`"),
            Piece::Unclosed(message) => QueryError::new(at, message),
            _ => QueryError::new(at, "expected an operator before this term")
                .hint(hint::side_by_side(self.before(), found)),
        }
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
    QueryError::new(at, format!("nested more than {DEPTH_MAX} deep"))
        .hint("split it into several rules")
}

fn gap_of(written: &str, ordered: bool, at: usize) -> Result<u32, QueryError> {
    let name = if ordered { "BEFORE" } else { "NEAR" };
    match written.parse() {
        Ok(gap) if gap <= GAP_MAX && written.bytes().all(|c| c.is_ascii_digit()) => Ok(gap),
        _ => Err(QueryError::new(
            at,
            format!("expected `{name}/n`, n being at most {GAP_MAX} words between"),
        )
        .hint(format!("write `{name}/6`, without spaces"))),
    }
}

/// `NEAR`, `BEFORE` and `AFFIRMED` look at places.
fn must_have_a_place(part: &Part, operator: &str) -> Result<(), QueryError> {
    if part.node.has_a_place() {
        return Ok(());
    }
    let message = format!(
        "expected words beside {operator}: a word, phrase, list, `has:`, pattern, or an OR of those"
    );
    let hint = match &part.node {
        Node::Not(_) => format!(
            "NOT binds more tightly than {operator}; write `NOT (…)` around all of it, or join it with `AND NOT`"
        ),
        Node::And(_) => format!("write {operator} once for each, joined with AND"),
        _ => "join it with AND".to_owned(),
    };
    Err(QueryError::new(part.at, message).hint(hint))
}
