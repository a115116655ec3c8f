//! The socket behind the web chat: `GET /webchat/<account>/socket`.
//!
//! It carries frames between a page, the intake and the stored conversation; it decides nothing. A message is `taken`
//! only after the intake says that it is on disk, and a line is shown only after it was read from there.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::get;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::channel::webchat::config::PageOrigin;
use crate::channel::webchat::wire::{self, FRAME_BYTES_MAX, FromPage, Reason, Refused, ToPage};
use crate::channel::{AnyChannel, Intake, NotAccepted};
use crate::clock;
use crate::http::Site;
use crate::http::problem::Problem;
use crate::model::conversation::Conversation;
use crate::model::id::{AccountId, AuthorId, ConversationId, MessageId};
use crate::store::document::conversation_key;

/// Most open chats; each costs a file descriptor and some 40 kB. What is beyond is told to come back.
const SOCKETS_MAX: usize = 10_000;
/// A page says `hello` as soon as the socket is open.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// Proxies commonly close what is silent for 60 s.
const PING_EVERY: Duration = Duration::from_secs(25);
/// Pings without any sign of life before the page counts as gone.
const UNANSWERED_PINGS_MAX: u32 = 2;
/// A page that does not read for this long is cut off; it comes back and asks for what it missed.
const WRITE_WITHIN: Duration = Duration::from_secs(10);
/// Longest wait for a page to answer a farewell.
const FAREWELL_WITHIN: Duration = Duration::from_secs(1);
/// A visitor may say this many messages at once …
const BURST: f64 = 8.0;
/// … and then one in this many seconds.
const SECONDS_PER_MESSAGE: f64 = 1.0;
/// Frames refused on one socket before it is closed: no page of ours gets here.
const REFUSALS_MAX: u32 = 50;

/// What the sockets share.
#[derive(Clone)]
struct Chats {
    site: Arc<Site>,
    /// One for each socket that may still be opened.
    seats: Arc<Semaphore>,
}

/// The routes.
pub fn routes(site: Arc<Site>) -> Router<Arc<Site>> {
    let seats = Arc::new(Semaphore::new(SOCKETS_MAX));
    Router::new()
        .route("/webchat/{account}/socket", get(open))
        .with_state(Chats { site, seats })
}

async fn open(
    State(chats): State<Chats>,
    Path(name): Path<String>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let account = AccountId::new("webchat", name);
    let site = chats.site;
    let (Some(AnyChannel::Webchat(chat)), Some(intake)) = (
        site.channels.get(&account),
        site.intakes.get(&account).cloned(),
    ) else {
        return Err(Problem::not_found(format!("there is no account {account}")));
    };
    if !may_embed(&headers, &chat.allowed_origins) {
        return Err(Problem::forbidden(format!(
            "this page is not in allowed_origins of {account}"
        )));
    }
    let seat = chats
        .seats
        .try_acquire_owned()
        .map_err(|_| Problem::unavailable("too many chats are open"))?;
    Ok(upgrade
        .max_message_size(FRAME_BYTES_MAX)
        .max_frame_size(FRAME_BYTES_MAX)
        .on_upgrade(async move |socket| {
            serve(socket, &site, &intake).await;
            drop(seat);
        }))
}

/// Whether the page that opens the socket is hark's own or a listed one.
///
/// A browser always states the origin and no script can change it. What states none is no page, so there is no visitor
/// of somebody else's page to protect.
fn may_embed(headers: &HeaderMap, allowed: &[PageOrigin]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let Some(origin) = origin.to_str().ok() else {
        return false;
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let own = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"))
        .zip(host)
        .is_some_and(|(authority, host)| authority.eq_ignore_ascii_case(host));
    own || PageOrigin::parse(origin).is_some_and(|origin| allowed.contains(&origin))
}

/// Why a socket ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The page left, or does not answer any more.
    Gone,
    /// hark is stopping.
    Stopping,
    /// The page does not keep to the protocol: an unknown frame, one larger than any message can make it, too many.
    Unwanted,
    /// The store cannot be read, or the conversation was erased: the page must begin anew.
    Failed,
}

async fn serve(mut socket: WebSocket, site: &Site, intake: &Intake) {
    let mut stopping = site.stopping.clone();
    let end = tokio::select! {
        end = converse(&mut socket, site, intake) => end,
        _ = stopping.wait_for(|stopping| *stopping) => End::Stopping,
    };
    let (code, reason) = match end {
        End::Gone => return,
        End::Stopping => (close_code::RESTART, "restarting"),
        End::Unwanted => (close_code::POLICY, "protocol"),
        End::Failed => (close_code::AGAIN, "try again"),
    };
    let close = Message::Close(Some(CloseFrame {
        code,
        reason: Utf8Bytes::from_static(reason),
    }));
    // The page may be gone already, and then needs no farewell.
    drop(timeout(FAREWELL_WITHIN, farewell(&mut socket, close)).await);
}

