//! Chance and misfortune, all from one seed: the only place in the simulator where dice are thrown.

use std::ops::Range;

/// How one call to a network or a desk goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Luck {
    /// It is done and we hear so.
    Fine,
    /// It is done, and the answer is lost on the way.
    LostAfter,
    /// It is lost on the way there; from here that looks the same.
    LostBefore,
    /// No connection: certainly nothing was done.
    NoConnection,
    /// "Too many requests", with a wait in seconds.
    Busy(u32),
    /// A 5xx.
    ServerError,
    /// Refused for good.
    Refused,
}

/// The dice of one run.
#[derive(Debug)]
pub(crate) struct Faults {
    dice: fastrand::Rng,
    /// How bad the weather of this run is: 0 = nothing ever fails, 3 = a storm.
    storm: u32,
    /// Set when the quiet phase begins: from then on nothing fails any more.
    pub(crate) over: bool,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = fastrand::Rng::with_seed(seed);
        let storm = dice.u32(0..4);
        Self {
            dice,
            storm,
            over: false,
        }
    }

    /// Whether a fault of this rate strikes now.
    pub(crate) fn strikes(&mut self, per_mille: u32) -> bool {
        !self.over && self.dice.u32(0..1000) < per_mille * self.storm
    }

    /// Whether something ordinary happens that does so this often.
    pub(crate) fn happens(&mut self, per_cent: u32) -> bool {
        self.dice.u32(0..100) < per_cent
    }

    pub(crate) fn number(&mut self, range: Range<i64>) -> i64 {
        self.dice.i64(range)
    }

    pub(crate) fn index(&mut self, length: usize) -> usize {
        self.dice.usize(0..length)
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.index(from.len())]
    }

    /// The jitter that comes in with a result.
    pub(crate) fn jitter(&mut self) -> f64 {
        self.dice.f64()
    }

    /// How the next call goes.
    pub(crate) fn luck(&mut self) -> Luck {
        if !self.strikes(120) {
            return Luck::Fine;
        }
        match self.dice.u32(0..12) {
            0 | 1 => Luck::LostAfter,
            2 => Luck::LostBefore,
            3 => Luck::NoConnection,
            4 | 5 => Luck::Busy(self.dice.u32(0..90)),
            6 => Luck::Refused,
            _ => Luck::ServerError,
        }
    }
}
