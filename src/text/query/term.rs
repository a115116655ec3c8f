//! Reads single terms: words, phrases, prefixes, lists, conditions, patterns.

use std::sync::Arc;

use regex_automata::meta::Regex;
use regex_automata::util::syntax;

use super::{Comparison, Fact, Node, Pattern, Word};
use crate::text::tokens::{TokenKind, TokenText};

/// Largest compiled size of one pattern, so that a pack cannot eat the memory of the daemon.
const REGEX_BYTES_MAX: usize = 1 << 20;

/// Reads a term without quotation marks; the error says what was expected.
pub(super) fn bare(text: &str) -> Result<Node, String> {
    if let Some(name) = text.strip_prefix('$') {
        return list(name);
    }
    if let Some(rest) = text.strip_prefix("author.") {
        return author(rest).map(Node::Fact);
    }
    if let Some((field, value)) = text.split_once(':')
        && !field.is_empty()
        && !value.starts_with('/')
        && field.bytes().all(|c| c.is_ascii_lowercase())
    {
        return condition(field, value);
    }
    if let Some((word, edits)) = text.split_once('~') {
        return fuzzy(word, edits);
    }
    words(text).map(Node::Phrase)
}

/// Reads what stands between quotation marks.
pub(super) fn phrase(text: &str) -> Result<Node, String> {
    words(text).map(Node::Phrase)
}

/// Reads what stands between slashes.
pub(super) fn regex(text: &str) -> Result<Node, String> {
    let source = text.replace("\\/", "/");
    if source.is_empty() {
        return Err("expected a pattern between the slashes".to_owned());
    }
    let regex = compile_regex(&source)
        .map_err(|error| format!("expected a pattern that compiles: {error}"))?;
    if regex.is_match("") {
        return Err("expected a pattern that needs at least one character".to_owned());
    }
    let regex = Arc::new(regex);
    Ok(Node::Regex(Pattern { source, regex }))
}

/// Compiles a pattern of a rule: whatever the case, linear in the text.
fn compile_regex(pattern: &str) -> Result<Regex, String> {
    Regex::builder()
        .syntax(syntax::Config::new().case_insensitive(true))
        .configure(Regex::config().nfa_size_limit(Some(REGEX_BYTES_MAX)))
        .build(pattern)
        .map_err(|error| {
            let error: &dyn std::error::Error = &error;
            let cause = error
                .source()
                .map_or_else(|| error.to_string(), ToString::to_string);
            cause.lines().last().unwrap_or("not a pattern").to_owned()
        })
}

/// Words in a row, any of which may end in `*`; also how the entries of word lists are read.
pub(in crate::text) fn words(text: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    for piece in text.split_whitespace() {
        if let Some(stem) = piece.strip_suffix('*') {
            words.push(prefix(stem)?);
        } else if piece.contains('*') {
            return Err("expected `*` at the end of a word only".to_owned());
        } else {
            words.extend(exact(piece).into_iter().map(Word::Exact));
        }
    }
    if words.is_empty() {
        return Err("expected at least one letter, digit or emoji".to_owned());
    }
    Ok(words)
}

/// The tokens of a word, without the parts of a hashtag: `#GateChange` asks for the whole.
fn exact(piece: &str) -> Vec<String> {
    let mut tag_end = 0;
    let mut words = Vec::new();
    for token in TokenText::new(piece).tokens() {
        if token.kind == TokenKind::Hashtag {
            tag_end = token.span.end;
        } else if token.span.start < tag_end {
            continue;
        }
        words.push(token.text.to_owned());
    }
    words
}

fn prefix(stem: &str) -> Result<Word, String> {
    let message = "expected `*` after one word of at least two letters, such as `delay*`";
    match only(exact(stem)) {
        Some(word) if word.chars().count() >= 2 && !stem.contains('*') => Ok(Word::Prefix(word)),
        _ => Err(message.to_owned()),
    }
}

fn fuzzy(word: &str, edits: &str) -> Result<Node, String> {
    let edits = match edits {
        "1" => 1,
        "2" => 2,
        _ => return Err("expected `~1` or `~2` after a word, such as `luggage~1`".to_owned()),
    };
    match only(exact(word)) {
        Some(word) if word.chars().count() > 2 * usize::from(edits) => {
            Ok(Node::Phrase(vec![Word::Fuzzy(word, edits)]))
        }
        _ => Err(
            "expected one word before `~`, of at least three letters for `~1` and five for `~2`"
                .to_owned(),
        ),
    }
}

fn only(mut words: Vec<String>) -> Option<String> {
    if words.len() == 1 { words.pop() } else { None }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
}

fn list(name: &str) -> Result<Node, String> {
    if is_name(name) {
        return Ok(Node::List(name.to_owned()));
    }
    Err("expected the name of a word list after `$`, such as `$bag`".to_owned())
}

fn condition(field: &str, value: &str) -> Result<Node, String> {
    let named = |what: &str| {
        if is_name(value) {
            Ok(value.to_owned())
        } else {
            Err(format!("expected {what} after `{field}:`"))
        }
    };
    Ok(match field {
        "has" => Node::Has(named("an entity, such as `has:flight`,")?),
        "lang" => Node::Fact(Fact::Language(
            named("a language, such as `lang:de`,")?.to_ascii_lowercase(),
        )),
        "channel" => Node::Fact(Fact::Channel(named("a kind of network")?)),
        "brand" => Node::Fact(Fact::Brand(named("a brand")?)),
        "is" => Node::Fact(match value {
            "question" => Fact::Question,
            "shouting" => Fact::Shouting,
            "reply" => Fact::Reply,
            "public" => Fact::Public,
            "private" => Fact::Private,
            _ => {
                return Err(
                    "expected `is:question`, `shouting`, `reply`, `public` or `private`".to_owned(),
                );
            }
        }),
        _ => {
            return Err(
                "expected `has:`, `lang:`, `is:`, `channel:` or `brand:`; words with a colon go between quotation marks"
                    .to_owned(),
            );
        }
    })
}

fn author(rest: &str) -> Result<Fact, String> {
    let message = "expected `author.verified` or `author.followers>10000`, without spaces";
    if rest == "verified" {
        return Ok(Fact::Verified);
    }
    let signs = [
        (">=", Comparison::AtLeast),
        ("<=", Comparison::AtMost),
        (">", Comparison::More),
        ("<", Comparison::Less),
        ("=", Comparison::Equal),
    ];
    let rest = rest.strip_prefix("followers").ok_or(message)?;
    for (sign, comparison) in signs {
        if let Some(number) = rest.strip_prefix(sign) {
            let digits = number.bytes().all(|c| c.is_ascii_digit());
            let number = number.parse().ok().filter(|_| digits).ok_or(message)?;
            return Ok(Fact::Followers(comparison, number));
        }
    }
    Err(message.to_owned())
}
