//! Reads `topics/*.toml`: one topic with its rules, its answer, where it goes, and its tests.

use std::time::Duration;

use jiff::SignedDuration;

use crate::library::diagnostic::Diagnostic;
use crate::library::document::{self, Placed, Problems, Table, place_in_text};
use crate::library::examples::{self, ExampleDraft};
use crate::library::test_table::{self, TestDraft};
use crate::library::{Action, HandoffWhen, SourceFile};
use crate::model::id::{ReplyName, TopicName};
use crate::model::severity::Severity;
use crate::text::query::{self, Query};

const KEYS: &[&str] = &[
    "title", "severity", "priority", "when", "vague", "examples", "needs", "reply", "handoff",
    "action", "test",
];

const HANDOFF_KEYS: &[&str] = &["desk", "when", "first_response"];

/// The words for a severity.
pub(crate) const SEVERITIES: &[(&str, Severity)] = &[
    ("low", Severity::Low),
    ("normal", Severity::Normal),
    ("high", Severity::High),
    ("critical", Severity::Critical),
];

/// Longest time that a topic may leave a customer without a person; a longer one is a slip of the pen.
const FIRST_RESPONSE_MAX: Duration = Duration::from_hours(7 * 24);

/// One rule of a topic.
#[derive(Debug)]
pub(crate) struct RuleDraft {
    pub(crate) text: Placed<String>,
    pub(crate) query: Query,
}

/// Where a topic goes, as written.
#[derive(Debug, Default)]
pub(crate) struct HandoffDraft {
    pub(crate) desk: Option<Placed<String>>,
    pub(crate) when: Option<HandoffWhen>,
    pub(crate) first_response: Option<Duration>,
}

/// A topic file, read.
#[derive(Debug)]
pub(crate) struct TopicDraft<'a> {
    pub(crate) file: &'a SourceFile,
    pub(crate) name: TopicName,
    pub(crate) title: String,
    pub(crate) severity: Severity,
    pub(crate) priority: i32,
    pub(crate) rules: Vec<RuleDraft>,
    pub(crate) vague: bool,
    pub(crate) examples: Vec<ExampleDraft>,
    /// Where the examples begin.
    pub(crate) examples_at: usize,
    pub(crate) needs: Vec<Placed<String>>,
    pub(crate) reply: Option<Placed<ReplyName>>,
    pub(crate) handoff: HandoffDraft,
    pub(crate) action: Action,
    pub(crate) tests: Vec<TestDraft>,
}

impl TopicDraft<'_> {
    /// When it goes to a person: as written, else on the second time where it names a desk.
    pub(crate) fn handoff_when(&self) -> HandoffWhen {
        match (&self.handoff.when, &self.handoff.desk) {
            (Some(when), _) => *when,
            (None, Some(_)) => HandoffWhen::Repeat,
            (None, None) => HandoffWhen::Never,
        }
    }
}

/// Reads a topic file.
pub(crate) fn read(file: &SourceFile, name: TopicName) -> (TopicDraft<'_>, Vec<Diagnostic>) {
    let mut problems = Problems::new(file);
    let root = document::parse(&mut problems);
    let table = Table::root(&root);
    table.expect_keys(&mut problems, KEYS);
    let title = table
        .required_text(&mut problems, "title")
        .map(|title| title.value)
        .unwrap_or_default();
    let topic = TopicDraft {
        file,
        name,
        title,
        severity: table
            .choice(&mut problems, "severity", SEVERITIES)
            .map_or(Severity::Normal, |severity| severity.value),
        priority: table.integer(&mut problems, "priority").unwrap_or(0),
        rules: read_rules(&mut problems, &table),
        vague: table.flag(&mut problems, "vague"),
        examples: examples::read(&mut problems, &table, "examples"),
        examples_at: table.start_of("examples"),
        needs: table.texts(&mut problems, "needs"),
        reply: table
            .text(&mut problems, "reply")
            .map(|reply| reply.map(ReplyName::new)),
        handoff: read_handoff(&mut problems, &table),
        action: read_action(&mut problems, &table),
        tests: table
            .tables(&mut problems, "test")
            .into_iter()
            .map(|test| test_table::read(&mut problems, &test))
            .collect(),
    };
    check_whole(&mut problems, &topic);
    (topic, problems.found)
}

