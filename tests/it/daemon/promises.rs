//! The promises about what is said and what is not, from a customer's and from an agent's side.
//!
//! That something is *not* said is shown by what comes after it: replies of one conversation never overtake each other,
//! and a message that is answered follows.

use reqwest::Method;
use serde_json::{Value, json};

use crate::daemon::eventually;
use crate::daemon::place::{Hark, PAGE, Place, config, message};
use crate::daemon::sink::Sink;

const INJURY: &str = "a cart crushed my foot and I'm bleeding";

struct Scene {
    sink: Sink,
    hark: Hark,
    place: Place,
}

impl Scene {
    async fn start() -> Self {
        let sink = Sink::start().await;
        let place = Place::new(&config(&sink, PAGE));
        let hark = place.start().await;
        Self { sink, hark, place }
    }

    /// Takes a customer to a claimed case, after the bot's last word.
    async fn claimed(&self, customer: &str, agent: &str) -> (String, Value) {
        let before = self.sink.texts().len();
        let conversation = self
            .hark
            .say(&message(customer, "I want to speak to a real person"))
            .await;
        self.sink.replies(before + 1).await;
        let case = self.hark.case(&conversation).await;
        let claimed = self.hark.act(&case, "claim", agent, None).await;
        assert_eq!(claimed.status, 200, "{claimed:?}");
        (conversation, claimed.json())
    }

    /// What the conversation's turns were decided to be, in order; the bot's own turns are left out.
    async fn outcomes(&self, conversation: &str) -> Vec<String> {
        let shown = self.hark.conversation(conversation).await;
        let turns = shown["turns"].as_array().expect("turns").iter();
        turns
            .filter_map(|turn| Some(turn["outcome"].as_str()?.to_owned()))
            .collect()
    }
}

fn by<'a>(conversation: &'a Value, who: &str) -> Vec<&'a Value> {
    conversation["turns"]
        .as_array()
        .expect("turns")
        .iter()
        .filter(|turn| turn["by"] == who)
        .collect()
}

#[tokio::test]
async fn a_bot_is_never_answered() {
    let scene = Scene::start().await;
    let mut hello = message("robot", "hello");
    hello["author"]["is_bot"] = json!(true);
    let conversation = scene.hark.say(&hello).await;
    assert_eq!(scene.outcomes(&conversation).await, ["silence"]);
    scene.hark.say(&message("ann", "hello")).await;
    let replies = scene.sink.replies(1).await;
    assert!(
        replies
            .iter()
            .all(|call| call.reply["conversation"] != conversation),
        "{replies:?}"
    );
    let reason = scene.hark.conversation(&conversation).await["turns"][0]["why"].to_string();
    assert!(reason.contains("bot"), "{reason}");
}

#[tokio::test]
async fn after_stop_the_bot_is_silent() {
    let scene = Scene::start().await;
    let conversation = scene.hark.say(&message("ann", "STOP")).await;
    for text in ["hello", "thanks", "are you a bot?"] {
        assert_eq!(scene.hark.say(&message("ann", text)).await, conversation);
    }
    let shown = scene.hark.conversation(&conversation).await;
    assert_eq!(shown["opted_out"], true, "{shown}");
    assert_eq!(scene.outcomes(&conversation).await, ["silence"; 4]);
    assert!(by(&shown, "bot").is_empty(), "{shown}");
    assert_eq!(scene.sink.calls().len(), 0);
}

#[tokio::test]
async fn stop_holds_for_the_person_in_every_conversation_and_after_a_restart() {
    let mut scene = Scene::start().await;
    scene.hark.say(&message("ann", "STOP")).await;
    scene.hark.kill();
    scene.hark = scene.place.start().await;
    let mut elsewhere = message("ann", "hello");
    elsewhere["conversation"] = json!("another");
    let conversation = scene.hark.say(&elsewhere).await;
    assert_eq!(scene.outcomes(&conversation).await, ["silence"]);
    let conversation = scene.hark.say(&message("bob", "hello")).await;
    assert_eq!(
        scene.outcomes(&conversation).await,
        ["reply"],
        "others are answered"
    );
}

