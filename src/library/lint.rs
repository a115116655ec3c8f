//! What only shows when all files are read: names that lead nowhere, languages left out, topics that can never win.

use std::collections::BTreeSet;

use crate::library::compile::{PackDraft, visible};
use crate::library::diagnostic::{Diagnostic, Level};
use crate::library::document::{Placed, diagnostic, place_in_text};
use crate::library::test_table::TestDraft;
use crate::library::topic_file::TopicDraft;
use crate::library::{CORE, SourceFile, overlap, spelling};
use crate::model::id::{Language, ReplyName};
use crate::text::entities::KINDS;

/// The replies that hark itself says; `core` must have them. `ask-<entity>` is wanted by the topics that need it.
const OWN_REPLIES: &[&str] = &["handed-off", "not-understood", "paused", "private-data"];

/// Fewest examples from which a topic can be learnt.
const EXAMPLES_MIN: usize = 8;

/// Checks all packs against each other and each against itself.
pub(crate) fn check(drafts: &[PackDraft<'_>]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (number, pack) in drafts.iter().enumerate() {
        let mut lint = Lint {
            drafts,
            pack,
            visible: visible(drafts, pack),
            found: &mut found,
        };
        if drafts[..number].iter().any(|other| other.name == pack.name) {
            lint.error(
                pack.file.file,
                0,
                format!("pack `{}` is there twice", pack.name),
                "rename one of the two folders",
            );
        }
        lint.extends();
        lint.replies();
        for topic in &pack.topics {
            lint.topic(topic);
        }
        lint.titles();
    }
    found.extend(overlap::check(drafts));
    found
}

/// The lists that no rule of their pack, or of a pack that can see it, names. Only worth asking where every rule could
/// be read.
pub(crate) fn unused_lists(drafts: &[PackDraft<'_>]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pack in drafts {
        let used: BTreeSet<&str> = drafts
            .iter()
            .filter(|user| {
                visible(drafts, user)
                    .iter()
                    .any(|seen| seen.name == pack.name)
            })
            .flat_map(|user| &user.topics)
            .flat_map(|topic| &topic.rules)
            .flat_map(|rule| rule.query.lists())
            .map(|list| list.name.as_str())
            .collect();
        for list in &pack.file.lists {
            if !used.contains(list.name.value.as_str()) {
                found.push(diagnostic(
                    pack.file.file,
                    Level::Warning,
                    list.name.span.start,
                    format!("no rule uses the list `{}`", list.name.value),
                    "take it out, or use it in a rule as $name",
                ));
            }
        }
    }
    found
}

struct Lint<'d, 'a, 'f> {
    drafts: &'d [PackDraft<'a>],
    pack: &'d PackDraft<'a>,
    visible: Vec<&'d PackDraft<'a>>,
    found: &'f mut Vec<Diagnostic>,
}

impl<'d> Lint<'d, '_, '_> {
    fn error(&mut self, file: &SourceFile, at: usize, message: String, hint: impl Into<String>) {
        let found = diagnostic(file, Level::Error, at, message, hint);
        self.found.push(found);
    }

    fn warning(&mut self, file: &SourceFile, at: usize, message: String, hint: impl Into<String>) {
        let found = diagnostic(file, Level::Warning, at, message, hint);
        self.found.push(found);
    }

