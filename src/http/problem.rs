//! Errors as RFC 9457 problem details.

use axum::body::to_bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, for a program and for the person behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// The HTTP status again, as RFC 9457 has it.
    pub status: u16,
    /// The kind of problem, always the same words for the same kind.
    pub title: &'static str,
    /// What it is this time and what to do.
    pub detail: String,
    /// Each fault of the request with its place, where the request is at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
}

impl Problem {
    fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status: status.as_u16(),
            title,
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    /// 400, with every fault and its place.
    pub fn bad_request(errors: Vec<String>) -> Self {
        let detail = errors.join("; ");
        Self {
            errors,
            ..Self::new(
                StatusCode::BAD_REQUEST,
                "the request is not understood",
                detail,
            )
        }
    }

    /// 401
    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "a token is needed",
            "send `Authorization: Bearer <token>` with a token from `http.tokens`",
        )
    }

    /// 403
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "not allowed", detail)
    }

    /// 404
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not found", what)
    }

    /// 409
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "not possible now", detail)
    }

    /// 413
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too large", detail)
    }

    /// 422: a text that cannot be sent or kept.
    pub fn unsuitable_text(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "the text cannot be used",
            detail,
        )
    }

    /// 500; the log has more.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "hark failed",
            "the log has the place",
        )
    }

    /// 503
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "not now", detail)
    }
}

/// Longest text of the framework's own that is passed on, in bytes.
const DETAIL_BYTES_MAX: usize = 4 * 1024;
/// What marks a problem document: <https://www.rfc-editor.org/rfc/rfc9457#section-3>.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Makes problem documents of refusals that are the framework's own: a body that is too long, a query that is not
/// understood, a method that an address does not take.
pub async fn everywhere(response: Response) -> Response {
    let (status, headers) = (response.status(), response.headers().clone());
    if !(status.is_client_error() || status.is_server_error())
        || headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind == PROBLEM_JSON)
    {
        return response;
    }
    let text = to_bytes(response.into_body(), DETAIL_BYTES_MAX)
        .await
        .unwrap_or_default();
    let detail = String::from_utf8_lossy(&text).into_owned();
    let mut response = Problem::new(
        status,
        status.canonical_reason().unwrap_or("refused"),
        detail,
    )
    .into_response();
    if let Some(allowed) = headers.get(header::ALLOW) {
        response
            .headers_mut()
            .insert(header::ALLOW, allowed.clone());
    }
    response
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(&self)).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
