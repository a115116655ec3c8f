//! Makes two spellings of one word equal: case, width, diacritics, apostrophes, drawn-out letters.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::lookalike::{is_disguised, latin};

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
    fold_word(word, || false).text
}

/// Folds a word and keeps its short form; `in_latin` says whether the text around it is in Latin letters.
pub(super) fn fold_word(word: &str, in_latin: impl FnOnce() -> bool) -> Folded {
    if word.is_ascii() {
        let letters = word.bytes().filter(u8::is_ascii_alphanumeric);
        return squeeze(letters.map(|byte| char::from(byte.to_ascii_lowercase())));
    }
    let parts: String = word
        .chars()
        .filter(|&c| !is_dropped_mark(c))
        .nfkd()
        .map(plain_letter)
        .collect();
    // A capital may look Latin where its small letter does not, and the other way round.
    let is_disguised = is_disguised(&parts, in_latin);
    let undisguised = |c: char| match latin(c) {
        Some(twin) if is_disguised => twin,
        _ => c,
    };
    // Folding the case of a decomposed letter can bring new parts, so both are done until nothing is left to do.
    squeeze(
        parts
            .chars()
            .map(undisguised)
            .default_case_fold()
            .nfkd()
            .filter(|&c| !is_dropped_mark(c) && is_word_part(c) && !is_invisible(c))
            .map(plain_letter)
            .map(undisguised)
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
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{e0000}'..='\u{e01ef}')
}

/// Marks that people leave out when they type in a hurry; the marks of Indic and other scripts are letters there.
fn is_dropped_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{64b}'..='\u{65f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}')
}

/// Letters with a stroke or without a dot have no decomposition of their own, nor have small capitals and letters in
/// black circles and squares, in which people write for show.
fn plain_letter(c: char) -> char {
    match c {
        '🅐'..='🅩' => letter(u32::from(c) - u32::from('🅐')),
        '🅰'..='🆉' => letter(u32::from(c) - u32::from('🅰')),
        'ᴀ' | 'ɑ' => 'a',
        'ʙ' => 'b',
        'ᴄ' => 'c',
        'ᴅ' | 'đ' | 'ð' => 'd',
        'ᴇ' => 'e',
        'ꜰ' => 'f',
        'ɢ' | 'ɡ' => 'g',
        'ʜ' | 'ħ' => 'h',
        'ɪ' | 'ı' => 'i',
        'ᴊ' => 'j',
        'ᴋ' => 'k',
        'ʟ' | 'ł' => 'l',
        'ᴍ' => 'm',
        'ɴ' => 'n',
        'ᴏ' | 'ø' => 'o',
        'ᴘ' => 'p',
        'ʀ' => 'r',
        'ꜱ' => 's',
        'ᴛ' | 'ŧ' => 't',
        'ᴜ' => 'u',
        'ᴠ' => 'v',
        'ᴡ' => 'w',
        'ʏ' => 'y',
        'ᴢ' => 'z',
        other => other,
    }
}

/// The letter of the alphabet with this number, from 0.
fn letter(number: u32) -> char {
    char::from_u32(u32::from('a') + number).unwrap_or('a')
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
