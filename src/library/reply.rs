//! Replies: templates cut into wordings, checked, and said. The template's own words are trusted, values are not.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use handlebars::template::{HelperTemplate, Template, TemplateElement};

use crate::library::diagnostic::Diagnostic;
use crate::library::document::Problems;
use crate::library::spelling;
use crate::library::values::{self, KNOWN, Known, Origin};
use crate::library::wording::Wording;
use crate::library::{RenderError, SourceFile, Wanted};
use crate::model::id::{Language, PackName, ReplyName};
use crate::model::network::{Limits, TextUnit};

/// A line of this and nothing else stands between two wordings.
const SEPARATOR: &str = "---";

/// The shortest network that a public answer may go to: a Bluesky post has 300 graphemes
/// (`app.bsky.feed.post` in the AT Protocol lexicons).
const PUBLIC_MAX: Limits = Limits {
    text_max: 300,
    unit: TextUnit::Graphemes,
    markup: "",
};

/// The shortest network that a private answer may go to: an Instagram message has 1000 bytes
/// (Meta's "Send messages" page of the Instagram messaging API).
const PRIVATE_MAX: Limits = Limits {
    text_max: 1000,
    unit: TextUnit::Bytes,
    markup: "",
};

/// The only blocks that a template may use; replies choose words, they do not compute.
const BLOCKS: &[&str] = &["if", "unless"];

/// A reply file, cut and parsed.
#[derive(Debug)]
pub(crate) struct ReplyDraft<'a> {
    pub(crate) name: ReplyName,
    pub(crate) language: Language,
    pub(crate) file: &'a SourceFile,
    pub(crate) wordings: Vec<Wording>,
}

/// Cuts and parses a reply file.
pub(crate) fn read(
    file: &SourceFile,
    language: Language,
    name: ReplyName,
) -> (ReplyDraft<'_>, Vec<Diagnostic>) {
    let mut problems = Problems::new(file);
    let mut wordings = Vec::new();
    for (start, wording) in cut(&file.text) {
        if wording.trim().is_empty() {
            problems.error(start, "this wording is empty", "write it or take it out");
            continue;
        }
        if let Some(simple) = Wording::simple(wording) {
            wordings.push(simple);
            continue;
        }
        match Template::compile(wording) {
            Ok(template) => {
                check_elements(&mut problems, start, &template);
                wordings.push(Wording::of(&template));
            }
            Err(error) => {
                let (line, column) = error.pos().unwrap_or((1, 1));
                problems.error(
                    offset(&file.text, start, line, column),
                    error.reason().to_string(),
                    "",
                );
            }
        }
    }
    if problems.found.is_empty() {
        check_length(&mut problems, &wordings);
    }
    let draft = ReplyDraft {
        name,
        language,
        file,
        wordings,
    };
    (draft, problems.found)
}

/// The wordings, each with the byte at which it starts.
fn cut(text: &str) -> Vec<(usize, &str)> {
    let mut wordings = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        if line.trim_end() == SEPARATOR {
            wordings.push((start, &text[start..at]));
            start = at + line.len();
        }
        at += line.len();
    }
    wordings.push((start, &text[start..]));
    wordings
}

/// The byte of the file at a line and column, both from 1, of the wording that starts at `start`.
fn offset(text: &str, start: usize, line: usize, column: usize) -> usize {
    let wording = &text[start..];
    let line_start: usize = wording
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let before: usize = wording[line_start..]
        .chars()
        .take(column.saturating_sub(1))
        .map(char::len_utf8)
        .sum();
    start + line_start + before
}

fn check_elements(problems: &mut Problems<'_>, start: usize, template: &Template) {
    for (element, mapping) in template.elements.iter().zip(&template.mapping) {
        let at = offset(&problems.file.text, start, mapping.0, mapping.1);
        match element {
            TemplateElement::RawString(_) | TemplateElement::Comment(_) => {}
            TemplateElement::Expression(value) | TemplateElement::HtmlExpression(value) => {
                check_value(problems, at, value);
            }
            TemplateElement::HelperBlock(block) => check_block(problems, start, at, block),
            _ => problems.error(
                at,
                "a reply cannot use partials or decorators",
                "write the words out",
            ),
        }
    }
}

fn check_value(problems: &mut Problems<'_>, at: usize, value: &HelperTemplate) {
    let name = value.name.as_name().unwrap_or_default();
    if !value.params.is_empty() || !value.hash.is_empty() {
        problems.error(
            at,
            format!("`{name}` cannot be computed with"),
            "a reply may only insert a value: {{flight.number}}",
        );
    } else if check_known(problems, at, name) == Some(Origin::Flag) {
        problems.error(
            at,
            format!("`{name}` is a yes or no and has no text"),
            format!("ask for it: {{{{#if {name}}}}}…{{{{/if}}}}"),
        );
    }
}

