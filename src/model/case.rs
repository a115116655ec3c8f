//! A case: the trackable problem behind a handoff.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::alert::AlertKind;
use crate::model::delivery::Status;
use crate::model::id::{AgentName, CaseNumber, DeliveryId, DeskName, TopicName};
use crate::model::severity::Severity;

/// How far a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaseState {
    /// Waiting for a person; the deadline runs.
    Open,
    /// A person has it.
    Claimed,
    /// A person gave the conversation back to the bot without closing the case.
    Released,
    /// Done.
    Resolved,
}

impl CaseState {
    /// The word used on the command line, in the API and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Claimed => "claimed",
            Self::Released => "released",
            Self::Resolved => "resolved",
        }
    }
}

/// One alert of a case and how its delivery stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRecord {
    /// The delivery, and the `webhook-id`.
    pub id: DeliveryId,
    /// What was reported.
    pub kind: AlertKind,
    /// To whom.
    pub desk: DeskName,
    /// How the delivery stands.
    pub status: Status,
}

/// A problem that a person must see to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The number that people say.
    pub number: CaseNumber,
    /// The desk that has it now.
    pub desk: DeskName,
    /// What it is about; `None` where no topic was recognised.
    pub topic: Option<TopicName>,
    /// What else was spoken of.
    pub also: Vec<TopicName>,
    /// How bad it is; rises with later messages, never falls by itself.
    pub severity: Severity,
    /// Why a person is needed, in a sentence.
    pub why: String,
    /// How far it is.
    pub state: CaseState,
    /// Who has it, or had it last.
    pub agent: Option<AgentName>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When a person must have claimed it.
    pub first_response_due: Timestamp,
    /// When a person first answered the customer.
    pub first_response_at: Option<Timestamp>,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
    /// What was gathered about it, by entity name.
    pub entities: BTreeMap<String, String>,
    /// What desks were told, oldest first; bounded by [`ALERTS_MAX`].
    pub alerts: Vec<AlertRecord>,
}

/// Most alerts remembered on one case; older settled ones are forgotten first.
pub const ALERTS_MAX: usize = 64;

impl Case {
    /// Whether somebody still has to do something about it.
    pub fn is_active(&self) -> bool {
        matches!(self.state, CaseState::Open | CaseState::Claimed)
    }
}
