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

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{get, post};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;

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
    let api = Router::new()
        .route("/messages", get(messages::list).post(messages::post))
        .route("/conversations", get(conversations::list))
        .route("/conversations/{id}", get(conversations::show))
        .route("/cases", get(cases::list))
        .route("/cases/{id}", get(cases::show))
        .route("/cases/{id}/claim", post(cases::claim))
        .route("/cases/{id}/reply", post(cases::reply))
        .route("/cases/{id}/note", post(cases::note))
        .route("/cases/{id}/release", post(cases::release))
        .route("/cases/{id}/resolve", post(cases::resolve))
        .route("/events", get(events::stream))
        .route("/explain", post(explain::post))
        .layer(from_fn_with_state(Arc::new(tokens), auth::check))
        .layer(DefaultBodyLimit::max(body::BODY_BYTES_MAX))
        .layer(map_response(problem::everywhere));
    Router::new()
        .nest("/api/v1", api)
        .route("/api/openapi.json", get(openapi::describe))
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(probes::readyz))
        .route("/metrics", get(probes::metrics))
        .merge(pages::routes())
        .merge(webchat::routes(Arc::clone(&site)))
        .fallback(async || Problem::not_found("there is nothing at this address"))
        .layer(CatchPanicLayer::new())
        .with_state(site)
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
