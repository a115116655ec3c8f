//! Cuts a text into words, once, for all that searches it: most texts have no digit, and most words mean nothing here.

use super::lexicon::{self, Roles, Sense};

/// What a word is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape(u8);

const DIGIT: u8 = 1;
const CAPITAL: u8 = 2;
const SMALL: u8 = 4;
/// Letters beyond ASCII, and `_`, which no code has.
const OTHER: u8 = 8;
const BEYOND_ASCII: u8 = 16;

impl Shape {
    pub(super) fn has_digit(self) -> bool {
        self.0 & DIGIT != 0
    }

    pub(super) fn has_small(self) -> bool {
        self.0 & SMALL != 0
    }

    /// Digits and nothing else.
    pub(super) fn is_number(self) -> bool {
        self.0 == DIGIT
    }

    /// Capitals and nothing else.
    pub(super) fn is_capitals(self) -> bool {
        self.0 == CAPITAL
    }

    /// Letters and digits of ASCII.
    pub(super) fn is_ascii(self) -> bool {
        self.0 & OTHER == 0
    }
}

/// A run of letters and digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) shape: Shape,
    pub(super) sense: &'static Sense,
}

/// What each byte is in a word; 0 ends it.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    loop {
        classes[byte as usize] = match byte {
            b'0'..=b'9' => DIGIT,
            b'A'..=b'Z' => CAPITAL,
            b'a'..=b'z' => SMALL,
            b'_' => OTHER,
            0x80.. => BEYOND_ASCII,
            _ => 0,
        };
        if byte == u8::MAX {
            break classes;
        }
        byte += 1;
    }
};

/// The words of a text, in order, and what is among them.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) all: Vec<Word>,
    /// The roles of all words together.
    pub(super) roles: Roles,
    pub(super) has_digit: bool,
    /// Whether a word is three capitals.
    pub(super) has_code: bool,
    /// Whether an `@` stands between words.
    pub(super) has_at: bool,
}

/// Longer words mean nothing.
const MEANING_BYTES_MAX: usize = 24;

/// Cuts a text into words.
pub(super) fn words(text: &str) -> Words {
    let lexicon = lexicon::get();
    let bytes = text.as_bytes();
    let mut words = Words {
        all: Vec::with_capacity(bytes.len() / 5 + 1),
        ..Words::default()
    };
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let mut shape = 0;
        let mut hash = lexicon::HASH_START;
        while let Some(&byte) = bytes.get(at) {
            let class = CLASSES[usize::from(byte)];
            if class == 0 {
                break;
            }
            if class == BEYOND_ASCII {
                let Some(c) = text[at..].chars().next().filter(|&c| is_word(c)) else {
                    break;
                };
                hash = lexicon::hash_char(hash, c);
                shape |= OTHER | if c.is_lowercase() { SMALL } else { 0 };
                at += c.len_utf8();
            } else {
                hash = lexicon::hash_byte(hash, byte | 0x20);
                shape |= class;
                at += 1;
            }
        }
        if at == start {
            words.has_at |= bytes[at] == b'@';
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let sense = if shape & DIGIT == 0 && at - start <= MEANING_BYTES_MAX {
            lexicon.sense(hash, &text[start..at])
        } else {
            &lexicon::NONE
        };
        words.roles |= sense.roles;
        words.has_digit |= shape & DIGIT != 0;
        words.has_code |= shape == CAPITAL && at - start == 3;
        words.all.push(Word {
            start,
            end: at,
            shape: Shape(shape),
            sense,
        });
    }
    words
}

/// Letters, digits, and the accents that follow a letter as characters of their own.
fn is_word(c: char) -> bool {
    // Quotation marks, dashes and dots are by far the most common.
    !('\u{2010}'..='\u{205f}').contains(&c) && c.is_alphanumeric()
        || ('\u{300}'..='\u{36f}').contains(&c)
}
