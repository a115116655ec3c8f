//! Evaluates a rule over one text, and tells what made it match.

use std::cell::OnceCell;
use std::ops::Range;

use regex_automata::meta::Regex;
use smallvec::SmallVec;

use super::code::{Code, Codes, Near, Step};
use super::cues::{is_question, is_shouting};
use super::found::Found;
use super::spots::{SPOTS_MAX, Spot, Spots, pairs, tidy};
use super::{Facts, Hit, Parts};
use crate::text::entities::Entity;
use crate::text::query::{Fact, OTHER_LANGUAGE};
use crate::text::tokens::TokenText;
use crate::text::tokens::negation::Negated;

/// One text, with the words of the rules found in it.
pub(super) struct Evaluation<'a> {
    parts: &'a Parts,
    text: &'a TokenText,
    entities: &'a [Entity],
    facts: &'a Facts<'a>,
    /// What negations reach, found when first asked for.
    negated: OnceCell<Negated>,
    found: &'a Found,
    /// Whether any pattern that can match at the start only may match.
    opens: OnceCell<bool>,
    layout: OnceCell<Layout>,
    is_question: OnceCell<bool>,
    is_shouting: OnceCell<bool>,
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
    spans: SmallVec<[Range<usize>; 6]>,
    places: SmallVec<[u32; 8]>,
    conditions: u32,
}

impl<'a> Evaluation<'a> {
    /// `found` are the leaves that the text has.
    pub(super) fn new(
        parts: &'a Parts,
        text: &'a TokenText,
        entities: &'a [Entity],
        facts: &'a Facts<'a>,
        found: &'a Found,
    ) -> Self {
        Self {
            parts,
            text,
            entities,
            facts,
            found,
            opens: OnceCell::new(),
            layout: OnceCell::new(),
            is_question: OnceCell::new(),
            is_shouting: OnceCell::new(),
            negated: OnceCell::new(),
        }
    }

    /// The hit of a rule, if it matches.
    pub(super) fn hit(&self, rule: u32, code: Code<'_>) -> Option<Hit> {
        if !self.holds(code) {
            return None;
        }
        let mut evidence = Evidence::default();
        self.explain(code, None, &mut evidence);
        Some(Hit {
            rule,
            weight: evidence.weight(),
            spans: merged(evidence.spans),
        })
    }

    fn holds(&self, code: Code<'_>) -> bool {
        match code.step() {
            Step::Leaf(leaf) => self.found.has(leaf),
            Step::Affirmed(_) => !self.spots(code).is_empty(),
            Step::Near(near) => self.sides(near).is_some_and(|[left, right]| {
                let mut pairs = pairs(&left, &right, near.gap, near.ordered);
                pairs.next().is_some()
            }),
            Step::Has(kind) => self.entities_of(kind).next().is_some(),
            Step::Regex(pattern) => self.pattern_matches(pattern),
            Step::Fact(fact) => self.fact_holds(&self.parts.facts[fact as usize]),
            Step::Not(inner) => !self.holds(inner),
            Step::And(mut all) => all.all(|part| self.holds(part)),
            Step::Or(mut any) => any.any(|part| self.holds(part)),
        }
    }

