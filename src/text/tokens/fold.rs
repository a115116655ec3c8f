//! Makes two spellings of one word equal: case, width, diacritics, apostrophes, drawn-out letters.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A folded word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folded {
    /// A letter written three times or more is written twice.
    pub(super) text: String,
    /// Such letters written once, where there were any.
    pub(super) short: Option<String>,
}

/// Folds a word as messages and rules are folded; what is neither letter, digit nor mark is dropped.
pub fn fold(word: &str) -> String {
    fold_word(word).text
}

/// Folds a word and keeps its short form.
pub(super) fn fold_word(word: &str) -> Folded {
    if word.is_ascii() {
        let letters = word.bytes().filter(u8::is_ascii_alphanumeric);
        return squeeze(letters.map(|byte| char::from(byte.to_ascii_lowercase())));
    }
    // Folding the case of a decomposed letter can bring new parts, so both are done until nothing is left to do.
    squeeze(
        word.chars()
            .filter(|&c| !is_dropped_mark(c))
            .nfkd()
            .default_case_fold()
            .nfkd()
            .filter(|&c| !is_dropped_mark(c) && is_word_part(c))
            .map(plain_letter)
            .default_case_fold()
            .nfc(),
    )
}

/// Folds what is kept whole with its signs: an address, an emoticon.
pub(super) fn fold_whole(text: &str) -> String {
    text.chars().default_case_fold().collect()
}

/// Whether a character belongs inside a word; the two ligatures of Kana, each several words, do not.
pub(super) fn is_word_part(c: char) -> bool {
    (c.is_alphanumeric() || (!c.is_ascii() && is_combining_mark(c))) && !matches!(c, 'ゟ' | 'ヿ')
}

/// Whether a character has no width and no meaning of its own, so that hiding it in a word changes nothing.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Marks that people leave out when they type in a hurry; the marks of Indic and other scripts are letters there.
fn is_dropped_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}')
}

/// Letters with a stroke or without a dot have no decomposition of their own.
fn plain_letter(c: char) -> char {
    match c {
        'ø' => 'o',
        'ł' => 'l',
        'đ' | 'ð' => 'd',
        'ħ' => 'h',
        'ı' => 'i',
        'ŧ' => 't',
        other => other,
    }
}

/// Writes a letter that stands three times or more in a row twice, and once in the short form.
fn squeeze(letters: impl Iterator<Item = char>) -> Folded {
    let mut text = String::new();
    let mut short: Option<String> = None;
    let mut last = None;
    let mut run = 0;
    for letter in letters {
        run = if last == Some(letter) { run + 1 } else { 1 };
        last = Some(letter);
        if run < 3 || !letter.is_alphabetic() {
            text.push(letter);
            if let Some(short) = &mut short {
                short.push(letter);
            }
        } else if run == 3 {
            // The second of the run is the last that was written to both.
            short.get_or_insert_with(|| text.clone()).pop();
        }
    }
    Folded { text, short }
}
