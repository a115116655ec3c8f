//! How often each outcome and each topic came, and how fast.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use crate::engine::judge::Verdict;
use crate::model::id::TopicName;

/// Most topics that are told.
const TOPICS_SHOWN: usize = 20;

/// What stands for a message that no topic decides.
const NO_TOPIC: &str = "(none)";

/// Counts of what was decided.
#[derive(Default)]
pub(super) struct Tally {
    messages: usize,
    unreadable: usize,
    changes: usize,
    outcomes: BTreeMap<String, usize>,
    topics: BTreeMap<String, usize>,
}

impl Tally {
    /// Counts one decision, and whether other packs decide otherwise.
    pub(super) fn add(&mut self, verdict: &Verdict, changes: bool) {
        self.messages += 1;
        self.changes += usize::from(changes);
        count(&mut self.outcomes, verdict.outcome.as_str(), 1);
        let topic = verdict.topic.as_ref().map_or(NO_TOPIC, TopicName::as_str);
        count(&mut self.topics, topic, 1);
    }

    /// Adds what was counted elsewhere.
    pub(super) fn add_all(&mut self, other: &Self) {
        self.messages += other.messages;
        self.unreadable += other.unreadable;
        self.changes += other.changes;
        for (outcome, times) in &other.outcomes {
            count(&mut self.outcomes, outcome, *times);
        }
        for (topic, times) in &other.topics {
            count(&mut self.topics, topic, *times);
        }
    }

    /// Counts a line that cannot be read.
    pub(super) fn add_unreadable(&mut self) {
        self.unreadable += 1;
    }

    /// How many messages were decided.
    pub(super) fn messages(&self) -> usize {
        self.messages
    }

    /// How many of them other packs decide otherwise.
    pub(super) fn changes(&self) -> usize {
        self.changes
    }

    /// Whether any line could not be read.
    pub(super) fn has_unreadable(&self) -> bool {
        self.unreadable > 0
    }

    /// As text for people; `took` is the time for all of it.
    pub(super) fn to_text(&self, took: Duration) -> String {
        let mut text = format!(
            "{} messages in {:.2} s: {:.0} messages/s\n{} unreadable lines\n",
            self.messages,
            took.as_secs_f64(),
            per(self.messages, took.as_secs_f64()),
            self.unreadable,
        );
        self.shares(&mut text, "outcome", &self.outcomes, self.outcomes.len());
        self.shares(&mut text, "topic", &self.topics, TOPICS_SHOWN);
        text
    }

    fn shares(
        &self,
        text: &mut String,
        what: &str,
        counts: &BTreeMap<String, usize>,
        shown_max: usize,
    ) {
        let mut sorted: Vec<(&String, &usize)> = counts.iter().collect();
        sorted.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
        for (name, count) in sorted.iter().take(shown_max) {
            let share = 100.0 * per(**count, as_number(self.messages));
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{what:<8}{name:<24}{count:>9}{share:>7.1} %");
        }
        if let Some(more @ 1..) = sorted.len().checked_sub(shown_max) {
            let _ = writeln!(text, "{what:<8}and {more} more");
        }
    }
}

fn count(counts: &mut BTreeMap<String, usize>, name: &str, times: usize) {
    match counts.get_mut(name) {
        Some(count) => *count += times,
        None => {
            counts.insert(name.to_owned(), times);
        }
    }
}

/// Zero where there is nothing to divide by.
fn per(count: usize, of: f64) -> f64 {
    if of > 0.0 { as_number(count) / of } else { 0.0 }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "no file has 2^53 messages, and a share needs one digit"
)]
fn as_number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_stand_in_order_and_the_rest_is_counted() {
        let topics = (0..TOPICS_SHOWN + 2).map(|number| (format!("t{number:02}"), 1 + number / 21));
        let tally = Tally {
            messages: 4,
            unreadable: 1,
            changes: 0,
            outcomes: BTreeMap::from([("ask".to_owned(), 1), ("reply".to_owned(), 3)]),
            topics: topics.collect(),
        };
        let text = tally.to_text(Duration::from_secs(2));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "4 messages in 2.00 s: 2 messages/s");
        assert_eq!(lines[1], "1 unreadable lines");
        assert_eq!(
            lines[2],
            "outcome reply                           3   75.0 %"
        );
        assert!(lines[3].starts_with("outcome ask "), "{text}");
        assert!(lines[4].starts_with("topic   t21 "), "{text}");
        assert_eq!(lines.last(), Some(&"topic   and 2 more"));
    }

    #[test]
    fn nothing_is_told_of_nothing() {
        let text = Tally::default().to_text(Duration::ZERO);
        assert_eq!(
            text,
            "0 messages in 0.00 s: 0 messages/s\n0 unreadable lines\n"
        );
    }
}
