//! Which of the brand's languages a short text is written in, with "another one" and "cannot tell" as answers.
//!
//! Frequent words decide, which are cheap to look up and right on the shortest texts; the statistics of letters are asked
//! only where words leave a doubt.

#[cfg(test)]
mod tests;
mod words;

use whichlang::{Lang, detect_language};

use crate::model::id::Language;
use crate::text::tokens::{Token, TokenKind, TokenText};

use self::words::{Languages, WORDS, languages_of};

/// What a word counts that only one language has; one that several share counts that much less for each.
const OWN_WORD: u32 = 4;

/// By how much the words of a language must lead so that nothing else is asked: two words of its own.
const SURE_LEAD: u32 = 2 * OWN_WORD;

/// Two words that several languages have; where the letters say one of those, it is that.
const WEAK_SCORE: u32 = 2;

/// Fewest letters from which their statistics alone are believed; below, they are right too seldom.
const LETTERS_MIN: usize = 24;

/// In a text of this many words some are frequent ones, whatever it is about.
const WORDS_ENOUGH: u32 = 8;

/// Fewest words from which a text is told to be in a language that the brand does not speak.
const OTHER_WORDS_MIN: u32 = 4;

/// Stands for whichever language it is, where it is none of the brand's.
const NO_LANGUAGE: &str = "";

/// What can be told of a text's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It is this one of the brand's languages.
    Spoken(Language),
    /// It is one that the brand does not speak.
    Other,
    /// It is too short, or no prose.
    Unknown,
}

/// The language of `text` among `spoken`; `None` where it cannot be told or is none of them.
pub fn detect(text: &str, spoken: &[Language]) -> Option<Language> {
    match tell(&TokenText::new(text), spoken) {
        Told::Spoken(language) => Some(language),
        Told::Other | Told::Unknown => None,
    }
}

/// The language of a text, where the brand speaks `spoken`.
pub fn tell(text: &TokenText, spoken: &[Language]) -> Told {
    let ours = set_of(spoken);
    let count = Count::of(text, ours);
    if count.words == 0 {
        return Told::Unknown;
    }
    if count.in_other_script * 2 > count.words {
        return told(Letters::of(text).language, count.words, spoken);
    }
    if count.foreign >= count.leader(ours).score + SURE_LEAD {
        return told(NO_LANGUAGE, count.words, spoken);
    }
    let leader = count.leader(Languages::MAX);
    let lead = count.lead(&leader);
    if lead >= SURE_LEAD {
        return told(leader.code(), count.words, spoken);
    }
    in_doubt(text, &count, ours, spoken)
}

/// Asks the letters too.
fn in_doubt(text: &TokenText, count: &Count, ours: Languages, spoken: &[Language]) -> Told {
    let leader = count.leader(Languages::MAX);
    let (lead, score) = (count.lead(&leader), leader.score);
    let letters = Letters::of(text);
    let is_spoken = |code: &str| spoken.iter().any(|spoken| spoken.as_str() == code);
    let is_strong = count.foreign >= count.leader(ours).score + OWN_WORD;
    let is_tie = score >= WEAK_SCORE && count.score_of(letters.language) == score;
    if lead > 0 && letters.language == leader.code() || is_tie {
        return if is_spoken(letters.language) || is_strong {
            told(letters.language, count.words, spoken)
        } else {
            Told::Unknown
        };
    }
    if letters.count < LETTERS_MIN || count.words < 2 {
        return Told::Unknown;
    }
    // Many words and hardly a frequent one: a language that is not known here.
    let is_strange = count.words >= WORDS_ENOUGH && score < OWN_WORD;
    if is_spoken(letters.language) {
        if lead == 0 && !is_strange {
            return told(letters.language, count.words, spoken);
        }
    } else if !is_spoken(leader.code()) && (is_strong || is_strange) {
        return told(NO_LANGUAGE, count.words, spoken);
    }
    Told::Unknown
}