#[tokio::test]
async fn who_said_stop_and_is_hurt_still_gets_a_person() {
    let scene = Scene::start().await;
    let conversation = scene.hark.say(&message("ann", "STOP")).await;
    scene.hark.say(&message("ann", INJURY)).await;
    let case = scene.hark.case(&conversation).await;
    assert_eq!(
        (&case["topic"], &case["severity"]),
        (&json!("injury"), &json!("critical")),
        "{case}"
    );
    assert_eq!(scene.sink.calls().len(), 0);
}

#[tokio::test]
async fn an_injury_is_a_person_s_at_once_and_gets_no_template() {
    let scene = Scene::start().await;
    let conversation = scene.hark.say(&message("ann", INJURY)).await;
    let case = scene.hark.case(&conversation).await;
    assert_eq!(
        (&case["topic"], &case["severity"], &case["state"]),
        (&json!("injury"), &json!("critical"), &json!("open")),
        "{case}"
    );
    scene.hark.say(&message("ann", "hello")).await;
    let shown = scene.hark.conversation(&conversation).await;
    assert_eq!(scene.outcomes(&conversation).await, ["handoff", "silence"]);
    assert!(by(&shown, "bot").is_empty(), "{shown}");
    assert_eq!(scene.sink.calls().len(), 0);
}

