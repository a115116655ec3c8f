//! http
pub mod config;
use jiff::Timestamp;
use crate::channel::{Channel, ChannelError, Intake, OpenError};
use crate::model::delivery::{Attempted, Outbound};
use crate::model::id::AccountId;
use crate::model::network::{Limits, TextUnit};
/// One account.
#[derive(Debug)]
pub struct Http {}
impl Http {
    /// Opens it.
    pub fn open(account: &AccountId, config: &config::Config) -> Result<Self, OpenError> {
        let _ = (account, config);
        Ok(Self {})
    }
}
impl Channel for Http {
    fn limits(&self) -> Limits { Limits { text_max: 4096, unit: TextUnit::Chars, markup: "" } }
    async fn send(&self, _message: &Outbound) -> Attempted { Attempted::Sent { message: None } }
    async fn settle(&self, message: &Outbound, _since: Timestamp) -> Attempted { self.send(message).await }
    async fn run(&self, _intake: Intake) -> ChannelError { std::future::pending().await }
}
