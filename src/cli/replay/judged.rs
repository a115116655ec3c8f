//! What a program reads about each past message: the decision, or what other packs change about it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::explain::by_kind;
use crate::engine::judge::Verdict;
use crate::model::id::{DeskName, Language, MessageId, ReplyName, TopicName};
use crate::model::record::Outcome;
use crate::model::severity::Severity;

/// A decision. The names and their order are a promise to whoever reads them.
#[derive(Serialize)]
pub(super) struct Judged<'a> {
    id: &'a MessageId,
    outcome: Outcome,
    topic: Option<&'a TopicName>,
    topics: Vec<Scored<'a>>,
    severity: Severity,
    desk: Option<&'a DeskName>,
    reply: Option<&'a ReplyName>,
    language: Option<&'a Language>,
    entities: BTreeMap<String, String>,
    why: &'a [String],
}

#[derive(Serialize)]
struct Scored<'a> {
    topic: &'a TopicName,
    score: f32,
}

impl<'a> Judged<'a> {
    /// The verdict about the message of this id.
    pub(super) fn of(id: &'a MessageId, verdict: &'a Verdict) -> Self {
        let reading = &verdict.reading;
        let topics = reading.topics.iter().map(|found| Scored {
            topic: &found.topic,
            score: found.score,
        });
        Self {
            id,
            outcome: verdict.outcome,
            topic: verdict.topic.as_ref(),
            topics: topics.collect(),
            severity: verdict.severity,
            desk: verdict.desk.as_ref(),
            reply: verdict.reply.as_ref(),
            language: reading.language.as_ref(),
            entities: by_kind(&reading.entities),
            why: &verdict.why,
        }
    }
}

/// A message about which two sets of packs disagree.
#[derive(Serialize)]
pub(super) struct Change<'a> {
    /// The message.
    pub(super) id: &'a MessageId,
    /// What it says; private values are masked.
    pub(super) text: String,
    /// By the old packs.
    pub(super) before: Choice<'a>,
    /// By the new ones.
    pub(super) after: Choice<'a>,
}

/// What matters to the customer about a decision.
#[derive(PartialEq, Serialize)]
pub(super) struct Choice<'a> {
    outcome: Outcome,
    topic: Option<&'a TopicName>,
    reply: Option<&'a ReplyName>,
}

impl<'a> From<&'a Verdict> for Choice<'a> {
    fn from(verdict: &'a Verdict) -> Self {
        Self {
            outcome: verdict.outcome,
            topic: verdict.topic.as_ref(),
            reply: verdict.reply.as_ref(),
        }
    }
}
