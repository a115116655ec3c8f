//! What else the API tells: changes as they happen, decisions explained, itself described, and the demo.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::daemon::eventually;
use crate::daemon::place::{HARK, PAGE, Place, config, message};
use crate::daemon::sink::Sink;

#[tokio::test]
async fn a_change_is_told_to_whoever_listens_and_its_case_is_there() {
    let sink = Sink::start().await;
    let place = Place::new(&config(&sink, PAGE));
    let hark = place.start().await;
    let mut stream = hark
        .request(Method::GET, "/api/v1/events")
        .send()
        .await
        .expect("an answer");
    let mut wants = message("ann", "I want to speak to a real person");
    wants["conversation"] = json!("order-7");
    hark.say(&wants).await;
    let chunk = tokio::time::timeout(Duration::from_secs(20), stream.chunk())
        .await
        .expect("in time")
        .expect("open")
        .expect("an event");
    let text = String::from_utf8(chunk.to_vec()).expect("text");
    let data = text
        .lines()
        .find_map(|line| line.strip_prefix("data: "))
        .expect("data");
    let changed: Value = serde_json::from_str(data).expect("JSON");
    assert_eq!(
        (&changed["type"], &changed["conversation"]),
        (&json!("conversation.changed"), &json!("order-7"))
    );
    let number = changed["case"].as_str().expect("a number");
    assert_eq!(
        hark.get(&format!("/api/v1/cases/{number}")).await.status,
        200
    );
}

#[tokio::test]
async fn explaining_changes_nothing() {
    let sink = Sink::start().await;
    let place = Place::new(&config(&sink, PAGE));
    let hark = place.start().await;
    let explained = hark
        .post(
            "/api/v1/explain",
            &json!({ "text": "I want to speak to a real person" }),
        )
        .await
        .json();
    assert_eq!(
        (&explained["outcome"], &explained["topic"]),
        (&json!("handoff"), &json!("wants-person")),
        "{explained}"
    );
    for (body, place) in [
        (json!({}), "body: "),
        (json!({ "text": "x", "tone": 1 }), "body: "),
        (json!({ "text": "x", "brand": "nobody" }), "brand"),
    ] {
        let (status, errors) = hark.post("/api/v1/explain", &body).await.problem();
        assert!(status == 400 && errors[0].starts_with(place), "{errors:?}");
    }
    assert_eq!(
        hark.get("/api/v1/conversations").await.json(),
        json!({ "conversations": [] })
    );
    assert_eq!(sink.calls().len(), 0);
}

#[tokio::test]
async fn every_address_of_the_description_is_served() {
    let sink = Sink::start().await;
    let place = Place::new(&config(&sink, PAGE));
    let hark = place.start().await;
    let described = hark.get("/api/openapi.json").await.json();
    let paths = described["paths"].as_object().expect("paths");
    assert!(paths.len() >= 10, "{paths:?}");
    for (path, methods) in paths {
        for method in methods
            .as_object()
            .expect("methods")
            .keys()
            .filter(|method| *method != "parameters")
        {
            let method: Method = method.to_uppercase().parse().expect("a method");
            let status = hark
                .request(method, &path.replace("{id}", "none"))
                .send()
                .await
                .expect("an answer")
                .status();
            assert_ne!(status, 405, "{path}");
        }
    }
    assert_eq!(hark.get("/api/v1/odd").await.problem().0, 404);
}

/// The addresses that are promised to stay, and what each can be refused with beside what everything can.
const ADDRESSES: [(&str, &str, &[&str]); 13] = [
    ("/cases", "get", &["400", "503"]),
    ("/cases/{id}", "get", &["400", "404", "503"]),
    ("/cases/{id}/claim", "post", CASE_ACTION),
    ("/cases/{id}/note", "post", CASE_WORDS),
    ("/cases/{id}/release", "post", CASE_ACTION),
    ("/cases/{id}/reply", "post", CASE_WORDS),
    ("/cases/{id}/resolve", "post", CASE_ACTION),
    ("/conversations", "get", &["400", "503"]),
    ("/conversations/{id}", "get", &["400", "404", "503"]),
    ("/events", "get", &[]),
    ("/explain", "post", &["400", "413"]),
    ("/messages", "get", &["400", "503"]),
    ("/messages", "post", &["400", "413", "503"]),
];
const CASE_ACTION: &[&str] = &["400", "404", "409", "413", "503"];
const CASE_WORDS: &[&str] = &["400", "404", "409", "413", "422", "503"];