/// What is clear, as the brand sees it.
fn told(code: &str, words: u32, spoken: &[Language]) -> Told {
    let is_known = |spoken: &Language| {
        let known = WORDS.iter().map(|(known, _)| *known);
        known
            .chain(BY_LETTERS)
            .any(|known| known == spoken.as_str())
    };
    match spoken.iter().find(|spoken| spoken.as_str() == code) {
        Some(language) => Told::Spoken(language.clone()),
        // A brand may speak a language that cannot be told here, and which looks like another.
        None if words >= OTHER_WORDS_MIN && spoken.iter().all(is_known) => Told::Other,
        None => Told::Unknown,
    }
}

/// The languages that are told by their letters alone.
const BY_LETTERS: [&str; 7] = ["ar", "hi", "ja", "ko", "ru", "vi", "zh"];

/// Those of the languages that have a place in [`WORDS`].
fn set_of(spoken: &[Language]) -> Languages {
    spoken.iter().fold(0, |set, spoken| {
        let place = place_of(spoken.as_str());
        set | place.map_or(0, |place| 1 << place)
    })
}

fn place_of(code: &str) -> Option<usize> {
    WORDS.iter().position(|(known, _)| {
        // Two letters at most differ; asking for them one by one is cheaper than a comparison of texts.
        known.len() == code.len() && known.bytes().eq(code.bytes())
    })
}

/// The language for which the words speak most.
struct Leader {
    /// In [`WORDS`]; none where no word speaks for any.
    place: Option<usize>,
    score: u32,
}

impl Leader {
    fn code(&self) -> &'static str {
        self.place.map_or(NO_LANGUAGE, |place| WORDS[place].0)
    }
}

/// How the words of a text speak for each language.
struct Count {
    scores: [u32; WORDS.len()],
    words: u32,
    /// How the words speak for no language of the brand.
    foreign: u32,
    /// Words in letters that no language of [`WORDS`] is written in.
    in_other_script: u32,
}

impl Count {
    fn of(text: &TokenText, ours: Languages) -> Self {
        let mut count = Self {
            scores: [0; WORDS.len()],
            words: 0,
            foreign: 0,
            in_other_script: 0,
        };
        for word in prose(text) {
            count.words += 1;
            count.in_other_script +=
                u32::from(word.text.chars().next().is_some_and(|c| c > '\u{2ff}'));
            let languages = languages_of(word.text);
            if languages != 0 && languages & ours == 0 {
                count.foreign += OWN_WORD;
            }
            count.add(languages);
        }
        count
    }

    fn add(&mut self, mut languages: Languages) {
        let weight = match languages.count_ones() {
            0 => return,
            1 => OWN_WORD,
            2 => 2,
            _ => 1,
        };
        while languages != 0 {
            self.scores[languages.trailing_zeros() as usize] += weight;
            languages &= languages - 1;
        }
    }

    /// The language with the highest score of some; the first of several.
    fn leader(&self, among: Languages) -> Leader {
        let mut leader = Leader {
            place: None,
            score: 0,
        };
        for (place, &score) in self.scores.iter().enumerate() {
            if score > leader.score && among >> place & 1 == 1 {
                leader = Leader {
                    place: Some(place),
                    score,
                };
            }
        }
        leader
    }

    /// By how much it leads all others.
    fn lead(&self, leader: &Leader) -> u32 {
        let others = leader.place.map_or(Languages::MAX, |place| !(1 << place));
        leader.score - self.leader(others).score
    }

    fn score_of(&self, code: &str) -> u32 {
        place_of(code).map_or(0, |place| self.scores[place])
    }
}

/// What the statistics of letters say.
struct Letters {
    language: &'static str,
    count: usize,
}

impl Letters {
    fn of(text: &TokenText) -> Self {
        let mut prose_text = String::with_capacity(text.original.len());
        for word in prose(text) {
            if !prose_text.is_empty() {
                prose_text.push(' ');
            }
            prose_text.push_str(&text.original[word.span]);
        }
        Self {
            language: code(detect_language(&prose_text.to_lowercase())),
            count: prose_text.chars().filter(|c| c.is_alphabetic()).count(),
        }
    }
}

/// Handles, addresses and numbers say nothing about the language.
fn prose(text: &TokenText) -> impl Iterator<Item = Token<'_>> {
    text.tokens().filter(|token| {
        token.kind == TokenKind::Word && !token.text.bytes().any(|c| c.is_ascii_digit())
    })
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
