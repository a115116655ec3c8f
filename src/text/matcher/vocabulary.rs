//! Every word that any rule asks for. What is looked up costs the same however many there are.

use std::collections::BTreeMap;

use super::fuzzy::FuzzyWords;
use super::table::HashTable;
use crate::text::query::Word;

/// The number of a word that rules ask for.
pub(super) type WordId = u32;

/// The words that rules ask for.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// Words and prefixes by their hash.
    hashes: HashTable,
    /// All words one after another, and where the one of each number ends.
    letters: String,
    ends: Vec<u32>,
    lengths: PrefixLengths,
    fuzzy: FuzzyWords,
}

impl Vocabulary {
    /// Learns the words, numbered 0, 1, 2, … in any order.
    pub(super) fn new(words: &BTreeMap<Word, WordId>) -> Self {
        let mut by_number: Vec<(WordId, &Word)> =
            words.iter().map(|(word, &id)| (id, word)).collect();
        by_number.sort_unstable_by_key(|&(id, _)| id);
        let mut letters = String::new();
        let mut ends = Vec::with_capacity(words.len());
        let mut hashes = Vec::with_capacity(words.len());
        let mut prefixes = Vec::new();
        let mut fuzzy = Vec::new();
        for (id, word) in by_number {
            let text = match word {
                Word::Exact(text) | Word::Prefix(text) | Word::Fuzzy(text, _) => text,
            };
            match word {
                Word::Exact(_) => hashes.push((hash(text.as_bytes()), id)),
                Word::Prefix(_) => {
                    hashes.push((prefix_hash(text.as_bytes()), id));
                    prefixes.push(text.as_bytes());
                }
                Word::Fuzzy(_, edits) => fuzzy.push((text.as_str(), *edits, id)),
            }
            letters.push_str(text);
            ends.push(u32::try_from(letters.len()).expect("rules are far smaller than 4 GB"));
        }
        Self {
            hashes: HashTable::new(hashes),
            letters,
            ends,
            lengths: PrefixLengths::new(&prefixes),
            fuzzy: FuzzyWords::new(&fuzzy),
        }
    }

    /// Calls `found` with every word of the rules that `token` satisfies.
    pub(super) fn look_up(&self, token: &str, mut found: impl FnMut(WordId)) {
        self.find(hash(token.as_bytes()), token, &mut found);
        self.lengths.of(token, |length| {
            if let Some(start) = token.get(..length) {
                self.find(prefix_hash(start.as_bytes()), start, &mut found);
            }
        });
        self.fuzzy.look_up(token, found);
    }

    fn find(&self, hash: u64, text: &str, found: &mut impl FnMut(WordId)) {
        for id in self.hashes.get(hash) {
            let place = id as usize;
            let start = if place == 0 { 0 } else { self.ends[place - 1] };
            if &self.letters[start as usize..self.ends[place] as usize] == text {
                found(id);
            }
        }
    }
}

/// Which lengths of prefixes are worth a look-up for a word.
#[derive(Debug)]
struct PrefixLengths {
    /// The lengths of the prefixes that begin with the same [`HEAD_BYTES`], or are shorter and the same, by hash of
    /// those.
    heads: Vec<Lengths>,
    /// The lengths of all prefixes that are shorter than a head.
    short: Lengths,
    /// The greatest length.
    longest: usize,
}

/// Bit `n` stands for a length of `n` bytes, the last one for that and all greater ones.
type Lengths = u64;

/// The length whose bit stands for greater ones too.
const LENGTH_MAX: usize = 63;

/// Prefixes are told apart by so many of their first bytes: few words share them.
const HEAD_BYTES: usize = 4;

impl PrefixLengths {
    fn new(prefixes: &[&[u8]]) -> Self {
        let mut lengths = Self {
            heads: vec![0; (4 * prefixes.len()).next_power_of_two()],
            short: 0,
            longest: 0,
        };
        for prefix in prefixes {
            let bit = 1 << prefix.len().min(LENGTH_MAX);
            let place = lengths.place(head(prefix));
            lengths.heads[place] |= bit;
            if prefix.len() < HEAD_BYTES {
                lengths.short |= bit;
            }
            lengths.longest = lengths.longest.max(prefix.len());
        }
        lengths
    }

