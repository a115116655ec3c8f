//! What a text must have for a rule to be worth evaluating.

/// The number of a leaf: a word, a word list, or a kind of entity.
pub(super) type LeafId = u32;

/// Leaves of which at least one is seen wherever a rule matches.
#[derive(Debug)]
pub(super) struct Needed {
    pub(super) leaves: Vec<LeafId>,
    /// In how many texts of a million at least one is expected.
    pub(super) frequency: u64,
}

/// The leaves of a text, each of which sets one of 4096 bits: few texts have so many that two often meet.
#[derive(Debug)]
pub(super) struct LeafSet([u64; 64]);

impl LeafSet {
    fn has(&self, bit: u16) -> bool {
        self.0[usize::from(bit >> 6)] & 1 << (bit & 63) != 0
    }
}

impl FromIterator<LeafId> for LeafSet {
    fn from_iter<I: IntoIterator<Item = LeafId>>(leaves: I) -> Self {
        let mut set = Self([0; 64]);
        for bit in leaves.into_iter().map(bit) {
            set.0[usize::from(bit >> 6)] |= 1 << (bit & 63);
        }
        set
    }
}

fn bit(leaf: LeafId) -> u16 {
    let spread = leaf.wrapping_mul(0x9e37_79b1) >> 20;
    u16::try_from(spread).expect("twelve bits are left")
}

/// Ends what stands together in [`Gates`].
const LAST: u16 = 1 << 15;

/// Says of most texts, in no time, that a rule cannot match them. All rules share one piece of memory, small enough to
/// stay near the processor.
#[derive(Debug, Default)]
pub(super) struct Gates {
    /// What each rule needs, one group behind the other: one bit of each group must be set.
    bits: Vec<u16>,
    ends: Vec<u32>,
}

impl Gates {
    /// Adds the gate of the next rule, and gives the leaves that wake it: one of the rarest that it needs.
    pub(super) fn push(&mut self, mut needed: Vec<Needed>) -> Option<Vec<LeafId>> {
        needed.sort_by_key(|needed| needed.frequency);
        let mut needed = needed.into_iter();
        let woken_by = needed.next().map(|rarest| rarest.leaves);
        for other in needed {
            self.bits.extend(other.leaves.into_iter().map(bit));
            if let Some(last) = self.bits.last_mut() {
                *last |= LAST;
            }
        }
        let end = u32::try_from(self.bits.len()).expect("rules are far smaller than 4 GB");
        self.ends.push(end);
        woken_by
    }

    /// Whether the rule at `place`, woken by a leaf, could match a text that has `seen`.
    pub(super) fn lets_pass(&self, place: u32, seen: &LeafSet) -> bool {
        let place = place as usize;
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        let mut has_one = false;
        for &bit in &self.bits[start as usize..self.ends[place] as usize] {
            has_one |= seen.has(bit & !LAST);
            if bit & LAST != 0 {
                if !has_one {
                    return false;
                }
                has_one = false;
            }
        }
        true
    }
}
