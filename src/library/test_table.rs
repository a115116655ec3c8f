//! The tests that a topic file carries: what somebody says, and what must be understood.

use std::collections::BTreeMap;
use std::fmt;

use crate::library::document::{Placed, Problems, Table, as_text};
use crate::library::reading::{Context, Reading};
use crate::library::topic_file::SEVERITIES;
use crate::library::{Library, Topic};
use crate::model::author::Author;
use crate::model::id::{BrandName, DeskName, Language, PackName, ReplyName, TopicName};
use crate::model::network::Visibility;
use crate::model::severity::Severity;

const KEYS: &[&str] = &[
    "say",
    "expect",
    "visibility",
    "channel",
    "followers",
    "verified",
    "is_reply",
];

const EXPECT_KEYS: &[&str] = &[
    "topic",
    "not_topic",
    "topics",
    "reply",
    "desk",
    "entities",
    "severity",
    "language",
    "outcome",
];

const OUTCOMES: &[(&str, &str)] = &[
    ("reply", "reply"),
    ("ask", "ask"),
    ("handoff", "handoff"),
    ("silence", "silence"),
];

/// What is known beside the words of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestContext {
    /// Who can read it; public where the test does not say.
    pub visibility: Visibility,
    /// The kind of network; `http` where the test does not say.
    pub channel: String,
    /// How many follow the author.
    pub followers: Option<u64>,
    /// Whether the network vouches for the author.
    pub verified: bool,
    /// Whether it answers something that we said.
    pub is_reply: bool,
}

/// What a test expects; what is `None` is not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expect {
    /// The topic that decides.
    pub topic: Option<TopicName>,
    /// A topic that must not match at all.
    pub not_topic: Option<TopicName>,
    /// All topics that match, in order; an empty list: nothing matches.
    pub topics: Option<Vec<TopicName>>,
    /// The reply of the topic that decides.
    pub reply: Option<ReplyName>,
    /// The desk of the topic that decides.
    pub desk: Option<DeskName>,
    /// Entities that must be found, in their normal form.
    pub entities: BTreeMap<String, String>,
    /// The severity of the topic that decides.
    pub severity: Option<Severity>,
    /// The language.
    pub language: Option<Language>,
    /// What is done about it: `reply`, `ask`, `handoff` or `silence`. Whoever can decide checks it.
    pub outcome: Option<String>,
}

/// A test of a topic file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackTest {
    /// The pack.
    pub pack: PackName,
    /// The topic in whose file it stands.
    pub topic: TopicName,
    /// The file.
    pub path: String,
    /// Its line, from 1.
    pub line: usize,
    /// What somebody says.
    pub say: String,
    /// What is known beside the words.
    pub context: TestContext,
    /// What must be understood.
    pub expect: Expect,
}

/// A test before the names in it are checked.
#[derive(Debug)]
pub(crate) struct TestDraft {
    pub(crate) at: usize,
    pub(crate) say: String,
    pub(crate) context: TestContext,
    pub(crate) expect: Expect,
    /// Where each name of `expect` stands.
    pub(crate) places: BTreeMap<&'static str, usize>,
}

/// Reads a `[[test]]`.
pub(crate) fn read(problems: &mut Problems<'_>, table: &Table<'_>) -> TestDraft {
    table.expect_keys(problems, KEYS);
    let say = table
        .required_text(problems, "say")
        .map(|say| say.value)
        .unwrap_or_default();
    let visibilities = &[
        ("public", Visibility::Public),
        ("private", Visibility::Private),
    ];
    let context = TestContext {
        visibility: table
            .choice(problems, "visibility", visibilities)
            .map_or(Visibility::Public, |visibility| visibility.value),
        channel: table
            .text(problems, "channel")
            .map_or_else(|| "http".to_owned(), |channel| channel.value),
        followers: table.integer(problems, "followers"),
        verified: table.flag(problems, "verified"),
        is_reply: table.flag(problems, "is_reply"),
    };
    let mut places = BTreeMap::new();
    let expect = match table.table(problems, "expect") {
        Some(expect) => read_expect(problems, &expect, &mut places),
        None => Expect::default(),
    };
    if expect == Expect::default() {
        problems.error(
            table.at,
            "this test expects nothing",
            "write expect = { topic = \"…\" }",
        );
    }
    TestDraft {
        at: table.at,
        say,
        context,
        expect,
        places,
    }
}

