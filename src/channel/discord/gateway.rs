//! The gateway: one socket on which Discord tells what happens. It must never decide what a message means.
//!
//! Why not serenity's client: it runs every event in a task of its own and so loses their order, keeps its tasks alive
//! after the future that started them is dropped, and ignores the address that Discord gives for resuming.
//! <https://docs.discord.com/developers/events/gateway>

use std::mem;
use std::ops::RangeInclusive;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use serenity::model::gateway::GatewayIntents;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::{Error as SocketError, Message as Frame};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use url::Url;

use crate::channel::ChannelError;
use crate::channel::discord::rest::Rest;
use crate::channel::discord::signal::{self, Closed, Happened, Session, Signal};
use crate::channel::discord::wire::Message;

/// What there is to take in.
#[derive(Debug)]
pub(super) enum Event {
    /// A new session: whatever was written before it is not replayed.
    Began(Arc<Session>),
    /// The old session goes on, and what was missed has been replayed.
    Resumed,
    /// Somebody wrote.
    Message {
        /// The session up to this message.
        session: Arc<Session>,
        /// What they wrote.
        message: Box<Message>,
    },
}

/// How long connecting and the first frame may take.
const OPEN_TIMEOUT: Duration = Duration::from_secs(15);

/// Pause before a session is resumed, so that a gateway which keeps closing is not stormed.
const RESUME_PAUSE: Duration = Duration::from_secs(1);

/// Before a new session Discord wants a random pause of 1 to 5 s.
/// <https://docs.discord.com/developers/events/gateway#resuming>
const IDENTIFY_PAUSE_MS: RangeInclusive<u64> = 1_000..=5_000;

/// What a socket says that was closed without a code (RFC 6455, 7.4.1).
const NO_CODE: u16 = 1005;

/// Listens until it cannot go on, over as many connections as it takes.
pub(super) async fn listen(
    rest: &Rest,
    resumable: Option<Arc<Session>>,
    queue: mpsc::Sender<Event>,
) -> ChannelError {
    let mut session = resumable.map(|session| Session::clone(&session));
    loop {
        let end = match Connection::open(rest, session.as_ref()).await {
            Ok(mut connection) => connection.listen(&mut session, &queue).await,
            Err(error) => return error,
        };
        match end {
            End::Resume => sleep(RESUME_PAUSE).await,
            End::Identify => {
                session = None;
                sleep(Duration::from_millis(fastrand::u64(IDENTIFY_PAUSE_MS))).await;
            }
            End::Stop(error) => return error,
        }
    }
}

/// How a connection ended.
enum End {
    /// The session lives on.
    Resume,
    /// The session is gone.
    Identify,
    /// Neither would help now.
    Stop(ChannelError),
}

struct Connection {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    interval: Duration,
    /// Whether the last heartbeat was answered.
    heard: bool,
    /// Whether the session is established: READY or RESUMED came.
    live: bool,
}

impl Connection {
    /// Connects, waits for Hello, and resumes `session` or begins a new one.
    async fn open(rest: &Rest, session: Option<&Session>) -> Result<Self, ChannelError> {
        let gateway = rest.gateway().await?;
        let starts = &gateway.session_start_limit;
        if session.is_none() && starts.remaining == 0 {
            return Err(ChannelError::SlowDown {
                retry_after_s: u32::try_from(starts.reset_after.div_ceil(1000)).unwrap_or(u32::MAX),
                reason: "no new session is left for today".to_owned(),
            });
        }
        let mut socket = match session {
            // The address of a session may be gone before the session is.
            Some(session) => match connect(&session.address).await {
                Ok(socket) => socket,
                Err(_) => connect(&gateway.url).await?,
            },
            None => connect(&gateway.url).await?,
        };
        let interval = hello(&mut socket).await?;
        let mut connection = Self {
            socket,
            interval,
            heard: true,
            live: false,
        };
        connection.say(&opening(rest.token(), session)).await?;
        Ok(connection)
    }

    /// Reads until the connection ends. The socket is read only while the queue has room: the session waits for a
    /// slow intake, it does not run over.
    async fn listen(&mut self, session: &mut Option<Session>, queue: &mpsc::Sender<Event>) -> End {
        let mut beat = pin!(sleep(self.interval.mul_f64(fastrand::f64())));
        loop {
            let ended = tokio::select! {
                () = beat.as_mut() => {
                    beat.set(sleep(self.interval));
                    if mem::take(&mut self.heard) {
                        self.beat(session.as_ref()).await
                    } else {
                        Err(self.lost("a heartbeat was not answered"))
                    }
                }
                next = next(&mut self.socket, queue) => match next {
                    Some((room, frame)) => self.react(frame, room, session).await,
                    None => Err(End::Stop(ChannelError::Unreachable(
                        "nobody takes messages in".to_owned(),
                    ))),
                },
            };
            if let Err(end) = ended {
                return end;
            }
        }
    }

