//! `hark evaluate`: trains the classifier on one file and measures it on another.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Args;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cli::Ended;
use crate::cli::output::Output;
use crate::clock;
use crate::text::classify::{Classifier, Example, Guess, Lesson};
use crate::text::tokens::TokenText;

/// The label of a text that is about none of the classes.
const OUT_OF_SCOPE: &str = "oos";

/// The arguments.
#[derive(Debug, Args)]
pub struct Evaluate {
    /// What to learn from: JSON lines with `text` and `label`; the label `oos` means none of the others
    #[arg(long, value_name = "FILE")]
    train: PathBuf,
    /// What to be measured on, in the same form
    #[arg(long, value_name = "FILE")]
    test: PathBuf,
}

/// A line of a file.
#[derive(Debug, Deserialize)]
struct Line {
    text: String,
    label: String,
}

/// What is printed. Shares are 0 to 1.
#[derive(Debug, Serialize, PartialEq)]
struct Measured {
    /// Of all texts, those that got their own label; `oos` is one.
    accuracy: f64,
    /// The mean F1 of all labels that stand in the file or were given.
    macro_f1: f64,
    /// Of the texts out of scope, those that were found to be; none where there are no such texts.
    oos_recall: Option<f64>,
    /// Of the texts in scope, those that got their own label; none where there are no such texts.
    in_scope_accuracy: Option<f64>,
    /// Seconds to train, on one core.
    train_s: f64,
    /// Microseconds to read and classify one text, on average, on one core.
    us_per_message: f64,
    /// Classes that were learned; `oos` is none.
    classes: usize,
    /// The shares when a guess must be surer.
    strict: Strict,
    /// How well scores tell what is in scope from what is not, 0.5 to 1; none where there is only one of the two.
    oos_auroc: Option<f64>,
    /// How large the classifier is when it is saved.
    model_bytes: usize,
}

/// The shares at the score at which one in twenty of the right guesses about examples is given up: for who would rather
/// call a person than answer wrongly.
#[derive(Debug, Serialize, PartialEq)]
struct Strict {
    oos_recall: Option<f64>,
    in_scope_accuracy: Option<f64>,
}

impl Evaluate {
    /// Trains, measures, and prints what was measured; or every line that cannot be read.
    pub fn run(&self) -> anyhow::Result<Ended> {
        let (train, mut problems) = read(&self.train)?;
        let (test, more) = read(&self.test)?;
        problems.extend(more);
        if !problems.is_empty() {
            Output::stderr().text(&problems.concat())?;
            return Ok(Ended::Problems);
        }
        let is_class = |line: &Line| line.label != OUT_OF_SCOPE;
        ensure!(
            train.iter().any(is_class),
            "{} has no text with a label other than `{OUT_OF_SCOPE}`",
            self.train.display()
        );
        ensure!(!test.is_empty(), "{} is empty", self.test.display());
        Output::stdout(true).json(&measure(&train, &test))?;
        Ok(Ended::Fine)
    }
}

/// The lines of a file, and a report of those that cannot be read. Texts may be customers' and are not shown.
fn read(path: &Path) -> anyhow::Result<(Vec<Line>, Vec<String>)> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<Line>(line) {
            Ok(line) => lines.push(line),
            Err(error) => {
                let what = if error.is_data() {
                    "needs `text` and `label`, both text"
                } else {
                    "is not JSON"
                };
                problems.push(format!("{}:{}: {what}\n", path.display(), at + 1));
            }
        }
    }
    Ok((lines, problems))
}

