//! Hands what the gateway brings to the intake, in order, after what was written while we were away.

use std::collections::BTreeMap;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use serenity::model::id::{ChannelId, UserId};
use tokio::sync::mpsc;

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
    /// The last message taken in, by channel.
    bookmarks: BTreeMap<ChannelId, u64>,
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
            bookmarks,
        })
    }

    /// Takes in until the gateway ends; what waits in `events` is still taken in then.
    pub(super) async fn all(
        mut self,
        mut events: mpsc::Receiver<Event>,
    ) -> Result<(), ChannelError> {
        while let Some(event) = events.recv().await {
            match event {
                Event::Began(session) => {
                    let me = session.me;
                    self.intake.connected().await;
                    self.catch_up(me).await?;
                    self.taken.store(Some(session));
                }
                Event::Resumed => self.intake.connected().await,
                Event::Message { session, message } => {
                    let visibility = wire::visibility(message.guild_id);
                    self.one(&message, session.me, visibility).await?;
                    self.taken.store(Some(session));
                }
            }
        }
        Ok(())
    }

    /// A new session replays nothing, so every channel we know is read from its bookmark on. What the gateway brings
    /// meanwhile waits; what comes both ways is the same message to the inbox.
    async fn catch_up(&mut self, me: UserId) -> Result<(), ChannelError> {
        for (channel, after) in self.bookmarks.clone() {
            if let Some(visibility) = self.unread(channel, after).await? {
                self.read_on(channel, after, me, visibility).await?;
            }
        }
        Ok(())
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
