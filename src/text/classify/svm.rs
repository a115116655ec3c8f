//! Linear support vector machines, each class against the rest. It must never depend on anything but its arguments.
//!
//! L2-regularised squared hinge loss, solved by dual coordinate descent: algorithm 1 of Hsieh et al., "A Dual Coordinate
//! Descent Method for Large-scale Linear SVM" (ICML 2008), as in liblinear. All classes are trained side by side, so that
//! a text is read once for all of them.

/// What a mistake costs in training. Half and twice as much changed no measured accuracy by a point.
const COST: f32 = 1.0;

/// How often each text is looked at. Three times as many took three times as long and changed nothing.
const ROUNDS: usize = 10;

/// How often the others are looked at again when texts are left out.
const ROUNDS_WITHOUT: usize = 2;

/// Where the order of texts begins; any other number would do as well.
const SEED: u64 = 0x5eed;

/// A text to learn from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    /// Its features.
    pub(super) values: &'a [(u32, f32)],
    /// The class that it belongs to; none where it is about none of them.
    pub(super) class: Option<usize>,
}

/// Machines that learn, one per class.
#[derive(Debug, Clone)]
pub(super) struct Machines {
    classes: usize,
    /// The weight of each feature for each class, those of one feature side by side.
    weights: Vec<f32>,
    /// How hard each text pulls at each class, those of one text side by side.
    duals: Vec<f32>,
}

