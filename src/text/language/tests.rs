//! Which languages are told apart, and when not.

use super::*;
use crate::text::tokens::fold;

#[test]
fn languages_are_told_or_not() {
    let allowed = ["en", "de", "es"].map(Language::from);
    let cases = [
        ("where is my bag", Some("en")),
        ("Wo ist mein Koffer?", Some("de")),
        ("¿Dónde está mi maleta?", Some("es")),
        ("my luggage never arrived and nobody answers", Some("en")),
        (
            "Seit drei Stunden keine Informationen, unglaublich",
            Some("de"),
        ),
        ("llevamos tres horas esperando sin información", Some("es")),
        ("", None),
        ("😡😡😡", None),
        ("NW123", None),
        ("@northwind https://x.example/where-is-my-bag", None),
        ("ok", None),
        ("Où est ma valise? Je ne comprends pas pourquoi", None),
        ("私のバッグはどこですか", None),
    ];
    for (text, expected) in cases {
        let found = detect(text, &allowed);
        assert_eq!(found.as_ref().map(Language::as_str), expected, "{text}");
    }
    assert_eq!(detect("where is my bag", &[]), None);
    assert_eq!(
        detect("私のバッグはどこですか", &["ja".into()]),
        Some("ja".into())
    );
}

#[test]
fn a_language_that_the_brand_does_not_speak_is_told_apart_from_none() {
    let spoken = ["en", "de", "es"].map(Language::from);
    for (text, expected) in [
        ("il mio volo è in ritardo e nessuno risponde", Told::Other),
        (
            "mijn koffer is niet aangekomen en niemand weet waar hij is",
            Told::Other,
        ),
        (
            "min taske er ikke kommet og der er ingen der svarer",
            Told::Other,
        ),
        (
            "uçağım çok geç kaldı ve kimse bir şey söylemiyor",
            Told::Other,
        ),
        ("私のバッグはどこですか", Told::Other),
        ("где мой чемодан, я жду уже три дня", Told::Other),
        ("merci", Told::Unknown),
        ("iPhone 7 Plus on iOS 11.2", Told::Unknown),
        ("LAX JFK EWR SFO", Told::Unknown),
        ("I want my bag, por favor", Told::Spoken("en".into())),
    ] {
        assert_eq!(tell(&TokenText::new(text), &spoken), expected, "{text}");
    }
    // Where the brand speaks a language that cannot be told here, nothing is known to be another one.
    let more = ["en", "ka"].map(Language::from);
    let text = TokenText::new("mijn koffer is niet aangekomen en niemand weet waar hij is");
    assert_eq!(tell(&text, &more), Told::Unknown);
}

#[test]
fn words_stand_in_the_table_as_texts_are_folded() {
    for (place, (language, words)) in WORDS.iter().enumerate() {
        let words: Vec<&str> = words.split(' ').collect();
        assert!(words.is_sorted_by(|one, next| one < next), "{language}");
        for word in words {
            assert_eq!(fold(word), word, "{language}");
            assert_ne!(languages_of(word) & 1 << place, 0, "{language}: {word}");
        }
    }
    assert_eq!(languages_of("und"), languages_of("nicht"));
    for word in ["", "xyzzy", "kofferband"] {
        assert_eq!(languages_of(word), 0, "{word}");
    }
}
