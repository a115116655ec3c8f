//! Hands what the gateway brings to the intake, in order, after what was written while we were away.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use serenity::model::id::{ChannelId, UserId};
use tokio::sync::mpsc::{self, error::TryRecvError};

use crate::channel::discord::gateway::Event;
use crate::channel::discord::rest::Rest;
use crate::channel::discord::signal::Session;
use crate::channel::discord::wire::{self, Message};
use crate::channel::{ChannelError, Intake, NotAccepted};
use crate::model::network::Visibility;

/// One run of taking in.
pub(super) struct Taking<'a> {
    rest: &'a Rest,
    intake: &'a Intake,
    /// The session up to what was taken in: where the gateway is resumed after a failure.
    taken: &'a ArcSwapOption<Session>,
    /// The session up to the last event.
    session: Option<Arc<Session>>,
    /// The last message taken in, by channel.
    bookmarks: BTreeMap<ChannelId, u64>,
    /// Channels that were not yet read from their bookmark on, since the session began.
    behind: BTreeMap<ChannelId, u64>,
}

impl<'a> Taking<'a> {
    /// Reads the bookmarks.
    pub(super) async fn start(
        rest: &'a Rest,
        intake: &'a Intake,
        taken: &'a ArcSwapOption<Session>,
    ) -> Result<Self, ChannelError> {
        let stored = intake.bookmarks().await.map_err(not_accepted)?;
        let bookmarks = stored
            .iter()
            .filter_map(|(channel, id)| Some((channel.parse().ok()?, id.parse().ok()?)))
            .collect();
        Ok(Self {
            rest,
            intake,
            taken,
            session: None,
            bookmarks,
            behind: BTreeMap::new(),
        })
    }

    /// Takes in until the gateway ends; what waits in `events` is still taken in then.
    ///
    /// A new session replays nothing, so every channel with a bookmark is read from there on: when somebody writes in
    /// it, before their message is taken in, and otherwise while nobody writes. A customer who writes now does not wait
    /// for thousands of silent channels. What comes both ways is the same message to the inbox.
    pub(super) async fn all(
        mut self,
        mut events: mpsc::Receiver<Event>,
    ) -> Result<(), ChannelError> {
        loop {
            let event = match events.try_recv() {
                Err(TryRecvError::Empty) if self.behind.is_empty() => events.recv().await,
                Err(TryRecvError::Empty) => {
                    self.catch_up_one().await?;
                    continue;
                }
                waiting => waiting.ok(),
            };
            match event {
                Some(event) => self.event(event).await?,
                None => return Ok(()),
            }
        }
    }

    async fn event(&mut self, event: Event) -> Result<(), ChannelError> {
        match event {
            Event::Began(session) => {
                self.intake.connected().await;
                self.behind = self.bookmarks.clone();
                self.reached(session);
            }
            Event::Resumed => self.intake.connected().await,
            Event::Message { session, message } => {
                let channel = message.channel_id;
                if let Some(after) = self.behind.remove(&channel) {
                    self.catch_up(channel, after, session.me).await?;
                }
                let visibility = wire::visibility(message.guild_id);
                self.one(&message, session.me, visibility).await?;
                self.reached(session);
            }
        }
        Ok(())
    }

    /// While a channel is still behind, a failure must begin a new session: resuming this one would skip the channel.
    fn reached(&mut self, session: Arc<Session>) {
        if self.behind.is_empty() {
            self.taken.store(Some(session.clone()));
        }
        self.session = Some(session);
    }

    async fn catch_up_one(&mut self) -> Result<(), ChannelError> {
        let Some(session) = self.session.clone() else {
            return Ok(());
        };
        if let Some((channel, after)) = self.behind.pop_last() {
            self.catch_up(channel, after, session.me).await?;
        }
        self.reached(session);
        Ok(())
    }

    /// Takes in what was written in `channel` after its bookmark.
    async fn catch_up(
        &mut self,
        channel: ChannelId,
        after: u64,
        me: UserId,
    ) -> Result<(), ChannelError> {
        match self.unread(channel, after).await? {
            Some(visibility) => self.read_on(channel, after, me, visibility).await,
            None => Ok(()),
        }
    }

    /// Who reads `channel`, where something newer than `after` is in it.
    async fn unread(
        &self,
        channel: ChannelId,
        after: u64,
    ) -> Result<Option<Visibility>, ChannelError> {
        let Some(found) = patiently(|| self.rest.channel(channel)).await? else {
            tracing::warn!(account = %self.intake.account(), %channel, "channel is no longer readable");
            return Ok(None);
        };
        let has_news = found.last_message_id.is_none_or(|last| last.get() > after);
        Ok(has_news.then(|| wire::visibility(found.guild_id)))
    }

    async fn read_on(
        &mut self,
        channel: ChannelId,
        mut after: u64,
        me: UserId,
        visibility: Visibility,
    ) -> Result<(), ChannelError> {
        loop {
            let read = patiently(|| self.rest.messages_after(channel, after)).await?;
            let Some(page) = read else {
                tracing::warn!(account = %self.intake.account(), %channel, "channel history is not readable");
                return Ok(());
            };
            for message in &page.messages {
                self.one(message, me, visibility).await?;
                after = message.id.get();
            }
            if !page.more {
                return Ok(());
            }
        }
    }

    async fn one(
        &mut self,
        message: &Message,
        me: UserId,
        visibility: Visibility,
    ) -> Result<(), ChannelError> {
        let account = self.intake.account();
        let Some(inbound) = wire::inbound(message, account, me, visibility) else {
            return Ok(());
        };
        self.intake.accept(inbound).await.map_err(not_accepted)?;
        let (channel, id) = (message.channel_id, message.id.get());
        let bookmark = self.bookmarks.entry(channel).or_default();
        if id > *bookmark {
            *bookmark = id;
            self.intake
                .save_bookmark(&channel.to_string(), &id.to_string())
                .await
                .map_err(not_accepted)?;
        }
        Ok(())
    }
}

/// Waits as long as Discord asks, however often: catching up is not sending, and giving up would begin it anew.
async fn patiently<T, F>(call: impl Fn() -> F) -> Result<T, ChannelError>
where
    F: Future<Output = Result<T, ChannelError>>,
{
    loop {
        match call().await {
            Err(ChannelError::SlowDown { retry_after_s, .. }) => {
                tokio::time::sleep(Duration::from_secs(retry_after_s.into())).await;
            }
            other => return other,
        }
    }
}

fn not_accepted(NotAccepted::Later(reason): NotAccepted) -> ChannelError {
    ChannelError::Unreachable(format!("not taken in: {reason}"))
}
