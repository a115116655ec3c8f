//! Decisions, tested with the shipped packs and a clock that only these tests turn.

mod deliveries;
mod explained;
mod guesses;
mod messages;
mod people;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::engine::decide::{Decision, Effect, decide};
use crate::engine::event::{Action, Event};
use crate::engine::judge::Verdict;
use crate::engine::world::{Account, Brand, DeskPolicy, Mode, World};
use crate::library::{Library, shipped};
use crate::model::author::Author;
use crate::model::conversation::Conversation;
use crate::model::delivery::{Attempted, Recipient};
use crate::model::id::{
    AccountId, ActionId, AgentName, BrandName, DeliveryId, DeskName, Language, MessageId, PackName,
    ReplyName,
};
use crate::model::message::Inbound;
use crate::model::network::{Limits, TextUnit, Visibility};
use crate::model::record::Outcome;

/// One customer with one account, and the time.
struct Scene {
    world: World,
    conversation: Conversation,
    now: Timestamp,
    said: u32,
}

impl Scene {
    fn new() -> Self {
        Self::with_mode(Mode::Live)
    }

    fn with_mode(mode: Mode) -> Self {
        let account = AccountId::new("http", "demo");
        let brand = BrandName::from("northwind");
        let (library, problems) = Library::load_used(&shipped::packs(), &[&"airline".into()]);
        let library = library.unwrap_or_else(|| panic!("the shipped packs load: {problems:?}"));
        let limits = Limits {
            text_max: 4096,
            unit: TextUnit::Chars,
            markup: "<>@",
        };
        let desk = |next: Option<&str>| DeskPolicy {
            first_response: Duration::from_mins(30),
            escalate_to: next.map(DeskName::from),
            private: false,
        };
        let world = World {
            library,
            brands: BTreeMap::from([(
                brand.clone(),
                Brand {
                    name: "Northwind".to_owned(),
                    packs: vec![PackName::from("airline")],
                    languages: vec![Language::from("en"), Language::from("de")],
                    mode,
                    desk: DeskName::from("care"),
                    airlines: vec!["NW".to_owned()],
                },
            )]),
            accounts: BTreeMap::from([(
                account.clone(),
                Account {
                    brand: brand.clone(),
                    limits,
                },
            )]),
            desks: BTreeMap::from([
                (DeskName::from("care"), desk(Some("supervisors"))),
                (DeskName::from("supervisors"), desk(None)),
                (DeskName::from("safety"), desk(None)),
            ]),
        };
        let now = "2026-11-21T12:00:00Z".parse().expect("a time");
        let first = Inbound::imagined(account, "", Visibility::Private, now);
        Self {
            world,
            conversation: Conversation::new(&first, brand),
            now,
            said: 0,
        }
    }

    /// Applies an event and keeps what became of the conversation.
    fn apply(&mut self, event: Event) -> Decision {
        let decision = decide(&self.world, &self.conversation, event, self.now);
        self.conversation = decision.conversation.clone();
        decision
    }

    fn message(&mut self, text: &str) -> Inbound {
        self.said += 1;
        let account = self.conversation.account.clone();
        let mut message = Inbound::imagined(account, text, self.conversation.visibility, self.now);
        message.id = MessageId::new(format!("m{}", self.said));
        message
    }

    /// The customer says something.
    fn hear(&mut self, text: &str) -> Verdict {
        let message = self.message(text);
        self.hear_message(message)
    }

    fn hear_message(&mut self, message: Inbound) -> Verdict {
        self.apply(Event::Message(message))
            .verdict
            .expect("a new message is judged")
    }

    fn act(&mut self, agent: &str, action: Action) -> Effect {
        self.said += 1;
        let id = ActionId::new(format!("a{}", self.said));
        self.apply(Event::Action {
            id,
            agent: AgentName::from(agent),
            action,
        })
        .effect
    }

    fn pass(&mut self, time: SignedDuration) {
        self.now = self.now.checked_add(time).expect("in range");
    }

    /// Attempts the oldest delivery of which `which` is true, with this outcome.
    fn attempt(&mut self, which: fn(&Recipient) -> bool, outcome: Attempted) -> DeliveryId {
        let found = self
            .conversation
            .deliveries
            .iter()
            .find(|delivery| which(&delivery.to));
        let id = found.expect("something is owed").id.clone();
        assert_eq!(
            self.apply(Event::Attempt {
                delivery: id.clone()
            })
            .effect,
            Effect::Changed
        );
        self.apply(Event::Attempted {
            delivery: id.clone(),
            outcome,
            jitter: 0.5,
        });
        id
    }

    /// What the bot has prepared for the customer.
    fn prepared(&self) -> Vec<&str> {
        let texts = self
            .conversation
            .deliveries
            .iter()
            .filter_map(|delivery| match &delivery.to {
                Recipient::Customer(message) => Some(message.text.as_str()),
                Recipient::Desk { .. } => None,
            });
        texts.collect()
    }

    /// The alerts that are owed: kind and desk.
    fn alerts(&self) -> Vec<(&'static str, &str)> {
        let alerts =
            self.conversation
                .deliveries
                .iter()
                .filter_map(|delivery| match &delivery.to {
                    Recipient::Desk { desk, alert } => Some((alert.kind.as_str(), desk.as_str())),
                    Recipient::Customer(_) => None,
                });
        alerts.collect()
    }
}

fn customer(to: &Recipient) -> bool {
    matches!(to, Recipient::Customer(_))
}

fn desk(to: &Recipient) -> bool {
    matches!(to, Recipient::Desk { .. })
}

fn sent() -> Attempted {
    Attempted::Sent { message: None }
}

fn bot(id: &str) -> Author {
    Author {
        is_bot: true,
        ..Author::new(id)
    }
}

fn outcome_of(verdict: &Verdict) -> (Outcome, Option<&str>) {
    (
        verdict.outcome,
        verdict
            .topic
            .as_ref()
            .map(crate::model::id::TopicName::as_str),
    )
}
