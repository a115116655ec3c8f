//! Golden frames in both directions, and the tables of what is refused and what is shown.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::channel::webchat::TEXT_CHARS_MAX;
use crate::channel::webchat::wire::{
    FRAME_BYTES_MAX, FromPage, Reason, Refused, ToPage, inbound, is_beyond, lines, read,
};
use crate::model::conversation::{Conversation, Turn};
use crate::model::delivery::Status;
use crate::model::id::{
    AccountId, AgentName, AuthorId, BrandName, DeliveryId, Language, MessageId,
};
use crate::model::record::{Outcome, Record};

const TOKEN: &str = "00112233445566778899aabbccddeeff";

fn visitor() -> AuthorId {
    let hello = json!({ "type": "hello", "visitor": TOKEN, "after": -1 }).to_string();
    match read(&hello) {
        Ok(FromPage::Hello { visitor, .. }) => visitor,
        other => panic!("{other:?} is no hello"),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_772_359_200 + second).expect("in range")
}

fn customer(second: i64, id: &str, text: &str) -> Turn {
    Turn::Customer {
        at: at(second),
        message: MessageId::from(id),
        text: text.to_owned(),
        record: Record {
            outcome: Outcome::Silence,
            topics: Vec::new(),
            reply: None,
            language: None,
            why: Vec::new(),
        },
    }
}

fn bot(second: i64, text: &str, status: Status) -> Turn {
    Turn::Bot {
        at: at(second),
        delivery: DeliveryId::from("d"),
        in_reply_to: MessageId::from("m"),
        topic: None,
        text: text.to_owned(),
        language: Language::from("en"),
        status,
    }
}

fn agent(second: i64, text: &str, status: Status) -> Turn {
    Turn::Agent {
        at: at(second),
        agent: AgentName::from("Kim"),
        delivery: DeliveryId::from("d"),
        text: text.to_owned(),
        status,
    }
}

fn note(text: &str) -> Turn {
    Turn::Note {
        at: at(0),
        agent: AgentName::from("Kim"),
        text: text.to_owned(),
    }
}

fn sent() -> Status {
    Status::Sent {
        at: at(0),
        message: None,
    }
}

fn withdrawn() -> Status {
    Status::Withdrawn {
        reason: "a person took over".to_owned(),
        tried: false,
    }
}

fn conversation(turns_forgotten: u64, turns: Vec<Turn>) -> Conversation {
    let account = AccountId::new("webchat", "demo");
    let first = inbound(
        &account,
        &visitor(),
        MessageId::from("m"),
        "hi".to_owned(),
        at(0),
    );
    let mut conversation = Conversation::new(&first, BrandName::from("northwind"));
    conversation.turns_forgotten = turns_forgotten;
    conversation.turns = turns;
    conversation
}

#[test]
fn golden_frames_of_a_page_are_read() {
    let golden: Vec<Value> =
        serde_json::from_str(include_str!("golden/from_page.json")).expect("JSON");
    let read: Vec<_> = golden
        .iter()
        .map(|frame| read(&frame.to_string()))
        .collect();
    let visitor = visitor();
    assert_eq!(
        read,
        [
            Ok(FromPage::Hello {
                visitor: visitor.clone(),
                after: None
            }),
            Ok(FromPage::Hello {
                visitor,
                after: Some(41)
            }),
            Ok(FromPage::Say {
                id: MessageId::from("0b8f2a52-7a61-4b1e-9f57-2d2f4a0f8f11"),
                text: "My bag never arrived.".to_owned(),
            }),
        ]
    );
}

#[test]
fn frames_to_a_page_are_golden() {
    let golden: Value = serde_json::from_str(include_str!("golden/to_page.json")).expect("JSON");
    let talk = conversation(
        7,
        vec![
            customer(0, "m7", "My bag never arrived."),
            note("VIP"),
            bot(1, "Sorry to hear that.", sent()),
            bot(1, "never said", withdrawn()),
            note("found it"),
            agent(2, "It is in Oslo.", sent()),
        ],
    );
    let id = MessageId::from("0b8f2a52-7a61-4b1e-9f57-2d2f4a0f8f11");
    let mut frames = vec![
        ToPage::Ready { restart: false },
        ToPage::Ready { restart: true },
    ];
    frames.extend(lines(&talk, None).into_iter().map(|(_, line)| line));
    frames.push(ToPage::Taken { id: id.clone() });
    frames.push(
        Refused {
            id: Some(id),
            reason: Reason::TooFast,
        }
        .into(),
    );
    frames.push(
        Refused {
            id: None,
            reason: Reason::Unreadable,
        }
        .into(),
    );
    assert_eq!(serde_json::to_value(frames).expect("JSON"), golden);
}

