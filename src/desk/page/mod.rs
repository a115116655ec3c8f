//! People who watch hark's own pages: the case is there to be seen as soon as it is committed, so nothing is sent.

pub mod config;

use crate::desk::page::config::Config;
use crate::desk::{Desk, DeskContext, OpenError};
use crate::model::alert::Alert;
use crate::model::delivery::Attempted;
use crate::model::id::DeliveryId;

/// One desk.
#[derive(Debug)]
pub struct Page;

impl Page {
    /// Opens a desk, which cannot fail: there is nothing to reach.
    pub fn open(_context: &DeskContext, _config: &Config) -> Result<Self, OpenError> {
        Ok(Self)
    }
}

impl Desk for Page {
    async fn notify(&self, _id: &DeliveryId, _alert: &Alert) -> Attempted {
        Attempted::Sent { message: None }
    }
}
