//! Human desks. One folder each, one line in the registry below; a desk carries an alert to people, it never decides.

use std::future::Future;

use crate::model::alert::Alert;
use crate::model::delivery::Attempted;
use crate::model::id::DeliveryId;

/// What a desk does.
pub trait Desk: Send + Sync + 'static {
    /// Tells people once. The attempt is already on disk, and `id` is the same on every retry: a desk that gets it twice
    /// can know. A retry after a crash is therefore just another call.
    fn notify(&self, id: &DeliveryId, alert: &Alert) -> impl Future<Output = Attempted> + Send;
}

/// What every desk is given beside its own config.
#[derive(Debug, Clone)]
pub struct DeskContext {
    /// The address under which people reach hark, without a slash at the end.
    pub public_url: String,
}

/// Why a desk cannot be opened at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OpenError(pub String);

/// The `[desk.<name>]` table.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum DeskConfig {
    /// hark's own pages.
    Page {
        /// The next desk in line.
        escalate_to: Option<crate::model::id::DeskName>,
    },
}

impl DeskConfig {
    /// The next desk in line.
    pub fn escalate_to(&self) -> Option<&crate::model::id::DeskName> {
        let Self::Page { escalate_to } = self;
        escalate_to.as_ref()
    }
}
