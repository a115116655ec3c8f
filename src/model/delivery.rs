//! What a conversation still owes: a message to the customer or an alert to a desk.
//!
//! Deliveries live in the conversation's document, so what is pending there is the outbox. A settled delivery leaves
//! the list; how it ended stays on its turn or on its case.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::alert::Alert;
use crate::model::id::{AccountId, ConversationId, DeliveryId, DeskName, Language, MessageId};
use crate::model::network::Visibility;

/// A message to a customer, with all that its channel needs to send it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbound {
    /// Also the idempotency key wherever the network takes one.
    pub id: DeliveryId,
    /// Which of our accounts speaks.
    pub account: AccountId,
    /// The conversation it belongs to.
    pub conversation: ConversationId,
    /// What the sender calls the conversation, where it named one itself.
    pub reference: Option<String>,
    /// The message that is answered.
    pub in_reply_to: Option<MessageId>,
    /// The network's thread, group or channel.
    pub thread: Option<String>,
    /// The channel's own note of where an answer goes.
    pub return_address: Option<String>,
    /// What is said; it fits the network's limit and carries no markup from outside.
    pub text: String,
    /// The language it is said in.
    pub language: Language,
    /// Who will be able to read it.
    pub visibility: Visibility,
}

/// To whom something is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Recipient {
    /// The customer, through the network.
    Customer(Box<Outbound>),
    /// A human desk.
    Desk {
        /// Which desk.
        desk: DeskName,
        /// What it is told, as it was when it became due: a retry says the same.
        alert: Box<Alert>,
    },
}

/// How far a delivery is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Progress {
    /// Nothing sent yet, or the last attempt certainly failed; to be sent when due.
    Prepared {
        /// Earliest time of the next attempt.
        due: Timestamp,
    },
    /// An attempt is under way, or was when the process died: it must be settled before anything else is sent.
    Sending {
        /// When the attempt was committed, which is before it was made.
        since: Timestamp,
    },
}

/// Something owed and not yet settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The same over all attempts.
    pub id: DeliveryId,
    /// To whom.
    pub to: Recipient,
    /// How far it is.
    pub progress: Progress,
    /// Attempts begun so far.
    pub attempts: u32,
    /// Whether the bot speaks: its words are taken back once a person does (promise 3).
    #[serde(default)]
    pub by_bot: bool,
    /// Whether the words were taken back while an attempt was under way: whatever comes of it, there is no other.
    #[serde(default)]
    pub withdrawn: bool,
    /// When it became owed.
    pub created_at: Timestamp,
}

/// Deliveries of one lane leave in order, one at a time; lanes do not wait for each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// To the customer.
    Customer,
    /// To one desk.
    Desk(DeskName),
}

impl Delivery {
    /// The lane it belongs to.
    pub fn lane(&self) -> Lane {
        match &self.to {
            Recipient::Customer(_) => Lane::Customer,
            Recipient::Desk { desk, .. } => Lane::Desk(desk.clone()),
        }
    }
}

/// How a delivery stands or ended, as it is shown on its turn or case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "state")]
pub enum Status {
    /// Not sent yet.
    Pending,
    /// The network took it.
    Sent {
        /// When it said so.
        at: Timestamp,
        /// The network's id of our message, where it gives one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<MessageId>,
    },
    /// Nobody can tell whether it was sent, so it is not sent again; a person decides.
    Unknown {
        /// What happened.
        reason: String,
    },
    /// It will not be sent.
    Refused {
        /// Who refused and why.
        reason: String,
    },
    /// Taken back by hark.
    Withdrawn {
        /// Why.
        reason: String,
        /// Whether it had been tried, so that the customer may have seen it all the same.
        #[serde(default)]
        tried: bool,
    },
}

/// What came of one attempt, or of asking the network about an attempt that a crash cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempted {
    /// The network took it.
    Sent {
        /// The network's id of our message, where it gives one.
        message: Option<MessageId>,
    },
    /// Try again, not before the network's wish where it states one: it was not taken, or its key makes a repeat harmless.
    Later {
        /// The network's own wish, in seconds.
        retry_after_s: Option<u32>,
        /// What the network said.
        reason: String,
    },
    /// It will never be taken: the reason names what the network refused.
    Refused {
        /// What the network said.
        reason: String,
    },
    /// It may or may not have been taken.
    Unknown {
        /// What happened.
        reason: String,
    },
}
