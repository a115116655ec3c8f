//! A webhook desk, from the outside: what it is told, how that is signed, and what happens when it does not answer.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::daemon::eventually;
use crate::daemon::place::{Hark, Place, config, message};
use crate::daemon::sink::Sink;
use crate::fakes::receiver::{Answer, Request};
use crate::fakes::webhook::{FakeDesk, SECRET};

const WANTS_A_PERSON: &str = "I want to speak to a real person";

/// `[desk.<name>]` at a fake, with these lines.
fn desk(name: &str, fake: &FakeDesk, lines: &str) -> String {
    format!(
        "[desk.{name}]\nkind = 'webhook'\nurl = '{}'\nsecret = '{SECRET}'\n{lines}\n",
        fake.url()
    )
}

/// The alerts of this type that a desk took, by `webhook-id`.
fn of_type(fake: &FakeDesk, kind: &str) -> Vec<(String, Value)> {
    fake.alerts()
        .into_iter()
        .filter(|(_, alert)| alert["type"] == kind)
        .collect()
}

async fn alert(fake: &FakeDesk, kind: &str) -> (String, Value) {
    eventually(&format!("an alert {kind}"), async || {
        of_type(fake, kind).into_iter().next()
    })
    .await
}

async fn running(fake: &FakeDesk) -> (Sink, Place, Hark) {
    let sink = Sink::start().await;
    let place = Place::new(&config(&sink, &desk("care", fake, "")));
    let hark = place.start().await;
    (sink, place, hark)
}

/// Lets the reference library of Standard Webhooks, which is not ours, judge a call.
fn judge_by_reference(request: &Request, secret: &str) -> Result<(), String> {
    const CHECK: &str = "import sys, json; from standardwebhooks import Webhook\n\
                         call = json.load(open(sys.argv[1]))\n\
                         Webhook(call['secret']).verify(call['body'], call['headers'])";
    let python = std::env::var("HARK_REFERENCE_PYTHON").map_or_else(
        |_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/reference/bin/python"),
        PathBuf::from,
    );
    assert!(
        python.exists(),
        "{} is missing: it has the reference library of Standard Webhooks; run the tests with tests/run, which installs it",
        python.display()
    );
    let file = tempfile::NamedTempFile::new().expect("a file");
    let call = json!({ "secret": secret, "body": request.body, "headers": request.headers });
    std::fs::write(file.path(), call.to_string()).expect("written");
    let output = Command::new(python)
        .args(["-c", CHECK])
        .arg(file.path())
        .output()
        .expect("it runs");
    let problem = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !problem.contains("ModuleNotFoundError"),
        "run the tests with tests/run: {problem}"
    );
    if output.status.success() {
        Ok(())
    } else {
        Err(problem)
    }
}

