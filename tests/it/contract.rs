//! What every channel must do alike, whatever its network: the shared contract.

use hark::channel::Channel;
use hark::model::delivery::Attempted;
use jiff::Timestamp;

use crate::fakes::{Failure, FakeNetwork};

/// Runs the whole contract against one fake network.
pub(crate) async fn holds(fake: &impl FakeNetwork) {
    sends_what_just_fits(fake).await;
    sorts_failures_by_what_to_do_next(fake).await;
    never_sends_twice_after_a_lost_answer(fake, Failure::DropAfterActing).await;
    never_sends_twice_after_a_lost_answer(fake, Failure::DropBeforeActing).await;
}

async fn sends_what_just_fits(fake: &impl FakeNetwork) {
    let channel = fake.open();
    let longest = "x".repeat(channel.limits().text_max);
    assert!(channel.limits().fits(&longest));
    assert!(!channel.limits().fits(&format!("{longest}x")));
    let before = fake.sent().len();
    let outcome = channel.send(&fake.outbound("longest", &longest)).await;
    assert!(matches!(outcome, Attempted::Sent { .. }), "{outcome:?}");
    assert_eq!(fake.sent().len(), before + 1);
}

/// Whether an outcome is the one that a failure must have.
type Expected = fn(&Attempted) -> bool;

async fn sorts_failures_by_what_to_do_next(fake: &impl FakeNetwork) {
    let channel = fake.open();
    let table: [(Failure, Expected); 4] = [
        (Failure::ServerError, |outcome| {
            matches!(outcome, Attempted::Later { .. })
        }),
        (Failure::RateLimited { retry_after_s: 7 }, |outcome| {
            matches!(
                outcome,
                Attempted::Later {
                    retry_after_s: Some(7..),
                    ..
                }
            )
        }),
        (Failure::Forbidden, |outcome| {
            matches!(outcome, Attempted::Refused { .. })
        }),
        // An operator can mend a token, so the message waits instead of being lost.
        (Failure::Unauthorized, |outcome| {
            matches!(outcome, Attempted::Later { .. })
        }),
    ];
    for (failure, expected) in table {
        let before = fake.sent().len();
        fake.fail_next(failure);
        let outcome = channel
            .send(&fake.outbound(&format!("{failure:?}"), "hello"))
            .await;
        assert!(expected(&outcome), "{failure:?} gave {outcome:?}");
        assert!(
            !format!("{outcome:?}").contains(fake.secret()),
            "{failure:?} shows the secret"
        );
        assert_eq!(fake.sent().len(), before, "{failure:?} sent something");
    }
}

/// After a lost answer the daemon asks the channel to settle, and resends only when that says "certainly not sent".
async fn never_sends_twice_after_a_lost_answer(fake: &impl FakeNetwork, failure: Failure) {
    let channel = fake.open();
    let message = fake.outbound(
        &format!("lost-{failure:?}"),
        &format!("lost after {failure:?}"),
    );
    let count = || {
        fake.sent()
            .iter()
            .filter(|text| **text == message.text)
            .count()
    };
    fake.fail_next(failure);
    let mut outcome = channel.send(&message).await;
    assert!(
        !matches!(outcome, Attempted::Refused { .. }),
        "{failure:?} gave {outcome:?}"
    );
    if matches!(outcome, Attempted::Unknown { .. }) {
        outcome = channel.settle(&message, Timestamp::UNIX_EPOCH).await;
    }
    if matches!(outcome, Attempted::Later { .. }) {
        outcome = channel.send(&message).await;
    }
    match outcome {
        Attempted::Sent { .. } => assert_eq!(count(), 1, "{failure:?}"),
        Attempted::Unknown { .. } => assert!(count() <= 1, "{failure:?}"),
        other => panic!("{failure:?} ended as {other:?}"),
    }
}
