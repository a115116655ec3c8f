//! What a desk is told about a case.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::author::Author;
use crate::model::id::{
    AccountId, AgentName, BrandName, CaseNumber, ConversationId, DeskName, Language, TopicName,
};
use crate::model::network::Visibility;
use crate::model::severity::Severity;

/// The event that an alert reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AlertKind {
    /// A person is needed.
    #[serde(rename = "case.opened")]
    Opened,
    /// The customer wrote again, or a delivery needs a person's eye.
    #[serde(rename = "case.updated")]
    Updated,
    /// Nobody claimed it in time.
    #[serde(rename = "case.overdue")]
    Overdue,
    /// It came to this desk because the one before did not act, or could not be reached, or because it became critical.
    #[serde(rename = "case.escalated")]
    Escalated,
    /// A person closed it.
    #[serde(rename = "case.resolved")]
    Resolved,
}

impl AlertKind {
    /// The `type` of the webhook.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "case.opened",
            Self::Updated => "case.updated",
            Self::Overdue => "case.overdue",
            Self::Escalated => "case.escalated",
            Self::Resolved => "case.resolved",
        }
    }
}

/// One line of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When it was said.
    pub at: Timestamp,
    /// `customer`, `bot`, `agent` or `note`.
    pub by: String,
    /// What was said, with private data masked.
    pub text: String,
}

/// All that a person needs to take over, as it was when the alert became due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What happened.
    pub kind: AlertKind,
    /// When it happened.
    pub at: Timestamp,
    /// The case.
    pub case: CaseNumber,
    /// The brand whose customer it is.
    pub brand: BrandName,
    /// The desk that is told.
    pub desk: DeskName,
    /// What it is about; `None` where no topic was recognised.
    pub topic: Option<TopicName>,
    /// What else the message spoke of.
    pub also: Vec<TopicName>,
    /// How bad it is.
    pub severity: Severity,
    /// Why a person is needed.
    pub why: String,
    /// When a person should have claimed it.
    pub due: Timestamp,
    /// Who holds it, where somebody does.
    pub agent: Option<AgentName>,
    /// Where it was said.
    pub account: AccountId,
    /// The conversation.
    pub conversation: ConversationId,
    /// What the sender calls the conversation, where it named one itself.
    pub reference: Option<String>,
    /// Who can read it.
    pub visibility: Visibility,
    /// The language it is held in.
    pub language: Option<Language>,
    /// Who wrote.
    pub customer: Author,
    /// What was gathered: `bag_tag` → `NW123456`; private values are masked.
    pub entities: BTreeMap<String, String>,
    /// The last turns, oldest first.
    pub transcript: Vec<Line>,
}
