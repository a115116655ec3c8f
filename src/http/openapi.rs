//! `/api/openapi.json`, made from the very types that are served.

use axum::Json;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use crate::http::{cases, conversations, events, explain, messages};

/// The API.
#[derive(OpenApi)]
#[openapi(
    info(title = "hark", description = "Take messages in, see and answer cases, ask what would be decided. Errors are RFC 9457 problem details; `Idempotency-Key` is honoured on POST."),
    paths(
        messages::post, messages::list, conversations::list, conversations::show, cases::list, cases::show,
        cases::claim, cases::reply, cases::note, cases::release, cases::resolve, explain::post, events::stream,
    ),
    security(("bearer" = [])),
    modifiers(&Bearer),
)]
struct Api;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme(
            "bearer",
            SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
        );
    }
}

/// The description.
pub async fn describe() -> Json<utoipa::openapi::OpenApi> {
    Json(Api::openapi())
}
