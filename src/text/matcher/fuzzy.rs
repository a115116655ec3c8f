//! Words that are asked for with typing slips (`luggage~1`), found without comparing each of them.
//!
//! Two words that are so many edits apart become the same when so many letters are left out of each. So the words are
//! kept under every form that they have with letters left out, and the forms of a token are looked up.

use super::distance::{LETTERS_MAX, within};
use super::table::HashTable;
use super::vocabulary::WordId;

/// Words with the edits that each allows.
#[derive(Debug)]
pub(super) struct FuzzyWords {
    words: Vec<FuzzyWord>,
    /// Places in `words` by the hash of each form.
    forms: HashTable,
    /// Fewest letters of a token that could be one of them, for words that allow one edit and for those that allow more.
    shortest: [usize; 2],
}

#[derive(Debug)]
struct FuzzyWord {
    text: String,
    edits: u8,
    id: WordId,
    outline: Outline,
}

/// So few words are looked at one by one sooner than a token's forms are looked up.
const FEW: usize = 16;

impl FuzzyWords {
    /// Learns words, each with its edits (1 or 2) and its number.
    pub(super) fn new(words: &[(&str, u8, WordId)]) -> Self {
        let mut forms = Vec::new();
        let mut shortest = [usize::MAX; 2];
        for (place, (text, edits, _)) in (0..).zip(words) {
            let letters = Letters::of(text);
            letters.forms(*edits, |form| forms.push((form, place)));
            let shortest = &mut shortest[usize::from(*edits > 1)];
            *shortest = (*shortest).min(letters.count.saturating_sub(usize::from(*edits)));
        }
        Self {
            words: words
                .iter()
                .map(|&(text, edits, id)| FuzzyWord {
                    text: text.to_owned(),
                    edits,
                    id,
                    outline: Outline::of(text),
                })
                .collect(),
            forms: HashTable::new(forms),
            shortest,
        }
    }

    /// Calls `found` with every word that `token` could be, misspelt.
    pub(super) fn look_up(&self, token: &str, mut found: impl FnMut(WordId)) {
        let shortest = self.shortest[0].min(self.shortest[1]);
        if token.len() < shortest {
            return;
        }
        if self.words.len() <= FEW {
            return self.look_at_all(token, found);
        }
        let letters = Letters::of(token);
        let edits =
            u8::from(letters.count >= shortest) + u8::from(letters.count >= self.shortest[1]);
        if edits == 0 {
            return;
        }
        let mut places = Vec::new();
        letters.forms(edits, |form| places.extend(self.forms.get(form)));
        places.sort_unstable();
        places.dedup();
        for place in places {
            let word = &self.words[place as usize];
            if within(&word.text, token, word.edits) {
                found(word.id);
            }
        }
    }

    fn look_at_all(&self, token: &str, mut found: impl FnMut(WordId)) {
        let outline = Outline::of(token);
        for word in &self.words {
            if word.outline.may_be_within(outline, word.edits)
                && within(&word.text, token, word.edits)
            {
                found(word.id);
            }
        }
    }
}

/// Roughly which letters a word has, and how many. An edit adds and removes at most one.
#[derive(Debug, Clone, Copy)]
struct Outline {
    /// One bit for every 32nd letter.
    letters: u32,
    count: u32,
}

impl Outline {
    fn of(word: &str) -> Self {
        let mut outline = Self {
            letters: 0,
            count: 0,
        };
        for c in word.chars() {
            outline.letters |= 1 << (u32::from(c) % 32);
            outline.count += 1;
        }
        outline
    }

    fn may_be_within(self, other: Self, edits: u8) -> bool {
        let edits = u32::from(edits);
        self.count.abs_diff(other.count) <= edits
            && (self.letters & !other.letters).count_ones() <= edits
            && (other.letters & !self.letters).count_ones() <= edits
    }
}

/// The letters of a word, prepared so that the hash of what is left without some of them takes no second look at the
/// others: the hash is a polynomial, and leaving a letter out divides all terms behind it by its base.
struct Letters {
    /// How many there are; those beyond [`LETTERS_MAX`] are counted and no more.
    count: usize,
    /// The hash of the first 0, 1, 2, … letters.
    sums: [u64; LETTERS_MAX + 1],
    /// The hash of all.
    whole: u64,
}

/// Any odd number has an inverse modulo 2^64; this is a prime without a pattern.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
const BASE_INVERSE: u64 = inverse(BASE);

impl Letters {
    fn of(word: &str) -> Self {
        let mut letters = Self {
            count: 0,
            sums: [0; LETTERS_MAX + 1],
            whole: 0,
        };
        let mut power = 1_u64;
        for c in word.chars() {
            // A letter's own number is spread too, or neighbours in the alphabet would meet.
            let letter = (u64::from(c) + 1).wrapping_mul(0xd6e8_feb8_6659_fd93);
            letters.whole = letters
                .whole
                .wrapping_add(letter.rotate_left(29).wrapping_mul(power));
            power = power.wrapping_mul(BASE);
            letters.count += 1;
            if let Some(sum) = letters.sums.get_mut(letters.count) {
                *sum = letters.whole;
            }
        }
        letters
    }

    /// The hash of the word and of each form of it with at most `edits` letters left out. Words that are too long to be
    /// compared letter by letter have only themselves.
    fn forms(&self, edits: u8, mut form: impl FnMut(u64)) {
        form(spread(self.whole));
        if self.count > LETTERS_MAX || edits == 0 {
            return;
        }
        for first in 0..self.count {
            let head = self.sums[first];
            let behind = |from: usize, to: usize| self.sums[to].wrapping_sub(self.sums[from]);
            let tail = behind(first + 1, self.count).wrapping_mul(BASE_INVERSE);
            form(spread(head.wrapping_add(tail)));
            if edits == 1 {
                continue;
            }
            for second in first + 1..self.count {
                let middle = behind(first + 1, second).wrapping_mul(BASE_INVERSE);
                let tail = behind(second + 1, self.count)
                    .wrapping_mul(BASE_INVERSE)
                    .wrapping_mul(BASE_INVERSE);
                form(spread(head.wrapping_add(middle).wrapping_add(tail)));
            }
        }
    }
}

/// Newton's method: each step doubles the number of right bits, of which an odd number has three to begin with.
const fn inverse(odd: u64) -> u64 {
    let mut inverse = odd;
    let mut step = 0;
    while step < 5 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)));
        step += 1;
    }
    inverse
}

fn spread(hash: u64) -> u64 {
    (hash ^ hash >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_base_has_its_inverse() {
        assert_eq!(BASE.wrapping_mul(BASE_INVERSE), 1);
    }

    proptest! {
        #[test]
        fn every_word_within_reach_is_found(
            words in proptest::collection::vec(("[abcé]{3,8}|a{39,42}", 1..=2_u8), 0..2 * FEW),
            token in "[abcé]{0,9}|a{38,43}",
        ) {
            let words: Vec<(&str, u8, WordId)> = words
                .iter()
                .zip(0..)
                .map(|((text, edits), id)| (text.as_str(), *edits, id))
                .collect();
            let mut found = Vec::new();
            FuzzyWords::new(&words).look_up(&token, |id| found.push(id));
            let near = words.iter().filter(|(text, edits, _)| within(text, &token, *edits));
            let expected: Vec<WordId> = near.map(|(_, _, id)| *id).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