    fn place(&self, head: [u8; HEAD_BYTES]) -> usize {
        let spread = u32::from_le_bytes(head).wrapping_mul(0x9e37_79b1);
        (spread >> 7) as usize & (self.heads.len() - 1)
    }

    /// Calls `each` with every length that a prefix of `word` could have.
    fn of(&self, word: &str, mut each: impl FnMut(usize)) {
        let bytes = word.as_bytes();
        let mut lengths = self.heads[self.place(head(bytes))];
        let mut short = self.short;
        while short != 0 {
            let length = short.trailing_zeros() as usize;
            short &= short - 1;
            if let Some(start) = bytes.get(..length) {
                lengths |= self.heads[self.place(head(start))] & 1 << length;
            }
        }
        while lengths != 0 {
            let length = lengths.trailing_zeros() as usize;
            lengths &= lengths - 1;
            let last = if length < LENGTH_MAX {
                length
            } else {
                self.longest
            };
            (length..=last.min(word.len())).for_each(&mut each);
        }
    }
}

/// The first bytes, those that are missing being zero.
fn head(bytes: &[u8]) -> [u8; HEAD_BYTES] {
    bytes.first_chunk().copied().unwrap_or_else(|| {
        let mut head = [0; HEAD_BYTES];
        head[..bytes.len()].copy_from_slice(bytes);
        head
    })
}

/// Spreads words over 64 bits; the same on every machine and in every version.
fn hash(bytes: &[u8]) -> u64 {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = bytes.len() as u64;
    let mut add = |eight: u64| {
        hash = (hash ^ eight).wrapping_mul(SPREAD);
        hash ^= hash >> 32;
    };
    let (eights, _) = bytes.as_chunks();
    for eight in eights {
        add(u64::from_le_bytes(*eight));
    }
    // The last bytes, of which some may have been there before.
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        add(u64::from(first) << 32 | u64::from(last));
    } else if let [first, .., last] = bytes {
        let middle = bytes[bytes.len() / 2];
        add(u64::from(*first) << 16 | u64::from(middle) << 8 | u64::from(*last));
    } else if let [only] = bytes {
        add(u64::from(*only));
    }
    (hash ^ hash >> 29).wrapping_mul(SPREAD)
}

/// So that a prefix is not found where a whole word is looked up.
fn prefix_hash(bytes: &[u8]) -> u64 {
    !hash(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &[Word], token: &str) -> Vec<Word> {
        let words: BTreeMap<Word, WordId> = words.iter().cloned().zip(0..).collect();
        let mut found = Vec::new();
        Vocabulary::new(&words).look_up(token, |id| {
            found.extend(
                words
                    .iter()
                    .find(|(_, other)| **other == id)
                    .map(|(word, _)| word.clone()),
            );
        });
        found.sort();
        found
    }

    #[test]
    fn words_and_prefixes_are_found() {
        let exact = |text: &str| Word::Exact(text.to_owned());
        let prefix = |text: &str| Word::Prefix(text.to_owned());
        let long = "a".repeat(200);
        let words = [
            exact("delay"),
            exact("late"),
            exact("ver"),
            prefix("ver"),
            prefix("vé"),
            prefix("delay"),
            prefix("delaye"),
            prefix(&long[..90]),
            prefix(&long[..150]),
        ];
        let cases: &[(&str, &[Word])] = &[
            ("", &[]),
            ("late", &[exact("late")]),
            ("later", &[]),
            ("lat", &[]),
            ("ver", &[exact("ver"), prefix("ver")]),
            ("verspatung", &[prefix("ver")]),
            ("vér", &[prefix("vé")]),
            ("delay", &[exact("delay"), prefix("delay")]),
            ("delayed", &[prefix("delay"), prefix("delaye")]),
            (&long[..89], &[]),
            (&long[..90], &[prefix(&long[..90])]),
            (&long, &[prefix(&long[..90]), prefix(&long[..150])]),
        ];
        for (token, expected) in cases {
            assert_eq!(found(&words, token), *expected, "{token}");
        }
        assert_eq!(found(&[], "late"), []);
    }
}
