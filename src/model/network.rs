//! What a network allows, as data: the engine fits its words to it, the library checks replies against it.

use unicode_segmentation::UnicodeSegmentation;

/// The unit in which a network counts the length of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextUnit {
    /// Unicode scalar values: Telegram, Discord.
    Chars,
    /// Grapheme clusters: Mastodon, Bluesky.
    Graphemes,
    /// UTF-8 bytes: Instagram.
    Bytes,
    /// UTF-16 code units.
    Utf16,
}

impl TextUnit {
    /// The length of `text` in this unit.
    pub fn count(self, text: &str) -> usize {
        match self {
            Self::Chars => text.chars().count(),
            Self::Graphemes => text.graphemes(true).count(),
            Self::Bytes => text.len(),
            Self::Utf16 => text.encode_utf16().count(),
        }
    }
}

/// What one account's network allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest text of one message, in `unit`.
    pub text_max: usize,
    /// How this network counts.
    pub unit: TextUnit,
    /// Characters with a meaning here (markup, mentions, links); they are taken out of every value that comes from outside.
    pub markup: &'static str,
}

impl Limits {
    /// Whether `text` may be sent as one message.
    pub fn fits(&self, text: &str) -> bool {
        // No unit counts more than there are bytes.
        text.len() <= self.text_max || self.unit.count(text) <= self.text_max
    }
}

/// Who can read a message.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everyone who follows or passes by.
    Public,
    /// The customer and us.
    Private,
}

impl Visibility {
    /// Whether others read along.
    pub fn is_public(self) -> bool {
        self == Self::Public
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unit_counts_as_its_network_does() {
        let family = "👨‍👩‍👧é";
        for (unit, count) in [
            (TextUnit::Graphemes, 2),
            (TextUnit::Chars, 6),
            (TextUnit::Utf16, 9),
            (TextUnit::Bytes, 20),
        ] {
            assert_eq!(unit.count(family), count, "{unit:?}");
        }
    }

    #[test]
    fn a_text_of_exactly_the_limit_fits() {
        let limits = Limits {
            text_max: 3,
            unit: TextUnit::Chars,
            markup: "",
        };
        assert!(limits.fits("abc"));
        assert!(!limits.fits("abcd"));
    }
}
