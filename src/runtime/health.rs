//! How each account stands with its network, for people who operate hark.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use crate::clock;
use crate::model::id::AccountId;
use crate::telemetry::ACCOUNT_UP;

/// One account's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountHealth {
    /// Whether its network answers.
    pub up: bool,
    /// Since when.
    pub since: Timestamp,
    /// What the network last said when it did not answer well, and what to do about it.
    pub reason: Option<String>,
}

/// All accounts.
#[derive(Debug, Default)]
pub struct Health {
    accounts: Mutex<BTreeMap<AccountId, AccountHealth>>,
}

impl Health {
    /// The network answers.
    pub fn up(&self, account: &AccountId) {
        self.set(account, true, None);
    }

    /// The network does not answer, or refuses us.
    pub fn down(&self, account: &AccountId, reason: String) {
        self.set(account, false, Some(reason));
    }

    /// Every account that was heard of.
    pub fn accounts(&self) -> BTreeMap<AccountId, AccountHealth> {
        self.accounts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set(&self, account: &AccountId, up: bool, reason: Option<String>) {
        metrics::gauge!(ACCOUNT_UP, "account" => account.to_string()).set(f64::from(u8::from(up)));
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let since = accounts
            .get(account)
            .filter(|before| before.up == up)
            .map_or_else(clock::now, |before| before.since);
        accounts.insert(account.clone(), AccountHealth { up, since, reason });
    }
}
