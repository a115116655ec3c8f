//! Alerts by webhook against a desk that checks every call.

use std::collections::BTreeMap;

use hark::desk::{AnyDesk, Desk};
use hark::model::alert::{Alert, AlertKind};
use hark::model::author::Author;
use hark::model::delivery::Attempted;
use hark::model::id::{
    AccountId, BrandName, CaseNumber, ConversationId, DeliveryId, DeskName, TopicName,
};
use hark::model::network::Visibility;
use hark::model::severity::Severity;
use jiff::Timestamp;

use crate::fakes::receiver::Answer;
use crate::fakes::webhook::{FakeDesk, SECRET, open};

fn alert() -> Alert {
    let at: Timestamp = "2026-05-04T03:02:01Z".parse().expect("a time");
    Alert {
        kind: AlertKind::Opened,
        at,
        case: CaseNumber::from("4F7K9-2QX0B"),
        brand: BrandName::from("northwind"),
        desk: DeskName::from("care"),
        topic: Some(TopicName::from("lost-bag")),
        also: Vec::new(),
        severity: Severity::High,
        why: "topic lost-bag always goes to a person".to_owned(),
        due: at,
        agent: None,
        account: AccountId::new("http", "partner"),
        conversation: ConversationId::from("http.partner.ann"),
        reference: None,
        visibility: Visibility::Private,
        language: None,
        customer: Author::new("ann"),
        entities: BTreeMap::new(),
        transcript: Vec::new(),
    }
}

async fn notify(desk: &AnyDesk) -> Attempted {
    desk.notify(&DeliveryId::from("delivery-1"), &alert()).await
}

fn signed() -> String {
    format!("secret = '{SECRET}'\ntimeout = '1s'")
}

#[tokio::test]
async fn an_alert_arrives_signed_and_a_repeat_is_known() {
    let fake = FakeDesk::start().await;
    let desk = fake.open(&signed());
    for _ in 0..2 {
        assert_eq!(notify(&desk).await, Attempted::Sent { message: None });
    }
    let alerts = fake.alerts();
    assert_eq!(alerts.len(), 1);
    assert_eq!(
        alerts["delivery-1"]["data"]["case"]["number"],
        "4F7K9-2QX0B"
    );
    assert_eq!(fake.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn every_failure_but_gone_is_tried_again() {
    let fake = FakeDesk::start().await;
    let desk = fake.open(&signed());
    let later = |retry_after_s, reason: &str| Attempted::Later {
        retry_after_s,
        reason: reason.to_owned(),
    };
    let refused = "the desk refused the alert (404); check `url`";
    let redirects = "the desk's address redirects (307); redirects are not followed, `url` must be the final address";
    let unsigned = "the desk does not accept our signature (403); check `secret`";
    for (answer, expected) in [
        (status(404, ""), later(None, refused)),
        (status(403, ""), later(None, unsigned)),
        (
            status(307, "location: /hook/s3cret\r\n"),
            later(None, redirects),
        ),
        (status(408, ""), later(None, "the desk answered 408")),
        (status(500, ""), later(None, "the desk answered 500")),
        (
            status(429, "retry-after: 7\r\n"),
            later(Some(7), "the desk answered 429"),
        ),
        (
            status(503, "retry-after: 120\r\n"),
            later(Some(120), "the desk answered 503"),
        ),
        (Answer::Never, later(None, "no answer: the time ran out")),
        (
            status(410, ""),
            Attempted::Refused {
                reason: "the desk's endpoint is gone (410)".to_owned(),
            },
        ),
    ] {
        fake.answer_next(answer.clone());
        let calls = fake.calls();
        assert_eq!(notify(&desk).await, expected, "{answer:?}");
        assert_eq!(fake.calls(), calls + 1, "{answer:?} is called once");
        assert!(fake.alerts().is_empty());
    }
}

fn status(status: u16, header: &str) -> Answer {
    Answer::Status(status, header.to_owned())
}

#[tokio::test]
async fn a_lost_alert_is_tried_again_and_nothing_secret_is_told() {
    let fake = FakeDesk::start().await;
    let desk = fake.open(&signed());
    fake.answer_next(Answer::Drop);
    let lost = notify(&desk).await;
    let nobody = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address")
    };
    let unreachable = notify(&open(nobody, &signed())).await;
    for outcome in [lost, unreachable] {
        assert!(matches!(outcome, Attempted::Later { .. }), "{outcome:?}");
        let shown = format!("{outcome:?}");
        assert!(
            !shown.contains("s3cret") && !shown.contains("AAEC"),
            "{shown}"
        );
    }
    assert_eq!(notify(&desk).await, Attempted::Sent { message: None });
}

#[tokio::test]
async fn a_secret_is_replaced_without_losing_an_alert() {
    let fake = FakeDesk::start().await;
    let new = "'whsec_ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7'";
    let both = fake.open(&format!("secret = [{new}, '{SECRET}']"));
    assert_eq!(notify(&both).await, Attempted::Sent { message: None });
    for lines in [format!("secret = {new}"), String::new()] {
        let outcome = notify(&fake.open(&lines)).await;
        assert!(matches!(outcome, Attempted::Later { .. }), "{outcome:?}");
    }
    assert_eq!(
        fake.complaints(),
        [
            "no webhook-signature matches",
            "header webhook-signature is missing"
        ]
    );
}
