//! What texts are cut into.

use proptest::prelude::*;

use super::*;

fn cut(text: &str) -> Vec<String> {
    TokenText::new(text)
        .tokens()
        .map(|token| token.text.to_owned())
        .collect()
}

#[test]
fn texts_are_cut_and_folded() {
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        ("  \n\t ", &[]),
        ("Where IS my bag?!", &["where", "is", "my", "bag"]),
        ("don't DON’T dont", &["dont", "dont", "dont"]),
        ("the 'quoted' word", &["the", "quoted", "word"]),
        (
            "Verspätung Über naïve café",
            &["verspatung", "uber", "naive", "cafe"],
        ),
        ("STRASSE Straße", &["strasse", "strasse"]),
        ("ＨＥＬＬＯ ｗｏｒｌｄ", &["hello", "world"]),
        ("b\u{200b}a\u{200b}g \u{feff}lost", &["bag", "lost"]),
        ("café cafe\u{301}", &["cafe", "cafe"]),
        ("soooo goood 1000", &["soo", "good", "1000"]),
        ("check-in e-mail", &["check", "in", "e", "mail"]),
        ("#GateChange now", &["#gatechange", "gate", "change", "now"]),
        (
            "#BAFlight_late #BA117",
            &["#baflightlate", "ba", "flight", "late", "#ba117", "ba117"],
        ),
        ("# alone a#b", &["alone", "a", "b"]),
        (
            "@Northwind_Air, hi @a.b.",
            &["@northwind_air", "hi", "@a.b"],
        ),
        ("@user@example.social hi", &["@user@example.social", "hi"]),
        (
            "see https://X.example/a?b=C. ok",
            &["see", "https://x.example/a?b=c", "ok"],
        ),
        ("(www.Example.com)", &["www.example.com"]),
        (
            "no 😡😡 👍🏽 ❤️ :-) :D",
            &["no", "😡", "😡", "👍", "❤", ":)", ":d"],
        ),
        (
            "👩\u{200d}👩\u{200d}👧 🇩🇪",
            &["👩\u{200d}👩\u{200d}👧", "🇩🇪"],
        ),
        ("at 10:30 :/", &["at", "10", "30", ":/"]),
        ("遅延です", &["遅", "延", "て\u{3099}", "す"]),
        ("ﾃﾞｰﾀa", &["デ", "ー", "タ", "a"]),
        ("Рейс отменён", &["реис", "отменен"]),
    ];
    for (text, expected) in cases {
        let expected: Vec<String> = expected.iter().map(Composed::nfc_text).collect();
        assert_eq!(cut(text), expected, "{text}");
    }
}

/// Expected words of the table, composed as the fold composes them.
trait Composed {
    fn nfc_text(&self) -> String;
}

impl Composed for &str {
    fn nfc_text(&self) -> String {
        use unicode_normalization::UnicodeNormalization;
        self.nfc().collect()
    }
}

#[test]
fn drawn_out_letters_have_a_short_form() {
    let cases = [
        ("soooo", "soo", Some("so")),
        ("heeeelp", "heelp", Some("help")),
        ("goood", "good", Some("god")),
        ("yesss!!! ", "yess", Some("yes")),
        ("nooo wayyy", "noo", Some("no")),
        ("good", "good", None),
        ("1000", "1000", None),
        ("aaabbbb", "aabb", Some("ab")),
    ];
    for (text, folded, short) in cases {
        let cut = TokenText::new(text);
        let token = cut.tokens().next().unwrap();
        assert_eq!((token.text, token.short), (folded, short));
    }
}

#[test]
fn spans_point_into_the_original() {
    let text = "Hey @Ann: my BÄG #LostBag 😡!";
    let cut = TokenText::new(text);
    let written: Vec<&str> = cut.tokens().map(|t| &text[t.span]).collect();
    assert_eq!(
        written,
        ["Hey", "@Ann", "my", "BÄG", "#LostBag", "Lost", "Bag", "😡"]
    );
    let places: Vec<u32> = cut.tokens().map(|token| token.place).collect();
    assert_eq!(places, [0, 1, 2, 3, 4, 4, 5, 6]);
}

#[test]
fn a_hostile_text_is_cut_in_time() {
    for part in [
        "a",
        "a'",
        "#",
        "@",
        ":-",
        "\u{300}",
        "http://",
        "\u{200d}",
        "😡\u{200d}",
        "#A_",
        "é\u{300}",
    ] {
        let text = part.repeat(65_536 / part.len());
        let cut = TokenText::new(&text);
        assert!(cut.tokens().len() <= text.len());
    }
}

proptest! {
    #[test]
    fn any_text_is_cut_into_ordered_spans(text in any::<String>()) {
        let cut = TokenText::new(&text);
        let mut start = 0;
        for token in cut.tokens() {
            prop_assert!(text.get(token.span.clone()).is_some());
            prop_assert!(token.span.start >= start);
            prop_assert!(!token.text.is_empty());
            start = token.span.start;
        }
    }

    #[test]
    fn a_word_is_folded_the_same_alone_and_in_a_text(text in "[abAB1'`’é\u{200b} ]{0,16}") {
        for token in TokenText::new(&text).tokens() {
            prop_assert_eq!(token.text, fold(&text[token.span.clone()]));
            prop_assert_eq!(token.span.end, token.span.start + scan::word_len(&text[token.span.start..]));
        }
    }

    #[test]
    fn folding_twice_changes_nothing(text in any::<String>()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }
}
