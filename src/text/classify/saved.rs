//! A trained classifier as bytes, so that what was learned once need not be learned again. What is damaged, of another
//! version or of other examples is not read.
//!
//! Little-endian: `hark-cls`, the lesson's digest, the SHA-256 of all that follows; then the classes, each as its length
//! and its name; the features, each as its bucket and its rarity; the rarity of what is no feature; the step of each
//! feature; the weights; the calibration.

use std::fmt;

use sha2::{Digest, Sha256};

use super::Classifier;
use super::calibration::Calibration;
use super::features::{BUCKETS, Vocabulary};
use super::weights::Weights;

/// Goes up whenever the same examples make another classifier, or the bytes are laid out differently.
const VERSION: u32 = 2;

const MAGIC: &[u8; 8] = b"hark-cls";

/// About how many bytes there are beside weights and features.
const SMALL_PARTS: usize = 8 * 1024;

/// Where what the checksum covers begins.
const CONTENT_AT: usize = MAGIC.len() + 2 * 32;

/// What a classifier was, or would be, learned from: the same for the same sources in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lesson([u8; 32]);

impl Lesson {
    /// Of all that the examples, and what rules say of them, are made from. What rules say may change with every release of
    /// hark, so that counts too.
    pub fn of<'s>(sources: impl IntoIterator<Item = &'s [u8]>) -> Self {
        let mut digest = Sha256::new();
        digest.update(VERSION.to_le_bytes());
        digest.update(env!("CARGO_PKG_VERSION"));
        for source in sources {
            digest.update(length(source.len()).to_le_bytes());
            digest.update(source);
        }
        Self(digest.finalize().into())
    }

    /// It as a source of another.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Lesson {
    /// In hexadecimal digits, as a file may be called.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Classifier {
    /// The classifier as bytes; `lesson` is what it was learned from.
    pub fn to_bytes(&self, lesson: &Lesson) -> Vec<u8> {
        let (weights, _) = self.weights.parts();
        let mut bytes =
            Vec::with_capacity(weights.len() + 12 * self.vocabulary.len() + SMALL_PARTS);
        bytes.extend(MAGIC);
        bytes.extend(lesson.0);
        bytes.resize(CONTENT_AT, 0);
        self.write(&mut bytes);
        let sum = Sha256::digest(&bytes[CONTENT_AT..]);
        bytes[CONTENT_AT - sum.len()..CONTENT_AT].copy_from_slice(&sum);
        bytes
    }

    /// The classifier that was learned from `lesson`; none where the bytes are anything else.
    pub fn from_bytes(bytes: &[u8], lesson: &Lesson) -> Option<Self> {
        let (head, content) = bytes.split_at_checked(CONTENT_AT)?;
        let (magic, sums) = head.split_at(MAGIC.len());
        let is_ours = magic == MAGIC
            && sums[..32] == lesson.0
            && sums[32..] == *Sha256::digest(content).as_slice();
        if !is_ours {
            return None;
        }
        let mut reader = Reader(content);
        let classifier = reader.classifier()?;
        reader.0.is_empty().then_some(classifier)
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(length(self.classes.len()).to_le_bytes());
        for class in &self.classes {
            bytes.extend(length(class.len()).to_le_bytes());
            bytes.extend(class.as_bytes());
        }
        bytes.extend(length(self.vocabulary.len() - 1).to_le_bytes());
        for (bucket, rarity) in self.vocabulary.entries() {
            bytes.extend(bucket.to_le_bytes());
            bytes.extend(rarity.to_le_bytes());
        }
        bytes.extend(self.vocabulary.rarity_unknown().to_le_bytes());
        let (weights, steps) = self.weights.parts();
        bytes.extend(steps.iter().flat_map(|step| step.to_le_bytes()));
        bytes.extend(weights.iter().flat_map(|weight| weight.to_le_bytes()));
        let Calibration {
            slopes,
            threshold,
            strict_threshold,
        } = self.calibration;
        let numbers = slopes.into_iter().chain([threshold, strict_threshold]);
        bytes.extend(numbers.flat_map(f64::to_le_bytes));
    }
}

/// What is left to read.
struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn classifier(&mut self) -> Option<Classifier> {
        let classes = self.count()?;
        let classes: Vec<String> = (0..classes).map(|_| self.text()).collect::<Option<_>>()?;
        let features = self.count()?;
        let entries: Vec<(u32, f32)> = (0..features)
            .map(|_| Some((u32::from_le_bytes(self.take()?), self.number()?)))
            .collect::<Option<_>>()?;
        let in_order = entries.is_sorted_by(|one, other| one.0 < other.0);
        let in_range = |(bucket, _): &(u32, f32)| (*bucket as usize) < BUCKETS;
        if !in_order || !entries.last().is_none_or(in_range) {
            return None;
        }
        let vocabulary = Vocabulary::of(entries.into_iter(), self.number()?);
        let (steps, _) = self
            .bytes(vocabulary.len().checked_mul(4)?)?
            .as_chunks::<4>();
        let steps = steps.iter().copied().map(f32::from_le_bytes).collect();
        let weights = self.bytes(vocabulary.len().checked_mul(classes.len())?)?;
        let weights = weights.iter().map(|byte| byte.cast_signed());
        let weights = Weights::of(weights, steps, classes.len());
        let mut precise = || self.take().map(f64::from_le_bytes);
        let calibration = Calibration {
            slopes: [precise()?, precise()?, precise()?, precise()?],
            threshold: precise()?,
            strict_threshold: precise()?,
        };
        Some(Classifier {
            classes,
            vocabulary,
            weights,
            calibration,
        })
    }

    fn bytes(&mut self, count: usize) -> Option<&[u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(u32::from_le_bytes(self.take()?)).ok()
    }

    fn number(&mut self) -> Option<f32> {
        self.take().map(f32::from_le_bytes)
    }

    fn text(&mut self) -> Option<String> {
        let count = self.count()?;
        String::from_utf8(self.bytes(count)?.to_vec()).ok()
    }
}

fn length(count: usize) -> u32 {
    u32::try_from(count).expect("examples are far below 4 GB")
}
