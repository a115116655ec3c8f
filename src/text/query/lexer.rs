//! Cuts a query into operators and terms.

use super::QueryError;

/// A piece of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Open,
    Close,
    And,
    Or,
    Not,
    Near {
        gap: &'a str,
        ordered: bool,
    },
    /// What stands between quotation marks.
    Quoted(&'a str),
    /// What stands between slashes, `\/` still escaped.
    Regex(&'a str),
    /// Anything else up to a space or parenthesis.
    Bare(&'a str),
}

/// A piece and the byte offset at which it starts.
#[derive(Debug, Clone)]
pub(super) struct Placed<'a> {
    pub(super) piece: Piece<'a>,
    pub(super) at: usize,
}

/// Cuts `text` into pieces.
pub(super) fn pieces(text: &str) -> Result<Vec<Placed<'_>>, QueryError> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (piece, len) = piece(&text[at..], c).map_err(|message| QueryError { at, message })?;
        out.push(Placed { piece, at });
        at += len;
    }
    Ok(out)
}

fn piece(rest: &str, first: char) -> Result<(Piece<'_>, usize), String> {
    match first {
        '(' => Ok((Piece::Open, 1)),
        ')' => Ok((Piece::Close, 1)),
        '"' | '“' | '”' => quoted(rest, first),
        '/' => regex(rest),
        _ => Ok(bare(rest)),
    }
}

fn quoted(rest: &str, open: char) -> Result<(Piece<'_>, usize), String> {
    let body = &rest[open.len_utf8()..];
    let (end, close) = body
        .char_indices()
        .find(|(_, c)| matches!(c, '"' | '“' | '”'))
        .ok_or("expected a closing quotation mark for this phrase")?;
    let len = open.len_utf8() + end + close.len_utf8();
    Ok((Piece::Quoted(&body[..end]), len))
}

fn regex(rest: &str) -> Result<(Piece<'_>, usize), String> {
    let body = &rest[1..];
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        if c == '/' && !escaped {
            return Ok((Piece::Regex(&body[..at]), at + 2));
        }
        escaped = c == '\\' && !escaped;
    }
    Err("expected a closing `/` for this pattern".to_owned())
}

fn bare(rest: &str) -> (Piece<'_>, usize) {
    let end = rest
        .find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"' | '“' | '”'))
        .unwrap_or(rest.len());
    let word = &rest[..end];
    let piece = match word {
        "AND" => Piece::And,
        "OR" => Piece::Or,
        "NOT" => Piece::Not,
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
