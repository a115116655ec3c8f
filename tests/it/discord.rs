//! The Discord channel against the fake Discord.

use std::sync::Arc;

use hark::channel::{Channel, ChannelError};
use hark::model::delivery::Attempted;
use hark::model::id::MessageId;
use hark::model::network::Visibility;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::contract;
use crate::fakes::discord::daemon::{Bookmarks, Daemon};
use crate::fakes::discord::{ANN, DIRECT, Discord, ME, NEW, SQUARE, snowflake, written_at};
use crate::fakes::{Failure, FakeNetwork};

fn numbered(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|number| format!("message {number}")).collect()
}

#[tokio::test]
async fn the_contract_holds() {
    contract::holds(&Discord::start().await).await;
}

#[tokio::test]
async fn a_direct_message_is_private_and_answered_in_its_channel() {
    let fake = Discord::start().await;
    let mut daemon = Daemon::live(&fake, &Bookmarks::default()).await;
    let id = fake.write(DIRECT, ANN, "where is my bag?");
    let inbound = daemon.next().await;
    assert_eq!(inbound.id, MessageId::new(format!("{DIRECT}:{id}")));
    assert_eq!(inbound.sent_at, written_at(id));
    assert_eq!(inbound.visibility, Visibility::Private);
    assert!(inbound.addressed);

    let mut answer = fake.outbound("answer", "We are looking, @everyone <@42>.");
    answer.return_address = inbound.return_address;
    answer.in_reply_to = Some(inbound.id);
    let outcome = fake.open().send(&answer).await;
    assert!(
        matches!(outcome, Attempted::Sent { message: Some(_) }),
        "{outcome:?}"
    );
    assert_eq!(fake.sent(), [answer.text]);
    daemon.stop(&fake).await;
}

#[tokio::test]
async fn in_public_only_a_mention_or_a_reply_speaks_to_us() {
    let fake = Discord::start().await;
    let mut daemon = Daemon::live(&fake, &Bookmarks::default()).await;
    fake.write(SQUARE, ANN, "they lost my bag");
    fake.write(SQUARE, ANN, &format!("<@{ME}> you lost my bag"));
    let ours = fake.write(SQUARE, ME, "We are on it.");
    fake.write_as(SQUARE, ANN, "still nothing", |message| {
        message["message_reference"] = json!({ "message_id": ours.to_string() });
        message["referenced_message"] =
            json!({ "id": ours.to_string(), "author": { "id": ME.to_string() } });
    });
    for (text, addressed) in [
        ("they lost my bag", false),
        ("you lost my bag", true),
        ("still nothing", true),
    ] {
        let inbound = daemon.next().await;
        assert_eq!(
            (inbound.text.as_str(), inbound.addressed),
            (text, addressed)
        );
        assert_eq!(inbound.visibility, Visibility::Public);
        assert_eq!(inbound.thread, Some(SQUARE.to_string()));
    }
}

#[tokio::test]
async fn bots_are_marked_and_our_own_words_do_not_come_back() {
    let fake = Discord::start().await;
    let mut daemon = Daemon::live(&fake, &Bookmarks::default()).await;
    fake.write(DIRECT, ME, "ours");
    fake.write_as(DIRECT, 43, "a bot's", |message| {
        message["author"]["bot"] = json!(true);
    });
    fake.write_as(DIRECT, 44, "a hook's", |message| {
        message["webhook_id"] = json!("44");
    });
    fake.write(DIRECT, ANN, "a person's");
    for (text, is_bot) in [("a bot's", true), ("a hook's", true), ("a person's", false)] {
        let inbound = daemon.next().await;
        assert_eq!(
            (inbound.text.as_str(), inbound.author.is_bot),
            (text, is_bot)
        );
    }
}

#[tokio::test]
async fn order_is_kept_over_a_broken_socket() {
    let fake = Discord::start().await;
    let mut daemon = Daemon::live(&fake, &Bookmarks::default()).await;
    for text in numbered(0..300) {
        fake.write(DIRECT, ANN, &text);
    }
    fake.break_sockets();
    fake.until("no socket", |state| state.sockets == 0).await;
    for text in numbered(300..600) {
        fake.write(DIRECT, ANN, &text);
    }
    assert_eq!(daemon.texts(600).await, numbered(0..600));
    assert_eq!(fake.sessions(), (1, 1));
}

#[tokio::test]
async fn a_session_is_resumed_when_the_gateway_asks_for_it() {
    let fake = Discord::start().await;
    let mut daemon = Daemon::live(&fake, &Bookmarks::default()).await;
    for (resumed, restart) in [(1, "op 7"), (2, "close 4000"), (3, "close 1001")] {
        match restart {
            "op 7" => fake.tell(&json!({ "op": 7, "d": null })),
            "close 4000" => fake.close_sockets(4000),
            _ => fake.close_sockets(1001),
        }
        fake.until(restart, |state| state.resumed == resumed).await;
        fake.write(DIRECT, ANN, restart);
        assert_eq!(daemon.next().await.text, restart);
    }
    assert_eq!(fake.state().identified, 1);
}

