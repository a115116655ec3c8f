//! A thousand messages, a receiver that is sometimes slow or failing, and SIGKILL in the middle of it, several times.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};

use crate::daemon::place::{HARK, Hark, PAGE, Place, config};
use crate::daemon::sink::Sink;
use crate::daemon::{PATIENCE, eventually};
use crate::fakes::receiver::Answer;

const AUTHORS: usize = 40;
const MESSAGES: usize = 1_000;
/// Messages under way at once.
const SENDERS: usize = 16;
/// hark is killed when this many messages are acknowledged, each time.
const KILLED_AT: [usize; 4] = [120, 333, 600, 850];

/// What is said in a conversation: the bot answers all of it, and the last goes to a person.
const TEXTS: [&str; 5] = [
    "hello",
    "are you a bot?",
    "you are great, well done!",
    "thank you",
    "I want to speak to a real person",
];

/// The `number`-th message: five in each conversation, each author in several.
fn message(number: usize) -> Value {
    let author = number % AUTHORS;
    let nth = number / AUTHORS;
    json!({
        "account": "http/demo", "id": format!("m-{number}"), "author": { "id": format!("author-{author}") },
        "conversation": format!("c-{author}-{}", nth / TEXTS.len()), "text": TEXTS[nth % TEXTS.len()],
    })
}

/// Posts what is not acknowledged yet, until `enough` are.
async fn post(hark: &Hark, acknowledged: &mut BTreeSet<usize>, enough: usize) {
    let open: Vec<usize> = (0..MESSAGES)
        .filter(|number| !acknowledged.contains(number))
        .collect();
    let posts = open.into_iter().map(async |number| {
        let posted = hark
            .try_send(
                hark.request(Method::POST, "/api/v1/messages")
                    .json(&message(number)),
            )
            .await;
        let answer = posted.expect("hark runs until it is killed");
        assert_eq!(answer.status, 202, "{answer:?}");
        number
    });
    let mut posted = futures::stream::iter(posts).buffer_unordered(SENDERS);
    while acknowledged.len() < enough {
        // What is under way when hark is killed is not acknowledged, and posted again.
        let Some(number) = posted.next().await else {
            return;
        };
        acknowledged.insert(number);
    }
}

async fn all_turns(hark: &Hark) -> Vec<Value> {
    let mut turns = Vec::new();
    let mut page = "/api/v1/conversations".to_owned();
    loop {
        let list = hark.get(&page).await.json();
        for conversation in list["conversations"].as_array().expect("a list") {
            turns.extend(
                conversation["turns"]
                    .as_array()
                    .expect("turns")
                    .iter()
                    .cloned(),
            );
        }
        let Some(next) = list["next"].as_str() else {
            return turns;
        };
        page = format!("/api/v1/conversations?after={next}");
    }
}

fn by<'a>(turns: &'a [Value], who: &str) -> Vec<&'a Value> {
    turns.iter().filter(|turn| turn["by"] == who).collect()
}

#[tokio::test]
async fn nothing_is_lost_and_nothing_is_said_twice() {
    let sink = Sink::start_answering(|call| match call % 23 {
        5 => Answer::Slow(Duration::from_millis(200)),
        11 => Answer::Status(503, String::new()),
        17 => Answer::Drop,
        _ => Answer::Status(200, String::new()),
    })
    .await;
    let place = Place::new(&config(&sink, PAGE));
    let began = hark::clock::now();
    let mut acknowledged = BTreeSet::new();
    for enough in KILLED_AT {
        let hark = place.start().await;
        post(&hark, &mut acknowledged, enough).await;
        hark.kill();
    }
    let hark = place.start().await;
    post(&hark, &mut acknowledged, MESSAGES).await;
    assert_eq!(acknowledged.len(), MESSAGES);
    let posted = hark::clock::now();
    let turns = tokio::time::timeout(2 * PATIENCE, settled(&hark))
        .await
        .expect("everything is settled");
    eprintln!(
        "posted in {:#}, settled in {:#}",
        posted.duration_since(began),
        hark::clock::now().duration_since(began)
    );

    assert_each_is_there_once(&turns);
    assert_each_is_answered_once(&turns, &sink);
}

/// Every message is in the store once, and ended as something.
fn assert_each_is_there_once(turns: &[Value]) {
    let customers = by(turns, "customer");
    let ids: BTreeSet<&str> = customers
        .iter()
        .filter_map(|turn| turn["message"].as_str())
        .collect();
    assert_eq!(
        (customers.len(), ids.len()),
        (MESSAGES, MESSAGES),
        "each is there once"
    );
    for turn in &customers {
        assert!(
            matches!(
                turn["outcome"].as_str(),
                Some("reply" | "ask" | "handoff" | "silence")
            ),
            "{turn}"
        );
    }
}

/// No message has two answers, and what the receiver took is known as sent, or as maybe sent.
fn assert_each_is_answered_once(turns: &[Value], sink: &Sink) {
    let said = by(turns, "bot");
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for call in sink.calls() {
        keys.entry(call.reply["in_reply_to"].to_string())
            .or_default()
            .insert(call.key);
    }
    assert!(
        keys.values().all(|keys| keys.len() == 1),
        "a message was answered under two keys"
    );
    let sent = said.iter().filter(|turn| turn["status"] == "sent").count();
    assert!(sent > MESSAGES / 2, "{sent} of {} were sent", said.len());
    let taken: BTreeSet<String> = sink
        .calls()
        .into_iter()
        .filter(|call| call.taken)
        .map(|call| call.key)
        .collect();
    let tried = said.iter().filter(|turn| {
        turn["status"] == "withdrawn"
            && turn["reason"]
                .as_str()
                .is_some_and(|reason| reason.contains("tried"))
    });
    assert!(
        (sent..=sent + tried.count()).contains(&taken.len()),
        "what was taken is known as sent, or as maybe sent"
    );
    sink.assert_proper();
}

/// All turns, once no word of the bot waits any more.
async fn settled(hark: &Hark) -> Vec<Value> {
    eventually("nothing is pending", async || {
        let turns = all_turns(hark).await;
        let waiting = by(&turns, "bot")
            .iter()
            .filter(|turn| turn["status"] == "pending")
            .count();
        (waiting == 0).then_some(turns)
    })
    .await
}

/// A store that was just being made, or just being opened, is opened all the same.
#[tokio::test]
async fn hark_starts_after_it_was_killed_while_starting() {
    let sink = Sink::start().await;
    for moment_ms in [0, 1, 2, 4, 8, 16, 32, 64] {
        let place = Place::new(&config(&sink, PAGE));
        for _ in 0..2 {
            let hark = place.spawn(place.command(HARK));
            eventually("the store's folder", async || {
                place.path("store").exists().then_some(())
            })
            .await;
            // Not to wait for anything: these are the moments at which it is killed.
            tokio::time::sleep(Duration::from_millis(moment_ms)).await;
            hark.kill();
        }
        drop(place.start().await);
    }
}