#[test]
fn a_bad_frame_is_refused_with_its_reason() {
    let say = |id: &str, text: &str| json!({ "type": "say", "id": id, "text": text }).to_string();
    let hello =
        |visitor: &str| json!({ "type": "hello", "visitor": visitor, "after": -1 }).to_string();
    for (frame, id, reason) in [
        (String::new(), None, Reason::Unreadable),
        ("[]".to_owned(), None, Reason::Unreadable),
        ("{\"type\":\"shout\"}".to_owned(), None, Reason::Unreadable),
        ("[".repeat(10_000), None, Reason::Unreadable),
        (
            "{\"type\":\"hello\",\"visitor\":\"x\"}".to_owned(),
            None,
            Reason::Unreadable,
        ),
        (hello(""), None, Reason::BadVisitor),
        (hello(&TOKEN[1..]), None, Reason::BadVisitor),
        (hello(&TOKEN.to_uppercase()), None, Reason::BadVisitor),
        (
            hello("é0112233445566778899aabbccddeef"),
            None,
            Reason::BadVisitor,
        ),
        (say("", "hi"), None, Reason::BadId),
        (say("a/b", "hi"), None, Reason::BadId),
        (say(&"a".repeat(65), "hi"), None, Reason::BadId),
        (say("a", " \n"), Some("a"), Reason::Empty),
        (say("a", &"é".repeat(4097)), Some("a"), Reason::TooLong),
    ] {
        let id = id.map(MessageId::from);
        assert_eq!(read(&frame), Err(Refused { id, reason }), "{frame:.40}");
    }
}

#[test]
fn the_longest_text_fits_a_frame_however_it_is_escaped() {
    for longest in ["\u{1}", "\"", "💥", "é"] {
        let text = longest.repeat(TEXT_CHARS_MAX);
        let frame = json!({ "type": "say", "id": "a".repeat(64), "text": text }).to_string();
        assert!(
            frame.len() <= FRAME_BYTES_MAX,
            "{longest:?} takes {}",
            frame.len()
        );
        assert!(read(&frame).is_ok(), "{longest:?}");
    }
}

#[test]
fn the_token_is_nowhere_in_what_goes_on() {
    let hello = json!({ "type": "hello", "visitor": TOKEN, "after": -1 }).to_string();
    let read = read(&hello).expect("a good frame");
    assert!(!format!("{read:?}").contains(TOKEN));
    let account = AccountId::new("webchat", "demo");
    let message = inbound(
        &account,
        &visitor(),
        MessageId::from("a"),
        "hi".to_owned(),
        at(0),
    );
    assert!(!format!("{message:?}").contains(TOKEN));
    // The first 16 bytes of `printf 00112233445566778899aabbccddeeff | sha256sum`.
    assert_eq!(
        message.conversation().as_str(),
        "webchat.demo.5947d7c33d783f94b3b4c1a96ebc8991"
    );
}

#[test]
fn a_page_gets_what_it_lacks_in_order_and_nothing_twice() {
    let talk = conversation(
        3,
        vec![
            customer(0, "a", "one"),
            note("n"),
            bot(1, "two", sent()),
            customer(2, "b", "three"),
        ],
    );
    for (after, expected) in [
        (None, vec![3, 5, 6]),
        (Some(0), vec![3, 5, 6]),
        (Some(3), vec![5, 6]),
        (Some(4), vec![5, 6]),
        (Some(5), vec![6]),
        (Some(6), vec![]),
        (Some(u64::MAX), vec![]),
    ] {
        assert_eq!(numbers(&lines(&talk, after)), expected, "{after:?}");
    }
}

#[test]
fn a_line_on_its_way_holds_back_what_follows() {
    let mut talk = conversation(
        0,
        vec![
            customer(0, "a", "one"),
            bot(1, "two", Status::Pending),
            customer(2, "b", "three"),
        ],
    );
    assert_eq!(numbers(&lines(&talk, None)), [0]);
    for (status, expected) in [
        (sent(), vec![1, 2]),
        (withdrawn(), vec![2]),
        (
            Status::Refused {
                reason: "window".to_owned(),
            },
            vec![2],
        ),
    ] {
        talk.turns[1] = bot(1, "two", status);
        assert_eq!(numbers(&lines(&talk, Some(0))), expected);
    }
}

#[test]
fn numbers_that_no_longer_exist_are_noticed() {
    let talk = conversation(3, vec![customer(0, "a", "one")]);
    for (conversation, after, beyond) in [
        (Some(&talk), 3, false),
        (Some(&talk), 0, false),
        (Some(&talk), 4, true),
        (None, 0, true),
    ] {
        assert_eq!(is_beyond(conversation, after), beyond, "{after}");
    }
}

fn numbers(lines: &[(u64, ToPage)]) -> Vec<u64> {
    lines.iter().map(|(number, _)| *number).collect()
}
