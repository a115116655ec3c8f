//! Recorded payloads read as written down beside them, and what is sent looks as Discord wants it.

use serde::Deserialize;
use serde_json::{Value, json};
use serenity::model::id::{ChannelId, UserId};

use crate::channel::discord::wire::{self, Message};
use crate::model::delivery::Outbound;
use crate::model::id::{AccountId, ConversationId, DeliveryId, Language, MessageId};
use crate::model::message::{Inbound, TEXT_BYTES_MAX};
use crate::model::network::Visibility;

const ME: UserId = UserId::new(900);

#[derive(Deserialize)]
struct Golden {
    message: Message,
    inbound: Option<Inbound>,
}

fn read(message: &Message) -> Option<Inbound> {
    let visibility = wire::visibility(message.guild_id);
    wire::inbound(message, &AccountId::new("discord", "care"), ME, visibility)
}

#[test]
fn every_recorded_message_reads_as_written_down() {
    for (name, text) in [
        ("direct", include_str!("golden/direct.json")),
        ("mention", include_str!("golden/mention.json")),
        ("overheard", include_str!("golden/overheard.json")),
        ("reply", include_str!("golden/reply.json")),
        ("webhook", include_str!("golden/webhook.json")),
        ("joined", include_str!("golden/joined.json")),
        ("attachment", include_str!("golden/attachment.json")),
        ("own", include_str!("golden/own.json")),
    ] {
        let golden: Golden = serde_json::from_str(text).expect(name);
        assert_eq!(read(&golden.message), golden.inbound, "{name}");
    }
}

fn listed(change: &Value) -> Message {
    let mut message = json!({
        "id": "12", "channel_id": "5", "type": 0, "content": "hello", "mentions": [],
        "author": { "id": "900", "username": "northwind" }, "timestamp": "2026-11-21T12:00:00+00:00",
    });
    for (key, value) in change.as_object().expect("an object") {
        message[key] = value.clone();
    }
    serde_json::from_value(message).expect("a message")
}

fn outbound(in_reply_to: Option<&str>) -> Outbound {
    Outbound {
        id: DeliveryId::new("delivery-1"),
        account: AccountId::new("discord", "care"),
        conversation: ConversationId::new("discord.care.42"),
        reference: None,
        in_reply_to: in_reply_to.map(MessageId::new),
        thread: None,
        return_address: Some("5".to_owned()),
        text: "hello".to_owned(),
        language: Language::new("en"),
        visibility: Visibility::Private,
    }
}

#[test]
fn a_text_of_any_length_is_cut_to_what_is_read() {
    let long = "é".repeat(TEXT_BYTES_MAX);
    let message = listed(&json!({"content": long, "author": {"id": "42"}}));
    let inbound = read(&message).expect("not our own");
    assert_eq!(inbound.text.len(), TEXT_BYTES_MAX);
}

#[test]
fn what_is_sent_pings_nobody_and_names_its_delivery() {
    let body = |message: &Outbound| {
        serde_json::to_value(wire::create(message, ChannelId::new(5))).expect("JSON")
    };
    let answer = body(&outbound(Some("5:11")));
    assert_eq!(answer["content"], "hello");
    assert_eq!(answer["nonce"], "delivery-1");
    assert_eq!(answer["enforce_nonce"], true);
    assert_eq!(
        answer["allowed_mentions"],
        json!({"parse": [], "users": [], "roles": [], "replied_user": false})
    );
    assert_eq!(answer["message_reference"]["message_id"], "11");
    assert_eq!(answer["message_reference"]["fail_if_not_exists"], false);
    for none in [None, Some("not one of Discord's"), Some("5:0")] {
        let body = body(&outbound(none));
        assert!(body.get("message_reference").is_none(), "{none:?}: {body}");
    }
}

#[test]
fn a_lost_message_is_known_again() {
    let answer = outbound(Some("5:11"));
    let reference = json!({"message_id": "11", "channel_id": "5"});
    for (change, expected) in [
        (json!({"nonce": "delivery-1", "content": "edited"}), true),
        (
            json!({"nonce": "delivery-2", "message_reference": reference}),
            false,
        ),
        (json!({"nonce": 7, "message_reference": reference}), false),
        (json!({"message_reference": reference}), true),
        (json!({}), false),
        (json!({"message_reference": {"message_id": "10"}}), false),
        (
            json!({"message_reference": reference, "content": "other"}),
            false,
        ),
        (
            json!({"message_reference": reference, "author": {"id": "42"}}),
            false,
        ),
    ] {
        let message = listed(&change);
        assert_eq!(
            wire::is_sent_form(&message, &answer, ME),
            expected,
            "{change}"
        );
    }
}

#[test]
fn ids_of_a_time_are_those_of_discord() {
    for (time, id) in [
        // The example of Discord's own documentation: 175928847299117063.
        (
            "2016-04-30T11:18:25.796Z",
            175_928_847_299_117_063 >> 22 << 22,
        ),
        ("2015-01-01T00:00:00Z", 1),
        ("1970-01-01T00:00:00Z", 1),
    ] {
        let time = time.parse().expect("a time");
        assert_eq!(wire::snowflake_at(time), id, "{time}");
    }
}
