//! Telegram against a fake Bot API: what is acknowledged when, and what each refusal leads to.

use std::sync::Arc;
use std::time::Duration;

use hark::channel::{Accepted, Arrival, Channel, ChannelError, Intake, NotAccepted};
use hark::model::delivery::{Attempted, Outbound};
use hark::model::id::{AccountId, MessageId};
use hark::model::message::Inbound;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::contract;
use crate::fakes::telegram::{ANN, Chat, FakeTelegram, Refusal, Sent, TOKEN, open_at};
use crate::fakes::{Failure, FakeNetwork};

type Done = oneshot::Sender<Result<Accepted, NotAccepted>>;

/// The channel at work, and what it hands in.
struct Receiving {
    arrivals: mpsc::Receiver<Arrival>,
    task: JoinHandle<ChannelError>,
}

impl Receiving {
    fn start(fake: &FakeTelegram) -> Self {
        Self::start_with(fake, TOKEN)
    }

    fn start_with(fake: &FakeTelegram, token: &str) -> Self {
        let channel = Arc::new(fake.open_with(token));
        let (sender, arrivals) = mpsc::channel(1);
        let intake = Intake::new(AccountId::new("telegram", "care"), sender);
        let task = tokio::spawn(async move { channel.run(intake).await });
        Self { arrivals, task }
    }

    /// The next message, not yet answered for.
    async fn next(&mut self) -> (Inbound, Done) {
        loop {
            let arrival = in_time(self.arrivals.recv()).await;
            if let Arrival::Message { message, done } = arrival.expect("the channel runs") {
                return (*message, done);
            }
        }
    }

    /// The next message, taken in.
    async fn accepted(&mut self) -> Inbound {
        let (message, done) = self.next().await;
        done.send(Ok(Accepted {
            conversation: message.conversation().to_string(),
            duplicate: false,
        }))
        .expect("the channel waits for it");
        message
    }

    /// How it ended; whatever it still says is heard.
    async fn ended(mut self) -> ChannelError {
        let drained = async {
            while let Some(arrival) = self.arrivals.recv().await {
                assert!(!matches!(arrival, Arrival::Message { .. }), "{arrival:?}");
            }
        };
        in_time(drained).await;
        in_time(self.task).await.expect("no panic")
    }

    /// Stops it as the daemon does: the future is dropped where it stands.
    async fn stop(self) {
        self.task.abort();
        assert!(self.task.await.expect_err("it was running").is_cancelled());
    }
}

/// A test that hangs fails instead.
async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), work)
        .await
        .expect("within ten seconds")
}

fn said(update_id: i64, message_id: i64, text: &str) -> Value {
    json!({
        "update_id": update_id,
        "message": {
            "message_id": message_id, "date": 1_700_000_000, "text": text,
            "from": { "id": ANN, "is_bot": false, "first_name": "Ann" },
            "chat": { "id": ANN, "type": "private", "first_name": "Ann" },
        },
    })
}

fn said_in_group(update_id: i64, message_id: i64, text: &str) -> Value {
    let mut update = said(update_id, message_id, text);
    update["message"]["chat"] = json!({ "id": -555, "type": "group", "title": "Flyers" });
    update
}

fn answering(fake: &FakeTelegram, address: &str, message: &str, text: &str) -> Outbound {
    Outbound {
        return_address: Some(address.to_owned()),
        in_reply_to: Some(MessageId::from(message)),
        ..fake.outbound("d1", text)
    }
}

#[tokio::test]
async fn telegram_holds_the_contract() {
    contract::holds(&FakeTelegram::start().await).await;
}

#[tokio::test]
async fn nothing_is_acknowledged_before_it_is_taken_in() {
    let fake = FakeTelegram::start().await;
    fake.push(said(10, 1, "first"));
    fake.push(said(11, 2, "second"));

    let mut receiving = Receiving::start(&fake);
    assert_eq!(receiving.accepted().await.text, "first");
    let (second, undecided) = receiving.next().await;
    assert_eq!(second.text, "second");
    assert_eq!(fake.waiting(), [10, 11]);
    receiving.stop().await;
    drop(undecided);
    assert_eq!(fake.waiting(), [10, 11]);

    let mut receiving = Receiving::start(&fake);
    assert_eq!(receiving.accepted().await.id, MessageId::from("42:1"));
    assert_eq!(receiving.accepted().await.id, second.id);
    in_time(fake.all_acknowledged()).await;
    receiving.stop().await;
}