#[tokio::test]
async fn heartbeats_are_sent_and_a_deaf_gateway_is_left() {
    let fake = Discord::start().await;
    fake.state().heartbeat_interval_ms = 300;
    let _daemon = Daemon::live(&fake, &Bookmarks::default()).await;
    fake.until("heartbeats", |state| state.heartbeats >= 3)
        .await;
    assert_eq!(fake.state().resumed, 0);
    fake.state().heartbeats_are_heard = false;
    fake.until("a resumed session", |state| state.resumed >= 1)
        .await;
}

#[tokio::test]
async fn what_was_written_while_the_session_was_lost_is_read_from_the_bookmark() {
    let fake = Discord::start().await;
    let mut daemon = Daemon::live(&fake, &Bookmarks::default()).await;
    fake.write(DIRECT, ANN, "before");
    assert_eq!(daemon.next().await.text, "before");
    fake.forget_sessions();
    fake.write(DIRECT, ANN, "between");
    fake.until("a new session", |state| state.identified == 2)
        .await;
    fake.write(DIRECT, ANN, "after");
    assert_eq!(daemon.texts(2).await, ["between", "after"]);
}

#[tokio::test]
async fn what_was_written_while_hark_was_down_arrives_once_and_in_order() {
    let fake = Discord::start().await;
    let bookmarks = Bookmarks::default();
    let mut daemon = Daemon::live(&fake, &bookmarks).await;
    fake.write(DIRECT, ANN, "direct, before");
    fake.write(SQUARE, ANN, "public, before");
    daemon.texts(2).await;
    daemon.stop(&fake).await;

    for text in numbered(0..250) {
        fake.write(DIRECT, ANN, &text);
    }
    fake.write(DIRECT, ME, "by hand");
    fake.write(SQUARE, ANN, &format!("<@{ME}> public, between"));
    fake.state().slow_lists = 2;
    let mut daemon = Daemon::live(&fake, &bookmarks).await;
    fake.write(DIRECT, ANN, "message 250");
    let mut taken = Vec::new();
    for _ in 0..252 {
        taken.push(daemon.next().await);
    }
    let (public, direct): (Vec<_>, Vec<_>) = taken
        .into_iter()
        .partition(|inbound| inbound.visibility.is_public());
    let direct: Vec<String> = direct.into_iter().map(|inbound| inbound.text).collect();
    assert_eq!(direct, numbered(0..251));
    assert_eq!(public[0].text, "public, between");
    assert!(public[0].addressed);
    daemon.stop(&fake).await;

    let listed = fake.state().listed;
    let mut daemon = Daemon::live(&fake, &bookmarks).await;
    fake.write(NEW, ANN, "last");
    assert_eq!(daemon.next().await.text, "last");
    assert_eq!(
        fake.state().listed,
        listed,
        "nothing new, and yet it was listed"
    );
}

#[tokio::test]
async fn a_channel_that_vanished_does_not_keep_the_others_waiting() {
    let fake = Discord::start().await;
    let old = snowflake(0).to_string();
    let bookmarks = Bookmarks::default();
    for channel in [DIRECT, SQUARE, 703] {
        bookmarks
            .lock()
            .unwrap()
            .insert(channel.to_string(), old.clone());
    }
    fake.write(DIRECT, ANN, "hidden");
    fake.hide(DIRECT);
    fake.write(SQUARE, ANN, "readable");
    let mut daemon = Daemon::live(&fake, &bookmarks).await;
    assert_eq!(daemon.next().await.text, "readable");
}

#[tokio::test]
async fn a_message_that_could_not_be_kept_is_delivered_again() {
    let fake = Discord::start().await;
    let (channel, bookmarks) = (Arc::new(fake.open()), Bookmarks::default());
    let mut daemon = Daemon::start(channel.clone(), &bookmarks);
    fake.write(DIRECT, ANN, "kept");
    fake.until("a session", |state| state.identified == 1).await;
    fake.write(SQUARE, ANN, "kept");
    daemon.next().await;
    daemon.refuse_next();
    fake.write(DIRECT, 43, "refused once");
    let error = daemon.end().await;
    assert_eq!(
        error,
        ChannelError::Unreachable("not taken in: the disk is full".to_owned())
    );
    let mut daemon = Daemon::start(channel, &bookmarks);
    assert_eq!(daemon.next().await.text, "refused once");
    assert_eq!(fake.sessions(), (1, 1));
}

