//! What the daemon knows when it decides: packs, brands, accounts, desks.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::library::Library;
use crate::model::id::{AccountId, BrandName, DeskName, Language, PackName};
use crate::model::network::Limits;

/// What a brand's accounts do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Answers.
    #[default]
    Live,
    /// Decides and records, sends nothing to anybody.
    Shadow,
    /// Tells the desk about everything, answers nothing.
    Paused,
}

/// A brand.
#[derive(Debug, Clone)]
pub struct Brand {
    /// The name that customers know.
    pub name: String,
    /// Its packs, best first; `core` is implied.
    pub packs: Vec<PackName>,
    /// The languages it answers in; the first is the fallback. Never empty.
    pub languages: Vec<Language>,
    /// What its accounts do.
    pub mode: Mode,
    /// The desk for whatever no other desk is named for.
    pub desk: DeskName,
    /// Its airline designators, where it is an airline.
    pub airlines: Vec<String>,
}

/// One of our accounts.
#[derive(Debug, Clone)]
pub struct Account {
    /// Whose it is.
    pub brand: BrandName,
    /// What its network allows.
    pub limits: Limits,
}

/// A human desk, as far as decisions need to know it.
#[derive(Debug, Clone)]
pub struct DeskPolicy {
    /// How soon a person must claim a case, where the topic states no time.
    pub first_response: Duration,
    /// The next desk in line when nobody claims in time or the desk cannot be reached.
    pub escalate_to: Option<DeskName>,
    /// Whether its alerts show private data unmasked.
    pub private: bool,
}

/// All of it.
#[derive(Debug)]
pub struct World {
    /// The packs.
    pub library: Library,
    /// The brands.
    pub brands: BTreeMap<BrandName, Brand>,
    /// Our accounts.
    pub accounts: BTreeMap<AccountId, Account>,
    /// The desks.
    pub desks: BTreeMap<DeskName, DeskPolicy>,
}

/// First response time of a desk that the config no longer has; a case opened there must not wait for ever.
const FIRST_RESPONSE_DEFAULT: Duration = Duration::from_mins(30);

impl World {
    /// An account of the brand and kind of network that are asked for; `channel` may also be a whole `kind/name`.
    pub fn account_for(&self, brand: Option<&str>, channel: Option<&str>) -> Option<AccountId> {
        let of_brand =
            |account: &Account| brand.is_none_or(|brand| account.brand.as_str() == brand);
        let of_channel = |id: &AccountId| {
            channel.is_none_or(|channel| id.kind == channel || id.to_string() == channel)
        };
        self.accounts
            .iter()
            .find(|(id, account)| of_brand(account) && of_channel(id))
            .map(|(id, _)| id.clone())
    }

    /// The desk that gets what a pack addresses to `wanted`: that one where the config has it, else the brand's own.
    pub fn desk(&self, brand: &Brand, wanted: Option<&DeskName>) -> DeskName {
        wanted
            .filter(|desk| self.desks.contains_key(*desk))
            .unwrap_or(&brand.desk)
            .clone()
    }

    /// How soon a person of `desk` must claim a case.
    pub fn first_response(&self, desk: &DeskName) -> Duration {
        self.desks
            .get(desk)
            .map_or(FIRST_RESPONSE_DEFAULT, |policy| policy.first_response)
    }

    /// The desk after `desk` in line.
    pub fn next_desk(&self, desk: &DeskName) -> Option<&DeskName> {
        self.desks.get(desk)?.escalate_to.as_ref()
    }

    /// `text` as others may see it: everything private is replaced by `•••`.
    pub fn mask(&self, brand: &BrandName, text: &str) -> String {
        self.library.mask(text, &self.packs_of(brand))
    }

    /// Whether values of this kind of entity must not be shown to others.
    pub fn is_private(&self, brand: &BrandName, kind: &str) -> bool {
        self.library.is_private(kind, &self.packs_of(brand))
    }

    /// The packs of a brand; all where the config does not have it any more, so that nothing is shown by mistake.
    fn packs_of(&self, brand: &BrandName) -> Cow<'_, [PackName]> {
        match self.brands.get(brand) {
            Some(brand) => Cow::Borrowed(&brand.packs),
            None => self.library.packs().map(|(name, _)| name.clone()).collect(),
        }
    }

    /// Whether alerts of `desk` show private data.
    pub fn shows_private(&self, desk: &DeskName) -> bool {
        self.desks.get(desk).is_some_and(|policy| policy.private)
    }
}