#[tokio::test]
async fn what_is_not_taken_in_comes_again() {
    let fake = FakeTelegram::start().await;
    fake.push(said(10, 1, "first"));
    fake.push(said(11, 2, "second"));

    let mut receiving = Receiving::start(&fake);
    let (_, done) = receiving.next().await;
    done.send(Err(NotAccepted::Later("the disk is full".to_owned())))
        .expect("the channel waits for it");
    let error = receiving.ended().await;
    assert!(matches!(error, ChannelError::Unreachable(_)), "{error:?}");
    assert_eq!(fake.waiting(), [10, 11]);
}

#[tokio::test]
async fn reordered_and_repeated_updates_are_handed_in_in_order() {
    let fake = FakeTelegram::start().await;
    for update in [said(12, 3, "c"), said(10, 1, "a"), said(11, 1, "a")] {
        fake.push(update);
    }
    let mut receiving = Receiving::start(&fake);
    for id in ["42:1", "42:1", "42:3"] {
        assert_eq!(fake.waiting().len(), 3);
        assert_eq!(receiving.accepted().await.id, MessageId::from(id));
    }
    in_time(fake.all_acknowledged()).await;
    receiving.stop().await;
}

#[tokio::test]
async fn an_unreadable_update_does_not_block_the_queue() {
    let fake = FakeTelegram::start().await;
    fake.push(json!({ "update_id": 10, "message": { "message_id": "?" } }));
    fake.push(json!({ "update_id": 11, "from_the_future": {} }));
    fake.push(said(12, 1, "after"));
    let mut receiving = Receiving::start(&fake);
    assert_eq!(receiving.accepted().await.text, "after");
    in_time(fake.all_acknowledged()).await;
    receiving.stop().await;
}

#[tokio::test]
async fn a_group_is_overheard_and_its_bots_are_marked() {
    let fake = FakeTelegram::start().await;
    let mut mention = said_in_group(11, 2, "@Northwind_Care_Bot hello");
    mention["message"]["entities"] = json!([{ "type": "mention", "offset": 0, "length": 19 }]);
    let mut bot = said_in_group(12, 3, "beep");
    bot["message"]["from"] = json!({ "id": 7, "is_bot": true, "first_name": "Beeper" });
    for update in [said_in_group(10, 1, "hello all"), mention, bot] {
        fake.push(update);
    }
    let mut receiving = Receiving::start(&fake);
    for (addressed, is_bot) in [(false, false), (true, false), (false, true)] {
        let message = receiving.accepted().await;
        assert!(message.visibility.is_public());
        assert_eq!(
            (message.addressed, message.author.is_bot),
            (addressed, is_bot)
        );
    }
    receiving.stop().await;
}

