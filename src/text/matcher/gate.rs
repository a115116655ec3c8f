//! What a text must have for a rule to be worth evaluating.

/// The number of a leaf: words in a row, a word list, or a kind of entity.
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

impl Default for LeafSet {
    fn default() -> Self {
        Self([0; 64])
    }
}

impl LeafSet {
    pub(super) fn add(&mut self, leaf: LeafId) {
        let bit = bit(leaf);
        self.0[(bit >> 6) as usize % 64] |= 1 << (bit & 63);
    }

    /// Whether the leaf may be among them; where it says no, it is not.
    pub(super) fn may_have(&self, leaf: LeafId) -> bool {
        self.has(bit(leaf))
    }

    fn has(&self, bit: u32) -> bool {
        self.0[(bit >> 6) as usize % 64] & 1 << (bit & 63) != 0
    }
}

/// One of 4096.
fn bit(leaf: LeafId) -> u32 {
    leaf.wrapping_mul(0x9e37_79b1) >> 20
}

/// Ends what stands together in [`Gates`].
const LAST: u32 = 1 << 31;

/// For each leaf the rules that it wakes, and what each of these needs beside. It says of most texts, in no time, that a
/// rule cannot match them: what is read for a leaf stands together in memory.
#[derive(Debug)]
pub(super) struct Gates {
    starts: Vec<u32>,
    /// For each rule its place, how many bits follow, and these: one of each group must be set.
    numbers: Vec<u32>,
}

impl Gates {
    /// Orders what the rules need, by place, under the leaves that wake them: one of the rarest of each rule. Those that
    /// need nothing are woken by the leaf `leaves`, which every text has.
    pub(super) fn new(leaves: LeafId, rules: Vec<Vec<Needed>>) -> Self {
        let mut woken = Vec::new();
        let mut others = Vec::new();
        for (place, mut needed) in (0..).zip(rules) {
            needed.sort_by_key(|needed| needed.frequency);
            let mut needed = needed.into_iter();
            let woken_by = needed
                .next()
                .map_or_else(|| vec![leaves], |rarest| rarest.leaves);
            woken.extend(woken_by.into_iter().map(|leaf| (leaf, place)));
            others.push(bits(needed));
        }
        woken.sort_unstable();
        let mut gates = Self {
            starts: Vec::with_capacity(leaves as usize + 2),
            numbers: Vec::new(),
        };
        let mut woken = woken.into_iter().peekable();
        for leaf in 0..=leaves {
            gates.starts.push(number(gates.numbers.len()));
            while let Some((_, place)) = woken.next_if(|&(other, _)| other == leaf) {
                let bits = &others[place as usize];
                gates.numbers.extend([place, number(bits.len())]);
                gates.numbers.extend_from_slice(bits);
            }
        }
        gates.starts.push(number(gates.numbers.len()));
        gates
    }

    /// Calls `awake` with every rule that `leaf` wakes and that could match a text that has `seen`.
    pub(super) fn wake(&self, leaf: LeafId, seen: &LeafSet, mut awake: impl FnMut(u32)) {
        let leaf = leaf as usize;
        let mut rest = &self.numbers[self.starts[leaf] as usize..self.starts[leaf + 1] as usize];
        while let [place, len, behind @ ..] = rest {
            let (bits, others) = behind.split_at(*len as usize);
            rest = others;
            if has_one_of_each(bits, seen) {
                awake(*place);
            }
        }
    }
}

/// The bits of all groups, the last of each marked.
fn bits(needed: impl Iterator<Item = Needed>) -> Vec<u32> {
    let mut bits: Vec<u32> = Vec::new();
    for group in needed {
        bits.extend(group.leaves.into_iter().map(bit));
        if let Some(last) = bits.last_mut() {
            *last |= LAST;
        }
    }
    bits
}

fn has_one_of_each(bits: &[u32], seen: &LeafSet) -> bool {
    let mut has_one = false;
    for bit in bits {
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

fn number(place: usize) -> u32 {
    u32::try_from(place).expect("rules are far smaller than 4 GB")
}
