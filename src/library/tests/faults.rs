//! One fault, one message, at the place where the author must look.

use super::*;

/// Loads the sound pack with `changes` and compares every problem found.
#[track_caller]
pub(super) fn check(changes: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(problems(&[air(changes)]), expected, "{changes:?}");
}

fn topic_with(line: &str) -> String {
    TOPIC.replacen("[[test]]", &format!("{line}\n[[test]]"), 1)
}

pub(super) fn topic_when(rule: &str) -> String {
    TOPIC.replacen("'''lost AND $bag'''", rule, 1)
}

#[test]
fn faults_of_the_file_itself() {
    check(
        &[(
            "topics/bag.toml",
            &TOPIC.replacen("title = \"Bag\"", "titel = \"Bag\"", 1),
        )],
        &[
            "air/topics/bag.toml:1:1: error: `title` is missing\n  hint: write title = \"…\"",
            "air/topics/bag.toml:1:1: error: unknown key `titel`\n  hint: did you mean `title`? known keys: title, severity, priority, when, vague, examples, needs, reply, handoff, action, test",
        ],
    );
    check(
        &[("topics/bag.toml", &topic_with("priority = \"high\""))],
        &[
            "air/topics/bag.toml:4:12: error: `priority` must be a whole number in range, not a text",
        ],
    );
    check(
        &[("topics/bag.toml", &topic_with("severity = \"hgih\""))],
        &[
            "air/topics/bag.toml:4:12: error: `hgih` is not a value of `severity`\n  hint: did you mean `high`? known values: low, normal, high, critical",
        ],
    );
    check(
        &[(
            "topics/bag.toml",
            &topic_with("handoff = { first_response = \"soon\" }"),
        )],
        &[
            "air/topics/bag.toml:4:30: error: `soon` is not a time between 1 s and 7 days\n  hint: write it as `30m`, `2h` or `1h30m`",
        ],
    );
    check(
        &[("replies/en/bag.txt", "x")],
        &[
            "air/replies/en/bag.txt:1:1: warning: this file is not read\n  hint: a pack has pack.toml, topics/<name>.toml and replies/<language>/<name>.hbs",
        ],
    );
    check(
        &[("pack.toml", "")],
        &[
            "air/pack.toml:0:0: error: the pack has no pack.toml\n  hint: write one with `title` and `languages`",
        ],
    );
}

#[test]
fn what_toml_cannot_read_is_reported_and_the_rest_is_read_on() {
    let found = problems(&[air(&[(
        "topics/bag.toml",
        "title = \nwhen = ['lost AND $bga']\nreply = \"bag\"\n",
    )])]);
    assert!(
        found
            .iter()
            .any(|line| line.contains(":1:9: error: string values must be quoted")),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|line| line.contains(":2:19: error: unknown word list `bga`")),
        "{found:?}"
    );
}

