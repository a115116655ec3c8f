//! Reads single terms: words, phrases, prefixes, lists, conditions, patterns.

use std::sync::Arc;

use regex_automata::meta::{Builder, Regex};
use regex_automata::util::syntax;
use regex_syntax::hir::Look;

use super::lexer::is_space;
use super::required::required_sign;
use super::{Comparison, Fact, Node, OTHER_LANGUAGE, Pattern, QueryError, Word};
use crate::text::tokens::{TokenKind, TokenText};

/// Largest compiled size of one pattern, so that a pack cannot eat the memory of the daemon.
const REGEX_BYTES_MAX: usize = 1 << 20;

type Read<T> = Result<T, QueryError>;

/// Reads a term without quotation marks; the error says what was expected, and where inside the term.
pub(super) fn bare(text: &str) -> Read<Node> {
    if let Some(name) = text.strip_prefix('$') {
        return list(name);
    }
    let lower = text.to_ascii_lowercase();
    if let Some(rest) = lower.strip_prefix("author.") {
        let expected = "expected `author.verified` or `author.followers>10000`";
        return author(rest)
            .filter(|_| text.starts_with("author."))
            .map(Node::Fact)
            .ok_or_else(|| {
                QueryError::new(0, expected)
                    .hint("write it in small letters, without spaces, the number in digits only")
            });
    }
    if let Some((field, value)) = text.split_once(':')
        && !field.is_empty()
        && !value.starts_with('/')
        && field.bytes().all(|c| c.is_ascii_alphabetic())
    {
        return condition(field, value);
    }
    check_signs(text)?;
    words(text).map(Node::Phrase)
}

/// Refuses signs that mean an operator elsewhere and would be dropped here in silence.
fn check_signs(text: &str) -> Read<()> {
    let mut rest = text.chars();
    let first = rest.next();
    let second = rest.next();
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    if matches!(first, Some('-' | '!')) && is_word(second) {
        return Err(
            QueryError::new(0, "expected a term here, not a sign before it")
                .hint(format!("write `NOT {}`", &text[1..])),
        );
    }
    if first == Some('+') && is_word(second) {
        return Err(
            QueryError::new(0, "expected a term here, not a sign before it")
                .hint(format!("write `AND {0}`, or `\"+{0}\"`", &text[1..])),
        );
    }
    let joined = text
        .char_indices()
        .filter(|(_, c)| matches!(c, '|' | ',' | ';' | '&'))
        .find(|&(at, c)| {
            let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
            let before = before.chars().next_back();
            let after = after.trim_start_matches(['|', '&']).chars().next();
            let is_number = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let both_numbers = is_number(before) && is_number(after);
            // "AT&T" is a name.
            let is_name = c == '&' && before.is_some_and(char::is_uppercase);
            is_word(before) && is_word(after) && !both_numbers && !is_name
        });
    match joined {
        Some((at, sign)) => {
            let operator = if sign == '&' { "AND" } else { "OR" };
            Err(
                QueryError::new(at, format!("expected a word without `{sign}` in it")).hint(
                    format!("write ` {operator} ` there, or quotation marks around all of it"),
                ),
            )
        }
        None if text.contains(['(', ')', ':', ';', '=']) && words(text).is_err() => {
            Err(nothing_said().hint("an emoticon stands between quotation marks: `\":(\"`"))
        }
        None => Ok(()),
    }
}

fn nothing_said() -> QueryError {
    QueryError::new(0, "expected at least one letter, digit or emoji")
}

/// Reads what stands between quotation marks.
pub(super) fn phrase(text: &str) -> Read<Node> {
    for (at, piece) in spaced(text) {
        let name = piece
            .strip_prefix('$')
            .filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()));
        if name.is_some() || piece.starts_with("has:") {
            return Err(
                QueryError::new(at, "expected words only inside quotation marks")
                    .hint(format!("join it with BEFORE: `\"…\" BEFORE/0 {piece}`")),
            );
        }
    }
    words(text).map(Node::Phrase)
}

/// Reads what stands between slashes.
pub(super) fn regex(text: &str) -> Read<Node> {
    pattern(text).map(Node::Regex)
}

