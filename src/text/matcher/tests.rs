//! What rules match, and that the matcher agrees with the plainest evaluator there could be.

use proptest::prelude::*;

use super::spots::Spot;
use super::*;
use crate::text::entities::{Hints, find};
use crate::text::query::{Fact, Node, Word, parse, words};
use crate::text::tokens::negation::{Scope, scopes};

/// The word lists of two packs: `bag` is another in each, `lost` is the same.
struct Packs([Vec<NamedList>; 2]);

type NamedList = (&'static str, Vec<(Language, Vec<String>)>);

impl Packs {
    fn new() -> Self {
        let entry = |language: &str, words: &[&str]| {
            let words = words.iter().map(|&word| word.to_owned()).collect();
            (Language::from(language), words)
        };
        let lost = || ("lost", vec![entry("en", &["lost", "missing", "a b"])]);
        let air = vec![
            entry("de", &["Koffer", "Gepäck"]),
            entry("en", &["bag", "bags", "suitcase*", "hand luggage"]),
        ];
        let shop = vec![entry("en", &["bag", "basket", "a a"])];
        Self([vec![("bag", air), lost()], vec![("bag", shop), lost()]])
    }

    fn scopes(&self) -> Vec<Lists<'_>> {
        let lists = self.0.iter();
        lists
            .map(|lists| {
                lists
                    .iter()
                    .map(|(name, words)| (*name, words.as_slice()))
                    .collect()
            })
            .collect()
    }
}

fn facts(language: Option<&Language>) -> Facts<'_> {
    Facts {
        language,
        other_language: false,
        channel: "x",
        brand: "northwind",
        public: true,
        is_reply: false,
        followers: Some(500),
        verified: false,
    }
}

fn hits(query: &str, text: &str, language: Option<&str>) -> Vec<Hit> {
    let rule = Rule {
        scope: 0,
        query: &parse(query).unwrap(),
    };
    let matcher = Matcher::new(&[rule], &Packs::new().scopes());
    let language = language.map(Language::from);
    let entities = find(text, &Hints::default());
    let facts = facts(language.as_ref());
    matcher.find(&TokenText::new(text), &entities, &facts, &[0])
}

#[test]
fn rules_match_or_not() {
    let cases = [
        ("bag", "my BAG!", true),
        ("bag", "baggage", false),
        ("verspätung", "VERSPATUNG", true),
        ("so AND help", "sooooo, heeelp", true),
        ("soooo", "sooooooo", true),
        ("\"where is\"", "where the hell is", false),
        ("\"where is\"", "So WHERE IS it", true),
        ("\"never arriv*\"", "it never arrived", true),
        ("delay*", "delayed", true),
        ("luggage~1", "my lugage", true),
        ("luggage~1", "my lugge", false),
        ("bag AND NOT found", "bag", true),
        ("bag AND NOT found", "found my bag", false),
        ("lost NEAR/1 bag", "lost my bag", true),
        ("lost NEAR/1 bag", "bag: lost", true),
        ("lost NEAR/1 bag", "lost all of my bag", false),
        ("bag NEAR/5 bag", "bag", false),
        ("bag BEFORE/1 lost", "lost bag", false),
        ("bag BEFORE/1 is BEFORE/1 lost", "bag is so lost", true),
        ("(a NEAR/5 b) NEAR/0 c", "a b b c", true),
        ("$lost NEAR/3 $bag", "missing: two suitcases", true),
        ("$bag", "wo ist mein koffer", true),
        ("$unknown", "bag", false),
        ("gate AND change", "#GateChange", true),
        ("#gatechange", "#GateChange", true),
        ("\"the gate change now\"", "the #GateChange now", true),
        ("@northwind", "hey @Northwind", true),
        ("😡", "no 😡", true),
        ("has:flight AND late", "KL871 is late", true),
        ("has:flight NEAR/1 late", "KL871 is late", true),
        ("has:flight NEAR/0 late", "KL871 is late", false),
        ("has:flight", "no number", false),
        (r"/gate [a-z]\d+/", "at Gate B32 now", true),
        (r"/gate [a-z]\d+/ NEAR/0 now", "at Gate B32 now", true),
        ("遅延", "大幅な遅延です", true),
        ("lang:de", "bag", false),
        ("lang:other", "bag", false),
        ("is:question", "bag?", true),
        ("is:question", "where bag", true),
        ("is:question", "https://x.example/?a", false),
        ("is:shouting", "WHERE IS MY BAG", true),
        ("is:shouting", "Where is my BAG", false),
        ("is:public AND channel:x AND brand:Northwind", "", true),
        ("is:private OR is:reply OR author.verified", "bag", false),
        (
            "author.followers>499 AND author.followers<=500",
            "bag",
            true,
        ),
        ("author.followers>500", "bag", false),
    ];
    for (query, text, expected) in cases {
        assert_eq!(
            !hits(query, text, None).is_empty(),
            expected,
            "{query} in {text}"
        );
    }
}

