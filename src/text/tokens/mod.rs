//! Text cut into folded tokens, each knowing where it stood. Linear in the text's length; never fails.

mod fold;
pub(super) mod negation;
mod scan;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use fold::fold;

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
    /// Folded: case, width, diacritics, quotes; a letter written three times or more is written twice.
    pub text: String,
    /// Where letters were drawn out, the same with those written once: `sooo` is `soo` and, here, `so`.
    pub short: Option<String>,
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
        Self {
            original: text.to_owned(),
            tokens: scan::tokens(text),
        }
    }

    /// The place of each token in reading order, counted in words: a hashtag stands where its first word stands.
    pub fn places(&self) -> Vec<u32> {
        let mut next = 0;
        self.tokens
            .iter()
            .map(|token| {
                let place = next;
                if token.kind != TokenKind::Hashtag {
                    next += 1;
                }
                place
            })
            .collect()
    }
}
