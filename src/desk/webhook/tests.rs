//! What the webhook desk writes and makes of an answer.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::*;
use crate::desk::webhook::wire::{attempted, body};
use crate::model::alert::{AlertKind, Line};
use crate::model::author::Author;
use crate::model::id::{
    AccountId, AgentName, BrandName, CaseNumber, ConversationId, DeskName, Language, TopicName,
};
use crate::model::network::Visibility;
use crate::model::severity::Severity;
use crate::net::client::Verdict;

fn at(time: &str) -> Timestamp {
    time.parse().expect("a time")
}

fn line(time: &str, by: &str, text: &str) -> Line {
    Line {
        at: at(time),
        by: by.to_owned(),
        text: text.to_owned(),
    }
}

fn alert() -> Alert {
    Alert {
        kind: AlertKind::Opened,
        at: at("2026-05-04T03:02:01Z"),
        case: CaseNumber::from("4F7K9-2QX0B"),
        brand: BrandName::from("northwind"),
        desk: DeskName::from("baggage"),
        topic: Some(TopicName::from("lost-bag")),
        also: vec![TopicName::from("refund")],
        severity: Severity::High,
        why: "topic lost-bag always goes to a person".to_owned(),
        due: at("2026-05-04T03:32:01Z"),
        agent: None,
        account: AccountId::new("http", "partner"),
        conversation: ConversationId::from("http.partner.thread-9.4711"),
        reference: Some("thread-9".to_owned()),
        visibility: Visibility::Public,
        language: Some(Language::from("de")),
        customer: Author {
            name: "Ann Ortiz".to_owned(),
            handle: "ann".to_owned(),
            followers: Some(120),
            verified: true,
            ..Author::new("4711")
        },
        entities: BTreeMap::from([("bag_tag".to_owned(), "NW••••56".to_owned())]),
        transcript: vec![
            line("2026-05-04T03:02:00Z", "customer", "Wo ist mein Koffer?"),
            line("2026-05-04T03:02:01Z", "bot", "Das tut uns leid."),
        ],
    }
}

/// An alert of which as little is known as can be.
fn least() -> Alert {
    Alert {
        kind: AlertKind::Resolved,
        topic: None,
        also: Vec::new(),
        agent: Some(AgentName::from("mira")),
        reference: None,
        language: None,
        customer: Author::new("4711"),
        entities: BTreeMap::new(),
        transcript: Vec::new(),
        ..alert()
    }
}

#[test]
fn an_alert_is_written_as_agreed() {
    for (alert, golden) in [
        (alert(), include_str!("golden/opened.json")),
        (least(), include_str!("golden/resolved.least.json")),
    ] {
        let expected: Value = serde_json::from_str(golden).expect("a golden body");
        let written = body(&alert, "https://hark.example");
        assert_eq!(
            serde_json::from_slice::<Value>(&written).expect("JSON"),
            expected
        );
    }
}

#[test]
fn the_state_is_that_of_the_case() {
    let mira = Some(AgentName::from("mira"));
    for (kind, agent, state) in [
        (AlertKind::Opened, None, "open"),
        (AlertKind::Overdue, None, "open"),
        (AlertKind::Escalated, None, "open"),
        (AlertKind::Updated, mira.clone(), "claimed"),
        (AlertKind::Resolved, mira, "resolved"),
        (AlertKind::Resolved, None, "resolved"),
    ] {
        let alert = Alert {
            kind,
            agent,
            ..alert()
        };
        let written: Value = serde_json::from_slice(&body(&alert, "")).expect("JSON");
        assert_eq!(written["data"]["case"]["state"], state, "{kind:?}");
        assert_eq!(written["type"], kind.as_str());
    }
}

#[test]
fn only_gone_ends_an_alert_at_once() {
    let retry_after_s = Some(7);
    for (status, verdict, expected) in [
        (200, Verdict::Taken, "sent"),
        (503, Verdict::Later { retry_after_s }, "later"),
        (401, Verdict::Unauthorized, "later"),
        (403, Verdict::Forbidden, "later"),
        (307, Verdict::Elsewhere, "later"),
        (404, Verdict::Refused, "later"),
        (410, Verdict::Gone, "refused"),
    ] {
        let outcome = match attempted(status, verdict) {
            Attempted::Sent { .. } => "sent",
            Attempted::Later { reason, .. } => {
                assert!(reason.contains(&status.to_string()), "{reason}");
                "later"
            }
            Attempted::Refused { reason } => {
                assert_eq!(reason, "the desk's endpoint is gone (410)");
                "refused"
            }
            Attempted::Unknown { .. } => "unknown",
        };
        assert_eq!(outcome, expected, "{status}");
    }
}
