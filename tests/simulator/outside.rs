//! The networks and the desks: each takes, loses and refuses in its own way, and remembers what people got to see.
//!
//! The answers are those that hark's own channels and desks give for the same misfortune.

use std::collections::{BTreeMap, BTreeSet};

use hark::model::alert::Alert;
use hark::model::delivery::{Attempted, Outbound};
use hark::model::id::{DeliveryId, DeskName, MessageId};
use jiff::{SignedDuration, Timestamp};

use crate::faults::{Faults, Luck};

/// How long the network that can be read back also knows a message by its key, as Discord knows a nonce.
const NONCE_KNOWN: SignedDuration = SignedDuration::from_mins(2);

/// A message that the customer can see.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) delivery: DeliveryId,
    pub(crate) at: Timestamp,
}

/// Everything beyond hark.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    /// What customers see.
    pub(crate) posts: Vec<Post>,
    /// Every text that was ever sent under a key, shown or not.
    pub(crate) texts: BTreeMap<DeliveryId, BTreeSet<String>>,
    /// What each desk got, by the id that marks a repeat.
    pub(crate) alerts: BTreeMap<(DeskName, DeliveryId), Vec<Alert>>,
    /// Desks that answer nothing until then; the end of time = gone for good (410).
    pub(crate) desk_down: BTreeMap<DeskName, Timestamp>,
}

impl Outside {
    /// One call that sends a message.
    pub(crate) fn send(
        &mut self,
        message: &Outbound,
        faults: &mut Faults,
        now: Timestamp,
    ) -> Attempted {
        self.texts
            .entry(message.id.clone())
            .or_default()
            .insert(message.text.clone());
        let keyed = message.account.kind == "http";
        match faults.luck() {
            Luck::Fine => {
                self.show(message, now);
                Attempted::Sent {
                    message: Some(MessageId::new(format!("post {}", self.posts.len()))),
                }
            }
            Luck::LostAfter => {
                self.show(message, now);
                unknown("the connection broke")
            }
            Luck::LostBefore => unknown("the connection broke"),
            Luck::NoConnection => later(None, "cannot connect"),
            Luck::Busy(wait_s) => later(Some(wait_s), "answered 429"),
            Luck::ServerError => {
                // Behind a key it is safe to have done it and to fail then.
                if keyed && faults.happens(50) {
                    self.show(message, now);
                }
                later(None, "answered 503")
            }
            Luck::Refused => Attempted::Refused {
                reason: "answered 403".to_owned(),
            },
        }
    }

    /// Asking what became of an attempt that a crash cut off.
    pub(crate) fn settle(
        &mut self,
        message: &Outbound,
        since: Timestamp,
        faults: &mut Faults,
        now: Timestamp,
    ) -> Attempted {
        match message.account.kind.as_str() {
            "http" => self.send(message, faults, now),
            "discord" if now.duration_since(since) < NONCE_KNOWN => self.send(message, faults, now),
            "discord" => match faults.luck() {
                Luck::Fine if self.shown(&message.id).is_some() => {
                    Attempted::Sent { message: None }
                }
                Luck::Fine => later(None, "the channel does not hold it"),
                _ => unknown("the channel cannot be read back"),
            },
            _ => unknown("this network cannot tell whether it was sent"),
        }
    }

    /// One call that tells a desk.
    pub(crate) fn notify(
        &mut self,
        desk: &DeskName,
        id: &DeliveryId,
        alert: &Alert,
        faults: &mut Faults,
        now: Timestamp,
    ) -> Attempted {
        match self.desk_down.get(desk) {
            Some(until) if *until == Timestamp::MAX => {
                return Attempted::Refused {
                    reason: "the desk is gone (410)".to_owned(),
                };
            }
            Some(until) if *until > now => return later(None, "the desk does not answer"),
            Some(_) | None => {}
        }
        let luck = faults.luck();
        if matches!(luck, Luck::Fine | Luck::LostAfter) {
            self.alerts
                .entry((desk.clone(), id.clone()))
                .or_default()
                .push(alert.clone());
        }
        match luck {
            Luck::Fine => Attempted::Sent { message: None },
            Luck::Refused => Attempted::Refused {
                reason: "answered 403".to_owned(),
            },
            Luck::Busy(wait_s) => later(Some(wait_s), "answered 429"),
            Luck::LostAfter | Luck::LostBefore | Luck::NoConnection | Luck::ServerError => {
                later(None, "no good answer")
            }
        }
    }

    fn shown(&self, delivery: &DeliveryId) -> Option<&Post> {
        self.posts.iter().find(|post| post.delivery == *delivery)
    }

    /// The customer sees it, unless the network knows that this is a repeat.
    fn show(&mut self, message: &Outbound, now: Timestamp) {
        let repeat =
            self.shown(&message.id)
                .is_some_and(|post| match message.account.kind.as_str() {
                    "http" => true,
                    "discord" => now.duration_since(post.at) < NONCE_KNOWN,
                    _ => false,
                });
        if !repeat {
            self.posts.push(Post {
                delivery: message.id.clone(),
                at: now,
            });
        }
    }
}

fn later(retry_after_s: Option<u32>, reason: &str) -> Attempted {
    Attempted::Later {
        retry_after_s,
        reason: reason.to_owned(),
    }
}

fn unknown(reason: &str) -> Attempted {
    Attempted::Unknown {
        reason: reason.to_owned(),
    }
}
