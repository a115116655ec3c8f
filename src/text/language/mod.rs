//! Which of the brand's languages a short text is written in, with "cannot tell" as an answer.

#[cfg(test)]
mod tests;

use whichlang::{Lang, detect_language};

use crate::model::id::Language;
use crate::text::tokens::{TokenKind, TokenText};

/// Fewest letters from which letter statistics alone are believed; below, they are right too seldom.
const LETTERS_MIN: usize = 24;

/// Frequent words of each language, folded and sorted; what two share counts for both.
const FUNCTION_WORDS: &[(&str, &[&str])] = &[
    (
        "en",
        &[
            "a", "and", "are", "at", "been", "can", "cant", "did", "do", "does", "dont", "for",
            "from", "get", "has", "have", "help", "how", "i", "im", "is", "isnt", "it", "its",
            "lost", "my", "no", "not", "of", "on", "our", "please", "still", "thank", "thanks",
            "that", "the", "there", "they", "this", "to", "we", "what", "when", "where", "why",
            "with", "you", "your",
        ],
    ),
    (
        "de",
        &[
            "aber", "auch", "auf", "bei", "bin", "bitte", "danke", "das", "dass", "der", "die",
            "ein", "eine", "einen", "fur", "habe", "haben", "hallo", "ich", "ihr", "im", "ist",
            "kann", "kein", "keine", "koffer", "mein", "meine", "mich", "mir", "mit", "nach",
            "nicht", "noch", "oder", "schon", "seit", "sie", "sind", "und", "von", "wann", "warum",
            "wie", "wir", "wo", "wurde", "zu",
        ],
    ),
    (
        "es",
        &[
            "como", "con", "cuando", "de", "del", "donde", "el", "en", "es", "esta", "estoy",
            "gracias", "hay", "hola", "la", "las", "lo", "los", "mi", "mis", "muy", "no", "nos",
            "para", "pero", "por", "porque", "que", "quiero", "se", "sin", "su", "tengo", "una",
            "vuelo", "y", "ya",
        ],
    ),
    (
        "fr",
        &[
            "avec", "avez", "bonjour", "c", "ce", "dans", "de", "des", "du", "est", "et", "il",
            "je", "la", "le", "les", "mais", "merci", "mon", "ne", "nous", "ou", "pas", "pour",
            "quand", "que", "sur", "un", "une", "vol", "vous",
        ],
    ),
];

/// The language of `text` among `allowed`; `None` where it cannot be told or is none of them.
pub fn detect(text: &str, allowed: &[Language]) -> Option<Language> {
    detect_in(&TokenText::new(text), allowed)
}

/// The same for a text that is cut already.
pub fn detect_in(tokens: &TokenText, allowed: &[Language]) -> Option<Language> {
    // Handles, addresses and numbers say nothing about the language.
    let words: Vec<&str> = tokens
        .tokens()
        .filter(|token| token.kind == TokenKind::Word)
        .filter(|token| !token.text.bytes().any(|c| c.is_ascii_digit()))
        .map(|token| &tokens.original[token.span])
        .collect();
    let folded: Vec<&str> = tokens.tokens().map(|token| token.text).collect();
    let by_words = by_function_words(&folded);
    let prose = words.join(" ");
    let letters = prose.chars().filter(|c| c.is_alphabetic()).count();
    if letters == 0 {
        return None;
    }
    let by_letters = code(detect_language(&prose.to_lowercase()));
    let found = match by_words {
        // Two words more than any other language have: sure, however short.
        Some((language, lead)) if lead >= 2 || language == by_letters => language,
        _ if letters >= LETTERS_MIN && words.len() > 1 => by_letters,
        _ if is_own_script(&prose) => by_letters,
        _ => return None,
    };
    allowed
        .iter()
        .find(|allowed| allowed.as_str() == found)
        .cloned()
}

/// The language with most function words, and by how many it leads.
fn by_function_words(words: &[&str]) -> Option<(&'static str, usize)> {
    let mut counts: Vec<(usize, &'static str)> = FUNCTION_WORDS
        .iter()
        .map(|(language, known)| {
            let count = words
                .iter()
                .filter(|word| known.binary_search(word).is_ok())
                .count();
            (count, *language)
        })
        .collect();
    counts.sort_by_key(|&(count, _)| std::cmp::Reverse(count));
    let lead = counts[0].0 - counts[1].0;
    (lead > 0).then_some((counts[0].1, lead))
}

/// Whether the letters themselves tell the language, or nearly: Kana, Hangul, Thai, Devanagari, Han and their like.
fn is_own_script(prose: &str) -> bool {
    prose
        .chars()
        .filter(|c| c.is_alphabetic())
        .all(|c| c > '\u{2ff}')
}

fn code(language: Lang) -> &'static str {
    match language {
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Hin => "hi",
        Lang::Ita => "it",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Rus => "ru",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
    }
}