    fn entities_of(&self, kind: u32) -> impl Iterator<Item = &'a Entity> {
        let kind = &self.parts.kinds[kind as usize];
        self.entities
            .iter()
            .filter(move |entity| entity.kind == *kind)
    }

    fn regex(&self, number: u32) -> &'a Regex {
        &self.parts.patterns[number as usize].regex
    }

    fn pattern_matches(&self, number: u32) -> bool {
        let text = self.text.original.as_str();
        let opens = || {
            let opening = self.parts.opening.as_ref();
            opening.is_none_or(|opening| opening.is_match(text))
        };
        let pattern = &self.parts.patterns[number as usize];
        let has_sign = |sign: u8| text.as_bytes().contains(&sign);
        pattern.required_sign.is_none_or(has_sign)
            && (!pattern.opens || *self.opens.get_or_init(opens))
            && pattern.regex.is_match(text)
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

    /// Every spot at which a node matches, sorted; none for what has no place.
    fn spots(&self, code: Code<'_>) -> Spots {
        match code.step() {
            Step::Leaf(leaf) => tidy(self.found.spots(leaf).collect()),
            Step::Has(kind) => {
                let entities = self.entities_of(kind);
                tidy(
                    entities
                        .filter_map(|entity| self.spot_of(&entity.span))
                        .collect(),
                )
            }
            Step::Regex(regex) => {
                let found = self.regex(regex).find_iter(&self.text.original);
                let spots = found
                    .take(SPOTS_MAX)
                    .filter_map(|found| self.spot_of(&found.range()));
                tidy(spots.collect())
            }
            Step::Or(any) => {
                let mut spots = Spots::new();
                for part in any {
                    spots.extend_from_slice(&self.spots(part));
                }
                tidy(spots)
            }
            Step::Affirmed(inner) => {
                let mut spots = self.spots(inner);
                spots.retain(|spot| !self.negated().has(spot.first, spot.last));
                spots
            }
            Step::Near(near) => {
                let Some([left, right]) = self.sides(near) else {
                    return Spots::new();
                };
                let pairs = pairs(&left, &right, near.gap, near.ordered);
                tidy(pairs.map(|(one, other)| one.around(other)).collect())
            }
            Step::Fact(_) | Step::Not(_) | Step::And(_) => Spots::new(),
        }
    }

    fn negated(&self) -> &Negated {
        self.negated
            .get_or_init(|| Negated::new(self.text, self.facts.language))
    }

    /// The spots of the two sides; none where one side has none.
    fn sides(&self, near: Near<'_>) -> Option<[Spots; 2]> {
        let left = self.spots(near.left);
        (!left.is_empty()).then(|| [left, self.spots(near.right)])
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

    /// Adds what made a node match, within a part of the text where only that part counts.
    fn explain(&self, code: Code<'_>, within: Option<Spot>, evidence: &mut Evidence) {
        match code.step() {
            Step::Leaf(_) => {
                if let Some(spot) = self.longest(code, within) {
                    let shown = &self.layout().shown[spot.first as usize..=spot.last as usize];
                    evidence.places.extend(spot.first..=spot.last);
                    evidence.spans.extend(shown.iter().cloned());
                }
            }
            Step::Has(kind) => {
                let mut spans = self.entities_of(kind).map(|entity| entity.span.clone());
                self.add(spans.find(|span| self.is_inside(span, within)), evidence);
            }
            Step::Regex(regex) => {
                let found = self.regex(regex).find_iter(&self.text.original);
                let mut spans = found.map(|found| found.range());
                self.add(spans.find(|span| self.is_inside(span, within)), evidence);
            }
            Step::Fact(_) => evidence.conditions += 1,
            Step::Not(_) => {}
            Step::And(all) => {
                for part in all {
                    self.explain(part, within, evidence);
                }
            }
            Step::Affirmed(inner) => {
                if let Some(spot) = self.longest(code, within) {
                    self.explain(inner, Some(spot), evidence);
                }
            }
            Step::Or(any) => self.explain_one(any, within, evidence),
            Step::Near(near) => self.explain_near(near, within, evidence),
        }
    }

    /// Of all pairs, explains the closest.
    fn explain_near(&self, near: Near<'_>, within: Option<Spot>, evidence: &mut Evidence) {
        let Some([left, right]) = self.sides(near) else {
            return;
        };
        let pairs = pairs(&left, &right, near.gap, near.ordered);
        let inside =
            pairs.filter(|(one, other)| within.is_none_or(|within| within.has(one.around(*other))));
        if let Some((one, other)) = inside.min_by_key(|(one, other)| one.around(*other).len()) {
            self.explain(near.left, Some(one), evidence);
            self.explain(near.right, Some(other), evidence);
        }
    }

    /// Of several alternatives, explains the one that has most to say.
    fn explain_one(&self, any: Codes<'_>, within: Option<Spot>, evidence: &mut Evidence) {
        let mut holding = any.filter(|part| self.holds(*part));
        let Some(first) = holding.next() else {
            return;
        };
        let Some(second) = holding.next() else {
            return self.explain(first, within, evidence);
        };
        let mut best: Option<Evidence> = None;
        for part in [first, second].into_iter().chain(holding) {
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

    fn longest(&self, code: Code<'_>, within: Option<Spot>) -> Option<Spot> {
        let is_inside = |spot: &Spot| within.is_none_or(|within| within.has(*spot));
        let spots = self.spots(code);
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
fn merged(mut spans: SmallVec<[Range<usize>; 6]>) -> Vec<Range<usize>> {
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
