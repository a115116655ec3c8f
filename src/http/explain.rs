//! `/api/v1/explain`: what would be decided, without deciding it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::clock;
use crate::engine::explain::{Explanation, explain_rules};
use crate::http::problem::Problem;
use crate::http::views::VisibilityWord;
use crate::http::{Site, body};
use crate::model::message::Inbound;
use crate::model::network::Visibility;

/// A message that nobody sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainRequest {
    /// What the customer would say.
    text: String,
    /// The brand; the first in the config where none is named.
    #[serde(default)]
    brand: Option<String>,
    /// The kind of network, or an account as `kind/name`.
    #[serde(default)]
    channel: Option<String>,
    /// `public` or `private`.
    #[serde(default)]
    #[schema(value_type = Option<VisibilityWord>)]
    visibility: Option<Visibility>,
}

/// Explains what would be decided. Nothing changes, nothing is sent.
#[utoipa::path(post, path = "/explain", operation_id = "explain", request_body = ExplainRequest, responses(
    (status = 200, description = "What would be decided, and why.", body = Explanation),
    (status = 400), (status = 413),
))]
pub async fn post(
    State(site): State<Arc<Site>>,
    bytes: body::Bytes,
) -> Result<Json<Explanation>, Problem> {
    let request: ExplainRequest = body::parse(&bytes)?;
    let world = site.ledger.world();
    let account = world
        .account_for(request.brand.as_deref(), request.channel.as_deref())
        .ok_or_else(|| {
            Problem::bad_request(vec![
                "brand, channel: no such account in the config".to_owned(),
            ])
        })?;
    let brand = world.accounts[&account].brand.clone();
    let message = Inbound::imagined(
        account,
        &request.text,
        request.visibility.unwrap_or(Visibility::Private),
        clock::now(),
    );
    Ok(Json(explain_rules(&world, &brand, &message, clock::now())))
}
