//! From what the machines say to probabilities, and how low a score may be: both learned from texts that the machines did
//! not see.
//!
//! A score is made of three signals, because none alone tells what is out of scope: a text about nothing we know has a
//! narrow best margin; one between two classes has no lead; one in unknown words has little that was ever seen.

#[cfg(test)]
mod tests;

use std::array;

use super::weights::Margins;

/// How strongly the curve is drawn to zero: a handful of examples makes nothing certain, a thousand do not notice.
const RIDGE: f64 = 0.3;

/// Newton's method needs about ten.
const STEPS_MAX: usize = 50;

/// What share of the texts is taken to be out of scope at least when scores are learned, whatever share of the examples
/// is: people write about more than anybody gives examples of.
const OUT_OF_SCOPE_SCORES: f64 = 0.1;

/// What a guess counts when the text's class is left out, beside the same text with its class: one in five, which tells
/// best what is in scope when there are no examples of what is not.
const CLASS_UNKNOWN: f64 = 0.25;

/// The same as [`OUT_OF_SCOPE_SCORES`] for the threshold. The rule's authors had 3% of such texts; half of that gives up
/// less of what is in scope.
const OUT_OF_SCOPE_THRESHOLD: f64 = 0.015;

/// Of the right guesses about held-out examples, the share below the stricter threshold. Of texts that are new altogether
/// it gives up about one in twenty (measured on the validation half of CLINC150): those are less like what was learned.
const GIVEN_UP: f64 = 0.04;

/// How wide the best margin is, how far it leads, how much of the text is known, and a constant.
pub(super) type Signals = [f64; 4];

/// What came of the best guess for a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    /// It was right.
    Right,
    /// It was another class.
    Wrong,
    /// It was none of the classes.
    OutOfScope,
    /// The class of the text was not there to be guessed: so, too, look texts about what nobody gave examples of.
    ClassUnknown,
}

/// The best guess for a text that was held out.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeldOut {
    /// What told of it.
    pub(super) signals: Signals,
    /// What came of it.
    pub(super) truth: Truth,
}

/// How signals become scores, a logistic curve as Platt's, and the thresholds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Calibration {
    /// What each signal counts.
    pub(super) slopes: Signals,
    /// The score from which a guess is more likely than that the text is out of scope; 0 where no text told.
    pub(super) threshold: f64,
    /// The score below which about one in twenty of the right guesses is.
    pub(super) strict_threshold: f64,
}

/// The signals of a text.
pub(super) fn signals(margins: Margins, known: f32) -> Signals {
    let lead = margins.best - margins.second;
    [margins.best.into(), lead.into(), known.into(), 1.0]
}

impl Calibration {
    /// Learns all of it from held-out guesses.
    pub(super) fn new(held_out: &[HeldOut]) -> Self {
        let outside = weight_outside(held_out, OUT_OF_SCOPE_SCORES);
        let weight = |truth| match truth {
            Truth::Right | Truth::Wrong => 1.0,
            Truth::OutOfScope => outside,
            Truth::ClassUnknown => CLASS_UNKNOWN,
        };
        let mut points: Vec<Point> = held_out
            .iter()
            .map(|guess| Point {
                signals: guess.signals,
                right: guess.truth == Truth::Right,
                weight: weight(guess.truth),
            })
            .collect();
        // Where there is little to learn from, the two sides of the margin mean what they meant in training.
        let sides = [([1.0, 2.0, 1.0, 1.0], true), ([-1.0, 0.0, 0.0, 1.0], false)];
        points.extend(sides.map(|(signals, right)| Point {
            signals,
            right,
            weight: 1.0,
        }));
        let mut calibration = Self {
            slopes: fit_rising(points),
            threshold: 0.0,
            strict_threshold: 0.0,
        };
        let scores: Vec<(f64, Truth)> = held_out
            .iter()
            .map(|guess| (calibration.score(&guess.signals), guess.truth))
            .collect();
        calibration.threshold = threshold(&scores, held_out).unwrap_or(0.0);
        calibration.strict_threshold = strict_threshold(&scores);
        calibration
    }

    /// The probability that a guess with these signals is right.
    pub(super) fn score(&self, signals: &Signals) -> f64 {
        logistic(dot(&self.slopes, signals))
    }
}

/// How many held-out guesses came out like this.
fn number(held_out: &[HeldOut], truths: &[Truth]) -> f64 {
    count(
        held_out
            .iter()
            .filter(|guess| truths.contains(&guess.truth))
            .count(),
    )
}

/// What a text out of scope counts so that such texts make up `share` at least.
fn weight_outside(held_out: &[HeldOut], share: f64) -> f64 {
    let inside = number(held_out, &[Truth::Right, Truth::Wrong]);
    let outside = number(held_out, &[Truth::OutOfScope]);
    (share / (1.0 - share) * inside / outside.max(1.0)).max(1.0)
}

