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

fn example(text: &str, class: Option<&str>) -> Example {
    Example {
        text: TokenText::new(text),
        hints: Vec::new(),
        class: class.map(str::to_owned),
    }
}

fn examples() -> Vec<Example> {
    let inside = EXAMPLES
        .iter()
        .map(|(class, text)| example(text, Some(class)));
    let outside = OUT_OF_SCOPE.iter().map(|text| example(text, None));
    inside.chain(outside).collect()
}

fn train() -> Classifier {
    Classifier::train(&examples())
}

fn guess<'a>(classifier: &'a Classifier, text: &str) -> Guess<'a> {
    classifier
        .classify(&TokenText::new(text), [])
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
fn the_same_examples_give_the_same_bytes_on_any_thread() {
    let lesson = Lesson::of([&b"one"[..]]);
    let bytes = train().to_bytes(&lesson);
    let others: Vec<_> = (0..3)
        .map(|_| std::thread::spawn(|| train().to_bytes(&Lesson::of([&b"one"[..]]))))
        .collect();
    for other in others {
        assert!(other.join().unwrap() == bytes);
    }
}

#[test]
fn what_is_read_back_guesses_the_same() {
    let classifier = train();
    let lesson = Lesson::of([&b"one"[..]]);
    let read = Classifier::from_bytes(&classifier.to_bytes(&lesson), &lesson).unwrap();
    assert_eq!(read.classes(), classifier.classes());
    assert_eq!(read.threshold().to_bits(), classifier.threshold().to_bits());
    let texts = EXAMPLES.iter().map(|(_, text)| text).chain(OUT_OF_SCOPE);
    for text in texts {
        let (one, other) = (guess(&classifier, text), guess(&read, text));
        assert_eq!(one.class, other.class, "{text}");
        assert_eq!(one.score.to_bits(), other.score.to_bits(), "{text}");
    }
}

#[test]
fn what_is_damaged_or_foreign_is_not_read() {
    let lesson = Lesson::of([&b"one"[..]]);
    let bytes = train().to_bytes(&lesson);
    let other = Lesson::of([&b"another"[..]]);
    assert!(Classifier::from_bytes(&bytes, &other).is_none());
    for cut in [0, 7, 8, 40, 71, 72, bytes.len() / 2, bytes.len() - 1] {
        assert!(Classifier::from_bytes(&bytes[..cut], &lesson).is_none());
    }
    for at in [0, 8, 40, 72, bytes.len() / 2, bytes.len() - 1] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert!(Classifier::from_bytes(&damaged, &lesson).is_none(), "{at}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(Classifier::from_bytes(&longer, &lesson).is_none());
}

#[test]
fn a_lesson_is_its_sources_in_their_order() {
    let lessons = [
        &[b"one".as_slice(), b"two"][..],
        &[b"two", b"one"],
        &[b"onetwo"],
        &[b"one"],
        &[b"one", b"two", b""],
        &[],
    ]
    .map(|sources| Lesson::of(sources.iter().copied()));
    for (place, lesson) in lessons.iter().enumerate() {
        assert!(!lessons[..place].contains(lesson), "{place}");
    }
    assert_eq!(Lesson::of([b"one".as_slice(), b"two"]), lessons[0]);
    assert_eq!(lessons[0].to_string().len(), 64);
}

#[test]
fn hints_tell_what_words_do_not() {
    let classes = [("bag", "has:bag_tag"), ("delay", "has:flight")];
    let examples: Vec<Example> = classes
        .iter()
        .flat_map(|(class, hint)| {
            ["where is it now", "what about this one", "any news please"].map(|text| Example {
                hints: vec![(*hint).to_owned()],
                ..example(text, Some(class))
            })
        })
        .collect();
    let classifier = Classifier::train(&examples);
    for (class, hint) in classes {
        let guess = classifier.classify(&TokenText::new("any news now"), [hint]);
        assert_eq!(guess.unwrap().class, class);
    }
}

#[test]
fn little_to_learn_from_is_no_fault() {
    let nothing = Classifier::train(&[example("hello", None)]);
    assert_eq!(nothing.classify(&TokenText::new("hello"), []), None);
    for examples in [
        vec![example("hello", Some("greeting"))],
        vec![
            example("hello", Some("greeting")),
            example("hello", Some("farewell")),
        ],
        vec![
            example("", Some("a")),
            example("", Some("b")),
            example("", Some("b")),
        ],
    ] {
        let classifier = Classifier::train(&examples);
        let score = guess(&classifier, "hello").score;
        assert!((0.0..=1.0).contains(&score), "{score}");
        assert_eq!(classifier.threshold().to_bits(), 0.0_f64.to_bits());
    }
}
