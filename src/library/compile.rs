//! From the files of all packs to one library: read everything, check everything, and only then build.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::library::diagnostic::{Diagnostic, Level};
use crate::library::document::{diagnostic, position};
use crate::library::examples::{self, ExampleDraft};
use crate::library::learning::Lessons;
use crate::library::pack_file::{self, PackFile};
use crate::library::reply::{self, Replies, ReplyDraft};
use crate::library::test_table::PackTest;
use crate::library::topic_file::{self, TopicDraft};
use crate::library::{CORE, Handoff, Library, Pack, PackSource, RuleSource, Topic, lint};
use crate::model::id::{DeskName, Language, PackName, ReplyName, TopicName};
use crate::text::classify::Lesson;
use crate::text::matcher::{Lists, Matcher, Rule};

/// A pack, read but not checked against the others.
#[derive(Debug)]
pub(crate) struct PackDraft<'a> {
    pub(crate) name: &'a PackName,
    pub(crate) file: PackFile<'a>,
    pub(crate) topics: Vec<TopicDraft<'a>>,
    pub(crate) replies: Vec<ReplyDraft<'a>>,
}

/// Whether a library knows the tests of its packs, which only `hark test` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tests {
    Kept,
    LeftOut,
}

/// Reads, checks and builds; see [`Library::load`].
pub(crate) fn load(sources: &[PackSource]) -> (Option<Library>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let mut drafts: Vec<PackDraft<'_>> = sources
        .iter()
        .filter_map(|source| read_pack(source, &mut found))
        .collect();
    let library = build_sound(&mut drafts, &mut found, Tests::Kept);
    if let Some(library) = &library {
        found.extend(lint::unused_lists(&drafts));
        found.extend(examples::decided_by_others(library, &drafts));
    }
    (library, in_order(found))
}

/// Reads, checks and builds some; see [`Library::load_used`].
pub(crate) fn load_used(
    sources: &[PackSource],
    used: &[&PackName],
) -> (Option<Library>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let mut drafts: Vec<PackDraft<'_>> = Vec::new();
    let mut wanted: Vec<PackName> = used.iter().map(|&name| name.clone()).collect();
    wanted.push(PackName::from(CORE));
    while let Some(name) = wanted.pop() {
        let is_new = !drafts.iter().any(|draft| *draft.name == name);
        let source = sources.iter().find(|source| source.name == name);
        if let Some(source) = source.filter(|_| is_new)
            && let Some(draft) = read_pack(source, &mut found)
        {
            let bases = draft.file.extends.iter();
            wanted.extend(bases.map(|base| base.value.clone()));
            drafts.push(draft);
        }
    }
    drafts.sort_by_key(|draft| draft.name);
    let library = build_sound(&mut drafts, &mut found, Tests::LeftOut);
    (library, in_order(found))
}

/// Checks the packs together, and builds them where nothing is wrong.
fn build_sound(
    drafts: &mut [PackDraft<'_>],
    found: &mut Vec<Diagnostic>,
    tests: Tests,
) -> Option<Library> {
    found.extend(lint::check(drafts));
    found.extend(examples::check(drafts));
    let has_errors = found.iter().any(|problem| problem.level == Level::Error);
    (!has_errors).then(|| build(drafts, tests))
}

fn in_order(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    found.sort_by(|a, b| {
        (&a.path, a.line, a.column, &a.message).cmp(&(&b.path, b.line, b.column, &b.message))
    });
    found
}

fn read_pack<'a>(source: &'a PackSource, found: &mut Vec<Diagnostic>) -> Option<PackDraft<'a>> {
    let mut pack_file = None;
    let mut topics = Vec::new();
    let mut replies = Vec::new();
    for file in &source.files {
        let parts: Vec<&str> = file.name.split('/').collect();
        let problems = match parts.as_slice() {
            ["pack.toml"] => {
                let (read, problems) = pack_file::read(file);
                pack_file = Some(read);
                problems
            }
            ["topics", name] if let Some(name) = name.strip_suffix(".toml") => {
                let (topic, problems) = topic_file::read(file, TopicName::new(name));
                topics.push(topic);
                problems
            }
            ["replies", language, name] if let Some(name) = name.strip_suffix(".hbs") => {
                let (reply, problems) =
                    reply::read(file, Language::new(*language), ReplyName::new(name));
                replies.push(reply);
                problems
            }
            _ => vec![diagnostic(
                file,
                Level::Warning,
                0,
                "this file is not read",
                "a pack has pack.toml, topics/<name>.toml and replies/<language>/<name>.hbs",
            )],
        };
        found.extend(problems);
    }
    topics.sort_by(|one: &TopicDraft<'_>, other| one.name.cmp(&other.name));
    if pack_file.is_none() {
        found.push(Diagnostic {
            level: Level::Error,
            path: format!("{}/pack.toml", source.name),
            line: 0,
            column: 0,
            message: "the pack has no pack.toml".to_owned(),
            hint: Some("write one with `title` and `languages`".to_owned()),
        });
    }
    Some(PackDraft {
        name: &source.name,
        file: pack_file?,
        topics,
        replies,
    })
}

/// The drafts that a pack can see: itself, what it builds on, nearest first, and `core`.
pub(crate) fn visible<'d, 'a>(
    drafts: &'d [PackDraft<'a>],
    pack: &'d PackDraft<'a>,
) -> Vec<&'d PackDraft<'a>> {
    let mut seen = vec![pack];
    let mut next = 0;
    while let Some(current) = seen.get(next) {
        for base in &current.file.extends {
            let base = drafts.iter().find(|draft| *draft.name == base.value);
            if let Some(base) = base
                && !seen.iter().any(|draft| draft.name == base.name)
            {
                seen.push(base);
            }
        }
        next += 1;
    }
    let core = drafts.iter().find(|draft| draft.name.as_str() == CORE);
    if let Some(core) = core
        && !seen.iter().any(|draft| draft.name == core.name)
    {
        seen.push(core);
    }
    seen
}

