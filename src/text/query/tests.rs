//! What queries say, what is refused, and that printing loses nothing.

use proptest::prelude::*;

use super::*;
use crate::text::tokens::TokenText;

/// Queries and how they are printed.
const BINDING: &[(&str, &str)] = &[
    ("bag", "bag"),
    ("Verspätung", "verspatung"),
    ("don't", "dont"),
    ("check-in", "\"check in\""),
    ("\"where is\"", "\"where is\""),
    ("“where is”", "\"where is\""),
    ("\"never arriv*\"", "\"never arriv*\""),
    ("delay*", "delay*"),
    ("luggage~1", "luggage~1"),
    ("\":)\"", "\":)\""),
    ("😡", "\"😡\""),
    ("#GateChange", "\"#gatechange\""),
    ("#gate*", "\"#gate*\""),
    ("„where is“", "\"where is\""),
    ("«where is»", "\"where is\""),
    ("\u{feff}a\u{200b} AND\u{a0}\t\n b", "a AND b"),
    ("B737 OR 5g OR 10:30", "b737 OR 5g OR \"10 30\""),
    ("рейс OR 遅延 OR ñandú", "реис OR \"遅 延\" OR nandu"),
    ("check-in*", "\"check in*\""),
    ("\"lost lugage~1 again\"", "\"lost lugage~1 again\""),
    ("AT&T AND 10,000", "\"at t\" AND \"10 000\""),
    ("\"https://x.example/~1\"", "\"https://x.example/~1\""),
    ("@Northwind", "\"@northwind\""),
    ("a AND b OR c AND d", "a AND b OR c AND d"),
    ("(a OR b) AND c", "(a OR b) AND c"),
    ("(a AND b) AND c", "a AND b AND c"),
    ("((a))", "a"),
    ("NOT a AND NOT (b OR c)", "NOT a AND NOT (b OR c)"),
    ("NOT NOT a", "NOT NOT a"),
    ("NOT a AND b", "NOT a AND b"),
    ("NOT AFFIRMED a", "NOT AFFIRMED a"),
    ("AFFIRMED a NEAR/3 b", "AFFIRMED a NEAR/3 b"),
    ("AFFIRMED (a NEAR/3 b)", "AFFIRMED (a NEAR/3 b)"),
    ("AFFIRMED AFFIRMED (a OR $b)", "AFFIRMED AFFIRMED (a OR $b)"),
    ("a NEAR/2 b BEFORE/3 c", "a NEAR/2 b BEFORE/3 c"),
    ("a AND (b OR c)AND(d)", "a AND (b OR c) AND d"),
    (
        "has:frame-number_2 AND has:flight",
        "has:frame-number_2 AND has:flight",
    ),
    (r"/a\\\/b/", r"/a\\\/b/"),
    ("a NEAR/3 b AND c", "a NEAR/3 b AND c"),
    ("a BEFORE/2 b BEFORE/0 c", "a BEFORE/2 b BEFORE/0 c"),
    ("a NEAR/2 (b NEAR/3 c)", "a NEAR/2 (b NEAR/3 c)"),
    ("NOT (a NEAR/2 b)", "NOT (a NEAR/2 b)"),
    (
        "($lost OR \"where is\") NEAR/6 $bag",
        "($lost OR \"where is\") NEAR/6 $bag",
    ),
    (
        "has:flight AND lang:DE AND is:public",
        "has:flight AND lang:de AND is:public",
    ),
    ("channel:x AND brand:gmc", "channel:x AND brand:gmc"),
    (
        "author.followers>=10000 OR author.verified",
        "author.followers>=10000 OR author.verified",
    ),
    (r"/gate [a-z]\d+/ AND /a\/b/", r"/gate [a-z]\d+/ AND /a\/b/"),
    ("and OR or OR not", "and OR or OR not"),
];

