//! What a program reads about each past message: the decision, or what other packs change about it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::explain::{Explanation, ScoredTopic};

/// A decision. The names and their order are a promise to whoever reads them.
#[derive(Serialize)]
pub(super) struct Judged<'a> {
    id: &'a str,
    outcome: &'a str,
    topic: Option<&'a str>,
    topics: Vec<Scored<'a>>,
    severity: &'a str,
    desk: Option<&'a str>,
    reply: Option<&'a str>,
    language: Option<&'a str>,
    entities: &'a BTreeMap<String, String>,
    why: &'a [String],
}

#[derive(Serialize)]
struct Scored<'a> {
    topic: &'a str,
    score: f32,
}

impl<'a> From<&'a Explanation> for Judged<'a> {
    fn from(explanation: &'a Explanation) -> Self {
        let scored = |topic: &'a ScoredTopic| Scored {
            topic: &topic.topic,
            score: topic.score,
        };
        Self {
            id: &explanation.id,
            outcome: &explanation.outcome,
            topic: explanation.topic.as_deref(),
            topics: explanation.topics.iter().map(scored).collect(),
            severity: &explanation.severity,
            desk: explanation.desk.as_deref(),
            reply: explanation.reply.as_deref(),
            language: explanation.language.as_deref(),
            entities: &explanation.entities,
            why: &explanation.why,
        }
    }
}

/// A message about which two sets of packs disagree.
#[derive(Serialize)]
pub(super) struct Change<'a> {
    /// The message.
    pub(super) id: &'a str,
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
    outcome: &'a str,
    topic: Option<&'a str>,
    reply: Option<&'a str>,
}

impl<'a> From<&'a Explanation> for Choice<'a> {
    fn from(explanation: &'a Explanation) -> Self {
        Self {
            outcome: &explanation.outcome,
            topic: explanation.topic.as_deref(),
            reply: explanation.reply.as_deref(),
        }
    }
}
