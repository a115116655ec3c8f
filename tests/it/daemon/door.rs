//! The door of the `http` channel: what it takes, what it refuses, and the reply that comes back.

use reqwest::Method;
use serde_json::{Value, json};

use crate::daemon::eventually;
use crate::daemon::place::{Hark, PAGE, Place, config, message};
use crate::daemon::sink::Sink;
use crate::fakes::receiver::Answer;

async fn running() -> (Sink, Place, Hark) {
    let sink = Sink::start().await;
    let place = Place::new(&config(&sink, PAGE));
    let hark = place.start().await;
    (sink, place, hark)
}

#[tokio::test]
async fn a_message_is_taken_once_and_answered_once() {
    let (sink, _place, hark) = running().await;
    let mut hello = message("ann", "hello");
    hello["id"] = json!("m-1");
    hello["author"]["name"] = json!("Ann");

    let first = hark.post("/api/v1/messages", &hello).await;
    assert_eq!(
        (first.status, first.content_type.as_str()),
        (202, "application/json")
    );
    let conversation = first.json()["conversation"]
        .as_str()
        .expect("a name")
        .to_owned();
    assert_eq!(
        first.json(),
        json!({ "conversation": conversation, "duplicate": false })
    );
    let again = hark.post("/api/v1/messages", &hello).await;
    assert_eq!(
        (again.status, again.json()),
        (
            202,
            json!({ "conversation": conversation, "duplicate": true })
        )
    );

    let calls = sink.replies(1).await;
    let reply = &calls[0].reply;
    assert!(
        reply["text"]
            .as_str()
            .is_some_and(|text| text.contains("Ann")),
        "{reply}"
    );
    assert_eq!(
        *reply,
        json!({
            "type": "reply", "id": calls[0].key, "conversation": conversation, "in_reply_to": "m-1",
            "account": "http/demo", "text": reply["text"], "language": "en", "visibility": "private",
        })
    );
    // A later answer in the conversation shows that nothing more came before it.
    hark.say(&message("ann", "thank you")).await;
    assert_eq!(sink.replies(2).await.len(), 2);
    sink.assert_proper();
}

#[tokio::test]
async fn a_conversation_is_one_author_at_one_account_by_default() {
    let (_sink, _place, hark) = running().await;
    let ann = hark.say(&message("ann", "hello")).await;
    assert_eq!(hark.say(&message("ann", "thanks")).await, ann);
    let ben = hark.say(&message("ben", "hello")).await;
    assert_ne!(ann, ben);
    assert_eq!(hark.conversation(&ben).await["turns"][0]["text"], "hello");
}

#[tokio::test]
async fn a_given_name_comes_back_everywhere() {
    let (sink, _place, hark) = running().await;
    for (visibility, name) in [("private", "order 7/ä?x=1"), ("public", "post-99")] {
        let mut hello = message("ann", "hello");
        hello["conversation"] = json!(name);
        hello["visibility"] = json!(visibility);
        assert_eq!(hark.say(&hello).await, name);
        let reply = eventually("the reply", async || {
            sink.calls()
                .into_iter()
                .find(|call| call.reply["conversation"] == name)
        })
        .await;
        assert_eq!(reply.reply["visibility"], visibility);
        let path = name
            .bytes()
            .fold(String::new(), |path, byte| format!("{path}%{byte:02X}"));
        let shown = hark.conversation(&path).await;
        assert_eq!(
            (&shown["id"], &shown["visibility"]),
            (&json!(name), &json!(visibility)),
            "{shown}"
        );
    }
    sink.assert_proper();
}

#[tokio::test]
async fn many_people_in_one_public_thread_are_answered_each() {
    let (sink, _place, hark) = running().await;
    for (author, id) in [("ann", "p-1"), ("ben", "p-2")] {
        let mut hello = message(author, "hello");
        hello["id"] = json!(id);
        hello["conversation"] = json!("post-1");
        hello["visibility"] = json!("public");
        assert_eq!(hark.say(&hello).await, "post-1");
    }
    let answered: Vec<Value> = sink
        .replies(2)
        .await
        .into_iter()
        .map(|call| call.reply["in_reply_to"].clone())
        .collect();
    assert!(
        answered.contains(&json!("p-1")) && answered.contains(&json!("p-2")),
        "{answered:?}"
    );
}

#[tokio::test]
async fn what_is_wrong_is_told_with_its_place() {
    let (sink, _place, hark) = running().await;
    for (change, place) in [
        (json!({ "author": null }), "author"),
        (json!({ "author": { "name": "Ann" } }), "author.id"),
        (
            json!({ "author": { "id": "ann", "nick": "x" } }),
            "author.nick",
        ),
        (json!({ "text": null }), "text"),
        (json!({ "text": 7 }), "text"),
        (json!({ "txt": "hello" }), "txt"),
        (json!({ "account": "http/other" }), "account"),
        (json!({ "account": null }), "account"),
        (json!({ "visibility": "secret" }), "visibility"),
        (json!({ "sent_at": "yesterday" }), "sent_at"),
        (
            json!({ "reply_url": "https://elsewhere.example/replies" }),
            "reply_url",
        ),
        (json!({ "reply_url": "http://127.0.0.1:1/" }), "reply_url"),
    ] {
        let mut body = message("ann", "hello");
        body.as_object_mut()
            .expect("an object")
            .extend(change.as_object().expect("an object").clone());
        let (status, errors) = hark.post("/api/v1/messages", &body).await.problem();
        assert_eq!(status, 400, "{change}");
        assert!(
            errors.len() == 1 && errors[0].starts_with(&format!("{place}: ")),
            "{change}: {errors:?}"
        );
    }
    let (_, errors) = hark
        .post("/api/v1/messages", &json!({ "account": "x", "text": 1 }))
        .await
        .problem();
    assert_eq!(errors.len(), 3, "all are told at once: {errors:?}");
    assert_eq!(sink.calls().len(), 0);
    assert_eq!(
        hark.get("/api/v1/messages").await.json(),
        json!({ "messages": [] })
    );
}