/// Closes the socket and waits until the page closes it too. What the page wrote meanwhile is read and dropped: a socket
/// that is let go with something unread is reset, and the page loses what was on its way to it (RFC 6455, 7.1.1).
async fn farewell(socket: &mut WebSocket, close: Message) -> Result<(), axum::Error> {
    socket.send(close).await?;
    while let Some(frame) = socket.recv().await {
        frame?;
    }
    Ok(())
}

async fn converse(socket: &mut WebSocket, site: &Site, intake: &Intake) -> End {
    match timeout(HELLO_WITHIN, hello(socket)).await {
        Err(_) => End::Unwanted,
        Ok(Err(end)) => end,
        Ok(Ok((visitor, after))) => {
            let mut session = Session::new(socket, site, intake, visitor, after);
            match session.run().await {
                Ok(never) => match never {},
                Err(end) => end,
            }
        }
    }
}

/// The first frame must be `hello`.
async fn hello(socket: &mut WebSocket) -> Result<(AuthorId, Option<u64>), End> {
    loop {
        let Some(text) = next_text(socket).await? else {
            continue;
        };
        let refused = match wire::read(&text) {
            Ok(FromPage::Hello { visitor, after }) => return Ok((visitor, after)),
            Ok(FromPage::Say { id, .. }) => Refused {
                id: Some(id),
                reason: Reason::OutOfOrder,
            },
            Err(refused) => refused,
        };
        write(socket, &refused.into()).await?;
        return Err(End::Unwanted);
    }
}

/// The next frame; `None` for a sign of life that says nothing.
async fn next_text(socket: &mut WebSocket) -> Result<Option<Utf8Bytes>, End> {
    match socket.recv().await {
        Some(Ok(Message::Text(text))) => Ok(Some(text)),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Close(_))) | None => Err(End::Gone),
        Some(Ok(Message::Binary(_)) | Err(_)) => Err(End::Unwanted),
    }
}

async fn write(socket: &mut WebSocket, frame: &ToPage) -> Result<(), End> {
    let text = serde_json::to_string(frame).map_err(|_| End::Failed)?;
    send(socket, Message::Text(text.into())).await
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), End> {
    match timeout(WRITE_WITHIN, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    }
}

/// One page of one known visitor.
struct Session<'a> {
    socket: &'a mut WebSocket,
    site: &'a Site,
    intake: &'a Intake,
    visitor: AuthorId,
    id: ConversationId,
    /// The last line the page has.
    after: Option<u64>,
    pace: Pace,
    refusals: u32,
    unanswered_pings: u32,
}

impl<'a> Session<'a> {
    fn new(
        socket: &'a mut WebSocket,
        site: &'a Site,
        intake: &'a Intake,
        visitor: AuthorId,
        after: Option<u64>,
    ) -> Self {
        let id = ConversationId::of(intake.account(), None, &visitor, false);
        Self {
            socket,
            site,
            intake,
            visitor,
            id,
            after,
            pace: Pace::new(clock::now()),
            refusals: 0,
            unanswered_pings: 0,
        }
    }

    async fn run(&mut self) -> Result<Infallible, End> {
        // Watching begins before the first reading, so nothing can be committed unseen between the two.
        let mut changes = self.site.ledger.store().watch(&conversation_key(&self.id));
        let mut heartbeat = interval(PING_EVERY);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.greet().await?;
        loop {
            tokio::select! {
                text = next_text(self.socket) => {
                    let text = text?;
                    self.unanswered_pings = 0;
                    if let Some(text) = text {
                        self.hear(&text).await?;
                    }
                }
                // Missing some changes does no harm, since each one leads to the same reading.
                change = changes.next() => match change {
                    Some(_) => self.show_new_lines().await?,
                    None => return Err(End::Stopping),
                },
                _ = heartbeat.tick() => self.ping().await?,
            }
        }
    }

    async fn conversation(&mut self) -> Result<Option<Conversation>, End> {
        let read = self.site.ledger.conversation(&self.id).await;
        read.map_err(|_| End::Failed)
    }

    async fn greet(&mut self) -> Result<(), End> {
        let conversation = self.conversation().await?;
        let restart = self
            .after
            .is_some_and(|after| wire::is_beyond(conversation.as_ref(), after));
        if restart {
            self.after = None;
        }
        write(self.socket, &ToPage::Ready { restart }).await?;
        match conversation {
            Some(conversation) => self.show(&conversation).await,
            None => Ok(()),
        }
    }

