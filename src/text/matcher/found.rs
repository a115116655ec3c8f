//! What a text has of the words that rules ask for, and where.

use smallvec::SmallVec;

use super::gate::{LeafId, LeafSet};
use super::spots::{SPOTS_MAX, Spot};
use super::vocabulary::{Vocabulary, WordId};
use crate::text::tokens::TokenText;

/// The words of the rules that stand in a text, place after place.
pub(super) struct Words {
    words: SmallVec<[WordId; 64]>,
    /// For each place, how many stand there or before.
    ends: SmallVec<[u32; 48]>,
}

impl Words {
    /// Looks every word of a text up.
    pub(super) fn new(vocabulary: &Vocabulary, text: &TokenText) -> Self {
        let mut words = SmallVec::new();
        let mut ends: SmallVec<[u32; 48]> = SmallVec::new();
        for token in text.tokens() {
            let place = token.place as usize;
            if ends.len() <= place {
                ends.resize(place + 1, count(words.len()));
            }
            let forms = [Some(token.text), token.short];
            for form in forms.into_iter().flatten() {
                vocabulary.look_up(form, |word| words.push(word));
            }
            ends[place] = count(words.len());
        }
        Self { words, ends }
    }

    /// Every word with its place, in reading order; where two forms of a token are the same word, it is there twice.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, WordId)> {
        (0..count(self.ends.len()))
            .flat_map(|place| self.at(place).iter().map(move |&word| (place, word)))
    }

    /// Whether these words stand in a row from place `first` on.
    pub(super) fn has_row(&self, first: u32, row: &[WordId]) -> bool {
        (first..)
            .zip(row)
            .all(|(place, word)| self.at(place).contains(word))
    }

    fn at(&self, place: u32) -> &[WordId] {
        let place = place as usize;
        let start = if place == 0 {
            0
        } else {
            self.ends.get(place - 1).copied().unwrap_or(0)
        };
        let end = self.ends.get(place).copied().unwrap_or(start);
        &self.words[start as usize..end as usize]
    }
}

/// The leaves that a text has, and where.
#[derive(Debug)]
pub(super) struct Found {
    set: LeafSet,
    /// For each group of leaves the last one found, or [`NONE`].
    groups: [u32; GROUPS],
    leaves: SmallVec<[FoundLeaf; 48]>,
    spots: SmallVec<[FoundSpot; 64]>,
}

/// A message has few leaves, so that most groups are empty or have one.
const GROUPS: usize = 256;

/// No leaf, or no spot.
const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct FoundLeaf {
    leaf: LeafId,
    /// The one of its group that was found before it.
    next: u32,
    first: u32,
    last: u32,
    spots: u32,
}

#[derive(Debug, Clone, Copy)]
struct FoundSpot {
    spot: Spot,
    /// The next one of the same leaf.
    next: u32,
}

impl Default for Found {
    fn default() -> Self {
        Self {
            set: LeafSet::default(),
            groups: [NONE; GROUPS],
            leaves: SmallVec::new(),
            spots: SmallVec::new(),
        }
    }
}

impl Found {
    /// Adds a leaf that stands at `spot`; the first [`SPOTS_MAX`] of each are kept.
    pub(super) fn add(&mut self, leaf: LeafId, spot: Spot) {
        let added = count(self.spots.len());
        let place = self.place_of(leaf);
        let entry = &mut self.leaves[place];
        if entry.first == NONE {
            entry.first = added;
        } else {
            let last = &mut self.spots[entry.last as usize];
            if last.spot == spot || entry.spots as usize >= SPOTS_MAX {
                return;
            }
            last.next = added;
        }
        entry.last = added;
        entry.spots += 1;
        self.spots.push(FoundSpot { spot, next: NONE });
    }

    /// Adds a leaf of which only its presence counts.
    pub(super) fn add_without_place(&mut self, leaf: LeafId) {
        self.place_of(leaf);
    }

    fn place_of(&mut self, leaf: LeafId) -> usize {
        if let Some(place) = self.find(leaf) {
            return place;
        }
        let group = &mut self.groups[group(leaf)];
        self.set.add(leaf);
        self.leaves.push(FoundLeaf {
            leaf,
            next: *group,
            first: NONE,
            last: NONE,
            spots: 0,
        });
        let place = self.leaves.len() - 1;
        *group = count(place);
        place
    }

    fn find(&self, leaf: LeafId) -> Option<usize> {
        let mut place = self.groups[group(leaf)];
        while place != NONE {
            let found = &self.leaves[place as usize];
            if found.leaf == leaf {
                return Some(place as usize);
            }
            place = found.next;
        }
        None
    }

    /// Whether the text has a leaf.
    pub(super) fn has(&self, leaf: LeafId) -> bool {
        self.set.may_have(leaf) && self.find(leaf).is_some()
    }

    /// Where a leaf stands, in the order in which that was found; some may be there twice.
    pub(super) fn spots(&self, leaf: LeafId) -> impl Iterator<Item = Spot> {
        let found = if self.set.may_have(leaf) {
            self.find(leaf)
        } else {
            None
        };
        let mut next = found.map_or(NONE, |place| self.leaves[place].first);
        std::iter::from_fn(move || {
            let found = self.spots.get(next as usize)?;
            next = found.next;
            Some(found.spot)
        })
    }

    /// All leaves, each once.
    pub(super) fn leaves(&self) -> impl Iterator<Item = LeafId> {
        self.leaves.iter().map(|found| found.leaf)
    }

    /// All leaves, as what rules need is held against.
    pub(super) fn set(&self) -> &LeafSet {
        &self.set
    }
}

fn group(leaf: LeafId) -> usize {
    (leaf.wrapping_mul(0x9e37_79b1) >> 24) as usize % GROUPS
}

fn count(words: usize) -> u32 {
    u32::try_from(words).expect("what is read of a text is bounded")
}
