//! `/api/v1/events`: what changes, as it changes (server-sent events).

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use futures::stream::unfold;
use serde::Serialize;

use crate::http::Site;
use crate::model::conversation::Conversation;
use crate::model::id::ConversationId;
use crate::store::{Watch, document};

/// One change.
#[derive(Debug, Serialize)]
struct Changed<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    conversation: Option<&'a str>,
    case: Option<String>,
}

/// Streams changes of conversations. A client that was too slow gets `resync` and should read again what it shows.
#[utoipa::path(get, path = "/events", operation_id = "follow_events", responses(
    (status = 200, description = "Server-sent events, each with a JSON object: `type`, `conversation`, `case`.", body = String, content_type = "text/event-stream"),
))]
pub async fn stream(
    State(site): State<Arc<Site>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let watch = site
        .ledger
        .store()
        .watch(&document::prefix::<Conversation>());
    let events = unfold((site, watch), async |(site, watch)| next(site, watch).await);
    Sse::new(events).keep_alive(KeepAlive::default())
}

async fn next(
    site: Arc<Site>,
    mut watch: Watch,
) -> Option<(Result<Event, Infallible>, (Arc<Site>, Watch))> {
    let mut stopping = site.stopping.clone();
    let change = tokio::select! {
        change = watch.next() => change?,
        _ = stopping.wait_for(|stopping| *stopping) => return None,
    };
    let event = match change {
        Err(_) => event(&Changed {
            kind: "resync",
            conversation: None,
            case: None,
        }),
        Ok(change) => {
            let id = ConversationId::new(
                change
                    .key
                    .trim_start_matches(&document::prefix::<Conversation>()),
            );
            let conversation = site.ledger.conversation(&id).await.ok().flatten();
            let case = conversation
                .as_ref()
                .and_then(|conversation| conversation.case.as_ref());
            let name = conversation
                .as_ref()
                .map_or(id.as_str(), Conversation::public_name);
            event(&Changed {
                kind: "conversation.changed",
                conversation: Some(name),
                case: case.map(|case| case.number.to_string()),
            })
        }
    };
    Some((Ok(event), (site, watch)))
}

fn event(changed: &Changed<'_>) -> Event {
    Event::default().json_data(changed).unwrap_or_default()
}