#[test]
fn what_is_negated_is_not_affirmed() {
    let cases = [
        ("AFFIRMED late", "not late", false),
        (
            "AFFIRMED late",
            "not late at first, but later very late",
            true,
        ),
        ("AFFIRMED $lost NEAR/3 $bag", "never lost my bag", false),
        ("AFFIRMED \"not working\"", "it is not working", true),
        ("AFFIRMED working", "it is not working", false),
        (
            "AFFIRMED (lost NEAR/3 bag)",
            "they have not lost my bag",
            false,
        ),
        ("AFFIRMED has:flight", "this is not KL871", false),
        ("late AND NOT AFFIRMED late", "not late", true),
        (r"AFFIRMED /gate \w+/", "not at gate B3", false),
    ];
    for (query, text, expected) in cases {
        assert_eq!(
            !hits(query, text, None).is_empty(),
            expected,
            "{query} in {text}"
        );
    }
}

#[test]
fn a_list_speaks_the_language_of_the_text() {
    let cases = [
        ("$bag", "koffer bag", Some("de"), "koffer"),
        ("$bag", "koffer bag", Some("en"), "bag"),
        ("$bag", "hand luggage", Some("fr"), "hand luggage"),
    ];
    for (query, text, language, expected) in cases {
        let hits = hits(query, text, language);
        let shown: Vec<&str> = hits[0]
            .spans
            .iter()
            .map(|span| &text[span.clone()])
            .collect();
        assert_eq!(shown.join(" "), expected);
    }
    assert_eq!(hits("$bag", "koffer", Some("en")), []);
}

#[test]
fn a_hit_shows_what_matched() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "lost NEAR/3 bag",
            "bag bag and then Lost my bag",
            &["Lost", "bag"],
        ),
        ("bag AND NOT found", "a bag", &["bag"]),
        ("gate", "#GateChange", &["#GateChange"]),
        ("has:flight AND is:public", "KL871 late", &["KL871"]),
        ("bag OR \"lost bag\"", "lost bag", &["lost", "bag"]),
        (r"/gate \w+/", "gate B3", &["gate B3"]),
        ("AFFIRMED (late OR lost)", "not late. LOST, LATE", &["LOST"]),
    ];
    for (query, text, expected) in cases {
        let hits = hits(query, text, None);
        let shown: Vec<&str> = hits[0]
            .spans
            .iter()
            .map(|span| &text[span.clone()])
            .collect();
        assert_eq!(&shown[..], *expected, "{query}");
    }
}

#[test]
fn more_words_closer_together_weigh_more() {
    let weight = |query: &str, text: &str| hits(query, text, None)[0].weight;
    assert!(weight("lost AND bag", "lost bag") > weight("bag", "lost bag"));
    assert!(weight("lost NEAR/3 bag", "lost bag") > weight("lost NEAR/3 bag", "lost my dear bag"));
    assert!(weight("bag AND is:public", "bag") > weight("bag", "bag"));
}

#[test]
fn a_hostile_text_is_evaluated_in_time() {
    let text = "bag ".repeat(16_000);
    assert_eq!(
        hits("bag NEAR/50 bag NEAR/50 bag AND $bag", &text, None).len(),
        1
    );
}

/// The plainest evaluator: every node tried at every place, nothing compiled.
struct Plain<'a> {
    text: &'a TokenText,
    facts: &'a Facts<'a>,
    lists: &'a Lists<'a>,
}

