//! Every word that any rule asks for, found for a token in one walk over its letters.

use std::collections::BTreeMap;

use super::distance::{Letters, within};
use crate::text::query::Word;

/// The number of a word that rules ask for.
pub(super) type WordId = u32;

/// The words that rules ask for.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    nodes: Vec<TrieNode>,
    fuzzy: Vec<FuzzyWord>,
}

/// A node of the trie over bytes; the first one is the root.
#[derive(Debug, Default)]
struct TrieNode {
    /// The bytes that go on from here, sorted, and the nodes they lead to.
    next: Vec<(u8, u32)>,
    exact: Option<WordId>,
    prefix: Option<WordId>,
}

#[derive(Debug)]
struct FuzzyWord {
    word: String,
    letters: Letters,
    edits: u8,
    id: WordId,
}

impl Vocabulary {
    /// Numbers the words 0, 1, 2, … in their order.
    pub(super) fn new(words: &BTreeMap<Word, WordId>) -> Self {
        let mut vocabulary = Self {
            nodes: vec![TrieNode::default()],
            fuzzy: Vec::new(),
        };
        for (word, &id) in words {
            match word {
                Word::Exact(text) => vocabulary.node(text).exact = Some(id),
                Word::Prefix(text) => vocabulary.node(text).prefix = Some(id),
                Word::Fuzzy(text, edits) => vocabulary.fuzzy.push(FuzzyWord {
                    letters: Letters::of(text),
                    word: text.clone(),
                    edits: *edits,
                    id,
                }),
            }
        }
        vocabulary
    }

    fn node(&mut self, text: &str) -> &mut TrieNode {
        let mut at = 0;
        for byte in text.bytes() {
            at = match self.nodes[at]
                .next
                .binary_search_by_key(&byte, |&(byte, _)| byte)
            {
                Ok(found) => self.nodes[at].next[found].1 as usize,
                Err(place) => {
                    let new = self.nodes.len();
                    self.nodes.push(TrieNode::default());
                    let number = u32::try_from(new).expect("rules are far smaller than 4 GB");
                    self.nodes[at].next.insert(place, (byte, number));
                    new
                }
            };
        }
        &mut self.nodes[at]
    }

    /// Calls `found` with every word of the rules that `token` satisfies.
    pub(super) fn look_up(&self, token: &str, mut found: impl FnMut(WordId)) {
        self.walk(token, &mut found);
        if self.fuzzy.is_empty() {
            return;
        }
        let letters = Letters::of(token);
        for fuzzy in &self.fuzzy {
            if letters.may_be_within(&fuzzy.letters, fuzzy.edits)
                && within(&fuzzy.word, token, fuzzy.edits)
            {
                found(fuzzy.id);
            }
        }
    }

    fn walk(&self, token: &str, found: &mut impl FnMut(WordId)) {
        let Some(mut node) = self.nodes.first() else {
            return;
        };
        for byte in token.bytes() {
            let Ok(next) = node.next.binary_search_by_key(&byte, |&(byte, _)| byte) else {
                return;
            };
            node = &self.nodes[node.next[next].1 as usize];
            if let Some(id) = node.prefix {
                found(id);
            }
        }
        if let Some(id) = node.exact {
            found(id);
        }
    }
}
