//! A verdict as people and programs read it: the same shape in `hark explain`, in `hark replay` and in the API.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::engine::judge::{Verdict, judge};
use crate::engine::world::World;
use crate::model::conversation::Conversation;
use crate::model::id::BrandName;
use crate::model::message::Inbound;
use crate::text::entities::{self, Entity};

/// A topic that matched.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScoredTopic {
    /// Its name.
    pub topic: String,
    /// 1.0 for a rule.
    pub score: f32,
    /// The words that made it match.
    pub words: Vec<String>,
}

/// A decision about one message, explained.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Explanation {
    /// The message.
    pub id: String,
    /// `reply`, `ask`, `handoff` or `silence`.
    pub outcome: String,
    /// The topic that decides.
    pub topic: Option<String>,
    /// Every topic that matched, best first.
    pub topics: Vec<ScoredTopic>,
    /// How bad it is.
    pub severity: String,
    /// The desk that gets it.
    pub desk: Option<String>,
    /// The reply that was chosen.
    pub reply: Option<String>,
    /// Its words.
    pub text: Option<String>,
    /// The language that was read.
    pub language: Option<String>,
    /// What was found, by kind; private values are masked.
    pub entities: BTreeMap<String, String>,
    /// Each step, in order.
    pub why: Vec<String>,
}

/// Judges `message` as the first of a new conversation and explains the verdict. Nothing changes, nothing is sent.
pub fn explain(world: &World, brand: BrandName, message: &Inbound, now: Timestamp) -> Explanation {
    Explanation::of(message, judge_first(world, brand, message, now))
}

/// Judges `message` as the first of a new conversation.
pub fn judge_first(world: &World, brand: BrandName, message: &Inbound, now: Timestamp) -> Verdict {
    let conversation = Conversation::new(message, brand);
    judge(world, &conversation, message, now)
}

/// The value of an entity as it may be shown: masked where it is private.
pub fn shown(entity: &Entity) -> &str {
    if entity.private {
        entities::MASK
    } else {
        &entity.normal
    }
}

impl Explanation {
    /// The verdict about `message`, in its outside shape.
    pub fn of(message: &Inbound, verdict: Verdict) -> Self {
        let topics = verdict.reading.topics.iter().map(|found| ScoredTopic {
            topic: found.topic.to_string(),
            score: found.score,
            words: found
                .spans
                .iter()
                .filter_map(|span| message.text.get(span.clone()))
                .map(entities::mask)
                .collect(),
        });
        let found = verdict.reading.entities.iter();
        let found = found.map(|entity| (entity.kind.to_owned(), shown(entity).to_owned()));
        Self {
            id: message.id.to_string(),
            outcome: verdict.outcome.to_string(),
            topic: verdict.topic.map(|topic| topic.to_string()),
            topics: topics.collect(),
            severity: verdict.severity.to_string(),
            desk: verdict.desk.map(|desk| desk.to_string()),
            reply: verdict.reply.map(|reply| reply.to_string()),
            text: verdict.words.map(|words| words.text),
            language: verdict
                .reading
                .language
                .map(|language| language.to_string()),
            entities: found.collect(),
            why: verdict.why,
        }
    }

    /// As text for people.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        let mut line = |name: &str, value: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{name:<10}{value}");
        };
        line("outcome", &self.outcome);
        line("language", self.language.as_deref().unwrap_or("unknown"));
        line("severity", &self.severity);
        if self.topics.is_empty() {
            line("topics", "none matched");
        }
        for topic in &self.topics {
            line(
                "topic",
                &format!(
                    "{} ({:.2}) on {}",
                    topic.topic,
                    topic.score,
                    quoted(&topic.words)
                ),
            );
        }
        for (kind, value) in &self.entities {
            line("found", &format!("{kind} {value}"));
        }
        if let Some(desk) = &self.desk {
            line("desk", desk);
        }
        for why in &self.why {
            line("why", why);
        }
        match (&self.reply, &self.text) {
            (Some(reply), Some(text)) => line("reply", &format!("{reply}: {text}")),
            _ => line("reply", "nothing is said"),
        }
        out
    }
}

fn quoted(words: &[String]) -> String {
    words
        .iter()
        .map(|word| format!("\u{201c}{word}\u{201d}"))
        .collect::<Vec<_>>()
        .join(" ")
}
