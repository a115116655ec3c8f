//! What the classifier sees of a text: hashed n-grams, weighed by how rare they are. It must never keep the words.
//!
//! Blocks as in scikit-learn's `TfidfVectorizer` with the analysers `word` (1 to 2 words, where the start of the text
//! counts as a word) and `char_wb` (2 to 5 characters inside a word, the space before and after it included), and one for
//! the hints that come with a text. All blocks have the same length, so that none outweighs another.

#[cfg(test)]
mod tests;

use std::hint::select_unpredictable;

use smallvec::{SmallVec, smallvec};

use crate::text::tokens::{Token, TokenKind, TokenText};

/// Buckets of a block, as a power of two. At 2^18 collisions cost nothing that could be measured.
const BUCKET_BITS: u32 = 18;

/// The blocks: words, characters, hints.
const WORDS: u32 = 0;
const CHARACTERS: u32 = 1;
const HINTS: u32 = 2;

/// Buckets of all blocks.
pub(super) const BUCKETS: usize = 3 << BUCKET_BITS;

/// The longest n-gram of characters; the shortest has two.
const CHARACTERS_MAX: usize = 5;

/// How many n-grams of one text count; longer texts are cut, so that the work for one text is bounded.
const NGRAMS_MAX: usize = 16_384;

/// Buckets whose marks share a machine word.
const MARKS: usize = u64::BITS as usize;

/// Some buckets next to each other, side by side with what finds their features.
#[derive(Debug, Clone, Copy, Default)]
struct Marks {
    /// A bit for each that is a feature.
    bits: u64,
    /// How many features stand before them.
    before: u32,
}

/// What a text shows.
#[derive(Debug, Clone)]
pub(super) struct Features {
    /// The value of each feature, none twice.
    pub(super) values: Vec<(u32, f32)>,
    /// How much of the text was ever seen in training, 0 to 1: the mean of words and characters, by how much each says.
    pub(super) known: f32,
}

/// The features of a set of texts.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// Which buckets are features. Most are not, so this is much smaller than a table.
    marks: Vec<Marks>,
    /// How much each feature says: the logarithm of how few texts have it; behind them the same for what is no feature.
    rarity: Vec<f32>,
}

impl Vocabulary {
    /// Learns from texts which n-grams there are, and how rare each is. Only the `features_max` that most texts have
    /// become features, or fewer where many are equally rare.
    pub(super) fn new(texts: &[Ngrams], features_max: usize) -> Self {
        let mut counts = vec![0_u32; BUCKETS];
        for ngrams in texts {
            for (bucket, _) in &ngrams.0 {
                counts[*bucket as usize] += 1;
            }
        }
        let fits = |texts_min: &u32| {
            let frequent = counts.iter().filter(|count| *count >= texts_min);
            frequent.count() <= features_max
        };
        let texts_min = (1..u32::MAX).find(fits).unwrap_or(u32::MAX);
        let rarity = |count: u32| {
            let share = (1.0 + as_float(texts.len())) / (1.0 + f64::from(count));
            narrow(share.ln() + 1.0)
        };
        let features = (0..)
            .zip(counts)
            .filter(|(_, count)| *count >= texts_min)
            .map(|(bucket, count)| (bucket, rarity(count)));
        Self::of(features, rarity(0))
    }

    /// The vocabulary with these features, each a bucket and its rarity, in the order of buckets.
    pub(super) fn of(features: impl Iterator<Item = (u32, f32)>, rarity_unknown: f32) -> Self {
        let mut marks = vec![Marks::default(); BUCKETS / MARKS];
        let mut rarity = Vec::new();
        for (bucket, rare) in features {
            marks[bucket as usize / MARKS].bits |= 1 << (bucket as usize % MARKS);
            rarity.push(rare);
        }
        rarity.push(rarity_unknown);
        rarity.shrink_to_fit();
        let mut sum = 0;
        for marks in &mut marks {
            marks.before = sum;
            sum += marks.bits.count_ones();
        }
        Self { marks, rarity }
    }