/// Compiles a pattern, in which a slash may be written `\/`.
pub(in crate::text) fn pattern(text: &str) -> Read<Pattern> {
    let source = text.replace("\\/", "/");
    if source.is_empty() {
        return Err(QueryError::new(0, "expected a pattern between the slashes"));
    }
    let parsed = syntax::parse_with(&source, &pattern_syntax()).map_err(|error| {
        let (at, cause) = fault(&error);
        QueryError::new(
            written(text, at),
            format!("expected a pattern that compiles: {cause}"),
        )
    })?;
    if parsed.properties().minimum_len() == Some(0) {
        return Err(
            QueryError::new(0, "expected a pattern that needs at least one character")
                .hint("it would match every message; write `+` instead of `*`"),
        );
    }
    let regex = compile_regex(&source).map_err(|()| {
        QueryError::new(0, "expected a pattern that compiles: it is too large")
            .hint("lower the numbers in `{…}`")
    })?;
    let looks = parsed.properties().look_set();
    // Where words end in other alphabets costs too much to be asked about many patterns at once.
    let is_plain = !looks.contains_word_unicode();
    Ok(Pattern {
        source,
        opens: is_plain && parsed.properties().look_set_prefix().contains(Look::Start),
        required_sign: required_sign(&parsed),
        regex: Arc::new(regex),
    })
}

/// One pattern that matches where any of these does; none where that would be too large.
pub(in crate::text) fn any_of(patterns: &[&Pattern]) -> Option<Regex> {
    let sources: Vec<&str> = patterns.iter().map(|it| it.source.as_str()).collect();
    builder().build_many(&sources).ok()
}

fn pattern_syntax() -> syntax::Config {
    syntax::Config::new().case_insensitive(true)
}

/// Where a pattern is wrong, and why.
fn fault(error: &regex_syntax::Error) -> (usize, String) {
    match error {
        regex_syntax::Error::Parse(error) => (error.span().start.offset, error.kind().to_string()),
        regex_syntax::Error::Translate(error) => {
            (error.span().start.offset, error.kind().to_string())
        }
        other => (0, other.to_string()),
    }
}

/// The byte as written, with `\/` for each slash, of byte `at` of a pattern.
fn written(text: &str, at: usize) -> usize {
    let mut read = 0;
    let mut raw = 0;
    while read < at && raw < text.len() {
        raw += if text.as_bytes()[raw..].starts_with(b"\\/") {
            2
        } else {
            1
        };
        read += 1;
    }
    raw
}

/// Compiles a pattern of a rule: whatever the case, linear in the text.
fn compile_regex(pattern: &str) -> Result<Regex, ()> {
    builder().build(pattern).map_err(drop)
}

fn builder() -> Builder {
    let mut builder = Regex::builder();
    builder
        .syntax(pattern_syntax())
        .configure(Regex::config().nfa_size_limit(Some(REGEX_BYTES_MAX)));
    builder
}

/// Words in a row, any of which may end in `*` or `~1`; also how the entries of word lists are read.
pub(in crate::text) fn words(text: &str) -> Read<Vec<Word>> {
    let mut words = Vec::new();
    for (at, piece) in spaced(text) {
        if let Some(stem) = piece.strip_suffix('*') {
            words.extend(prefix(stem).map_err(|error| error.inside(at))?);
        } else if let Some(star) = piece.find('*') {
            return Err(QueryError::new(
                at + star,
                "expected `*` at the end of a word only",
            ));
        } else if let Some((word, edits)) = slips(piece) {
            words.push(fuzzy(word, edits).map_err(|error| error.inside(at))?);
        } else {
            words.extend(exact(piece).into_iter().map(Word::Exact));
        }
    }
    if words.is_empty() {
        return Err(nothing_said());
    }
    Ok(words)
}

/// The pieces between spaces, each with the byte at which it starts.
fn spaced(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut next = 0;
    text.split_inclusive(is_space).filter_map(move |piece| {
        let at = next;
        next += piece.len();
        let piece = piece.trim_end_matches(is_space);
        (!piece.is_empty()).then_some((at, piece))
    })
}

/// `luggage~1` in its two parts; an address may have a `~` of its own.
fn slips(piece: &str) -> Option<(&str, &str)> {
    let (word, edits) = piece.rsplit_once('~')?;
    let is_count = edits.bytes().all(|c| c.is_ascii_digit());
    let is_address = TokenText::new(word)
        .tokens()
        .any(|token| token.kind == TokenKind::Url);
    (is_count && !is_address).then_some((word, edits))
}