    async fn show_new_lines(&mut self) -> Result<(), End> {
        match self.conversation().await? {
            Some(conversation) => self.show(&conversation).await,
            None => Err(End::Failed),
        }
    }

    async fn show(&mut self, conversation: &Conversation) -> Result<(), End> {
        for (number, line) in wire::lines(conversation, self.after) {
            write(self.socket, &line).await?;
            self.after = Some(number);
        }
        Ok(())
    }

    async fn hear(&mut self, text: &str) -> Result<(), End> {
        let answer = match wire::read(text) {
            Ok(FromPage::Say { id, text }) => self.take(id, text).await,
            Ok(FromPage::Hello { .. }) => Err(Refused {
                id: None,
                reason: Reason::OutOfOrder,
            }),
            Err(refused) => Err(refused),
        };
        match answer {
            Ok(id) => write(self.socket, &ToPage::Taken { id }).await,
            Err(refused) => self.refuse(refused).await,
        }
    }

    async fn take(&mut self, id: MessageId, text: String) -> Result<MessageId, Refused> {
        let now = clock::now();
        if !self.pace.allows(now) {
            return Err(Refused {
                id: Some(id),
                reason: Reason::TooFast,
            });
        }
        let message = wire::inbound(self.intake.account(), &self.visitor, id.clone(), text, now);
        match self.intake.accept(message).await {
            Ok(_) => Ok(id),
            Err(NotAccepted::Later(_)) => Err(Refused {
                id: Some(id),
                reason: Reason::Later,
            }),
        }
    }

    async fn refuse(&mut self, refused: Refused) -> Result<(), End> {
        write(self.socket, &refused.into()).await?;
        self.refusals += 1;
        if self.refusals < REFUSALS_MAX {
            Ok(())
        } else {
            Err(End::Unwanted)
        }
    }

    async fn ping(&mut self) -> Result<(), End> {
        if self.unanswered_pings >= UNANSWERED_PINGS_MAX {
            return Err(End::Gone);
        }
        self.unanswered_pings += 1;
        send(self.socket, Message::Ping(Bytes::new())).await
    }
}

/// How fast one socket may speak: a bucket of [`BURST`] messages that fills up again.
#[derive(Debug)]
struct Pace {
    left: f64,
    at: Timestamp,
}

impl Pace {
    fn new(now: Timestamp) -> Self {
        Self {
            left: BURST,
            at: now,
        }
    }

    fn allows(&mut self, now: Timestamp) -> bool {
        let seconds = now.duration_since(self.at).as_secs_f64().max(0.0);
        self.at = now;
        self.left = (self.left + seconds / SECONDS_PER_MESSAGE).min(BURST);
        if self.left < 1.0 {
            return false;
        }
        self.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_our_own_and_listed_pages_may_embed_the_chat() {
        let allowed = [PageOrigin::parse("https://www.northwind.example").expect("an origin")];
        for (origin, host, may) in [
            (None, "hark.example", true),
            (Some("https://hark.example"), "hark.example", true),
            (Some("http://127.0.0.1:8080"), "127.0.0.1:8080", true),
            (Some("http://127.0.0.1:8081"), "127.0.0.1:8080", false),
            (Some("https://www.northwind.example"), "hark.example", true),
            (
                Some("https://www.northwind.example:443"),
                "hark.example",
                true,
            ),
            (Some("http://www.northwind.example"), "hark.example", false),
            (
                Some("https://www.northwind.example.evil.example"),
                "hark.example",
                false,
            ),
            (Some("https://evil.example"), "hark.example", false),
            (Some("null"), "hark.example", false),
            (Some("hark.example"), "hark.example", false),
            (Some(""), "hark.example", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            assert_eq!(may_embed(&headers, &allowed), may, "{origin:?} on {host}");
        }
    }

    #[test]
    fn a_burst_is_taken_and_then_one_a_second() {
        let at = |millisecond| Timestamp::from_millisecond(millisecond).expect("in range");
        let mut pace = Pace::new(at(0));
        let burst = (0..20).filter(|_| pace.allows(at(0))).count();
        assert_eq!(burst, 8);
        for (millisecond, allowed) in [
            (900, false),
            (1_000, true),
            (1_000, false),
            (500, false),
            (3_000, true),
        ] {
            assert_eq!(pace.allows(at(millisecond)), allowed, "{millisecond}");
        }
        let after_an_hour = (0..20).filter(|_| pace.allows(at(3_600_000))).count();
        assert_eq!(after_an_hour, 8);
    }
}
