//! Three made-up classes, and what must hold for any.

use super::*;

const EXAMPLES: &[(&str, &str)] = &[
    ("bag", "where is my bag"),
    ("bag", "my suitcase never arrived"),
    ("bag", "you lost my luggage"),
    ("bag", "the carousel is empty and my bag is not there"),
    ("bag", "my luggage did not arrive with me"),
    ("bag", "no suitcase and nobody knows where my bag is"),
    ("delay", "my flight is late"),
    ("delay", "we are still waiting for take-off"),
    ("delay", "the flight is delayed again"),
    ("delay", "three hours late and still no plane"),
    ("delay", "why is this flight delayed so long"),
    ("delay", "still waiting at the gate, late again"),
    ("refund", "I want my money back"),
    ("refund", "when do I get my refund"),
    ("refund", "please refund my ticket"),
    ("refund", "the refund has not been paid"),
    ("refund", "I never got the money back for my ticket"),
    ("refund", "still no refund, pay me my money"),
];

const OUT_OF_SCOPE: &[&str] = &[
    "do you sell gift cards",
    "which wine goes with fish",
    "sing me something nice",
    "what does a lawyer earn",
];

fn train() -> Classifier {
    let examples: Vec<Example> = EXAMPLES
        .iter()
        .map(|(class, text)| Example {
            text: TokenText::new(text),
            class: (*class).to_owned(),
        })
        .collect();
    let outside: Vec<TokenText> = OUT_OF_SCOPE
        .iter()
        .map(|text| TokenText::new(text))
        .collect();
    Classifier::train(&examples, &outside)
}

fn guess<'a>(classifier: &'a Classifier, text: &str) -> Guess<'a> {
    classifier
        .classify(&TokenText::new(text))
        .expect("classes were learned")
}

#[test]
fn texts_get_the_class_of_their_likes() {
    let classifier = train();
    assert_eq!(classifier.classes(), ["bag", "delay", "refund"]);
    for (text, class) in [
        ("WHERE IS MY BAG???", "bag"),
        ("my lugage did not arive", "bag"),
        ("this plane is so late", "delay"),
        ("delays, delays, nothing but waiting", "delay"),
        ("refunding my tickets please", "refund"),
        ("give me my money", "refund"),
    ] {
        let guess = guess(&classifier, text);
        assert_eq!(guess.class, class, "{text}");
        assert!(guess.score > classifier.threshold(), "{text}: {guess:?}");
    }
}

#[test]
fn what_is_out_of_scope_stays_below_the_threshold() {
    let classifier = train();
    for text in [
        "which fish goes with a nice wine",
        "zzz",
        "",
        "🎉",
        "@someone",
    ] {
        let guess = guess(&classifier, text);
        assert!(guess.score < classifier.threshold(), "{text}: {guess:?}");
    }
}

#[test]
fn scores_are_probabilities_for_any_text() {
    let classifier = train();
    let long = "where is my bag ".repeat(20_000);
    for text in [
        "",
        " ",
        "a",
        "\0",
        "我的行李在哪里",
        "#WhereIsMyBag https://x.example",
        &long,
    ] {
        let score = guess(&classifier, text).score;
        assert!((0.0..=1.0).contains(&score), "{score}");
    }
}

#[test]
fn the_same_examples_give_the_same_classifier() {
    let (one, other) = (train(), train());
    assert_eq!(one.threshold().to_bits(), other.threshold().to_bits());
    for (_, text) in EXAMPLES {
        let (one, other) = (guess(&one, text), guess(&other, text));
        assert_eq!(one.score.to_bits(), other.score.to_bits(), "{text}");
    }
}

#[test]
fn little_to_learn_from_is_no_fault() {
    let example = |text: &str, class: &str| Example {
        text: TokenText::new(text),
        class: class.to_owned(),
    };
    let nothing = Classifier::train(&[], &[TokenText::new("hello")]);
    assert_eq!(nothing.classify(&TokenText::new("hello")), None);
    for examples in [
        vec![example("hello", "greeting")],
        vec![example("hello", "greeting"), example("hello", "farewell")],
        vec![example("", "a"), example("", "b"), example("", "b")],
    ] {
        let classifier = Classifier::train(&examples, &[]);
        let score = guess(&classifier, "hello").score;
        assert!((0.0..=1.0).contains(&score), "{score}");
        assert_eq!(classifier.threshold().to_bits(), 0.0_f64.to_bits());
    }
}
