//! What was decided about one message, kept with it so that the decision can be explained later.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::id::{Language, ReplyName, TopicName};

/// How a message ended. Every accepted message has exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The bot answers.
    Reply,
    /// The bot asks for what it needs.
    Ask,
    /// A person gets it.
    Handoff,
    /// Nothing is said, for the recorded reason.
    Silence,
}

impl Outcome {
    /// Its name in files and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Ask => "ask",
            Self::Handoff => "handoff",
            Self::Silence => "silence",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The decision about one message, in the form that is stored with its turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// How it ended.
    pub outcome: Outcome,
    /// The topic that decided, and then those that travel along, best first.
    pub topics: Vec<TopicName>,
    /// The reply that was chosen, where one was.
    pub reply: Option<ReplyName>,
    /// The language the message was read in; `None` where it could not be told.
    pub language: Option<Language>,
    /// Each step of the way, in order, as sentences a person can read. Never customer text.
    pub why: Vec<String>,
}