#[tokio::test]
async fn what_is_no_message_is_refused() {
    let (_sink, _place, hark) = running().await;
    let post = |body: String| {
        hark.request(Method::POST, "/api/v1/messages")
            .header("content-type", "application/json")
            .body(body)
    };
    for body in [
        String::new(),
        "{".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        "[".repeat(10_000),
    ] {
        assert_eq!(
            hark.send(post(body.clone())).await.problem().0,
            400,
            "{body:.20}"
        );
    }
    for length in [64 * 1024 + 1, 600 * 1024] {
        let long = message("ann", &"x".repeat(length)).to_string();
        assert_eq!(hark.send(post(long)).await.problem().0, 413, "{length}");
    }
    let whole = message("ann", &"x".repeat(64 * 1024)).to_string();
    assert_eq!(hark.send(post(whole)).await.status, 202);
    assert_eq!(hark.get("/api/v1/nothing").await.problem().0, 404);
    assert_eq!(
        hark.get("/api/v1/conversations/nobody").await.problem().0,
        404
    );
    assert_eq!(
        hark.send(hark.request(Method::DELETE, "/api/v1/messages"))
            .await
            .problem()
            .0,
        405
    );
    assert_eq!(
        hark.get("/api/v1/messages?colour=red").await.problem().0,
        400
    );
}

#[tokio::test]
async fn the_idempotency_key_stands_for_a_missing_id() {
    let (_sink, _place, hark) = running().await;
    let hello = message("ann", "hello");
    let post = || {
        hark.request(Method::POST, "/api/v1/messages")
            .header("idempotency-key", "k-1")
            .json(&hello)
    };
    assert_eq!(hark.send(post()).await.json()["duplicate"], false);
    assert_eq!(hark.send(post()).await.json()["duplicate"], true);
    assert_eq!(
        hark.post("/api/v1/messages", &hello).await.json()["duplicate"],
        false
    );
}

#[tokio::test]
async fn only_a_token_opens_the_api_where_there_are_tokens() {
    let sink = Sink::start().await;
    let place = Place::new(&config(
        &sink,
        &format!("{PAGE}[http]\ntokens = ['one', {{ env = 'TOKEN' }}]"),
    ))
    .with("TOKEN", "two");
    let hark = place.start().await;
    let hello = message("ann", "hello");
    let bare = hark
        .send(hark.request(Method::POST, "/api/v1/messages").json(&hello))
        .await;
    assert_eq!(bare.problem().0, 401);
    for path in [
        "/api/v1/cases",
        "/api/v1/conversations",
        "/api/v1/messages",
        "/api/v1/events",
    ] {
        assert_eq!(hark.get(path).await.problem().0, 401, "{path}");
        assert_eq!(
            hark.send(hark.request(Method::GET, path).bearer_auth("three"))
                .await
                .problem()
                .0,
            401,
            "{path}"
        );
    }
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(hark.get(path).await.status, 200, "{path}");
    }
    let hark = hark.with_token("two");
    hark.say(&hello).await;
    sink.replies(1).await;
}

#[tokio::test]
async fn an_open_address_without_tokens_is_refused() {
    let sink = Sink::start().await;
    let place = Place::new(&config(&sink, PAGE)).with("HARK_HTTP_LISTEN", "0.0.0.0:0");
    let ended = place.run(&["run"]).await;
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stderr.contains("HARK_HTTP_LISTEN") && ended.stderr.contains("tokens"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn a_reply_is_tried_again_under_the_same_key_until_it_is_taken() {
    let (sink, _place, hark) = running().await;
    sink.answer_next([
        Answer::Status(500, String::new()),
        Answer::Drop,
        Answer::Status(429, "retry-after: 1\r\n".to_owned()),
    ]);
    let conversation = hark.say(&message("ann", "hello")).await;
    eventually("the reply is sent", async || {
        let turns = hark.conversation(&conversation).await["turns"].clone();
        (turns[1]["status"] == "sent").then_some(())
    })
    .await;
    let calls = sink.calls();
    assert_eq!(
        calls.iter().map(|call| call.taken).collect::<Vec<_>>(),
        [false, false, false, true]
    );
    assert_eq!(sink.texts().len(), 1, "one key: {calls:?}");
    sink.assert_proper();
}

#[tokio::test]
async fn a_refused_reply_becomes_a_case_for_a_person() {
    let (sink, _place, hark) = running().await;
    sink.answer_next([Answer::Status(422, String::new())]);
    let conversation = hark.say(&message("ann", "hello")).await;
    let case = hark.case(&conversation).await;
    assert_eq!(
        (&case["state"], &case["desk"]),
        (&json!("open"), &json!("care"))
    );
    assert!(
        case["why"].as_str().is_some_and(|why| why.contains("422")),
        "{case}"
    );
    assert_eq!(
        hark.conversation(&conversation).await["turns"][1]["status"],
        "refused"
    );
    assert_eq!(sink.calls().len(), 1);
}
