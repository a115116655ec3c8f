//! The JSON of an alert, and what the desk's answer means. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::model::alert::{Alert, AlertKind, Line};
use crate::model::case::CaseState;
use crate::model::delivery::Attempted;
use crate::model::id::{
    AccountId, AgentName, BrandName, CaseNumber, DeskName, Language, TopicName,
};
use crate::model::network::Visibility;
use crate::model::severity::Severity;
use crate::net::client::Verdict;

/// What Standard Webhooks asks of a body: a type, a time, and the rest under `data`.
#[derive(Serialize)]
struct Body<'a> {
    r#type: AlertKind,
    timestamp: Timestamp,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    case: Case<'a>,
    brand: &'a BrandName,
    account: &'a AccountId,
    /// The name that the `http` door and the API know it by.
    conversation: &'a str,
    visibility: Visibility,
    language: Option<&'a Language>,
    customer: Customer<'a>,
    entities: &'a BTreeMap<String, String>,
    transcript: &'a [Line],
    links: Links,
}

#[derive(Serialize)]
struct Case<'a> {
    id: &'a CaseNumber,
    number: &'a CaseNumber,
    topic: Option<&'a TopicName>,
    also: &'a [TopicName],
    severity: Severity,
    why: &'a str,
    desk: &'a DeskName,
    state: CaseState,
    agent: Option<&'a AgentName>,
    first_response_due: Timestamp,
}

#[derive(Serialize)]
struct Customer<'a> {
    id: &'a str,
    name: Option<&'a str>,
    handle: Option<&'a str>,
    followers: Option<u64>,
    verified: bool,
}

#[derive(Serialize)]
struct Links {
    /// For people: the case on hark's own pages.
    case: String,
    /// For programs: POST here to take the case.
    claim: String,
    /// For programs: POST here to answer the customer.
    reply: String,
}

/// The body of an alert: the same on every attempt.
#[expect(
    clippy::missing_panics_doc,
    reason = "plain data with text keys always serializes"
)]
pub fn body(alert: &Alert, public_url: &str) -> Vec<u8> {
    let body = Body {
        r#type: alert.kind,
        timestamp: alert.at,
        data: Data {
            case: case(alert),
            brand: &alert.brand,
            account: &alert.account,
            conversation: alert
                .reference
                .as_deref()
                .unwrap_or(alert.conversation.as_str()),
            visibility: alert.visibility,
            language: alert.language.as_ref(),
            customer: Customer {
                id: alert.customer.id.as_str(),
                name: stated(&alert.customer.name),
                handle: stated(&alert.customer.handle),
                followers: alert.customer.followers,
                verified: alert.customer.verified,
            },
            entities: &alert.entities,
            transcript: &alert.transcript,
            links: Links {
                case: format!("{public_url}/cases/{}", alert.case),
                claim: format!("{public_url}/api/v1/cases/{}/claim", alert.case),
                reply: format!("{public_url}/api/v1/cases/{}/reply", alert.case),
            },
        },
    };
    serde_json::to_vec(&body).expect("text, names and times always serialize")
}

fn case(alert: &Alert) -> Case<'_> {
    Case {
        id: &alert.case,
        number: &alert.case,
        topic: alert.topic.as_ref(),
        also: &alert.also,
        severity: alert.severity,
        why: &alert.why,
        desk: &alert.desk,
        state: match (alert.kind, &alert.agent) {
            (AlertKind::Resolved, _) => CaseState::Resolved,
            (_, Some(_)) => CaseState::Claimed,
            (_, None) => CaseState::Open,
        },
        agent: alert.agent.as_ref(),
        first_response_due: alert.due,
    }
}

fn stated(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// What an answer means for an alert.
pub fn attempted(status: u16, verdict: Verdict) -> Attempted {
    let (retry_after_s, reason) = match verdict {
        Verdict::Taken => return Attempted::Sent { message: None },
        Verdict::Gone => {
            return Attempted::Refused {
                reason: "the desk's endpoint is gone (410)".to_owned(),
            };
        }
        Verdict::Later { retry_after_s } => (retry_after_s, format!("the desk answered {status}")),
        Verdict::Unauthorized | Verdict::Forbidden => (
            None,
            format!("the desk does not accept our signature ({status}); check `secret`"),
        ),
        Verdict::Elsewhere => (
            None,
            format!(
                "the desk's address redirects ({status}); redirects are not followed, `url` must be the final address"
            ),
        ),
        Verdict::Refused => (
            None,
            format!("the desk refused the alert ({status}); check `url`"),
        ),
    };
    Attempted::Later {
        retry_after_s,
        reason,
    }
}