#[tokio::test]
async fn a_second_poller_and_a_webhook_are_told_apart() {
    let fake = FakeTelegram::start().await;
    let receiving = Receiving::start(&fake);
    in_time(fake.polled(1)).await;
    let other = reqwest::Client::new()
        .post(fake.method("getUpdates"))
        .send()
        .await
        .expect("an answer");
    assert!(other.status().is_success());
    let error = receiving.ended().await;
    assert!(
        matches!(&error, ChannelError::Misconfigured { fix, .. } if fix.contains("another process")),
        "{error:?}"
    );

    fake.set_webhook();
    let error = Receiving::start(&fake).ended().await;
    assert!(
        matches!(&error, ChannelError::Misconfigured { fix, .. } if fix.contains("deleteWebhook")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_refused_poll_says_what_to_do() {
    let fake = FakeTelegram::start().await;
    let error = Receiving::start_with(&fake, "1001:wrong").ended().await;
    assert!(
        matches!(error, ChannelError::Misconfigured { .. }),
        "{error:?}"
    );
    assert!(!format!("{error:?}").contains("1001:wrong"), "{error:?}");

    fake.refuse_next_poll(Refusal {
        code: 429,
        description: "Too Many Requests: retry after 9",
        parameters: json!({ "retry_after": 9 }),
    });
    let error = Receiving::start(&fake).ended().await;
    assert!(
        matches!(
            error,
            ChannelError::SlowDown {
                retry_after_s: 9,
                ..
            }
        ),
        "{error:?}"
    );

    fake.refuse_next_poll(Refusal {
        code: 502,
        description: "Bad Gateway",
        parameters: Value::Null,
    });
    let error = Receiving::start(&fake).ended().await;
    assert!(matches!(error, ChannelError::Unreachable(_)), "{error:?}");
}

#[tokio::test]
async fn nothing_listening_is_certainly_not_sent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let nobody = format!("http://{}", listener.local_addr().expect("bound"));
    drop(listener);
    let fake = FakeTelegram::start().await;
    let channel = open_at(&nobody, TOKEN);
    let outcome = channel.send(&fake.outbound("d1", "hello")).await;
    assert!(matches!(outcome, Attempted::Later { .. }), "{outcome:?}");
    assert!(!format!("{outcome:?}").contains(TOKEN), "{outcome:?}");
}

/// The connection stood already and worked; nothing below us may send again by itself.
#[tokio::test]
async fn an_answer_lost_on_a_used_connection_is_unknown() {
    let fake = FakeTelegram::start().await;
    let channel = fake.open();
    for (failure, taken) in [
        (Failure::DropBeforeActing, 0),
        (Failure::DropAfterActing, 1),
    ] {
        let before = channel.send(&fake.outbound("d1", "before")).await;
        assert!(matches!(before, Attempted::Sent { .. }), "{before:?}");
        fake.fail_next(failure);
        let text = format!("{failure:?}");
        let lost = channel.send(&fake.outbound("d2", &text)).await;
        assert!(matches!(lost, Attempted::Unknown { .. }), "{lost:?}");
        let count = fake.sent().iter().filter(|sent| **sent == text).count();
        assert_eq!(count, taken, "{failure:?}");
    }
}

#[tokio::test]
async fn who_cannot_be_written_to_is_refused_by_name() {
    let fake = FakeTelegram::start().await;
    fake.set_chat(43, Chat::Blocked);
    let channel = fake.open();
    let long = "x".repeat(4097);
    for (address, text, part) in [
        ("43", "hello", "blocked"),
        ("44", "hello", "chat not found"),
        ("42", long.as_str(), "too long"),
        ("42/9", "hello", "thread not found"),
        ("nowhere", "hello", "no Telegram chat"),
    ] {
        let outcome = channel.send(&answering(&fake, address, "42:1", text)).await;
        assert!(
            matches!(&outcome, Attempted::Refused { reason } if reason.contains(part)),
            "{address} gave {outcome:?}"
        );
    }
    assert_eq!(fake.taken(), []);
}

#[tokio::test]
async fn a_group_that_moved_is_followed_once() {
    let fake = FakeTelegram::start().await;
    fake.set_chat(-555, Chat::Migrated(-1001));
    fake.set_chat(-1001, Chat::Open);
    let channel = fake.open();
    let message = answering(&fake, "-555", "-555:1", "hello");
    let outcome = channel.send(&message).await;
    let id = Some(MessageId::from("-1001:1000"));
    assert_eq!(outcome, Attempted::Sent { message: id });
    let sent = Sent {
        chat: -1001,
        text: "hello".to_owned(),
        reply_to: None,
        topic: None,
    };
    assert_eq!(fake.taken(), [sent]);

    fake.set_chat(-1001, Chat::Migrated(-555));
    let outcome = channel.send(&message).await;
    assert!(matches!(outcome, Attempted::Refused { .. }), "{outcome:?}");
}

#[tokio::test]
async fn an_answer_goes_where_the_message_came_from() {
    let fake = FakeTelegram::start().await;
    let mut in_topic = said_in_group(10, 5, "@northwind_care_bot hello");
    in_topic["message"]["message_thread_id"] = json!(3);
    in_topic["message"]["is_topic_message"] = json!(true);
    fake.push(in_topic);
    let mut receiving = Receiving::start(&fake);
    let message = receiving.accepted().await;
    receiving.stop().await;

    let address = message.return_address.expect("an address");
    let answer = answering(&fake, &address, message.id.as_str(), "<hello> *you*");
    let outcome = fake.open().send(&answer).await;
    assert!(matches!(outcome, Attempted::Sent { .. }), "{outcome:?}");
    let sent = Sent {
        chat: -555,
        text: "<hello> *you*".to_owned(),
        reply_to: Some(5),
        topic: Some(3),
    };
    assert_eq!(fake.taken(), [sent]);
}

/// The length that the fake takes is the one that the channel states, also for characters outside the basic plane.
#[tokio::test]
async fn long_texts_are_counted_in_characters() {
    let fake = FakeTelegram::start().await;
    let channel = fake.open();
    for (text, fits) in [("💥".repeat(4096), true), ("💥".repeat(4097), false)] {
        assert_eq!(channel.limits().fits(&text), fits);
        let outcome = channel.send(&fake.outbound("d1", &text)).await;
        assert_eq!(
            matches!(outcome, Attempted::Sent { .. }),
            fits,
            "{outcome:?}"
        );
    }
}
