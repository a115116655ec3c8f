//! Finds the words: the reply in the right language, with the values that are known, short enough for the network.

use std::borrow::Cow;
use std::time::Duration;

use crate::engine::world::{Brand, World};
use crate::library::reading::Reading;
use crate::library::{RenderError, Rendered, Wanted};
use crate::model::conversation::{Conversation, Turn};
use crate::model::id::{CaseNumber, ConversationId, Language, ReplyName};
use crate::model::message::Inbound;

/// Longest name that is said back, in characters.
const NAME_CHARS_MAX: usize = 40;

/// What the words are made for.
#[derive(Debug)]
pub struct Occasion<'a> {
    /// Packs and limits.
    pub world: &'a World,
    /// Whose words they are.
    pub brand: &'a Brand,
    /// The conversation so far.
    pub conversation: &'a Conversation,
    /// The message that is answered.
    pub message: &'a Inbound,
    /// What was understood of it.
    pub reading: &'a Reading,
}

/// Makes the words of `reply`. `wait` is how soon a person will look, where one was called.
pub fn compose(
    occasion: &Occasion<'_>,
    reply: &ReplyName,
    wait: Option<Duration>,
) -> Result<Rendered, RenderError> {
    let account = occasion
        .world
        .accounts
        .get(&occasion.message.account)
        .ok_or_else(|| RenderError::Missing(reply.clone()))?;
    let said = occasion
        .conversation
        .turns
        .iter()
        .filter(|turn| matches!(turn, Turn::Bot { .. }))
        .count();
    occasion.world.library.render(&Wanted {
        packs: &occasion.brand.packs,
        languages: &languages(occasion),
        reply,
        values: &|name| value(occasion, wait, name),
        seed: seed(&occasion.conversation.id, said),
        limits: &account.limits,
    })
}

/// The languages to try: that of the message, that of the conversation, the brand's in its order.
fn languages(occasion: &Occasion<'_>) -> Vec<Language> {
    let mut languages: Vec<Language> = Vec::new();
    let first = occasion
        .reading
        .language
        .iter()
        .chain(&occasion.conversation.language);
    for language in first
        .filter(|language| occasion.brand.languages.contains(language))
        .chain(&occasion.brand.languages)
    {
        if !languages.contains(language) {
            languages.push(language.clone());
        }
    }
    languages
}

/// A value that a reply may use; none where it is not known, and a reply that needs it is not sent.
fn value<'a>(occasion: &Occasion<'a>, wait: Option<Duration>, name: &str) -> Option<Cow<'a, str>> {
    let private = !occasion.message.visibility.is_public();
    let author = &occasion.message.author;
    match name {
        "brand.name" => Some(occasion.brand.name.as_str().into()),
        "private" => Some(if private { "true" } else { "false" }.into()),
        "customer.name" => {
            (private && is_a_name(&author.name)).then(|| author.name.as_str().into())
        }
        "flight.number" => {
            let mut entities = occasion.reading.entities.iter();
            let flight = entities.find(|entity| entity.kind == "flight")?;
            Some(flight.normal.as_str().into())
        }
        "wait" => wait.map(|wait| words_for(wait).into()),
        "case.number" => wait.map(|_| {
            let conversation = occasion.conversation;
            let number = CaseNumber::of(&conversation.id, conversation.cases_opened);
            number.to_string().into()
        }),
        _ => None,
    }
}

/// Whether what an author calls themselves may be said back to them: letters as names have them, and nothing that could be
/// markup, an address, a number or a joke on whoever reads it out. In public no name is said at all.
fn is_a_name(text: &str) -> bool {
    let may_stand = |c: char| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\'' | '’');
    text.chars().count() <= NAME_CHARS_MAX
        && text.chars().any(char::is_alphabetic)
        && text.chars().all(may_stand)
}

/// A duration in a form that reads in every language: `45 min`, `2 h`, `3 h 30 min`.
fn words_for(wait: Duration) -> String {
    let minutes = wait.as_secs().div_ceil(60).max(1);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// Chooses a wording: another conversation or a later answer, another wording; a restart, the same one. FNV-1a
/// (<http://www.isthe.com/chongo/tech/comp/fnv/>) with its upper half, which depends on every letter, on the lower.
fn seed(conversation: &ConversationId, said: usize) -> u64 {
    let letters = conversation.as_str().bytes().chain(said.to_le_bytes());
    let hash = letters.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash ^ hash >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_name_is_said_back() {
        for name in ["Ann", "José María", "Anne-Marie O'Neil", "Dr. Who", "李明"] {
            assert!(is_a_name(name), "{name}");
        }
        let long = "a".repeat(NAME_CHARS_MAX + 1);
        for name in [
            "",
            " ",
            "<b>x</b>",
            "@everyone",
            "+49 170 1",
            "a.b/c",
            "QX7Z9P",
            "{{name}}",
            &long,
        ] {
            assert!(!is_a_name(name), "{name}");
        }
    }

    #[test]
    fn a_wait_reads_in_every_language() {
        for (seconds, words) in [
            (1, "1 min"),
            (1_800, "30 min"),
            (3_600, "1 h"),
            (12_600, "3 h 30 min"),
            (61, "2 min"),
        ] {
            assert_eq!(words_for(Duration::from_secs(seconds)), words);
        }
    }
}
