//! The stage: brands, accounts and desks as hark knows them, and the cast of customers who write to them.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use hark::channel::{discord, http, telegram};
use hark::engine::world::{Account, Brand, DeskPolicy, Mode, World};
use hark::library::{Library, shipped};
use hark::model::author::Author;
use hark::model::id::{AccountId, BrandName, DeskName, Language, MessageId, PackName};
use hark::model::message::{Inbound, TEXT_BYTES_MAX};
use hark::model::network::{Limits, Visibility};
use jiff::Timestamp;

use crate::faults::Faults;

/// Three brands: one answers, one only watches, one is paused. The first is on a network with keys, on one where a lost
/// answer stays unknown, and on one that can be read back.
pub(crate) static WORLD: LazyLock<World> = LazyLock::new(|| {
    let (library, found) = Library::load_used(&shipped::packs(), &[&"airline".into()]);
    World {
        library: library.unwrap_or_else(|| panic!("the shipped packs do not load: {found:?}")),
        brands: BTreeMap::from([
            (BrandName::from("northwind"), brand("Northwind", Mode::Live)),
            (BrandName::from("watcher"), brand("Watcher", Mode::Shadow)),
            (BrandName::from("resting"), brand("Resting", Mode::Paused)),
        ]),
        accounts: ACCOUNTS
            .into_iter()
            .map(|(id, brand, limits)| {
                (
                    account_id(id),
                    Account {
                        brand: brand.into(),
                        limits,
                    },
                )
            })
            .collect(),
        desks: BTreeMap::from([
            desk("care", 30, Some("supervisors"), false),
            desk("baggage", 60, Some("care"), false),
            desk("safety", 5, Some("supervisors"), true),
            desk("supervisors", 60, None, true),
        ]),
    }
});

const ACCOUNTS: [(&str, &str, Limits); 5] = [
    ("http/partner", "northwind", http::LIMITS),
    ("telegram/care", "northwind", telegram::LIMITS),
    ("discord/square", "northwind", discord::LIMITS),
    ("http/watched", "watcher", http::LIMITS),
    ("http/paused", "resting", http::LIMITS),
];

/// Accounts as often as customers write to them, out of eight.
const WRITTEN_TO: [&str; 8] = [
    "http/partner",
    "telegram/care",
    "discord/square",
    "telegram/care",
    "discord/square",
    "http/partner",
    "http/watched",
    "http/paused",
];

/// Those who work at the desks.
pub(crate) const AGENTS: [&str; 3] = ["mara", "joe", "ines"];

fn account_id(text: &str) -> AccountId {
    AccountId::parse(text).expect("written as kind/name")
}

fn brand(name: &str, mode: Mode) -> Brand {
    Brand {
        name: name.to_owned(),
        packs: vec![PackName::from("airline")],
        languages: vec![Language::from("en"), Language::from("de")],
        mode,
        desk: DeskName::from("care"),
        airlines: vec!["NW".to_owned()],
    }
}

fn desk(name: &str, minutes: u64, next: Option<&str>, private: bool) -> (DeskName, DeskPolicy) {
    let first_response = Duration::from_mins(minutes);
    (
        DeskName::from(name),
        DeskPolicy {
            first_response,
            escalate_to: next.map(DeskName::from),
            private,
        },
    )
}

/// What a customer is like: it decides what they mostly say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Ordinary,
    Repeater,
    Machine,
    Stopper,
    Injured,
    Leaker,
    Answerer,
    Troll,
}

const ROLES: [Role; 10] = [
    Role::Ordinary,
    Role::Ordinary,
    Role::Repeater,
    Role::Machine,
    Role::Stopper,
    Role::Injured,
    Role::Leaker,
    Role::Answerer,
    Role::Answerer,
    Role::Troll,
];

/// What the simulator knows about a message beside what hark is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    Plain,
    /// "Stop writing to me."
    Stop,
    /// Somebody is hurt or threatened.
    Danger,
    /// Holds this private value.
    Private(&'static str),
}

