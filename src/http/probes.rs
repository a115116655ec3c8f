//! `/healthz`, `/readyz`, `/metrics`: for the machines that watch hark.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;

use crate::http::Site;
use crate::runtime::health::AccountHealth;

/// What `/readyz` says.
#[derive(Debug, Serialize)]
struct Readiness {
    ready: bool,
    store: String,
    accounts: BTreeMap<String, AccountHealth>,
}

/// The process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The store works, so messages are taken in. An account whose network is down is shown, and does not make hark unready:
/// the others go on.
pub async fn readyz(State(site): State<Arc<Site>>) -> impl IntoResponse {
    let store = site.ledger.store().get("readyz").await;
    let stopping = *site.stopping.borrow();
    let ready = store.is_ok() && !stopping;
    let body = Readiness {
        ready,
        store: store.map_or_else(|error| error.to_string(), |_| "ok".to_owned()),
        accounts: site
            .health
            .accounts()
            .into_iter()
            .map(|(account, health)| (account.to_string(), health))
            .collect(),
    };
    (
        if ready {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        },
        Json(body),
    )
}

/// Prometheus text format.
pub async fn metrics(State(site): State<Arc<Site>>) -> impl IntoResponse {
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        site.metrics.render(),
    )
}
