//! What a text must have for a rule to be worth evaluating.

/// The number of a leaf: a word, a word list, or a kind of entity.
pub(super) type LeafId = u32;

/// Leaves, each of which sets one of 128 bits: a text has few, so most bits stay free.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LeafSet(u128);

impl LeafSet {
    pub(super) fn add(&mut self, leaf: LeafId) {
        self.0 |= 1 << (leaf.wrapping_mul(0x9e37_79b1) >> 25);
    }
}

impl FromIterator<LeafId> for LeafSet {
    fn from_iter<I: IntoIterator<Item = LeafId>>(leaves: I) -> Self {
        let mut set = Self::default();
        leaves.into_iter().for_each(|leaf| set.add(leaf));
        set
    }
}

/// Leaves of which at least one is seen wherever a rule matches.
#[derive(Debug)]
pub(super) struct Needed {
    pub(super) leaves: Vec<LeafId>,
    /// In how many texts of a million at least one is expected.
    pub(super) frequency: u64,
}

/// Says of most texts, in no time, that a rule cannot match them.
#[derive(Debug)]
pub(super) struct Gate {
    /// What the rule needs all of.
    all: LeafSet,
    /// What it needs one of, where there is such a choice; twice, since a third seldom tells more.
    any: [LeafSet; 2],
    /// The scope of the rule.
    pub(super) scope: u32,
}

impl Gate {
    /// The gate of a rule that has `needed`, and of these the leaves that wake it: one of the rarest.
    pub(super) fn new(scope: u32, mut needed: Vec<Needed>) -> (Self, Option<Vec<LeafId>>) {
        needed.sort_by_key(|needed| needed.frequency);
        let all = needed.iter().filter(|needed| needed.leaves.len() == 1);
        let all = all.map(|needed| needed.leaves[0]).collect();
        let mut needed = needed.into_iter();
        let woken_by = needed.next().map(|rarest| rarest.leaves);
        let mut choices = needed
            .filter(|needed| needed.leaves.len() > 1)
            .map(|needed| needed.leaves.into_iter().collect());
        let mut any = || choices.next().unwrap_or_default();
        let gate = Self {
            all,
            any: [any(), any()],
            scope,
        };
        (gate, woken_by)
    }

    /// Whether the rule could match a text that has `seen`.
    pub(super) fn lets_pass(&self, seen: LeafSet) -> bool {
        let has_one = |any: &LeafSet| any.0 == 0 || any.0 & seen.0 != 0;
        self.all.0 & !seen.0 == 0 && self.any.iter().all(has_one)
    }
}
