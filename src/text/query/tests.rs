//! What queries say, what is refused, and that printing loses nothing.

use proptest::prelude::*;

use super::*;

#[test]
fn queries_read_as_they_bind() {
    let cases = [
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
        ("@Northwind", "\"@northwind\""),
        ("a AND b OR c AND d", "a AND b OR c AND d"),
        ("(a OR b) AND c", "(a OR b) AND c"),
        ("(a AND b) AND c", "a AND b AND c"),
        ("((a))", "a"),
        ("NOT a AND NOT (b OR c)", "NOT a AND NOT (b OR c)"),
        ("NOT NOT a", "NOT NOT a"),
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
    for (text, printed) in cases {
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

#[test]
fn faults_are_told_with_their_place() {
    let cases = [
        ("", 0, "expected a term"),
        ("   ", 3, "expected a term"),
        ("lost bag", 5, "write AND, OR or NEAR/n"),
        ("bag or lost", 4, "in capitals"),
        ("a AND", 5, "expected a term"),
        ("a AND AND b", 6, "expected a term"),
        ("a NOT b", 2, "write `AND NOT`"),
        ("(a OR b", 0, "closing `)`"),
        ("a)", 1, "closes nothing"),
        ("()", 1, "expected a term"),
        ("\"open", 0, "closing quotation mark"),
        ("a AND /open", 6, "closing `/`"),
        ("/(/", 0, "compiles"),
        ("/a*/", 0, "at least one character"),
        ("a NEAR b", 2, "NEAR/6"),
        ("a NEAR/x b", 2, "NEAR/6"),
        ("a BEFORE/51 b", 2, "at most 50"),
        ("a NEAR/3 (b AND c)", 9, "beside NEAR"),
        ("is:public NEAR/3 b", 0, "beside NEAR"),
        ("NOT a NEAR/3 b", 0, "beside NEAR"),
        ("a AND $", 6, "word list"),
        ("has:", 0, "an entity"),
        ("is:angry", 0, "is:question"),
        ("from:ann", 0, "`has:`"),
        ("author.name", 0, "author.followers"),
        ("author.followers>", 0, "author.followers"),
        ("*", 0, "after one word"),
        ("a*b", 0, "at the end"),
        ("word~3", 0, "`~1` or `~2`"),
        ("ab~1", 0, "three letters"),
        ("é AND ---", 7, "letter, digit or emoji"),
    ];
    for (text, at, part) in cases {
        let error = parse(text).unwrap_err();
        assert_eq!(error.at, at, "{text}: {error}");
        assert!(error.message.contains(part), "{text}: {error}");
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
    ];
    for (text, needs) in cases {
        assert_eq!(parse(text).unwrap().needs_a_leaf(), needs, "{text}");
    }
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
            inner.prop_map(|a| format!("NOT ({a})")),
        ]
    })
}

proptest! {
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
