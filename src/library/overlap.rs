//! Rules that cannot do their work because of what other rules say: those that never match, those that stand twice, and
//! topics that can never decide.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::library::compile::{PackDraft, visible};
use crate::library::diagnostic::{Diagnostic, Level};
use crate::library::document::diagnostic;
use crate::library::topic_file::{RuleDraft, TopicDraft};
use crate::model::id::TopicName;
use crate::model::severity::Severity;
use crate::text::query::Query;

/// Most pairs of rules that are compared in one load; with more only equal rules are found.
const PAIRS_MAX: usize = 500_000;

/// Checks every pack.
pub(crate) fn check(drafts: &[PackDraft<'_>]) -> Vec<Diagnostic> {
    let mut overlap = Overlap {
        pairs_left: PAIRS_MAX,
        found: Vec::new(),
    };
    for pack in drafts {
        for topic in &pack.topics {
            for rule in &topic.rules {
                overlap.never_matches(topic, rule);
            }
        }
        overlap.pack(drafts, pack);
    }
    overlap.found
}

struct Overlap {
    pairs_left: usize,
    found: Vec<Diagnostic>,
}

/// A topic that a message may also be about, and its pack.
struct Rival<'d, 'a> {
    topic: &'d TopicDraft<'a>,
    pack: &'d str,
}

impl Overlap {
    fn report(
        &mut self,
        topic: &TopicDraft<'_>,
        rule: &RuleDraft,
        level: Level,
        problem: [String; 2],
    ) {
        let [message, hint] = problem;
        let at = rule.text.span.start;
        self.found
            .push(diagnostic(topic.file, level, at, message, hint));
    }

    fn never_matches(&mut self, topic: &TopicDraft<'_>, rule: &RuleDraft) {
        if let Some((one, other)) = rule.query.contradiction() {
            let message = format!("this rule can never match: it asks for `{one}` and `{other}`");
            let hint = "take one of the two out".to_owned();
            self.report(topic, rule, Level::Error, [message, hint]);
        }
    }

    fn pack(&mut self, drafts: &[PackDraft<'_>], pack: &PackDraft<'_>) {
        let rivals = rivals(drafts, pack);
        let mut known: BTreeMap<String, Vec<&Rival<'_, '_>>> = BTreeMap::new();
        for rival in &rivals {
            for rule in &rival.topic.rules {
                known.entry(rule.query.to_string()).or_default().push(rival);
            }
        }
        let name = pack.name.as_str();
        let mut losers: BTreeSet<&TopicName> = BTreeSet::new();
        for topic in &pack.topics {
            if self.never_wins(topic, &rivals, &known, name) {
                losers.insert(&topic.name);
            }
        }
        for topic in &pack.topics {
            if !losers.contains(&topic.name) {
                self.stands_twice(topic, &known, &losers, name);
            }
        }
    }

    /// A topic whose every rule stands in a topic that goes before it, or says no more than one that does.
    fn never_wins(
        &mut self,
        topic: &TopicDraft<'_>,
        rivals: &[Rival<'_, '_>],
        known: &BTreeMap<String, Vec<&Rival<'_, '_>>>,
        pack: &str,
    ) -> bool {
        let Some(first) = topic.rules.first() else {
            return false;
        };
        let equal = known.get(&first.query.to_string()).into_iter().flatten();
        let winner = equal
            .copied()
            .find(|rival| {
                goes_before(rival.topic, topic)
                    && topic
                        .rules
                        .iter()
                        .all(|rule| has_rule(rival.topic, &rule.query))
            })
            .or_else(|| {
                let mut earlier = rivals
                    .iter()
                    .filter(|rival| rank(rival.topic) < rank(topic));
                earlier.find(|rival| self.covers(rival.topic, topic))
            });
        let Some(winner) = winner else {
            return false;
        };
        let name = named(winner, pack);
        let message =
            format!("this topic can never win: {name} matches whenever it does and goes first");
        let hint = "make the rules differ, or raise `priority`".to_owned();
        self.report(topic, first, Level::Error, [message, hint]);
        true
    }

    fn covers(&mut self, winner: &TopicDraft<'_>, topic: &TopicDraft<'_>) -> bool {
        topic.rules.iter().all(|rule| {
            let left = self.pairs_left.checked_sub(winner.rules.len());
            self.pairs_left = left.unwrap_or_default();
            left.is_some()
                && winner
                    .rules
                    .iter()
                    .any(|other| rule.query.implies(&other.query))
        })
    }

    /// A rule that another topic, named before this one, has too.
    fn stands_twice(
        &mut self,
        topic: &TopicDraft<'_>,
        known: &BTreeMap<String, Vec<&Rival<'_, '_>>>,
        losers: &BTreeSet<&TopicName>,
        pack: &str,
    ) {
        for rule in &topic.rules {
            let others = known.get(&rule.query.to_string()).into_iter().flatten();
            let mut before = others.take_while(|rival| rival.topic.name != topic.name);
            let other = before.find(|rival| !losers.contains(&rival.topic.name));
            if let Some(other) = other {
                let message = format!("{} has this rule too", named(other, pack));
                let hint = "a message would be about both; keep the rule in one of them".to_owned();
                self.report(topic, rule, Level::Warning, [message, hint]);
            }
        }
    }
}

/// The topics that a message to this pack may also be about, and that can be told from how their rules are written.
fn rivals<'d, 'a>(drafts: &'d [PackDraft<'a>], pack: &'d PackDraft<'a>) -> Vec<Rival<'d, 'a>> {
    let mut rivals: Vec<Rival<'d, 'a>> = Vec::new();
    let mut hidden: BTreeSet<&TopicName> = BTreeSet::new();
    let mut nearer: BTreeSet<&str> = BTreeSet::new();
    for seen in visible(drafts, pack) {
        for topic in &seen.topics {
            // A list that a nearer pack has too means other words there than here.
            let means_the_same = topic
                .rules
                .iter()
                .flat_map(|rule| rule.query.lists())
                .all(|list| !nearer.contains(list.name.as_str()));
            // The nearest of one name hides the others.
            if hidden.insert(&topic.name) && means_the_same {
                let pack = seen.name.as_str();
                rivals.push(Rival { topic, pack });
            }
        }
        let lists = seen.file.lists.iter();
        nearer.extend(lists.map(|list| list.name.value.as_str()));
    }
    rivals
}

fn named(rival: &Rival<'_, '_>, pack: &str) -> String {
    if rival.pack == pack {
        format!("`{}`", rival.topic.name)
    } else {
        format!("`{}` of the pack `{}`", rival.topic.name, rival.pack)
    }
}

/// The order in which topics decide, whatever is said.
fn rank(topic: &TopicDraft<'_>) -> (bool, Reverse<i32>) {
    (
        topic.severity != Severity::Critical,
        Reverse(topic.priority),
    )
}

/// Whether `one` decides before `other` where both match equally well.
fn goes_before(one: &TopicDraft<'_>, other: &TopicDraft<'_>) -> bool {
    (rank(one), &one.name) < (rank(other), &other.name)
}

fn has_rule(topic: &TopicDraft<'_>, query: &Query) -> bool {
    topic.rules.iter().any(|rule| rule.query == *query)
}
