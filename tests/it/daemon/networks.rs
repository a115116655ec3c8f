//! Telegram and Discord, end to end: a message in, a reply out, and a crash between the network's yes and its answer.

use std::time::Duration;

use serde_json::json;

use crate::daemon::eventually;
use crate::daemon::place::{Hark, PAGE, Place};
use crate::fakes::discord::{ANN as DISCORD_ANN, DIRECT, Discord};
use crate::fakes::telegram::{ANN as TELEGRAM_ANN, FakeTelegram, TOKEN};
use crate::fakes::{Failure, FakeNetwork};

fn config(kind: &str, token: &str, api_url: &str) -> String {
    format!(
        "[brand.northwind]\n[store]\npath = 'store'\n{PAGE}\
         [channel.{kind}.care]\nbrand = 'northwind'\ntoken = '{token}'\napi_url = '{api_url}'\n"
    )
}

async fn on_telegram(fake: &FakeTelegram) -> (Place, Hark) {
    let place = Place::new(&config("telegram", TOKEN, fake.address()));
    let hark = place.start().await;
    (place, hark)
}

async fn on_discord(fake: &Discord) -> (Place, Hark) {
    let place = Place::new(&config("discord", fake.secret(), &fake.url()));
    let hark = place.start().await;
    fake.until("a session", |state| state.identified > 0).await;
    (place, hark)
}

fn say_on_telegram(fake: &FakeTelegram, update: i64, text: &str) {
    fake.push(json!({
        "update_id": update,
        "message": {
            "message_id": update, "date": hark::clock::now().as_second(), "text": text,
            "from": { "id": TELEGRAM_ANN, "is_bot": false, "first_name": "Ann" },
            "chat": { "id": TELEGRAM_ANN, "type": "private", "first_name": "Ann" },
        },
    }));
}

async fn sent(fake: &impl FakeNetwork, count: usize) -> Vec<String> {
    eventually(&format!("{count} messages sent"), async || {
        let sent = fake.sent();
        (sent.len() >= count).then_some(sent)
    })
    .await
}

/// The status of the bot's only words, once it is not `pending` any more.
async fn settled(hark: &Hark) -> (String, serde_json::Value) {
    eventually("the delivery is settled", async || {
        let all = hark.get("/api/v1/conversations").await.json();
        let conversation = all["conversations"][0].clone();
        let words = conversation["turns"]
            .as_array()?
            .iter()
            .find(|turn| turn["by"] == "bot")?;
        let status = words["status"].as_str()?.to_owned();
        (status != "pending").then_some((status, conversation))
    })
    .await
}

#[tokio::test]
async fn telegram_is_answered_in_the_chat() {
    let fake = FakeTelegram::start().await;
    let (place, hark) = on_telegram(&fake).await;
    say_on_telegram(&fake, 10, "hello");
    let taken = sent(&fake, 1).await;
    assert!(taken[0].contains("Ann"), "{taken:?}");
    fake.all_acknowledged().await;
    let (status, conversation) = settled(&hark).await;
    assert_eq!(
        (status.as_str(), &conversation["account"]),
        ("sent", &json!("telegram/care"))
    );
    let ready = hark.get("/readyz").await.json();
    assert_eq!(ready["accounts"]["telegram/care"]["up"], true, "{ready}");

    hark.kill();
    let _hark = place.start().await;
    say_on_telegram(&fake, 11, "thank you");
    assert_eq!(
        sent(&fake, 2).await.len(),
        2,
        "nothing is taken in or said twice"
    );
    assert!(!place.log().contains(TOKEN));
}

#[tokio::test]
async fn an_open_poll_does_not_hold_a_stop_up() {
    let fake = FakeTelegram::start().await;
    let (place, hark) = on_telegram(&fake).await;
    fake.polled(1).await;
    let ended = tokio::time::timeout(Duration::from_secs(10), hark.terminate())
        .await
        .expect("there is nothing to wait for");
    assert_eq!(ended.code(), Some(0), "{}", place.log());
}

#[tokio::test]
async fn a_send_that_telegram_took_without_an_answer_is_never_sent_again() {
    let fake = FakeTelegram::start().await;
    let (place, hark) = on_telegram(&fake).await;
    fake.fail_next(Failure::HangAfterActing);
    say_on_telegram(&fake, 10, "hello");
    sent(&fake, 1).await;
    hark.kill();

    let hark = place.start().await;
    let (status, conversation) = settled(&hark).await;
    assert_eq!(status, "unknown", "{conversation}");
    let number = conversation["case"].as_str().expect("a case for a person");
    let case = hark.get(&format!("/api/v1/cases/{number}")).await.json();
    assert_eq!(case["state"], "open");
    assert!(
        case["why"]
            .as_str()
            .is_some_and(|why| why.contains("may or may not have reached")),
        "{case}"
    );
    // What a person writes comes after it, so nothing was sent in between.
    hark.act(&case, "reply", "eva", Some("Did you get my answer?"))
        .await;
    assert_eq!(sent(&fake, 2).await[1], "Did you get my answer?");
}

#[tokio::test]
async fn a_telegram_connection_that_breaks_after_the_send_is_not_sent_again_either() {
    let fake = FakeTelegram::start().await;
    let (_place, hark) = on_telegram(&fake).await;
    fake.fail_next(Failure::DropAfterActing);
    say_on_telegram(&fake, 10, "hello");
    let (status, conversation) = settled(&hark).await;
    assert_eq!(status, "unknown", "{conversation}");
    assert_eq!(fake.sent().len(), 1);
}

#[tokio::test]
async fn discord_is_answered_in_the_channel() {
    let fake = Discord::start().await;
    let (_place, hark) = on_discord(&fake).await;
    fake.write(DIRECT, DISCORD_ANN, "hello");
    sent(&fake, 1).await;
    let (status, conversation) = settled(&hark).await;
    assert_eq!(
        (status.as_str(), &conversation["account"]),
        ("sent", &json!("discord/care"))
    );
}

#[tokio::test]
async fn a_send_that_discord_took_without_an_answer_is_known_again_by_its_nonce() {
    let fake = Discord::start().await;
    let (place, hark) = on_discord(&fake).await;
    fake.fail_next(Failure::HangAfterActing);
    fake.write(DIRECT, DISCORD_ANN, "hello");
    sent(&fake, 1).await;
    hark.kill();

    let hark = place.start().await;
    let (status, conversation) = settled(&hark).await;
    assert_eq!(status, "sent", "{conversation}");
    assert_eq!(fake.sent().len(), 1);
}

#[tokio::test]
async fn a_discord_connection_that_breaks_after_the_send_is_settled_by_the_nonce() {
    let fake = Discord::start().await;
    let (_place, hark) = on_discord(&fake).await;
    fake.fail_next(Failure::DropAfterActing);
    fake.write(DIRECT, DISCORD_ANN, "hello");
    let (status, conversation) = settled(&hark).await;
    assert_eq!(
        (status.as_str(), &conversation["case"]),
        ("sent", &serde_json::Value::Null)
    );
    assert_eq!(fake.sent().len(), 1);
}