fn read_rules(problems: &mut Problems<'_>, table: &Table<'_>) -> Vec<RuleDraft> {
    let texts = table.texts(problems, "when");
    if texts.is_empty() {
        problems.error(
            0,
            "`when` is missing: no message can ever match",
            "write when = ['''…''']",
        );
    }
    let mut rules: Vec<RuleDraft> = Vec::new();
    for text in texts {
        match query::parse(&text.value) {
            Ok(query) if rules.iter().any(|rule| rule.query == query) => {
                problems.error(
                    text.span.start,
                    "this rule stands above already",
                    "take it out",
                );
            }
            Ok(query) => rules.push(RuleDraft { text, query }),
            Err(error) => {
                let at = place_in_text(&problems.file.text, &text.span, error.at);
                problems.error(at, error.message, error.hint.unwrap_or_default());
            }
        }
    }
    rules
}

fn read_handoff(problems: &mut Problems<'_>, table: &Table<'_>) -> HandoffDraft {
    let Some(table) = table.table(problems, "handoff") else {
        return HandoffDraft::default();
    };
    table.expect_keys(problems, HANDOFF_KEYS);
    let choices = &[
        ("always", HandoffWhen::Always),
        ("repeat", HandoffWhen::Repeat),
        ("never", HandoffWhen::Never),
    ];
    HandoffDraft {
        desk: table.text(problems, "desk"),
        when: table
            .choice(problems, "when", choices)
            .map(|when| when.value),
        first_response: table
            .text(problems, "first_response")
            .and_then(|text| duration(problems, &text)),
    }
}

fn duration(problems: &mut Problems<'_>, text: &Placed<String>) -> Option<Duration> {
    let duration = text
        .value
        .parse::<SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .filter(|duration| !duration.is_zero() && *duration <= FIRST_RESPONSE_MAX);
    if duration.is_none() {
        problems.error(
            text.span.start,
            format!("`{}` is not a time between 1 s and 7 days", text.value),
            "write it as `30m`, `2h` or `1h30m`",
        );
    }
    duration
}

fn read_action(problems: &mut Problems<'_>, table: &Table<'_>) -> Action {
    let choices = &[
        ("answer", Action::Answer),
        ("opt-out", Action::OptOut),
        ("ignore", Action::Ignore),
    ];
    table
        .choice(problems, "action", choices)
        .map_or(Action::Answer, |action| action.value)
}

/// What no key says by itself: that somebody answers, and that what is critical is left to people.
fn check_whole(problems: &mut Problems<'_>, topic: &TopicDraft<'_>) {
    let when = topic.handoff_when();
    if topic.severity == Severity::Critical {
        if let Some(reply) = &topic.reply {
            problems.error(
                reply.span.start,
                "a critical topic is never answered by template",
                "take `reply` out; a person gets it at once",
            );
        }
        if when != HandoffWhen::Always {
            problems.error(
                0,
                "a critical topic goes to a person at once",
                "write handoff = { when = \"always\" }",
            );
        }
    }
    let is_silent = topic.reply.is_none() && when != HandoffWhen::Always;
    if is_silent && topic.action == Action::Answer && topic.severity != Severity::Critical {
        problems.error(
            0,
            "nobody answers this topic",
            "give it a `reply`, or handoff = { when = \"always\" }, or action = \"ignore\"",
        );
    }
    if topic.tests.is_empty() {
        problems.warning(
            0,
            "this topic has no tests",
            "write a [[test]] that must match and one that must not",
        );
    }
}
