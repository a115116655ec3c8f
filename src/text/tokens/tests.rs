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
fn letters_that_look_latin_are_read_as_such_where_they_are_meant_so() {
    let cases = [
        // A Cyrillic о, a Greek α and a Greek Α.
        ("lоst my bαg BΑG", "lost my bag bag"),
        ("my НОТЕL and soap", "my hotel and soap"),
        ("where is my ѕоар", "where is my soap"),
        ("where is the СОТ", "where is the cot"),
        ("ｌｏｓｔ ＢＡＧ", "lost bag"),
        ("𝐥𝐨𝐬𝐭 𝓫𝓪𝓰 𝕃𝕆𝕊𝕋 𝟙𝟚", "lost bag lost 12"),
        ("ⓛⓞⓢⓣ 🅑🅐🅖 🅱ag", "lost bag bag"),
        ("ʟᴏꜱᴛ ʙᴀɢ", "lost bag"),
        ("l\u{ad}o\u{200b}s\u{2060}t b\u{34f}ag", "lost bag"),
        ("lo\u{e0041}st \u{3164} b\u{fe0f}ag", "lost bag"),
        ("l\u{336}o\u{20dd}s\u{489}t\u{300}\u{301}\u{302}", "lost"),
        (
            "it\u{2019}s \u{201c}lost\u{201d} can\u{b4}t",
            "its lost cant",
        ),
        ("nооооо whyyyy", "noo whyy"),
        ("#LоstBag", "#lostbag lost bag"),
        ("l0st b4g", "l0st b4g"),
        // What is meant as it is written.
        ("Где мой багаж", "где мои багаж"),
        ("рос сор оса", "рос сор оса"),
        ("рейс SU100 опоздал, а оса?", "реис su100 опоздал а оса"),
        ("Northwind потерял мой сор", "northwind потерял мои сор"),
        ("Χάσατε τη βαλίτσα μου", "χασατε τη βαλιτσα μου"),
        ("το Northwind τα έχασε όλα", "το northwind τα εχασε ολα"),
        ("version α is out", "version α is out"),
        ("5 µm and 3 kΩ", "5 μm and 3 kω"),
    ];
    for (text, expected) in cases {
        assert_eq!(cut(text).join(" "), expected, "{text}");
    }
}

#[test]
fn emoticons_and_tags_are_told_from_words() {
    let cases = [
        ("sad:( sad:-((( :'-( >:-(", "sad :( sad :( :'( >:("),
        ("ok:D :D =D :-o", "ok d :d :d :o"),
        ("note:s are :s", "note s are :s"),
        ("at 10:30 :|", "at 10 30 :|"),
        (
            "#Gate12Change #A380Fan",
            "#gate12change gate12 change #a380fan a380 fan",
        ),
        (
            "#LOSTBAG #neveragain",
            "#lostbag lostbag #neveragain neveragain",
        ),
        ("a@b.example @me", "a b example @me"),
        (
            "x.example/a http://x.example/:)",
            "x example a http://x.example/ :)",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(cut(text).join(" "), expected, "{text}");
    }
}

#[test]
fn every_letter_folds_to_something_that_is_cut_alike() {
    let letters = ('\u{80}'..=char::MAX).filter(|c| c.is_alphanumeric());
    let torn: Vec<char> = letters
        .filter(|c| {
            let words = cut(&format!("a{c}b"));
            words.iter().any(|word| cut(word) != [word.as_str()])
        })
        .collect();
    assert_eq!(
        torn,
        [] as [char; 0],
        "{:?}",
        torn.iter().map(|&c| u32::from(c)).collect::<Vec<_>>()
    );
}

#[test]
fn drawn_out_letters_have_a_short_form() {
    let cases = [
        ("soooo", "soo", Some("so")),
        ("heeeelp", "heelp", Some("help")),
        ("goood", "good", Some("god")),
        ("yesss!!! ", "yess", Some("yes")),
        ("nooo wayyy", "noo", Some("no")),
        ("whyyyy", "whyy", Some("why")),
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
        "a\u{200b}",
        "о",
        "oо ",
        "\u{489}",
        "\u{3164}",
        ":'",
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
