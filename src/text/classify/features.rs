//! What the classifier sees of a text: hashed n-grams, weighed by how rare they are. It must never keep the words.
//!
//! Two blocks, as in scikit-learn's `TfidfVectorizer` with the analysers `word` (1 to 2 words) and `char_wb` (2 to 5
//! characters inside a word, the space before and after it included). The blocks have the same length, so that neither
//! outweighs the other.

use crate::text::tokens::{Token, TokenKind, TokenText};

/// Buckets of a block, as a power of two. At 2^18 collisions cost nothing that could be measured.
const BUCKET_BITS: u32 = 18;

/// Buckets of both blocks: words first, then characters.
const BUCKETS: usize = 2 << BUCKET_BITS;

/// The longest n-gram of characters; the shortest has two.
const CHARACTERS_MAX: usize = 5;

/// How many n-grams of one text count; longer texts are cut, so that the work for one text is bounded.
const NGRAMS_MAX: usize = 16_384;

/// The value of each feature that a text has, in the order of features, none twice.
pub(super) type Features = Vec<(u32, f32)>;

/// What is known of a bucket.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// How much it says: the logarithm of how few texts have it.
    rarity: f32,
    /// Its feature; none where too few of the texts had it.
    feature: Option<u32>,
}

/// The features of a set of texts.
#[derive(Debug)]
pub(super) struct Vocabulary {
    buckets: Vec<Bucket>,
    features: u32,
}

impl Vocabulary {
    /// Learns from texts which n-grams there are, and how rare each is. Only the `features_max` that most texts have
    /// become features, or fewer where many are equally rare; the others still count for the length of a text.
    pub(super) fn new(texts: &[&TokenText], features_max: usize) -> Self {
        let mut counts = vec![0_u32; BUCKETS];
        for text in texts {
            let mut ngrams = ngrams(text);
            ngrams.dedup();
            for ngram in ngrams {
                counts[ngram] += 1;
            }
        }
        let fits = |texts_min: &u32| {
            let frequent = counts.iter().filter(|count| *count >= texts_min);
            frequent.count() <= features_max
        };
        let texts_min = (1..u32::MAX).find(fits).unwrap_or(u32::MAX);
        let mut features = 0;
        let bucket = |count: u32| {
            let rarity = ((1.0 + as_float(texts.len())) / (1.0 + f64::from(count))).ln() + 1.0;
            let feature = (count >= texts_min).then_some(features);
            features += u32::from(feature.is_some());
            Bucket {
                rarity: narrow(rarity),
                feature,
            }
        };
        Self {
            buckets: counts.into_iter().map(bucket).collect(),
            features,
        }
    }

    /// How many features there are; the last one is there in every text.
    pub(super) fn len(&self) -> usize {
        self.features as usize + 1
    }

    /// The features of a text. What was never seen before makes the rest count less.
    pub(super) fn features(&self, text: &TokenText) -> Features {
        let ngrams = ngrams(text);
        let mut features = Vec::with_capacity(ngrams.len() + 1);
        let characters_from = ngrams.partition_point(|&ngram| ngram < BUCKETS / 2);
        for block in [&ngrams[..characters_from], &ngrams[characters_from..]] {
            self.add_block(block, &mut features);
        }
        features.push((self.features, 1.0));
        features
    }

    fn add_block(&self, ngrams: &[usize], features: &mut Features) {
        let from = features.len();
        let mut squares = 0.0;
        for same in ngrams.chunk_by(|one, other| one == other) {
            let bucket = self.buckets[same[0]];
            let often = 1.0 + narrow(as_float(same.len()).ln());
            let value = often * bucket.rarity;
            squares += value * value;
            if let Some(feature) = bucket.feature {
                features.push((feature, value));
            }
        }
        for (_, value) in &mut features[from..] {
            *value /= squares.sqrt();
        }
    }
}

