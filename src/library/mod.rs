//! Packs: topics, rules, replies and their tests, compiled from text into one value with every problem found. Pure.

mod compile;
pub mod diagnostic;
mod document;
mod entity_file;
mod examples;
pub mod learning;
mod lint;
mod overlap;
mod pack_file;
pub mod reading;
mod reply;
pub mod shipped;
pub(crate) mod spelling;
pub mod test_table;
#[cfg(test)]
mod tests;
mod topic_file;
mod values;
mod wording;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::library::diagnostic::Diagnostic;
use crate::library::learning::{Learned, Lessons};
use crate::library::reading::{Certainty, Context, Reading, TopicMatch};
use crate::library::reply::Replies;
use crate::library::test_table::PackTest;
use crate::model::id::{DeskName, Language, PackName, ReplyName, TopicName};
use crate::model::network::Limits;
use crate::model::severity::Severity;
use crate::text::entities::{self, Custom, Entity, Hints};
use crate::text::language::{self, Told};
use crate::text::matcher::{Facts, Hit, Matcher};
use crate::text::tokens::TokenText;

/// The pack that is always on.
pub const CORE: &str = "core";

/// One file of a pack, as text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path shown in diagnostics: `responses/airline/topics/lost-bag.toml`.
    pub path: String,
    /// The path inside the pack: `topics/lost-bag.toml`.
    pub name: String,
    /// What is in it.
    pub text: Cow<'static, str>,
}

/// A pack before it is compiled.
#[derive(Debug, Clone)]
pub struct PackSource {
    /// The folder name.
    pub name: PackName,
    /// Its files.
    pub files: Vec<SourceFile>,
}

/// When a topic is handed to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandoffWhen {
    /// At once, with or without a reply.
    Always,
    /// When the customer comes back with the same cause.
    Repeat,
    /// Never by the topic itself.
    Never,
}

/// Where a topic goes when it goes to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handoff {
    /// The desk the pack asks for; the brand's own desk where the config does not have it.
    pub desk: Option<DeskName>,
    /// When.
    pub when: HandoffWhen,
    /// How soon a person must claim it; the desk's own time where the topic states none.
    pub first_response: Option<Duration>,
}

/// What a topic does beside replying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Reply and hand off as the topic says.
    Answer,
    /// The customer wants the bot to stop, for good.
    OptOut,
    /// Left alone: spam, chatter.
    Ignore,
}

/// A topic, compiled.
#[derive(Debug, Clone)]
pub struct Topic {
    /// Its name: the file name.
    pub name: TopicName,
    /// Its pack.
    pub pack: PackName,
    /// What people call it.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Higher goes first among topics of the same severity class.
    pub priority: i32,
    /// Whether its rules say so little that a sure guess goes before them.
    pub vague: bool,
    /// Entities asked for when missing.
    pub needs: Vec<String>,
    /// The reply; `None` = never answered by template.
    pub reply: Option<ReplyName>,
    /// When and where it goes to a person.
    pub handoff: Handoff,
    /// What it does beside.
    pub action: Action,
}

/// Gives the values a reply may use by their names: `customer.name` → `Ann`. They need not be harmless.
pub type Values<'a> = dyn Fn(&str) -> Option<Cow<'a, str>> + 'a;

/// A reply ready to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// The language it is in: the one asked for, or the brand's fallback.
    pub language: Language,
}

/// Why a reply could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// No pack of the brand has this reply in any of its languages.
    #[error("no reply `{0}` in the brand's packs")]
    Missing(ReplyName),
    /// A value that the reply needs is not known for this message.
    #[error("reply `{reply}` needs `{value}`, which is not known")]
    Unknown {
        /// The reply.
        reply: ReplyName,
        /// The value.
        value: String,
    },
    /// No wording fits the network.
    #[error("reply `{reply}` does not fit {max}")]
    TooLong {
        /// The reply.
        reply: ReplyName,
        /// The network's limit.
        max: usize,
    },
}

/// What to render.
pub struct Wanted<'a> {
    /// The packs of the brand, best first; `core` is always searched last.
    pub packs: &'a [PackName],
    /// The languages to try, best first.
    pub languages: &'a [Language],
    /// The reply.
    pub reply: &'a ReplyName,
    /// The values.
    pub values: &'a Values<'a>,
    /// Chooses among the wordings: the same seed, the same wording.
    pub seed: u64,
    /// What the network allows.
    pub limits: &'a Limits,
}

/// A rule as its author knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSource {
    /// Where it stands: `responses/airline/topics/delay.toml:4`.
    pub place: String,
    /// What it says.
    pub text: String,
    /// Its topic, as an index into those of the pack.
    topic: usize,
}

/// A pack, compiled.
#[derive(Debug)]
struct Pack {
    title: String,
    languages: Vec<Language>,
    airlines: Vec<String>,
    entities: Vec<Arc<Custom>>,
    /// This pack and all that it builds on, nearest first; without `core`.
    chain: Vec<PackName>,
    /// Sorted by name.
    topics: Vec<Topic>,
    /// Its scope in the matcher.
    scope: u32,
    /// Number of its first rule in the matcher.
    first_rule: u32,
    /// Its rules, in the order of their numbers.
    rules: Vec<RuleSource>,
    lessons: Lessons,
    tests: Vec<PackTest>,
}