fn read_expect(
    problems: &mut Problems<'_>,
    table: &Table<'_>,
    places: &mut BTreeMap<&'static str, usize>,
) -> Expect {
    table.expect_keys(problems, EXPECT_KEYS);
    let mut text = |problems: &mut Problems<'_>, key: &'static str| -> Option<String> {
        let Placed { value, span } = table.text(problems, key)?;
        places.insert(key, span.start);
        Some(value)
    };
    let mut expect = Expect {
        topic: text(problems, "topic").map(TopicName::new),
        not_topic: text(problems, "not_topic").map(TopicName::new),
        reply: text(problems, "reply").map(ReplyName::new),
        desk: text(problems, "desk").map(DeskName::new),
        language: text(problems, "language").map(Language::new),
        ..Expect::default()
    };
    expect.severity = table
        .choice(problems, "severity", SEVERITIES)
        .map(|severity| severity.value);
    expect.outcome = table
        .choice(problems, "outcome", OUTCOMES)
        .map(|outcome| outcome.value.to_owned());
    if table.has("topics") {
        let topics = table.texts(problems, "topics");
        if let Some(first) = topics.first() {
            places.insert("topics", first.span.start);
        }
        expect.topics = Some(
            topics
                .into_iter()
                .map(|topic| TopicName::new(topic.value))
                .collect(),
        );
    }
    if let Some(entities) = table.table(problems, "entities") {
        places.insert("entities", entities.at);
        for (kind, value) in entities.entries() {
            if let Some(value) = as_text(problems, kind.value, value) {
                expect.entities.insert(kind.value.to_owned(), value.value);
            }
        }
    }
    expect
}

impl PackTest {
    /// Reads what the test says as the pack by itself would, and finds the topic that decides.
    pub fn read<'l>(&self, library: &'l Library) -> (Reading, Option<&'l Topic>) {
        let packs = [self.pack.clone()];
        let mut author = Author::new("author");
        author.followers = self.context.followers;
        author.verified = self.context.verified;
        let reading = library.read(
            &self.say,
            &Context {
                packs: &packs,
                languages: library.languages(&self.pack),
                stated_language: None,
                brand: &BrandName::from("test"),
                channel: &self.context.channel,
                visibility: self.context.visibility,
                is_reply: self.context.is_reply,
                author: &author,
                airlines: &[],
                asked: &[],
            },
        );
        let topic = reading
            .topics
            .first()
            .and_then(|best| library.topic(&best.topic, &packs));
        (reading, topic)
    }

    /// What is not as expected, a sentence each; `topic` is the one that decided. The outcome is not looked at.
    pub fn check(&self, reading: &Reading, topic: Option<&Topic>) -> Vec<String> {
        let expect = &self.expect;
        let found_topics: Vec<&TopicName> = reading.topics.iter().map(|t| &t.topic).collect();
        let reply = topic.and_then(|topic| topic.reply.as_ref());
        let desk = topic.and_then(|topic| topic.handoff.desk.as_ref());
        let mut failures: Vec<String> = [
            differs("topic", expect.topic.as_ref(), topic.map(|t| &t.name)),
            differs("reply", expect.reply.as_ref(), reply),
            differs("desk", expect.desk.as_ref(), desk),
            differs(
                "severity",
                expect.severity.as_ref(),
                topic.map(|t| &t.severity),
            ),
            differs(
                "language",
                expect.language.as_ref(),
                reading.language.as_ref(),
            ),
        ]
        .into_iter()
        .flatten()
        .collect();
        if let Some(topics) = &expect.topics
            && !topics.iter().eq(found_topics.iter().copied())
        {
            let (expected, found) = (join(topics), join(&found_topics));
            failures.push(format!("topics: expected [{expected}], found [{found}]"));
        }
        if let Some(unwanted) = &expect.not_topic
            && found_topics.contains(&unwanted)
        {
            failures.push(format!("topic: `{unwanted}` must not match"));
        }
        failures.extend(self.missing_entities(reading));
        failures
    }

    fn missing_entities(&self, reading: &Reading) -> Vec<String> {
        let mut failures = Vec::new();
        for (kind, normal) in &self.expect.entities {
            let found: Vec<&str> = reading
                .entities
                .iter()
                .filter(|entity| entity.kind == *kind)
                .map(|entity| entity.normal.as_str())
                .collect();
            if !found.contains(&normal.as_str()) {
                let found = join(&found);
                failures.push(format!("{kind}: expected `{normal}`, found [{found}]"));
            }
        }
        failures
    }
}

fn differs<T: PartialEq + fmt::Display>(
    what: &str,
    expected: Option<&T>,
    found: Option<&T>,
) -> Option<String> {
    let expected = expected?;
    match found {
        Some(found) if found == expected => None,
        Some(found) => Some(format!("{what}: expected `{expected}`, found `{found}`")),
        None => Some(format!("{what}: expected `{expected}`, found none")),
    }
}

fn join<T: fmt::Display>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    items.join(", ")
}