fn check_block(problems: &mut Problems<'_>, start: usize, at: usize, block: &HelperTemplate) {
    let name = block.name.as_name().unwrap_or_default();
    if !BLOCKS.contains(&name) {
        problems.error(
            at,
            format!("a reply cannot use `{name}`"),
            spelling::hint("blocks", name, BLOCKS.iter().copied()),
        );
    }
    match block.params.as_slice() {
        [condition] if block.hash.is_empty() => {
            check_known(problems, at, condition.as_name().unwrap_or_default());
        }
        _ => problems.error(
            at,
            format!("`{name}` needs exactly one value"),
            "such as {{#if private}}",
        ),
    }
    for inner in [&block.template, &block.inverse].into_iter().flatten() {
        check_elements(problems, start, inner);
    }
}

fn check_known(problems: &mut Problems<'_>, at: usize, name: &str) -> Option<Origin> {
    let known = values::find(name);
    if known.is_none() {
        problems.error(
            at,
            format!("unknown value `{name}`"),
            spelling::hint("values", name, KNOWN.iter().map(|known| known.name)),
        );
    }
    known.map(|known| known.origin)
}

/// A reply must have a wording that fits everywhere, with every value at its longest.
fn check_length(problems: &mut Problems<'_>, wordings: &[Wording]) {
    for (private, limits, place) in [
        (false, PUBLIC_MAX, "in public"),
        (true, PRIVATE_MAX, "in private"),
    ] {
        let longest = |known: &'static Known| match known.origin {
            Origin::Flag => private.then_some(Cow::Borrowed("")),
            Origin::Customer | Origin::Brand => Some(Cow::Owned("x".repeat(known.chars_max))),
        };
        let shortest = wordings
            .iter()
            .filter_map(|wording| wording.say(&longest).ok())
            .map(|text| length(limits, &text))
            .min();
        if let Some(shortest) = shortest
            && shortest > limits.text_max
        {
            problems.error(
                0,
                format!(
                    "too long {place}: the shortest wording can take {shortest} of {}",
                    limits.text_max
                ),
                "shorten one wording, or say less of it with {{#if private}}",
            );
        }
    }
}

/// How long a text is; in bytes, which are never fewer than what the network counts, where these fit already.
fn length(limits: Limits, text: &str) -> usize {
    if text.len() <= limits.text_max {
        text.len()
    } else {
        limits.unit.count(text)
    }
}

/// All replies of all packs, ready to be said.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    by_name: BTreeMap<ReplyName, Vec<Reply>>,
}

/// A reply of one pack in one language.
#[derive(Debug)]
pub(crate) struct Reply {
    pack: PackName,
    language: Language,
    wordings: Vec<Wording>,
}

impl Replies {
    /// Adds a reply of a pack.
    pub(crate) fn add(&mut self, pack: &PackName, draft: ReplyDraft<'_>) {
        self.by_name.entry(draft.name).or_default().push(Reply {
            pack: pack.clone(),
            language: draft.language,
            wordings: draft.wordings,
        });
    }

    /// What the pack has under this name in this language.
    pub(crate) fn find(
        &self,
        name: &ReplyName,
        pack: &PackName,
        language: &Language,
    ) -> Option<&Reply> {
        let mut replies = self.by_name.get(name)?.iter();
        replies.find(|reply| reply.pack == *pack && reply.language == *language)
    }
}

impl Reply {
    /// Says the wording that the seed chooses; where that one cannot be used, the longest other that can.
    pub(crate) fn render(&self, wanted: &Wanted<'_>) -> Result<String, RenderError> {
        let count = u64::try_from(self.wordings.len()).expect("fewer than 2^64 wordings in memory");
        if count == 0 {
            return Err(RenderError::Missing(wanted.reply.clone()));
        }
        let chosen =
            usize::try_from(wanted.seed % count).expect("smaller than the number of wordings");
        let mut problem = match say(&self.wordings[chosen], wanted) {
            Ok(text) => return Ok(text),
            Err(problem) => problem,
        };
        let mut others = Vec::new();
        for wording in &self.wordings {
            match say(wording, wanted) {
                Ok(text) => others.push(text),
                Err(too_long @ RenderError::TooLong { .. }) => problem = too_long,
                Err(RenderError::Unknown { .. } | RenderError::Missing(_)) => {}
            }
        }
        others.sort_by_key(|text| Reverse(wanted.limits.unit.count(text)));
        others.into_iter().next().ok_or(problem)
    }
}

fn say(wording: &Wording, wanted: &Wanted<'_>) -> Result<String, RenderError> {
    let value = |known: &'static Known| {
        values::harmless(known, (wanted.values)(known.name)?, wanted.limits.markup)
    };
    let text = wording
        .say(&value)
        .map_err(|lacking| RenderError::Unknown {
            reply: wanted.reply.clone(),
            value: lacking.name.to_owned(),
        })?;
    if wanted.limits.fits(&text) {
        Ok(text)
    } else {
        Err(RenderError::TooLong {
            reply: wanted.reply.clone(),
            max: wanted.limits.text_max,
        })
    }
}
