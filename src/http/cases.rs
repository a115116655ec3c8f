//! `/api/v1/cases`: what people at desks see and do.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

use crate::engine::action::Refusal;
use crate::engine::decide::Effect;
use crate::engine::event::{Action, Event};
use crate::http::problem::Problem;
use crate::http::views::CaseView;
use crate::http::{Site, body};
use crate::model::case::{Case, CaseState};
use crate::model::conversation::Conversation;
use crate::model::id::{ActionId, AgentName, CaseNumber, ConversationId, DeskName, TopicName};
use crate::runtime::index::Filter;
use crate::runtime::ledger::LedgerError;

/// Length of the digest of what an action asks for: two different ones never meet by accident.
const DIGEST_BYTES: usize = 12;

/// Which cases are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct CaseQuery {
    /// How far they are.
    #[param(pattern = "^(open|claimed|released|resolved)?$", nullable = false)]
    state: Option<String>,
    /// A desk.
    #[param(nullable = false)]
    desk: Option<String>,
    /// A topic.
    #[param(nullable = false)]
    topic: Option<String>,
}

/// Cases.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseList {
    /// The worst first, and among equals the one that is due first.
    pub cases: Vec<CaseView>,
}

/// Who acts.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct CaseAction {
    /// The person's name at their desk; whoever has the case where none is given.
    agent: Option<String>,
}

/// Who writes what.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Words {
    /// The person's name at their desk; whoever has the case where none is given.
    agent: Option<String>,
    /// The words of a reply or note.
    #[schema(min_length = 1)]
    text: String,
}

/// Lists cases.
#[utoipa::path(get, path = "/cases", operation_id = "list_cases", params(CaseQuery), responses(
    (status = 200, description = "The cases.", body = CaseList),
    (status = 400), (status = 503),
))]
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
    let world = site.ledger.world();
    Ok(Json(CaseList {
        cases: found
            .iter()
            .map(|(conversation, case)| CaseView::of(&world, conversation, case))
            .collect(),
    }))
}

/// Shows a case with its transcript and alerts.
#[utoipa::path(get, path = "/cases/{id}", operation_id = "show_case", params(("id" = String, Path, description = "Its number.")), responses(
    (status = 200, description = "The case, with all there is to know.", body = CaseView),
    (status = 400), (status = 404), (status = 503),
))]
pub async fn show(
    State(site): State<Arc<Site>>,
    Path(number): Path<String>,
) -> Result<Json<CaseView>, Problem> {
    view(&site, &CaseNumber::new(number)).await
}

/// A person takes the case; the bot is silent until it is released or resolved.
#[utoipa::path(post, path = "/cases/{id}/claim", operation_id = "claim_case", params(("id" = String, Path, description = "Its number.")), request_body = Option<CaseAction>, responses(
    (status = 200, description = "The case as it is now.", body = CaseView),
    (status = 400), (status = 404), (status = 409), (status = 413), (status = 503),
))]
pub async fn claim(
    State(site): State<Arc<Site>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    bytes: body::Bytes,
) -> Answer {
    let CaseAction { agent } = body::parse_or_default(&bytes)?;
    act(&site, number, &headers, agent, Action::Claim).await
}

/// A person answers the customer, on the customer's own network.
#[utoipa::path(post, path = "/cases/{id}/reply", operation_id = "reply_to_case", params(("id" = String, Path, description = "Its number.")), request_body = Words, responses(
    (status = 200, description = "The case as it is now.", body = CaseView),
    (status = 400), (status = 404), (status = 409), (status = 413), (status = 422), (status = 503),
))]
pub async fn reply(
    State(site): State<Arc<Site>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    bytes: body::Bytes,
) -> Answer {
    let Words { agent, text } = body::parse(&bytes)?;
    act(&site, number, &headers, agent, Action::Reply { text }).await
}

/// A person tells other people something; the customer never sees it.
#[utoipa::path(post, path = "/cases/{id}/note", operation_id = "note_on_case", params(("id" = String, Path, description = "Its number.")), request_body = Words, responses(
    (status = 200, description = "The case as it is now.", body = CaseView),
    (status = 400), (status = 404), (status = 409), (status = 413), (status = 422), (status = 503),
))]
pub async fn note(
    State(site): State<Arc<Site>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    bytes: body::Bytes,
) -> Answer {
    let Words { agent, text } = body::parse(&bytes)?;
    act(&site, number, &headers, agent, Action::Note { text }).await
}