/// All packs, compiled.
#[derive(Debug, Default)]
pub struct Library {
    packs: BTreeMap<PackName, Pack>,
    /// The rules of all packs.
    matcher: Matcher,
    replies: Replies,
    /// What was learned for the brands in use; see [`Library::courses`].
    classifiers: Vec<Learned>,
}

impl Library {
    /// Compiles the packs. Every problem of every file is reported; with an error among them there is no library.
    pub fn load(sources: &[PackSource]) -> (Option<Self>, Vec<Diagnostic>) {
        compile::load(sources)
    }

    /// The same for the packs named, `core`, and all that they build on, without their tests. Others are not even read, and
    /// warnings that take time to find are left to [`Self::load`].
    pub fn load_used(
        sources: &[PackSource],
        used: &[&PackName],
    ) -> (Option<Self>, Vec<Diagnostic>) {
        compile::load_used(sources, used)
    }

    /// Reads a text: language, entities, and every topic of the brand's packs that matches, best first. Where no rule
    /// decides, what the classifier is sure of comes first.
    pub fn read(&self, text: &str, context: &Context<'_>) -> Reading {
        let tokens = TokenText::new(text);
        let told = language::tell(&tokens, context.languages);
        let other_language = told == Told::Other;
        let language = language_of(told, context);
        let entities = self.entities(text, context);
        let found = self.found(
            &tokens,
            language.as_ref(),
            other_language,
            &entities,
            context,
        );
        // Too short to tell the language is not too short to guess: words that nobody gave as examples lower the score.
        let guess = language
            .as_ref()
            .or(context.languages.first())
            .filter(|_| !other_language)
            .and_then(|language| self.guess(&tokens, language, &found, context.packs));
        let mut topics: Vec<TopicMatch> = found.into_iter().map(|(_, found)| found).collect();
        if let Some(guess) = guess.as_ref().filter(|it| it.certainty == Certainty::Sure) {
            let found = TopicMatch {
                topic: guess.topic.clone(),
                score: guess.score,
                spans: Vec::new(),
                rule: None,
                weight: 0,
            };
            topics.insert(0, found);
        }
        Reading {
            language,
            topics,
            entities,
            guess,
        }
    }

    fn entities(&self, text: &str, context: &Context<'_>) -> Vec<Entity> {
        entities::find(text, &self.hints(context))
    }

    /// Every topic that a rule finds, best first.
    fn found(
        &self,
        tokens: &TokenText,
        language: Option<&Language>,
        other_language: bool,
        entities: &[Entity],
        context: &Context<'_>,
    ) -> Vec<(&Topic, TopicMatch)> {
        let facts = Facts {
            language,
            other_language,
            channel: context.channel,
            brand: context.brand.as_str(),
            public: context.visibility.is_public(),
            is_reply: context.is_reply,
            followers: context.author.followers,
            verified: context.author.verified,
        };
        let packs: Vec<&Pack> = self.search_order(context.packs).collect();
        let scopes: Vec<u32> = packs.iter().map(|pack| pack.scope).collect();
        let hits = self.matcher.find(tokens, entities, &facts, &scopes);
        let mut found: BTreeMap<&TopicName, (&Topic, &Hit)> = BTreeMap::new();
        for pack in packs {
            for (topic, hit) in hits
                .iter()
                .filter_map(|hit| Some((pack.topic_of(hit)?, hit)))
            {
                let best = found.entry(&topic.name).or_insert((topic, hit));
                // A topic of an earlier pack hides one of the same name in a later one.
                if best.0.pack == topic.pack && best.1.weight < hit.weight {
                    best.1 = hit;
                }
            }
        }
        let mut found: Vec<(&Topic, &Hit)> = found.into_values().collect();
        found.sort_by_key(|(topic, hit)| (topic.rank(), Reverse(hit.weight)));
        found
            .into_iter()
            .map(|(topic, hit)| (topic, matched(topic, hit)))
            .collect()
    }

    /// The brand's designators, else those that its packs name.
    fn hints(&self, context: &Context<'_>) -> Hints {
        let airlines = if context.airlines.is_empty() {
            self.search_order(context.packs)
                .flat_map(|pack| pack.airlines.iter().cloned())
                .collect()
        } else {
            context.airlines.to_vec()
        };
        Hints {
            airlines,
            asked: context.asked.to_vec(),
            custom: self.added_entities(context.packs),
        }
    }

    /// The kinds of entities that these packs add; the nearest of one name wins.
    fn added_entities(&self, packs: &[PackName]) -> Vec<Arc<Custom>> {
        let mut added: Vec<Arc<Custom>> = Vec::new();
        for entity in self.search_order(packs).flat_map(|pack| &pack.entities) {
            if !added.iter().any(|known| known.name == entity.name) {
                added.push(Arc::clone(entity));
            }
        }
        added
    }

