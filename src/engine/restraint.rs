//! Reasons to say nothing.

use jiff::{SignedDuration, Timestamp};

use crate::model::conversation::{Conversation, Turn};
use crate::model::delivery::Status;
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

/// What the bot said here lately, newest first: when, and about which topic. Words that nobody saw, because they were
/// taken back in time or refused, were not said.
fn said(
    conversation: &Conversation,
    now: Timestamp,
    within: SignedDuration,
) -> impl Iterator<Item = Option<&TopicName>> {
    conversation
        .turns
        .iter()
        .rev()
        .filter_map(move |turn| match turn {
            Turn::Bot {
                status: Status::Withdrawn { tried: false, .. } | Status::Refused { .. },
                ..
            }
            | Turn::Customer { .. }
            | Turn::Agent { .. }
            | Turn::Note { .. } => None,
            Turn::Bot { at, topic, .. } => {
                (now.duration_since(*at) < within).then_some(topic.as_ref())
            }
        })
}

/// Whether the bot has said enough here for now: two machines may be talking to each other.
pub fn answered_too_often(conversation: &Conversation, now: Timestamp) -> bool {
    said(conversation, now, CAP_WINDOW).count() >= ANSWERS_MAX
}

/// Whether the bot answered this cause lately.
pub fn answered_before(
    conversation: &Conversation,
    cause: Option<&TopicName>,
    now: Timestamp,
) -> bool {
    said(conversation, now, CAUSE_WINDOW).any(|topic| topic == cause)
}

/// The topic that the bot answered last, where that was lately.
pub fn last_answered(conversation: &Conversation, now: Timestamp) -> Option<&TopicName> {
    said(conversation, now, CAUSE_WINDOW).flatten().next()
}