#[tokio::test]
async fn an_alert_tells_all_that_an_agent_needs() {
    let fake = FakeDesk::start().await;
    let (_sink, _place, hark) = running(&fake).await;
    let mut wants = message("ann", WANTS_A_PERSON);
    wants["conversation"] = json!("order-7");
    wants["author"] = json!({ "id": "ann", "name": "Ann Ortiz", "handle": "@ann", "followers": 12, "verified": true });
    hark.say(&wants).await;
    let (_, alert) = alert(&fake, "case.opened").await;
    let case = hark.case("order-7").await;
    let number = case["number"].as_str().expect("a number");
    let data = &alert["data"];
    for (pointer, expected) in [
        ("/case/id", json!(number)),
        ("/case/number", json!(number)),
        ("/case/topic", json!("wants-person")),
        ("/case/severity", json!("normal")),
        ("/case/desk", json!("care")),
        ("/case/state", json!("open")),
        ("/case/agent", Value::Null),
        (
            "/case/first_response_due",
            case["first_response_due"].clone(),
        ),
        ("/account", json!("http/demo")),
        ("/conversation", json!("order-7")),
        ("/visibility", json!("private")),
        ("/language", json!("en")),
        (
            "/customer",
            json!({ "id": "ann", "name": "Ann Ortiz", "handle": "ann", "followers": 12, "verified": true }),
        ),
        ("/transcript/0/text", json!(WANTS_A_PERSON)),
        (
            "/links/claim",
            json!(format!(
                "http://{}/api/v1/cases/{number}/claim",
                hark.address
            )),
        ),
        (
            "/links/reply",
            json!(format!(
                "http://{}/api/v1/cases/{number}/reply",
                hark.address
            )),
        ),
    ] {
        assert_eq!(
            data.pointer(pointer),
            Some(&expected),
            "{pointer} of {alert}"
        );
    }
    assert!(
        data["case"]["why"]
            .as_str()
            .is_some_and(|why| !why.is_empty()),
        "{alert}"
    );

    let path = data["links"]["claim"]
        .as_str()
        .and_then(|link| link.split_once("/api"))
        .map(|(_, path)| format!("/api{path}"));
    let claimed = hark
        .post(&path.expect("a link"), &json!({ "agent": "eva" }))
        .await;
    assert_eq!(claimed.json()["state"], "claimed", "{claimed:?}");
    assert_eq!(fake.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn the_reference_library_accepts_every_signature() {
    let fake = FakeDesk::start().await;
    let (_sink, _place, hark) = running(&fake).await;
    let conversation = hark
        .say(&message(
            "ann",
            "ich möchte mit einem Menschen sprechen – bitte 🧳",
        ))
        .await;
    alert(&fake, "case.opened").await;
    hark.act(&hark.case(&conversation).await, "claim", "eva", None)
        .await;
    hark.act(&hark.case(&conversation).await, "resolve", "eva", None)
        .await;
    alert(&fake, "case.resolved").await;
    let requests = fake.requests();
    assert!(requests.len() >= 2);
    for request in &requests {
        assert_eq!(judge_by_reference(request, SECRET), Ok(()));
    }
    let mut forged = requests[0].clone();
    forged.body.push(' ');
    assert!(judge_by_reference(&forged, SECRET).is_err());
    assert!(judge_by_reference(&requests[0], "whsec_ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7").is_err());
}

#[tokio::test]
async fn an_alert_is_tried_again_under_the_same_id() {
    let fake = FakeDesk::start().await;
    let (_sink, _place, hark) = running(&fake).await;
    fake.answer_next(Answer::Status(500, String::new()));
    hark.say(&message("ann", WANTS_A_PERSON)).await;
    alert(&fake, "case.opened").await;
    let ids: Vec<String> = fake
        .requests()
        .iter()
        .map(|request| request.headers["webhook-id"].clone())
        .collect();
    assert!(ids.len() == 2 && ids[0] == ids[1], "{ids:?}");
    let times: Vec<i64> = fake
        .requests()
        .iter()
        .map(|request| {
            request.headers["webhook-timestamp"]
                .parse()
                .expect("a number")
        })
        .collect();
    assert!(
        (4..=20).contains(&(times[1] - times[0])),
        "5 s with 20 % jitter: {times:?}"
    );
    assert_eq!(fake.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn an_alert_that_was_cut_off_by_a_crash_arrives_under_the_same_id() {
    let fake = FakeDesk::start().await;
    let (_sink, place, hark) = running(&fake).await;
    fake.answer_next(Answer::Never);
    hark.say(&message("ann", WANTS_A_PERSON)).await;
    eventually("an attempt", async || (fake.calls() == 1).then_some(())).await;
    hark.kill();
    let _hark = place.start().await;
    let (id, _) = alert(&fake, "case.opened").await;
    assert_eq!(fake.requests()[0].headers["webhook-id"], id);
}

#[tokio::test]
async fn a_desk_that_is_gone_is_passed_over() {
    let (fake, next) = (FakeDesk::start().await, FakeDesk::start().await);
    let sink = Sink::start().await;
    let desks =
        desk("care", &fake, "escalate_to = 'supervisors'") + &desk("supervisors", &next, "");
    let place = Place::new(&config(&sink, &desks).replace("[store]", "desk = 'care'\n[store]"));
    let hark = place.start().await;
    fake.answer_next(Answer::Status(410, String::new()));
    let conversation = hark.say(&message("ann", WANTS_A_PERSON)).await;
    let (_, escalated) = alert(&next, "case.escalated").await;
    assert_eq!(escalated["data"]["case"]["desk"], "supervisors");
    let case = hark.case(&conversation).await;
    assert_eq!(case["desk"], "supervisors", "{case}");
    let alerts = case["alerts"].as_array().expect("alerts");
    assert!(
        alerts
            .iter()
            .any(|alert| alert["desk"] == "care" && alert["status"] == "refused"),
        "{case}"
    );
    assert_eq!(fake.calls(), 1, "410 is final");
}

#[tokio::test]
async fn a_case_that_nobody_claims_is_told_and_passed_on() {
    let (fake, next) = (FakeDesk::start().await, FakeDesk::start().await);
    let sink = Sink::start().await;
    let desks = desk(
        "care",
        &fake,
        "first_response = '2s'\nescalate_to = 'supervisors'",
    ) + &desk("supervisors", &next, "");
    let place = Place::new(&config(&sink, &desks).replace("[store]", "desk = 'care'\n[store]"));
    let hark = place.start().await;
    let claimed = hark.say(&message("ben", WANTS_A_PERSON)).await;
    let claimed = hark.case(&claimed).await;
    assert_eq!(hark.act(&claimed, "claim", "eva", None).await.status, 200);

    let left = hark.say(&message("ann", WANTS_A_PERSON)).await;
    let (_, overdue) = alert(&fake, "case.overdue").await;
    let (_, escalated) = alert(&next, "case.escalated").await;
    let case = hark.case(&left).await;
    for alert in [&overdue, &escalated] {
        assert_eq!(
            alert["data"]["case"]["number"], case["number"],
            "the claimed one is nobody's concern: {alert}"
        );
    }
    assert_eq!(
        (&case["desk"], &case["state"]),
        (&json!("supervisors"), &json!("open")),
        "{case}"
    );
    assert!(
        case["why"]
            .as_str()
            .is_some_and(|why| why.contains("not claimed in time")),
        "{case}"
    );
    assert_eq!(of_type(&fake, "case.overdue").len(), 1);
    assert_eq!(of_type(&next, "case.escalated").len(), 1);
}

#[tokio::test]
async fn a_deadline_that_passed_while_hark_was_down_is_told_after_the_start() {
    let fake = FakeDesk::start().await;
    let sink = Sink::start().await;
    let place = Place::new(&config(
        &sink,
        &desk("care", &fake, "first_response = '2s'"),
    ));
    let hark = place.start().await;
    hark.say(&message("ann", WANTS_A_PERSON)).await;
    alert(&fake, "case.opened").await;
    hark.kill();
    let _hark = place.start().await;
    alert(&fake, "case.overdue").await;
}

#[tokio::test]
async fn private_data_in_public_is_masked_for_the_desk() {
    let fake = FakeDesk::start().await;
    let (_sink, _place, hark) = running(&fake).await;
    let mut post = message(
        "ann",
        "hello, call me on +44 7700 900123 or mail ann.ortiz@mail.example",
    );
    post["visibility"] = json!("public");
    post["conversation"] = json!("post-1");
    hark.say(&post).await;
    alert(&fake, "case.opened").await;
    for request in fake.requests() {
        assert!(request.body.contains("•••"), "{}", request.body);
        for secret in ["900123", "ann.ortiz", "7700"] {
            assert!(
                !request.body.contains(secret),
                "{secret} in {}",
                request.body
            );
        }
    }
}

#[tokio::test]
async fn what_the_customer_adds_reaches_the_desk() {
    let fake = FakeDesk::start().await;
    let (_sink, _place, hark) = running(&fake).await;
    hark.say(&message("ann", WANTS_A_PERSON)).await;
    alert(&fake, "case.opened").await;
    hark.say(&message("ann", "it is about the blue suitcase"))
        .await;
    eventually("the words in an update", async || {
        let updates = of_type(&fake, "case.updated");
        updates
            .iter()
            .any(|(_, alert)| alert.to_string().contains("blue suitcase"))
            .then_some(())
    })
    .await;
}
