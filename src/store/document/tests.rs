//! Stored documents must be readable for good: golden files hold what each format looks like on disk.
//!
//! `HARK_BLESS=1` rewrites them. A change to a golden file is a change of format, unless it only adds what may be absent.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use super::*;
use crate::model::alert::{Alert, AlertKind, Line};
use crate::model::author::Author;
use crate::model::case::{AlertRecord, Case, CaseState};
use crate::model::conversation::{Asked, Holder, TimerKind, Turn};
use crate::model::delivery::{Delivery, Outbound, Progress, Recipient, Status};
use crate::model::id::{
    ActionId, AgentName, BrandName, CaseNumber, DeliveryId, DeskName, Language, MessageId,
    ReplyName, TopicName,
};
use crate::model::message::Inbound;
use crate::model::network::Visibility;
use crate::model::record::{Outcome, Record};
use crate::model::severity::Severity;
use crate::store::memory::MemoryStore;

const TEXT: &str = "3 days and still no luggage, tag NW123456 ???";

/// `minute` minutes into the day of the story.
fn at(minute: i64) -> Timestamp {
    let day: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
    day + jiff::SignedDuration::from_mins(minute)
}

fn entities() -> BTreeMap<String, String> {
    BTreeMap::from([("bag_tag".to_owned(), "NW123456".to_owned())])
}

fn customer() -> Author {
    Author {
        name: "Ann \"Böhm\" 💼".to_owned(),
        handle: "ann".to_owned(),
        followers: Some(12),
        verified: true,
        ..Author::new("ann-1")
    }
}

/// A lost bag: answered, handed off, claimed, answered by a person, with something left of everything.
fn conversation() -> Conversation {
    let mut conversation = Conversation::new(&inbound(), BrandName::from("northwind"));
    let id = conversation.id.clone();
    conversation.language = Some(Language::from("en"));
    conversation.remember_message(&MessageId::from("m-1"));
    conversation.remember_action(&ActionId::from("act-1"));
    conversation
        .hand_off(case(CaseNumber::of(&id, 0), CaseState::Resolved))
        .unwrap();
    conversation.holder = Holder::Bot;
    conversation
        .hand_off(case(CaseNumber::of(&id, 1), CaseState::Open))
        .unwrap();
    conversation.claim(&AgentName::from("maria")).unwrap();
    for turn in turns(&id) {
        conversation.push_turn(turn);
    }
    conversation.asked = Some(Asked {
        topic: TopicName::from("refund"),
        entities: vec!["booking".to_owned()],
        at: at(4),
    });
    conversation.set_timer(TimerKind::AskExpired, at(64));
    conversation.set_timer(TimerKind::FirstResponse, at(31));
    conversation.opted_out_at = Some(at(9));
    conversation.deliveries = vec![to_customer(&id), to_desk(&conversation)];
    conversation.deliveries_made = 4;
    conversation.cases_opened = 2;
    conversation.turns_forgotten = 7;
    conversation
}

fn inbound() -> Inbound {
    Inbound {
        id: MessageId::from("m-1"),
        account: AccountId::new("http", "partner"),
        author: customer(),
        text: TEXT.to_owned(),
        visibility: Visibility::Public,
        addressed: true,
        thread: Some("post 1".to_owned()),
        reference: Some("partner-77".to_owned()),
        return_address: Some("https://partner.example/replies/77".to_owned()),
        sent_at: at(0),
        language: None,
        automated: None,
    }
}

fn case(number: CaseNumber, state: CaseState) -> Case {
    Case {
        number,
        desk: DeskName::from("baggage"),
        topic: Some(TopicName::from("lost-bag")),
        also: vec![TopicName::from("refund")],
        severity: Severity::High,
        why: "a bag is missing".to_owned(),
        state,
        agent: None,
        opened_at: at(1),
        first_response_due: at(31),
        first_response_at: Some(at(6)),
        resolved_at: (state == CaseState::Resolved).then(|| at(50)),
        entities: entities(),
        alerts: vec![AlertRecord {
            id: DeliveryId::from("d-alert-1"),
            kind: AlertKind::Opened,
            desk: DeskName::from("baggage"),
            status: Status::Refused {
                reason: "the desk answered 410".to_owned(),
            },
        }],
    }
}

fn turns(id: &ConversationId) -> [Turn; 6] {
    let bot = |minute, status| Turn::Bot {
        at: at(minute),
        delivery: DeliveryId::of(id, minute.unsigned_abs()),
        in_reply_to: MessageId::from("m-1"),
        topic: Some(TopicName::from("lost-bag")),
        text: "We are looking for your bag.".to_owned(),
        language: Language::from("en"),
        status,
    };
    let sent = |message: Option<&str>| Status::Sent {
        at: at(2),
        message: message.map(MessageId::from),
    };
    let reason = || "the connection broke".to_owned();
    [
        Turn::Customer {
            at: at(0),
            message: MessageId::from("m-1"),
            text: TEXT.to_owned(),
            record: record(),
        },
        bot(1, sent(Some("net-1"))),
        bot(2, Status::Unknown { reason: reason() }),
        bot(
            3,
            Status::Withdrawn {
                reason: reason(),
                tried: false,
            },
        ),
        Turn::Agent {
            at: at(6),
            agent: AgentName::from("maria"),
            delivery: DeliveryId::from("d-agent-1"),
            text: "Found it in Porto.".to_owned(),
            status: Status::Pending,
        },
        Turn::Note {
            at: at(7),
            agent: AgentName::from("maria"),
            text: "call back on Monday".to_owned(),
        },
    ]
}

