//! What was understood of a message.

use std::ops::Range;

use crate::model::author::Author;
use crate::model::id::{BrandName, Language, PackName, TopicName};
use crate::model::network::Visibility;
use crate::text::entities::Entity;

/// What is known about a message beside its text.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// The packs to read with; `core` is implied.
    pub packs: &'a [PackName],
    /// The brand's languages, fallback first.
    pub languages: &'a [Language],
    /// The language the network or the conversation states.
    pub stated_language: Option<&'a Language>,
    /// The brand.
    pub brand: &'a BrandName,
    /// The kind of network.
    pub channel: &'a str,
    /// Who can read it.
    pub visibility: Visibility,
    /// Whether it answers something that we said.
    pub is_reply: bool,
    /// Who wrote it.
    pub author: &'a Author,
    /// The brand's airline designators.
    pub airlines: &'a [String],
    /// The entities that the bot asked the author for.
    pub asked: &'a [String],
}

/// A topic that matched.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicMatch {
    /// The topic.
    pub topic: TopicName,
    /// 1.0 for a rule; a calibrated probability for the classifier.
    pub score: f32,
    /// The bytes of the original text that made it match, in order.
    pub spans: Vec<Range<usize>>,
    /// The rule that matched, as the matcher numbers them; `None` where the classifier found the topic.
    pub rule: Option<u32>,
    /// How specific the match is; higher goes first.
    pub weight: u32,
}

/// What the classifier takes a text for that no rule decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// The topic, one of the brand's packs.
    pub topic: TopicName,
    /// The probability that it is right, 0 to 1.
    pub score: f32,
    /// What that is worth.
    pub certainty: Certainty,
}

/// What a guess is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// It decides like a rule, and stands first among the topics: at or above `reply_at`.
    Sure,
    /// At or above `ask_at`: worth a question.
    Doubtful,
    /// Worth nothing.
    Unsure,
}

/// What was understood.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// The language; `None` where it could not be told.
    pub language: Option<Language>,
    /// The topics that match, in the order in which they decide.
    pub topics: Vec<TopicMatch>,
    /// What was found in it.
    pub entities: Vec<Entity>,
    /// What the classifier takes it for, where no rule decides and there is a classifier.
    pub guess: Option<Guess>,
}
