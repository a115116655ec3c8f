//! Finds where tokens begin and end.

use std::cell::OnceCell;
use std::ops::Range;

use super::fold::{Folded, fold_whole, fold_word, is_invisible, is_word_part};
use super::lookalike::is_latin_text;
use super::{Cut, TokenKind};

/// Emoticons, longest first, as they are written in lower case, and what each folds to.
const EMOTICONS: &[(&str, &str)] = &[
    (":'-(", ":'("),
    (":'-)", ":')"),
    (">:-(", ">:("),
    (":'(", ":'("),
    (":')", ":')"),
    (":-)", ":)"),
    (":-(", ":("),
    (";-)", ";)"),
    (":-d", ":d"),
    (":-p", ":p"),
    (":-/", ":/"),
    (":-|", ":|"),
    (":-[", ":("),
    (":-]", ":)"),
    (":-o", ":o"),
    (":-s", ":s"),
    (">:(", ">:("),
    ("</3", "</3"),
    (":)", ":)"),
    (":(", ":("),
    (";)", ";)"),
    (":d", ":d"),
    (":p", ":p"),
    (":/", ":/"),
    (":|", ":|"),
    (":[", ":("),
    (":]", ":)"),
    (":o", ":o"),
    (":s", ":s"),
    (":@", ":@"),
    ("=d", ":d"),
    ("=)", ":)"),
    ("=(", ":("),
    ("<3", "<3"),
];

/// Handles are shorter, domain included; the bound keeps a text of nothing but `@` linear.
const HANDLE_BYTES_MAX: usize = 128;

/// Cuts `text` into tokens; gives the folded text and where they are.
pub(super) fn cut(text: &str) -> (String, Vec<Cut>) {
    let mut folded = String::with_capacity(text.len() + text.len() / 8);
    folded.push_str(text);
    folded.make_ascii_lowercase();
    let mut scan = Scan {
        text,
        at: 0,
        folded,
        cuts: Vec::with_capacity(text.len() / 5 + 1),
        next_place: 0,
        in_latin: OnceCell::new(),
    };
    while let Some(&byte) = text.as_bytes().get(scan.at) {
        match CLASSES[usize::from(byte)] {
            Class::Gap => scan.at += 1,
            Class::Word if scan.ascii_word() => {}
            _ => scan.step(),
        }
    }
    (scan.folded, scan.cuts)
}

/// What a byte begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Nothing.
    Gap,
    /// A word.
    Word,
    /// A word or an address.
    Address,
    /// What takes a closer look.
    Other,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Other; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'h' | b'H' | b'w' | b'W' => Class::Address,
            b'#' | b'@' | b':' | b';' | b'=' | b'<' | b'>' => Class::Other,
            _ if byte.is_ascii_alphanumeric() => Class::Word,
            _ => Class::Gap,
        };
        byte += 1;
    }
    classes
};

