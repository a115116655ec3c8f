//! Places of a text at which a part of a rule matches, and which of them are near each other.

use smallvec::SmallVec;

/// Most places that are kept for one part of a rule: a text that has more is no message, and must not cost more.
pub(super) const SPOTS_MAX: usize = 1024;

/// A match of a part of a rule: from word `first` to word `last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub(super) first: u32,
    pub(super) last: u32,
}

impl Spot {
    /// The spot of the word at a place.
    pub(super) fn of_word(place: u32) -> Self {
        Self {
            first: place,
            last: place,
        }
    }

    /// The smallest spot that has both.
    pub(super) fn around(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
        }
    }

    /// Whether `other` lies inside.
    pub(super) fn has(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// How many words it covers.
    pub(super) fn len(self) -> u32 {
        self.last - self.first + 1
    }
}

/// Spots of one part of a rule; a message has few.
pub(super) type Spots = SmallVec<[Spot; 6]>;

/// Sorts, removes what is there twice, and keeps the first [`SPOTS_MAX`].
pub(super) fn tidy(mut spots: Spots) -> Spots {
    spots.sort_unstable();
    spots.dedup();
    spots.truncate(SPOTS_MAX);
    spots
}

/// The pairs that are apart by at most `gap` words, one of the left and one of the right, and of each order at most
/// [`SPOTS_MAX`]; both slices are sorted.
pub(super) fn pairs<'s>(
    left: &'s [Spot],
    right: &'s [Spot],
    gap: u32,
    ordered: bool,
) -> impl Iterator<Item = (Spot, Spot)> + 's {
    let before = if ordered { &[] } else { right };
    let reverse = followed_by(before, left, gap).map(|(one, other)| (other, one));
    followed_by(left, right, gap).chain(reverse)
}

fn followed_by<'s>(
    left: &'s [Spot],
    right: &'s [Spot],
    gap: u32,
) -> impl Iterator<Item = (Spot, Spot)> + 's {
    let pairs = left.iter().flat_map(move |&one| {
        let start = right.partition_point(|other| other.first <= one.last);
        right[start..]
            .iter()
            .take_while(move |other| other.first - one.last - 1 <= gap)
            .map(move |&other| (one, other))
    });
    pairs.take(SPOTS_MAX)
}
