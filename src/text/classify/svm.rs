//! A linear support vector machine, one class against the rest. It must never depend on anything but its arguments.
//!
//! L2-regularised squared hinge loss, solved by dual coordinate descent with shrinking: algorithm 3 of Hsieh et al., "A
//! Dual Coordinate Descent Method for Large-scale Linear SVM" (ICML 2008), as in liblinear.

use super::features::Features;

/// What a mistake costs in training. Between 0.3 and 1 the measured sets do not care.
const COST: f32 = 1.0;

/// Where to stop: how far the optimum may be missed. Liblinear's own.
const TOLERANCE: f32 = 0.1;

/// How often each text is looked at; a set of texts with contradicting labels would take long for nothing.
const ROUNDS_MAX: usize = 100;

/// Where the order of texts begins; any other number would do as well.
const SEED: u64 = 0x5eed;

/// A text to learn from: whether it is of the class, and its features.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    /// Its features.
    pub(super) features: &'a Features,
    /// The class that it belongs to.
    pub(super) class: usize,
}

/// The weight of each of `len` features for telling `class` from the rest.
pub(super) fn train(rows: &[Row<'_>], lengths: &[f32], class: usize, len: usize) -> Vec<f32> {
    let mut descent = Descent {
        rows,
        lengths,
        class,
        weights: vec![0.0; len],
        duals: vec![0.0; rows.len()],
    };
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut active = order.len();
    let mut bound = f32::INFINITY;
    let mut chance = Chance(SEED);
    for _ in 0..ROUNDS_MAX {
        chance.shuffle(&mut order[..active]);
        let (low, high) = descent.round(&mut order, &mut active, bound);
        if high - low > TOLERANCE {
            bound = if high > 0.0 { high } else { f32::INFINITY };
        } else if active == order.len() {
            break;
        } else {
            // Solved without those set aside: look at all of them again.
            active = order.len();
            bound = f32::INFINITY;
        }
    }
    descent.weights
}

/// The squared length of each row, as training asks for it over and over.
pub(super) fn lengths(rows: &[Row<'_>]) -> Vec<f32> {
    rows.iter()
        .map(|row| row.features.iter().map(|(_, value)| value * value).sum())
        .collect()
}

struct Descent<'a> {
    rows: &'a [Row<'a>],
    lengths: &'a [f32],
    class: usize,
    weights: Vec<f32>,
    duals: Vec<f32>,
}

impl Descent<'_> {
    /// Looks once at each active row, sets aside those that are surely no support vectors, and tells the lowest and the
    /// highest projected gradient.
    fn round(&mut self, order: &mut [usize], active: &mut usize, bound: f32) -> (f32, f32) {
        let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
        let mut at = 0;
        while at < *active {
            let row = order[at];
            let gradient = self.gradient(row);
            if self.duals[row] == 0.0 && gradient > bound {
                *active -= 1;
                order.swap(at, *active);
                continue;
            }
            let projected = if self.duals[row] == 0.0 {
                gradient.min(0.0)
            } else {
                gradient
            };
            low = low.min(projected);
            high = high.max(projected);
            if projected != 0.0 {
                self.step(row, gradient);
            }
            at += 1;
        }
        (low, high)
    }

    fn sign(&self, row: usize) -> f32 {
        if self.rows[row].class == self.class {
            1.0
        } else {
            -1.0
        }
    }

    fn gradient(&self, row: usize) -> f32 {
        let margin: f32 = self.rows[row]
            .features
            .iter()
            .map(|&(feature, value)| self.weights[feature as usize] * value)
            .sum();
        self.sign(row) * margin - 1.0 + self.duals[row] * 0.5 / COST
    }

    fn step(&mut self, row: usize, gradient: f32) {
        let before = self.duals[row];
        let after = (before - gradient / (self.lengths[row] + 0.5 / COST)).max(0.0);
        self.duals[row] = after;
        let change = (after - before) * self.sign(row);
        for &(feature, value) in self.rows[row].features {
            self.weights[feature as usize] += change * value;
        }
    }
}

/// `SplitMix64`: an order that looks like chance and is the same every time.
pub(super) struct Chance(pub(super) u64);

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