    /// The features, as [`Vocabulary::of`] takes them.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u32, f32)> {
        let features = (0..)
            .take(BUCKETS)
            .map(|bucket| (bucket, self.feature(bucket)));
        features
            .filter(|(_, feature)| *feature != self.unknown())
            .map(|(bucket, feature)| (bucket, self.rarity[feature as usize]))
    }

    /// How much an n-gram says that is no feature.
    pub(super) fn rarity_unknown(&self) -> f32 {
        self.rarity[self.unknown() as usize]
    }

    /// How many features there are; the last one is there in every text.
    pub(super) fn len(&self) -> usize {
        self.rarity.len()
    }

    /// What stands for all that is no feature, and for the feature that is there in every text.
    fn unknown(&self) -> u32 {
        u32::try_from(self.rarity.len() - 1).expect("no more than buckets")
    }

    /// The feature of a bucket, else [`Self::unknown`].
    fn feature(&self, bucket: u32) -> u32 {
        let (word, bit) = (bucket as usize / MARKS, bucket as usize % MARKS);
        let Marks { bits, before } = self.marks[word];
        let feature = before + (bits & ((1 << bit) - 1)).count_ones();
        // Chosen, not jumped over: nobody can foretell which it is.
        select_unpredictable(bits >> bit & 1 == 1, feature, self.unknown())
    }

    /// The features of a text. What was never seen in training makes the rest count less.
    pub(super) fn features(&self, ngrams: &Ngrams) -> Features {
        self.features_where(ngrams, |_| true)
    }

    /// The features that a text of the training would have, had it not been there: what may be a feature through this text
    /// alone is none.
    pub(super) fn features_without_itself(&self, ngrams: &Ngrams) -> Features {
        let rarest = self.rarity[..self.unknown() as usize]
            .iter()
            .copied()
            .fold(0.0, f32::max);
        self.features_where(ngrams, |rarity| rarity < rarest)
    }

    fn features_where(&self, ngrams: &Ngrams, is_known: impl Fn(f32) -> bool) -> Features {
        let (unknown, rarity_unknown) = (self.unknown(), self.rarity_unknown());
        let mut values = vec![(0, 0.0); ngrams.0.len() + 1];
        let mut end = 0;
        let mut known = [0.0; 3];
        let blocks = ngrams
            .0
            .chunk_by(|(one, _), (other, _)| one >> BUCKET_BITS == other >> BUCKET_BITS);
        for block in blocks {
            let from = end;
            let (mut squares, mut squares_known) = (0.0, 0.0);
            for &(bucket, times) in block {
                let feature = self.feature(bucket);
                let rarity = self.rarity[feature as usize];
                let is_known = (feature != unknown) & is_known(rarity);
                let rarity = select_unpredictable(is_known, rarity, rarity_unknown);
                let value = often(times) * rarity;
                squares += value * value;
                squares_known += select_unpredictable(is_known, value * value, 0.0);
                // Written over by the next one where it is not known.
                values[end] = (feature, value);
                end += usize::from(is_known);
            }
            let scale = 1.0 / squares.sqrt();
            for (_, value) in &mut values[from..end] {
                *value *= scale;
            }
            known[(block[0].0 >> BUCKET_BITS) as usize] = squares_known / squares;
        }
        values[end] = (unknown, 1.0);
        values.truncate(end + 1);
        Features {
            values,
            known: known[WORDS as usize].midpoint(known[CHARACTERS as usize]),
        }
    }
}

/// What it counts to be there `times` times.
fn often(times: u32) -> f32 {
    if times == 1 {
        return 1.0;
    }
    1.0 + narrow(f64::from(times).ln())
}

/// The buckets of all n-grams of a text, each with how often it is there; those of a block stand together.
#[derive(Debug)]
pub(super) struct Ngrams(Vec<(u32, u32)>);