/// Private values, and messages that tell them.
const LEAKS: [(&str, &str); 5] = [
    (
        "K7X2P9",
        "my booking is K7X2P9 and nobody answers me, where is my suitcase?",
    ),
    (
        "anna.kim@example.org",
        "write to me at anna.kim@example.org, I want my refund",
    ),
    (
        "+442079460958",
        "call me on +44 20 7946 0958 about my delayed flight",
    ),
    (
        "4111111111111111",
        "you charged my card 4111 1111 1111 1111 twice",
    ),
    ("K7X2P9", "booking code: K7X2P9"),
];
const DANGERS: [&str; 4] = [
    "a cart crushed my foot and I'm bleeding",
    "you will hear from my lawyer",
    "there is a bomb in the building",
    "my bag is lost and I want to kill myself",
];
const STOPS: [&str; 3] = ["STOP", "stop messaging me", "Lasst mich in Ruhe!"];
const ORDINARY: [&str; 12] = [
    "hello",
    "thanks so much!",
    "my suitcase never arrived",
    "where is NW117?",
    "I want a refund",
    "can i please talk to someone",
    "Mein Koffer ist nicht angekommen",
    "the flight is delayed again",
    "are you a bot?",
    "you bunch of idiots",
    "the thing at the place was odd and I have no word for it",
    "hm",
];
const ANSWERS: [&str; 4] = ["NW117", "bag tag NW123456", "it is K7X2P9", "dunno"];
const NOISE: [&str; 5] = [
    "@everyone **free** [x](https://evil.example) <script>",
    "{{brand.name}} {{#each this}}",
    "a\u{202e}b\u{0}c\u{200d}",
    "🦊🦊🦊",
    "",
];
/// What trolls call themselves; none of it may reach others through the bot's words.
pub(crate) const TROLL_NAME: &str = "@everyone {{private}}";

/// Somebody who writes to one of our accounts.
#[derive(Debug, Clone)]
pub(crate) struct Customer {
    pub(crate) role: Role,
    account: AccountId,
    author: Author,
    thread: Option<String>,
    visibility: Visibility,
    automated: Option<String>,
}

/// The customers of one run.
pub(crate) fn cast(faults: &mut Faults) -> Vec<Customer> {
    let size = *faults.pick(&[1, 2, 4, 8, 12]);
    (0..size).map(|number| customer(number, faults)).collect()
}

fn customer(number: usize, faults: &mut Faults) -> Customer {
    let role = *faults.pick(&ROLES);
    let address: &&str = faults.pick(&WRITTEN_TO);
    let account = account_id(address);
    let public = account.kind == "discord" || (account.kind == "http" && faults.happens(40));
    let marked = faults.happens(50);
    let mut author = Author::new(format!("c{number}"));
    author.name = if role == Role::Troll {
        TROLL_NAME.to_owned()
    } else {
        "Kim".to_owned()
    };
    author.is_bot = role == Role::Machine && marked;
    Customer {
        role,
        thread: public.then(|| "square".to_owned()),
        visibility: if public {
            Visibility::Public
        } else {
            Visibility::Private
        },
        automated: (role == Role::Machine && !marked).then(|| "an echo".to_owned()),
        account,
        author,
    }
}

impl Customer {
    /// Their next message, and what the simulator knows about it.
    pub(crate) fn write(
        &self,
        id: String,
        now: Timestamp,
        asked: bool,
        faults: &mut Faults,
    ) -> (Inbound, Meaning) {
        let (text, meaning) = self.words(asked, faults);
        let message = Inbound {
            id: MessageId::new(id),
            account: self.account.clone(),
            author: self.author.clone(),
            text,
            visibility: self.visibility,
            // In public some of what is overheard does not speak to us.
            addressed: meaning != Meaning::Plain
                || !self.visibility.is_public()
                || faults.happens(80),
            thread: self.thread.clone(),
            reference: None,
            return_address: Some("42".to_owned()),
            sent_at: now,
            language: None,
            automated: self.automated.clone(),
        };
        (message, meaning)
    }

    fn words(&self, asked: bool, faults: &mut Faults) -> (String, Meaning) {
        let in_role = faults.happens(60);
        match self.role {
            Role::Repeater if in_role => ("my suitcase never arrived".to_owned(), Meaning::Plain),
            Role::Stopper if faults.happens(15) => (faults.pick(&STOPS).to_string(), Meaning::Stop),
            Role::Injured if faults.happens(25) => {
                (faults.pick(&DANGERS).to_string(), Meaning::Danger)
            }
            Role::Leaker if in_role => {
                let (value, text) = *faults.pick(&LEAKS);
                (text.to_owned(), Meaning::Private(value))
            }
            Role::Answerer if asked && faults.happens(80) => answer(faults),
            Role::Troll if in_role => (noise(faults), Meaning::Plain),
            _ => (faults.pick(&ORDINARY).to_string(), Meaning::Plain),
        }
    }
}

fn answer(faults: &mut Faults) -> (String, Meaning) {
    let text = *faults.pick(&ANSWERS);
    let meaning = if text.contains("K7X2P9") {
        Meaning::Private("K7X2P9")
    } else {
        Meaning::Plain
    };
    (text.to_owned(), meaning)
}

/// Markup, mentions, template holes, odd characters, and now and then as much of them as a message may hold.
fn noise(faults: &mut Faults) -> String {
    let grain = *faults.pick(&NOISE);
    let times = if faults.happens(5) {
        TEXT_BYTES_MAX / grain.len().max(1)
    } else {
        1
    };
    grain.repeat(times)
}