fn build(drafts: &mut [PackDraft<'_>], tests: Tests) -> Library {
    let mut packs = BTreeMap::new();
    let mut rules = Vec::new();
    let mut scopes = Vec::new();
    for draft in &*drafts {
        let visible = visible(drafts, draft);
        let chain = visible.iter().map(|pack| pack.name.clone()).collect();
        let mut pack = build_pack(draft, chain, number(scopes.len()), number(rules.len()));
        if tests == Tests::Kept {
            pack.tests = build_tests(draft);
        }
        let queries = draft.topics.iter().flat_map(|topic| &topic.rules);
        rules.extend(queries.map(|rule| Rule {
            scope: pack.scope,
            query: &rule.query,
        }));
        scopes.push(lists(&visible));
        packs.insert(draft.name.clone(), pack);
    }
    let matcher = Matcher::new(&rules, &scopes);
    let mut replies = Replies::default();
    for draft in drafts {
        for reply in draft.replies.drain(..) {
            replies.add(draft.name, reply);
        }
    }
    Library {
        packs,
        matcher,
        replies,
        classifiers: Vec::new(),
    }
}

fn number(place: usize) -> u32 {
    u32::try_from(place).expect("fewer than 2^32 rules in memory")
}

/// The word lists that a pack can use; the nearest of one name wins whole.
fn lists<'d>(visible: &[&'d PackDraft<'_>]) -> Lists<'d> {
    let mut lists = Lists::new();
    for list in visible.iter().flat_map(|pack| &pack.file.lists) {
        lists.entry(&list.name.value).or_insert(&list.words);
    }
    lists
}

fn build_pack(draft: &PackDraft<'_>, chain: Vec<PackName>, scope: u32, first_rule: u32) -> Pack {
    let languages = draft.file.languages.iter();
    Pack {
        title: draft.file.title.clone(),
        languages: languages.map(|language| language.value.clone()).collect(),
        airlines: draft.file.airlines.clone(),
        entities: draft
            .file
            .entities
            .iter()
            .map(|entity| Arc::clone(&entity.custom))
            .collect(),
        chain,
        topics: draft
            .topics
            .iter()
            .map(|topic| build_topic(draft.name, topic))
            .collect(),
        scope,
        first_rule,
        rules: sources(&draft.topics),
        lessons: build_lessons(draft),
        tests: Vec::new(),
    }
}

/// The rules of a pack as they were numbered.
fn sources(topics: &[TopicDraft<'_>]) -> Vec<RuleSource> {
    let mut sources = Vec::new();
    for (number, topic) in topics.iter().enumerate() {
        let (mut line, mut read) = (1, 0);
        for rule in &topic.rules {
            let start = rule.text.span.start;
            line += topic.file.text[read..start].matches('\n').count();
            read = start;
            let words: Vec<&str> = rule.text.value.split_whitespace().collect();
            sources.push(RuleSource {
                place: format!("{}:{line}", topic.file.path),
                text: words.join(" "),
                topic: number,
            });
        }
    }
    sources
}

fn build_lessons(draft: &PackDraft<'_>) -> Lessons {
    let text = |example: &ExampleDraft| {
        let language = example.language(draft)?;
        Some((language.clone(), example.text.value.clone()))
    };
    let classifier = &draft.file.classifier;
    Lessons {
        examples: draft
            .topics
            .iter()
            .map(|topic| topic.examples.iter().filter_map(text).collect())
            .collect(),
        none: classifier.none.iter().filter_map(text).collect(),
        reply_at: classifier.reply_at.as_ref().map(|bar| bar.value),
        ask_at: classifier.ask_at.as_ref().map(|bar| bar.value),
        digest: digest(draft),
    }
}

/// Of the pack's own file and its topics; replies teach nothing.
fn digest(draft: &PackDraft<'_>) -> Lesson {
    let topics = draft.topics.iter().map(|topic| topic.file);
    let files = std::iter::once(draft.file.file).chain(topics);
    Lesson::of(files.flat_map(|file| [file.name.as_bytes(), file.text.as_bytes()]))
}

fn build_topic(pack: &PackName, draft: &TopicDraft<'_>) -> Topic {
    let desk = draft.handoff.desk.as_ref();
    Topic {
        name: draft.name.clone(),
        pack: pack.clone(),
        title: draft.title.clone(),
        severity: draft.severity,
        priority: draft.priority,
        vague: draft.vague,
        needs: draft.needs.iter().map(|need| need.value.clone()).collect(),
        reply: draft.reply.as_ref().map(|reply| reply.value.clone()),
        handoff: Handoff {
            desk: desk.map(|desk| DeskName::from(desk.value.as_str())),
            when: draft.handoff_when(),
            first_response: draft.handoff.first_response,
        },
        action: draft.action,
    }
}

fn build_tests(draft: &PackDraft<'_>) -> Vec<PackTest> {
    let tests = draft
        .topics
        .iter()
        .flat_map(|topic| topic.tests.iter().map(move |test| (topic, test)));
    tests
        .map(|(topic, test)| PackTest {
            pack: draft.name.clone(),
            topic: topic.name.clone(),
            path: topic.file.path.clone(),
            line: position(&topic.file.text, test.at).0,
            say: test.say.clone(),
            context: test.context.clone(),
            expect: test.expect.clone(),
        })
        .collect()
}
