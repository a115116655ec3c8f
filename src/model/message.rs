//! A message that came in, in the one form that every network is read into.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::author::Author;
use crate::model::id::{AccountId, ConversationId, Language, MessageId};
use crate::model::network::Visibility;

/// Longest text that is read, in bytes; an adapter cuts a longer one at a character and says so in `truncated`.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;

/// A message from a network, as its channel read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbound {
    /// The network's id of the message; the same id again is the same message.
    pub id: MessageId,
    /// Which of our accounts received it.
    pub account: AccountId,
    /// Who wrote it.
    pub author: Author,
    /// What they wrote, as they wrote it.
    pub text: String,
    /// Who can read it.
    pub visibility: Visibility,
    /// Whether it speaks to us: a private message, a mention, a reply to us. What is only overheard is never answered.
    pub addressed: bool,
    /// The network's thread, group or channel; `None` where customer and account alone make the conversation.
    pub thread: Option<String>,
    /// What the sender calls the conversation, where it names one itself (the `http` door).
    pub reference: Option<String>,
    /// Where the channel must send an answer, in a form that only the channel reads.
    pub return_address: Option<String>,
    /// When it was written, by the network's clock.
    pub sent_at: Timestamp,
    /// The language the network states for it, where it does.
    pub language: Option<Language>,
    /// Why the network's own marks say that no person wrote it (an echo, an auto-reply, a webhook), where they do.
    pub automated: Option<String>,
}

impl Inbound {
    /// A message that nobody sent, to ask what would be decided about it.
    pub fn imagined(
        account: AccountId,
        text: impl Into<String>,
        visibility: Visibility,
        at: Timestamp,
    ) -> Self {
        let mut text = text.into();
        cut_to_bytes(&mut text, TEXT_BYTES_MAX);
        Self {
            id: MessageId::new("imagined"),
            account,
            author: Author::new("somebody"),
            text,
            visibility,
            addressed: true,
            thread: None,
            reference: None,
            return_address: None,
            sent_at: at,
            language: None,
            automated: None,
        }
    }

    /// The conversation that it belongs to.
    pub fn conversation(&self) -> ConversationId {
        ConversationId::of(
            &self.account,
            self.thread.as_deref(),
            &self.author.id,
            self.visibility.is_public(),
        )
    }
}

/// Cuts `text` to at most `bytes_max` bytes, between two characters.
pub fn cut_to_bytes(text: &mut String, bytes_max: usize) {
    if text.len() > bytes_max {
        text.truncate(text.floor_char_boundary(bytes_max));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        for (text, max, cut) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "abc"),
            ("aé", 2, "a"),
            ("é", 1, ""),
        ] {
            let mut text = text.to_owned();
            cut_to_bytes(&mut text, max);
            assert_eq!(text, cut);
        }
    }
}