    /// `text` with everything private replaced by `•••`, also what these packs add.
    pub fn mask(&self, text: &str, packs: &[PackName]) -> String {
        let hints = Hints {
            custom: self.added_entities(packs),
            ..Hints::default()
        };
        entities::mask(text, &hints)
    }

    /// Whether values of this kind must not be shown to others. A kind that is not known any more counts as private.
    pub fn is_private(&self, kind: &str, packs: &[PackName]) -> bool {
        let added = self.added_entities(packs);
        added
            .iter()
            .find(|entity| entity.name == kind)
            .map_or_else(|| entities::is_private(kind), |entity| entity.private)
    }

    /// A topic by name, in the first of `packs` that has it, then in `core`.
    pub fn topic(&self, name: &TopicName, packs: &[PackName]) -> Option<&Topic> {
        self.search_order(packs).find_map(|pack| pack.topic(name))
    }

    /// The rule that made a topic match.
    pub fn rule(&self, found: &TopicMatch, packs: &[PackName]) -> Option<&RuleSource> {
        let topic = self.topic(&found.topic, packs)?;
        self.packs.get(&topic.pack)?.rule(found.rule?)
    }

    /// Makes a reply: right language, a wording that fits, values stripped of the network's markup.
    pub fn render(&self, wanted: &Wanted<'_>) -> Result<Rendered, RenderError> {
        let packs = self.chain(wanted.packs);
        for language in wanted.languages {
            for pack in &packs {
                if let Some(reply) = self.replies.find(wanted.reply, pack, language) {
                    return Ok(Rendered {
                        text: reply.render(wanted)?,
                        language: language.clone(),
                    });
                }
            }
        }
        Err(RenderError::Missing(wanted.reply.clone()))
    }

    /// The packs by name, each with its title.
    pub fn packs(&self) -> impl Iterator<Item = (&PackName, &str)> {
        self.packs
            .iter()
            .map(|(name, pack)| (name, pack.title.as_str()))
    }

    /// The languages that a pack is written in; none where there is no such pack.
    pub fn languages(&self, pack: &PackName) -> &[Language] {
        self.packs
            .get(pack)
            .map(|pack| pack.languages.as_slice())
            .unwrap_or_default()
    }

    /// Every topic that a brand with these packs can meet, in the order in which they are searched.
    pub fn topics(&self, packs: &[PackName]) -> impl Iterator<Item = &Topic> {
        self.search_order(packs).flat_map(|pack| &pack.topics)
    }

    /// The tests of a pack's own files, where all packs were loaded.
    pub fn tests(&self, pack: &PackName) -> &[PackTest] {
        self.packs
            .get(pack)
            .map(|pack| pack.tests.as_slice())
            .unwrap_or_default()
    }

    /// The packs to search, each with all that it builds on, `core` last, none twice.
    fn chain(&self, packs: &[PackName]) -> Vec<&PackName> {
        let mut order: Vec<&PackName> = Vec::new();
        let chains = packs.iter().filter_map(|name| self.packs.get(name));
        for name in chains.flat_map(|pack| &pack.chain) {
            if !order.contains(&name) && name.as_str() != CORE {
                order.push(name);
            }
        }
        order.extend(
            self.packs
                .get_key_value(&PackName::from(CORE))
                .map(|(name, _)| name),
        );
        order
    }

    fn search_order(&self, packs: &[PackName]) -> impl Iterator<Item = &Pack> {
        self.chain(packs)
            .into_iter()
            .filter_map(|name| self.packs.get(name))
    }
}

impl Pack {
    fn topic(&self, name: &TopicName) -> Option<&Topic> {
        let place = self.topics.binary_search_by(|topic| topic.name.cmp(name));
        self.topics.get(place.ok()?)
    }

    fn rule(&self, number: u32) -> Option<&RuleSource> {
        self.rules
            .get(number.checked_sub(self.first_rule)? as usize)
    }

    /// The topic that a hit is of, where it is of this pack.
    fn topic_of(&self, hit: &Hit) -> Option<&Topic> {
        self.rule(hit.rule).map(|rule| &self.topics[rule.topic])
    }
}

impl Topic {
    /// The order in which topics decide, first the least: `critical`, then higher priority.
    fn rank(&self) -> (bool, Reverse<i32>) {
        (self.severity != Severity::Critical, Reverse(self.priority))
    }
}

/// What the words say, else what the network or the conversation states, as long as the brand speaks it.
fn language_of(told: Told, context: &Context<'_>) -> Option<Language> {
    if let Told::Spoken(language) = told {
        return Some(language);
    }
    context
        .stated_language
        .filter(|stated| context.languages.contains(stated))
        .cloned()
}

fn matched(topic: &Topic, hit: &Hit) -> TopicMatch {
    TopicMatch {
        topic: topic.name.clone(),
        score: 1.0,
        spans: hit.spans.clone(),
        rule: Some(hit.rule),
        weight: hit.weight,
    }
}