impl Plain<'_> {
    fn holds(&self, node: &Node) -> bool {
        match node {
            Node::Not(inner) => !self.holds(inner),
            Node::And(all) => all.iter().all(|part| self.holds(part)),
            Node::Or(any) => any.iter().any(|part| self.holds(part)),
            Node::Fact(Fact::Public) => self.facts.public,
            placed => !self.spots(placed).is_empty(),
        }
    }

    fn spots(&self, node: &Node) -> Vec<Spot> {
        match node {
            Node::Phrase(words) => self.rows(words),
            Node::List(name) => {
                let languages = self.lists[name.as_str()];
                let own = languages
                    .iter()
                    .find(|(language, _)| Some(language) == self.facts.language);
                let entries: Vec<&String> = match own {
                    Some((_, own)) => own.iter().collect(),
                    None => languages.iter().flat_map(|(_, words)| words).collect(),
                };
                let rows = entries.into_iter().map(|entry| words(entry).unwrap());
                rows.flat_map(|row| self.rows(&row)).collect()
            }
            Node::Or(any) => any.iter().flat_map(|part| self.spots(part)).collect(),
            Node::Affirmed(inner) => {
                let scopes = scopes(self.text, self.facts.language);
                let mut spots = self.spots(inner);
                spots.retain(|spot| !scopes.iter().any(|scope| is_negated(*spot, scope)));
                spots
            }
            Node::Near {
                left,
                right,
                gap,
                ordered,
            } => {
                let mut out = Vec::new();
                for one in self.spots(left) {
                    for other in self.spots(right) {
                        let after = other.first > one.last && other.first - one.last - 1 <= *gap;
                        let before = other.last < one.first && one.first - other.last - 1 <= *gap;
                        if after || (before && !ordered) {
                            out.push(one.around(other));
                        }
                    }
                }
                out
            }
            _ => Vec::new(),
        }
    }

    fn rows(&self, words: &[Word]) -> Vec<Spot> {
        let stands = |word: &Word, place: u32| {
            self.text.tokens().any(|token| {
                let forms = [Some(token.text), token.short];
                token.place == place && forms.into_iter().flatten().any(|form| fits(word, form))
            })
        };
        let end = u32::try_from(self.text.tokens().len()).unwrap();
        (0..end)
            .filter(|&first| {
                (first..)
                    .zip(words)
                    .all(|(place, word)| stands(word, place))
            })
            .map(|first| Spot {
                first,
                last: first + u32::try_from(words.len()).unwrap() - 1,
            })
            .collect()
    }
}

/// Whether a word of `spot` lies in the reach of a negator outside it.
fn is_negated(spot: Spot, scope: &Scope) -> bool {
    let is_inside = |place: u32| spot.first <= place && place <= spot.last;
    !is_inside(scope.negator) && (scope.first..=scope.last).any(is_inside)
}

fn fits(word: &Word, token: &str) -> bool {
    match word {
        Word::Exact(text) => text == token,
        Word::Prefix(text) => token.starts_with(text.as_str()),
        Word::Fuzzy(text, edits) => distance::within(text, token, *edits),
    }
}

fn arbitrary_place() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => "[abcd]",
        1 => "\"[abcd] [abcd]\"",
        1 => "[ab][ab]\\*",
        1 => "abc~1",
        1 => Just("$bag".to_owned()),
        1 => Just("$lost".to_owned()),
    ];
    word.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), 0..4, inner.clone())
                .prop_map(|(a, n, b)| format!("({a}) NEAR/{n} ({b})")),
            (inner.clone(), 0..4, inner.clone())
                .prop_map(|(a, n, b)| format!("({a}) BEFORE/{n} ({b})")),
            inner.clone().prop_map(|a| format!("AFFIRMED ({a})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a}) OR ({b})")),
        ]
    })
}

fn arbitrary_rule() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![5 => arbitrary_place(), 1 => Just("is:public".to_owned())];
    leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) AND ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) OR ({b})")),
            inner.prop_map(|a| format!("NOT ({a})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn the_matcher_agrees_with_the_plain_evaluator(
        rules in proptest::collection::vec((0..2_u32, arbitrary_rule()), 1..6),
        text in "((a|b|c|d|ab|abb|aaab|abd|bag|basket|suitcases|lost|koffer|#AbCd|hand luggage|not|nicht|no|but|nicht\\.|#NotA) ){0,12}",
        language in proptest::option::of(prop_oneof![Just("en"), Just("de"), Just("fr")]),
        asked in prop_oneof![Just(vec![0]), Just(vec![1]), Just(vec![1, 0]), Just(vec![])],
    ) {
        let packs = Packs::new();
        let scopes = packs.scopes();
        let language = language.map(Language::from);
        let facts = facts(language.as_ref());
        let text = TokenText::new(&text);
        let queries: Vec<(u32, Query)> = rules.iter().map(|(scope, rule)| (*scope, parse(rule).unwrap())).collect();
        let rules: Vec<Rule<'_>> = queries.iter().map(|(scope, query)| Rule { scope: *scope, query }).collect();
        let expected: Vec<u32> = (0..)
            .zip(&rules)
            .filter(|(_, rule)| asked.contains(&rule.scope))
            .filter(|(_, rule)| {
                let lists = &scopes[rule.scope as usize];
                Plain { text: &text, facts: &facts, lists }.holds(rule.query.root())
            })
            .map(|(place, _)| place)
            .collect();
        let hits = Matcher::new(&rules, &scopes).find(&text, &[], &facts, &asked);
        for hit in &hits {
            prop_assert!(hit.spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
        }
        let found: Vec<u32> = hits.iter().map(|hit| hit.rule).collect();
        prop_assert_eq!(found, expected);
    }
}