/// The conversation goes back to the bot; the case stays unresolved.
#[utoipa::path(post, path = "/cases/{id}/release", operation_id = "release_case", params(("id" = String, Path, description = "Its number.")), request_body = Option<CaseAction>, responses(
    (status = 200, description = "The case as it is now.", body = CaseView),
    (status = 400), (status = 404), (status = 409), (status = 413), (status = 503),
))]
pub async fn release(
    State(site): State<Arc<Site>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    bytes: body::Bytes,
) -> Answer {
    let CaseAction { agent } = body::parse_or_default(&bytes)?;
    act(&site, number, &headers, agent, Action::Release).await
}

/// The case is done; the conversation goes back to the bot.
#[utoipa::path(post, path = "/cases/{id}/resolve", operation_id = "resolve_case", params(("id" = String, Path, description = "Its number.")), request_body = Option<CaseAction>, responses(
    (status = 200, description = "The case as it is now.", body = CaseView),
    (status = 400), (status = 404), (status = 409), (status = 413), (status = 503),
))]
pub async fn resolve(
    State(site): State<Arc<Site>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    bytes: body::Bytes,
) -> Answer {
    let CaseAction { agent } = body::parse_or_default(&bytes)?;
    act(&site, number, &headers, agent, Action::Resolve).await
}

type Answer = Result<Json<CaseView>, Problem>;

/// Does an action once, however often the request with its `Idempotency-Key` comes.
async fn act(
    site: &Site,
    number: String,
    headers: &HeaderMap,
    agent: Option<String>,
    action: Action,
) -> Answer {
    let number = CaseNumber::new(number);
    let (id, conversation) = conversation_of(site, &number).await?;
    if conversation
        .case
        .as_ref()
        .is_none_or(|case| case.number != number)
    {
        return Err(Problem::conflict(format!(
            "case {number} is closed; the conversation has a newer one"
        )));
    }
    let action_id = action_id(headers, agent.as_deref(), &action);
    if conversation.has_seen_other_action(&action_id) {
        return Err(Problem::conflict(
            "this `Idempotency-Key` was used for something else on this case; send a new one",
        ));
    }
    let agent = agent
        .filter(|agent| !agent.trim().is_empty())
        .or_else(|| holder(&conversation))
        .unwrap_or_else(|| "agent".to_owned());
    let event = Event::Action {
        id: action_id,
        agent: AgentName::new(agent),
        action,
    };
    match site.ledger.apply(&id, event).await {
        Ok(decision) => match decision.effect {
            Effect::Changed | Effect::Nothing => view(site, &number).await,
            Effect::Refused(refusal) => Err(refused(&refusal)),
        },
        Err(LedgerError::NoConversation(_)) => Err(no_case(&number)),
        Err(LedgerError::Store(error)) => Err(store_failed(&error)),
        Err(LedgerError::Panicked) => Err(Problem::internal()),
    }
}

fn refused(refusal: &Refusal) -> Problem {
    match refusal {
        Refusal::Empty | Refusal::TooLong { .. } => Problem::unsuitable_text(refusal.to_string()),
        Refusal::Illegal(_) | Refusal::NoAccount(_) => Problem::conflict(refusal.to_string()),
    }
}

async fn conversation_of(
    site: &Site,
    number: &CaseNumber,
) -> Result<(ConversationId, Conversation), Problem> {
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
    Ok((id, conversation))
}

/// A request that names nobody speaks for whoever has the case.
fn holder(conversation: &Conversation) -> Option<String> {
    conversation
        .active_case()?
        .agent
        .as_ref()
        .map(ToString::to_string)
}

/// The request's key and a digest of what it asks for, so that the same key for something else is seen to be that.
fn action_id(headers: &HeaderMap, agent: Option<&str>, action: &Action) -> ActionId {
    let Some(key) = body::idempotency_key(headers) else {
        return ActionId::new(uuid::Uuid::now_v7().to_string());
    };
    let (verb, text) = match action {
        Action::Claim => ("claim", ""),
        Action::Reply { text } => ("reply", text.as_str()),
        Action::Note { text } => ("note", text.as_str()),
        Action::Release => ("release", ""),
        Action::Resolve => ("resolve", ""),
    };
    let asked = [verb, agent.unwrap_or_default(), text].join("\0");
    let digest = URL_SAFE_NO_PAD.encode(&Sha256::digest(asked)[..DIGEST_BYTES]);
    ActionId::keyed(&key, &digest)
}

async fn view(site: &Site, number: &CaseNumber) -> Answer {
    let (_, conversation) = conversation_of(site, number).await?;
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
