//! A conversation: one customer with one of our accounts, as ONE document.
//!
//! Turns, who holds it, the case, the messages seen (dedupe), what is owed (deliveries) and what is due (timers) all
//! live here, so one compare-and-swap moves all of them together or none.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::author::Author;
use crate::model::case::{Case, CaseState};
use crate::model::delivery::{Delivery, Status};
use crate::model::id::{
    AccountId, ActionId, AgentName, BrandName, CaseNumber, ConversationId, DeliveryId, Language,
    MessageId, TopicName,
};
use crate::model::message::Inbound;
use crate::model::network::Visibility;
use crate::model::record::Record;

/// Most turns kept; the oldest are forgotten first.
pub const TURNS_MAX: usize = 200;
/// Most message and action ids remembered for dedupe. Networks redeliver within days, people do not write this much in them.
pub const SEEN_MAX: usize = 512;
/// Most closed cases kept.
pub const PAST_CASES_MAX: usize = 16;

/// Who speaks for the brand in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "by")]
pub enum Holder {
    /// The bot answers.
    Bot,
    /// A person was called and has not come yet; the bot is silent.
    Waiting,
    /// A person has it; the bot is silent.
    Person {
        /// Who.
        agent: AgentName,
    },
}

/// One thing said or noted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "by")]
pub enum Turn {
    /// The customer wrote.
    Customer {
        /// When, by the network's clock.
        at: Timestamp,
        /// The network's id.
        message: MessageId,
        /// What they wrote, as they wrote it.
        text: String,
        /// What was decided about it.
        record: Record,
    },
    /// The bot wrote.
    Bot {
        /// When it was decided.
        at: Timestamp,
        /// The delivery that carries it.
        delivery: DeliveryId,
        /// The message that it answers.
        in_reply_to: MessageId,
        /// The topic that it answers; `None` for words that belong to no topic.
        topic: Option<TopicName>,
        /// What it wrote.
        text: String,
        /// In which language.
        language: Language,
        /// How the delivery stands.
        status: Status,
    },
    /// A person wrote to the customer through hark.
    Agent {
        /// When they sent it.
        at: Timestamp,
        /// Who.
        agent: AgentName,
        /// The delivery that carries it.
        delivery: DeliveryId,
        /// What they wrote.
        text: String,
        /// How the delivery stands.
        status: Status,
    },
    /// A person wrote to other people; the customer never sees it.
    Note {
        /// When.
        at: Timestamp,
        /// Who.
        agent: AgentName,
        /// What they wrote.
        text: String,
    },
}

impl Turn {
    /// When it was said.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Customer { at, .. }
            | Self::Bot { at, .. }
            | Self::Agent { at, .. }
            | Self::Note { at, .. } => *at,
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        match self {
            Self::Customer { text, .. }
            | Self::Bot { text, .. }
            | Self::Agent { text, .. }
            | Self::Note { text, .. } => text,
        }
    }

    /// `customer`, `bot`, `agent` or `note`.
    pub fn by(&self) -> &'static str {
        match self {
            Self::Customer { .. } => "customer",
            Self::Bot { .. } => "bot",
            Self::Agent { .. } => "agent",
            Self::Note { .. } => "note",
        }
    }
}

/// What the bot asked for and still waits to hear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The topic that needs it.
    pub topic: TopicName,
    /// The entities that were missing.
    pub entities: Vec<String>,
    /// When it was asked.
    pub at: Timestamp,
}

/// Something that happens when its time comes and nothing cancelled it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// When.
    pub due: Timestamp,
    /// What.
    pub kind: TimerKind,
}

/// What a timer is for; a conversation has at most one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerKind {
    /// The customer did not say what was asked for.
    AskExpired,
    /// Nobody claimed the case in time.
    FirstResponse,
}

/// Why an action on a conversation is not possible. The text is shown to the agent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IllegalMove {
    /// There is nothing to act on.
    #[error("this conversation has no active case")]
    NoCase,
    /// Somebody else has it.
    #[error("{0} already has this case")]
    HeldBy(AgentName),
    /// It is done.
    #[error("case {0} is already resolved")]
    AlreadyResolved(CaseNumber),
    /// A person must not already be called.
    #[error("a person already has this conversation")]
    AlreadyWithPeople,
}