impl Ngrams {
    /// The n-grams of a text and of the hints that come with it.
    pub(super) fn new<'h>(text: &TokenText, hints: impl IntoIterator<Item = &'h str>) -> Self {
        let words = || text.tokens().filter_map(|token| shown(&token));
        // Each character ends at most four n-grams, and so does the space behind; then two of words.
        let all: usize = words().map(|word| 4 * word.len() + 6).sum();
        let mut counter = Counter::new(all.min(NGRAMS_MAX));
        let mut before = Hash::NEW;
        for word in words() {
            let hash = Hash::NEW.all(word);
            counter.add(hash.bucket(WORDS));
            counter.add(before.with(' ').all(word).bucket(WORDS));
            before = hash;
        }
        words().for_each(|word| counter.add_characters(word));
        let mut counts = counter.counts;
        let hints = hints.into_iter();
        counts.extend(hints.map(|hint| (Hash::NEW.all(hint).bucket(HINTS), 1)));
        Self(counts)
    }

    /// The same in the order of buckets, which is what is learned from.
    pub(super) fn sorted(mut self) -> Self {
        self.0.sort_unstable();
        self.0.shrink_to_fit();
        self
    }
}

/// Counts n-grams.
struct Counter {
    counts: Vec<(u32, u32)>,
    /// A hash table of places in `counts`, each one more than it is; 0 is free. A power of two, half of it stays free.
    slots: SmallVec<[u16; 1024]>,
    /// How many more n-grams may come.
    room: usize,
}

impl Counter {
    fn new(room: usize) -> Self {
        Self {
            counts: Vec::with_capacity(room),
            slots: smallvec![0; (2 * room).next_power_of_two()],
            room,
        }
    }

    fn add(&mut self, bucket: u32) {
        if self.room == 0 {
            return;
        }
        self.room -= 1;
        let last = self.slots.len() - 1;
        let mut slot = bucket as usize & last;
        loop {
            let place = usize::from(self.slots[slot]);
            if place == 0 {
                self.counts.push((bucket, 1));
                self.slots[slot] = u16::try_from(self.counts.len()).expect("NGRAMS_MAX fits");
                return;
            }
            let (other, count) = &mut self.counts[place - 1];
            if *other == bucket {
                *count += 1;
                return;
            }
            slot = (slot + 1) & last;
        }
    }

    /// Adds the n-grams of a word's characters, the space before and after it included.
    fn add_characters(&mut self, word: &str) {
        // What began at the last character, at the one before, and so on: each grows by every character.
        let mut begun = [Hash::NEW.with(' '); CHARACTERS_MAX - 1];
        for (at, c) in (1..).zip(word.chars().chain([' '])) {
            let grown = begun.map(|hash| hash.with(c));
            for hash in grown.iter().take(at) {
                self.add(hash.bucket(CHARACTERS));
            }
            begun = [Hash::NEW.with(c), grown[0], grown[1], grown[2]];
        }
    }
}

/// What a token shows: who is named and what is linked says nothing about what a text is about.
fn shown<'t>(token: &Token<'t>) -> Option<&'t str> {
    match token.kind {
        TokenKind::Word | TokenKind::Emoji => Some(token.text),
        TokenKind::Handle => Some("@"),
        TokenKind::Url => Some("://"),
        // Its words follow as tokens of their own.
        TokenKind::Hashtag => None,
    }
}

/// FNV-1a over characters: the same on every machine and in every version.
#[derive(Debug, Clone, Copy)]
struct Hash(u64);

impl Hash {
    const NEW: Self = Self(0xcbf2_9ce4_8422_2325);

    fn with(self, c: char) -> Self {
        Self((self.0 ^ u64::from(c)).wrapping_mul(0x0000_0100_0000_01b3))
    }

    fn all(self, word: &str) -> Self {
        word.chars().fold(self, Self::with)
    }

    /// The bucket in a block; the multiplication brings every bit to the top.
    fn bucket(self, block: u32) -> u32 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = u32::try_from(mixed >> (u64::BITS - BUCKET_BITS)).expect("18 bits fit");
        (block << BUCKET_BITS) + place
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn as_float(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, reason = "seven digits are enough")]
fn narrow(value: f64) -> f32 {
    value as f32
}
