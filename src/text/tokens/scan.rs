//! Finds where tokens begin and end.

use std::ops::Range;

use super::fold::{Folded, fold_whole, fold_word, is_invisible, is_word_part};
use super::{Token, TokenKind};

/// Emoticons, longest first, as they are written in lower case, and what each folds to.
const EMOTICONS: &[(&str, &str)] = &[
    (":'-(", ":'("),
    (":'(", ":'("),
    (":-)", ":)"),
    (":-(", ":("),
    (";-)", ";)"),
    (":-d", ":d"),
    (":-p", ":p"),
    (":-/", ":/"),
    (":-|", ":|"),
    (">:(", ">:("),
    ("</3", "</3"),
    (":)", ":)"),
    (":(", ":("),
    (";)", ";)"),
    (":d", ":d"),
    (":p", ":p"),
    (":/", ":/"),
    (":|", ":|"),
    ("=)", ":)"),
    ("=(", ":("),
    ("<3", "<3"),
];

/// Handles are shorter, domain included; the bound keeps a text of nothing but `@` linear.
const HANDLE_BYTES_MAX: usize = 128;

/// Cuts `text` into tokens.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut scan = Scan {
        text,
        at: 0,
        before: None,
        out: Vec::with_capacity(text.len() / 5 + 1),
    };
    while let Some(c) = scan.peek() {
        scan.step(c);
    }
    scan.out
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// The character before `at`.
    before: Option<char>,
    out: Vec<Token>,
}

impl Scan<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn advance_to(&mut self, end: usize) {
        self.before = self.text[self.at..end].chars().next_back();
        self.at = end;
    }

    fn step(&mut self, c: char) {
        let start = self.at;
        let after_word = self.before.is_some_and(is_word_part);
        if matches!(c, '#' | '＃') && !after_word && self.hashtag(c) {
            return;
        }
        if matches!(c, '@' | '＠') && !after_word && self.handle(c) {
            return;
        }
        if !after_word && self.url() {
            return;
        }
        if is_alone(c) {
            let end = start + c.len_utf8();
            self.advance_to(end + run_len(&self.text[end..], is_voicing));
            self.push_word(start..self.at);
        } else if is_emoji(c) {
            self.emoji(c);
        } else if is_word_part(c) {
            let end = start + word_len(self.rest());
            self.advance_to(end);
            self.push_word(start..end);
        } else if !self.emoticon(c) {
            self.advance_to(start + c.len_utf8());
        }
    }

    fn push_word(&mut self, span: Range<usize>) {
        let Folded { text, short } = fold_word(&self.text[span.clone()]);
        if !text.is_empty() {
            self.out.push(Token {
                text,
                short,
                kind: TokenKind::Word,
                span,
            });
        }
    }

    fn push_whole(&mut self, kind: TokenKind, text: String, span: Range<usize>) {
        self.out.push(Token {
            text,
            short: None,
            kind,
            span,
        });
    }

    fn hashtag(&mut self, sign: char) -> bool {
        let start = self.at;
        let body = start + sign.len_utf8();
        let end = body + run_len(&self.text[body..], |c| is_tag_part(c) && !is_emoji(c));
        let folded = fold_word(&self.text[body..end]).text;
        if folded.is_empty() {
            return false;
        }
        self.push_whole(TokenKind::Hashtag, format!("#{folded}"), start..end);
        for word in tag_words(&self.text[body..end]) {
            self.push_word(body + word.start..body + word.end);
        }
        self.advance_to(end);
        true
    }

    fn handle(&mut self, sign: char) -> bool {
        let start = self.at;
        let body = start + sign.len_utf8();
        let len = self.text[body..]
            .bytes()
            .take(HANDLE_BYTES_MAX)
            .take_while(|&c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.' | b'-' | b'@'))
            .count();
        let name = self.text[body..body + len].trim_end_matches(['.', '-', '@']);
        if !name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            return false;
        }
        let end = body + name.len();
        let folded = format!("@{}", fold_whole(name));
        self.push_whole(TokenKind::Handle, folded, start..end);
        self.advance_to(end);
        true
    }

    fn url(&mut self) -> bool {
        let rest = self.rest();
        if !["http://", "https://", "www."]
            .iter()
            .any(|scheme| starts_with_caseless(rest, scheme))
        {
            return false;
        }
        let len = run_len(rest, |c| {
            !c.is_whitespace() && !is_invisible(c) && !is_url_end(c)
        });
        let address =
            rest[..len].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '*', '\'', '~']);
        let end = self.at + address.len();
        let folded = fold_whole(address);
        self.push_whole(TokenKind::Url, folded, self.at..end);
        self.advance_to(end);
        true
    }

    fn emoji(&mut self, first: char) {
        let start = self.at;
        let mut end = start + first.len_utf8();
        let mut folded = String::from(first);
        let mut joined = false;
        for c in self.text[end..].chars() {
            match c {
                // Variation selectors and skin tones change the look, not the word.
                '\u{fe0f}' | '\u{fe0e}' | '\u{1f3fb}'..='\u{1f3ff}' => {}
                '\u{200d}' if !joined => joined = true,
                c if joined && is_emoji(c) => {
                    folded.push('\u{200d}');
                    folded.push(c);
                    joined = false;
                }
                c if is_flag_half(c) && is_flag_half(first) && folded.len() == first.len_utf8() => {
                    folded.push(c);
                }
                _ => break,
            }
            end += c.len_utf8();
        }
        self.push_whole(TokenKind::Emoji, folded, start..end);
        self.advance_to(end);
    }

    fn emoticon(&mut self, first: char) -> bool {
        if !matches!(first, ':' | ';' | '=' | '<' | '>')
            || self.before.is_some_and(|c| c.is_ascii_digit())
        {
            return false;
        }
        let rest = self.rest();
        let found = EMOTICONS.iter().find(|(written, _)| {
            starts_with_caseless(rest, written)
                && !rest[written.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '/')
        });
        let Some(&(written, folded)) = found else {
            return false;
        };
        let end = self.at + written.len();
        self.push_whole(TokenKind::Emoji, folded.to_owned(), self.at..end);
        self.advance_to(end);
        true
    }
}

