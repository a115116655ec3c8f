//! Evaluates a rule over one text, and tells what made it match.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use super::cues::{is_question, is_shouting};
use super::plan::{ListPlan, Plan, Row};
use super::spots::{SPOTS_MAX, Spot, pairs, tidy};
use super::vocabulary::WordId;
use super::{Facts, Hit};
use crate::text::entities::Entity;
use crate::text::query::{Fact, OTHER_LANGUAGE};
use crate::text::tokens::TokenText;
use crate::text::tokens::negation::Negated;

/// One text, with the words of the rules found in it.
pub(super) struct Evaluation<'a> {
    pub(super) text: &'a TokenText,
    pub(super) entities: &'a [Entity],
    pub(super) facts: &'a Facts<'a>,
    /// The words of the rules and the places where they stand, sorted.
    pub(super) seen: Vec<(WordId, u32)>,
    /// The lists that may have spots here, sorted by number.
    pub(super) lists: Vec<SeenList<'a>>,
    layout: OnceCell<Layout>,
    is_question: OnceCell<bool>,
    is_shouting: OnceCell<bool>,
    /// What negations reach.
    negated: OnceCell<Negated>,
}

/// A list of which a word was seen.
pub(super) struct SeenList<'a> {
    number: u32,
    plan: &'a ListPlan,
    /// Found when first asked for.
    spots: OnceCell<Vec<Spot>>,
}

/// Which bytes stand at each place.
struct Layout {
    /// Those of the word.
    words: Vec<Range<usize>>,
    /// Those that are shown: of a hashtag, the whole.
    shown: Vec<Range<usize>>,
}

/// What made a rule match.
#[derive(Default)]
struct Evidence {
    spans: Vec<Range<usize>>,
    places: Vec<u32>,
    conditions: u32,
}

impl<'a> SeenList<'a> {
    pub(super) fn new(number: u32, plan: &'a ListPlan) -> Self {
        Self {
            number,
            plan,
            spots: OnceCell::new(),
        }
    }
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(
        text: &'a TokenText,
        entities: &'a [Entity],
        facts: &'a Facts<'a>,
        seen: Vec<(WordId, u32)>,
        lists: Vec<SeenList<'a>>,
    ) -> Self {
        Self {
            text,
            entities,
            facts,
            seen,
            lists,
            layout: OnceCell::new(),
            is_question: OnceCell::new(),
            is_shouting: OnceCell::new(),
            negated: OnceCell::new(),
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
            Plan::List(number) => !self.list_spots(*number).is_empty(),
            Plan::Affirmed(_) | Plan::Near { .. } => !self.spots(plan).is_empty(),
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
            Fact::Language(code) if code == OTHER_LANGUAGE => facts.other_language,
            Fact::Language(code) => facts.language.is_some_and(|known| known.as_str() == code),
            Fact::Question => *self.is_question.get_or_init(|| is_question(self.text)),
            Fact::Shouting => *self.is_shouting.get_or_init(|| is_shouting(self.text)),
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
            Plan::List(number) => return Cow::Borrowed(self.list_spots(*number)),
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
                let mut spots = Vec::new();
                for part in any {
                    spots.extend_from_slice(&self.spots(part));
                }
                tidy(spots)
            }
            Plan::Affirmed(inner) => {
                let mut spots = self.spots(inner).into_owned();
                spots.retain(|spot| !self.negated().has(spot.first, spot.last));
                spots
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

    fn negated(&self) -> &Negated {
        self.negated
            .get_or_init(|| Negated::new(self.text, self.facts.language))
    }

    /// The places of one word.
    fn places(&self, word: WordId) -> impl Iterator<Item = u32> {
        let start = self.seen.partition_point(|&(seen, _)| seen < word);
        let rest = self.seen[start..].iter();
        rest.take_while(move |&&(seen, _)| seen == word)
            .map(|&(_, place)| place)
    }

    fn row_starts<'r>(&'r self, row: &'r Row) -> impl Iterator<Item = u32> + 'r {
        self.places(row.key_word())
            .filter_map(move |place| place.checked_sub(row.key))
            .filter(|&start| {
                row.words.len() == 1
                    || (start..)
                        .zip(row.words.iter())
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

    fn list_spots(&self, number: u32) -> &[Spot] {
        match self.lists.binary_search_by_key(&number, |list| list.number) {
            Ok(found) => {
                let list = &self.lists[found];
                list.spots.get_or_init(|| self.find_list(list.plan))
            }
            Err(_) => &[],
        }
    }

    fn find_list(&self, list: &ListPlan) -> Vec<Spot> {
        let rows = list.rows(self.facts.language);
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
        let words = &self.layout().words;
        let first = words.partition_point(|word| word.end <= span.start);
        let end = words.partition_point(|word| word.start < span.end);
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
                    let shown = &self.layout().shown[spot.first as usize..=spot.last as usize];
                    evidence.places.extend(spot.first..=spot.last);
                    evidence.spans.extend_from_slice(shown);
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
            Plan::Affirmed(inner) => {
                if let Some(spot) = self.longest(plan, within) {
                    self.explain(inner, Some(spot), evidence);
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
                .as_mut()
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
        let is_inside = |spot: &Spot| within.is_none_or(|within| within.has(*spot));
        if let Plan::Row(row) = plan {
            return self.row_spots(row).find(is_inside);
        }
        let spots = self.spots(plan);
        let inside = spots.iter().copied().filter(is_inside);
        inside.rev().max_by_key(|spot| spot.len())
    }

    fn layout(&self) -> &Layout {
        self.layout.get_or_init(|| Layout::of(self.text))
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

impl Layout {
    fn of(text: &TokenText) -> Self {
        let mut words: Vec<Range<usize>> = Vec::with_capacity(text.tokens().len());
        let mut shown = Vec::with_capacity(text.tokens().len());
        for token in text.tokens() {
            if token.place as usize == words.len() {
                words.push(token.span.clone());
                shown.push(token.span);
            } else if let Some(word) = words.last_mut() {
                *word = token.span;
            }
        }
        Self { words, shown }
    }
}

impl Evidence {
    /// A hundred for each word, up to a hundred more the closer they stand, ten for each condition.
    fn weight(&mut self) -> u32 {
        let places = &mut self.places;
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
