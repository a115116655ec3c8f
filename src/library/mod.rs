//! Packs: topics, rules, replies and their tests, compiled from text into one value with every problem found. Pure.

pub mod diagnostic;
pub mod reading;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::library::diagnostic::Diagnostic;
use crate::library::reading::{Context, Reading};
use crate::model::id::{DeskName, Language, PackName, ReplyName, TopicName};
use crate::model::network::Limits;
use crate::model::severity::Severity;

/// One file of a pack, as text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path shown in diagnostics: `responses/airline/topics/lost-bag.toml`.
    pub path: String,
    /// The path inside the pack: `topics/lost-bag.toml`.
    pub name: String,
    /// What is in it.
    pub text: String,
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
    /// Entities asked for when missing.
    pub needs: Vec<String>,
    /// The reply; `None` = never answered by template.
    pub reply: Option<ReplyName>,
    /// When and where it goes to a person.
    pub handoff: Handoff,
    /// What it does beside.
    pub action: Action,
}

/// The values a reply may use: `customer.name` → `Ann`. Already stripped of markup by the caller's choice of [`Limits`].
pub type Values = BTreeMap<String, String>;

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
#[derive(Debug)]
pub struct Wanted<'a> {
    /// The packs of the brand, best first; `core` is always searched last.
    pub packs: &'a [PackName],
    /// The languages to try, best first.
    pub languages: &'a [Language],
    /// The reply.
    pub reply: &'a ReplyName,
    /// The values.
    pub values: &'a Values,
    /// Chooses among the wordings: the same seed, the same wording.
    pub seed: u64,
    /// What the network allows.
    pub limits: &'a Limits,
}

/// All packs, compiled.
#[derive(Debug, Default)]
pub struct Library {}

impl Library {
    /// Compiles the packs. Every problem of every file is reported; with an error among them there is no library.
    pub fn load(sources: &[PackSource]) -> (Option<Self>, Vec<Diagnostic>) {
        let _ = sources;
        (Some(Self {}), Vec::new())
    }

    /// Reads a text: language, entities, and every topic of the brand's packs that matches, best first.
    pub fn read(&self, text: &str, context: &Context<'_>) -> Reading {
        let _ = (text, context);
        Reading::default()
    }

    /// A topic by name, in the first of `packs` that has it, then in `core`.
    pub fn topic(&self, name: &TopicName, packs: &[PackName]) -> Option<&Topic> {
        let _ = (name, packs);
        None
    }

    /// Makes a reply: right language, a wording that fits, values stripped of the network's markup.
    pub fn render(&self, wanted: &Wanted<'_>) -> Result<Rendered, RenderError> {
        Err(RenderError::Missing(wanted.reply.clone()))
    }
}