/// Whether a byte is a letter or digit of a word that only its case must be folded of.
fn is_plain(byte: u8) -> bool {
    matches!(CLASSES[usize::from(byte)], Class::Word | Class::Address)
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    folded: String,
    cuts: Vec<Cut>,
    next_place: u32,
    /// Whether the text is in Latin letters, found when first asked for.
    in_latin: OnceCell<bool>,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// The character before `at`.
    fn before(&self) -> Option<char> {
        self.text[..self.at].chars().next_back()
    }

    /// Goes past whatever stands at `at`.
    fn step(&mut self) {
        let Some(c) = self.rest().chars().next() else {
            return;
        };
        let start = self.at;
        let after_word = self.before().is_some_and(is_word_part);
        if matches!(c, '#' | '＃') && !after_word && self.hashtag(c) {
            return;
        }
        if matches!(c, '@' | '＠') && !after_word && self.handle(c) {
            return;
        }
        if matches!(c, 'h' | 'H' | 'w' | 'W') && ((!after_word && self.url()) || self.ascii_word())
        {
            return;
        }
        if is_alone(c) {
            let end = start + c.len_utf8();
            self.at = end + run_len(&self.text[end..], is_voicing);
            self.push_word(start..self.at);
        } else if is_emoji(c) {
            self.emoji(c);
        } else if is_word_part(c) {
            let end = start + word_len(self.rest());
            self.at = end;
            self.push_word(start..end);
        } else if !self.emoticon(c) {
            self.at = start + c.len_utf8();
        }
    }

    /// Goes past a word of ASCII letters and digits alone, which is what most words are; `false`, and nothing done,
    /// where it has anything that needs more folding than its case.
    fn ascii_word(&mut self) -> bool {
        let start = self.at;
        let Some(end) = self.plain_run(start) else {
            return false;
        };
        if matches!(self.text.as_bytes().get(end), Some(b'\'' | b'`')) {
            return self.contraction(start, end);
        }
        if self
            .text
            .as_bytes()
            .get(end)
            .is_some_and(|next| !next.is_ascii())
        {
            return false;
        }
        self.at = end;
        self.push_cut(TokenKind::Word, start..end, start..end, end);
        true
    }

    /// Where the letters and digits from `start` on end; none where one is drawn out.
    fn plain_run(&self, start: usize) -> Option<usize> {
        let rest = &self.folded.as_bytes()[start..self.text.len()];
        let (mut last, mut one_before) = (0, 0);
        for (len, &byte) in rest.iter().enumerate() {
            if !is_plain(byte) {
                return Some(start + len);
            }
            if byte == last && byte == one_before && byte.is_ascii_alphabetic() {
                return None;
            }
            (last, one_before) = (byte, last);
        }
        Some(self.text.len())
    }

    /// Goes past `don't`, whose first part is `start..end`; `false` and nothing done as above.
    fn contraction(&mut self, start: usize, mut end: usize) -> bool {
        let from = self.folded.len();
        self.folded.extend_from_within(start..end);
        while let [b'\'' | b'`', next, ..] = self.text.as_bytes()[end..] {
            let piece = end + 1;
            match self.plain_run(piece) {
                Some(piece_end) if is_plain(next) => {
                    self.folded.extend_from_within(piece..piece_end);
                    end = piece_end;
                }
                Some(_) if next.is_ascii() => break,
                _ => {
                    self.folded.truncate(from);
                    return false;
                }
            }
        }
        let ends_here = self.text.as_bytes().get(end).is_none_or(u8::is_ascii);
        if !ends_here || has_drawn_out(&self.folded.as_bytes()[from..]) {
            self.folded.truncate(from);
            return false;
        }
        self.at = end;
        self.push_cut(
            TokenKind::Word,
            start..end,
            from..self.folded.len(),
            self.folded.len(),
        );
        true
    }

    fn fold(&self, span: Range<usize>) -> Folded {
        fold_word(&self.text[span], || {
            *self.in_latin.get_or_init(|| is_latin_text(self.text))
        })
    }

    fn push_word(&mut self, span: Range<usize>) {
        let Folded { text, short } = self.fold(span.clone());
        if !text.is_empty() {
            let from = self.folded.len();
            self.folded.push_str(&text);
            let end = self.folded.len();
            self.folded.push_str(short.as_deref().unwrap_or_default());
            self.push_cut(TokenKind::Word, span, from..end, self.folded.len());
        }
    }

    fn push_whole(&mut self, kind: TokenKind, text: &str, span: Range<usize>) {
        let from = self.folded.len();
        self.folded.push_str(text);
        let end = self.folded.len();
        self.push_cut(kind, span, from..end, end);
    }

    /// Adds a token with the place of its folded text and the end of its short form, which follows it if there is one.
    fn push_cut(
        &mut self,
        kind: TokenKind,
        span: Range<usize>,
        folded: Range<usize>,
        short_end: usize,
    ) {
        self.cuts.push(Cut {
            kind,
            start: offset(span.start),
            end: offset(span.end),
            folded: offset(folded.start),
            short: offset(folded.end),
            folded_end: offset(short_end),
            place: self.next_place,
        });
        self.next_place += u32::from(kind != TokenKind::Hashtag);
    }

    fn hashtag(&mut self, sign: char) -> bool {
        let start = self.at;
        let body = start + sign.len_utf8();
        let end = body + run_len(&self.text[body..], |c| is_tag_part(c) && !is_emoji(c));
        let folded = self.fold(body..end).text;
        if folded.is_empty() {
            return false;
        }
        self.push_whole(TokenKind::Hashtag, &format!("#{folded}"), start..end);
        for word in tag_words(&self.text[body..end]) {
            self.push_word(body + word.start..body + word.end);
        }
        self.at = end;
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
        self.push_whole(TokenKind::Handle, &folded, start..end);
        self.at = end;
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
        self.push_whole(TokenKind::Url, &folded, self.at..end);
        self.at = end;
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
        self.push_whole(TokenKind::Emoji, &folded, start..end);
        self.at = end;
    }

    fn emoticon(&mut self, first: char) -> bool {
        if !matches!(first, ':' | ';' | '=' | '<' | '>')
            || self.before().is_some_and(|c| c.is_ascii_digit())
        {
            return false;
        }
        let rest = self.rest();
        let after_word = self.before().is_some_and(is_word_part);
        let found = EMOTICONS.iter().find(|(written, _)| {
            starts_with_caseless(rest, written)
                && !(after_word && written.ends_with(|c: char| c.is_ascii_alphabetic()))
                && !rest[written.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '/')
        });
        let Some(&(written, folded)) = found else {
            return false;
        };
        let end = self.at + written.len();
        self.push_whole(TokenKind::Emoji, folded, self.at..end);
        self.at = end;
        true
    }
}

/// Whether a letter stands three times in a row.
fn has_drawn_out(word: &[u8]) -> bool {
    let mut threes = word.windows(3);
    threes
        .any(|three| three[0] == three[1] && three[1] == three[2] && three[0].is_ascii_alphabetic())
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("what is read of a text is bounded")
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
pub(super) fn word_len(text: &str) -> usize {
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
    matches!(c, '\u{3038}'..='\u{303a}' | '\u{3220}'..='\u{3229}' | '\u{3280}'..='\u{3289}' | '\u{3041}'..='\u{3096}' | '\u{3192}'..='\u{319f}' | '\u{30a1}'..='\u{30fa}' | '\u{ff66}'..='\u{ff9d}' | '\u{3400}'..='\u{4dbf}'
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

/// The words of a hashtag: cut at `_`, before a capital after a small letter, and before a capital that a small letter
/// follows (`BAFlight` is `BA` and `Flight`, `Gate12Change` is `Gate12` and `Change`).
fn tag_words(tag: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    let mut chars = tag.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next_is_small = chars.peek().is_some_and(|&(_, next)| next.is_lowercase());
        let cut = before.is_some_and(|before| {
            c.is_uppercase()
                && (before.is_lowercase() || (before.is_alphanumeric() && next_is_small))
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
