//! Stopping with SIGTERM: in time, with code 0, and without losing what was promised.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::daemon::eventually;
use crate::daemon::place::{PAGE, Place, config, message};
use crate::daemon::sink::Sink;
use crate::fakes::receiver::Answer;

/// `TimeoutStopSec` of the unit in `systemd/`: after that systemd kills.
const STOP_TIME: Duration = Duration::from_secs(30);

#[tokio::test]
async fn an_idle_hark_stops_at_once_and_starts_again() {
    let sink = Sink::start().await;
    let place = Place::new(&config(&sink, PAGE));
    for signal in ["TERM", "INT"] {
        let mut hark = place.start().await;
        hark.signal(signal);
        let ended = tokio::time::timeout(Duration::from_secs(10), hark.ended())
            .await
            .expect("there is nothing to wait for");
        assert_eq!(ended.code(), Some(0), "{}", place.log());
    }
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_receiver_that_hangs() {
    let sink = Sink::start().await;
    let place = Place::new(&config(&sink, PAGE));
    let hark = place.start().await;
    sink.answer_next([Answer::Never]);
    let conversation = hark.say(&message("ann", "hello")).await;
    sink.replies(1).await;
    let ended = tokio::time::timeout(STOP_TIME, hark.terminate())
        .await
        .expect("hark stops before systemd kills it");
    assert_eq!(ended.code(), Some(0), "{}", place.log());

    let hark = place.start().await;
    eventually("the delivery is settled", async || {
        let turns = hark.conversation(&conversation).await["turns"].clone();
        (turns[1]["status"] == "sent").then_some(())
    })
    .await;
    assert_eq!(sink.texts().len(), 1, "under the same key");
    sink.assert_proper();
}

/// Whatever is said while hark stops is either taken, and then still there after the start, or visibly not taken.
#[tokio::test]
async fn what_is_taken_while_stopping_is_kept() {
    let sink = Sink::start().await;
    let place = Place::new(&config(&sink, PAGE));
    let mut hark = place.start().await;
    let mut taken = Vec::new();
    let mut refused = 0;
    for number in 0.. {
        if number == 20 {
            hark.signal("TERM");
        }
        let id = format!("m-{number}");
        let mut hello = message(&format!("author-{number}"), "hello");
        hello["id"] = json!(id);
        let posted = hark
            .try_send(hark.request(Method::POST, "/api/v1/messages").json(&hello))
            .await;
        match posted {
            Ok(answer) if answer.status == 202 => taken.push(
                answer.json()["conversation"]
                    .as_str()
                    .expect("a name")
                    .to_owned(),
            ),
            Ok(answer) => {
                assert_eq!(answer.problem().0, 503);
                refused += 1;
            }
            Err(_) => refused += 1,
        }
        if refused > 0 && number >= 20 {
            break;
        }
    }
    assert_eq!(hark.ended().await.code(), Some(0), "{}", place.log());
    assert!(taken.len() >= 20);

    let hark = place.start().await;
    for conversation in &taken {
        eventually("an answer", async || {
            (hark.conversation(conversation).await["turns"][1]["status"] == "sent").then_some(())
        })
        .await;
    }
    assert_eq!(
        sink.texts().len(),
        taken.len(),
        "one reply for each that was taken"
    );
    sink.assert_proper();
}

#[tokio::test]
async fn an_open_stream_of_events_does_not_hold_a_stop_up() {
    let sink = Sink::start().await;
    let place = Place::new(&config(&sink, PAGE));
    let hark = place.start().await;
    let stream = hark
        .request(Method::GET, "/api/v1/events")
        .send()
        .await
        .expect("an answer");
    assert_eq!(stream.status(), 200);
    let ended = tokio::time::timeout(STOP_TIME, hark.terminate())
        .await
        .expect("hark stops before systemd kills it");
    assert_eq!(ended.code(), Some(0), "{}", place.log());
    drop(stream);
}
