//! Rules and messages of a made-up trade, always the same: everyday English around words that no language has, used as
//! unevenly as words are.

use fastrand::Rng;

/// How many made-up words there are.
const WORDS: usize = 12_000;

/// How many of them say nothing about a topic.
const COMMON_WORDS: usize = 50;

/// Everyday words, the commonest first.
const EVERYDAY: &[&str] = &[
    "the", "to", "i", "my", "and", "a", "you", "is", "for", "in", "it", "of", "on", "have", "me",
    "that", "your", "was", "with", "not", "this", "at", "are", "be", "just", "but", "we", "so",
    "no", "can", "get", "from", "still", "been", "now", "what", "how", "they", "when", "all",
    "why", "there", "has", "please", "an", "will", "do", "if", "out", "about", "one", "time",
    "help", "again", "thanks", "hours", "today", "never", "back", "after", "would", "because",
    "had", "day", "need", "more", "by", "got", "over", "than", "up", "did", "here", "waiting",
    "going", "were", "only", "any", "first", "where", "way", "two", "last", "who", "tell", "told",
    "another", "anyone", "hey", "guys", "really", "even", "could", "then", "since", "like",
    "trying", "know", "people", "made", "say", "right", "next", "their", "every", "minutes",
    "week", "nothing", "happened", "someone", "answer", "left", "home", "town",
];

const SYLLABLES: &[&str] = &[
    "ba", "bel", "cor", "da", "den", "dro", "fa", "fen", "gal", "gri", "ha", "hol", "jin", "ka",
    "kel", "kro", "la", "len", "lor", "ma", "mer", "mo", "na", "nel", "nor", "pa", "per", "pli",
    "ra", "rin", "ros", "sa", "sel", "sta", "ta", "ten", "tor", "tra", "va", "vel", "vin", "wa",
    "wel", "wor", "ya", "zan", "zel", "zo",
];

/// A made-up trade.
pub(crate) struct Trade {
    words: Vec<String>,
    rng: Rng,
}

impl Trade {
    /// The same words at every call.
    pub(crate) fn new() -> Self {
        let mut rng = Rng::with_seed(1);
        let words = (0..WORDS)
            .map(|_| {
                let syllables = rng.usize(2..=4);
                (0..syllables)
                    .map(|_| SYLLABLES[rng.usize(..SYLLABLES.len())])
                    .collect()
            })
            .collect();
        Self { words, rng }
    }

    /// Rules of two to six leaves.
    pub(crate) fn rules(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.rule()).collect()
    }

    /// Messages of about 100 bytes.
    pub(crate) fn messages(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.message()).collect()
    }

    fn rule(&mut self) -> String {
        match self.rng.u8(..8) {
            0 => format!("{} AND {}", self.leaf(), self.leaf()),
            1 => format!("{} AND {}", self.any(), self.leaf()),
            2 => format!("{} AND {} AND NOT {}", self.any(), self.any(), self.leaf()),
            3 => format!("{} NEAR/{} {}", self.leaf(), self.rng.u8(2..9), self.any()),
            4 => format!("{} OR {} AND {}", self.leaf(), self.leaf(), self.any()),
            5 => format!(
                "{} BEFORE/{} {}",
                self.any(),
                self.rng.u8(2..9),
                self.leaf()
            ),
            6 => format!("{} AND {} AND {}", self.leaf(), self.leaf(), self.leaf()),
            _ => format!(
                "{} NEAR/4 {} AND NOT {}",
                self.leaf(),
                self.leaf(),
                self.leaf()
            ),
        }
    }

    fn any(&mut self) -> String {
        let leaves: Vec<String> = (0..self.rng.u8(2..4)).map(|_| self.leaf()).collect();
        format!("({})", leaves.join(" OR "))
    }

    fn leaf(&mut self) -> String {
        let word = self.topic_word().to_owned();
        match self.rng.u8(..10) {
            0 | 1 => format!("\"{} {word}\"", self.everyday()),
            2 => format!("\"{word} {}\"", self.word()),
            3 | 4 => format!("{}*", &word[..word.len() - 1]),
            _ => word,
        }
    }

    fn message(&mut self) -> String {
        let mut message = String::new();
        while message.len() < 97 {
            let word = if self.rng.u8(..10) < 7 {
                self.everyday()
            } else {
                self.word()
            };
            message.push_str(word);
            message.push_str(if self.rng.u8(..9) == 0 { ", " } else { " " });
        }
        message
    }

    fn everyday(&mut self) -> &'static str {
        EVERYDAY[self.rank(EVERYDAY.len())]
    }

    /// What rules ask for: words that not every message has.
    fn topic_word(&mut self) -> &str {
        let rank = COMMON_WORDS
            + self
                .rng
                .usize(..WORDS - COMMON_WORDS)
                .min(self.rank(WORDS - COMMON_WORDS) * 4);
        &self.words[rank]
    }

    fn word(&mut self) -> &str {
        let rank = self.rank(WORDS);
        &self.words[rank]
    }

    /// Below `count`; each as often as one by its place, which is how often words are used.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the count"
    )]
    fn rank(&mut self, count: usize) -> usize {
        let rank = (count as f64).powf(self.rng.f64()) as usize;
        rank.clamp(1, count) - 1
    }
}