    async fn react(
        &mut self,
        frame: Option<Result<Frame, SocketError>>,
        room: mpsc::Permit<'_, Event>,
        session: &mut Option<Session>,
    ) -> Result<(), End> {
        let signal = match frame {
            Some(Ok(Frame::Text(text))) => signal::read(&text),
            Some(Ok(Frame::Close(frame))) => {
                let code = frame.map_or(NO_CODE, |frame| frame.code.into());
                return Err(self.closed(code, session.as_ref()));
            }
            Some(Ok(_)) => return Ok(()),
            Some(Err(error)) => return Err(self.lost(&error.to_string())),
            None => return Err(self.lost("it closed without a word")),
        };
        match signal {
            Signal::Happened { seq, what } => {
                if let Some(event) = self.happened(seq, what, session) {
                    room.send(event);
                }
                Ok(())
            }
            Signal::BeatNow => self.beat(session.as_ref()).await,
            Signal::BeatHeard => {
                self.heard = true;
                Ok(())
            }
            Signal::Reconnect => Err(End::Resume),
            Signal::Invalid { resumable: true } => Err(self.lost("it may be resumed later")),
            Signal::Invalid { resumable: false } => Err(self.anew(session.as_ref())),
            Signal::Hello { .. } | Signal::Unknown => Ok(()),
        }
    }

    fn happened(
        &mut self,
        seq: u64,
        what: Happened,
        session: &mut Option<Session>,
    ) -> Option<Event> {
        if let Some(session) = session {
            session.seq = seq;
        }
        match what {
            Happened::Ready(begun) => {
                self.live = true;
                *session = Some(begun.clone());
                Some(Event::Began(Arc::new(begun)))
            }
            Happened::Resumed => {
                self.live = true;
                Some(Event::Resumed)
            }
            Happened::Message(message) => Some(Event::Message {
                session: Arc::new(session.clone()?),
                message,
            }),
            Happened::Other => None,
            Happened::Unreadable => {
                tracing::error!(seq, "Discord sent an event that hark cannot read");
                None
            }
        }
    }

    /// A session that was established is resumed at once; otherwise the supervisor waits, longer each time.
    fn lost(&self, reason: &str) -> End {
        if self.live {
            End::Resume
        } else {
            End::Stop(ChannelError::Unreachable(format!(
                "the connection to the Discord gateway was lost: {reason}"
            )))
        }
    }

    fn closed(&self, code: u16, session: Option<&Session>) -> End {
        match signal::closed(code) {
            Closed::Resume => self.lost(&format!("it closed with code {code}")),
            Closed::Identify => self.anew(session),
            Closed::Stop(error) => End::Stop(error),
        }
    }

    /// A session that is gone is followed by a new one. A new one that is refused is not asked for again at once:
    /// Discord counts them.
    fn anew(&self, session: Option<&Session>) -> End {
        if session.is_some() {
            End::Identify
        } else {
            self.lost("no session was given")
        }
    }

    async fn beat(&mut self, session: Option<&Session>) -> Result<(), End> {
        let seq = session.map(|session| session.seq);
        let said = self.say(&json!({ "op": 1, "d": seq })).await;
        said.map_err(|error| self.lost(&error.to_string()))
    }

    async fn say(&mut self, payload: &Value) -> Result<(), ChannelError> {
        self.socket
            .send(Frame::text(payload.to_string()))
            .await
            .map_err(|error| unreachable(&error))
    }
}

/// The next frame, once the queue has room for what it may bring; `None` where the queue is gone.
async fn next<'a>(
    socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>,
    queue: &'a mpsc::Sender<Event>,
) -> Option<(mpsc::Permit<'a, Event>, Option<Result<Frame, SocketError>>)> {
    let room = queue.reserve().await.ok()?;
    tokio::select! {
        frame = socket.next() => Some((room, frame)),
        () = queue.closed() => None,
    }
}

async fn connect(
    address: &str,
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, ChannelError> {
    let mut url = Url::parse(address).map_err(|error| unreachable(&error))?;
    url.set_query(Some("v=10&encoding=json"));
    let connecting = connect_async_with_config(url.as_str(), None, true);
    match timeout(OPEN_TIMEOUT, connecting).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(error)) => Err(unreachable(&error)),
        Err(elapsed) => Err(unreachable(&elapsed)),
    }
}

/// Waits for the first frame: how often the gateway wants a heartbeat.
async fn hello(
    socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>,
) -> Result<Duration, ChannelError> {
    match timeout(OPEN_TIMEOUT, socket.next()).await {
        Ok(Some(Ok(Frame::Text(text)))) => match signal::read(&text) {
            Signal::Hello { interval } => Ok(interval),
            _ => Err(unreachable(&"it did not begin with Hello")),
        },
        Ok(Some(Ok(_)) | None) => Err(unreachable(&"it closed before Hello")),
        Ok(Some(Err(error))) => Err(unreachable(&error)),
        Err(elapsed) => Err(unreachable(&elapsed)),
    }
}

/// op 6 Resume or op 2 Identify.
fn opening(token: &str, session: Option<&Session>) -> Value {
    match session {
        Some(session) => json!({ "op": 6, "d": {
            "token": token,
            "session_id": session.id,
            "seq": session.seq,
        }}),
        None => json!({ "op": 2, "d": {
            "token": token,
            "intents": intents().bits(),
            "properties": { "os": std::env::consts::OS, "browser": "hark", "device": "hark" },
        }}),
    }
}

/// What hark asks to be told. `MESSAGE_CONTENT` is the one that an operator must switch on first.
fn intents() -> GatewayIntents {
    GatewayIntents::GUILDS
        | GatewayIntents::GUILD_MESSAGES
        | GatewayIntents::DIRECT_MESSAGES
        | GatewayIntents::MESSAGE_CONTENT
}

fn unreachable(reason: &impl std::fmt::Display) -> ChannelError {
    ChannelError::Unreachable(format!("the Discord gateway does not answer: {reason}"))
}
