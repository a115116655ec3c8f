//! How bad it is for the customer.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad it is for the customer, least first, so that `max` finds the worst.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Praise, greetings, small questions.
    Low,
    /// An ordinary complaint.
    #[default]
    Normal,
    /// The customer is stuck: a lost bag, a missed connection.
    High,
    /// Somebody is hurt, threatened or in danger; a person, at once.
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}
