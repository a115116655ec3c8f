//! Cuts a query into operators and terms.

/// A piece of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Open,
    Close,
    And,
    Or,
    Not,
    Affirmed,
    Near {
        gap: &'a str,
        ordered: bool,
    },
    /// What stands between quotation marks, and how many bytes its opening mark takes.
    Quoted(&'a str, usize),
    /// What stands between slashes, `\/` still escaped.
    Regex(&'a str),
    /// Anything else up to a space or parenthesis.
    Bare(&'a str),
    /// Something that is opened and never closed: the rest of the query, and what is missing.
    Unclosed(&'static str),
}

/// A piece, the byte offset at which it starts, and how it is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) piece: Piece<'a>,
    pub(super) at: usize,
    pub(super) raw: &'a str,
}

/// Cuts `text` into pieces.
pub(super) fn pieces(text: &str) -> Vec<Placed<'_>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if is_space(c) {
            at += c.len_utf8();
            continue;
        }
        let (piece, len) = piece(&text[at..], c);
        let raw = &text[at..at + len];
        out.push(Placed { piece, at, raw });
        at += len;
    }
    out
}

/// Spaces, and what cannot be seen either and comes along when a rule is pasted.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}'
        )
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}

fn piece(rest: &str, first: char) -> (Piece<'_>, usize) {
    match first {
        '(' => (Piece::Open, 1),
        ')' => (Piece::Close, 1),
        '/' => regex(rest),
        _ if is_quote(first) => quoted(rest, first),
        _ => bare(rest),
    }
}

fn quoted(rest: &str, open: char) -> (Piece<'_>, usize) {
    let body = &rest[open.len_utf8()..];
    match body.char_indices().find(|&(_, c)| is_quote(c)) {
        Some((end, close)) => (
            Piece::Quoted(&body[..end], open.len_utf8()),
            open.len_utf8() + end + close.len_utf8(),
        ),
        None => (
            Piece::Unclosed("expected a closing quotation mark for this phrase"),
            rest.len(),
        ),
    }
}

fn regex(rest: &str) -> (Piece<'_>, usize) {
    let body = &rest[1..];
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        if c == '/' && !escaped {
            return (Piece::Regex(&body[..at]), at + 2);
        }
        escaped = c == '\\' && !escaped;
    }
    (
        Piece::Unclosed("expected a closing `/` for this pattern"),
        rest.len(),
    )
}

fn bare(rest: &str) -> (Piece<'_>, usize) {
    let end = rest
        .find(|c: char| is_space(c) || matches!(c, '(' | ')') || is_quote(c))
        .unwrap_or(rest.len());
    let word = &rest[..end];
    let piece = match word {
        "AND" => Piece::And,
        "OR" => Piece::Or,
        "NOT" => Piece::Not,
        "AFFIRMED" => Piece::Affirmed,
        _ => near(word).unwrap_or(Piece::Bare(word)),
    };
    (piece, end)
}

fn near(word: &str) -> Option<Piece<'_>> {
    for (name, ordered) in [("NEAR", false), ("BEFORE", true)] {
        if word == name {
            return Some(Piece::Near { gap: "", ordered });
        }
        if let Some(gap) = word
            .strip_prefix(name)
            .and_then(|gap| gap.strip_prefix('/'))
        {
            return Some(Piece::Near { gap, ordered });
        }
    }
    None
}
