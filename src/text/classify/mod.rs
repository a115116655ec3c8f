//! A classifier that learns from examples what a text is about. It learns the same from the same examples, on every machine.
//!
//! A linear support vector machine per class over hashed words and pieces of words. On short customer messages that is
//! about as good as what is a thousand times larger, and it can be trained anew whenever an example changes. Scores are
//! probabilities, learned on parts of the examples that were held out in turn.

mod calibration;
mod features;
mod svm;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::text::tokens::TokenText;

use self::calibration::{Calibration, HeldOut, Truth};
use self::features::{Features, Vocabulary};
use self::svm::{Row, Weights};

/// How many parts of the examples are held out in turn to learn what scores mean.
const FOLDS: usize = 3;

/// The most weights that are learned, features times classes: with the buckets, a model of less than 30 MB. Where there
/// are more, n-grams that only one example has are left out first; with many examples they are not missed.
const WEIGHTS_MAX: usize = 5_500_000;

/// A text, and what it is about.
#[derive(Debug, Clone)]
pub struct Example {
    /// The text.
    pub text: TokenText,
    /// The name of its class.
    pub class: String,
}

/// What a text is probably about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guess<'a> {
    /// The class.
    pub class: &'a str,
    /// The probability that this is right, 0 to 1.
    pub score: f64,
}

/// A trained classifier.
#[derive(Debug)]
pub struct Classifier {
    classes: Vec<String>,
    vocabulary: Vocabulary,
    weights: Weights,
    calibration: Calibration,
}

impl Classifier {
    /// Learns from examples, and from texts that are about none of their classes how sure a guess must be.
    pub fn train(examples: &[Example], out_of_scope: &[TokenText]) -> Self {
        let names: BTreeSet<&String> = examples.iter().map(|example| &example.class).collect();
        let classes: Vec<String> = names.into_iter().cloned().collect();
        let texts: Vec<&TokenText> = examples.iter().map(|example| &example.text).collect();
        let vocabulary = Vocabulary::new(&texts, WEIGHTS_MAX / classes.len().max(1));
        let all: Vec<Features> = texts.iter().map(|text| vocabulary.features(text)).collect();
        let rows: Vec<Row<'_>> = all
            .iter()
            .zip(examples)
            .map(|(features, example)| Row {
                features,
                class: classes.partition_point(|class| *class < example.class),
            })
            .collect();
        let outside: Vec<Features> = out_of_scope
            .iter()
            .map(|text| vocabulary.features(text))
            .collect();
        let held_out = held_out(&rows, &outside, classes.len(), vocabulary.len());
        Self {
            weights: Weights::train(&rows, classes.len(), vocabulary.len()),
            calibration: Calibration::new(&held_out),
            classes,
            vocabulary,
        }
    }

    /// The most probable class; none where nothing was learned.
    pub fn classify(&self, text: &TokenText) -> Option<Guess<'_>> {
        let (class, margin) = self.weights.best(&self.vocabulary.features(text))?;
        Some(Guess {
            class: &self.classes[class],
            score: self.calibration.score(margin),
        })
    }

    /// The classes, sorted by name.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The score from which a guess is more likely than that the text is about none of the classes; 0 where no text told.
    pub fn threshold(&self) -> f64 {
        self.calibration.threshold
    }
}

/// The best guess for each text by a machine that was trained without it.
fn held_out(
    rows: &[Row<'_>],
    out_of_scope: &[Features],
    classes: usize,
    features: usize,
) -> Vec<HeldOut> {
    let folds = folds(rows, classes);
    let mut held_out = Vec::with_capacity(rows.len() + out_of_scope.len());
    for fold in 0..FOLDS {
        let (tested, trained): (Vec<_>, Vec<_>) =
            rows.iter().zip(&folds).partition(|(_, of)| **of == fold);
        let trained: Vec<Row<'_>> = trained.into_iter().map(|(row, _)| *row).collect();
        let weights = Weights::train(&trained, classes, features);
        held_out.extend(tested.into_iter().filter_map(|(row, _)| {
            let (class, margin) = weights.best(row.features)?;
            let truth = if class == row.class {
                Truth::Right
            } else {
                Truth::Wrong
            };
            Some(HeldOut { margin, truth })
        }));
        let outside = out_of_scope.iter().skip(fold).step_by(FOLDS);
        held_out.extend(outside.filter_map(|text| {
            let (_, margin) = weights.best(text)?;
            let truth = Truth::OutOfScope;
            Some(HeldOut { margin, truth })
        }));
    }
    held_out
}

/// The fold of each row: every class is spread over all of them.
fn folds(rows: &[Row<'_>], classes: usize) -> Vec<usize> {
    let mut next = vec![0; classes];
    rows.iter()
        .map(|row| {
            let fold = next[row.class] % FOLDS;
            next[row.class] += 1;
            fold
        })
        .collect()
}
