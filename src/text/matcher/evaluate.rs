//! Evaluates a rule over one text, and tells what made it match.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use super::cues::{is_question, is_shouting};
use super::plan::{ListPlan, Plan, Row};
use super::spots::{SPOTS_MAX, Spot, pairs, tidy};
use super::vocabulary::{Vocabulary, WordId};
use super::{Facts, Hit};
use crate::text::entities::Entity;
use crate::text::query::Fact;
use crate::text::tokens::TokenText;

/// One text, with the words of the rules found in it.
pub(super) struct Evaluation<'a> {
    text: &'a TokenText,
    entities: &'a [Entity],
    facts: &'a Facts<'a>,
    lists: &'a [ListPlan],
    /// The spots of each list, found when first asked for.
    list_spots: Vec<OnceCell<Vec<Spot>>>,
    /// The words of the rules and the places where they stand, sorted.
    pub(super) seen: Vec<(WordId, u32)>,
    /// The bytes of the word at each place.
    words: Vec<Range<usize>>,
    /// The bytes that are shown for each place: of a hashtag, the whole.
    shown: Vec<Range<usize>>,
}

/// What made a rule match.
#[derive(Default)]
struct Evidence {
    spans: Vec<Range<usize>>,
    places: Vec<u32>,
    conditions: u32,
}

impl<'a> Evaluation<'a> {
    /// Looks up every token.
    pub(super) fn new(
        vocabulary: &Vocabulary,
        lists: &'a [ListPlan],
        text: &'a TokenText,
        entities: &'a [Entity],
        facts: &'a Facts<'a>,
    ) -> Self {
        let mut seen = Vec::with_capacity(text.tokens.len());
        let mut words: Vec<Range<usize>> = Vec::with_capacity(text.tokens.len());
        let mut shown: Vec<Range<usize>> = Vec::with_capacity(text.tokens.len());
        for (token, place) in text.tokens.iter().zip(text.places()) {
            vocabulary.look_up(&token.text, |word| seen.push((word, place)));
            if let Some(short) = &token.short {
                vocabulary.look_up(short, |word| seen.push((word, place)));
            }
            if place as usize == words.len() {
                words.push(token.span.clone());
                shown.push(token.span.clone());
            } else if let Some(word) = words.last_mut() {
                *word = token.span.clone();
            }
        }
        seen.sort_unstable();
        seen.dedup();
        Self {
            text,
            entities,
            facts,
            lists,
            list_spots: vec![OnceCell::new(); lists.len()],
            seen,
            words,
            shown,
        }
    }

    /// The hit of a rule, if it matches.
    pub(super) fn hit(&self, rule: u32, plan: &Plan) -> Option<Hit> {
        if !self.holds(plan) {
            return None;
        }
        let mut evidence = Evidence::default();
        self.explain(plan, None, &mut evidence);
        Some(Hit {
            rule,
            weight: evidence.weight(),
            spans: merged(evidence.spans),
        })
    }

    fn holds(&self, plan: &Plan) -> bool {
        match plan {
            Plan::Row(row) => self.row_starts(row).next().is_some(),
            Plan::List(_) | Plan::Near { .. } => !self.spots(plan).is_empty(),
            Plan::Has(kind) => self.entities.iter().any(|entity| entity.kind == *kind),
            Plan::Regex(regex) => regex.is_match(&self.text.original),
            Plan::Fact(fact) => self.fact_holds(fact),
            Plan::Not(inner) => !self.holds(inner),
            Plan::And(all) => all.iter().all(|part| self.holds(part)),
            Plan::Or(any) => any.iter().any(|part| self.holds(part)),
        }
    }

    fn fact_holds(&self, fact: &Fact) -> bool {
        let facts = self.facts;
        match fact {
            Fact::Language(code) => facts.language.is_some_and(|known| known.as_str() == code),
            Fact::Question => is_question(self.text),
            Fact::Shouting => is_shouting(self.text),
            Fact::Reply => facts.is_reply,
            Fact::Public => facts.public,
            Fact::Private => !facts.public,
            Fact::Channel(kind) => facts.channel.eq_ignore_ascii_case(kind),
            Fact::Brand(name) => facts.brand.eq_ignore_ascii_case(name),
            Fact::Followers(comparison, number) => facts
                .followers
                .is_some_and(|known| comparison.holds(known, *number)),
            Fact::Verified => facts.verified,
        }
    }