/// The document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its id, and its key in the store.
    pub id: ConversationId,
    /// Which of our accounts it is with.
    pub account: AccountId,
    /// The brand of that account when the conversation began.
    pub brand: BrandName,
    /// What the sender calls it, where it names it itself (the `http` door).
    pub reference: Option<String>,
    /// The customer, as last seen.
    pub customer: Author,
    /// Who can read it.
    pub visibility: Visibility,
    /// The network's thread, group or channel.
    pub thread: Option<String>,
    /// The channel's own note of where an answer goes, as last seen.
    pub return_address: Option<String>,
    /// The language it is held in, once known.
    pub language: Option<Language>,
    /// Who speaks for the brand.
    pub holder: Holder,
    /// What was said, oldest first; bounded by [`TURNS_MAX`].
    pub turns: Vec<Turn>,
    /// Turns forgotten so far: `turns[0]` is turn number `turns_forgotten`, which numbers a web chat's lines for good.
    pub turns_forgotten: u64,
    /// The case that is active or was last.
    pub case: Option<Case>,
    /// Cases before that one, oldest first; bounded by [`PAST_CASES_MAX`].
    pub past_cases: Vec<Case>,
    /// What the bot waits to hear.
    pub asked: Option<Asked>,
    /// When the customer told the bot to stop.
    pub opted_out_at: Option<Timestamp>,
    /// Ids of messages and actions already taken in, oldest first; bounded by [`SEEN_MAX`].
    pub seen: Vec<String>,
    /// What is owed, oldest first.
    pub deliveries: Vec<Delivery>,
    /// What is due.
    pub timers: Vec<Timer>,
    /// Deliveries ever made; numbers the next one.
    pub deliveries_made: u64,
    /// Cases ever opened; numbers the next one.
    pub cases_opened: u64,
}

impl Conversation {
    /// A conversation that `message` opens.
    pub fn new(message: &Inbound, brand: BrandName) -> Self {
        Self {
            id: message.conversation(),
            account: message.account.clone(),
            brand,
            reference: message.reference.clone(),
            customer: message.author.clone(),
            visibility: message.visibility,
            thread: message.thread.clone(),
            return_address: message.return_address.clone(),
            language: None,
            holder: Holder::Bot,
            turns: Vec::new(),
            turns_forgotten: 0,
            case: None,
            past_cases: Vec::new(),
            asked: None,
            opted_out_at: None,
            seen: Vec::new(),
            deliveries: Vec::new(),
            timers: Vec::new(),
            deliveries_made: 0,
            cases_opened: 0,
        }
    }

    /// What the outside calls it: the sender's own name for it where there is one, else the id.
    pub fn public_name(&self) -> &str {
        self.reference.as_deref().unwrap_or(self.id.as_str())
    }

    /// Whether this message was taken in before.
    pub fn has_seen_message(&self, id: &MessageId) -> bool {
        self.has_seen("m:", id.as_str())
    }

    /// Whether this action was taken in before.
    pub fn has_seen_action(&self, id: &ActionId) -> bool {
        self.has_seen("a:", id.as_str())
    }

    /// Whether another action was taken in under the key of this one; see [`ActionId::keyed`].
    pub fn has_seen_other_action(&self, id: &ActionId) -> bool {
        let Some(key) = id.key() else {
            return false;
        };
        self.seen
            .iter()
            .filter_map(|seen| seen.strip_prefix("a:"))
            .map(ActionId::from)
            .any(|seen| seen != *id && seen.key() == Some(key))
    }

    fn has_seen(&self, prefix: &str, id: &str) -> bool {
        self.seen
            .iter()
            .rev()
            .any(|seen| seen.strip_prefix(prefix) == Some(id))
    }

    /// Remembers a message.
    pub fn remember_message(&mut self, id: &MessageId) {
        self.remember(format!("m:{id}"));
    }

    /// Remembers an action.
    pub fn remember_action(&mut self, id: &ActionId) {
        self.remember(format!("a:{id}"));
    }