fn starts_with_caseless(text: &str, start: &str) -> bool {
    text.as_bytes()
        .get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

fn run_len(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// How far the word at the start of `text` goes: an apostrophe or something invisible holds when letters follow it.
fn word_len(text: &str) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if is_word_part(c) && !is_alone(c) && !is_emoji(c) {
            end = at + c.len_utf8();
        } else if at != end && !is_invisible(c) || !is_inside_word(c) {
            // Two apostrophes in a row are quotation marks.
            break;
        }
    }
    end
}

fn is_inside_word(c: char) -> bool {
    is_invisible(c) || matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '＇')
}

fn is_tag_part(c: char) -> bool {
    is_word_part(c) || c == '_'
}

fn is_url_end(c: char) -> bool {
    matches!(c, '"' | '<' | '>' | '“' | '”' | '«' | '»' | '`' | '|')
}

/// Scripts written without spaces: each character stands alone, and a rule's word of several is a phrase.
fn is_alone(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{3192}'..='\u{319f}' | '\u{30a1}'..='\u{30fa}' | '\u{ff66}'..='\u{ff9d}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}')
}

/// The marks of Kana, which belong to the character before them.
fn is_voicing(c: char) -> bool {
    matches!(c, '\u{3099}' | '\u{309a}' | '\u{ff9e}' | '\u{ff9f}')
}

fn is_flag_half(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27bf}' | '\u{2b05}'..='\u{2b55}' | '\u{231a}'..='\u{231b}'
        | '\u{23e9}'..='\u{23fa}' | '\u{1f000}'..='\u{1f0ff}' | '\u{1f1e6}'..='\u{1f1ff}'
        | '\u{1f300}'..='\u{1faff}')
}

/// The words of a hashtag: cut at `_`, before a capital after a small letter, and before the last of several capitals
/// that a small letter follows (`BAFlight` is `BA` and `Flight`).
fn tag_words(tag: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    let mut chars = tag.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next_is_small = chars.peek().is_some_and(|&(_, next)| next.is_lowercase());
        let cut = before.is_some_and(|before| {
            c.is_uppercase() && (before.is_lowercase() || (before.is_uppercase() && next_is_small))
        });
        if (cut || c == '_') && start < at {
            words.push(start..at);
            start = at;
        }
        if c == '_' {
            start = at + 1;
        }
        before = Some(c);
    }
    if start < tag.len() {
        words.push(start..tag.len());
    }
    words
}