#[tokio::test]
async fn what_only_the_operator_can_mend_is_said_clearly() {
    let fake = Discord::start().await;
    let error = Daemon::start(Arc::new(fake.open_with("wrong")), &Bookmarks::default())
        .end()
        .await;
    assert!(
        matches!(&error, ChannelError::Misconfigured { .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("token") && !error.to_string().contains("wrong"),
        "{error}"
    );

    fake.state().content_intent_is_on = false;
    let error = Daemon::start(Arc::new(fake.open()), &Bookmarks::default())
        .end()
        .await;
    assert!(
        matches!(&error, ChannelError::Misconfigured { .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("MESSAGE CONTENT INTENT"),
        "{error}"
    );

    fake.state().content_intent_is_on = true;
    for (code, word) in [(4004, "token"), (4011, "servers"), (4013, "newer hark")] {
        let daemon = Daemon::live(&fake, &Bookmarks::default()).await;
        fake.close_sockets(code);
        let error = daemon.end().await;
        assert!(
            matches!(&error, ChannelError::Misconfigured { .. }),
            "{error}"
        );
        assert!(error.to_string().contains(word), "{error}");
    }

    fake.state().session_starts_left = 0;
    let error = Daemon::start(Arc::new(fake.open()), &Bookmarks::default())
        .end()
        .await;
    assert!(
        matches!(
            &error,
            ChannelError::SlowDown {
                retry_after_s: 91,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_the_nonce_and_later_by_reading_back() {
    let fake = Discord::start().await;
    let channel = fake.open();
    let question = fake.write(DIRECT, ANN, "where is my bag?");
    let mut answer = fake.outbound("settled", "We are looking.");
    answer.in_reply_to = Some(MessageId::new(format!("{DIRECT}:{question}")));
    fake.fail_next(Failure::DropAfterActing);
    let outcome = channel.send(&answer).await;
    assert!(matches!(outcome, Attempted::Unknown { .. }), "{outcome:?}");

    let sent = Attempted::Sent {
        message: Some(MessageId::new(format!("{DIRECT}:{}", snowflake(2)))),
    };
    let (just_now, long_ago) = (now(), written_at(snowflake(2)));
    assert_eq!(channel.settle(&answer, just_now).await, sent);
    for nonces_are_known in [true, false] {
        fake.state().nonces_are_known = nonces_are_known;
        assert_eq!(
            channel.settle(&answer, long_ago).await,
            sent,
            "{nonces_are_known}"
        );
    }
    assert_eq!(fake.sent().len(), 1);

    for _ in 0..150 {
        fake.write(DIRECT, ANN, "hello?");
    }
    let mut other = fake.outbound("never sent", "We are looking.");
    other.in_reply_to = Some(MessageId::new(format!("{DIRECT}:{}", snowflake(3))));
    let outcome = channel.settle(&other, long_ago).await;
    assert!(matches!(outcome, Attempted::Later { .. }), "{outcome:?}");
    fake.hide(DIRECT);
    let outcome = channel.settle(&answer, long_ago).await;
    assert!(matches!(outcome, Attempted::Unknown { .. }), "{outcome:?}");
    assert_eq!(fake.sent().len(), 1);
}

#[tokio::test]
async fn a_channel_too_busy_to_read_back_stays_unknown() {
    let fake = Discord::start().await;
    for _ in 0..2001 {
        fake.write(DIRECT, ANN, "hello?");
    }
    let answer = fake.outbound("busy", "We are looking.");
    let outcome = fake.open().settle(&answer, Timestamp::UNIX_EPOCH).await;
    assert!(matches!(outcome, Attempted::Unknown { .. }), "{outcome:?}");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_its_reason() {
    let fake = Discord::start().await;
    let channel = fake.open();
    let refused = |outcome| match outcome {
        Attempted::Refused { reason } => reason,
        other => panic!("{other:?}"),
    };
    let mut nowhere = fake.outbound("nowhere", "hello");
    nowhere.return_address = None;
    assert!(refused(channel.send(&nowhere).await).contains("no Discord channel"));
    nowhere.return_address = Some("703".to_owned());
    assert!(refused(channel.send(&nowhere).await).contains("Unknown Channel"));
    let long = fake.outbound("long", &"x".repeat(2001));
    assert!(refused(channel.send(&long).await).contains("Invalid Form Body"));
    fake.hide(DIRECT);
    let hidden = fake.outbound("hidden", "hello");
    assert!(refused(channel.send(&hidden).await).contains("no longer sees"));
    assert_eq!(fake.sent(), Vec::<String>::new());
}

#[tokio::test]
async fn a_discord_that_is_not_there_is_waited_for() {
    let fake = Discord::start().await;
    let channel = Arc::new(fake.open());
    let message = fake.outbound("gone", "hello");
    drop(fake);
    let outcome = channel.send(&message).await;
    assert!(matches!(outcome, Attempted::Later { .. }), "{outcome:?}");
    let error = Daemon::start(channel, &Bookmarks::default()).end().await;
    assert!(matches!(&error, ChannelError::Unreachable(_)), "{error}");
}

/// Also tells whether the socket can do TLS at all: without a provider of ciphers it would panic.
#[tokio::test]
async fn a_gateway_that_fails_its_handshake_is_unreachable() {
    let fake = Discord::start().await;
    fake.state().gateway_scheme = "wss";
    let daemon = Daemon::start(Arc::new(fake.open()), &Bookmarks::default());
    let error = daemon.end().await;
    assert!(
        matches!(&error, ChannelError::Unreachable(reason) if !reason.contains("compiled")),
        "{error}"
    );
}

/// A moment ago, so that a nonce is still known.
fn now() -> Timestamp {
    hark::clock::now()
        .saturating_sub(SignedDuration::from_secs(1))
        .expect("in range")
}