/// The rule of Larson et al. (EMNLP 2019): the score below which a guess is not believed, such that most held-out texts
/// come out right. None where believing every guess is best.
fn threshold(scores: &[(f64, Truth)], held_out: &[HeldOut]) -> Option<f64> {
    let outside = weight_outside(held_out, OUT_OF_SCOPE_THRESHOLD);
    let mut sorted = scores.to_vec();
    sorted.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let mut gain = 0.0;
    let mut best = (0.0, None);
    for (place, (score, truth)) in sorted.iter().enumerate() {
        gain += match truth {
            Truth::Right => -1.0,
            Truth::Wrong | Truth::ClassUnknown => 0.0,
            Truth::OutOfScope => outside,
        };
        if gain > best.0 {
            let next = sorted.get(place + 1).map_or(1.0, |(next, _)| *next);
            best = (gain, Some(score.midpoint(next)));
        }
    }
    best.1
}

/// The lowest score of a right guess when those with the lowest are given up; see [`GIVEN_UP`].
fn strict_threshold(scores: &[(f64, Truth)]) -> f64 {
    let right = scores.iter().filter(|(_, truth)| *truth == Truth::Right);
    let mut right: Vec<f64> = right.map(|(score, _)| *score).collect();
    right.sort_by(f64::total_cmp);
    let given_up = count(right.len()) * GIVEN_UP;
    let kept = (0..)
        .zip(right)
        .find(|(place, _)| count(*place) >= given_up);
    kept.map_or(0.0, |(_, score)| score)
}

#[derive(Debug, Clone, Copy)]
struct Point {
    signals: Signals,
    right: bool,
    weight: f64,
}

/// The curve through the points on which more of a signal never makes a guess less likely: a signal for which few texts say
/// otherwise is left out.
fn fit_rising(mut points: Vec<Point>) -> Signals {
    loop {
        let slopes = fit(&points);
        let Some(falling) = slopes[..3].iter().position(|slope| *slope < 0.0) else {
            return slopes;
        };
        for point in &mut points {
            point.signals[falling] = 0.0;
        }
    }
}

/// The logistic curve through the points: Newton's method, with half a step where a whole one is too far.
fn fit(points: &[Point]) -> Signals {
    let mut slopes = [0.0; 4];
    let mut now = loss(points, &slopes);
    for _ in 0..STEPS_MAX {
        let step = newton_step(points, &slopes);
        let next = (0..10)
            .map(|halvings| 0.5_f64.powi(halvings))
            .map(|part| array::from_fn(|at| slopes[at] - part * step[at]))
            .map(|next| (next, loss(points, &next)))
            .find(|(_, loss)| *loss < now - 1e-9);
        let Some((next, loss)) = next else { break };
        slopes = next;
        now = loss;
    }
    slopes
}

fn loss(points: &[Point], slopes: &Signals) -> f64 {
    let fit: f64 = points
        .iter()
        .map(|point| {
            let z = dot(slopes, &point.signals);
            let wrongness = if point.right { -z } else { z };
            // ln(1 + e^x) without overflow.
            point.weight * (wrongness.max(0.0) + (-wrongness.abs()).exp().ln_1p())
        })
        .sum();
    fit + RIDGE / 2.0 * dot(slopes, slopes)
}

/// How far the slopes are from the best, as far as the curvature here tells.
fn newton_step(points: &[Point], slopes: &Signals) -> Signals {
    let mut down = slopes.map(|slope| RIDGE * slope);
    let mut bends: [Signals; 4] =
        array::from_fn(|row| array::from_fn(|column| if row == column { RIDGE } else { 0.0 }));
    for point in points {
        let score = logistic(dot(slopes, &point.signals));
        let off = point.weight * (score - f64::from(u8::from(point.right)));
        let bend = point.weight * score * (1.0 - score);
        for ((signal, down), bends) in point.signals.iter().zip(&mut down).zip(&mut bends) {
            *down += off * signal;
            for (bent, other) in bends.iter_mut().zip(&point.signals) {
                *bent += bend * signal * other;
            }
        }
    }
    solve(bends, down)
}

/// The numbers that `matrix` makes `wanted` of, by elimination. No row needs swapping: the matrix is positive definite.
fn solve(mut matrix: [Signals; 4], mut wanted: Signals) -> Signals {
    for at in 0..4 {
        let (pivots, goal) = (matrix[at], wanted[at]);
        let others = matrix.iter_mut().zip(&mut wanted).enumerate();
        for (_, (row, wanted)) in others.filter(|(row, _)| *row != at) {
            let times = row[at] / pivots[at];
            for (cell, pivot) in row.iter_mut().zip(pivots) {
                *cell -= times * pivot;
            }
            *wanted -= times * goal;
        }
    }
    array::from_fn(|at| wanted[at] / matrix[at][at])
}

fn dot(one: &Signals, other: &Signals) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

fn logistic(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}
