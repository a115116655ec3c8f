//! What the `http` channel reads, writes and makes of an answer.

use serde_json::{Value, json};

use super::*;
use crate::channel::http::wire::{Unreadable, attempted, parse, reply};
use crate::model::author::Author;
use crate::model::id::{ConversationId, DeliveryId, Language, MessageId};
use crate::model::message::TEXT_BYTES_MAX;
use crate::model::network::Visibility;
use crate::net::client::Verdict;

const NOW: &str = "2026-05-04T12:00:00Z";

fn at(time: &str) -> Timestamp {
    time.parse().expect("a time")
}

fn read(body: &[u8]) -> Result<Inbound, Unreadable> {
    parse(body, at(NOW), MessageId::from("fallback"))
}

/// The smallest message, with `change` put over it.
fn problems(change: &Value) -> Vec<String> {
    let mut message = json!({ "account": "http/demo", "author": { "id": "ann" }, "text": "hi" });
    let (Some(fields), Some(changed)) = (message.as_object_mut(), change.as_object()) else {
        panic!("{change} is not an object");
    };
    fields.extend(changed.clone());
    match read(message.to_string().as_bytes()) {
        Ok(_) => Vec::new(),
        Err(Unreadable::Fields(problems)) => problems.iter().map(ToString::to_string).collect(),
        Err(other) => panic!("{other}"),
    }
}

fn outbound() -> Outbound {
    Outbound {
        id: DeliveryId::from("0123456789abcdef01234567"),
        account: AccountId::new("http", "partner"),
        conversation: ConversationId::from("http.partner.thread-9.4711"),
        reference: Some("thread-9".to_owned()),
        in_reply_to: Some(MessageId::from("msg-1")),
        thread: Some("thread-9".to_owned()),
        return_address: None,
        text: "Wir suchen Ihren Koffer.".to_owned(),
        language: Language::from("de"),
        visibility: Visibility::Public,
    }
}

fn open(config: &str) -> Result<Http, OpenError> {
    let config: Config = toml::from_str(config).expect("a config");
    Http::open(&AccountId::new("http", "partner"), &config)
}

#[test]
fn a_message_with_everything_is_read() {
    assert_eq!(
        read(include_bytes!("golden/message.json")),
        Ok(Inbound {
            id: MessageId::from("msg-1"),
            account: AccountId::new("http", "partner"),
            author: Author {
                name: "Ann Ortiz".to_owned(),
                handle: "ann".to_owned(),
                followers: Some(120),
                verified: true,
                is_bot: false,
                ..Author::new("4711")
            },
            text: "Wo ist mein Koffer?".to_owned(),
            visibility: Visibility::Public,
            addressed: false,
            thread: Some("thread-9".to_owned()),
            reference: Some("thread-9".to_owned()),
            return_address: Some("https://partner.example/replies?for=9".to_owned()),
            sent_at: at("2026-05-04T03:02:01Z"),
            language: Some(Language::from("de")),
            automated: None,
        })
    );
}

#[test]
fn what_is_left_out_has_a_default() {
    assert_eq!(
        read(include_bytes!("golden/message.least.json")),
        Ok(Inbound {
            id: MessageId::from("fallback"),
            account: AccountId::new("http", "demo"),
            author: Author::new("ann"),
            text: String::new(),
            visibility: Visibility::Private,
            addressed: true,
            thread: None,
            reference: None,
            return_address: None,
            sent_at: at(NOW),
            language: None,
            automated: None,
        })
    );
}

#[test]
fn each_problem_has_its_place() {
    for (change, problem) in [
        (json!({ "account": null }), "account: missing"),
        (
            json!({ "account": "telegram/care" }),
            "account: expected `http/<name>`",
        ),
        (
            json!({ "account": "http/" }),
            "account: expected `http/<name>`",
        ),
        (json!({ "account": 1 }), "account: expected text"),
        (json!({ "id": "" }), "id: empty"),
        (json!({ "id": 1.5 }), "id: expected text or a whole number"),
        (
            json!({ "id": "x".repeat(513) }),
            "id: longer than 512 bytes",
        ),
        (json!({ "text": null }), "text: missing"),
        (json!({ "text": ["hi"] }), "text: expected text"),
        (
            json!({ "conversation": {} }),
            "conversation: expected text or a whole number",
        ),
        (
            json!({ "visibility": "Public" }),
            "visibility: expected `public` or `private`",
        ),
        (
            json!({ "addressed": 1 }),
            "addressed: expected true or false",
        ),
        (
            json!({ "language": "klingon" }),
            "language: expected an ISO 639-1 code such as `en`",
        ),
        (
            json!({ "txt": "hi" }),
            "txt: unknown; known are account, id, author, text, conversation, visibility, addressed, sent_at, reply_url, language",
        ),
    ] {
        assert_eq!(problems(&change), [problem], "{change}");
    }
}

