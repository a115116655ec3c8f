//! Letters of other scripts that look like Latin ones, and the words in which they are meant as such.
//!
//! "Lоst" with a Cyrillic о is how people get past word lists. Russian and Greek stay as they are: a letter is read as
//! Latin only in a word that has Latin letters too, or in a word of nothing but look-alikes in a text that is Latin
//! otherwise. After the confusables of Unicode Technical Standard 39, as far as they are met in messages.

/// The Latin letter that `c` cannot be told from in most fonts.
fn twin(c: char) -> Option<char> {
    Some(match c {
        'а' | 'А' | 'Α' | 'α' | 'Ꭺ' => 'a',
        'В' | 'Β' | 'Ᏼ' => 'b',
        'с' | 'С' | 'ϲ' | 'Ϲ' | 'Ꮯ' => 'c',
        'ԁ' | 'Ԁ' | 'Ꭰ' => 'd',
        'е' | 'Е' | 'Ε' | 'ҽ' | 'Ꭼ' => 'e',
        'Ꮐ' => 'g',
        'һ' | 'Һ' | 'Н' | 'Η' | 'հ' | 'Ꮋ' => 'h',
        'і' | 'І' | 'Ι' | 'ι' => 'i',
        'ј' | 'Ј' | 'Ꭻ' => 'j',
        'К' | 'Κ' | 'κ' | 'Ꮶ' => 'k',
        'ӏ' | 'Ӏ' | 'Ꮮ' => 'l',
        'М' | 'Μ' | 'Ꮇ' => 'm',
        'Ν' | 'ո' => 'n',
        'о' | 'О' | 'ο' | 'Ο' | 'օ' | 'Օ' => 'o',
        'р' | 'Р' | 'ρ' | 'Ρ' | 'Ꮲ' => 'p',
        'ԛ' | 'Ԛ' => 'q',
        'Ꭱ' => 'r',
        'ѕ' | 'Ѕ' | 'Ꮪ' => 's',
        'Т' | 'Τ' | 'τ' | 'Ꭲ' => 't',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' | 'Ѵ' | 'Ꮩ' => 'v',
        'ԝ' | 'Ԝ' | 'Ꮃ' => 'w',
        'х' | 'Х' | 'χ' | 'Χ' => 'x',
        'у' | 'У' | 'Υ' | 'ү' | 'Ү' => 'y',
        'Ζ' | 'Ꮓ' => 'z',
        _ => return None,
    })
}

/// The Latin letter that `c` passes for among Latin ones.
pub(super) fn latin(c: char) -> Option<char> {
    twin(c).or_else(|| {
        Some(match c {
            'в' | 'β' => 'b',
            'є' | 'ε' => 'e',
            'н' => 'h',
            'к' => 'k',
            'м' => 'm',
            'η' | 'п' => 'n',
            'г' => 'r',
            'т' => 't',
            'ш' => 'w',
            'γ' => 'y',
            _ => return None,
        })
    })
}

/// Whether the letters of `word` that only look Latin are meant as Latin, `in_latin` saying whether the text around it
/// is written so.
pub(super) fn is_disguised(word: &str, in_latin: impl FnOnce() -> bool) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    if letters.clone().any(is_latin) {
        return letters.any(|c| !is_latin(c));
    }
    // One letter may be a name: "α version".
    letters.clone().nth(1).is_some() && letters.all(|c| twin(c).is_some()) && in_latin()
}

/// Whether a text is Latin but for letters that look so.
pub(super) fn is_latin_text(text: &str) -> bool {
    let mut latin_letters = 0;
    let mut others = 0;
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        if is_latin(c) {
            latin_letters += 1;
        } else if latin(c).is_some() {
            others += 1;
        } else {
            return false;
        }
    }
    latin_letters > others
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic()
        || matches!(c,
            '\u{c0}'..='\u{2af}' | '\u{1d00}'..='\u{1d25}' | '\u{1e00}'..='\u{1eff}' | '\u{2c60}'..='\u{2c7f}'
            | '\u{a720}'..='\u{a7ff}' | 'ａ'..='ｚ' | 'Ａ'..='Ｚ' | '\u{1d400}'..='\u{1d6a3}')
}