#[test]
fn queries_read_as_they_bind() {
    for &(text, printed) in BINDING {
        let query = parse(text).unwrap();
        assert_eq!(query.to_string(), printed, "{text}");
        assert_eq!(parse(printed).unwrap(), query, "{printed}");
    }
    assert_ne!(
        parse("a OR b AND c").unwrap(),
        parse("(a OR b) AND c").unwrap()
    );
    assert_ne!(
        parse("a NEAR/1 b NEAR/1 c").unwrap(),
        parse("a NEAR/1 (b NEAR/1 c)").unwrap()
    );
}

/// Queries that are refused: at which byte, with what message, and what hint.
const FAULTS: &[(&str, usize, &str, &str)] = &[
    ("", 0, "expected a term", ""),
    ("   ", 0, "expected a term", ""),
    ("a AND", 5, "expected a term", "`AND` needs a term after it"),
    ("a AND\n  \t", 5, "expected a term", "`AND` needs"),
    (
        "a AND AND b",
        6,
        "expected a term",
        "for the word itself write `\"AND\"`",
    ),
    ("OR a", 0, "expected a term", "stands between two terms"),
    ("NEAR/3 a", 0, "expected a term", "stands between two terms"),
    ("()", 1, "expected a term", "nothing stands between"),
    ("a NOT b", 2, "an operator before NOT", "write `AND NOT`"),
    (
        "a AFFIRMED b",
        2,
        "an operator before AFFIRMED",
        "`AND AFFIRMED`",
    ),
    ("(a OR b", 0, "closing `)`", ""),
    ("a)", 1, "closes nothing", "take it out"),
    ("\"open", 0, "closing quotation mark", ""),
    ("“open", 0, "closing quotation mark", ""),
    ("a \"open", 2, "closing quotation mark", ""),
    ("a AND /open", 6, "closing `/`", ""),
    ("a NEAR b", 2, "expected `NEAR/n`", "write `NEAR/6`"),
    ("a NEAR/ 3 b", 2, "expected `NEAR/n`", "write `NEAR/6`"),
    ("a NEAR / 3 b", 2, "expected `NEAR/n`", "write `NEAR/6`"),
    ("a NEAR/x b", 2, "expected `NEAR/n`", ""),
    ("a NEAR/-1 b", 2, "expected `NEAR/n`", ""),
    ("a BEFORE/51 b", 2, "at most 50", "write `BEFORE/6`"),
    ("a NEAR/99999999999999999999 b", 2, "at most 50", ""),
    ("a NEAR/3 (b AND c)", 9, "beside NEAR", "once for each"),
    (
        "a BEFORE/3 NOT b",
        11,
        "beside BEFORE",
        "NOT binds more tightly",
    ),
    ("NOT a NEAR/3 b", 0, "beside NEAR", "write `NOT (…)`"),
    ("is:public NEAR/3 b", 0, "beside NEAR", "with AND"),
    ("(a OR lang:de) NEAR/3 b", 0, "beside NEAR", ""),
    ("AFFIRMED NOT a", 9, "beside AFFIRMED", "NOT binds"),
    ("AFFIRMED (a AND b)", 9, "beside AFFIRMED", "once for each"),
    ("AFFIRMED", 8, "expected a term", "`AFFIRMED` needs"),
    ("a AND $", 6, "word list", ""),
    ("$bag*", 0, "word list", "entries of the list"),
    ("$bag~1", 0, "word list", "entries of the list"),
    ("\"where $bag\"", 7, "words only", "BEFORE/0 $bag"),
    (
        "\"late has:flight\"",
        6,
        "words only",
        "BEFORE/0 has:flight",
    ),
    ("has:", 4, "a name after `has:`", "has:flight"),
    ("has: flight", 4, "a name after `has:`", "without a space"),
    ("has:a,b", 4, "a name after `has:`", ""),
    ("Has:flight", 0, "expected `has:`", "small letters"),
    ("lang:german", 5, "two letters", "lang:de"),
    ("is:angry", 3, "is:question", ""),
    ("from:ann", 0, "`has:`", "quotation marks"),
    ("author.name", 0, "author.followers", ""),
    ("author.followers>", 0, "author.followers", "digits only"),
    (
        "author.followers > 5",
        0,
        "author.followers",
        "without spaces",
    ),
    ("author.followers>10k", 0, "author.followers", "digits only"),
    ("Author.verified", 0, "author.verified", "small letters"),
    (
        "author.followers>99999999999999999999",
        0,
        "author.followers",
        "",
    ),
    ("*", 0, "after one word", ""),
    ("x*", 0, "at least two letters", ""),
    ("a*b", 1, "at the end", ""),
    ("\"late del*y\"", 9, "at the end", ""),
    ("word~3", 4, "`~1` or `~2`", ""),
    ("word~", 4, "`~1` or `~2`", ""),
    ("~3", 0, "`~1` or `~2`", ""),
    ("~1", 0, "one word before `~`", ""),
    ("ab~1", 0, "three letters", ""),
    ("é AND ---", 7, "letter, digit or emoji", ""),
    ("a AND \"\"", 7, "letter, digit or emoji", ""),
    ("a AND :(", 6, "letter, digit or emoji", "an emoticon"),
    ("a AND -b", 6, "not a sign", "write `NOT b`"),
    ("!b", 0, "not a sign", "write `NOT b`"),
    ("+b", 0, "not a sign", "write `AND b`"),
    ("lost|gone", 4, "without `|`", "write ` OR `"),
    ("lost,gone", 4, "without `,`", "write ` OR `"),
    ("lost&&gone", 4, "without `&`", "write ` AND `"),
    ("/(/", 1, "unclosed group", ""),
    (r"/gate\/é [a-/", 10, "unclosed character class", ""),
    ("//", 1, "between the slashes", ""),
    ("/a*/", 1, "at least one character", "`+` instead"),
    (r"/\b/", 1, "at least one character", ""),
    ("/a{1000}{1000}/", 1, "too large", "lower the numbers"),
];

