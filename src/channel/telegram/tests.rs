//! Payloads as the Bot API documents them, read; our calls, written; every kind of answer, sorted.

use serde_json::{Value, json};

use super::answer::{Answer, NoAnswer};
use super::wire::{Address, Me, Unreadable, read_update, send_message, update_id};
use super::*;
use crate::model::id::{AuthorId, ConversationId, DeliveryId, Language, MessageId};
use crate::model::message::Inbound;
use crate::model::network::Visibility;

const TOKEN: &str = "1001:fake-token";

macro_rules! golden {
    ($name:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!("golden/", $name, ".json")))
            .expect($name)
    };
}

fn read(update: &Value) -> Result<Option<Inbound>, Unreadable> {
    let me = Me {
        id: 1001,
        username: "northwind_care_bot".to_owned(),
        can_read_all_group_messages: false,
    };
    read_update(update, &me, &AccountId::new("telegram", "care"))
}

fn message(update: &Value) -> Inbound {
    read(update).expect("readable").expect("a message")
}

#[test]
fn a_private_message_is_read_whole() {
    let update = golden!("private");
    assert_eq!(update_id(&update), Some(815_000_001));
    let message = message(&update);
    assert_eq!(message.id, MessageId::from("4200000042:7"));
    assert_eq!(message.text, "where is my bag?");
    assert_eq!(message.author.id, AuthorId::from("4200000042"));
    assert_eq!(message.author.name, "Ann Example");
    assert_eq!(message.author.handle, "ann_example");
    assert!(!message.author.is_bot);
    assert_eq!(message.visibility, Visibility::Private);
    assert!(message.addressed);
    assert_eq!(message.thread, None);
    assert_eq!(message.return_address.as_deref(), Some("4200000042"));
    assert_eq!(message.sent_at.as_second(), 1_700_000_000);
    assert_eq!(message.language, Some(Language::from("pt")));
    assert_eq!(message.automated, None);
    assert_eq!(
        message.conversation(),
        ConversationId::from("telegram.care.4200000042")
    );
}

#[test]
fn what_speaks_to_us_in_a_group_is_told_from_what_is_overheard() {
    for (name, update, addressed, thread) in [
        (
            "overheard",
            golden!("group_overheard"),
            false,
            "-1001234567890",
        ),
        (
            "mention",
            golden!("group_mention"),
            true,
            "-1001234567890/77",
        ),
        ("text mention", golden!("group_text_mention"), true, "-555"),
        ("command", golden!("group_command"), true, "-555"),
        (
            "command for any",
            golden!("group_command_for_any"),
            false,
            "-555",
        ),
        ("reply", golden!("group_reply"), true, "-555"),
        (
            "topic of ours",
            golden!("group_topic_of_ours"),
            false,
            "-555/3",
        ),
        ("caption", golden!("photo_caption"), true, "-555"),
    ] {
        let message = message(&update);
        assert_eq!(message.addressed, addressed, "{name}");
        assert_eq!(message.visibility, Visibility::Public, "{name}");
        assert_eq!(message.thread.as_deref(), Some(thread), "{name}");
        assert_eq!(message.return_address.as_deref(), Some(thread), "{name}");
    }
}

#[test]
fn what_no_person_wrote_is_marked() {
    for (update, author, is_bot, automated) in [
        (golden!("from_bot"), "99", true, false),
        (golden!("via_bot"), "42", false, true),
        (golden!("from_channel"), "-1009876543210", false, true),
        (golden!("private_topic"), "42", false, false),
    ] {
        let message = message(&update);
        assert_eq!(message.author.id, AuthorId::from(author));
        assert_eq!(message.author.is_bot, is_bot, "{author}");
        assert_eq!(message.automated.is_some(), automated, "{author}");
    }
}

#[test]
fn a_private_topic_is_only_where_the_answer_goes() {
    let message = message(&golden!("private_topic"));
    assert_eq!(message.thread, None);
    assert_eq!(message.return_address.as_deref(), Some("42/8"));
    assert_eq!(message.text, "/start");
    assert_eq!(message.language, None, "three letters are not our form");
}

#[test]
fn a_caption_is_the_text_and_a_voice_message_has_none() {
    assert_eq!(
        message(&golden!("photo_caption")).text,
        "@northwind_care_bot look at this"
    );
    assert_eq!(message(&golden!("voice")).text, "");
}

