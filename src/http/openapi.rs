//! `/api/openapi.json`, made from the very routes and types that are served.

use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, Ref, ResponseBuilder};

use crate::http::problem::{PROBLEM_JSON, Problem};

/// The API, without its routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "hark",
        description = "Take messages in, see and answer cases, ask what would be decided. Errors are RFC 9457 problem \
        details; `Idempotency-Key` is honoured on POST. A method that an address does not take is refused with 405, \
        and `Allow` names those that it takes."
    ),
    components(schemas(Problem)),
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

/// What each refusal means. A handler names the statuses of its own; the words are the same everywhere.
const REFUSALS: &[(&str, &str)] = &[
    (
        "400",
        "The address, the query or the body is not understood; `errors` has each fault with its place.",
    ),
    (
        "401",
        "A token is needed, `Authorization: Bearer <token>` with one from `http.tokens`.",
    ),
    (
        "403",
        "Where no tokens are set: the request comes from a page that hark did not serve, or under a name that is not loopback.",
    ),
    ("404", "There is nothing under this name."),
    (
        "409",
        "Not possible as things stand; `detail` says who or what is in the way.",
    ),
    ("413", "The body, or the text in it, is too long."),
    (
        "422",
        "The text is empty, or longer than the customer's network takes.",
    ),
    ("500", "hark failed; its log has the place."),
    (
        "503",
        "Not now: hark is stopping, or its store does not work. Send it again later.",
    ),
];

/// The refusals that every request can meet.
const EVERYWHERE: [&str; 3] = ["401", "403", "500"];

/// What the routes are added to.
pub fn start() -> utoipa::openapi::OpenApi {
    Api::openapi()
}

/// Says of every refusal what it means and that it is a problem document.
pub fn finish(mut openapi: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    for item in openapi.paths.paths.values_mut() {
        for operation in operations(item) {
            describe_refusals(operation);
        }
    }
    openapi
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    item.get.iter_mut().chain(item.post.iter_mut())
}

fn describe_refusals(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    for (status, meaning) in REFUSALS {
        if EVERYWHERE.contains(status) || responses.contains_key(*status) {
            let problem = Content::new(Some(Ref::from_schema_name("Problem")));
            let response = ResponseBuilder::new()
                .description(*meaning)
                .content(PROBLEM_JSON, problem);
            responses.insert((*status).to_owned(), response.build().into());
        }
    }
}
