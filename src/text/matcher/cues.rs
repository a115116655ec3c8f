//! What `is:question` and `is:shouting` mean.

use crate::text::tokens::{TokenKind, TokenText};

/// Words that open a question in the shipped languages, folded, and that open little else.
const QUESTION_WORDS: &[&str] = &[
    "adonde", "cuando", "donde", "how", "quien", "wann", "warum", "weshalb", "what", "whats",
    "when", "where", "wheres", "which", "who", "why", "wieso", "wohin",
];

/// Fewest letters that can shout: shorter ones are names and codes.
const SHOUTED_LETTERS_MIN: usize = 8;

/// Whether the text asks something: it has a question mark outside an address, or opens with a question word.
pub(super) fn is_question(text: &TokenText) -> bool {
    let opens = text
        .tokens()
        .find(|token| token.kind == TokenKind::Word)
        .is_some_and(|token| QUESTION_WORDS.contains(&token.text));
    opens || outside_addresses(text).any(|part| part.contains(['?', '？', '؟', '¿']))
}

/// Whether at least seven of ten letters are capitals, addresses and handles aside.
pub(super) fn is_shouting(text: &TokenText) -> bool {
    let mut capitals = 0;
    let mut small = 0;
    for token in text.tokens().filter(|token| token.kind == TokenKind::Word) {
        for c in text.original[token.span].chars() {
            capitals += usize::from(c.is_uppercase());
            small += usize::from(c.is_lowercase());
        }
    }
    let letters = capitals + small;
    letters >= SHOUTED_LETTERS_MIN && capitals * 10 >= letters * 7
}

fn outside_addresses(text: &TokenText) -> impl Iterator<Item = &str> {
    let addresses = text.tokens().filter(|token| token.kind == TokenKind::Url);
    let ends = addresses.clone().map(|token| token.span.end);
    let starts = addresses.map(|token| token.span.start);
    std::iter::once(0)
        .chain(ends)
        .zip(starts.chain(std::iter::once(text.original.len())))
        .map(|(start, end)| &text.original[start..end])
}
