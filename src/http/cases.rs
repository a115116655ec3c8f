//! `/api/v1/cases`: what people at desks see and do.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::engine::decide::Effect;
use crate::engine::event::{Action, Event};
use crate::http::problem::Problem;
use crate::http::views::CaseView;
use crate::http::{Site, body};
use crate::model::case::{Case, CaseState};
use crate::model::conversation::Conversation;
use crate::model::id::{ActionId, AgentName, CaseNumber, DeskName, TopicName};
use crate::runtime::index::Filter;
use crate::runtime::ledger::LedgerError;

/// Which cases are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct CaseQuery {
    /// `open`, `claimed`, `released` or `resolved`.
    state: Option<String>,
    /// A desk.
    desk: Option<String>,
    /// A topic.
    topic: Option<String>,
}

/// Cases.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseList {
    /// The worst first, and among equals the one that is due first.
    pub cases: Vec<CaseView>,
}

/// Who acts, and with which words.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct CaseAction {
    /// The person's name at their desk; `agent` where none is given.
    agent: Option<String>,
    /// The words of a reply or note.
    text: Option<String>,
}

/// Lists cases.
#[utoipa::path(get, path = "/api/v1/cases", params(CaseQuery), responses((status = 200, body = CaseList), (status = 400, body = Problem)))]
pub async fn list(
    State(site): State<Arc<Site>>,
    Query(query): Query<CaseQuery>,
) -> Result<Json<CaseList>, Problem> {
    let state = query
        .state
        .filter(|state| !state.is_empty())
        .map(|state| parse_state(&state))
        .transpose()?;
    let filter = Filter {
        state,
        desk: query
            .desk
            .filter(|desk| !desk.is_empty())
            .map(DeskName::new),
        topic: query
            .topic
            .filter(|topic| !topic.is_empty())
            .map(TopicName::new),
    };
    let mut found: Vec<(Conversation, Case)> = Vec::new();
    for (number, id) in site.ledger.cases.find(&filter) {
        let Some(conversation) = site
            .ledger
            .conversation(&id)
            .await
            .map_err(|error| store_failed(&error))?
        else {
            continue;
        };
        if let Some(case) = find(&conversation, &number).cloned() {
            found.push((conversation, case));
        }
    }
    found.sort_by_key(|(_, case)| (std::cmp::Reverse(case.severity), case.first_response_due));
    Ok(Json(CaseList {
        cases: found
            .iter()
            .map(|(conversation, case)| CaseView::of(conversation, case))
            .collect(),
    }))
}

/// Shows a case with its transcript and alerts.
#[utoipa::path(get, path = "/api/v1/cases/{id}", params(("id" = String, Path)), responses((status = 200, body = CaseView), (status = 404, body = Problem)))]
pub async fn show(
    State(site): State<Arc<Site>>,
    Path(number): Path<String>,
) -> Result<Json<CaseView>, Problem> {
    view(&site, &CaseNumber::new(number)).await
}

