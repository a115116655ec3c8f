//! What was learned, small: a weight takes one byte.

use std::hint::black_box;

use smallvec::{SmallVec, smallvec};

/// Classes whose sums stay in registers while they grow.
const TILE: usize = 16;

/// Rows that are fetched at a time; they fit in the nearest memory.
const BATCH: usize = 64;

/// The weights of a feature that a text has.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// Where they begin.
    from: usize,
    /// What one step of them is worth in this text.
    value: f32,
}

/// The weight of each feature for each class, those of one feature side by side.
#[derive(Debug)]
pub(super) struct Weights {
    classes: usize,
    /// Followed by what lets the last ones be read by the tile.
    bytes: Vec<i8>,
    /// For each feature, what one step of its weights is worth.
    steps: Vec<f32>,
}

/// What the machines say of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Margins {
    /// The class with the widest margin.
    pub(super) class: usize,
    /// Its margin.
    pub(super) best: f32,
    /// The margin of the next class; -1, at which a machine is sure, where there is no other.
    pub(super) second: f32,
}

impl Weights {
    /// Rounds weights to bytes.
    pub(super) fn new(weights: &[f32], classes: usize) -> Self {
        let features = weights.chunks(classes.max(1));
        let steps: Vec<f32> = features.clone().map(step).collect();
        let rounded = features
            .zip(&steps)
            .flat_map(|(weights, step)| weights.iter().map(move |weight| byte(weight / step)));
        Self::of(rounded, steps.clone(), classes)
    }

    /// The weights as [`Weights::parts`] gave them: one per feature and class, and a step per feature.
    pub(super) fn of(weights: impl Iterator<Item = i8>, steps: Vec<f32>, classes: usize) -> Self {
        let mut all = Vec::with_capacity(steps.len() * classes + TILE);
        all.extend(weights);
        all.resize(all.len() + TILE, 0);
        Self {
            classes,
            bytes: all,
            steps,
        }
    }

    /// The rounded weights, and what one step of each feature's is worth.
    pub(super) fn parts(&self) -> (&[i8], &[f32]) {
        (&self.bytes[..self.bytes.len() - TILE], &self.steps)
    }

    /// What the machines say of a text; none where there are no classes.
    pub(super) fn margins(&self, values: &[(u32, f32)]) -> Option<Margins> {
        if self.classes == 0 {
            return None;
        }
        let tiles = self.classes.div_ceil(TILE);
        let mut margins: SmallVec<[[f32; TILE]; 16]> = smallvec![[0.0; TILE]; tiles];
        for values in values.chunks(BATCH) {
            let rows: SmallVec<[Row; BATCH]> = values.iter().map(|it| self.row(*it)).collect();
            for (at, margins) in (0..).step_by(TILE).zip(&mut margins) {
                self.add(&rows, at, margins);
            }
        }
        let margins = margins.as_flattened();
        Margins::of(&margins[..self.classes])
    }

    fn row(&self, (feature, value): (u32, f32)) -> Row {
        let from = feature as usize * self.classes;
        // Weights are more than the nearest memory holds. Asked for in one go, many rows come at the same time.
        black_box(self.bytes[from]);
        black_box(self.bytes[from + self.classes - 1]);
        Row {
            from,
            value: value * self.steps[feature as usize],
        }
    }

    /// Adds what the rows say of the classes from `at` on. Behind the last class it is nonsense that nobody reads.
    fn add(&self, rows: &[Row], at: usize, margins: &mut [f32; TILE]) {
        let mut sums = *margins;
        for row in rows {
            let weights = self.bytes[row.from + at..]
                .first_chunk::<TILE>()
                .expect("a tile follows the last weight");
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += f32::from(*weight) * row.value;
            }
        }
        *margins = sums;
    }
}

impl Margins {
    /// Of what the machine of each class says.
    pub(super) fn of(margins: &[f32]) -> Option<Self> {
        let widest = |except: Option<usize>| {
            let places = margins.iter().copied().enumerate();
            places
                .filter(|(class, _)| Some(*class) != except)
                .max_by(|(_, one), (_, other)| one.total_cmp(other))
        };
        let (class, best) = widest(None)?;
        let second = widest(Some(class)).map_or(-1.0, |(_, margin)| margin);
        Some(Self {
            class,
            best,
            second,
        })
    }
}

/// The step in which the largest of the weights is the largest byte.
fn step(weights: &[f32]) -> f32 {
    let largest = weights
        .iter()
        .fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
    (largest / f32::from(i8::MAX)).max(f32::MIN_POSITIVE)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "no weight is more than 127 steps"
)]
fn byte(steps: f32) -> i8 {
    steps.round() as i8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_to_bytes_changes_a_margin_by_less_than_a_percent() {
        let weights = [0.5, -0.25, 0.125, 0.0, 0.0, 0.0, 1e-3, 2e-3, -3e-3];
        let rounded = Weights::new(&weights, 3);
        let values = [(0, 1.0), (1, 5.0), (2, 100.0)];
        let margins = rounded.margins(&values).unwrap();
        assert_eq!(margins.class, 0);
        assert!((margins.best - 0.6).abs() < 0.005, "{margins:?}");
        assert!((margins.second + 0.05).abs() < 0.005, "{margins:?}");
    }

    #[test]
    fn the_two_widest_margins_count() {
        let of = |class, best, second| {
            Some(Margins {
                class,
                best,
                second,
            })
        };
        for (margins, expected) in [
            (vec![], None),
            (vec![0.3], of(0, 0.3, -1.0)),
            (vec![-2.0, -1.0, -3.0], of(1, -1.0, -2.0)),
            (vec![0.1, 0.9, 0.5], of(1, 0.9, 0.5)),
        ] {
            assert_eq!(Margins::of(&margins), expected, "{margins:?}");
        }
    }
}
