//! Text cut into folded tokens, each knowing where it stood. Linear in the text's length; never fails.

mod fold;
mod lookalike;
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

/// One token of a [`TokenText`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'t> {
    /// Folded: case, width, diacritics, quotes; a letter written three times or more is written twice.
    pub text: &'t str,
    /// Where letters were drawn out, the same with those written once: `sooo` is `soo` and, here, `so`.
    pub short: Option<&'t str>,
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes in the original text.
    pub span: Range<usize>,
    /// Where it stands, counted in words from 0: a hashtag stands where its first word stands.
    pub place: u32,
}

/// A message cut into tokens: all folded words in one piece of memory, since most messages are short and many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenText {
    /// The original.
    pub original: String,
    /// The original in small letters, which folds most words; behind it, what other words fold to, each followed by its
    /// short form.
    folded: String,
    cuts: Vec<Cut>,
}

/// Where a token begins and ends; bytes fit in 32 bits, see [`TEXT_BYTES_MAX`].
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cut {
    kind: TokenKind,
    /// In the original.
    start: u32,
    end: u32,
    /// In the folded text; the word goes up to `short`, and the short form, if any, from there to `folded_end`.
    folded: u32,
    short: u32,
    folded_end: u32,
    place: u32,
}

/// Bytes of a text that are read; what stands behind is no message. Folded it is at most eleven times as long.
const TEXT_BYTES_MAX: usize = 1 << 26;

impl TokenText {
    /// Cuts and folds `text`; linear in its length, never panics.
    pub fn new(text: &str) -> Self {
        let read = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
        let (folded, cuts) = scan::cut(read);
        Self {
            original: text.to_owned(),
            folded,
            cuts,
        }
    }

    /// Its tokens in reading order.
    pub fn tokens(&self) -> impl ExactSizeIterator<Item = Token<'_>> + Clone {
        self.cuts.iter().map(|cut| {
            let short = cut.short as usize..cut.folded_end as usize;
            Token {
                text: &self.folded[cut.folded as usize..short.start],
                short: (!short.is_empty()).then(|| &self.folded[short]),
                kind: cut.kind,
                span: cut.start as usize..cut.end as usize,
                place: cut.place,
            }
        })
    }
}