/// A person takes the case; the bot is silent until it is released or resolved.
#[utoipa::path(post, path = "/api/v1/cases/{id}/claim", params(("id" = String, Path)), request_body = CaseAction,
    responses((status = 200, body = CaseView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn claim(
    State(site): State<Arc<Site>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    bytes: body::Bytes,
) -> Answer {
    act(&site, number, &headers, &bytes, |_| Ok(Action::Claim)).await
}

/// A person answers the customer, on the customer's own network.
#[utoipa::path(post, path = "/api/v1/cases/{id}/reply", params(("id" = String, Path)), request_body = CaseAction,
    responses((status = 200, body = CaseView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn reply(
    State(site): State<Arc<Site>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    bytes: body::Bytes,
) -> Answer {
    act(&site, number, &headers, &bytes, |text| {
        Ok(Action::Reply { text: text? })
    })
    .await
}

/// A person tells other people something; the customer never sees it.
#[utoipa::path(post, path = "/api/v1/cases/{id}/note", params(("id" = String, Path)), request_body = CaseAction,
    responses((status = 200, body = CaseView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn note(
    State(site): State<Arc<Site>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    bytes: body::Bytes,
) -> Answer {
    act(&site, number, &headers, &bytes, |text| {
        Ok(Action::Note { text: text? })
    })
    .await
}

/// The conversation goes back to the bot; the case stays unresolved.
#[utoipa::path(post, path = "/api/v1/cases/{id}/release", params(("id" = String, Path)), request_body = CaseAction,
    responses((status = 200, body = CaseView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn release(
    State(site): State<Arc<Site>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    bytes: body::Bytes,
) -> Answer {
    act(&site, number, &headers, &bytes, |_| Ok(Action::Release)).await
}

/// The case is done; the conversation goes back to the bot.
#[utoipa::path(post, path = "/api/v1/cases/{id}/resolve", params(("id" = String, Path)), request_body = CaseAction,
    responses((status = 200, body = CaseView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn resolve(
    State(site): State<Arc<Site>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    bytes: body::Bytes,
) -> Answer {
    act(&site, number, &headers, &bytes, |_| Ok(Action::Resolve)).await
}

type Answer = Result<Json<CaseView>, Problem>;

/// Does an action once, however often the request with its `Idempotency-Key` comes.
async fn act(
    site: &Site,
    number: String,
    headers: &HeaderMap,
    bytes: &[u8],
    action: impl FnOnce(Result<String, Problem>) -> Result<Action, Problem>,
) -> Answer {
    let number = CaseNumber::new(number);
    let request: CaseAction = body::parse_or_default(bytes)?;
    let text = request
        .text
        .ok_or_else(|| Problem::bad_request(vec!["text: missing".to_owned()]));
    let id = site
        .ledger
        .cases
        .conversation_of(&number)
        .ok_or_else(|| no_case(&number))?;
    let conversation = site
        .ledger
        .conversation(&id)
        .await
        .map_err(|error| store_failed(&error))?
        .ok_or_else(|| no_case(&number))?;
    if conversation
        .case
        .as_ref()
        .is_none_or(|case| case.number != number)
    {
        return Err(Problem::conflict(format!(
            "case {number} is closed; the conversation has a newer one"
        )));
    }
    let agent = request
        .agent
        .filter(|agent| !agent.trim().is_empty())
        .or_else(|| holder(&conversation))
        .unwrap_or_else(|| "agent".to_owned());
    let event = Event::Action {
        id: action_id(headers),
        agent: AgentName::new(agent),
        action: action(text)?,
    };
    match site.ledger.apply(&id, event).await {
        Ok(decision) => match decision.effect {
            Effect::Changed | Effect::Nothing => view(site, &number).await,
            Effect::Refused(refusal) => Err(Problem::conflict(refusal.to_string())),
        },
        Err(LedgerError::NoConversation(_)) => Err(no_case(&number)),
        Err(LedgerError::Store(error)) => Err(store_failed(&error)),
        Err(LedgerError::Panicked) => Err(Problem::internal()),
    }
}

/// A request that names nobody speaks for whoever has the case.
fn holder(conversation: &Conversation) -> Option<String> {
    conversation
        .active_case()?
        .agent
        .as_ref()
        .map(ToString::to_string)
}

fn action_id(headers: &HeaderMap) -> ActionId {
    ActionId::new(
        body::idempotency_key(headers).unwrap_or_else(|| uuid::Uuid::now_v7().to_string()),
    )
}

async fn view(site: &Site, number: &CaseNumber) -> Answer {
    let id = site
        .ledger
        .cases
        .conversation_of(number)
        .ok_or_else(|| no_case(number))?;
    let conversation = site
        .ledger
        .conversation(&id)
        .await
        .map_err(|error| store_failed(&error))?
        .ok_or_else(|| no_case(number))?;
    let case = find(&conversation, number).ok_or_else(|| no_case(number))?;
    Ok(Json(CaseView::whole(
        &site.ledger.world(),
        &conversation,
        case,
    )))
}

fn find<'a>(conversation: &'a Conversation, number: &CaseNumber) -> Option<&'a Case> {
    conversation
        .case
        .iter()
        .chain(&conversation.past_cases)
        .find(|case| case.number == *number)
}

fn parse_state(state: &str) -> Result<CaseState, Problem> {
    let all = [
        CaseState::Open,
        CaseState::Claimed,
        CaseState::Released,
        CaseState::Resolved,
    ];
    all.into_iter()
        .find(|known| known.as_str() == state)
        .ok_or_else(|| {
            Problem::bad_request(vec![format!(
                "state: `{state}` is none of open, claimed, released, resolved"
            )])
        })
}

fn no_case(number: &CaseNumber) -> Problem {
    Problem::not_found(format!("there is no case {number}"))
}

/// The store does not work: the request may be sent again.
pub fn store_failed(error: &crate::store::StoreError) -> Problem {
    tracing::error!(%error, "a request could not be served");
    Problem::unavailable(error.to_string())
}
