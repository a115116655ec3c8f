//! What became of a message whose answer was lost, read back from its channel. It must never send.

use jiff::{SignedDuration, Timestamp};

use crate::channel::ChannelError;
use crate::channel::discord::rest::Rest;
use crate::channel::discord::wire;
use crate::model::delivery::{Attempted, Outbound};
use crate::model::id::MessageId;

/// How long Discord surely still knows a nonce. It says "the past few minutes".
/// <https://docs.discord.com/developers/resources/message#create-message>
pub(super) const NONCE_KNOWN: SignedDuration = SignedDuration::from_mins(2);

/// How far our clock and Discord's may differ.
const CLOCKS_DIFFER_MAX: SignedDuration = SignedDuration::from_mins(1);

/// How many pages are read before giving up: 2,000 messages since the attempt.
const PAGES_MAX: usize = 20;

/// Looks for `message` in everything written since the attempt. Not found in a complete list = certainly not sent.
pub(super) async fn read_back(rest: &Rest, message: &Outbound, since: Timestamp) -> Attempted {
    match find(rest, message, since).await {
        Ok(outcome) => outcome,
        Err(error) => Attempted::Unknown {
            reason: format!("the channel cannot be read back: {error}"),
        },
    }
}

async fn find(
    rest: &Rest,
    message: &Outbound,
    since: Timestamp,
) -> Result<Attempted, ChannelError> {
    let Some(channel) = wire::channel_of(message) else {
        return Ok(super::no_channel());
    };
    let me = rest.me().await?;
    let mut after = wire::snowflake_at(since.saturating_sub(CLOCKS_DIFFER_MAX).unwrap_or(since));
    for _ in 0..PAGES_MAX {
        let Some(page) = rest.messages_after(channel, after).await? else {
            return Ok(Attempted::Unknown {
                reason: "the channel may not be read back".to_owned(),
            });
        };
        let sent = page
            .messages
            .iter()
            .find(|listed| wire::is_sent_form(listed, message, me));
        if let Some(sent) = sent {
            return Ok(Attempted::Sent {
                message: Some(MessageId::new(format!("{channel}:{}", sent.id))),
            });
        }
        match page.messages.last() {
            Some(last) if page.more => after = last.id.get(),
            _ => {
                return Ok(Attempted::Later {
                    retry_after_s: None,
                    reason: "the channel does not hold it, so it was not sent".to_owned(),
                });
            }
        }
    }
    Ok(Attempted::Unknown {
        reason: "too much was written in the channel since to read it all back".to_owned(),
    })
}
