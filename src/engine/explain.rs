//! A verdict as people and programs read it: the same shape in `hark explain`, in `hark replay` and in the API.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::engine::judge::{Verdict, judge};
use crate::engine::world::World;
use crate::library::reading::TopicMatch;
use crate::library::{Library, Topic};
use crate::model::conversation::Conversation;
use crate::model::id::{BrandName, PackName};
use crate::model::message::Inbound;
use crate::model::severity::Severity;
use crate::text::entities::Entity;

/// A topic that matched.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScoredTopic {
    /// Its name.
    pub topic: String,
    /// 1.0 for a rule; for the classifier the probability that it is right.
    pub score: f32,
    /// The words that made it match.
    pub words: Vec<String>,
    /// The rule that matched, as it is written; none where the classifier found the topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Where that rule stands: file and line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Why the topic that comes first goes before this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<String>,
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
    /// What the classifier takes it for, where no rule decides.
    pub guess: Option<ScoredTopic>,
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
    /// What was found, by kind, in its normal form; several of one kind with a comma between. Private ones are there
    /// too: who asks has the text.
    pub entities: BTreeMap<String, String>,
    /// Each step, in order.
    pub why: Vec<String>,
}

/// Judges `message` as the first of a new conversation.
pub fn judge_first(world: &World, brand: &BrandName, message: &Inbound, now: Timestamp) -> Verdict {
    let conversation = Conversation::new(message, brand.clone());
    judge(world, &conversation, message, now)
}

/// The same, explained to a rule author: with the rule that made each topic match, and why it did not come first.
pub fn explain_rules(
    world: &World,
    brand: &BrandName,
    message: &Inbound,
    now: Timestamp,
) -> Explanation {
    let packs = world
        .brands
        .get(brand)
        .map_or(&[][..], |brand| &brand.packs);
    let verdict = judge_first(world, brand, message, now);
    let found = verdict.reading.topics.clone();
    let mut explanation = Explanation::of(world, brand, message, verdict);
    for (shown, found_one) in explanation.topics.iter_mut().zip(&found) {
        if let Some(rule) = world.library.rule(found_one, packs) {
            shown.rule = Some(rule.text.clone());
            shown.at = Some(rule.place.clone());
        }
        shown.behind = found
            .first()
            .filter(|first| first.topic != found_one.topic)
            .and_then(|first| behind(&world.library, packs, first, found_one));
    }
    explanation
}

/// Why `first` goes before `other`; see [`Library::read`].
fn behind(
    library: &Library,
    packs: &[PackName],
    first: &TopicMatch,
    other: &TopicMatch,
) -> Option<String> {
    let topic = |found: &TopicMatch| library.topic(&found.topic, packs);
    let (winner, loser) = (topic(first)?, topic(other)?);
    let is_critical = |topic: &Topic| topic.severity == Severity::Critical;
    let name = &winner.name;
    Some(if is_critical(winner) && !is_critical(loser) {
        format!("{name} is critical")
    } else if winner.priority != loser.priority {
        format!(
            "{name} has priority {} and this {}",
            winner.priority, loser.priority
        )
    } else if first.rule.is_some() && other.rule.is_none() {
        format!("{name} was found by a rule")
    } else if first.weight != other.weight {
        format!(
            "{name} matches more words, closer together ({} against {})",
            first.weight, other.weight
        )
    } else {
        format!("{name} comes before by its name; both match equally well")
    })
}

impl Explanation {
    /// The verdict about `message`, in its outside shape.
    pub fn of(world: &World, brand: &BrandName, message: &Inbound, verdict: Verdict) -> Self {
        let mask = |text: &str| world.mask(brand, text);
        let topics = verdict.reading.topics.iter().map(|found| ScoredTopic {
            topic: found.topic.to_string(),
            score: found.score,
            words: found
                .spans
                .iter()
                .filter_map(|span| message.text.get(span.clone()))
                .map(mask)
                .collect(),
            rule: None,
            at: None,
            behind: None,
        });
        let guess = verdict.reading.guess.as_ref().map(|guess| ScoredTopic {
            topic: guess.topic.to_string(),
            score: guess.score,
            words: Vec::new(),
            rule: None,
            at: None,
            behind: None,
        });
        Self {
            id: message.id.to_string(),
            outcome: verdict.outcome.to_string(),
            topic: verdict.topic.map(|topic| topic.to_string()),
            topics: topics.collect(),
            guess,
            severity: verdict.severity.to_string(),
            desk: verdict.desk.map(|desk| desk.to_string()),
            reply: verdict.reply.map(|reply| reply.to_string()),
            text: verdict.words.map(|words| words.text),
            language: verdict
                .reading
                .language
                .map(|language| language.to_string()),
            entities: by_kind(&verdict.reading.entities),
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
            line("topic", &topic.to_string());
            if let (Some(rule), Some(at)) = (&topic.rule, &topic.at) {
                line("  rule", rule);
                line("  at", at);
            }
            if let Some(behind) = &topic.behind {
                line("  behind", behind);
            }
        }
        if let Some(guess) = &self.guess {
            line("guess", &guess.to_string());
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

/// What was found, by kind, in its normal form; several of one kind in reading order.
pub fn by_kind(found: &[Entity]) -> BTreeMap<String, String> {
    let mut kinds: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for entity in found {
        let value = entity.normal.as_str();
        let values = kinds.entry(entity.kind.to_string()).or_default();
        if !values.contains(&value) {
            values.push(value);
        }
    }
    kinds
        .into_iter()
        .map(|(kind, values)| (kind, values.join(", ")))
        .collect()
}

impl fmt::Display for ScoredTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:.2})", self.topic, self.score)?;
        if self.words.is_empty() {
            return Ok(());
        }
        write!(f, " on {}", quoted(&self.words))
    }
}

fn quoted(words: &[String]) -> String {
    words
        .iter()
        .map(|word| format!("\u{201c}{word}\u{201d}"))
        .collect::<Vec<_>>()
        .join(" ")
}
