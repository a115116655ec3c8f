//! Human desks. One folder each, one line in the registry below; a desk carries an alert to people, it never decides.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::model::alert::Alert;
use crate::model::delivery::Attempted;
use crate::model::id::{DeliveryId, DeskName};
use crate::model::span::Span;

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

/// How long people have to claim a case where the config does not say.
const FIRST_RESPONSE: Span = Span::from_secs(30 * 60);

/// The keys that `[desk.<name>]` takes whatever its kind.
const TERMS: &[&str] = &["first_response", "escalate_to", "group_by", "private"];

/// What is agreed with a desk, whatever its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// `first_response`: how long people have to claim a case before it escalates; 30 minutes unless stated.
    pub first_response: Span,
    /// `escalate_to`: the desk that is told when nobody claims a case in time, or when this desk cannot be reached.
    pub escalate_to: Option<DeskName>,
    /// `group_by`: what cases must have in common to be told in one alert: `topic`, or an entity such as `flight`.
    pub group_by: Vec<String>,
    /// `private`: whether this desk sees private data as it was written; else it is masked.
    pub private: bool,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            first_response: FIRST_RESPONSE,
            escalate_to: None,
            group_by: Vec::new(),
            private: false,
        }
    }
}

/// `[desk.<name>]`
#[derive(Debug)]
pub struct DeskConfig {
    /// The keys that every desk takes.
    pub terms: Terms,
    /// `kind`, and the keys of that kind.
    pub kind: KindConfig,
}

impl<'de> Deserialize<'de> for DeskConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DeskVisitor)
    }
}

impl DeskConfig {
    /// A desk that is shown on hark's own pages, on the terms that every desk has by default.
    pub fn page() -> Self {
        Self {
            terms: Terms::default(),
            kind: KindConfig::Page(page::config::Config {}),
        }
    }
}

/// Reads the common keys in place, so that an error in one points at it, and leaves the rest to the kind.
struct DeskVisitor;

impl<'de> Visitor<'de> for DeskVisitor {
    type Value = DeskConfig;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a desk: a table with `kind`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<DeskConfig, A::Error> {
        let mut terms = Terms::default();
        let mut kind = None;
        let mut rest = toml::Table::new();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "kind" => kind = Some(map.next_value::<Kind>()?),
                "first_response" => terms.first_response = map.next_value()?,
                "escalate_to" => terms.escalate_to = Some(map.next_value()?),
                "group_by" => terms.group_by = map.next_value()?,
                "private" => terms.private = map.next_value()?,
                _ => {
                    rest.insert(key, map.next_value()?);
                }
            }
        }
        let kind = kind.ok_or_else(|| {
            A::Error::custom(format!("missing key `kind`: one of {}", KINDS.join(", ")))
        })?;
        let kind = KindConfig::read(kind, rest).map_err(|error| {
            let reason = error.message().trim_end();
            A::Error::custom(format!(
                "{reason} (every desk takes `kind`, `{}`)",
                TERMS.join("`, `")
            ))
        })?;
        Ok(DeskConfig { terms, kind })
    }
}

/// The `[desk]` tables of the config, by name.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct DeskConfigs(pub BTreeMap<DeskName, DeskConfig>);

impl DeskConfigs {
    /// Opens every desk; every failure is reported, none hides another.
    pub fn open(
        &self,
        context: &DeskContext,
    ) -> Result<BTreeMap<DeskName, AnyDesk>, Vec<(DeskName, OpenError)>> {
        let mut opened = BTreeMap::new();
        let mut failed = Vec::new();
        for (name, config) in &self.0 {
            match config.kind.open(context) {
                Ok(desk) => {
                    opened.insert(name.clone(), desk);
                }
                Err(error) => failed.push((name.clone(), error)),
            }
        }
        if failed.is_empty() {
            Ok(opened)
        } else {
            Err(failed)
        }
    }
}

/// Declares every kind of desk: its module, its `kind` in the config and its dispatch.
macro_rules! desks {
    ($($kind:ident => $desk:ident,)+) => {
        $(pub mod $kind;)+

        /// Every `kind` that `[desk.<name>]` knows.
        pub const KINDS: &[&str] = &[$(stringify!($kind)),+];

        /// The word after `kind =`.
        #[derive(Debug, Clone, Copy, Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Kind {
            $($desk,)+
        }

        /// The keys of one kind of desk.
        #[derive(Debug)]
        pub enum KindConfig {
            $(
                #[doc = concat!("`kind = \"", stringify!($kind), "\"`")]
                $desk($kind::config::Config),
            )+
        }

        impl KindConfig {
            fn read(kind: Kind, table: toml::Table) -> Result<Self, toml::de::Error> {
                match kind { $(Kind::$desk => table.try_into().map(Self::$desk),)+ }
            }

            fn open(&self, context: &DeskContext) -> Result<AnyDesk, OpenError> {
                match self { $(Self::$desk(config) => $kind::$desk::open(context, config).map(AnyDesk::$desk),)+ }
            }
        }

        /// A desk of any kind.
        #[derive(Debug)]
        pub enum AnyDesk {
            $(
                #[doc = concat!("A desk of the kind `", stringify!($kind), "`.")]
                $desk($kind::$desk),
            )+
        }

        impl Desk for AnyDesk {
            async fn notify(&self, id: &DeliveryId, alert: &Alert) -> Attempted {
                match self { $(Self::$desk(desk) => desk.notify(id, alert).await,)+ }
            }
        }
    };
}

desks! {
    page => Page,
    webhook => Webhook,
}

#[cfg(test)]
mod tests;