impl Machines {
    /// Learns to tell each of `classes` from the rest by `features` features.
    pub(super) fn train(rows: &[Row<'_>], classes: usize, features: usize) -> Self {
        let mut machines = Self {
            classes,
            weights: vec![0.0; classes * features],
            duals: vec![0.0; classes * rows.len()],
        };
        machines.learn(rows, (0..rows.len()).collect(), ROUNDS);
        machines
    }

    /// The machines as they would be had some rows not been learned: their pull is taken back, and the others adapt, which
    /// takes a fraction of the time of learning anew.
    pub(super) fn without(&self, rows: &[Row<'_>], left_out: impl Fn(usize) -> bool) -> Self {
        let mut machines = self.clone();
        let (out, rest): (Vec<usize>, Vec<usize>) =
            (0..rows.len()).partition(|place| left_out(*place));
        for place in out {
            machines.forget(rows[place], place);
        }
        machines.learn(rows, rest, ROUNDS_WITHOUT);
        machines
    }

    /// The weight of each feature for each class, those of one feature side by side.
    pub(super) fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// What the machine of each class says of a text: above 0 that it belongs to the class.
    pub(super) fn margins(&self, values: &[(u32, f32)]) -> Vec<f32> {
        let mut margins = vec![0.0; self.classes];
        for &(feature, value) in values {
            let weights = &self.weights[feature as usize * self.classes..][..self.classes];
            for (margin, weight) in margins.iter_mut().zip(weights) {
                *margin += weight * value;
            }
        }
        margins
    }

    fn learn(&mut self, rows: &[Row<'_>], mut order: Vec<usize>, rounds: usize) {
        let mut chance = Chance(SEED);
        for _ in 0..rounds {
            chance.shuffle(&mut order);
            for &place in &order {
                self.step(rows[place], place);
            }
        }
    }

    /// One step for each class: the dual variable of a text goes to where it is best while all others stay.
    fn step(&mut self, row: Row<'_>, place: usize) {
        let margins = self.margins(row.values);
        let squares: f32 = row.values.iter().map(|(_, value)| value * value).sum();
        let ridge = 0.5 / COST;
        let mut pulls = Vec::new();
        let duals = &mut self.duals[place * self.classes..][..self.classes];
        for (class, (dual, margin)) in duals.iter_mut().zip(margins).enumerate() {
            let sign = if row.class == Some(class) { 1.0 } else { -1.0 };
            let gradient = sign * margin - 1.0 + *dual * ridge;
            let best = (*dual - gradient / (squares + ridge)).max(0.0);
            let change = (best - *dual) * sign;
            *dual = best;
            if change != 0.0 {
                pulls.push((class, change));
            }
        }
        self.pull(row, &pulls);
    }

    fn forget(&mut self, row: Row<'_>, place: usize) {
        let duals = &mut self.duals[place * self.classes..][..self.classes];
        let mut pulls = Vec::new();
        for (class, dual) in duals.iter_mut().enumerate() {
            let sign = if row.class == Some(class) { 1.0 } else { -1.0 };
            pulls.push((class, -sign * std::mem::take(dual)));
        }
        pulls.retain(|(_, change)| *change != 0.0);
        self.pull(row, &pulls);
    }

    fn pull(&mut self, row: Row<'_>, pulls: &[(usize, f32)]) {
        for &(feature, value) in row.values {
            let weights = &mut self.weights[feature as usize * self.classes..][..self.classes];
            for &(class, change) in pulls {
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

    type Values = Vec<(u32, f32)>;

    fn row(values: &Values, class: usize) -> Row<'_> {
        Row {
            values,
            class: Some(class),
        }
    }

    #[test]
    fn classes_are_told_apart_and_margins_reach_what_the_loss_allows() {
        let all: [Values; 4] = [
            vec![(0, 1.0), (3, 1.0)],
            vec![(0, 0.9), (1, 0.1), (3, 1.0)],
            vec![(1, 1.0), (3, 1.0)],
            vec![(2, 1.0), (3, 1.0)],
        ];
        let rows: Vec<Row<'_>> = all
            .iter()
            .zip([0, 0, 1, 2])
            .map(|(v, c)| row(v, c))
            .collect();
        let machines = Machines::train(&rows, 3, 4);
        for row in &rows {
            for (class, margin) in machines.margins(row.values).into_iter().enumerate() {
                assert_eq!(row.class == Some(class), margin > 0.0, "{margin}");
                assert!((-1.1..1.1).contains(&margin), "{margin}");
            }
        }
    }

    #[test]
    fn one_row_ends_where_the_loss_is_least() {
        // The least of w²/2 + C·(1 - w)² is at w = 2C / (1 + 2C).
        let values = vec![(0, 1.0)];
        let machines = Machines::train(&[row(&values, 0)], 1, 1);
        assert!((machines.margins(&values)[0] - 2.0 * COST / (1.0 + 2.0 * COST)).abs() < 1e-6);
    }

    #[test]
    fn what_is_right_by_far_pulls_nothing_back() {
        let (near, far): (Values, Values) = (vec![(0, 1.0)], vec![(0, 10.0)]);
        let machines = Machines::train(&[row(&near, 0), row(&far, 0)], 1, 1);
        assert!((machines.margins(&near)[0] - 2.0 * COST / (1.0 + 2.0 * COST)).abs() < 1e-3);
    }

    #[test]
    fn what_is_about_no_class_pulls_all_down() {
        let (inside, outside): (Values, Values) = (vec![(0, 1.0)], vec![(0, 0.5), (1, 1.0)]);
        let none = Row {
            values: &outside,
            class: None,
        };
        let machines = Machines::train(&[row(&inside, 0), none], 1, 2);
        assert!(machines.margins(&inside)[0] > 0.5);
        assert!(machines.margins(&outside)[0] < -0.5);
    }

    #[test]
    fn left_out_is_as_good_as_never_learned() {
        let all: [Values; 3] = [
            vec![(0, 1.0), (2, 1.0)],
            vec![(1, 1.0), (2, 1.0)],
            vec![(0, 0.6), (1, 0.8), (2, 1.0)],
        ];
        let rows: Vec<Row<'_>> = all.iter().zip([0, 1, 1]).map(|(v, c)| row(v, c)).collect();
        let without = Machines::train(&rows, 2, 3).without(&rows, |place| place == 2);
        let never = Machines::train(&rows[..2], 2, 3);
        for (one, other) in without.weights.iter().zip(&never.weights) {
            assert!((one - other).abs() < 0.1, "{without:?} {:?}", never.weights);
        }
    }
}
