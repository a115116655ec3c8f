//! From margins to probabilities, and how low a score may be, both learned from texts that the machine was not trained on.

/// How strongly slope and offset are drawn to zero; only a handful of texts notices.
const RIDGE: f64 = 0.01;

/// Newton's method needs about ten.
const STEPS_MAX: usize = 50;

/// What came of the best guess for a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    /// It was right.
    Right,
    /// It was another class.
    Wrong,
    /// It was none of the classes.
    OutOfScope,
}

/// The best guess for a text that was held out.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeldOut {
    /// The margin of the best class.
    pub(super) margin: f32,
    /// What came of it.
    pub(super) truth: Truth,
}

/// How margins become scores (Platt's logistic curve), and the threshold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calibration {
    slope: f64,
    offset: f64,
    /// The score from which a guess is believed.
    pub(super) threshold: f64,
}

impl Calibration {
    /// Learns both from held-out guesses.
    pub(super) fn new(held_out: &[HeldOut]) -> Self {
        let mut points: Vec<Point> = held_out
            .iter()
            .map(|guess| Point {
                margin: f64::from(guess.margin),
                right: guess.truth == Truth::Right,
            })
            .collect();
        // Where there is little to learn from, the two sides of the margin mean what they meant in training.
        points.extend([(1.0, true), (-1.0, false)].map(|(margin, right)| Point { margin, right }));
        let (slope, offset) = fit(&points);
        let mut calibration = Self {
            slope,
            offset,
            threshold: 0.0,
        };
        calibration.threshold = threshold(held_out).map_or(0.0, |margin| calibration.score(margin));
        calibration
    }

    /// The probability that a guess with this margin is right.
    pub(super) fn score(&self, margin: f32) -> f64 {
        logistic(self.slope * f64::from(margin) + self.offset)
    }
}

struct Point {
    margin: f64,
    right: bool,
}

/// The rule of Larson et al. (EMNLP 2019): the margin below which a guess is not believed, such that most held-out texts
/// come out right. None where believing every guess is best.
fn threshold(held_out: &[HeldOut]) -> Option<f32> {
    let mut sorted = held_out.to_vec();
    sorted.sort_by(|one, other| one.margin.total_cmp(&other.margin));
    let mut gain = 0;
    let mut best = (0, None);
    for (at, guess) in sorted.iter().enumerate() {
        gain += match guess.truth {
            Truth::Right => -1,
            Truth::Wrong => 0,
            Truth::OutOfScope => 1,
        };
        if gain > best.0 {
            let next = sorted
                .get(at + 1)
                .map_or(guess.margin + 1.0, |next| next.margin);
            best = (gain, Some(guess.margin.midpoint(next)));
        }
    }
    best.1
}

/// Slope and offset of the logistic curve through the points: Newton's method, with half a step where a whole one is too
/// far.
fn fit(points: &[Point]) -> (f64, f64) {
    let mut curve = (1.0, 0.0);
    let mut now = loss(points, curve);
    for _ in 0..STEPS_MAX {
        let (slope_step, offset_step) = newton_step(points, curve);
        let next = (0..10)
            .map(|halvings| 0.5_f64.powi(halvings))
            .map(|part| (curve.0 - part * slope_step, curve.1 - part * offset_step))
            .map(|next| (next, loss(points, next)))
            .find(|(_, loss)| *loss < now - 1e-9);
        let Some((next, loss)) = next else { break };
        curve = next;
        now = loss;
    }
    curve
}

fn loss(points: &[Point], (slope, offset): (f64, f64)) -> f64 {
    let fit: f64 = points
        .iter()
        .map(|point| {
            let z = slope * point.margin + offset;
            let wrongness = if point.right { -z } else { z };
            // ln(1 + e^x) without overflow.
            wrongness.max(0.0) + (-wrongness.abs()).exp().ln_1p()
        })
        .sum();
    fit + RIDGE / 2.0 * (slope * slope + offset * offset)
}

/// How far slope and offset are from the best, as far as the curvature here tells.
fn newton_step(points: &[Point], (slope, offset): (f64, f64)) -> (f64, f64) {
    let (mut down_slope, mut down_offset) = (RIDGE * slope, RIDGE * offset);
    let (mut slope_slope, mut slope_offset, mut offset_offset) = (RIDGE, 0.0, RIDGE);
    for point in points {
        let score = logistic(slope * point.margin + offset);
        let off = score - f64::from(u8::from(point.right));
        let bend = score * (1.0 - score);
        down_slope += off * point.margin;
        down_offset += off;
        slope_slope += bend * point.margin * point.margin;
        slope_offset += bend * point.margin;
        offset_offset += bend;
    }
    let determinant = slope_slope * offset_offset - slope_offset * slope_offset;
    (
        (offset_offset * down_slope - slope_offset * down_offset) / determinant,
        (slope_slope * down_offset - slope_offset * down_slope) / determinant,
    )
}

fn logistic(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

#[cfg(test)]
mod tests {
    use super::Truth::{OutOfScope, Right, Wrong};
    use super::*;

    fn held_out(rows: &[(f32, Truth)]) -> Vec<HeldOut> {
        rows.iter()
            .map(|&(margin, truth)| HeldOut { margin, truth })
            .collect()
    }

    #[test]
    fn a_score_is_the_share_that_was_right() {
        // Of guesses at 0.8 nine in ten are right, at -0.4 three in ten.
        let mut rows = Vec::new();
        for (margin, right) in [(0.8, 900), (-0.4, 300)] {
            rows.extend([(margin, Right)].repeat(right));
            rows.extend([(margin, Wrong)].repeat(1000 - right));
        }
        let calibration = Calibration::new(&held_out(&rows));
        assert!((calibration.score(0.8) - 0.9).abs() < 0.01);
        assert!((calibration.score(-0.4) - 0.3).abs() < 0.01);
        assert!(calibration.score(1.5) > calibration.score(0.8));
    }

    #[test]
    fn the_curve_rises_even_where_nothing_was_wrong() {
        for rows in [vec![], vec![(0.5, Right)], vec![(0.5, Right); 40]] {
            let calibration = Calibration::new(&held_out(&rows));
            assert!(calibration.score(1.0) > calibration.score(-1.0));
        }
    }

    #[test]
    fn the_threshold_makes_most_texts_come_out_right() {
        for (rows, expected) in [
            (vec![], None),
            (vec![(0.1, Wrong), (0.9, Right)], None),
            // Between the one to leave out and the next.
            (vec![(0.1, OutOfScope), (0.9, Right)], Some(0.5)),
            // Leaving out the last but one would cost as much as it gains.
            (
                vec![
                    (0.0, OutOfScope),
                    (0.2, Right),
                    (0.4, OutOfScope),
                    (0.9, Right),
                ],
                Some(0.1),
            ),
            (
                vec![
                    (0.0, Right),
                    (0.2, OutOfScope),
                    (0.4, OutOfScope),
                    (0.8, Wrong),
                ],
                Some(0.6),
            ),
            (vec![(0.1, Right), (0.5, OutOfScope)], None),
        ] {
            let found = threshold(&held_out(&rows));
            let close = match (found, expected) {
                (Some(found), Some(expected)) => (found - expected).abs() < 1e-6_f32,
                (found, expected) => found == expected,
            };
            assert!(close, "{rows:?}: {found:?}");
        }
    }
}