fn measure(train: &[Line], test: &[Line]) -> Measured {
    let started = clock::now();
    let examples: Vec<Example> = train
        .iter()
        .map(|line| Example {
            text: TokenText::new(&line.text),
            hints: Vec::new(),
            class: (line.label != OUT_OF_SCOPE).then(|| line.label.clone()),
        })
        .collect();
    let classifier = Classifier::train(&examples);
    let train_s = seconds_since(started);
    let started = clock::now();
    let guesses: Vec<Option<Guess<'_>>> = test
        .iter()
        .map(|line| classifier.classify(&TokenText::new(&line.text), []))
        .collect();
    let us_per_message = seconds_since(started) * 1e6 / count(test.len());
    let pairs = given(test, &guesses, classifier.threshold());
    let strict = given(test, &guesses, classifier.strict_threshold());
    Measured {
        accuracy: share_right(&pairs, |_| true).unwrap_or_default(),
        macro_f1: macro_f1(&pairs),
        oos_recall: share_right(&pairs, |label| label == OUT_OF_SCOPE),
        in_scope_accuracy: share_right(&pairs, |label| label != OUT_OF_SCOPE),
        train_s,
        us_per_message,
        classes: classifier.classes().len(),
        strict: Strict {
            oos_recall: share_right(&strict, |label| label == OUT_OF_SCOPE),
            in_scope_accuracy: share_right(&strict, |label| label != OUT_OF_SCOPE),
        },
        oos_auroc: auroc(test, &guesses),
        model_bytes: classifier.to_bytes(&Lesson::of([])).len(),
    }
}

/// The true label of each text, and the one it is given when a guess below `threshold` is not believed.
fn given<'a>(
    test: &'a [Line],
    guesses: &'a [Option<Guess<'a>>],
    threshold: f64,
) -> Vec<(&'a str, &'a str)> {
    test.iter()
        .zip(guesses)
        .map(|(line, guess)| {
            let believed = guess.filter(|guess| guess.score >= threshold);
            let given = believed.map_or(OUT_OF_SCOPE, |guess| guess.class);
            (line.label.as_str(), given)
        })
        .collect()
}

