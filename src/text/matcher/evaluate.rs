//! Evaluates a rule over one text, and tells what made it match.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use regex_automata::meta::Regex;

use super::code::{Code, Codes, Near, RowCode, Step};
use super::cues::{is_question, is_shouting};
use super::plan::ListPlan;
use super::spots::{SPOTS_MAX, Spot, pairs, tidy};
use super::vocabulary::WordId;
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
    /// The words of the rules that stand in it, sorted.
    seen: Vec<Seen>,
    /// The lists that may have spots here, sorted by number.
    lists: Vec<SeenList>,
    layout: OnceCell<Layout>,
    is_question: OnceCell<bool>,
    is_shouting: OnceCell<bool>,
}

/// A word of the rules at a place of the text; in one number, since texts are sorted by nothing else so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen(u64);

impl Seen {
    pub(super) fn new(word: WordId, place: u32) -> Self {
        Self(u64::from(word) << 32 | u64::from(place))
    }

    pub(super) fn word(self) -> WordId {
        u32::try_from(self.0 >> 32).expect("half of the bits are left")
    }

    pub(super) fn place(self) -> u32 {
        u32::try_from(self.0 & u64::from(u32::MAX)).expect("half of the bits are left")
    }
}

/// A list of which a word was seen.
struct SeenList {
    number: u32,
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

impl<'a> Evaluation<'a> {
    /// `lists` are the numbers of those of which a word was seen, sorted.
    pub(super) fn new(
        parts: &'a Parts,
        text: &'a TokenText,
        entities: &'a [Entity],
        facts: &'a Facts<'a>,
        seen: Vec<Seen>,
        lists: &[u32],
    ) -> Self {
        let lists = lists.iter().map(|&number| SeenList {
            number,
            spots: OnceCell::new(),
        });
        Self {
            parts,
            text,
            entities,
            facts,
            seen,
            lists: lists.collect(),
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
            Step::Word(word) => self.places(word).next().is_some(),
            Step::Row(row) => self.row_starts(row).next().is_some(),
            Step::List(number) => !self.list_spots(number).is_empty(),
            Step::Affirmed(_) | Step::Near(_) => !self.spots(code).is_empty(),
            Step::Has(kind) => self.entities_of(kind).next().is_some(),
            Step::Regex(regex) => self.regex(regex).is_match(&self.text.original),
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
        &self.parts.regexes[number as usize]
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
    fn spots(&self, code: Code<'_>) -> Cow<'_, [Spot]> {
        Cow::Owned(match code.step() {
            Step::Word(word) => self.word_spots(word).take(SPOTS_MAX).collect(),
            Step::Row(row) => self.row_spots(row).take(SPOTS_MAX).collect(),
            Step::List(number) => return Cow::Borrowed(self.list_spots(number)),
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
                let mut spots = Vec::new();
                for part in any {
                    spots.extend_from_slice(&self.spots(part));
                }
                tidy(spots)
            }
            Step::Affirmed(inner) => {
                let mut spots = self.spots(inner).into_owned();
                spots.retain(|spot| !self.negated().has(spot.first, spot.last));
                spots
            }
            Step::Near(near) => {
                let mut spots = Vec::new();
                self.pairs(near, |one, other| spots.push(one.around(other)));
                tidy(spots)
            }
            Step::Fact(_) | Step::Not(_) | Step::And(_) => Vec::new(),
        })
    }

    fn negated(&self) -> &Negated {
        self.negated
            .get_or_init(|| Negated::new(self.text, self.facts.language))
    }

    fn pairs(&self, near: Near<'_>, found: impl FnMut(Spot, Spot)) {
        let left = self.spots(near.left);
        if left.is_empty() {
            return;
        }
        pairs(
            &left,
            &self.spots(near.right),
            near.gap,
            near.ordered,
            found,
        );
    }

    /// The places of one word.
    fn places(&self, word: WordId) -> impl Iterator<Item = u32> {
        let start = self.seen.partition_point(|&seen| seen < Seen::new(word, 0));
        let rest = self.seen[start..].iter();
        rest.take_while(move |seen| seen.word() == word)
            .map(|seen| seen.place())
    }

    fn row_starts<'r>(&'r self, row: RowCode<'r>) -> impl Iterator<Item = u32> + 'r {
        self.places(row.words[row.key as usize])
            .filter_map(move |place| place.checked_sub(row.key))
            .filter(|&start| {
                row.words.len() == 1
                    || (start..).zip(row.words.iter()).all(|(place, &word)| {
                        self.seen.binary_search(&Seen::new(word, place)).is_ok()
                    })
            })
    }

    fn word_spots(&self, word: WordId) -> impl Iterator<Item = Spot> {
        self.places(word).map(|place| Spot {
            first: place,
            last: place,
        })
    }

    fn row_spots<'r>(&'r self, row: RowCode<'r>) -> impl Iterator<Item = Spot> + 'r {
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
                list.spots
                    .get_or_init(|| self.find_list(&self.parts.lists[number as usize]))
            }
            Err(_) => &[],
        }
    }

    fn find_list(&self, list: &ListPlan) -> Vec<Spot> {
        let rows = list.rows(self.facts.language);
        let mut spots = Vec::new();
        for seen in self
            .seen
            .chunk_by(|left, right| left.word() == right.word())
        {
            let word = seen[0].word();
            let start = rows.partition_point(|row| row.key_word() < word);
            for row in rows[start..]
                .iter()
                .take_while(|row| row.key_word() == word)
            {
                let row = RowCode {
                    words: &row.words,
                    key: row.key,
                };
                spots.extend(self.row_spots(row));
            }
        }
        tidy(spots)
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
            Step::Word(_) | Step::Row(_) | Step::List(_) => {
                if let Some(spot) = self.longest(code, within) {
                    let shown = &self.layout().shown[spot.first as usize..=spot.last as usize];
                    evidence.places.extend(spot.first..=spot.last);
                    evidence.spans.extend_from_slice(shown);
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
        let mut best: Option<(Spot, Spot)> = None;
        self.pairs(near, |one, other| {
            let pair = one.around(other);
            let is_better = best.is_none_or(|(one, other)| pair.len() < one.around(other).len());
            if within.is_none_or(|within| within.has(pair)) && is_better {
                best = Some((one, other));
            }
        });
        if let Some((one, other)) = best {
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
        match code.step() {
            Step::Word(word) => self.word_spots(word).find(is_inside),
            Step::Row(row) => self.row_spots(row).find(is_inside),
            _ => {
                let spots = self.spots(code);
                let inside = spots.iter().copied().filter(is_inside);
                inside.rev().max_by_key(|spot| spot.len())
            }
        }
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
