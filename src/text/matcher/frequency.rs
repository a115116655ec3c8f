//! How often texts are expected to have a word: what is rare is looked for first. Only the order matters, and only for
//! speed.

use crate::text::query::Word;

/// The commonest words of English, German and Spanish messages, folded; each of a line about as frequent, per million.
const COMMON: &[(u64, &[&str])] = &[
    (
        250_000,
        &[
            "a", "and", "i", "is", "my", "the", "to", "you", "de", "die", "la", "que", "und", "der",
        ],
    ),
    (
        120_000,
        &[
            "at", "for", "have", "in", "it", "me", "of", "on", "that", "this", "your", "das", "el",
            "en", "es", "ich", "ist", "mi", "nicht", "no", "y", "zu",
        ],
    ),
    (
        60_000,
        &[
            "are", "be", "but", "can", "do", "get", "just", "not", "our", "so", "was", "we",
            "with", "auf", "con", "den", "ein", "es", "fur", "los", "mit", "para", "por", "se",
            "sie", "un", "una", "von", "wir",
        ],
    ),
    (
        30_000,
        &[
            "about", "all", "am", "an", "any", "as", "been", "by", "dont", "from", "had", "has",
            "help", "hi", "how", "if", "im", "its", "like", "need", "now", "one", "or", "out",
            "please", "still", "thank", "thanks", "there", "they", "time", "today", "up", "us",
            "what", "when", "why", "will", "aber", "als", "auch", "bei", "dass", "dem", "eine",
            "habe", "im", "le", "lo", "mein", "mich", "mir", "nach", "noch", "pero", "su", "wie",
            "al", "como", "del", "las", "me", "ya",
        ],
    ),
    (
        12_000,
        &[
            "again", "also", "back", "because", "being", "call", "cant", "could", "day", "did",
            "didnt", "does", "even", "ever", "going", "good", "got", "great", "here", "hello",
            "hour", "hours", "ive", "know", "last", "make", "more", "much", "never", "new", "off",
            "only", "order", "over", "phone", "service", "should", "some", "than", "then",
            "trying", "very", "want", "way", "were", "where", "who", "work", "would", "yes", "yet",
            "aus", "bin", "bitte", "dann", "danke", "doch", "einen", "er", "haben", "hallo", "hat",
            "ihr", "jetzt", "kann", "kein", "keine", "man", "meine", "mehr", "nur", "oder",
            "schon", "seit", "sich", "sind", "um", "war", "was", "wenn", "wo", "cuando", "donde",
            "esta", "estoy", "gracias", "ha", "han", "hay", "hola", "les", "mas", "muy", "ni",
            "nos", "o", "porque", "quiero", "si", "sin", "son", "tengo",
        ],
    ),
];

/// Per million texts, for a word that rules ask for in `uses` of `all_uses` places: rules are written about what texts
/// say, so what rules often ask for, texts often have. A short word is frequent in every language, and what leaves
/// letters open matches more.
pub(super) fn expected(word: &Word, uses: u32, all_uses: u32) -> u64 {
    let by_rules = u64::from(uses) * 1_000_000 / u64::from(all_uses.max(1));
    by_rules + by_letters(word)
}

fn by_letters(word: &Word) -> u64 {
    let (text, open) = match word {
        Word::Exact(text) => (text, 0),
        Word::Prefix(text) => (text, 2),
        Word::Fuzzy(text, _) => (text, 1),
    };
    if open == 0
        && let Some((frequency, _)) = COMMON
            .iter()
            .find(|(_, words)| words.contains(&text.as_str()))
    {
        return *frequency;
    }
    match text.chars().count().saturating_sub(open) {
        0..=2 => 8_000,
        3 => 4_000,
        4 => 2_000,
        5 => 1_000,
        6 => 600,
        7 => 400,
        _ => 200,
    }
}

/// Per million texts, for an entity: about as frequent as an ordinary word.
pub(super) const ENTITY: u64 = 5_000;