    /// Every spot at which a plan matches, sorted; none for what has no place.
    fn spots(&self, plan: &Plan) -> Cow<'_, [Spot]> {
        Cow::Owned(match plan {
            Plan::Row(row) => self.row_spots(row).take(SPOTS_MAX).collect(),
            Plan::List(number) => {
                let spots = self.list_spots[*number].get_or_init(|| self.find_list(*number));
                return Cow::Borrowed(spots);
            }
            Plan::Has(kind) => tidy(self.entity_spots(kind).map(|(spot, _)| spot).collect()),
            Plan::Regex(regex) => {
                let found = regex.find_iter(&self.text.original).take(SPOTS_MAX);
                tidy(
                    found
                        .filter_map(|found| self.spot_of(&found.range()))
                        .collect(),
                )
            }
            Plan::Or(any) => {
                let parts = any.iter().map(|part| self.spots(part).into_owned());
                tidy(parts.flatten().collect())
            }
            Plan::Near {
                left,
                right,
                gap,
                ordered,
            } => {
                let mut spots = Vec::new();
                let (left, right) = (self.spots(left), self.spots(right));
                pairs(&left, &right, *gap, *ordered, |one, other| {
                    spots.push(one.around(other));
                });
                tidy(spots)
            }
            Plan::Fact(_) | Plan::Not(_) | Plan::And(_) => Vec::new(),
        })
    }

    /// The places of one word.
    fn places(&self, word: WordId) -> impl Iterator<Item = u32> {
        let start = self.seen.partition_point(|&(seen, _)| seen < word);
        let rest = self.seen[start..].iter();
        rest.take_while(move |&&(seen, _)| seen == word)
            .map(|&(_, place)| place)
    }

    fn row_starts<'r>(&'r self, row: &'r Row) -> impl Iterator<Item = u32> + 'r {
        let key = u32::try_from(row.key).unwrap_or(u32::MAX);
        self.places(row.key_word())
            .filter_map(move |place| place.checked_sub(key))
            .filter(|&start| {
                row.words.len() == 1
                    || (start..)
                        .zip(&row.words)
                        .all(|(place, &word)| self.seen.binary_search(&(word, place)).is_ok())
            })
    }

    fn row_spots<'r>(&'r self, row: &'r Row) -> impl Iterator<Item = Spot> + 'r {
        let more = u32::try_from(row.words.len() - 1).unwrap_or(u32::MAX);
        self.row_starts(row).map(move |first| Spot {
            first,
            last: first + more,
        })
    }

    fn find_list(&self, number: usize) -> Vec<Spot> {
        let rows = self.lists[number].rows(self.facts.language);
        let mut spots = Vec::new();
        for seen in self.seen.chunk_by(|left, right| left.0 == right.0) {
            let word = seen[0].0;
            let start = rows.partition_point(|row| row.key_word() < word);
            for row in rows[start..]
                .iter()
                .take_while(|row| row.key_word() == word)
            {
                spots.extend(self.row_spots(row));
            }
        }
        tidy(spots)
    }

    fn entity_spots<'r>(&'r self, kind: &'r str) -> impl Iterator<Item = (Spot, &'r Entity)> + 'r {
        self.entities
            .iter()
            .filter(move |entity| entity.kind == kind)
            .filter_map(|entity| Some((self.spot_of(&entity.span)?, entity)))
    }

    /// The words that some bytes of the original touch.
    fn spot_of(&self, span: &Range<usize>) -> Option<Spot> {
        let first = self.words.partition_point(|word| word.end <= span.start);
        let end = self.words.partition_point(|word| word.start < span.end);
        (first < end).then(|| Spot {
            first: u32::try_from(first).unwrap_or(u32::MAX),
            last: u32::try_from(end - 1).unwrap_or(u32::MAX),
        })
    }

    /// Adds what made `plan` match, within a part of the text where only that part counts.
    fn explain(&self, plan: &Plan, within: Option<Spot>, evidence: &mut Evidence) {
        match plan {
            Plan::Row(_) | Plan::List(_) => {
                if let Some(spot) = self.longest(plan, within) {
                    evidence.places.extend(spot.first..=spot.last);
                    evidence.spans.extend(
                        (spot.first..=spot.last).map(|place| self.shown[place as usize].clone()),
                    );
                }
            }
            Plan::Has(kind) => {
                let mut entities = self.entities.iter().filter(|entity| entity.kind == *kind);
                let found = match within {
                    None => entities.next(),
                    Some(_) => entities.find(|entity| self.is_inside(&entity.span, within)),
                };
                self.add(found.map(|entity| entity.span.clone()), evidence);
            }
            Plan::Regex(regex) => {
                let mut found = regex
                    .find_iter(&self.text.original)
                    .map(|found| found.range());
                self.add(found.find(|span| self.is_inside(span, within)), evidence);
            }
            Plan::Fact(_) => evidence.conditions += 1,
            Plan::Not(_) => {}
            Plan::And(all) => {
                for part in all {
                    self.explain(part, within, evidence);
                }
            }
            Plan::Or(any) => self.explain_one(any, within, evidence),
            Plan::Near {
                left,
                right,
                gap,
                ordered,
            } => {
                let mut best: Option<(Spot, Spot)> = None;
                let (ones, others) = (self.spots(left), self.spots(right));
                pairs(&ones, &others, *gap, *ordered, |one, other| {
                    let pair = one.around(other);
                    let is_better =
                        best.is_none_or(|(one, other)| pair.len() < one.around(other).len());
                    if within.is_none_or(|within| within.has(pair)) && is_better {
                        best = Some((one, other));
                    }
                });
                if let Some((one, other)) = best {
                    self.explain(left, Some(one), evidence);
                    self.explain(right, Some(other), evidence);
                }
            }
        }
    }

    /// Of several alternatives, explains the one that has most to say.
    fn explain_one(&self, any: &[Plan], within: Option<Spot>, evidence: &mut Evidence) {
        let mut best: Option<Evidence> = None;
        for part in any.iter().filter(|part| self.holds(part)) {
            let mut own = Evidence::default();
            self.explain(part, within, &mut own);
            if best
                .as_ref()
                .is_none_or(|best| own.weight() > best.weight())
            {
                best = Some(own);
            }
        }
        if let Some(best) = best {
            evidence.spans.extend(best.spans);
            evidence.places.extend(best.places);
            evidence.conditions += best.conditions;
        }
    }

    fn longest(&self, plan: &Plan, within: Option<Spot>) -> Option<Spot> {
        let spots = self.spots(plan);
        let inside = spots
            .iter()
            .filter(|&&spot| within.is_none_or(|within| within.has(spot)));
        inside.copied().rev().max_by_key(|spot| spot.len())
    }

    fn is_inside(&self, span: &Range<usize>, within: Option<Spot>) -> bool {
        within.is_none_or(|within| self.spot_of(span).is_some_and(|spot| within.has(spot)))
    }

    fn add(&self, span: Option<Range<usize>>, evidence: &mut Evidence) {
        let Some(span) = span else {
            return;
        };
        if let Some(spot) = self.spot_of(&span) {
            evidence.places.extend(spot.first..=spot.last);
        }
        evidence.spans.push(span);
    }
}

impl Evidence {
    /// A hundred for each word, up to a hundred more the closer they stand, ten for each condition.
    fn weight(&self) -> u32 {
        let mut places = self.places.clone();
        places.sort_unstable();
        places.dedup();
        let count = u32::try_from(places.len())
            .unwrap_or(u32::MAX / 1000)
            .min(u32::MAX / 1000);
        let closeness = match (places.first(), places.last()) {
            (Some(first), Some(last)) => 100 * count / (last - first + 1),
            _ => 0,
        };
        100 * count + closeness + 10 * self.conditions
    }
}

/// Sorts spans and joins those that overlap.
fn merged(mut spans: Vec<Range<usize>>) -> Vec<Range<usize>> {
    spans.sort_by_key(|span| (span.start, span.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => out.push(span),
        }
    }
    out
}
