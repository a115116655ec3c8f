//! The reference: in the plainest words, what must be true of one conversation. It never asks the engine anything.

use std::collections::{BTreeMap, BTreeSet};

use hark::engine::event::{Action, Event};
use hark::engine::world::Mode;
use hark::model::conversation::{Conversation, Holder, SEEN_MAX, TimerKind, Turn};
use hark::model::delivery::{Attempted, Recipient};
use hark::model::id::{DeliveryId, MessageId};
use hark::model::message::Inbound;
use hark::model::record::{Outcome, Record};
use jiff::Timestamp;

use crate::world::Meaning;

/// One conversation as an attentive bystander would note it down.
#[derive(Debug)]
pub(crate) struct Reference {
    /// How the brand's accounts are run.
    pub(crate) mode: Mode,
    /// Messages taken in, in order, each as often as it was taken in.
    pub(crate) accepted: Vec<MessageId>,
    /// Messages and actions that must be known as repeats.
    seen: Vec<String>,
    /// Who speaks for the brand.
    pub(crate) holder: Holder,
    /// The message whose handoff is under way: the bot's one last word about it may still leave.
    pub(crate) handed_off_by: Option<MessageId>,
    /// The customer told the bot to stop.
    pub(crate) stopped: bool,
    /// What the bot ever meant to say, and to which message.
    pub(crate) bot_words: BTreeMap<DeliveryId, MessageId>,
    /// Private values that the customer told.
    pub(crate) secrets: BTreeSet<&'static str>,
}

impl Reference {
    pub(crate) fn new(mode: Mode) -> Self {
        Self {
            mode,
            accepted: Vec::new(),
            seen: Vec::new(),
            holder: Holder::Bot,
            handed_off_by: None,
            stopped: false,
            bot_words: BTreeMap::new(),
            secrets: BTreeSet::new(),
        }
    }

    /// Whether the event is a repeat that must change nothing.
    pub(crate) fn knows(&self, event: &Event) -> bool {
        name_of(event).is_some_and(|name| self.seen.contains(&name))
    }

    /// Notes down what an event that changed the conversation must have done.
    pub(crate) fn follow(
        &mut self,
        event: &Event,
        meaning: Meaning,
        before: &Conversation,
        after: &Conversation,
        now: Timestamp,
    ) {
        self.seen.extend(name_of(event));
        if self.seen.len() > SEEN_MAX {
            self.seen.remove(0);
        }
        match event {
            Event::Message(message) => {
                self.stopped |= meaning == Meaning::Stop;
                self.take_in(message, meaning, after);
            }
            Event::Contained { message } => self.take_in(message, meaning, after),
            Event::Action { agent, action, .. } => match action {
                Action::Claim | Action::Reply { .. } => self.now_with(Holder::Person {
                    agent: agent.clone(),
                }),
                Action::Release | Action::Resolve => self.now_with(Holder::Bot),
                Action::Note { .. } => {}
            },
            Event::TimerDue
                if before.asked.is_some() && due(before, TimerKind::AskExpired, now) =>
            {
                self.person_called(None);
            }
            Event::Attempted {
                delivery, outcome, ..
            } if failed(delivery, outcome, before, after) => self.person_called(None),
            Event::TimerDue | Event::Attempt { .. } | Event::Attempted { .. } => {}
        }
        for turn in &after.turns {
            if let Turn::Bot {
                delivery,
                in_reply_to,
                ..
            } = turn
            {
                self.bot_words.insert(delivery.clone(), in_reply_to.clone());
            }
        }
    }

    fn take_in(&mut self, message: &Inbound, meaning: Meaning, after: &Conversation) {
        self.accepted.push(message.id.clone());
        if let Meaning::Private(value) = meaning {
            self.secrets.insert(value);
        }
        if record_of(after, &message.id).is_some_and(|record| record.outcome == Outcome::Handoff) {
            self.person_called(Some(message.id.clone()));
        }
    }

    fn person_called(&mut self, by: Option<MessageId>) {
        if self.holder == Holder::Bot && self.mode != Mode::Shadow {
            self.holder = Holder::Waiting;
            self.handed_off_by = by;
        }
    }

    fn now_with(&mut self, holder: Holder) {
        self.holder = holder;
        self.handed_off_by = None;
    }
}

/// What the conversation recorded about a message, where it still has it.
pub(crate) fn record_of<'a>(conversation: &'a Conversation, id: &MessageId) -> Option<&'a Record> {
    conversation.turns.iter().rev().find_map(|turn| match turn {
        Turn::Customer {
            message, record, ..
        } if message == id => Some(record),
        Turn::Customer { .. } | Turn::Bot { .. } | Turn::Agent { .. } | Turn::Note { .. } => None,
    })
}

/// Whether a timer of this kind is due.
pub(crate) fn due(conversation: &Conversation, kind: TimerKind, now: Timestamp) -> bool {
    conversation
        .timers
        .iter()
        .any(|timer| timer.kind == kind && timer.due <= now)
}

/// Whether this result ended a message to the customer, and not well.
pub(crate) fn failed(
    id: &DeliveryId,
    outcome: &Attempted,
    before: &Conversation,
    after: &Conversation,
) -> bool {
    let owed = |conversation: &Conversation| {
        conversation
            .deliveries
            .iter()
            .any(|owed| owed.id == *id && matches!(owed.to, Recipient::Customer(_)))
    };
    let withdrawn = before
        .deliveries
        .iter()
        .any(|owed| owed.id == *id && owed.withdrawn);
    let withdrawn = withdrawn && matches!(outcome, Attempted::Later { .. });
    owed(before) && !owed(after) && !withdrawn && !matches!(outcome, Attempted::Sent { .. })
}

/// What makes a repeat recognisable.
fn name_of(event: &Event) -> Option<String> {
    match event {
        Event::Message(message) | Event::Contained { message } => {
            Some(format!("message {}", message.id))
        }
        Event::Action { id, .. } => Some(format!("action {id}")),
        Event::Attempt { .. } | Event::Attempted { .. } | Event::TimerDue => None,
    }
}
