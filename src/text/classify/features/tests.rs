//! What becomes a feature, and what it weighs.

use super::*;

fn ngrams(text: &str) -> Ngrams {
    Ngrams::new(&TokenText::new(text), []).sorted()
}

fn counts(text: &str) -> (u32, u32) {
    let of = |block: u32| {
        let ngrams = ngrams(text).0.into_iter();
        let counts = ngrams.filter(|(bucket, _)| bucket >> BUCKET_BITS == block);
        counts.map(|(_, times)| times).sum()
    };
    (of(WORDS), of(CHARACTERS))
}

#[test]
fn ngrams_are_one_to_two_words_and_two_to_five_characters() {
    for (text, expected) in [
        ("", (0, 0)),
        // The word, and the word behind the start; " a", "a ", " a ".
        ("a", (2, 3)),
        // Of " bag ": four of two, three of three, two of four, one of five.
        ("bag", (2, 10)),
        // Of " lost ": 5, 4, 3 and 2.
        ("lost", (2, 14)),
        ("lost bag", (4, 24)),
        ("lost, lost bag!", (6, 38)),
        // The handle is "@", whoever it is.
        ("@northwind bag", (4, 13)),
        // A hashtag is its words.
        ("#LostBag", (4, 24)),
    ] {
        assert_eq!(counts(text), expected, "{text}");
    }
}

#[test]
fn what_is_written_differently_and_means_the_same_is_the_same() {
    for (one, other, same) in [
        ("Lost BAG", "lost bag", true),
        ("café", "cafe", true),
        ("@anna bag", "@bernd bag", true),
        ("https://a.example/1 bag", "https://b.example/2 bag", true),
        ("lost bag", "bag lost", false),
        ("lost bag", "lostbag", false),
    ] {
        assert_eq!(ngrams(one).0 == ngrams(other).0, same, "{one} | {other}");
    }
}

#[test]
fn every_block_has_length_one_when_all_is_known() {
    let text = Ngrams::new(&TokenText::new("lost lost bag"), ["complaint"]).sorted();
    let vocabulary = Vocabulary::new(std::slice::from_ref(&text), usize::MAX);
    let Features { values, known } = vocabulary.features(&text);
    let squares: f32 = values.iter().map(|(_, value)| value * value).sum();
    // Words, characters, hints, and the one that every text has.
    assert!((squares - 4.0).abs() < 1e-5, "{squares}");
    assert!(values.is_sorted_by(|one, other| one.0 < other.0));
    let last = u32::try_from(vocabulary.len()).unwrap() - 1;
    assert_eq!(values.last(), Some(&(last, 1.0)));
    assert!((known - 1.0).abs() < 1e-6, "{known}");
}

#[test]
fn rare_words_weigh_more_and_too_rare_ones_are_no_features() {
    let texts = ["my bag", "my seat", "my bag", "zebra"].map(ngrams);
    let vocabulary = Vocabulary::new(&texts, 20);
    let count = |text: &str| vocabulary.features(&ngrams(text)).values.len();
    assert_eq!([count("zebra"), count("quux")], [1, 1]);
    let rarity = |word: &str| {
        let feature = vocabulary.feature(Hash::NEW.all(word).bucket(WORDS));
        (feature != vocabulary.unknown()).then(|| vocabulary.rarity[feature as usize])
    };
    assert!(rarity("my") < rarity("bag"));
    assert_eq!(rarity("seat"), None);
}

#[test]
fn known_is_what_other_texts_have() {
    let texts = ["where is my bag", "where is my seat"].map(ngrams);
    let vocabulary = Vocabulary::new(&texts, usize::MAX);
    let known = |text: &str| vocabulary.features(&ngrams(text)).known;
    assert!((known("where is my bag") - 1.0).abs() < 1e-6);
    assert!(known("where is my xylophone") < known("where is my seat"));
    assert!(known("где мой багаж") < 0.01);
    assert!(known("").abs() < 1e-6);
    // Nobody else says "bag".
    let without_itself = vocabulary.features_without_itself(&texts[0]);
    assert!(without_itself.known < 0.9, "{without_itself:?}");
    assert!(without_itself.values.len() < vocabulary.features(&texts[0]).values.len());
}

#[test]
fn a_vocabulary_is_made_of_its_entries() {
    let texts = ["where is my bag", "the flight is late"].map(ngrams);
    let vocabulary = Vocabulary::new(&texts, usize::MAX);
    let other = Vocabulary::of(vocabulary.entries(), vocabulary.rarity_unknown());
    assert_eq!(other.len(), vocabulary.len());
    let (one, other) = (vocabulary.features(&texts[1]), other.features(&texts[1]));
    assert_eq!(one.values, other.values);
}
