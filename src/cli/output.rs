//! The printer of the command line: text for people, with colour on a terminal only, or JSON lines for programs.
//!
//! It shows the line of a file that is at fault, but never a value that may be a secret.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::json;
use unicode_width::UnicodeWidthStr;

use crate::library::diagnostic::{Diagnostic, Level};
use crate::library::test_table::PackTest;

const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const GREEN: &str = "\x1b[1;32m";
const BLUE: &str = "\x1b[1;34m";
const PLAIN: &str = "\x1b[0m";

/// Words in a key that make its value a secret.
const SECRET_WORDS: [&str; 4] = ["token", "secret", "password", "key"];

/// Where a command prints.
pub struct Output {
    to: Box<dyn Write>,
    json: bool,
    least: Level,
}

impl Output {
    /// Results, on stdout; as JSON lines where a program reads them.
    pub fn stdout(json: bool) -> Self {
        let to: Box<dyn Write> = if json {
            Box::new(io::stdout())
        } else {
            Box::new(anstream::stdout())
        };
        Self {
            to,
            json,
            least: Level::Warning,
        }
    }

    /// Results, into a file.
    pub fn file(path: &Path) -> io::Result<Self> {
        Ok(Self {
            to: Box::new(File::create(path)?),
            ..Self::stdout(true)
        })
    }

    /// What is said beside the results, on stderr.
    pub fn stderr() -> Self {
        Self {
            to: Box::new(anstream::stderr()),
            json: false,
            least: Level::Warning,
        }
    }

    /// As [`Output::stderr`], without warnings.
    pub fn stderr_errors() -> Self {
        Self {
            least: Level::Error,
            ..Self::stderr()
        }
    }

    /// Prints text as it is.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.bytes(text.as_bytes())
    }

    /// Prints lines that are ready to be printed.
    pub fn bytes(&mut self, lines: &[u8]) -> io::Result<()> {
        let written = self.to.write_all(lines).and_then(|()| self.to.flush());
        match written {
            // Whoever read it has seen enough: `hark … | head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// Prints a value as one line of JSON.
    pub fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let line = serde_json::to_string(value)?;
        self.text(&format!("{line}\n"))
    }

    /// Prints problems, each with its place, its line and a mark under it.
    pub fn problems(&mut self, problems: &[Diagnostic]) -> io::Result<()> {
        let least = self.least;
        for problem in problems.iter().filter(|problem| problem.level >= least) {
            if self.json {
                self.json(&as_json(problem))?;
            } else {
                let file = std::fs::read_to_string(&problem.path).ok();
                self.text(&as_text(problem, file.as_deref()))?;
            }
        }
        Ok(())
    }

    /// Prints what a pack's test found otherwise than expected.
    pub fn failed_test(&mut self, test: &PackTest, failure: &str) -> io::Result<()> {
        if self.json {
            self.json(&json!({
                "path": test.path, "line": test.line, "pack": test.pack, "topic": test.topic,
                "say": test.say, "failure": failure,
            }))
        } else {
            self.text(&format!(
                "{}:{}: {RED}failed{PLAIN}: {failure}\n  say: {}\n",
                test.path, test.line, test.say
            ))
        }
    }

    /// Prints how many tests passed.
    pub fn test_summary(&mut self, passed: usize, failed: usize) -> io::Result<()> {
        if self.json {
            return self.json(&json!({ "passed": passed, "failed": failed }));
        }
        let colour = if failed == 0 { GREEN } else { RED };
        self.text(&format!(
            "{colour}{passed} passed, {failed} failed{PLAIN}\n"
        ))
    }
}

