//! Which languages are told apart, and when not.

use super::*;

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
fn function_words_are_sorted() {
    for (language, words) in FUNCTION_WORDS {
        assert!(words.is_sorted(), "{language}");
    }
}
