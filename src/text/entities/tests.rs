//! What is found, and what only looks like it.

use proptest::prelude::*;

use super::*;

fn found(text: &str, airlines: &[&str]) -> Vec<String> {
    let hints = Hints {
        airlines: airlines.iter().map(|&code| code.to_owned()).collect(),
        ..Hints::default()
    };
    find(text, &hints)
        .into_iter()
        .map(|entity| format!("{}={}", entity.kind, entity.normal))
        .collect()
}

fn check(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(found(text, &["NW"]), *expected, "{text}");
    }
}

/// What people write, with all that must be found in it; see the first line of the file.
const LINES: &str = include_str!("lines.tsv");

#[test]
fn what_people_write_is_read_as_they_mean_it() {
    let mut faults = Vec::new();
    for line in LINES.lines().filter(|line| !line.starts_with("# ")) {
        let (text, expected) = line.split_once('\t').expect("two columns");
        let expected: Vec<&str> = expected.split(';').filter(|&it| it != "-").collect();
        let found = found(text, &["NW"]);
        if found != expected {
            faults.push(format!("{text}: {found:?}, not {expected:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn flights_are_found() {
    check(&[
        ("where is NW123", &["flight=NW123"]),
        ("nw 123 is late", &["flight=NW123"]),
        ("#NW123 any word?", &["flight=NW123"]),
        ("flight 123 to JFK", &["flight=NW123", "airport=JFK"]),
        ("Flug Nr. 123 verspätet", &["flight=NW123"]),
        ("flight 2 hours late", &["duration=PT2H"]),
        ("KL-0871 cancelled??", &["flight=KL871"]),
        ("KLM871 still at the gate", &["flight=KL871"]),
        ("U28412 gate?", &["flight=U28412"]),
        (
            "W6 2301 VIE-LTN",
            &["flight=W62301", "airport=VIE", "airport=LTN"],
        ),
        (
            "LH2054 / OU5432 one plane?",
            &["flight=LH2054", "flight=OU5432"],
        ),
        ("LH400D turned back", &["flight=LH400D"]),
        ("LH400/12MAY", &["flight=LH400", "date=12MAY"]),
        ("flight AS 331 diverted", &["flight=AS331"]),
    ]);
    assert_eq!(found("flight 123", &[]), [""; 0]);
    assert_eq!(found("flight 123", &["NW", "XY"]), [""; 0]);
}

#[test]
fn what_looks_like_a_flight_is_none() {
    check(&[
        ("we waited AT 1530 at the gate", &["time=15:30"]),
        ("delayed, and ME 4 kids", &[]),
        ("gate B32, seat 23A, terminal T5", &[]),
        ("flew on an A320 and a B737", &[]),
        ("EU261 for my delayed plane", &[]),
        ("US 500 people, delayed", &[]),
        ("COVID19 and 5G and G20", &[]),
        (
            "mail x@ab123.example about the flight",
            &["mail=x@ab123.example"],
        ),
        ("THE MAN AND THE BUS", &[]),
        ("I had fun at the BUS stop", &[]),
    ]);
}

#[test]
fn private_numbers_are_found() {
    check(&[
        ("PNR X7K9QD", &["booking=X7K9QD"]),
        ("my booking reference is k3lmn8", &["booking=K3LMN8"]),
        ("conf code: QBLERO", &["booking=QBLERO"]),
        ("MY BOOKING PLEASE HELP", &[]),
        ("booking problem again", &[]),
        ("here: X7K9QD thanks", &["booking=X7K9QD"]),
        ("EURO24 in VIENNA", &[]),
        ("landed in N366SW", &[]),
        (
            "lost bags, he says he will not come until we return it. 5084773604",
            &["phone=5084773604"],
        ),
        ("ticket 220-2345678901", &["ticket=2202345678901"]),
        ("e-ticket 2202345678901", &["ticket=2202345678901"]),
        ("call me on +49 30 901820", &["phone=+4930901820"]),
        ("my number is 0171 2345678", &["phone=01712345678"]),
        ("(212) 555-0147 please", &["phone=2125550147"]),
        (
            "Ann.Example+x@Mail.Example",
            &["mail=ann.example+x@mail.example"],
        ),
        (
            "card 4111 1111 1111 1111 was charged",
            &["card=4111111111111111"],
        ),
        (
            "number 4111 1111 1111 1112 was charged",
            &["card=4111111111111112"],
        ),
    ]);
}

#[test]
fn other_things_are_found() {
    check(&[
        ("no luggage, tag NW123456 ???", &["bag_tag=NW123456"]),
        ("bag tag 0220728359", &["bag_tag=0220728359"]),
        ("tag no 0220 728359", &["bag_tag=0220728359"]),
        (
            "see https://x.example/a?b=1.",
            &["url=https://x.example/a?b=1"],
        ),
        ("order #AB-12345 is late", &["order=AB12345"]),
        ("VIN 1M8GDM9AXKP042788 stalls", &["vin=1M8GDM9AXKP042788"]),
        ("refund 1.200,50 € now", &["amount=EUR 1200.50"]),
        (
            "£350 and $1,200 gone",
            &["amount=GBP 350", "amount=USD 1200"],
        ),
        ("at 3:30 pm or 15 Uhr", &["time=15:30", "time=15:00"]),
        (
            "3.5hrs and 45 minutes",
            &["duration=PT3.5H", "duration=PT45M"],
        ),
        ("stuck 2day for 2 days", &["duration=P2D"]),
        ("3 days and 2 Wochen", &["duration=P3D", "duration=P2W"]),
        (
            "tonight or on Sunday, 12 May",
            &["date=+0", "date=SUN", "date=12MAY"],
        ),
        ("guten Morgen, bis morgen", &["date=+1"]),
        ("on 2026-05-12 or 12/05", &["date=2026-05-12", "date=12/05"]),
    ]);
}

#[test]
fn a_masked_text_shows_nothing_private() {
    let cases = [
        ("PNR X7K9QD, call +44 20 7946 0000", "PNR •••, call •••"),
        ("ann@mail.example on NW123", "••• on NW123"),
        (
            "NW123 on 12 May at 15:30, £350 for 2 bags NW884213",
            "NW123 on 12 May at 15:30, £350 for 2 bags NW884213",
        ),
        (
            "IBAN DE89 3704 0044 0532 0130 00, visa 4111 1111 1111 1112",
            "IBAN •••, visa •••",
        ),
        (
            "passport C01X00T47, ann at mail dot example dot com, X7K9QD",
            "passport •••, •••, •••",
        ),
        ("nothing here", "nothing here"),
    ];
    for (text, masked) in cases {
        assert_eq!(mask(text, &Hints::default()), masked);
    }
}

#[test]
fn every_kind_is_announced() {
    for kind in PRIVATE_KINDS {
        assert!(KINDS.contains(kind));
    }
    assert!(KINDS.is_sorted());
}

#[test]
fn a_hostile_text_is_searched_in_time() {
    for part in [
        "1", "1 ", "+1", "a@", "BA1 ", "PNR ", "1/", "£1 ", "AAA-", "www.", "call me ", "é1", "9 ",
        "4111 ", "DE89 ", "dot at ", "BA117, ", "half ", "(", "3 de ", "\u{301}",
    ] {
        let text = part.repeat(65_536 / part.len());
        let entities = find(&text, &Hints::default());
        assert!(entities.len() <= text.len(), "{part}");
    }
}

proptest! {
    #[test]
    fn any_text_is_searched(text in "([A-Z]{2} ?[0-9]{1,6}|\\+?[0-9 ]{5,20}|[a-zé€£@./#]{1,9}|\\PC){0,12}") {
        let mut end = 0;
        for entity in find(&text, &Hints::default()) {
            prop_assert!(entity.span.start >= end && entity.span.start < entity.span.end);
            prop_assert_eq!(&text[entity.span.clone()], entity.written.as_str());
            prop_assert!(KINDS.contains(&entity.kind.as_ref()));
            end = entity.span.end;
        }
    }
}

#[test]
fn an_answer_to_a_question_needs_no_cue_of_its_own() {
    let table = [
        ("bag_tag", "it is NW123456", "NW123456"),
        ("booking", "QBLERO", "QBLERO"),
        ("ticket", "125-2345678901", "1252345678901"),
    ];
    for (asked, text, normal) in table {
        let hints = Hints {
            asked: vec![asked.to_owned()],
            ..Hints::default()
        };
        let found = find(text, &hints);
        assert!(
            found
                .iter()
                .any(|it| it.kind == asked && it.normal == normal),
            "{text}: {found:?}"
        );
    }
}