/// Prints why a command could not do its work, down to the first cause.
pub fn failure(error: &anyhow::Error) {
    let causes: String = error.chain().skip(1).fold(String::new(), |text, cause| {
        text + &format!("  because: {cause}\n")
    });
    // When stderr is gone too there is nobody left to tell.
    drop(Output::stderr().text(&format!("{RED}error{PLAIN}: {error}\n{causes}")));
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

/// Longest part of a line that is shown, in characters: what fits beside a margin on a usual terminal.
const SHOWN_CHARS_MAX: usize = 100;

fn as_json(problem: &Diagnostic) -> serde_json::Value {
    json!({
        "level": word(problem.level), "path": problem.path, "line": problem.line,
        "column": problem.column, "message": problem.message, "hint": problem.hint,
    })
}

fn as_text(problem: &Diagnostic, file: Option<&str>) -> String {
    let colour = match problem.level {
        Level::Warning => YELLOW,
        Level::Error => RED,
    };
    let place: String = [problem.line, problem.column]
        .iter()
        .filter(|number| **number > 0)
        .fold(problem.path.clone(), |place, number| {
            format!("{place}:{number}")
        });
    let level = word(problem.level);
    let mut lines = vec![format!(
        "{place}: {colour}{level}{PLAIN}: {}",
        problem.message
    )];
    let line = problem.line.checked_sub(1);
    if let Some(line) = line.and_then(|at| file?.lines().nth(at)) {
        let margin = problem.line.to_string();
        let gap = " ".repeat(margin.len());
        let before = problem.column.saturating_sub(1);
        let (shown, before) = around(&without_secret(line, problem.column), before);
        lines.push(format!("  {BLUE}{margin} |{PLAIN} {shown}"));
        if problem.column > 0 {
            let space = space_under(&shown, before);
            lines.push(format!("  {BLUE}{gap} |{PLAIN} {space}{colour}^{PLAIN}"));
        }
    }
    if let Some(hint) = &problem.hint {
        lines.push(format!("  hint: {hint}"));
    }
    lines.join("\n") + "\n"
}

/// What is shown of a long line so that the mark under its place stays in sight, and how many characters are before it.
fn around(line: &str, before: usize) -> (String, usize) {
    if line.chars().count() <= SHOWN_CHARS_MAX {
        return (line.to_owned(), before);
    }
    let skipped = before.saturating_sub(SHOWN_CHARS_MAX / 2);
    let part: String = line.chars().skip(skipped).take(SHOWN_CHARS_MAX).collect();
    let start = if skipped > 0 { "…" } else { "" };
    let end = if skipped + SHOWN_CHARS_MAX < line.chars().count() {
        "…"
    } else {
        ""
    };
    let before = before - skipped + start.chars().count();
    (format!("{start}{part}{end}"), before)
}

/// As much space as the first `chars` characters of a line take: a wide letter two columns, a mark on a letter none. A
/// tab stays a tab, so that it ends where the one above ends.
fn space_under(line: &str, chars: usize) -> String {
    let before: String = line.chars().take(chars).collect();
    let parts = before.split('\t').map(|part| " ".repeat(part.width()));
    parts.collect::<Vec<_>>().join("\t")
}

/// The line up to its value, where the value is a secret by its key, or where the key is not known for what it is.
fn without_secret(line: &str, column: usize) -> String {
    let Some((key, _)) = line.split_once('=') else {
        return line.to_owned();
    };
    // A rule may have a `=` too; what is quoted is no key.
    if key.contains("'''") || key.contains("\"\"\"") {
        return line.to_owned();
    }
    let at_key = column <= key.chars().count();
    let lower = key.to_lowercase();
    if at_key || SECRET_WORDS.iter().any(|word| lower.contains(word)) {
        format!("{key}= …")
    } else {
        line.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(line: usize, column: usize) -> Diagnostic {
        Diagnostic {
            level: Level::Error,
            path: "hark.toml".to_owned(),
            line,
            column,
            message: "unknown value `lve`".to_owned(),
            hint: Some("did you mean `live`?".to_owned()),
        }
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_problem_shows_its_line_and_a_mark() {
        let file = "[brand.gmc]\nmode = \"lve\"\n";
        assert_eq!(
            plain(&as_text(&problem(2, 8), Some(file))),
            "hark.toml:2:8: error: unknown value `lve`\n  2 | mode = \"lve\"\n    |        ^\n  hint: did you mean `live`?\n"
        );
        for (line, column, file) in [(2, 8, None), (9, 1, Some(file)), (0, 0, Some(file))] {
            assert_eq!(
                plain(&as_text(&problem(line, column), file))
                    .lines()
                    .count(),
                2
            );
        }
    }

    #[test]
    fn of_a_long_line_the_part_around_the_mark_is_shown() {
        let line = format!("{}X{}", "a".repeat(200), "b".repeat(200));
        for (line, before, marked) in [
            (line.as_str(), 200, 'X'),
            (&line, 0, 'a'),
            (&line, 400, 'b'),
            ("short X", 6, 'X'),
        ] {
            let (shown, before) = around(line, before);
            assert_eq!(shown.chars().nth(before), Some(marked), "{shown}");
            assert!(shown.chars().count() <= SHOWN_CHARS_MAX + 2, "{shown}");
        }
    }

    #[test]
    fn the_mark_stands_under_its_place_after_tabs_and_wide_letters() {
        let text = plain(&as_text(&problem(1, 4), Some("\tü = 1")));
        assert!(text.contains("\n    | \t  ^\n"), "{text}");
        for (line, chars, columns) in [
            ("遅延 x", 3, 5),
            ("cafe\u{301} x", 6, 5),
            ("👩\u{200d}👩\u{200d}👧 x", 6, 3),
            ("a\u{200b}b", 2, 1),
            ("x", 9, 1),
        ] {
            assert_eq!(space_under(line, chars).len(), columns, "{line}");
        }
        assert_eq!(space_under("\t延\tx", 3), "\t  \t");
    }

    #[test]
    fn no_secret_is_shown() {
        for (line, column, shown) in [
            ("token = \"s3cret\"", 9, "token = …"),
            ("tokn = \"s3cret\"", 1, "tokn = …"),
            ("mode = \"lve\"", 8, "mode = \"lve\""),
            ("[brand.gmc]", 1, "[brand.gmc]"),
            (
                "  '''token author.followers>=5''',",
                11,
                "  '''token author.followers>=5''',",
            ),
        ] {
            assert_eq!(without_secret(line, column), shown);
        }
    }

    #[test]
    fn a_program_reads_every_field() {
        let value = as_json(&problem(2, 8));
        assert_eq!(value["level"], "error");
        assert_eq!(value["line"], 2);
        assert_eq!(value["hint"], "did you mean `live`?");
    }
}
