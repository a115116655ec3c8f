//! What people do with a case: claim, reply, note, release, resolve.

use jiff::Timestamp;

use crate::engine::event::Action;
use crate::engine::handoff::{next_delivery, tell_desk, withdraw_bot_words};
use crate::engine::world::World;
use crate::library::Rendered;
use crate::model::alert::AlertKind;
use crate::model::conversation::{Conversation, IllegalMove, Turn};
use crate::model::delivery::{Delivery, Outbound, Progress, Recipient, Status};
use crate::model::id::{AgentName, DeliveryId, Language, MessageId};

/// Why an action was not done. The text is shown to the person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The conversation is not in a state for it.
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
    /// There is nothing in it.
    #[error("the text is empty")]
    Empty,
    /// The network would not take it.
    #[error("the text is {length} characters long; this network takes {max}")]
    TooLong {
        /// Its length as the network counts.
        length: usize,
        /// The network's limit.
        max: usize,
    },
    /// The account is gone.
    #[error("the account {0} is no longer in the config")]
    NoAccount(String),
}

/// Does what `agent` wants, or says why not.
pub fn act(
    world: &World,
    conversation: &mut Conversation,
    agent: &AgentName,
    action: Action,
    now: Timestamp,
) -> Result<(), Refusal> {
    match action {
        Action::Claim => {
            conversation.claim(agent)?;
            withdraw_bot_words(conversation, "a person took over");
        }
        Action::Reply { text } => reply(world, conversation, agent, text, now)?,
        Action::Note { text } => note(conversation, agent, text, now)?,
        Action::Release => conversation.release(agent)?,
        Action::Resolve => {
            conversation.resolve(agent, now)?;
            tell_desk(world, conversation, AlertKind::Resolved, now);
        }
    }
    Ok(())
}

/// A person's answer takes the conversation before anything else leaves.
fn reply(
    world: &World,
    conversation: &mut Conversation,
    agent: &AgentName,
    text: String,
    now: Timestamp,
) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    let account = world
        .accounts
        .get(&conversation.account)
        .ok_or_else(|| Refusal::NoAccount(conversation.account.to_string()))?;
    if !account.limits.fits(&text) {
        return Err(Refusal::TooLong {
            length: account.limits.unit.count(&text),
            max: account.limits.text_max,
        });
    }
    conversation.claim(agent)?;
    withdraw_bot_words(conversation, "a person answered first");
    let language = conversation
        .language
        .clone()
        .unwrap_or_else(|| Language::new("und"));
    let words = Rendered {
        text: text.clone(),
        language,
    };
    let delivery = owe_customer(conversation, last_message(conversation), words, false, now);
    conversation.push_turn(Turn::Agent {
        at: now,
        agent: agent.clone(),
        delivery,
        text,
        status: Status::Pending,
    });
    if let Some(case) = conversation.case.as_mut() {
        case.first_response_at.get_or_insert(now);
    }
    Ok(())
}

fn note(
    conversation: &mut Conversation,
    agent: &AgentName,
    text: String,
    now: Timestamp,
) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    if conversation.case.is_none() {
        return Err(IllegalMove::NoCase.into());
    }
    conversation.push_turn(Turn::Note {
        at: now,
        agent: agent.clone(),
        text,
    });
    Ok(())
}

/// The message that an answer given now belongs to.
fn last_message(conversation: &Conversation) -> Option<MessageId> {
    conversation.turns.iter().rev().find_map(|turn| match turn {
        Turn::Customer { message, .. } => Some(message.clone()),
        Turn::Bot { .. } | Turn::Agent { .. } | Turn::Note { .. } => None,
    })
}

/// Makes a message to the customer owed, and gives the id of its delivery.
pub fn owe_customer(
    conversation: &mut Conversation,
    in_reply_to: Option<MessageId>,
    words: Rendered,
    by_bot: bool,
    now: Timestamp,
) -> DeliveryId {
    let id = next_delivery(conversation);
    let outbound = Outbound {
        id: id.clone(),
        account: conversation.account.clone(),
        conversation: conversation.id.clone(),
        reference: conversation.reference.clone(),
        in_reply_to,
        thread: conversation.thread.clone(),
        return_address: conversation.return_address.clone(),
        text: words.text,
        language: words.language,
        visibility: conversation.visibility,
    };
    conversation.deliveries.push(Delivery {
        id: id.clone(),
        to: Recipient::Customer(Box::new(outbound)),
        progress: Progress::Prepared { due: now },
        attempts: 0,
        by_bot,
        withdrawn: false,
        created_at: now,
    });
    id
}