#[test]
fn what_no_customer_said_is_passed_over() {
    for update in [golden!("service"), golden!("edited")] {
        assert_eq!(read(&update), Ok(None));
    }
    assert_eq!(read(&golden!("unreadable")), Err(Unreadable));
}

/// Whatever a field becomes, reading gives an answer.
#[test]
fn a_twisted_update_never_panics() {
    let twists = [
        Value::Null,
        json!(-1),
        json!(i64::MAX),
        json!(u64::MAX),
        json!("x"),
        json!([]),
        json!({}),
        json!([{ "type": "mention", "offset": u64::MAX, "length": u64::MAX }]),
        json!([{ "type": "mention", "offset": 1, "length": 1 }]),
    ];
    let base = golden!("group_mention");
    let fields: Vec<String> = base["message"]
        .as_object()
        .expect("an object")
        .keys()
        .cloned()
        .collect();
    for field in &fields {
        for twist in &twists {
            let mut update = base.clone();
            update["message"][field] = twist.clone();
            drop(read(&update));
        }
    }
    for update in [
        json!(null),
        json!([]),
        json!({ "message": null }),
        json!({ "update_id": 1u64 << 40 }),
    ] {
        drop(read(&update));
        assert_eq!(update_id(&update), None);
    }
}

#[test]
fn updates_are_put_in_order_and_one_without_a_number_is_left_out() {
    for (updates, numbers) in [
        (json!([]), Some(vec![])),
        (
            json!([{ "update_id": 3 }, {}, { "update_id": 1 }]),
            Some(vec![1, 3]),
        ),
        (json!([{}]), None),
        (json!({}), None),
    ] {
        let read = numbered(&updates).map(|all| all.iter().map(|(id, _)| *id).collect());
        assert_eq!(read, numbers, "{updates}");
    }
}

fn outbound(in_reply_to: &str) -> Outbound {
    Outbound {
        id: DeliveryId::from("d1"),
        account: AccountId::new("telegram", "care"),
        conversation: ConversationId::from("telegram.care.42"),
        reference: None,
        in_reply_to: Some(MessageId::from(in_reply_to)),
        thread: None,
        return_address: Some("-555/3".to_owned()),
        text: "<b>sorry</b> _we_ are".to_owned(),
        language: Language::from("en"),
        visibility: Visibility::Public,
    }
}

#[test]
fn a_send_is_plain_text_in_its_topic_answering_its_message() {
    let to = Address::parse("-555/3").expect("an address");
    assert_eq!(
        serde_json::to_value(send_message(&outbound("-555:17"), to)).expect("json"),
        json!({
            "chat_id": -555,
            "text": "<b>sorry</b> _we_ are",
            "message_thread_id": 3,
            "link_preview_options": { "is_disabled": true },
            "reply_parameters": { "message_id": 17, "allow_sending_without_reply": true },
        })
    );
}

#[test]
fn a_message_of_another_chat_is_not_answered_by_its_number() {
    let to = Address::parse("-1001").expect("an address");
    for id in ["-555:17", "17", "x:y", ""] {
        let call = serde_json::to_value(send_message(&outbound(id), to)).expect("json");
        assert_eq!(call.get("reply_parameters"), None, "{id}");
        assert_eq!(call.get("message_thread_id"), None, "{id}");
    }
}

#[test]
fn an_address_reads_back_as_it_prints() {
    for text in ["42", "-1001234567890", "-1001234567890/77"] {
        assert_eq!(
            Address::parse(text).map(|to| to.to_string()).as_deref(),
            Some(text)
        );
    }
    for text in ["", "x", "1/", "1/x", "/1", "1/2/3"] {
        assert_eq!(Address::parse(text), None, "{text}");
    }
}

fn answer(status: u16, body: &str) -> Answer {
    Answer::read(status, None, body.as_bytes(), TOKEN)
}

/// The words that each outcome of a send is sorted by.
fn kind(outcome: &Attempted) -> &'static str {
    match outcome {
        Attempted::Sent { .. } => "sent",
        Attempted::Later { .. } => "later",
        Attempted::Refused { .. } => "refused",
        Attempted::Unknown { .. } => "unknown",
    }
}

