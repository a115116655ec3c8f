//! Files of the tree as the rules see them: text, code without comments and literals, functions.

use std::path::Path;

/// A file of the tree.
pub(crate) struct File {
    /// From the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// The text with comments and the insides of literals blanked, line for line.
    pub(crate) code: String,
}

impl File {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code: code_of(text),
        }
    }

    /// `src/channel/http/wire.rs` → `["channel", "http", "wire"]`; nothing outside `src`.
    pub(crate) fn module(&self) -> Vec<&str> {
        let inner = self
            .path
            .strip_prefix("src/")
            .and_then(|path| path.strip_suffix(".rs"));
        inner.map_or_else(Vec::new, |inner| inner.split('/').collect())
    }

    pub(crate) fn layer(&self) -> &str {
        self.module().first().copied().unwrap_or_default()
    }

    /// The lines of code, from 1, and whether each belongs to tests.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str, bool)> {
        let all = self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || self.path.ends_with("tests.rs");
        let tests_from = self
            .code
            .find("#[cfg(test)]\nmod tests {")
            .map_or(usize::MAX, |at| self.code[..at].matches('\n').count() + 1);
        let numbered = (1..).zip(self.code.lines());
        numbered.map(move |(line, code)| (line, code, all || line >= tests_from))
    }

    pub(crate) fn offence(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {what}", self.path)
    }
}

/// Blanks comments and the insides of text and character literals; every newline stays.
pub(crate) fn code_of(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = end_of_blank(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
        }
        out.extend(
            chars[at..end.max(at)]
                .iter()
                .map(|&c| if c == '\n' { c } else { ' ' }),
        );
        at = at.max(end);
    }
    out
}

/// Where the comment or literal that starts at `at` ends; `at` itself where none does.
fn end_of_blank(chars: &[char], at: usize) -> usize {
    let find = |from: usize, stop: &str| {
        let stop: Vec<char> = stop.chars().collect();
        let rest = chars.get(from..).unwrap_or_default();
        let found = rest.windows(stop.len()).position(|window| window == stop);
        found.map_or(chars.len(), |found| from + found + stop.len())
    };
    let before_is_name = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match (chars[at], chars.get(at + 1)) {
        ('/', Some('/')) => find(at, "\n") - usize::from(chars[at..].contains(&'\n')),
        ('/', Some('*')) => find(at, "*/"),
        ('r', Some('"' | '#')) if !before_is_name => {
            let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
            match chars.get(at + 1 + hashes) {
                Some('"') => find(at + 2 + hashes, &format!("\"{}", "#".repeat(hashes))),
                _ => at,
            }
        }
        ('"', _) => end_of_quoted(chars, at, '"'),
        ('\'', Some('\\')) => end_of_quoted(chars, at, '\''),
        ('\'', _) if chars.get(at + 2) == Some(&'\'') => at + 3,
        _ => at,
    }
}

fn end_of_quoted(chars: &[char], at: usize, quote: char) -> usize {
    let mut next = at + 1;
    while next < chars.len() && chars[next] != quote {
        next += if chars[next] == '\\' { 2 } else { 1 };
    }
    (next + 1).min(chars.len())
}

/// The names that follow each `path` in a line: `crate::` in `use crate::net::secret` → `net::secret`.
pub(crate) fn after<'l>(line: &'l str, path: &str) -> Vec<&'l str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    line.match_indices(path)
        .filter(|(at, _)| !line[..*at].ends_with(|c: char| is_name(c) || c == '$'))
        .map(|(at, path)| &line[at + path.len()..])
        .map(|rest| &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())])
        .collect()
}

/// First line and number of lines of every function with a body.
pub(crate) fn functions(code: &str) -> Vec<(usize, usize)> {
    let starts = code.match_indices("fn ").filter(|(at, _)| {
        !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
            && code[at + 3..].starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
    });
    let mut found = Vec::new();
    for (start, _) in starts {
        let (mut round, mut curly) = (0, 0);
        for (at, c) in code[start..].char_indices() {
            match c {
                '(' | '[' => round += 1,
                ')' | ']' => round -= 1,
                '{' => curly += 1,
                '}' => curly -= 1,
                _ => {}
            }
            let ends_without_body = curly == 0 && round == 0 && c == ';';
            if ends_without_body || (c == '}' && curly <= 0) {
                let line = code[..start].matches('\n').count() + 1;
                found.push((line, code[start..start + at].matches('\n').count() + 1));
                break;
            }
        }
    }
    found
}

pub(crate) fn tree() -> Vec<File> {
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        collect(folder, &mut files);
    }
    assert!(
        files.iter().any(|file| file.path == "src/lib.rs"),
        "the tree is not here"
    );
    files
}

fn collect(folder: &str, files: &mut Vec<File>) {
    let Ok(entries) = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) else {
        return;
    };
    for entry in entries {
        let entry = entry.expect("an entry");
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().expect("a type").is_dir() {
            // What the fuzzer builds is not ours.
            if !path.ends_with("/target") {
                collect(&path, files);
            }
        } else if path.strip_suffix(".rs").is_some() {
            files.push(File::new(
                &path,
                &std::fs::read_to_string(entry.path()).expect("readable"),
            ));
        }
    }
}
