//! Linear support vector machines, each class against the rest. It must never depend on anything but its arguments.
//!
//! L2-regularised squared hinge loss, solved by dual coordinate descent: algorithm 1 of Hsieh et al., "A Dual Coordinate
//! Descent Method for Large-scale Linear SVM" (ICML 2008), as in liblinear. All classes are trained side by side, so that
//! a text is read once for all of them.

use super::features::Features;

/// What a mistake costs in training.
const COST: f32 = 1.0;

/// How often each text is looked at. Twice as many took twice the time, and changed no measured accuracy by a point.
const ROUNDS: usize = 10;

/// Where the order of texts begins; any other number would do as well.
const SEED: u64 = 0x5eed;

/// A text to learn from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    /// Its features.
    pub(super) features: &'a Features,
    /// The class that it belongs to.
    pub(super) class: usize,
}

/// The weight of each feature for each class, those of one feature side by side.
#[derive(Debug)]
pub(super) struct Weights {
    classes: usize,
    weights: Vec<f32>,
}

impl Weights {
    /// Learns to tell each of `classes` from the rest by `features` features.
    pub(super) fn train(rows: &[Row<'_>], classes: usize, features: usize) -> Self {
        let mut weights = Self {
            classes,
            weights: vec![0.0; classes * features],
        };
        let mut duals = vec![0.0; rows.len() * classes];
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let mut chance = Chance(SEED);
        for _ in 0..ROUNDS {
            chance.shuffle(&mut order);
            for &row in &order {
                let duals = &mut duals[row * classes..][..classes];
                weights.learn(rows[row], duals);
            }
        }
        weights
    }

    /// The class with the widest margin, and the margin.
    pub(super) fn best(&self, features: &Features) -> Option<(usize, f32)> {
        self.margins(features)
            .into_iter()
            .enumerate()
            .max_by(|(_, one), (_, other)| one.total_cmp(other))
    }

    fn margins(&self, features: &Features) -> Vec<f32> {
        let mut margins = vec![0.0; self.classes];
        for &(feature, value) in features {
            let weights = &self.weights[feature as usize * self.classes..][..self.classes];
            for (margin, weight) in margins.iter_mut().zip(weights) {
                *margin += weight * value;
            }
        }
        margins
    }

    /// One step for each class: the dual variable of a text goes to where it is best while all others stay.
    fn learn(&mut self, row: Row<'_>, duals: &mut [f32]) {
        let margins = self.margins(row.features);
        let squares: f32 = row.features.iter().map(|(_, value)| value * value).sum();
        let ridge = 0.5 / COST;
        let mut changes = Vec::with_capacity(self.classes);
        for (class, (dual, margin)) in duals.iter_mut().zip(margins).enumerate() {
            let sign = if class == row.class { 1.0 } else { -1.0 };
            let gradient = sign * margin - 1.0 + *dual * ridge;
            let best = (*dual - gradient / (squares + ridge)).max(0.0);
            let change = (best - *dual) * sign;
            *dual = best;
            if change != 0.0 {
                changes.push((class, change));
            }
        }
        for &(feature, value) in row.features {
            let weights = &mut self.weights[feature as usize * self.classes..][..self.classes];
            for &(class, change) in &changes {
                weights[class] += change * value;
            }
        }
    }
}

/// `SplitMix64`: an order that looks like chance and is the same every time.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn shuffle(&mut self, order: &mut [usize]) {
        for at in (1..order.len()).rev() {
            let choices = u64::try_from(at).expect("64 bits hold a place") + 1;
            let other = usize::try_from(self.next() % choices).expect("it is below a place");
            order.swap(at, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_told_apart_and_margins_reach_what_the_loss_allows() {
        let all: [Features; 4] = [
            vec![(0, 1.0), (3, 1.0)],
            vec![(0, 0.9), (1, 0.1), (3, 1.0)],
            vec![(1, 1.0), (3, 1.0)],
            vec![(2, 1.0), (3, 1.0)],
        ];
        let classes = [0, 0, 1, 2];
        let rows: Vec<Row<'_>> = all
            .iter()
            .zip(classes)
            .map(|(features, class)| Row { features, class })
            .collect();
        let weights = Weights::train(&rows, 3, 4);
        for row in &rows {
            let (class, margin) = weights.best(row.features).unwrap();
            assert_eq!(class, row.class);
            assert!((0.0..1.1).contains(&margin), "{margin}");
        }
    }

    #[test]
    fn one_row_ends_where_the_loss_is_least() {
        // The least of w²/2 + C·(1 - w)² is at w = 2C / (1 + 2C).
        let features = vec![(0, 1.0)];
        let row = Row {
            features: &features,
            class: 0,
        };
        let (_, margin) = Weights::train(&[row], 1, 1).best(&features).unwrap();
        assert!((margin - 2.0 * COST / (1.0 + 2.0 * COST)).abs() < 1e-6);
    }

    #[test]
    fn what_is_right_by_far_pulls_nothing_back() {
        let (near, far): (Features, Features) = (vec![(0, 1.0)], vec![(0, 10.0)]);
        let rows = [&near, &far].map(|features| Row { features, class: 0 });
        let (_, margin) = Weights::train(&rows, 1, 1).best(&near).unwrap();
        assert!((margin - 2.0 * COST / (1.0 + 2.0 * COST)).abs() < 1e-3);
    }
}