#[test]
fn every_answer_to_a_send_has_its_outcome() {
    let declined = r#"{"ok":false,"error_code":0,"description":"whatever"}"#;
    for (status, body, outcome) in [
        (
            200,
            r#"{"ok":true,"result":{"message_id":5,"chat":{"id":42}}}"#,
            "sent",
        ),
        (200, r#"{"ok":true,"result":{"new":"shape"}}"#, "sent"),
        (200, "<html>", "unknown"),
        (200, declined, "later"),
        (302, "", "later"),
        (400, declined, "refused"),
        (401, declined, "later"),
        (403, declined, "refused"),
        (403, "<html>a firewall says no</html>", "later"),
        (404, declined, "later"),
        (409, declined, "later"),
        (429, declined, "later"),
        (500, declined, "later"),
        (502, declined, "later"),
        (500, "<html>", "unknown"),
        (502, "<html>", "unknown"),
        (503, "<html>", "later"),
        (504, "<html>", "unknown"),
    ] {
        assert_eq!(
            kind(&answer(status, body).outcome()),
            outcome,
            "{status} {body}"
        );
    }
    assert_eq!(
        kind(&NoAnswer::NotSent(String::new()).into_outcome()),
        "later"
    );
    assert_eq!(
        kind(&NoAnswer::Lost(String::new()).into_outcome()),
        "unknown"
    );
}

#[test]
fn what_was_sent_is_named_as_it_would_come_back() {
    let sent = answer(
        200,
        r#"{"ok":true,"result":{"message_id":5,"chat":{"id":-42}}}"#,
    );
    let message = Some(MessageId::from("-42:5"));
    assert_eq!(sent.outcome(), Attempted::Sent { message });
}

#[test]
fn the_wait_comes_from_the_body_or_else_from_the_header() {
    let told = r#"{"ok":false,"description":"","parameters":{"retry_after":9}}"#;
    for (header, body, wait) in [
        (None, told, Some(9)),
        (Some(5), told, Some(9)),
        (Some(5), "<html>", Some(5)),
        (None, "<html>", None),
    ] {
        let answer = Answer::read(429, header, body.as_bytes(), TOKEN);
        let outcome = answer.outcome();
        assert!(
            matches!(outcome, Attempted::Later { retry_after_s, .. } if retry_after_s == wait),
            "{outcome:?}"
        );
        let hindrance = answer.hindrance();
        assert!(
            matches!(hindrance, ChannelError::SlowDown { retry_after_s, .. } if retry_after_s == wait.unwrap_or(1)),
            "{hindrance:?}"
        );
    }
}

#[test]
fn what_hinders_receiving_names_what_to_mend() {
    let webhook = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
    let poller = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    for (status, description, part_of_fix) in [
        (401, "Unauthorized", Some("token")),
        (404, "Not Found", Some("api_url")),
        (409, webhook, Some("deleteWebhook")),
        (409, poller, Some("another process")),
        (500, "Internal Server Error", None),
    ] {
        let body = json!({ "ok": false, "error_code": status, "description": description });
        match (answer(status, &body.to_string()).hindrance(), part_of_fix) {
            (ChannelError::Misconfigured { fix, .. }, Some(part)) => {
                assert!(fix.contains(part), "{fix}");
            }
            (ChannelError::Unreachable(_), None) => {}
            (other, _) => panic!("{status} {description} gave {other:?}"),
        }
    }
}

#[test]
fn the_token_is_in_no_error() {
    let echo = json!({ "ok": false, "description": format!("Not Found: /bot{TOKEN}/sendMessage") });
    let shown = format!("{:?}", answer(404, &echo.to_string()).outcome());
    assert!(!shown.contains(TOKEN), "{shown}");
}

#[test]
fn opening_needs_a_token_and_an_address_of_the_web() {
    let account = AccountId::new("telegram", "care");
    for (toml, opens) in [
        ("token = \"1:x\"\napi_url = \"http://127.0.0.1:9\"", true),
        ("token = \"1:x\"", false),
        ("token = { env = \"HARK_TEST_NOT_SET\" }", false),
        ("token = \"1:x\"\napi_url = \"mailto:a@b.example\"", false),
    ] {
        let config: config::Config =
            toml::from_str(&format!("brand = \"b\"\n{toml}")).expect("a readable table");
        let opened = Telegram::open(&account, &config);
        assert_eq!(opened.is_ok(), opens, "{toml}");
        assert!(!format!("{opened:?}").contains("1:x"), "{toml}");
    }
}
