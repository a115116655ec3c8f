//! The HTTP server: the API, the pages, the web chat's socket, and what machines ask. No decisions.

pub mod auth;
pub mod body;
pub mod cases;
pub mod conversations;
pub mod events;
pub mod explain;
pub mod messages;
pub mod openapi;
pub mod pages;
pub mod probes;
pub mod problem;
pub mod views;
pub mod webchat;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::channel::{AnyChannel, Intake};
use crate::http::auth::Tokens;
use crate::http::problem::Problem;
use crate::model::id::AccountId;
use crate::runtime::health::Health;
use crate::runtime::ledger::Ledger;

/// What requests are served with.
pub struct Site {
    /// The documents.
    pub ledger: Arc<Ledger>,
    /// The door of each account.
    pub intakes: BTreeMap<AccountId, Intake>,
    /// Our accounts.
    pub channels: Arc<BTreeMap<AccountId, AnyChannel>>,
    /// How the accounts stand.
    pub health: Arc<Health>,
    /// Renders the metrics.
    pub metrics: PrometheusHandle,
    /// True once hark stops; streams end then.
    pub stopping: watch::Receiver<bool>,
}

/// Every route.
pub fn router(site: Arc<Site>, tokens: Tokens) -> Router {
    let (api, description) = OpenApiRouter::with_openapi(openapi::start())
        .nest("/api/v1", api(tokens))
        .split_for_parts();
    let description = openapi::finish(description);
    api.route(
        "/api/openapi.json",
        get(async move || Json(description.clone())),
    )
    .route("/healthz", get(probes::healthz))
    .route("/readyz", get(probes::readyz))
    .route("/metrics", get(probes::metrics))
    .merge(pages::routes())
    .merge(webchat::routes(Arc::clone(&site)))
    .fallback(async || Problem::not_found("there is nothing at this address"))
    .layer(CatchPanicLayer::custom(|_| {
        Problem::internal().into_response()
    }))
    .with_state(site)
}

/// The API. Each handler says itself where it is and what it answers; the description is made from that.
fn api(tokens: Tokens) -> OpenApiRouter<Arc<Site>> {
    OpenApiRouter::new()
        .routes(routes!(messages::list, messages::post))
        .routes(routes!(conversations::list))
        .routes(routes!(conversations::show))
        .routes(routes!(cases::list))
        .routes(routes!(cases::show))
        .routes(routes!(cases::claim))
        .routes(routes!(cases::reply))
        .routes(routes!(cases::note))
        .routes(routes!(cases::release))
        .routes(routes!(cases::resolve))
        .routes(routes!(events::stream))
        .routes(routes!(explain::post))
        .layer(from_fn_with_state(Arc::new(tokens), auth::check))
        .layer(DefaultBodyLimit::max(body::BODY_BYTES_MAX))
        .layer(map_response(problem::everywhere))
}

/// Serves until `stopping`, then lets open requests finish.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    mut stopping: watch::Receiver<bool>,
) -> std::io::Result<()> {
    axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            // The sender lives as long as the process; an error would mean the same as a stop.
            drop(stopping.wait_for(|stopping| *stopping).await);
        })
        .await
}