fn record() -> Record {
    Record {
        outcome: Outcome::Handoff,
        topics: vec![TopicName::from("lost-bag"), TopicName::from("refund")],
        reply: Some(ReplyName::from("lost-bag")),
        language: Some(Language::from("en")),
        why: vec!["topic lost-bag matched".to_owned()],
    }
}

fn to_customer(id: &ConversationId) -> Delivery {
    let inbound = inbound();
    Delivery {
        id: DeliveryId::from("d-agent-1"),
        to: Recipient::Customer(Box::new(Outbound {
            id: DeliveryId::from("d-agent-1"),
            account: inbound.account,
            conversation: id.clone(),
            reference: inbound.reference,
            in_reply_to: Some(inbound.id),
            thread: inbound.thread,
            return_address: inbound.return_address,
            text: "Found it in Porto.".to_owned(),
            language: Language::from("en"),
            visibility: Visibility::Public,
        })),
        progress: Progress::Sending { since: at(6) },
        attempts: 1,
        by_bot: true,
        withdrawn: false,
        created_at: at(6),
    }
}

fn to_desk(conversation: &Conversation) -> Delivery {
    let alert = Alert {
        kind: AlertKind::Updated,
        at: at(8),
        case: CaseNumber::of(&conversation.id, 1),
        brand: conversation.brand.clone(),
        desk: DeskName::from("baggage"),
        topic: Some(TopicName::from("lost-bag")),
        also: vec![TopicName::from("refund")],
        severity: Severity::High,
        why: "a bag is missing".to_owned(),
        due: at(31),
        agent: Some(AgentName::from("maria")),
        account: conversation.account.clone(),
        conversation: conversation.id.clone(),
        reference: conversation.reference.clone(),
        visibility: conversation.visibility,
        language: conversation.language.clone(),
        customer: customer(),
        entities: entities(),
        transcript: vec![Line {
            at: at(0),
            by: "customer".to_owned(),
            text: TEXT.to_owned(),
        }],
    };
    Delivery {
        id: DeliveryId::from("d-alert-2"),
        to: Recipient::Desk {
            desk: DeskName::from("baggage"),
            alert: Box::new(alert),
        },
        progress: Progress::Prepared { due: at(13) },
        attempts: 2,
        by_bot: false,
        withdrawn: false,
        created_at: at(8),
    }
}

/// The golden file reads as `document`, and `document` is written as the golden file.
fn check_golden<T: Document + PartialEq + std::fmt::Debug>(document: &T) {
    let name = format!("{}-v{}.json", T::KIND, T::FORMAT);
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/documents")
        .join(&name);
    let written: Value = serde_json::from_slice(&encode(document)).unwrap();
    if std::env::var_os("HARK_BLESS").is_some() {
        fs::write(&path, format!("{written:#}\n")).unwrap();
    }
    let golden = fs::read(&path).unwrap();
    assert_eq!(decode::<T>(&name, &golden).unwrap(), *document, "{name}");
    assert_eq!(
        serde_json::from_slice::<Value>(&golden).unwrap(),
        written,
        "{name} (HARK_BLESS=1 rewrites it)"
    );
}

#[test]
fn a_conversation_is_stored_as_its_golden_file() {
    check_golden(&conversation());
}

#[test]
fn a_bookmark_is_stored_as_its_golden_file() {
    check_golden(&Bookmark {
        value: "offset=42".to_owned(),
    });
}

#[test]
fn an_opt_out_is_stored_as_its_golden_file() {
    check_golden(&OptOut {
        at: "2026-11-21T09:00:00Z".parse().unwrap(),
    });
}

#[test]
fn what_cannot_be_read_is_named_and_never_quoted() {
    for (bytes, expected) in [
        (r#"{"format":2,"body":{"value":"secret"}}"#, "newer hark"),
        (r#"{"format":2,"body":["secret"]}"#, "newer hark"),
        (r#"{"format":0,"body":{"value":"secret"}}"#, "no hark"),
        (r#"{"format":1,"body":{"value":["secret"]}}"#, "column"),
        (r#"{"format":1,"body":"secret"}"#, "column"),
        (r#"{"format":1,"body":{"value":"secret"}"#, "column"),
        (r#"{"body":{"value":"secret"}}"#, "column"),
        ("", "column"),
    ] {
        let decoded = decode::<Bookmark>("bookmark/http/a/b", bytes.as_bytes());
        let Err(StoreError::Corrupt { path, reason }) = decoded else {
            panic!("{bytes} was read");
        };
        assert_eq!(path, "bookmark/http/a/b");
        assert!(reason.contains(expected), "{bytes}: {reason}");
        assert!(!reason.contains("secret"), "{reason}");
    }
}

#[test]
fn keys_begin_with_the_prefix_of_their_kind() {
    let id = ConversationId::from("http.demo.ann");
    assert_eq!(conversation_key(&id), "conversation/http.demo.ann");
    let account = AccountId::new("telegram", "care");
    let key = bookmark_key(&account, "offset");
    assert_eq!(key, "bookmark/telegram/care/offset");
    assert!(key.starts_with(&prefix::<Bookmark>()));
}

#[tokio::test]
async fn a_document_is_saved_at_its_revision_and_loaded_with_it() {
    let store = MemoryStore::default();
    let document = Bookmark {
        value: "1".to_owned(),
    };
    assert_eq!(load::<Bookmark>(&store, "b").await.unwrap(), None);
    let revision = save(&store, "b", None, &document).await.unwrap();
    let loaded = load(&store, "b").await.unwrap().unwrap();
    assert_eq!(loaded, Loaded { revision, document });
    let stale = save(&store, "b", None, &loaded.document).await;
    assert!(matches!(stale, Err(StoreError::Conflict { .. })));
}
