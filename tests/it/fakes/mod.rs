//! Fake networks, ours: as strict as the real ones, and able to fail on demand.

pub(crate) mod discord;
pub(crate) mod http;
pub(crate) mod receiver;
pub(crate) mod telegram;
pub(crate) mod webhook;

use hark::channel::AnyChannel;
use hark::model::delivery::Outbound;

/// How the next send fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// 500 or 503, nothing done.
    ServerError,
    /// 429 with this wait, in seconds; nothing done.
    RateLimited { retry_after_s: u32 },
    /// The network will never let us write to this customer.
    Forbidden,
    /// The token is wrong.
    Unauthorized,
    /// The connection closes before anything is done.
    DropBeforeActing,
    /// The message is taken and kept, then the connection closes without an answer.
    DropAfterActing,
    /// The message is taken and kept, and no answer ever comes.
    HangAfterActing,
}

/// What the contract test needs of a fake network.
pub(crate) trait FakeNetwork {
    /// The token or secret that must never show up in an error.
    fn secret(&self) -> &str;
    /// Our account, opened against this fake.
    fn open(&self) -> AnyChannel;
    /// A message that this fake takes when its text does; each `key` is a delivery of its own.
    fn outbound(&self, key: &str, text: &str) -> Outbound;
    /// Makes the next send, and only that, fail.
    fn fail_next(&self, failure: Failure);
    /// The texts taken and kept so far, in order.
    fn sent(&self) -> Vec<String>;
}