#[test]
fn faults_of_a_rule_are_found_inside_the_rule() {
    for (rule, place) in [
        ("'lost AND'", "2:18"),
        ("'''lost AND'''", "2:20"),
        ("'''\nlost AND'''", "3:9"),
        ("\"é AND lost AND\"", "2:24"),
        (r#""\"lost\" AND""#, "2:22"),
        (r#""\u00e9 AND""#, "2:20"),
        ("\"\"\"lost \\\n   AND\"\"\"", "3:7"),
    ] {
        let found = problems(&[air(&[("topics/bag.toml", &topic_when(rule))])]);
        let expected = format!("air/topics/bag.toml:{place}: error: expected a term here");
        assert!(found[0].starts_with(&expected), "{rule}: {found:?}");
    }
    check(
        &[(
            "topics/bag.toml",
            &topic_when("'''lost AND $bga AND $bag AND has:bga'''"),
        )],
        &[
            "air/topics/bag.toml:2:21: error: unknown word list `bga`\n  hint: did you mean `bag`? known word lists: bag",
            "air/topics/bag.toml:2:39: error: unknown entity `bga`\n  hint: known entities: airport, amount, bag_tag, booking, card, date, duration, flight, iban, mail, order, passport, phone, ticket, time, url, vin",
        ],
    );
    check(
        &[("topics/bag.toml", &topic_when("'''$bag''', '''NOT lost'''"))],
        &[
            "air/topics/bag.toml:2:21: error: this rule could match without a single word\n  hint: ask for at least one word, list, entity or pattern with AND",
        ],
    );
    check(
        &[("topics/bag.toml", &topic_when("'''$bag''', '''($bag)'''"))],
        &["air/topics/bag.toml:2:21: error: this rule stands above already\n  hint: take it out"],
    );
}

#[test]
fn names_that_lead_nowhere() {
    check(
        &[(
            "topics/bag.toml",
            &TOPIC.replacen("reply = \"bag\"", "reply = \"bga\"", 1),
        )],
        &[
            "air/topics/bag.toml:3:9: error: unknown reply `bga`\n  hint: did you mean `bag`? known replies: bag",
        ],
    );
    check(
        &[(
            "topics/bag.toml",
            &topic_with("handoff = { desk = \"bags\" }"),
        )],
        &["air/topics/bag.toml:4:20: error: unknown desk `bags`\n  hint: there are no desks here"],
    );
    check(
        &[(
            "topics/bag.toml",
            &topic_with("needs = [\"bagtag\", \"booking\"]"),
        )],
        &[
            "air/topics/bag.toml:4:10: error: unknown entity `bagtag`\n  hint: did you mean `bag_tag`? known entities: airport, amount, bag_tag, booking, card, date, duration, flight, iban, mail, order, passport, phone, ticket, time, url, vin",
            "air/topics/bag.toml:4:20: error: nothing asks for `booking`\n  hint: write replies/<language>/ask-booking.hbs",
        ],
    );
    check(
        &[(
            "pack.toml",
            &PACK.replacen("languages", "extends = [\"core\"]\nlanguages", 1),
        )],
        &["air/pack.toml:2:12: error: unknown pack `core`\n  hint: there are no packs here"],
    );
    check(
        &[(
            "topics/bag.toml",
            &TOPIC.replacen(
                "topic = \"bag\"",
                "not_topic = \"bug\", language = \"de\"",
                1,
            ),
        )],
        &[
            "air/topics/bag.toml:6:24: error: unknown topic `bug`\n  hint: did you mean `bag`? known topics: bag",
            "air/topics/bag.toml:6:42: error: unknown language `de`\n  hint: known languages: en",
        ],
    );
}

#[test]
fn faults_of_a_reply() {
    let long = "word ".repeat(70);
    for (text, expected) in [
        (
            "Hi {{customer.nam}}",
            "1:4: error: unknown value `customer.nam`\n  hint: did you mean `customer.name`? known values: brand.name, case.number, contact, customer.name, flight.estimated_departure, flight.number, notice.text, private, wait",
        ),
        (
            "Hi\n---\n\nHä {{#if wiat}}x{{/if}}",
            "4:4: error: unknown value `wiat`\n  hint: did you mean `wait`? known values: brand.name, case.number, contact, customer.name, flight.estimated_departure, flight.number, notice.text, private, wait",
        ),
        (
            "{{private}}",
            "1:1: error: `private` is a yes or no and has no text\n  hint: ask for it: {{#if private}}…{{/if}}",
        ),
        (
            "{{lookup wait 1}}",
            "1:1: error: `lookup` cannot be computed with\n  hint: a reply may only insert a value: {{flight.number}}",
        ),
        (
            "a {{#each wait}}x{{/each}}",
            "1:3: error: a reply cannot use `each`\n  hint: known blocks: if, unless",
        ),
        (
            "{{> other}}",
            "1:1: error: a reply cannot use partials or decorators\n  hint: write the words out",
        ),
        (
            "Hi\n---\n",
            "3:1: error: this wording is empty\n  hint: write it or take it out",
        ),
        (
            &long,
            "1:1: error: too long in public: the shortest wording can take 349 of 300\n  hint: shorten one wording, or say less of it with {{#if private}}",
        ),
    ] {
        check(
            &[("replies/en/bag.hbs", text)],
            &[&format!("air/replies/en/bag.hbs:{expected}")],
        );
    }
    let found = problems(&[air(&[("replies/en/bag.hbs", "Hi\n---\nx {{#if wait}} y")])]);
    assert!(
        found[0].starts_with("air/replies/en/bag.hbs:3:"),
        "{found:?}"
    );
    check(
        &[("replies/en/bag.hbs", &format!("{long}\n---\nShort."))],
        &[],
    );
}

#[test]
fn every_language_has_every_reply() {
    check(
        &[(
            "pack.toml",
            &PACK.replacen("[\"en\"]", "[\"en\", \"de\"]", 1),
        )],
        &[
            "air/pack.toml:2:20: error: reply `bag` is missing in `de`\n  hint: write replies/de/bag.hbs",
        ],
    );
    check(
        &[("replies/fr/bag.hbs", REPLY)],
        &["air/replies/fr/bag.hbs:1:1: error: unknown language `fr`\n  hint: known languages: en"],
    );
    check(
        &[("pack.toml", &PACK.replacen("en = [", "fr = [", 1))],
        &["air/pack.toml:5:1: error: unknown key `fr`\n  hint: known keys: en"],
    );
    check(
        &[("pack.toml", &PACK.replacen("suit case", "suit c*se", 1))],
        &["air/pack.toml:5:21: error: expected `*` at the end of a word only"],
    );
}

#[test]
fn topics_that_cannot_do_their_work() {
    let twin = TOPIC.replacen("title = \"Bag", "priority = 1\ntitle = \"Bags", 1);
    check(
        &[("topics/twin.toml", &twin)],
        &[
            "air/topics/bag.toml:2:9: error: this topic can never win: `twin` matches whenever it does and goes first\n  hint: make the rules differ, or raise `priority`",
        ],
    );
    check(
        &[("topics/bag.toml", &topic_with("severity = \"critical\""))],
        &[
            "air/topics/bag.toml:1:1: error: a critical topic goes to a person at once\n  hint: write handoff = { when = \"always\" }",
            "air/topics/bag.toml:3:9: error: a critical topic is never answered by template\n  hint: take `reply` out; a person gets it at once",
        ],
    );
    check(
        &[("topics/bag.toml", &TOPIC.replacen("reply = \"bag\"", "", 1))],
        &[
            "air/topics/bag.toml:1:1: error: nobody answers this topic\n  hint: give it a `reply`, or handoff = { when = \"always\" }, or action = \"ignore\"",
        ],
    );
    let untested = TOPIC.split("[[test]]").next().unwrap();
    check(
        &[("topics/bag.toml", untested)],
        &[
            "air/topics/bag.toml:1:1: warning: this topic has no tests\n  hint: write a [[test]] that must match and one that must not",
        ],
    );
    check(
        &[("topics/bag.toml", &topic_when("'''lost'''"))],
        &[
            "air/pack.toml:4:8: warning: no rule uses the list `bag`\n  hint: take it out, or use it in a rule as $name",
        ],
    );
    check(
        &[("topics/bag.toml", &TOPIC.replacen("topic = \"bag\"", "", 1))],
        &[
            "air/topics/bag.toml:4:1: error: this test expects nothing\n  hint: write expect = { topic = \"…\" }",
        ],
    );
}

#[test]
fn a_pack_that_is_there_twice_or_builds_on_itself() {
    let found = problems(&[air(&[]), air(&[])]);
    assert_eq!(
        found,
        [
            "air/pack.toml:1:1: error: pack `air` is there twice\n  hint: rename one of the two folders"
        ]
    );
    let base = shipped::from_files(
        "base",
        "base",
        [(
            "pack.toml".to_owned(),
            "title = \"B\"\nlanguages = [\"en\"]\nextends = [\"air\"]\n".to_owned(),
        )],
    );
    let air = air(&[(
        "pack.toml",
        &PACK.replacen("languages", "extends = [\"base\"]\nlanguages", 1),
    )]);
    assert_eq!(
        problems(&[air, base]),
        [
            "air/pack.toml:2:12: error: `base` builds on `air` in turn\n  hint: one of the two must not extend the other",
            "base/pack.toml:3:12: error: `air` builds on `base` in turn\n  hint: one of the two must not extend the other",
        ]
    );
}

#[test]
fn a_warning_alone_does_not_stop_the_load() {
    let untested = TOPIC.split("[[test]]").next().unwrap();
    let (library, found) = Library::load(&[air(&[("topics/bag.toml", untested)])]);
    assert!(library.is_some() && found.len() == 1);
    let (library, _) = Library::load(&[air(&[("topics/bag.toml", "")])]);
    assert!(library.is_some(), "a pack may have no topics");
}

#[test]
fn what_stands_twice() {
    let other = TOPIC.replacen("title = \"Bag\"", "title = \"BAG \"", 1);
    let other = other.replacen(
        "'''lost AND $bag'''",
        "'''gone AND $bag''', '''(lost) AND $bag'''",
        1,
    );
    check(
        &[("topics/other.toml", &other)],
        &[
            "air/topics/other.toml:1:1: warning: `bag` has this title too\n  hint: give one of them another title, or make one topic of the two",
            "air/topics/other.toml:2:30: warning: `bag` has this rule too\n  hint: a message would be about both; keep the rule in one of them",
        ],
    );
    check(
        &[(
            "pack.toml",
            &PACK.replacen("\"bag\", ", "\"bag\", \"BÄG\", \"Suit  case\", ", 1),
        )],
        &[
            "air/pack.toml:5:14: warning: `BÄG` stands in this list already\n  hint: take it out; both are read as bag",
            "air/pack.toml:5:35: warning: `suit case` stands in this list already\n  hint: take it out; both are read as \"suit case\"",
        ],
    );
    let few = topic_with("examples = [\"it never came\", \"no bag at all\"]");
    check(
        &[("topics/bag.toml", &few)],
        &[
            "air/topics/bag.toml:4:12: warning: 2 examples are too few to learn from\n  hint: write at least 8, or take them out",
        ],
    );
}

#[test]
fn a_rule_that_cannot_be_read_is_told_what_was_meant() {
    check(
        &[("topics/bag.toml", &topic_when("'''lost and $bag'''"))],
        &[
            "air/topics/bag.toml:2:17: error: expected an operator before this term\n  hint: did you mean `AND`? operators are written in capitals",
        ],
    );
    check(
        &[("topics/bag.toml", &topic_when("'''lost AND \"my $bag\"'''"))],
        &[
            "air/topics/bag.toml:2:25: error: expected words only inside quotation marks\n  hint: join it with BEFORE: `\"…\" BEFORE/0 $bag`",
        ],
    );
}

#[test]
fn all_problems_are_found_at_once() {
    let topic = TOPIC.replacen("lost AND $bag", "lost AND $bga AND has:fligt", 1);
    let topic = topic.replacen(
        "reply = \"bag\"",
        "reply = \"bog\"\nhandoff = { desk = \"x\" }",
        1,
    );
    let broken = "title = \"Broken\"\nwhen = ['lost bag', 'NOT a']\n";
    let found = problems(&[air(&[
        ("topics/bag.toml", &topic),
        ("topics/broken.toml", broken),
        (
            "pack.toml",
            &PACK.replacen("[\"en\"]", "[\"en\", \"de\"]", 1),
        ),
        ("replies/en/bag.hbs", "Hi {{nam}}"),
    ])]);
    let places: Vec<&str> = found
        .iter()
        .map(|line| &line[..line.find(" error").or(line.find(" warning")).unwrap()])
        .collect();
    assert_eq!(
        places,
        [
            "air/pack.toml:2:20:",
            "air/replies/en/bag.hbs:1:4:",
            "air/topics/bag.toml:2:21:",
            "air/topics/bag.toml:2:30:",
            "air/topics/bag.toml:3:9:",
            "air/topics/bag.toml:4:20:",
            "air/topics/broken.toml:1:1:",
            "air/topics/broken.toml:1:1:",
            "air/topics/broken.toml:2:15:",
            "air/topics/broken.toml:2:21:",
        ],
        "{found:#?}"
    );
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_load_panic(
        piece in r#"[a-z"'\[\]{}=\\\n#$ €é/()*~:-]{0,12}"#,
        at in 0usize..200,
        file in 0usize..3,
    ) {
        let (name, text) = [
            ("pack.toml", PACK),
            ("topics/bag.toml", TOPIC),
            ("replies/en/bag.hbs", REPLY),
        ][file];
        let at = text.floor_char_boundary(at.min(text.len()));
        let changed = format!("{}{piece}{}", &text[..at], &text[at..]);
        let (library, found) = Library::load(&[air(&[(name, &changed)])]);
        let lines = changed.lines().count() + 1;
        proptest::prop_assert!(library.is_some() || !found.is_empty());
        proptest::prop_assert!(found.iter().all(|problem| problem.line <= lines.max(8)), "{found:?}");
    }
}

#[test]
fn an_escape_that_toml_does_not_know_is_told_whatever_follows_it() {
    for escape in ["\\€", "\\u€", "\\x€€", "\\U0000€", "\\é)"] {
        let topic = TOPIC.replace("'''lost AND $bag'''", &format!("\"{escape} AND (\""));
        assert_ne!(topic, TOPIC);
        let (library, found) = Library::load(&[air(&[("topics/bag.toml", &topic)])]);
        assert!(library.is_none() && !found.is_empty(), "{escape}");
    }
}