    /// An error for a name that is not among those known.
    fn unknown<'k>(
        &mut self,
        file: &SourceFile,
        at: usize,
        (what, plural): (&str, &str),
        name: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        if !known.clone().any(|known| known == name) {
            let known: BTreeSet<&str> = known.collect();
            let hint = spelling::hint(plural, name, known.into_iter());
            self.error(file, at, format!("unknown {what} `{name}`"), hint);
        }
    }

    fn extends(&mut self) {
        let pack = self.pack;
        for base in &pack.file.extends {
            let others = self.drafts.iter().map(|draft| draft.name.as_str());
            let others: Vec<&str> = others.filter(|name| *name != pack.name.as_str()).collect();
            let name = base.value.as_str();
            self.unknown(
                pack.file.file,
                base.span.start,
                ("pack", "packs"),
                name,
                others.into_iter(),
            );
            let base_draft = self.drafts.iter().find(|draft| *draft.name == base.value);
            let returns = base_draft.is_some_and(|base| {
                visible(self.drafts, base)
                    .iter()
                    .any(|draft| draft.name == pack.name && draft.name.as_str() != CORE)
            });
            if returns && base.value != *pack.name {
                self.error(
                    pack.file.file,
                    base.span.start,
                    format!("`{name}` builds on `{}` in turn", pack.name),
                    "one of the two must not extend the other",
                );
            }
        }
    }

    /// Every reply that the pack writes, asks for or owes in every language of the pack.
    fn replies(&mut self) {
        let pack = self.pack;
        for reply in &pack.replies {
            let known: Vec<&str> = codes(&pack.file.languages).collect();
            let language = reply.language.as_str();
            self.unknown(
                reply.file,
                0,
                ("language", "languages"),
                language,
                known.into_iter(),
            );
        }
        let mut wanted: BTreeSet<ReplyName> = pack
            .replies
            .iter()
            .map(|reply| reply.name.clone())
            .collect();
        for topic in &pack.topics {
            wanted.extend(topic.reply.iter().map(|reply| reply.value.clone()));
            wanted.extend(topic.needs.iter().map(|need| ask(&need.value)));
        }
        if pack.name.as_str() == CORE {
            wanted.extend(OWN_REPLIES.iter().map(|name| ReplyName::from(*name)));
        }
        for language in &pack.file.languages {
            for reply in &wanted {
                self.reply_in(language, reply);
            }
        }
    }

    fn reply_in(&mut self, language: &Placed<Language>, reply: &ReplyName) {
        let has = |language: Option<&Language>| {
            self.visible
                .iter()
                .flat_map(|pack| &pack.replies)
                .any(|draft| {
                    draft.name == *reply && language.is_none_or(|wanted| draft.language == *wanted)
                })
        };
        let is_owed = self.pack.name.as_str() == CORE && OWN_REPLIES.contains(&reply.as_str());
        // A reply that exists in no language is an error at the topic that asks for it.
        if !has(Some(&language.value)) && (has(None) || is_owed) {
            self.error(
                self.pack.file.file,
                language.span.start,
                format!("reply `{reply}` is missing in `{}`", language.value),
                format!("write replies/{}/{reply}.hbs", language.value),
            );
        }
    }

    /// Two topics that people call the same.
    fn titles(&mut self) {
        let pack = self.pack;
        for (number, topic) in pack.topics.iter().enumerate() {
            let title = |topic: &TopicDraft<'_>| topic.title.trim().to_lowercase();
            let mut before = pack.topics[..number].iter();
            let twin = before.find(|other| !topic.title.is_empty() && title(other) == title(topic));
            if let Some(twin) = twin {
                self.warning(
                    topic.file,
                    0,
                    format!("`{}` has this title too", twin.name),
                    "give one of them another title, or make one topic of the two",
                );
            }
        }
    }

    /// Too few examples teach the classifier chance.
    fn examples(&mut self, topic: &TopicDraft<'_>) {
        let count = topic.examples.len();
        if (1..EXAMPLES_MIN).contains(&count) {
            self.warning(
                topic.file,
                topic.examples_at,
                format!("{count} examples are too few to learn from"),
                format!("write at least {EXAMPLES_MIN}, or take them out"),
            );
        }
    }

    fn topic(&mut self, topic: &TopicDraft<'_>) {
        self.rules(topic);
        self.examples(topic);
        let reply_names: Vec<&'d str> = self.reply_names();
        if let Some(reply) = &topic.reply {
            self.unknown(
                topic.file,
                reply.span.start,
                ("reply", "replies"),
                reply.value.as_str(),
                reply_names.iter().copied(),
            );
        }
        for need in &topic.needs {
            self.need(topic, need, &reply_names);
        }
        if let Some(desk) = &topic.handoff.desk {
            self.desk(topic.file, desk.span.start, &desk.value);
        }
        for test in &topic.tests {
            self.test(topic, test, &reply_names);
        }
    }

    fn rules(&mut self, topic: &TopicDraft<'_>) {
        let lists: Vec<&'d str> = self.list_names();
        for rule in &topic.rules {
            let at = |offset| place_in_text(&topic.file.text, &rule.text.span, offset);
            for list in rule.query.lists() {
                let known = lists.iter().copied();
                let what = ("word list", "word lists");
                self.unknown(topic.file, at(list.at), what, &list.name, known);
            }
            for entity in rule.query.entities() {
                self.entity(topic.file, at(entity.at), &entity.name);
            }
            if !rule.query.needs_a_leaf() {
                self.error(
                    topic.file,
                    rule.text.span.start,
                    "this rule could match without a single word".to_owned(),
                    "ask for at least one word, list, entity or pattern with AND",
                );
            }
        }
    }

    fn need(&mut self, topic: &TopicDraft<'_>, need: &Placed<String>, replies: &[&str]) {
        let at = need.span.start;
        self.entity(topic.file, at, &need.value);
        let ask = ask(&need.value);
        if self.entity_names().any(|name| name == need.value) && !replies.contains(&ask.as_str()) {
            self.error(
                topic.file,
                at,
                format!("nothing asks for `{}`", need.value),
                format!("write replies/<language>/{ask}.hbs"),
            );
        }
    }

    fn entity(&mut self, file: &SourceFile, at: usize, kind: &str) {
        let known: Vec<&'d str> = self.entity_names().collect();
        self.unknown(file, at, ("entity", "entities"), kind, known.into_iter());
    }

    /// What hark finds by itself, and what the packs add.
    fn entity_names(&self) -> impl Iterator<Item = &'d str> {
        let added = self.visible.iter().flat_map(|pack| &pack.file.entities);
        let own = KINDS.iter().copied();
        own.chain(added.map(|entity| entity.name.value.as_str()))
    }

    fn desk(&mut self, file: &SourceFile, at: usize, desk: &str) {
        let pack = self.pack;
        let known = pack.file.desks.iter().map(|desk| desk.value.as_str());
        self.unknown(file, at, ("desk", "desks"), desk, known);
    }

    fn test(&mut self, topic: &TopicDraft<'_>, test: &TestDraft, replies: &[&str]) {
        let place = |key: &str| test.places.get(key).copied().unwrap_or(test.at);
        let expect = &test.expect;
        let listed = expect.topics.iter().flatten().map(|name| ("topics", name));
        let single = [("topic", &expect.topic), ("not_topic", &expect.not_topic)];
        let single = single
            .into_iter()
            .filter_map(|(key, name)| name.as_ref().map(|name| (key, name)));
        let topics: Vec<&'d str> = self.topic_names();
        for (key, name) in single.chain(listed) {
            let known = topics.iter().copied();
            let at = place(key);
            self.unknown(topic.file, at, ("topic", "topics"), name.as_str(), known);
        }
        if let Some(reply) = &expect.reply {
            let known = replies.iter().copied();
            let at = place("reply");
            self.unknown(topic.file, at, ("reply", "replies"), reply.as_str(), known);
        }
        if let Some(desk) = &expect.desk {
            self.desk(topic.file, place("desk"), desk.as_str());
        }
        if let Some(language) = &expect.language {
            let known: Vec<&str> = codes(&self.pack.file.languages).collect();
            let (at, name) = (place("language"), language.as_str());
            let what = ("language", "languages");
            self.unknown(topic.file, at, what, name, known.into_iter());
        }
        for kind in expect.entities.keys() {
            self.entity(topic.file, place("entities"), kind);
        }
    }

    fn list_names(&self) -> Vec<&'d str> {
        let lists = self.visible.iter().flat_map(|pack| &pack.file.lists);
        lists.map(|list| list.name.value.as_str()).collect()
    }

    fn reply_names(&self) -> Vec<&'d str> {
        let replies = self.visible.iter().flat_map(|pack| &pack.replies);
        replies.map(|reply| reply.name.as_str()).collect()
    }

    fn topic_names(&self) -> Vec<&'d str> {
        let topics = self.visible.iter().flat_map(|pack| &pack.topics);
        topics.map(|topic| topic.name.as_str()).collect()
    }
}

fn codes(languages: &[Placed<Language>]) -> impl Iterator<Item = &str> {
    languages.iter().map(|language| language.value.as_str())
}

fn ask(entity: &str) -> ReplyName {
    ReplyName::new(format!("ask-{entity}"))
}
