//! People who write to us, as their network shows them.

use serde::{Deserialize, Serialize};

use crate::model::id::AuthorId;

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The network's own id.
    pub id: AuthorId,
    /// The name they show; empty where the network gives none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The handle others mention them by, without `@`; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub handle: String,
    /// How many people follow them, where the network says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followers: Option<u64>,
    /// Whether the network vouches for who they are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verified: bool,
    /// Whether the network marks them as a bot.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_bot: bool,
}

impl Author {
    /// An author of whom nothing but the id is known.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: AuthorId::new(id),
            name: String::new(),
            handle: String::new(),
            followers: None,
            verified: false,
            is_bot: false,
        }
    }
}