#[test]
fn faults_are_told_with_their_place() {
    for &(text, at, message, hint) in FAULTS {
        let error = parse(text).expect_err(text);
        assert_eq!(error.at, at, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
        let given = error.hint.unwrap_or_default();
        assert!(given.contains(hint), "{text}: {given}");
    }
}

#[test]
fn two_terms_side_by_side_are_told_what_is_missing() {
    let cases = [
        ("lost bag", 5, "or `\"lost bag\"` for words in a row"),
        ("lost $bag", 5, "write AND, OR or NEAR/n"),
        ("bag or lost", 4, "did you mean `OR`?"),
        ("bag and lost", 4, "did you mean `AND`?"),
        ("bag && lost", 4, "did you mean `AND`?"),
        ("bag | lost", 4, "did you mean `OR`?"),
        ("bag und lost", 4, "did you mean `AND`?"),
        ("bag not lost", 4, "did you mean `AND NOT`?"),
        ("bag Near/3 lost", 4, "did you mean `NEAR/3`?"),
        ("bag NEAR3 lost", 4, "did you mean `NEAR/3`?"),
        ("bag NEAR:12 lost", 4, "did you mean `NEAR/12`?"),
        ("bag before lost", 4, "did you mean `BEFORE/6`?"),
        ("not bag", 4, "did you mean `NOT` instead of `not`?"),
        ("affirmed bag", 9, "did you mean `AFFIRMED` instead"),
        (
            "bag AND not lost",
            12,
            "did you mean `NOT` instead of `not`?",
        ),
        ("'where is'", 7, "double quotation marks"),
        ("\"where bag\"~3", 11, "NEAR/2"),
        ("\"never arriv\"*", 13, "inside the quotation marks"),
        ("/gate/i", 6, "no flags"),
        ("bag -lost", 4, "write `AND NOT lost`"),
        ("(a OR b) c", 9, "write AND, OR or NEAR/n"),
    ];
    for (text, at, hint) in cases {
        let error = parse(text).expect_err(text);
        assert_eq!(error.at, at, "{text}: {error}");
        assert!(
            error.message.contains("expected an operator"),
            "{text}: {error}"
        );
        let given = error.hint.unwrap_or_default();
        assert!(given.contains(hint), "{text}: {given}");
    }
}

#[test]
fn names_are_known_with_their_places() {
    let query = parse("$bag AND ($lost OR NOT has:flight) AND has:bag_tag").unwrap();
    let names = |names: &[Name]| -> Vec<(String, usize)> {
        names
            .iter()
            .map(|name| (name.name.clone(), name.at))
            .collect()
    };
    assert_eq!(
        names(query.lists()),
        [("bag".to_owned(), 0), ("lost".to_owned(), 10)]
    );
    assert_eq!(
        names(query.entities()),
        [("flight".to_owned(), 23), ("bag_tag".to_owned(), 39)]
    );
}

#[test]
fn list_entries_are_checked() {
    for (entry, is_fine) in [
        ("hand luggage", true),
        ("suitcase*", true),
        ("a*b", false),
        ("--", false),
    ] {
        assert_eq!(check_entry(entry).is_ok(), is_fine, "{entry}");
    }
}

#[test]
fn a_query_that_needs_no_word_is_known() {
    let cases = [
        ("bag", true),
        ("NOT bag", false),
        ("bag AND NOT found", true),
        ("bag OR NOT found", false),
        ("is:public", false),
        ("is:public AND has:booking", true),
        ("a NEAR/2 b", true),
        ("/x+/", true),
        ("NOT NOT bag", false),
        ("AFFIRMED bag", true),
        ("NOT AFFIRMED bag", false),
    ];
    for (text, needs) in cases {
        assert_eq!(parse(text).unwrap().needs_a_leaf(), needs, "{text}");
    }
}

#[test]
fn a_query_that_never_matches_is_known() {
    let cases = [
        ("a AND NOT a", Some(("a", "NOT a"))),
        ("NOT (a OR b) AND c AND b", Some(("b", "NOT (a OR b)"))),
        (
            "\"lost bag\" AND NOT bag",
            Some(("\"lost bag\"", "NOT bag")),
        ),
        ("delayed AND NOT dela*", Some(("delayed", "NOT dela*"))),
        ("a NEAR/3 b AND NOT b", Some(("a NEAR/3 b", "NOT b"))),
        (
            "is:public AND a AND is:private",
            Some(("is:public", "is:private")),
        ),
        ("lang:en AND lang:de AND a", Some(("lang:en", "lang:de"))),
        ("AFFIRMED a AND NOT a", Some(("AFFIRMED a", "NOT a"))),
        ("(a AND NOT a) OR (b AND NOT b)", Some(("a", "NOT a"))),
        ("(a AND NOT a) OR b", None),
        ("a AND NOT b", None),
        ("a AND NOT \"a b\"", None),
        ("a AND NOT AFFIRMED a", None),
        ("dela* AND NOT delayed", None),
        ("a AND NOT (a AND b)", None),
        ("lang:en OR lang:de", None),
        ("author.followers>5 AND author.followers<9 AND a", None),
    ];
    for (text, expected) in cases {
        let found = parse(text).unwrap().contradiction();
        let found = found
            .as_ref()
            .map(|(one, other)| (one.as_str(), other.as_str()));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_query_that_another_covers_is_known() {
    let cases = [
        ("a", "a", true),
        ("a AND b", "a", true),
        ("a", "a AND b", false),
        ("a AND b AND c", "c AND a", true),
        ("a", "a OR b", true),
        ("a OR b", "a", false),
        ("a OR b", "c OR b OR a", true),
        ("\"x lost bag y\"", "\"lost bag\"", true),
        ("delayed", "dela*", true),
        ("dela*", "delayed", false),
        ("a NEAR/2 b", "b NEAR/3 a", true),
        ("a NEAR/4 b", "a NEAR/3 b", false),
        ("a BEFORE/2 b", "a NEAR/2 b", true),
        ("a NEAR/2 b", "a BEFORE/2 b", false),
        ("a NEAR/2 $b", "$b", true),
        ("AFFIRMED a", "a", true),
        ("a", "AFFIRMED a", false),
        ("NOT a", "NOT \"a b\"", true),
        ("NOT \"a b\"", "NOT a", false),
    ];
    for (one, other, expected) in cases {
        let (one, other) = (parse(one).unwrap(), parse(other).unwrap());
        assert_eq!(one.implies(&other), expected, "{one} → {other}");
    }
    let deep = |word: &str| {
        parse(&format!(
            "{}{word}{}",
            "(a OR (b AND ".repeat(25),
            "))".repeat(25)
        ))
    };
    assert!(
        !deep("x").unwrap().implies(&deep("y").unwrap()),
        "and in time"
    );
}

#[test]
fn a_hostile_query_is_refused_not_followed() {
    let deep = format!("{}a{}", "(".repeat(50_000), ")".repeat(50_000));
    let nots = "NOT ".repeat(50_000);
    let chain = format!("a{}", " NEAR/1 a".repeat(50_000));
    for text in [deep, nots, chain] {
        assert!(parse(&text).unwrap_err().message.contains("nested"));
    }
    assert!(parse(&format!("a{}", " OR a".repeat(50_000))).is_ok());
}

fn arbitrary_term() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zäß]{1,6}",
        "[a-z]{2,5}\\*",
        "[a-e][f-j][k-o][p-t][u-z]~[12]",
        "\"[a-z]{1,4}( [a-zA-Z'#@-]{1,4}b){0,3}\"",
        "\\$[a-z-]{1,5}",
        "has:(flight|booking)",
        "/[a-z]{1,3}\\\\/x\\?[0-9]+/",
        Just("😡".to_owned()),
        Just("\":-(\"".to_owned()),
    ]
}

