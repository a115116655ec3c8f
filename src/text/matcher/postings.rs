//! The rows of words that rules and lists ask for, each under its rarest word: for a text, only what stands under its
//! words is looked at, and that stands together in memory.

use std::collections::BTreeMap;

use super::found::Words;
use super::gate::LeafId;
use super::spots::Spot;
use super::table::starts;
use super::vocabulary::WordId;
use crate::model::id::Language;

/// Words in a row; a single one too.
pub(super) type Row = Box<[WordId]>;

/// For each column, whether a row counts there. A column is a language in which lists have rows; the last one is that
/// of all others.
type Columns = Vec<bool>;

/// Rows under their rarest words.
#[derive(Debug)]
pub(super) struct Postings {
    languages: Vec<Language>,
    /// For each column, which sets of columns have it.
    sets: Vec<Vec<bool>>,
    /// Where what stands under each word starts; one more than there are words.
    starts: Vec<u32>,
    /// For each row its leaf and its set, the latter with the sign of being alone in its low bit; where it has more than
    /// one word, also which of them is the key, how many they are, and these.
    numbers: Vec<u32>,
}

impl Postings {
    /// Calls `each` with every row that stands in the text, and where; in the order of their rarest words.
    pub(super) fn find(
        &self,
        words: &Words,
        language: Option<&Language>,
        mut each: impl FnMut(LeafId, Spot),
    ) {
        let column = language.and_then(|it| self.languages.iter().position(|known| known == it));
        let sets = &self.sets[column.unwrap_or(self.languages.len())];
        for (place, word) in words.iter() {
            let word = word as usize;
            let mut rest =
                &self.numbers[self.starts[word] as usize..self.starts[word + 1] as usize];
            while let [leaf, set, behind @ ..] = rest {
                let counts = sets[(set >> 1) as usize];
                if set & 1 == 1 {
                    rest = behind;
                    if counts {
                        each(*leaf, Spot::of_word(place));
                    }
                } else if let [key, len, behind @ ..] = behind {
                    let (row, others) = behind.split_at(*len as usize);
                    rest = others;
                    if let Some(first) = place.checked_sub(*key)
                        && counts
                        && words.has_row(first, row)
                    {
                        each(
                            *leaf,
                            Spot {
                                first,
                                last: first + len - 1,
                            },
                        );
                    }
                }
            }
        }
    }
}

/// Collects the rows.
#[derive(Debug)]
pub(super) struct PostingsBuilder<'a> {
    languages: Vec<Language>,
    rows: BTreeMap<(LeafId, &'a Row), Columns>,
}

impl<'a> PostingsBuilder<'a> {
    /// `languages` are those in which lists have rows.
    pub(super) fn new(languages: Vec<Language>) -> Self {
        Self {
            languages,
            rows: BTreeMap::new(),
        }
    }

    /// Adds a row that counts in texts of every language.
    pub(super) fn add_everywhere(&mut self, leaf: LeafId, row: &'a Row) {
        let columns = vec![true; self.languages.len() + 1];
        self.rows.insert((leaf, row), columns);
    }

    /// Adds the rows of a list. Those of one language count in texts of that language, and all of them where a text's
    /// language is not known or has none.
    pub(super) fn add_list(&mut self, leaf: LeafId, list: &'a BTreeMap<Language, Vec<Row>>) {
        let width = self.languages.len() + 1;
        for (language, rows) in list {
            let own = |column: &Language| column == language || !list.contains_key(column);
            let columns: Columns = self.languages.iter().map(own).chain([true]).collect();
            for row in rows {
                let known = self.rows.entry((leaf, row));
                let known = known.or_insert_with(|| vec![false; width]);
                for (known, column) in known.iter_mut().zip(&columns) {
                    *known |= column;
                }
            }
        }
    }

    /// Puts each row under its rarest word, whose place in it `key` tells; words are numbered below `words`.
    pub(super) fn build(self, words: usize, key: impl Fn(&[WordId]) -> usize) -> Postings {
        let mut numbers_of_sets: BTreeMap<Columns, u32> = BTreeMap::new();
        let mut rows = Vec::with_capacity(self.rows.len());
        for ((leaf, row), columns) in self.rows {
            let next = number(numbers_of_sets.len());
            let set = *numbers_of_sets.entry(columns).or_insert(next);
            let key = key(row);
            if let Some(&word) = row.get(key) {
                rows.push((word, row.len() > 1, leaf, set, number(key), row));
            }
        }
        rows.sort_unstable();
        let mut numbers = Vec::new();
        let mut lengths = vec![0; words];
        for (word, is_long, leaf, set, key, row) in rows {
            let before = numbers.len();
            numbers.extend([leaf, set << 1 | u32::from(!is_long)]);
            if is_long {
                numbers.extend([key, number(row.len())]);
                numbers.extend_from_slice(row);
            }
            lengths[word as usize] += numbers.len() - before;
        }
        let mut sets = vec![vec![false; numbers_of_sets.len()]; self.languages.len() + 1];
        for (columns, set) in numbers_of_sets {
            for (sets, has) in sets.iter_mut().zip(columns) {
                sets[set as usize] = has;
            }
        }
        let repeated = (0..).zip(lengths);
        let keys = repeated.flat_map(|(word, length)| std::iter::repeat_n(word, length));
        Postings {
            languages: self.languages,
            sets,
            starts: starts(keys, words),
            numbers,
        }
    }
}

fn number(place: usize) -> u32 {
    u32::try_from(place).expect("rules are far smaller than 4 GB")
}