    fn remember(&mut self, id: String) {
        self.seen.push(id);
        forget_oldest(&mut self.seen, SEEN_MAX);
    }

    /// Adds a turn.
    pub fn push_turn(&mut self, turn: Turn) {
        self.turns.push(turn);
        if self.turns.len() > TURNS_MAX {
            self.turns.remove(0);
            self.turns_forgotten += 1;
        }
    }

    /// Sets a timer, replacing the one of its kind.
    pub fn set_timer(&mut self, kind: TimerKind, due: Timestamp) {
        self.cancel_timer(kind);
        self.timers.push(Timer { due, kind });
    }

    /// Cancels the timer of a kind, where there is one.
    pub fn cancel_timer(&mut self, kind: TimerKind) {
        self.timers.retain(|timer| timer.kind != kind);
    }

    /// What is owed under this id, until it is settled.
    pub fn delivery(&self, id: &DeliveryId) -> Option<&Delivery> {
        self.deliveries.iter().find(|owed| owed.id == *id)
    }

    /// The case that somebody still has to act on.
    pub fn active_case(&self) -> Option<&Case> {
        self.case.as_ref().filter(|case| case.is_active())
    }

    /// Calls a person: bot → waiting. The case before this one moves to the past.
    pub fn hand_off(&mut self, case: Case) -> Result<(), IllegalMove> {
        if self.holder != Holder::Bot {
            return Err(IllegalMove::AlreadyWithPeople);
        }
        if let Some(before) = self.case.replace(case) {
            self.past_cases.push(before);
            forget_oldest(&mut self.past_cases, PAST_CASES_MAX);
        }
        self.holder = Holder::Waiting;
        self.asked = None;
        self.cancel_timer(TimerKind::AskExpired);
        Ok(())
    }

    /// A person takes it: waiting → person, or the same person again.
    pub fn claim(&mut self, agent: &AgentName) -> Result<(), IllegalMove> {
        let case = self.case.as_mut().ok_or(IllegalMove::NoCase)?;
        match (&self.holder, case.state) {
            (_, CaseState::Resolved) => Err(IllegalMove::AlreadyResolved(case.number.clone())),
            (Holder::Person { agent: holder }, _) if holder != agent => {
                Err(IllegalMove::HeldBy(holder.clone()))
            }
            (Holder::Person { .. } | Holder::Waiting | Holder::Bot, _) => {
                case.state = CaseState::Claimed;
                case.agent = Some(agent.clone());
                self.holder = Holder::Person {
                    agent: agent.clone(),
                };
                self.asked = None;
                self.timers.clear();
                Ok(())
            }
        }
    }

    /// The person gives it back: waiting or person → bot. The case stays, unresolved.
    pub fn release(&mut self, agent: &AgentName) -> Result<(), IllegalMove> {
        self.give_back(agent, CaseState::Released)
    }

    /// The person closes the case and gives the conversation back to the bot.
    pub fn resolve(&mut self, agent: &AgentName, now: Timestamp) -> Result<(), IllegalMove> {
        self.give_back(agent, CaseState::Resolved)?;
        if let Some(case) = self.case.as_mut() {
            case.resolved_at = Some(now);
        }
        Ok(())
    }

    fn give_back(&mut self, agent: &AgentName, state: CaseState) -> Result<(), IllegalMove> {
        let case = self.case.as_mut().ok_or(IllegalMove::NoCase)?;
        if case.state == CaseState::Resolved {
            return Err(IllegalMove::AlreadyResolved(case.number.clone()));
        }
        if let Holder::Person { agent: holder } = &self.holder
            && holder != agent
        {
            return Err(IllegalMove::HeldBy(holder.clone()));
        }
        case.state = state;
        case.agent.get_or_insert_with(|| agent.clone());
        self.holder = Holder::Bot;
        self.cancel_timer(TimerKind::FirstResponse);
        Ok(())
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bot => f.write_str("bot"),
            Self::Waiting => f.write_str("waiting for a person"),
            Self::Person { agent } => agent.fmt(f),
        }
    }
}

fn forget_oldest<T>(list: &mut Vec<T>, max: usize) {
    if list.len() > max {
        list.drain(..list.len() - max);
    }
}
