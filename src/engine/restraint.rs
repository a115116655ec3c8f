//! Reasons to say nothing.

use jiff::{SignedDuration, Timestamp};

use crate::model::conversation::{Conversation, Turn};
use crate::model::id::TopicName;
use crate::model::message::Inbound;

/// Most automatic answers in one conversation within [`CAP_WINDOW`]; Zammad stops a thread at 10 in 10 minutes.
pub const ANSWERS_MAX: usize = 10;
/// The window of [`ANSWERS_MAX`].
pub const CAP_WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// How long an answered cause stays answered: the same words again within it are not a new complaint.
pub const CAUSE_WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// Why no person wrote this, where the network's marks say so (promise 4).
pub fn not_a_person(message: &Inbound) -> Option<String> {
    if let Some(mark) = &message.automated {
        return Some(format!("not written by a person: {mark}"));
    }
    message
        .author
        .is_bot
        .then(|| "the author is a bot".to_owned())
}

/// Whether the bot has said enough here for now: two machines may be talking to each other.
pub fn answered_too_often(conversation: &Conversation, now: Timestamp) -> bool {
    let recent = conversation.turns.iter().filter(|turn| {
        matches!(turn, Turn::Bot { .. }) && now.duration_since(turn.at()) < CAP_WINDOW
    });
    recent.count() >= ANSWERS_MAX
}

/// Whether the bot answered this cause lately.
pub fn answered_before(
    conversation: &Conversation,
    cause: Option<&TopicName>,
    now: Timestamp,
) -> bool {
    conversation.turns.iter().any(|turn| {
        matches!(turn, Turn::Bot { topic, .. } if topic.as_ref() == cause)
            && now.duration_since(turn.at()) < CAUSE_WINDOW
    })
}

/// The topic that the bot answered last, where that was lately.
pub fn last_answered(conversation: &Conversation, now: Timestamp) -> Option<&TopicName> {
    conversation.turns.iter().rev().find_map(|turn| match turn {
        Turn::Bot {
            at,
            topic: Some(topic),
            ..
        } if now.duration_since(*at) < CAUSE_WINDOW => Some(topic),
        Turn::Bot { .. } | Turn::Customer { .. } | Turn::Agent { .. } | Turn::Note { .. } => None,
    })
}
