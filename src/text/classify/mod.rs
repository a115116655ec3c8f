//! A classifier that learns from examples what a text is about. It learns the same from the same examples.
//!
//! A linear support vector machine per class over hashed words and pieces of words. On short customer messages that is
//! about as good as what is a thousand times larger, and it can be trained anew whenever an example changes. Scores are
//! probabilities, learned on parts of the examples that were left out in turn.

mod calibration;
mod features;
mod saved;
mod svm;
#[cfg(test)]
mod tests;
mod weights;

use std::collections::BTreeSet;

use self::calibration::{Calibration, HeldOut, Truth, signals};
use self::features::{Features, Ngrams, Vocabulary};
pub use self::saved::Lesson;
use self::svm::{Machines, Row};
use self::weights::{Margins, Weights};
use crate::text::tokens::TokenText;

/// How many parts of the examples are left out in turn to learn what scores mean.
const FOLDS: usize = 5;

/// The most weights that are learned, features times classes. Where there are more, n-grams that only one example has are
/// left out first; with many examples they are not missed.
const WEIGHTS_MAX: usize = 5_500_000;

/// A text, and what it is about.
#[derive(Debug, Clone)]
pub struct Example {
    /// The text.
    pub text: TokenText,
    /// What else is known of it, by name.
    pub hints: Vec<String>,
    /// The name of its class, which is not empty; none where the text is about none of the classes.
    pub class: Option<String>,
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
    /// Learns from examples.
    pub fn train(examples: &[Example]) -> Self {
        let names: BTreeSet<&String> = examples.iter().filter_map(|it| it.class.as_ref()).collect();
        let classes: Vec<String> = names.into_iter().cloned().collect();
        let ngrams = |example: &Example| {
            Ngrams::new(&example.text, example.hints.iter().map(String::as_str)).sorted()
        };
        let texts: Vec<Ngrams> = examples.iter().map(ngrams).collect();
        let vocabulary = Vocabulary::new(&texts, WEIGHTS_MAX / classes.len().max(1));
        let features: Vec<Features> = texts.iter().map(|text| vocabulary.features(text)).collect();
        let rows: Vec<Row<'_>> = features
            .iter()
            .zip(examples)
            .map(|(features, example)| Row {
                values: &features.values,
                class: example
                    .class
                    .as_ref()
                    .map(|class| classes.partition_point(|other| other < class)),
            })
            .collect();
        let machines = Machines::train(&rows, classes.len(), vocabulary.len());
        let unseen = |place: usize| vocabulary.features_without_itself(&texts[place]);
        let held_out = held_out(&machines, &rows, classes.len(), unseen);
        Self {
            weights: Weights::new(machines.weights(), classes.len()),
            calibration: Calibration::new(&held_out),
            classes,
            vocabulary,
        }
    }

    /// The most probable class of a text, given what else is known of it; none where nothing was learned.
    pub fn classify<'h>(
        &self,
        text: &TokenText,
        hints: impl IntoIterator<Item = &'h str>,
    ) -> Option<Guess<'_>> {
        let features = self.vocabulary.features(&Ngrams::new(text, hints));
        let margins = self.weights.margins(&features.values)?;
        Some(Guess {
            class: &self.classes[margins.class],
            score: self.calibration.score(&signals(margins, features.known)),
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

    /// The score at which about one in twenty of the right guesses is given up.
    pub fn strict_threshold(&self) -> f64 {
        self.calibration.strict_threshold
    }
}

/// The best guess for each text by machines that did not see it, with its class among them and without; `unseen` are its
/// features as a new text's.
fn held_out(
    machines: &Machines,
    rows: &[Row<'_>],
    classes: usize,
    unseen: impl Fn(usize) -> Features,
) -> Vec<HeldOut> {
    let folds = folds(rows, classes);
    let mut held_out = Vec::with_capacity(rows.len());
    for fold in 0..FOLDS {
        let machines = machines.without(rows, |place| folds[place] == fold);
        for (place, row) in rows.iter().enumerate() {
            if folds[place] != fold {
                continue;
            }
            let features = unseen(place);
            let mut all = machines.margins(&features.values);
            let Some(margins) = Margins::of(&all) else {
                continue;
            };
            let truth = match row.class {
                None => Truth::OutOfScope,
                Some(class) if class == margins.class => Truth::Right,
                Some(_) => Truth::Wrong,
            };
            held_out.push(HeldOut {
                signals: signals(margins, features.known),
                truth,
            });
            let of_others = row.class.and_then(|class| {
                all.remove(class);
                Margins::of(&all)
            });
            held_out.extend(of_others.map(|margins| HeldOut {
                signals: signals(margins, features.known),
                truth: Truth::ClassUnknown,
            }));
        }
    }
    held_out
}

/// The fold of each row: every class is spread over all of them.
fn folds(rows: &[Row<'_>], classes: usize) -> Vec<usize> {
    let mut next = vec![0; classes + 1];
    rows.iter()
        .map(|row| {
            let next = &mut next[row.class.unwrap_or(classes)];
            let fold = *next % FOLDS;
            *next += 1;
            fold
        })
        .collect()
}
