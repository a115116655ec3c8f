//! `/api/v1/conversations`: what was said.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::Site;
use crate::http::cases::store_failed;
use crate::http::problem::Problem;
use crate::http::views::ConversationView;
use crate::model::conversation::Conversation;
use crate::model::id::{AccountId, AuthorId, ConversationId};
use crate::store::document::{self, conversation_key};

/// Most conversations in one answer.
const PAGE_MAX: usize = 200;

/// Which conversations are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct ConversationQuery {
    /// The `next` of the answer before.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many at most; 200 is the most.
    #[param(nullable = false)]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// A page of conversations.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationList {
    /// In the order of their ids.
    pub conversations: Vec<ConversationView>,
    /// To be sent as `after` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Lists conversations.
#[utoipa::path(get, path = "/conversations", operation_id = "list_conversations", params(ConversationQuery), responses(
    (status = 200, description = "A page of conversations.", body = ConversationList),
    (status = 400), (status = 503),
))]
pub async fn list(
    State(site): State<Arc<Site>>,
    Query(query): Query<ConversationQuery>,
) -> Result<Json<ConversationList>, Problem> {
    let limit = query.limit.unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX);
    let after = query
        .after
        .map(|after| conversation_key(&ConversationId::new(after)));
    let page = page(
        &site,
        &document::prefix::<Conversation>(),
        after.as_deref(),
        limit,
    )
    .await?;
    let next = (page.len() == limit)
        .then(|| page.last().map(|last| last.id.to_string()))
        .flatten();
    let world = site.ledger.world();
    let views = page
        .iter()
        .map(|conversation| ConversationView::of(&world, conversation));
    Ok(Json(ConversationList {
        conversations: views.collect(),
        next,
    }))
}

/// Shows a conversation, by hark's id or by the name its sender gave it.
#[utoipa::path(get, path = "/conversations/{id}", operation_id = "show_conversation", params(("id" = String, Path, description = "Its name.")), responses(
    (status = 200, description = "The conversation.", body = ConversationView),
    (status = 400), (status = 404), (status = 503),
))]
pub async fn show(
    State(site): State<Arc<Site>>,
    Path(name): Path<String>,
) -> Result<Json<ConversationView>, Problem> {
    let found = find(&site, &name).await?;
    let world = site.ledger.world();
    found
        .map(|conversation| Json(ConversationView::of(&world, &conversation)))
        .ok_or_else(|| Problem::not_found(format!("there is no conversation {name}")))
}

async fn find(site: &Site, name: &str) -> Result<Option<Conversation>, Problem> {
    let by_id = site
        .ledger
        .conversation(&ConversationId::new(name))
        .await
        .map_err(|error| store_failed(&error))?;
    if by_id.is_some() {
        return Ok(by_id);
    }
    // A name that a sender of the `http` door gave: in private it makes the id, in public the customer follows it.
    for account in site.intakes.keys().filter(|account| account.kind == "http") {
        let id = named(account, name);
        let candidates = page(site, &conversation_key(&id), None, PAGE_MAX).await?;
        if let Some(found) = candidates
            .into_iter()
            .find(|conversation| conversation.reference.as_deref() == Some(name))
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn named(account: &AccountId, name: &str) -> ConversationId {
    ConversationId::of(account, Some(name), &AuthorId::new(""), false)
}

async fn page(
    site: &Site,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Conversation>, Problem> {
    let stored = site
        .ledger
        .store()
        .scan(prefix, after, limit)
        .await
        .map_err(|error| store_failed(&error))?;
    stored
        .iter()
        .map(|(key, stored)| document::decode(key, &stored.bytes))
        .collect::<Result<_, _>>()
        .map_err(|error| store_failed(&error))
}

/// Every conversation, page by page.
pub async fn every_conversation(site: &Site) -> Result<Vec<Conversation>, Problem> {
    let prefix = document::prefix::<Conversation>();
    let mut all: Vec<Conversation> = Vec::new();
    loop {
        let after = all.last().map(|last| conversation_key(&last.id));
        let page = page(site, &prefix, after.as_deref(), PAGE_MAX).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}