#[tokio::test]
async fn private_data_in_public_is_neither_repeated_nor_shown() {
    const PHONE: &str = "+44 7700 900123";
    const CARD: &str = "4111 1111 1111 1111";
    let scene = Scene::start().await;
    let mut post = message(
        "ann",
        &format!("hello, call me on {PHONE} or charge {CARD}"),
    );
    post["visibility"] = json!("public");
    post["conversation"] = json!("post-1");
    scene.hark.say(&post).await;
    let reply = scene.sink.replies(1).await[0].reply["text"].to_string();
    assert!(reply.contains("private"), "{reply}");

    let case = scene.hark.case("post-1").await;
    let number = case["number"].as_str().expect("a number");
    let mut shown = reply;
    let paths = [
        "conversations/post-1",
        "conversations",
        "messages",
        "cases",
        &format!("cases/{number}"),
    ]
    .map(|path| format!("/api/v1/{path}"));
    for path in paths.iter().map(String::as_str).chain(["/metrics"]) {
        let answer = scene.hark.get(path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        shown.push_str(&answer.text);
    }
    shown.push_str(&scene.place.log());
    assert!(shown.contains("•••"), "{shown}");
    for secret in [PHONE, CARD, "447700900123", "4111111111111111", "4111 1111"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[tokio::test]
async fn the_bot_is_silent_from_handoff_until_release() {
    let scene = Scene::start().await;
    let conversation = scene
        .hark
        .say(&message("ann", "I want to speak to a real person"))
        .await;
    scene.sink.replies(1).await;
    scene.hark.say(&message("ann", "hello")).await;
    assert_eq!(scene.outcomes(&conversation).await, ["handoff", "silence"]);
    let case = scene.hark.case(&conversation).await;
    assert_eq!(
        scene.hark.act(&case, "claim", "eva", None).await.json()["state"],
        "claimed"
    );
    scene.hark.say(&message("ann", "thank you")).await;
    assert_eq!(
        scene.outcomes(&conversation).await,
        ["handoff", "silence", "silence"]
    );
    assert_eq!(
        scene.hark.conversation(&conversation).await["holder"],
        "person"
    );

    let released = scene.hark.act(&case, "release", "eva", None).await;
    assert_eq!(
        (released.status, &released.json()["state"]),
        (200, &json!("released"))
    );
    scene.hark.say(&message("ann", "hello")).await;
    let calls = scene.sink.replies(2).await;
    assert_eq!(calls.len(), 2, "{calls:?}");
    let last = scene.outcomes(&conversation).await;
    assert_eq!(last.last().map(String::as_str), Some("reply"), "{last:?}");
}

#[tokio::test]
async fn a_reply_of_an_agent_arrives_once_however_often_it_is_posted() {
    let scene = Scene::start().await;
    let (conversation, case) = scene.claimed("ann", "eva").await;
    let path = format!(
        "/api/v1/cases/{}/reply",
        case["number"].as_str().expect("a number")
    );
    let body = json!({ "agent": "eva", "text": "Your parcel is here <b>& now</b>." });
    for _ in 0..3 {
        let request = scene
            .hark
            .request(Method::POST, &path)
            .header("idempotency-key", "a-1")
            .json(&body);
        assert_eq!(scene.hark.send(request).await.status, 200);
    }
    let other = scene
        .hark
        .request(Method::POST, &path)
        .header("idempotency-key", "a-2")
        .json(&json!({ "agent": "eva", "text": "Anything else?" }));
    assert_eq!(scene.hark.send(other).await.status, 200);
    scene.sink.replies(3).await;
    assert_eq!(
        scene.sink.texts()[1..],
        ["Your parcel is here <b>& now</b>.", "Anything else?"]
    );
    let shown = scene.hark.conversation(&conversation).await;
    assert_eq!(by(&shown, "agent").len(), 2, "{shown}");
    scene.sink.assert_proper();
}

#[tokio::test]
async fn a_case_is_one_agent_s_at_a_time() {
    let scene = Scene::start().await;
    let (_, case) = scene.claimed("ann", "eva").await;
    for (verb, text) in [
        ("claim", None),
        ("reply", Some("mine")),
        ("release", None),
        ("resolve", None),
    ] {
        let refused = scene.hark.act(&case, verb, "tom", text).await;
        assert_eq!(refused.problem().0, 409, "{verb}");
        assert!(
            refused.json()["detail"]
                .as_str()
                .is_some_and(|detail| detail.contains("eva")),
            "{refused:?}"
        );
    }
    assert_eq!(
        scene.hark.act(&case, "claim", "eva", None).await.status,
        200,
        "hers already"
    );
    assert_eq!(
        scene
            .hark
            .act(&case, "reply", "eva", Some("  "))
            .await
            .problem()
            .0,
        422
    );
    assert_eq!(
        scene
            .hark
            .act(&case, "reply", "eva", Some(&"x".repeat(4097)))
            .await
            .problem()
            .0,
        422
    );
    let missing = scene.hark.act(&case, "reply", "eva", None).await.problem();
    assert!(
        missing.0 == 400 && missing.1[0].contains("expected a string"),
        "{missing:?}"
    );
    let unknown = scene
        .hark
        .post(
            "/api/v1/cases/00000-00000/claim",
            &json!({ "agent": "eva" }),
        )
        .await;
    assert_eq!(unknown.problem().0, 404);
    assert_eq!(scene.sink.texts().len(), 1, "only the bot's last word");
}

#[tokio::test]
async fn two_agents_who_claim_at_once_are_told_who_has_it() {
    let scene = Scene::start().await;
    let conversation = scene
        .hark
        .say(&message("ann", "I want to speak to a real person"))
        .await;
    let case = scene.hark.case(&conversation).await;
    let agents: Vec<String> = (0..8).map(|number| format!("agent-{number}")).collect();
    let answers = futures::future::join_all(
        agents
            .iter()
            .map(|agent| scene.hark.act(&case, "claim", agent, None)),
    )
    .await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![200], vec![409; 7]].concat());
}

#[tokio::test]
async fn a_note_never_reaches_the_customer() {
    let scene = Scene::start().await;
    let (conversation, case) = scene.claimed("ann", "eva").await;
    let taken = scene
        .hark
        .act(&case, "note", "tom", Some("she called before"))
        .await;
    assert_eq!(taken.status, 200, "{taken:?}");
    assert_eq!(
        scene
            .hark
            .act(&case, "reply", "eva", Some("Hello Ann"))
            .await
            .status,
        200
    );
    scene.sink.replies(2).await;
    assert_eq!(scene.sink.texts()[1..], ["Hello Ann"]);
    let shown = scene.hark.conversation(&conversation).await;
    let notes = by(&shown, "note");
    assert!(
        notes.len() == 1 && notes[0]["text"] == "she called before" && notes[0]["agent"] == "tom",
        "{shown}"
    );
    assert!(
        !scene
            .hark
            .get("/api/v1/messages")
            .await
            .text
            .contains("she called before")
    );
}

#[tokio::test]
async fn a_resolved_case_is_closed_and_the_next_trouble_opens_another() {
    let scene = Scene::start().await;
    let (conversation, case) = scene.claimed("ann", "eva").await;
    let resolved = scene.hark.act(&case, "resolve", "eva", None).await;
    assert_eq!(
        (resolved.status, &resolved.json()["state"]),
        (200, &json!("resolved"))
    );
    assert!(resolved.json()["resolved_at"].is_string());
    assert_eq!(
        scene.hark.conversation(&conversation).await["holder"],
        "bot"
    );

    scene.hark.say(&message("ann", INJURY)).await;
    let second = eventually("another case", async || {
        let second = scene.hark.case(&conversation).await;
        (second["number"] != case["number"]).then_some(second)
    })
    .await;
    assert_eq!(second["topic"], "injury");
    let first = scene
        .hark
        .get(&format!(
            "/api/v1/cases/{}",
            case["number"].as_str().expect("a number")
        ))
        .await
        .json();
    assert_eq!(first["state"], "resolved", "{first}");
    assert_eq!(
        scene
            .hark
            .act(&case, "claim", "eva", None)
            .await
            .problem()
            .0,
        409
    );
    let open = scene.hark.get("/api/v1/cases?state=open").await.json();
    assert_eq!(open["cases"].as_array().map(Vec::len), Some(1), "{open}");
    assert_eq!(
        scene.hark.get("/api/v1/cases?state=odd").await.problem().0,
        400
    );
}

#[tokio::test]
async fn a_person_s_answer_takes_back_what_the_bot_did_not_send_yet() {
    let scene = Scene::start().await;
    // The bot's word waits for its second attempt while a person answers.
    scene
        .sink
        .answer_next([crate::fakes::receiver::Answer::Status(
            503,
            "retry-after: 3600\r\n".to_owned(),
        )]);
    let conversation = scene
        .hark
        .say(&message("ann", "I want to speak to a real person"))
        .await;
    scene.sink.replies(1).await;
    let case = scene.hark.case(&conversation).await;
    let answered = scene
        .hark
        .act(&case, "reply", "eva", Some("Hello Ann"))
        .await;
    assert_eq!(answered.status, 200, "{answered:?}");
    let calls = scene.sink.replies(2).await;
    assert_eq!(calls[1].reply["text"], "Hello Ann");
    let shown = scene.hark.conversation(&conversation).await;
    let calls = scene.sink.calls();
    assert_eq!(
        by(&shown, "bot")[0]["status"],
        "withdrawn",
        "{shown} {calls:?}"
    );
}

/// Whatever happens at the same time in one conversation, what is owed is not forgotten.
#[tokio::test]
async fn what_happens_at_once_leaves_nothing_behind() {
    const CUSTOMERS: usize = 60;
    let scene = Scene::start().await;
    let customers: Vec<String> = (0..CUSTOMERS)
        .map(|number| format!("customer-{number}"))
        .collect();
    let mut cases = Vec::new();
    for customer in &customers {
        cases.push(scene.claimed(customer, "eva").await.1);
    }
    for round in 1..=5 {
        let hark = &scene.hark;
        let things = cases.iter().map(|case| async move {
            let text = format!("answer {round}");
            futures::join!(
                hark.act(case, "note", "tom", Some("one")),
                hark.act(case, "reply", "eva", Some(&text)),
                hark.act(case, "note", "tom", Some("two")),
            )
        });
        futures::future::join_all(things).await;
        scene.sink.replies(CUSTOMERS * (1 + round)).await;
    }
    scene.sink.assert_proper();
}