/// The tokens of a word, without the parts of a hashtag: `#GateChange` asks for the whole.
fn exact(piece: &str) -> Vec<String> {
    // Most words of most lists are one token and need no folding.
    if is_plain(piece) {
        return vec![piece.to_owned()];
    }
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

/// Whether a text is one token that reads as it is written: small letters of English, none of them drawn out.
fn is_plain(piece: &str) -> bool {
    let letters = piece.as_bytes();
    let is_drawn_out = |run: &[u8]| run[0] == run[1] && run[1] == run[2];
    !piece.is_empty()
        && letters.iter().all(u8::is_ascii_lowercase)
        && !letters.windows(3).any(is_drawn_out)
}

fn prefix(stem: &str) -> Read<Vec<Word>> {
    let mut before = exact(stem);
    match before.pop() {
        Some(last) if last.chars().count() >= 2 && !stem.contains('*') => {
            let before = before.into_iter().map(Word::Exact);
            Ok(before.chain([Word::Prefix(last)]).collect())
        }
        _ => Err(QueryError::new(
            0,
            "expected `*` after one word of at least two letters, such as `delay*`",
        )),
    }
}

fn fuzzy(word: &str, edits: &str) -> Read<Word> {
    let edits: u8 = match edits {
        "1" => 1,
        "2" => 2,
        _ => {
            return Err(QueryError::new(
                word.len(),
                "expected `~1` or `~2` after a word, such as `luggage~1`",
            ));
        }
    };
    match exact(word).as_slice() {
        [word] if word.chars().count() > 2 * usize::from(edits) => {
            Ok(Word::Fuzzy(word.clone(), edits))
        }
        _ => Err(QueryError::new(
            0,
            "expected one word before `~`, of at least three letters for `~1` and five for `~2`",
        )),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
}

fn list(name: &str) -> Read<Node> {
    if is_name(name) {
        return Ok(Node::List(name.to_owned()));
    }
    let error = QueryError::new(
        0,
        "expected the name of a word list after `$`, such as `$bag`",
    );
    Err(if name.contains(['*', '~']) {
        error.hint("write `*` and `~` at the entries of the list, in pack.toml")
    } else {
        error
    })
}

fn condition(field: &str, value: &str) -> Read<Node> {
    let known = field.to_ascii_lowercase();
    let example = match known.as_str() {
        "has" => "has:flight",
        "lang" => "lang:de",
        "is" => "is:question",
        "channel" => "channel:telegram",
        "brand" => "brand:northwind",
        _ => {
            return Err(QueryError::new(
                0,
                "expected `has:`, `lang:`, `is:`, `channel:` or `brand:`",
            )
            .hint("words with a colon stand between quotation marks"));
        }
    };
    if known != field {
        return Err(QueryError::new(0, format!("expected `{known}:`"))
            .hint("conditions are written in small letters"));
    }
    let unnamed = || {
        QueryError::new(field.len() + 1, format!("expected a name after `{field}:`"))
            .hint(format!("write it without a space, as in `{example}`"))
    };
    if !is_name(value) {
        return Err(unnamed());
    }
    let name = value.to_owned();
    Ok(match field {
        "has" => Node::Has(name),
        "lang" => Node::Fact(Fact::Language(language(value)?)),
        "channel" => Node::Fact(Fact::Channel(name)),
        "brand" => Node::Fact(Fact::Brand(name)),
        _ => Node::Fact(cue(value)?),
    })
}

fn language(code: &str) -> Read<String> {
    let code = code.to_ascii_lowercase();
    let is_code = code.len() == 2 && code.bytes().all(|c| c.is_ascii_lowercase());
    if is_code || code == OTHER_LANGUAGE {
        return Ok(code);
    }
    Err(
        QueryError::new("lang:".len(), "expected a language of two letters").hint(
            "write its ISO 639-1 code, as in `lang:de`, or `lang:other` for one that is not served",
        ),
    )
}

fn cue(name: &str) -> Read<Fact> {
    Ok(match name {
        "question" => Fact::Question,
        "shouting" => Fact::Shouting,
        "reply" => Fact::Reply,
        "public" => Fact::Public,
        "private" => Fact::Private,
        _ => {
            return Err(QueryError::new(
                "is:".len(),
                "expected `is:question`, `is:shouting`, `is:reply`, `is:public` or `is:private`",
            ));
        }
    })
}

/// What stands after `author.`, in small letters.
fn author(rest: &str) -> Option<Fact> {
    if rest == "verified" {
        return Some(Fact::Verified);
    }
    let signs = [
        (">=", Comparison::AtLeast),
        ("<=", Comparison::AtMost),
        (">", Comparison::More),
        ("<", Comparison::Less),
        ("=", Comparison::Equal),
    ];
    let rest = rest.strip_prefix("followers")?;
    let (number, comparison) = signs
        .into_iter()
        .find_map(|(sign, comparison)| Some((rest.strip_prefix(sign)?, comparison)))?;
    let is_digits = number.bytes().all(|c| c.is_ascii_digit());
    let number = number.parse().ok().filter(|_| is_digits)?;
    Some(Fact::Followers(comparison, number))
}