/// How often a text in scope scores higher than one out of scope, a draw counting half: 0.5 is chance, 1 tells all apart.
fn auroc(test: &[Line], guesses: &[Option<Guess<'_>>]) -> Option<f64> {
    let mut scores: Vec<(f64, bool)> = test
        .iter()
        .zip(guesses)
        .map(|(line, guess)| {
            let score = guess.map_or(0.0, |guess| guess.score);
            (score, line.label != OUT_OF_SCOPE)
        })
        .collect();
    scores.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let (mut outside, mut inside, mut won) = (0.0, 0.0, 0.0);
    for level in scores.chunk_by(|(one, _), (other, _)| one.total_cmp(other).is_eq()) {
        let inside_here = count(level.iter().filter(|(_, in_scope)| *in_scope).count());
        let outside_here = count(level.len()) - inside_here;
        won += inside_here * (outside + outside_here / 2.0);
        inside += inside_here;
        outside += outside_here;
    }
    (inside > 0.0 && outside > 0.0).then(|| won / (inside * outside))
}

/// Of the pairs of true and given labels whose true label is `wanted`, the share in which they are equal.
fn share_right(pairs: &[(&str, &str)], wanted: impl Fn(&str) -> bool) -> Option<f64> {
    let (mut all, mut right) = (0, 0);
    for (label, given) in pairs.iter().filter(|(label, _)| wanted(label)) {
        all += 1;
        right += usize::from(label == given);
    }
    (all > 0).then(|| count(right) / count(all))
}

/// The mean F1 over all labels, true or given.
fn macro_f1(pairs: &[(&str, &str)]) -> f64 {
    let mut labels: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (label, given) in pairs {
        labels.entry(label).or_default().1 += 1;
        labels.entry(given).or_default().1 += 1;
        if label == given {
            labels.entry(label).or_default().0 += 1;
        }
    }
    let sum: f64 = labels
        .values()
        .map(|(right, named)| 2.0 * count(*right) / count(*named))
        .sum();
    sum / count(labels.len())
}

fn seconds_since(started: Timestamp) -> f64 {
    clock::now().duration_since(started).as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_line_is_named_and_none_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("train.jsonl");
        let lines: [&[u8]; 6] = [
            br#"{"text": "hello", "label": "greeting", "fold": 3}"#,
            b"",
            br#"{"text": "call me on 555 0100"}"#,
            b"call me",
            b"\xff",
            br#"{"text": "bye", "label": 7}"#,
        ];
        fs::write(&path, lines.join(&b'\n')).unwrap();
        let (read, problems) = read(&path).unwrap();
        assert_eq!(read.len(), 1);
        let expected = [
            (3, "needs `text` and `label`, both text"),
            (4, "is not JSON"),
            (5, "is not JSON"),
            (6, "needs `text` and `label`, both text"),
        ]
        .map(|(line, what)| format!("{}:{line}: {what}\n", path.display()));
        assert_eq!(problems, expected);
    }

    #[test]
    fn shares_count_what_they_say() {
        let pairs = [
            ("a", "a"),
            ("a", "b"),
            ("b", "b"),
            ("b", "oos"),
            ("oos", "oos"),
            ("oos", "c"),
        ];
        assert_eq!(share_right(&pairs, |_| true), Some(0.5));
        assert_eq!(
            share_right(&pairs, |label| label != OUT_OF_SCOPE),
            Some(0.5)
        );
        assert_eq!(
            share_right(&pairs, |label| label == OUT_OF_SCOPE),
            Some(0.5)
        );
        assert_eq!(
            share_right(&pairs[..2], |label| label == OUT_OF_SCOPE),
            None
        );
        // a: 2 of 3; b, oos: 1 of 2; c, which is no true label: 0.
        let expected = (2.0 / 3.0 + 0.5 + 0.5) / 4.0;
        assert!((macro_f1(&pairs) - expected).abs() < 1e-12);
    }

    #[test]
    fn auroc_is_how_often_what_is_in_scope_scores_higher() {
        let of = |rows: &[(&str, f64)]| {
            let lines: Vec<Line> = rows
                .iter()
                .map(|(label, _)| Line {
                    text: String::new(),
                    label: (*label).to_owned(),
                })
                .collect();
            let guesses: Vec<_> = rows
                .iter()
                .map(|(_, score)| {
                    Some(Guess {
                        class: "a",
                        score: *score,
                    })
                })
                .collect();
            auroc(&lines, &guesses)
        };
        for (rows, expected) in [
            (vec![("a", 0.9), ("a", 0.8)], None),
            (vec![("a", 0.9), ("oos", 0.8)], Some(1.0)),
            (vec![("a", 0.8), ("oos", 0.9)], Some(0.0)),
            (vec![("a", 0.8), ("oos", 0.8)], Some(0.5)),
            (vec![("a", 0.9), ("a", 0.2), ("oos", 0.5)], Some(0.5)),
        ] {
            assert_eq!(of(&rows), expected, "{rows:?}");
        }
    }

    #[test]
    fn what_is_measured_is_printed_under_these_names() {
        let line = |text: &str, label: &str| Line {
            text: text.to_owned(),
            label: label.to_owned(),
        };
        let train: Vec<Line> = ["where is my bag", "my bag is lost", "lost bag"]
            .map(|text| line(text, "bag"))
            .into_iter()
            .chain(
                ["my flight is late", "late again", "a late flight"]
                    .map(|text| line(text, "delay")),
            )
            .collect();
        let test = [line("is my bag lost", "bag"), line("so late", "delay")];
        let measured = serde_json::to_value(measure(&train, &test)).unwrap();
        let names: Vec<&String> = measured.as_object().unwrap().keys().collect();
        assert_eq!(
            names,
            [
                "accuracy",
                "classes",
                "in_scope_accuracy",
                "macro_f1",
                "model_bytes",
                "oos_auroc",
                "oos_recall",
                "strict",
                "train_s",
                "us_per_message",
            ]
        );
        assert_eq!(measured["accuracy"], 1.0);
        assert_eq!(measured["oos_recall"], serde_json::Value::Null);
        assert_eq!(measured["classes"], 2);
    }
}
