//! What is negated and what is not.

use super::*;

/// The words of `text` that a negation reaches.
fn reached(text: &str, language: Option<&str>) -> String {
    let cut = TokenText::new(text);
    let language = language.map(Language::from);
    let negated = Negated::new(&cut, language.as_ref());
    let words = cut
        .tokens()
        .filter(|token| token.kind != TokenKind::Hashtag);
    let reached: Vec<&str> = words
        .filter(|token| negated.has(token.place, token.place))
        .map(|token| token.text)
        .collect();
    reached.join(" ")
}

#[test]
fn a_negation_reaches_the_next_words_of_its_clause() {
    let cases = [
        ("we are not late", "late"),
        ("not in any way late today", "in any way late"),
        ("my bag was never lost", "lost"),
        ("No problem at all!", "problem at all"),
        ("it didn't arrive late", "arrive late"),
        ("it didn\u{2019}t arrive", "arrive"),
        ("we can't complain", "complain"),
        ("without delay", "delay"),
        ("neither late nor cancelled", "late nor cancelled"),
        ("hardly a delay", "a delay"),
        ("neverrrr late", "late"),
        ("not late, cancelled", "late"),
        ("not late. Cancelled", "late"),
        ("not late\ncancelled", "late"),
        ("not late (cancelled)", "late"),
        ("not late - cancelled", "late"),
        ("not late 😡 cancelled", "late"),
        ("not late :( cancelled", "late"),
        ("not late but cancelled", "late"),
        ("not happy because cancelled", "happy"),
        ("not at 10.30 late", "at 10 30 late"),
        ("#NotHappy with lost bags", "happy"),
        ("not only late", ""),
        ("no doubt it is lost", ""),
        ("no wonder it is lost", ""),
        ("no idea where my bag is", ""),
        ("I can't believe you lost it", ""),
        ("can't thank you enough", ""),
        ("last but not least: lost", ""),
        ("NOOOO lost again", ""),
        ("no, my bag is lost", ""),
        ("my bag is lost", ""),
        ("", ""),
        ("not", ""),
        ("nicht verspätet", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(reached(text, Some("en")), expected, "{text}");
    }
}

#[test]
fn german_negates_before_and_after() {
    let cases = [
        ("Wir sind nicht verspätet", "verspatet"),
        ("kein Problem", "problem"),
        ("Keinerlei Verspätung heute", "verspatung heute"),
        ("ohne jede Verspätung", "jede verspatung"),
        ("weder verspätet noch verloren", "verspatet noch verloren"),
        ("nie wieder verspätet, aber teuer", "wieder verspatet"),
        ("nicht verspätet sondern gestrichen", "verspatet"),
        ("das WLAN funktioniert nicht", "funktioniert"),
        ("Funktioniert nicht!", "funktioniert"),
        ("der Bus kommt nicht mehr.", "kommt mehr"),
        ("der Bus kommt nicht pünktlich an", "punktlich an"),
        ("Mein Koffer nicht da", "da"),
        ("nicht nur verspätet", ""),
        ("kein Wunder, verspätet", ""),
        ("not late", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(reached(text, Some("de")), expected, "{text}");
    }
}

#[test]
fn spanish_negates_before() {
    let cases = [
        ("llegó sin retraso", "retraso"),
        ("no está perdida", "esta perdida"),
        ("nunca llega tarde", "llega tarde"),
        ("jamás perdida", "perdida"),
        ("tampoco tarde", "tarde"),
        ("no tarde sino cancelado", "tarde"),
        ("sin duda perdida", ""),
        ("no sólo tarde", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(reached(text, Some("es")), expected, "{text}");
    }
}

#[test]
fn without_a_language_every_language_negates_and_another_has_its_own_words() {
    for text in ["not late", "kein late", "sin late"] {
        assert_eq!(reached(text, None), "late", "{text}");
        assert_eq!(reached(text, Some("fr")), "", "{text}");
    }
}

#[test]
fn a_negator_inside_the_words_does_not_negate_them() {
    let cut = TokenText::new("it is not working at all");
    let negated = Negated::new(&cut, Some(&Language::from("en")));
    assert!(negated.has(3, 3), "working");
    assert!(!negated.has(2, 3), "not working");
    assert!(negated.has(3, 4), "working at");
    assert!(!negated.has(0, 1), "it is");
}

#[test]
fn the_tables_are_sorted_and_folded() {
    assert!(OPENERS.is_sorted());
    for table in NEGATORS {
        assert!(table.words.is_sorted(), "{}", table.language);
        let sayings = table.sayings.iter().copied().flatten();
        for word in table.words.iter().chain(table.stems).chain(sayings) {
            assert_eq!(crate::text::tokens::fold(word), *word);
        }
    }
}

#[test]
fn a_hostile_text_is_read_in_time() {
    for part in ["not ", "nicht ", "no.", "#Not", "not only ", "kein"] {
        let cut = TokenText::new(&part.repeat(65_536 / part.len()));
        assert!(scopes(&cut, None).len() <= 2 * cut.tokens().len());
    }
}
