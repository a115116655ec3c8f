//! What scores mean, and where the thresholds come to stand.

use super::Truth::{ClassUnknown, OutOfScope, Right, Wrong};
use super::*;

fn held_out(rows: &[(f64, Truth)]) -> Vec<HeldOut> {
    rows.iter()
        .map(|&(margin, truth)| HeldOut {
            signals: [margin, 0.5, 0.9, 1.0],
            truth,
        })
        .collect()
}

fn score(calibration: &Calibration, margin: f64) -> f64 {
    calibration.score(&[margin, 0.5, 0.9, 1.0])
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
    assert!((score(&calibration, 0.8) - 0.9).abs() < 0.01);
    assert!((score(&calibration, -0.4) - 0.3).abs() < 0.01);
    assert!(score(&calibration, 1.5) > score(&calibration, 0.8));
}

#[test]
fn each_signal_that_tells_right_from_wrong_counts_and_none_falls() {
    let row = |signals, truth| HeldOut { signals, truth };
    let (sure, unsure) = ([0.8, 0.9, 0.9, 1.0], [0.1, 0.9, 0.9, 1.0]);
    for (signals, others) in [
        (sure, unsure),
        ([0.5, 1.0, 0.9, 1.0], [0.5, 0.1, 0.9, 1.0]),
        ([0.5, 0.5, 0.9, 1.0], [0.5, 0.5, 0.2, 1.0]),
    ] {
        let right = [row(signals, Right)].repeat(30);
        let wrong = [row(others, OutOfScope)].repeat(30);
        let calibration = Calibration::new(&[right, wrong].concat());
        assert!(calibration.score(&signals) > 0.8, "{calibration:?}");
        assert!(calibration.score(&others) < 0.2, "{calibration:?}");
    }
    // The wider the margin, the more often wrong: that can only be chance.
    let odd = [
        [row(sure, Wrong)].repeat(30),
        [row(unsure, Right)].repeat(30),
    ]
    .concat();
    let slopes = Calibration::new(&odd).slopes;
    assert!(slopes[..3].iter().all(|slope| *slope >= 0.0), "{slopes:?}");
}

#[test]
fn the_curve_rises_even_where_nothing_was_wrong() {
    for rows in [vec![], vec![(0.5, Right)], vec![(0.5, Right); 40]] {
        let calibration = Calibration::new(&held_out(&rows));
        assert!(score(&calibration, 1.0) > score(&calibration, -1.0));
    }
}

#[test]
fn few_texts_out_of_scope_stand_for_many() {
    let mut rows = vec![(0.5, Right); 900];
    rows.push((0.5, OutOfScope));
    let score = score(&Calibration::new(&held_out(&rows)), 0.5);
    assert!((score - 0.9).abs() < 0.01, "{score}");
}

#[test]
fn texts_whose_class_is_left_out_lower_scores_and_move_no_threshold() {
    let rows = [(0.2, OutOfScope), (0.6, Right), (0.7, Wrong), (0.9, Right)].repeat(50);
    let unknown: Vec<(f64, Truth)> = rows.iter().map(|_| (0.6, ClassUnknown)).collect();
    let without = Calibration::new(&held_out(&rows));
    let with = Calibration::new(&held_out(&[rows.clone(), unknown].concat()));
    assert!(score(&with, 0.6) < score(&without, 0.6) - 0.05);
    let believed = |calibration: &Calibration| {
        let scores = rows.iter().map(|(margin, _)| score(calibration, *margin));
        scores
            .filter(|score| *score >= calibration.threshold)
            .count()
    };
    assert_eq!(believed(&with), believed(&without));
}

#[test]
fn the_threshold_makes_most_texts_come_out_right() {
    for (scores, expected) in [
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
        let found = threshold(&scores, &held_out(&scores));
        let close = match (found, expected) {
            (Some(found), Some(expected)) => (found - expected).abs() < 1e-6_f64,
            (found, expected) => found == expected,
        };
        assert!(close, "{scores:?}: {found:?}");
    }
}

#[test]
fn the_strict_threshold_gives_up_the_right_guesses_that_score_lowest() {
    let scores: Vec<(f64, Truth)> = (0..50)
        .map(|place| (f64::from(place) / 100.0, Right))
        .chain([(0.005, Wrong)])
        .collect();
    assert!((strict_threshold(&scores) - 0.02).abs() < 1e-9);
    assert!(strict_threshold(&[]).abs() < 1e-9);
}
