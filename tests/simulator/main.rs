//! The simulator: hark under a simulated clock, between simulated networks, desks, customers and agents, through crashes
//! and every other misfortune, in one thread and from one seed. After every step the promises are checked.
//!
//! - [`invariants`] is what hark promises, and [`reference`] the naive model that they are checked against.
//! - [`world`] is who writes; [`outside`] is what networks and desks do; [`faults`] is what goes wrong.
//! - [`daemon`] drives the engine as the runtime does; [`run`] is one run from its seed to its quiet end.
//!
//! A failure prints its seed; `HARK_SEED=<seed> cargo test --test simulator` plays exactly that run again, and
//! `HARK_SEEDS=<count>` plays more of them.

mod daemon;
mod faults;
mod invariants;
mod outside;
mod reference;
mod run;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use crate::invariants::Broken;
use crate::run::Run;

/// How many seeds are played when nobody asks for more.
const SEEDS: u64 = 30;
/// Threads that play them.
const THREADS: u64 = 2;

/// Seeds that once broke a promise, and what was wrong.
const REGRESSIONS: &[(u64, &str)] = &[
    (
        34,
        "an update for the next desk took the place of one for a desk that may not see private data",
    ),
    (
        4,
        "an alert that arrived after the next case was opened stayed pending on the old one",
    ),
    (
        48,
        "a message after a restart took back the look at a delivery that the crash had cut off",
    ),
    (
        18,
        "a stop was not heard while a person had the conversation",
    ),
    (
        68,
        "words withdrawn while they were being sent were tried again after a 429",
    ),
    (
        22,
        "a brand in shadow mode opened a case when deciding failed",
    ),
    (
        24,
        "an injury reported by a waiting customer stayed in the queue of the earlier matter",
    ),
    (
        40,
        "a released critical case was opened again at the desk of the earlier matter",
    ),
    (
        456,
        "a flood made hark forget that waiting words were the bot's, and they left over a person",
    ),
    (643, "the same, by another flood"),
];

#[test]
fn every_promise_holds_in_every_run() {
    if let Some(seed) = number("HARK_SEED") {
        return must_hold(seed);
    }
    let seeds = number("HARK_SEEDS").unwrap_or(SEEDS);
    thread::scope(|scope| {
        for first in 0..THREADS {
            scope.spawn(move || {
                (first..seeds)
                    .step_by(usize::try_from(THREADS).unwrap())
                    .for_each(must_hold);
            });
        }
    });
}

#[test]
fn what_once_broke_holds() {
    for (seed, _) in REGRESSIONS {
        must_hold(*seed);
    }
}

#[test]
fn a_run_is_the_same_every_time() {
    let play = || {
        let mut run = Run::new(7);
        drop(run.play());
        run.history
    };
    assert_eq!(play(), play());
}

fn must_hold(seed: u64) {
    let mut run = Run::new(seed);
    let played = catch_unwind(AssertUnwindSafe(|| run.play()));
    let broken = match played {
        Ok(Ok(())) => return,
        Ok(Err(Broken { promise, what })) => format!("broke promise {promise}: {what}"),
        Err(_) => "panicked".to_owned(),
    };
    panic!(
        "{}\nseed {seed}, step {}: hark {broken}\nplay it again with HARK_SEED={seed}",
        run.history.join("\n"),
        run.step
    );
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} must be a number, not {text}")),
    )
}