#[tokio::test]
async fn the_description_is_whole_and_every_refusal_in_it_is_a_problem() {
    let sink = Sink::start().await;
    let place = Place::new(&config(&sink, PAGE));
    let hark = place.start().await;
    let described = hark.get("/api/openapi.json").await.json();
    let paths = described["paths"].as_object().expect("paths");
    let operations: usize = paths
        .values()
        .map(|item| item.as_object().expect("a path").len())
        .sum();
    assert_eq!(operations, ADDRESSES.len(), "{:?}", paths.keys());
    let mut names = BTreeSet::new();
    for (path, method, refusals) in ADDRESSES {
        let operation = &described["paths"][format!("/api/v1{path}")][method];
        let name = operation["operationId"].as_str().expect("a name");
        assert!(names.insert(name), "{name} is there twice");
        let mut told: BTreeSet<&str> = BTreeSet::new();
        for (status, response) in operation["responses"].as_object().expect("responses") {
            let place = format!("{method} {path} {status}");
            assert_ne!(response["description"].as_str(), Some(""), "{place}");
            assert!(response["description"].is_string(), "{place}");
            if status.starts_with(['4', '5']) {
                told.insert(status);
                let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
                assert_eq!(
                    response["content"],
                    json!({ "application/problem+json": problem }),
                    "{place}"
                );
            }
        }
        let expected: BTreeSet<&str> = ["401", "403", "500"]
            .iter()
            .chain(refusals)
            .copied()
            .collect();
        assert_eq!(told, expected, "{method} {path}");
    }
}

#[tokio::test]
async fn a_key_stands_for_one_action_only() {
    let sink = Sink::start().await;
    let place = Place::new(&config(&sink, PAGE));
    let hark = place.start().await;
    let conversation = hark
        .say(&message("ann", "I want to speak to a real person"))
        .await;
    let case = hark.case(&conversation).await;
    let number = case["number"].as_str().expect("a number");
    for (verb, agent, text, status) in [
        ("note", "eva", "she called", 200),
        ("note", "eva", "she called", 200),
        ("note", "eva", "she wrote", 409),
        ("note", "tom", "she called", 409),
        ("reply", "eva", "she called", 409),
    ] {
        let request = hark
            .request(Method::POST, &format!("/api/v1/cases/{number}/{verb}"))
            .header("idempotency-key", "k#1")
            .json(&json!({ "agent": agent, "text": text }));
        let answer = hark.send(request).await;
        assert_eq!(answer.status, status, "{verb} {agent} {text}: {answer:?}");
        if status == 409 {
            answer.problem();
            assert!(answer.text.contains("Idempotency-Key"), "{answer:?}");
        }
    }
    let turns = hark.conversation(&conversation).await["turns"].clone();
    let notes = turns.as_array().expect("turns").iter();
    assert_eq!(notes.filter(|turn| turn["by"] == "note").count(), 1);
}

#[tokio::test]
async fn without_a_config_the_demo_runs() {
    let place = Place::new("");
    let hark = place
        .start_as(|place| {
            let mut command = place.command(HARK);
            command.env_remove("HARK_CONFIG");
            command
        })
        .await;
    assert!(place.path("hark-data").is_dir());
    let page = hark.get("/").await;
    assert!(
        page.status == 200 && page.content_type.starts_with("text/html"),
        "{page:?}"
    );
    let conversation = hark
        .say(&message(
            "ann",
            "3 days and my bag never arrived, tag NW123456",
        ))
        .await;
    let turns = eventually("an answer", async || {
        let turns = hark.conversation(&conversation).await["turns"].clone();
        (turns[1]["status"] == "sent").then_some(turns)
    })
    .await;
    assert_eq!(turns[1]["by"], "bot", "{turns}");
}

/// An address in a message is the customer's to choose, so it must not lead into our own network.
#[tokio::test]
async fn a_reply_url_in_a_message_reaches_no_private_address() {
    let (ours, inside) = (Sink::start().await, Sink::start().await);
    let account =
        config(&ours, PAGE).replace("[desk.care]", "allow_message_reply_url = true\n[desk.care]");
    let place = Place::new(&account);
    let hark = place.start().await;
    let mut hello = message("ann", "hello");
    hello["reply_url"] = json!(inside.url());
    assert_eq!(hark.post("/api/v1/messages", &hello).await.problem().0, 400);
    hello["reply_url"] = json!(inside.url().replace("127.0.0.1", "localhost"));
    let answer = hark.post("/api/v1/messages", &hello).await;
    if answer.status == 202 {
        let name = answer.json()["conversation"]
            .as_str()
            .expect("a name")
            .to_owned();
        let case = hark.case(&name).await;
        assert_eq!(
            case["state"], "open",
            "a person must see what could not be sent: {case}"
        );
    }
    hark.say(&message("ben", "hello")).await;
    ours.replies(1).await;
    assert_eq!(inside.calls().len(), 0);
}