fn arbitrary_condition() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("is:question".to_owned()),
        Just("author.followers<=7".to_owned()),
        Just("lang:es".to_owned()),
        Just("author.verified".to_owned()),
    ]
}

/// Queries made by joining, with parentheses put in by chance.
fn arbitrary_query() -> impl Strategy<Value = String> {
    let near = (
        arbitrary_term(),
        0u32..9,
        any::<bool>(),
        arbitrary_term(),
        arbitrary_term(),
    )
        .prop_map(|(a, gap, ordered, b, c)| {
            let name = if ordered { "BEFORE" } else { "NEAR" };
            format!("{a} {name}/{gap} ({b} OR {c}) NEAR/2 {b}")
        });
    let leaf = prop_oneof![3 => arbitrary_term(), 1 => arbitrary_condition(), 1 => near];
    leaf.prop_recursive(5, 40, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} AND {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} OR {b}")),
            inner.clone().prop_map(|a| format!("({a})")),
            arbitrary_term().prop_map(|a| format!("AFFIRMED ({a} OR AFFIRMED {a})")),
            inner.prop_map(|a| format!("NOT ({a})")),
        ]
    })
}

proptest! {
    #[test]
    fn a_word_of_small_letters_asks_for_its_token(word in "(http|https|www|[a-z])[a-z]{0,200}") {
        let tokens = TokenText::new(&word);
        let tokens: Vec<Word> = tokens.tokens().map(|token| Word::Exact(token.text.to_owned())).collect();
        prop_assert_eq!(words(&word).unwrap(), tokens);
    }

    #[test]
    fn printing_loses_nothing(text in arbitrary_query()) {
        let query = parse(&text).unwrap();
        prop_assert_eq!(parse(&query.to_string()).unwrap(), query);
    }

    #[test]
    fn any_text_is_read_or_refused_inside_it(text in any::<String>()) {
        match parse(&text) {
            Ok(query) => prop_assert_eq!(parse(&query.to_string()), Ok(query)),
            Err(error) => prop_assert!(text.is_char_boundary(error.at)),
        }
    }
}