/// The buckets of all n-grams of a text, sorted; one that occurs twice stands there twice.
fn ngrams(text: &TokenText) -> Vec<usize> {
    let mut ngrams = Vec::with_capacity(text.original.len() * 4);
    let mut before: Option<Hash> = None;
    for word in text.tokens().filter_map(|token| shown(&token)) {
        if ngrams.len() >= NGRAMS_MAX {
            break;
        }
        let hash = Hash::NEW.all(word);
        ngrams.push(hash.bucket());
        if let Some(before) = before {
            ngrams.push(before.with(' ').all(word).bucket());
        }
        before = Some(hash);
        characters(word, &mut ngrams);
    }
    ngrams.truncate(NGRAMS_MAX);
    ngrams.sort_unstable();
    ngrams
}

/// The n-grams of a word's characters, the space before and after it included.
fn characters(word: &str, ngrams: &mut Vec<usize>) {
    let padded = || [' '].into_iter().chain(word.chars()).chain([' ']);
    for from in 0..=word.chars().count() {
        let mut hash = Hash::NEW;
        for (at, c) in padded().skip(from).take(CHARACTERS_MAX).enumerate() {
            hash = hash.with(c);
            if at > 0 {
                ngrams.push(BUCKETS / 2 + hash.bucket());
            }
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

    /// The place in a block; the multiplication brings every bit to the top.
    fn bucket(self) -> usize {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        usize::try_from(mixed >> (u64::BITS - BUCKET_BITS)).expect("18 bits fit")
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

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(text: &str) -> (usize, usize) {
        let ngrams = ngrams(&TokenText::new(text));
        let words = ngrams.partition_point(|&ngram| ngram < BUCKETS / 2);
        (words, ngrams.len() - words)
    }

    #[test]
    fn ngrams_are_one_to_two_words_and_two_to_five_characters() {
        for (text, expected) in [
            ("", (0, 0)),
            // " a", "a ", " a ".
            ("a", (1, 3)),
            // Of " bag ": four of two, three of three, two of four, one of five.
            ("bag", (1, 10)),
            // Of " lost ": 5, 4, 3 and 2.
            ("lost", (1, 14)),
            ("lost bag", (3, 24)),
            ("lost, lost bag!", (5, 38)),
            // The handle is "@", whoever it is.
            ("@northwind bag", (3, 13)),
            // A hashtag is its words.
            ("#LostBag", (3, 24)),
        ] {
            assert_eq!(counts(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_written_differently_and_means_the_same_is_the_same() {
        for (one, other, same) in [
            ("Lost BAG", "lost bag", true),
            ("café", "cafe", true),
            ("@anna bag", "@bernd bag", true),
            ("https://a.example/1 bag", "https://b.example/2 bag", true),
            ("lost bag", "bag lost", false),
            ("lost bag", "lostbag", false),
        ] {
            let equal = ngrams(&TokenText::new(one)) == ngrams(&TokenText::new(other));
            assert_eq!(equal, same, "{one} | {other}");
        }
    }

    #[test]
    fn both_blocks_have_length_one_when_all_is_known() {
        let text = TokenText::new("lost lost bag");
        let vocabulary = Vocabulary::new(&[&text], usize::MAX);
        let features = vocabulary.features(&text);
        let squares: f32 = features.iter().map(|(_, value)| value * value).sum();
        // Words, characters, and the one that every text has.
        assert!((squares - 3.0).abs() < 1e-5, "{squares}");
        assert!(features.is_sorted_by(|one, other| one.0 < other.0));
        assert_eq!(
            features.last(),
            Some(&(u32::try_from(vocabulary.len()).unwrap() - 1, 1.0))
        );
    }

    #[test]
    fn rare_words_weigh_more_and_too_rare_ones_are_no_features() {
        let texts = ["my bag", "my seat", "my bag", "zebra"].map(TokenText::new);
        let texts: Vec<&TokenText> = texts.iter().collect();
        let vocabulary = Vocabulary::new(&texts, 20);
        let value = |text: &str| {
            let features = vocabulary.features(&TokenText::new(text));
            features[..features.len() - 1].to_vec()
        };
        assert!(value("zebra").is_empty());
        assert!(value("quux").is_empty());
        let word = |text: &str| Hash::NEW.all(text).bucket();
        let rarity = |text: &str| vocabulary.buckets[word(text)].rarity;
        assert!(rarity("my") < rarity("bag") && rarity("bag") < rarity("zebra"));
    }
}