#[test]
fn each_problem_of_a_time_or_an_address_has_its_place() {
    for (change, problem) in [
        (
            json!({ "sent_at": "yesterday" }),
            "sent_at: expected a time such as `2026-05-04T03:02:01Z`",
        ),
        (
            json!({ "sent_at": "2026-05-05T12:00:01Z" }),
            "sent_at: more than a day ahead",
        ),
        (
            json!({ "sent_at": "1969-12-31T23:59:59Z" }),
            "sent_at: before 1970",
        ),
        (
            json!({ "reply_url": "/replies" }),
            "reply_url: expected an address such as `https://partner.example/replies`",
        ),
        (
            json!({ "reply_url": "ftp://partner.example" }),
            "reply_url: the address must start with http:// or https://",
        ),
        (
            json!({ "reply_url": "http://169.254.169.254/latest" }),
            "reply_url: the address is not on the public internet",
        ),
        (
            json!({ "reply_url": format!("https://a.example/{}", "x".repeat(2048)) }),
            "reply_url: longer than 2048 bytes",
        ),
    ] {
        assert_eq!(problems(&change), [problem], "{change}");
    }
}

#[test]
fn each_problem_of_an_author_has_its_place() {
    for (change, problem) in [
        (json!({ "author": null }), "author: missing"),
        (json!({ "author": "ann" }), "author: expected an object"),
        (json!({ "author": {} }), "author.id: missing"),
        (
            json!({ "author": { "id": [] } }),
            "author.id: expected text or a whole number",
        ),
        (
            json!({ "author": { "id": 1, "name": 2 } }),
            "author.name: expected text",
        ),
        (
            json!({ "author": { "id": 1, "followers": -2 } }),
            "author.followers: expected a whole number, 0 or more",
        ),
        (
            json!({ "author": { "id": 1, "is_bot": "no" } }),
            "author.is_bot: expected true or false",
        ),
        (
            json!({ "author": { "id": 1, "nick": "x" } }),
            "author.nick: unknown; known are id, name, handle, followers, verified, is_bot",
        ),
    ] {
        assert_eq!(problems(&change), [problem], "{change}");
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let change = json!({
        "account": "x", "author": { "name": 1, "is_bot": 2 }, "text": 3, "addressed": 4, "more": 5
    });
    assert_eq!(problems(&change).len(), 7, "{:?}", problems(&change));
}

#[test]
fn what_is_odd_but_readable_is_taken() {
    for change in [
        json!({ "id": 0 }),
        json!({ "id": -1 }),
        json!({ "id": u64::MAX }),
        json!({ "id": null, "conversation": null, "sent_at": null, "reply_url": null, "language": null }),
        json!({ "author": { "id": 1, "name": "ß".repeat(300), "handle": null, "followers": null } }),
        json!({ "sent_at": "2026-05-05T11:59:59+00:00" }),
        json!({ "text": "x".repeat(TEXT_BYTES_MAX) }),
    ] {
        assert_eq!(problems(&change), Vec::<String>::new(), "{change}");
    }
}

#[test]
fn what_is_no_message_at_all_is_refused() {
    for body in ["", "{", "\u{0}", "[1]x", &"[".repeat(100_000)] {
        assert!(
            matches!(read(body.as_bytes()), Err(Unreadable::NotJson(_))),
            "{body:.10}"
        );
    }
    for body in ["[]", "null", "7", "\"text\""] {
        assert!(
            matches!(read(body.as_bytes()), Err(Unreadable::Fields(_))),
            "{body}"
        );
    }
    assert!(read(b"\xff{}").is_err());
    let long = json!({ "text": "x".repeat(TEXT_BYTES_MAX + 1) }).to_string();
    let bytes = TEXT_BYTES_MAX + 1;
    assert_eq!(
        read(long.as_bytes()),
        Err(Unreadable::TextTooLong { bytes })
    );
}

#[test]
fn a_reply_is_written_as_agreed() {
    let expected: Value =
        serde_json::from_str(include_str!("golden/reply.json")).expect("the golden reply");
    let written: Value = serde_json::from_slice(&reply(&outbound())).expect("JSON");
    assert_eq!(written, expected);
}

#[test]
fn a_reply_outside_a_named_conversation_names_the_id() {
    let message = Outbound {
        reference: None,
        in_reply_to: None,
        ..outbound()
    };
    let written: Value = serde_json::from_slice(&reply(&message)).expect("JSON");
    assert_eq!(written["conversation"], "http.partner.thread-9.4711");
    assert_eq!(written["in_reply_to"], Value::Null);
}

#[test]
fn an_answer_says_what_becomes_of_the_reply() {
    let retry_after_s = Some(7);
    for (verdict, expected) in [
        (Verdict::Taken, "sent"),
        (Verdict::Later { retry_after_s }, "later"),
        (Verdict::Unauthorized, "later"),
        (Verdict::Forbidden, "refused"),
        (Verdict::Gone, "refused"),
        (Verdict::Elsewhere, "refused"),
        (Verdict::Refused, "refused"),
    ] {
        let outcome = match attempted(499, verdict) {
            Attempted::Sent { .. } => "sent",
            Attempted::Later { .. } => "later",
            Attempted::Refused { .. } => "refused",
            Attempted::Unknown { .. } => "unknown",
        };
        assert_eq!(outcome, expected, "{verdict:?}");
    }
}

#[test]
fn a_config_is_checked_when_it_is_opened() {
    let secret = "secret = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX'";
    let loopback = "reply_url = 'http://127.0.0.1:9/'";
    for (keys, problem) in [
        ("", None),
        (&*format!("{loopback}\n{secret}"), None),
        (
            "reply_url = 'http://10.0.0.1/'\nallow_message_reply_url = true",
            None,
        ),
        (secret, Some("a secret written in the config")),
        (
            &format!("reply_url = 'https://a.example'\n{secret}"),
            Some("a secret written in"),
        ),
        ("reply_url = 'ftp://a.example'", Some("http://")),
        (
            &format!("{loopback}\nsecret = 'no base64!'"),
            Some("head -c 24 /dev/urandom"),
        ),
        (
            &format!("{loopback}\nsecret = []"),
            Some("the list is empty"),
        ),
    ] {
        let error = open(&format!("brand = 'northwind'\n{keys}")).err();
        match (&error, problem) {
            (None, None) => {}
            (Some(OpenError(error)), Some(problem)) => assert!(error.contains(problem), "{error}"),
            _ => panic!("{keys}: {error:?}"),
        }
    }
    let unknown = toml::from_str::<Config>("brand = 'b'\nreplyurl = 'x'").expect_err("a typo");
    assert!(unknown.to_string().contains("`reply_url`"), "{unknown}");
}

#[test]
fn an_address_in_a_message_needs_permission() {
    let message = read(include_bytes!("golden/message.json")).expect("a message");
    let closed = open("brand = 'northwind'").expect("an account");
    let error = closed.check(&message).expect_err("not allowed");
    assert!(
        error
            .to_string()
            .starts_with("reply_url: account http/partner"),
        "{error}"
    );
    let allowing = open("brand = 'northwind'\nallow_message_reply_url = true");
    assert_eq!(allowing.expect("an account").check(&message), Ok(()));
}

#[tokio::test]
async fn a_reply_without_an_address_is_read_through_the_api() {
    let http = open("brand = 'northwind'").expect("an account");
    assert_eq!(
        http.send(&outbound()).await,
        Attempted::Sent { message: None }
    );
}

#[tokio::test]
async fn an_address_in_a_message_leads_only_outside() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let http = open("brand = 'northwind'\nallow_message_reply_url = true").expect("an account");
    for host in ["127.0.0.1", "localhost"] {
        let message = Outbound {
            return_address: Some(format!("http://{host}:{port}/")),
            ..outbound()
        };
        let outcome = http.send(&message).await;
        assert!(matches!(outcome, Attempted::Refused { .. }), "{outcome:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_input_makes_the_reader_panic(body in ".*", id in ".{0,9}", name in ".*", time in ".*", url in "(http://)?.*") {
        drop(read(body.as_bytes()));
        let message = json!({
            "account": "http/demo", "author": { "id": id, "name": name, "handle": name }, "text": body,
            "conversation": id, "sent_at": time, "reply_url": url, "language": time
        });
        drop(read(message.to_string().as_bytes()));
    }
}
