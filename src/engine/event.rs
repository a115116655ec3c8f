//! What can happen to a conversation.

use crate::model::delivery::Attempted;
use crate::model::id::{ActionId, AgentName, DeliveryId};
use crate::model::message::Inbound;

/// One thing that happened. Chance and ids come in with it; the time is given beside it.
#[derive(Debug, Clone)]
pub enum Event {
    /// The customer wrote.
    Message(Inbound),
    /// A delivery is about to be attempted; committed before it is.
    Attempt {
        /// Which.
        delivery: DeliveryId,
    },
    /// An attempt ended, or a cut-off one was settled.
    Attempted {
        /// Which.
        delivery: DeliveryId,
        /// How.
        outcome: Attempted,
        /// Chance in `0.0..1.0`, which spreads retries.
        jitter: f64,
    },
    /// The time of at least one timer has come.
    TimerDue,
    /// A person did something.
    Action {
        /// The same id again is the same action.
        id: ActionId,
        /// Who.
        agent: AgentName,
        /// What.
        action: Action,
    },
    /// Deciding about a message failed inside hark; the message must reach a person all the same.
    Contained {
        /// The message.
        message: Inbound,
    },
}

/// What a person can do with a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Take it.
    Claim,
    /// Answer the customer.
    Reply {
        /// The words, sent as they are.
        text: String,
    },
    /// Tell other people something.
    Note {
        /// The words.
        text: String,
    },
    /// Give the conversation back to the bot.
    Release,
    /// Close the case and give the conversation back to the bot.
    Resolve,
}
