//! The one place that changes a conversation: an event and the conversation as it was, in; as it is now, out.

use jiff::{SignedDuration, Timestamp};

use crate::engine::action::{self, Refusal};
use crate::engine::event::{Action, Event};
use crate::engine::handoff::{self, Reason};
use crate::engine::judge::{Verdict, judge};
use crate::engine::outcome;
use crate::engine::world::{Mode, World};
use crate::library::Rendered;
use crate::model::alert::AlertKind;
use crate::model::conversation::{Asked, Conversation, Holder, TimerKind, Turn};
use crate::model::delivery::Status;
use crate::model::id::{ActionId, AgentName};
use crate::model::message::Inbound;
use crate::model::record::{Outcome, Record};

/// How long the bot waits to hear what it asked for before a person gets the case without it.
pub const ASK_PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// What an event makes of a conversation.
#[derive(Debug)]
pub struct Decision {
    /// The conversation as it is now.
    pub conversation: Conversation,
    /// What was decided about a message, and why.
    pub verdict: Option<Verdict>,
    /// What the event was to the conversation.
    pub effect: Effect,
}

/// What an event was to a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// It changed; commit it.
    Changed,
    /// It was known already, or no longer matters; nothing changed.
    Nothing,
    /// A person's action was not possible; nothing changed.
    Refused(Refusal),
}

/// Applies `event` to `conversation` at the time `now`.
pub fn decide(
    world: &World,
    conversation: &Conversation,
    event: Event,
    now: Timestamp,
) -> Decision {
    let mut next = conversation.clone();
    let mut verdict = None;
    let effect = match event {
        Event::Message(message) => {
            if next.has_seen_message(&message.id) {
                Effect::Nothing
            } else {
                verdict = Some(take_message(world, &mut next, &message, now));
                Effect::Changed
            }
        }
        Event::Contained { message } => changed_if(take_unread(world, &mut next, &message, now)),
        Event::Attempt { delivery } => changed_if(outcome::begin(&mut next, &delivery, now)),
        Event::Attempted {
            delivery,
            outcome,
            jitter,
        } => changed_if(outcome::take_in(
            world, &mut next, &delivery, outcome, jitter, now,
        )),
        Event::TimerDue => changed_if(fire_timers(world, &mut next, now)),
        Event::Action { id, agent, action } => {
            take_action(world, &mut next, &id, &agent, action, now)
        }
    };
    match effect {
        Effect::Changed => Decision {
            conversation: next,
            verdict,
            effect,
        },
        Effect::Nothing | Effect::Refused(_) => Decision {
            conversation: conversation.clone(),
            verdict,
            effect,
        },
    }
}

fn changed_if(changed: bool) -> Effect {
    if changed {
        Effect::Changed
    } else {
        Effect::Nothing
    }
}

fn take_message(
    world: &World,
    conversation: &mut Conversation,
    message: &Inbound,
    now: Timestamp,
) -> Verdict {
    let verdict = judge(world, conversation, message, now);
    remember(conversation, message, verdict.record());
    if verdict.reading.language.is_some() {
        conversation.language.clone_from(&verdict.reading.language);
    }
    if verdict.opts_out {
        conversation.opted_out_at = Some(now);
        handoff::withdraw_bot_words(conversation, "the customer told the bot to stop");
    }
    if world
        .brands
        .get(&conversation.brand)
        .is_some_and(|brand| brand.mode == Mode::Shadow)
    {
        show_words(conversation, message, &verdict, now);
        return verdict;
    }
    match verdict.outcome {
        Outcome::Silence => with_people(world, conversation, &verdict, now),
        Outcome::Reply => {
            conversation.asked = None;
            conversation.cancel_timer(TimerKind::AskExpired);
            say(conversation, message, &verdict, now);
        }
        Outcome::Ask => {
            wait_for(conversation, &verdict, now);
            say(conversation, message, &verdict, now);
        }
        Outcome::Handoff => hand_off(world, conversation, message, &verdict, now),
    }
    verdict
}

/// The message of a conversation with people: they are told, the bot is silent.
fn with_people(world: &World, conversation: &mut Conversation, verdict: &Verdict, now: Timestamp) {
    if conversation.holder == Holder::Bot {
        return;
    }
    let Some(brand) = world.brands.get(&conversation.brand) else {
        return;
    };
    let topic = verdict
        .topic
        .as_ref()
        .and_then(|topic| world.library.topic(topic, &brand.packs));
    let reason = Reason {
        topic: verdict.topic.as_ref(),
        also: Vec::new(),
        severity: verdict.severity,
        desk: world.desk(brand, topic.and_then(|topic| topic.handoff.desk.as_ref())),
        first_response: topic.and_then(|topic| topic.handoff.first_response),
        why: "the customer now writes about something critical".to_owned(),
        entities: entities(verdict),
    };
    handoff::add_to_case(world, conversation, reason, now);
}

fn wait_for(conversation: &mut Conversation, verdict: &Verdict, now: Timestamp) {
    let Some(topic) = verdict.topic.clone() else {
        return;
    };
    conversation.asked = Some(Asked {
        topic,
        entities: verdict.asks.clone(),
        at: now,
    });
    conversation.set_timer(
        TimerKind::AskExpired,
        now.checked_add(ASK_PATIENCE).unwrap_or(Timestamp::MAX),
    );
}

fn hand_off(
    world: &World,
    conversation: &mut Conversation,
    message: &Inbound,
    verdict: &Verdict,
    now: Timestamp,
) {
    let Some(desk) = verdict.desk.clone() else {
        return;
    };
    let brand = world.brands.get(&conversation.brand);
    let topic = verdict
        .topic
        .as_ref()
        .zip(brand)
        .and_then(|(topic, brand)| world.library.topic(topic, &brand.packs));
    let reason = Reason {
        topic: verdict.topic.as_ref(),
        also: verdict
            .record()
            .topics
            .into_iter()
            .filter(|topic| Some(topic) != verdict.topic.as_ref())
            .collect(),
        severity: verdict.severity,
        desk,
        first_response: topic.and_then(|topic| topic.handoff.first_response),
        why: verdict.why.join("; "),
        entities: entities(verdict),
    };
    // A verdict hands off only what the bot holds, so this is a legal move.
    let called = handoff::call_a_person(world, conversation, reason, now);
    debug_assert!(called.is_ok());
    // The bot's last word, which tells the customer that a person has it.
    say(conversation, message, verdict, now);
}

fn entities(verdict: &Verdict) -> Vec<(String, String)> {
    verdict
        .reading
        .entities
        .iter()
        .map(|entity| (entity.kind.to_string(), entity.normal.clone()))
        .collect()
}

fn say(conversation: &mut Conversation, message: &Inbound, verdict: &Verdict, now: Timestamp) {
    let Some(words) = verdict.words.clone() else {
        return;
    };
    let Rendered { text, language } = words.clone();
    let delivery = action::owe_customer(conversation, Some(message.id.clone()), words, true, now);
    conversation.push_turn(Turn::Bot {
        at: now,
        delivery,
        in_reply_to: message.id.clone(),
        topic: verdict.topic.clone(),
        text,
        language,
        status: Status::Pending,
    });
}

/// In shadow mode the words are shown to whoever looks, and sent to nobody.
fn show_words(
    conversation: &mut Conversation,
    message: &Inbound,
    verdict: &Verdict,
    now: Timestamp,
) {
    say(conversation, message, verdict, now);
    handoff::withdraw_bot_words(conversation, "the brand is in shadow mode");
}

fn remember(conversation: &mut Conversation, message: &Inbound, record: Record) {
    conversation.remember_message(&message.id);
    conversation.customer = message.author.clone();
    if message.return_address.is_some() {
        conversation
            .return_address
            .clone_from(&message.return_address);
    }
    conversation.push_turn(Turn::Customer {
        at: message.sent_at,
        message: message.id.clone(),
        text: message.text.clone(),
        record,
    });
}

/// A message that hark failed to read: kept, and a person gets it.
fn take_unread(
    world: &World,
    conversation: &mut Conversation,
    message: &Inbound,
    now: Timestamp,
) -> bool {
    if conversation.has_seen_message(&message.id) {
        return false;
    }
    let why = "hark failed while deciding about this message".to_owned();
    let record = Record {
        outcome: Outcome::Handoff,
        topics: Vec::new(),
        reply: None,
        language: None,
        why: vec![why.clone()],
    };
    remember(conversation, message, record);
    outcome::needs_a_look(world, conversation, why, now);
    true
}

fn fire_timers(world: &World, conversation: &mut Conversation, now: Timestamp) -> bool {
    let due: Vec<TimerKind> = conversation
        .timers
        .iter()
        .filter(|timer| timer.due <= now)
        .map(|timer| timer.kind)
        .collect();
    for kind in &due {
        conversation.cancel_timer(*kind);
        match kind {
            TimerKind::AskExpired => ask_expired(world, conversation, now),
            TimerKind::FirstResponse => overdue(world, conversation, now),
        }
    }
    !due.is_empty()
}

/// The customer did not say what was asked for: a person gets the case without it.
fn ask_expired(world: &World, conversation: &mut Conversation, now: Timestamp) {
    let Some(asked) = conversation.asked.take() else {
        return;
    };
    let Some(brand) = world.brands.get(&conversation.brand) else {
        return;
    };
    let topic = world.library.topic(&asked.topic, &brand.packs);
    let reason = Reason {
        topic: Some(&asked.topic),
        also: Vec::new(),
        severity: topic.map_or_else(Default::default, |topic| topic.severity),
        desk: world.desk(brand, topic.and_then(|topic| topic.handoff.desk.as_ref())),
        first_response: topic.and_then(|topic| topic.handoff.first_response),
        why: format!(
            "the customer was asked for {} and did not answer",
            asked.entities.join(", ")
        ),
        entities: Vec::new(),
    };
    // Where people have it already, they know: then there is nothing to do.
    drop(handoff::call_a_person(world, conversation, reason, now));
}

/// Nobody claimed the case in time.
fn overdue(world: &World, conversation: &mut Conversation, now: Timestamp) {
    if conversation.holder != Holder::Waiting {
        return;
    }
    handoff::tell_desk(world, conversation, AlertKind::Overdue, now);
    handoff::escalate(world, conversation, "not claimed in time", now);
}

fn take_action(
    world: &World,
    conversation: &mut Conversation,
    id: &ActionId,
    agent: &AgentName,
    action: Action,
    now: Timestamp,
) -> Effect {
    if conversation.has_seen_action(id) {
        return Effect::Nothing;
    }
    match action::act(world, conversation, agent, action, now) {
        Ok(()) => {
            conversation.remember_action(id);
            Effect::Changed
        }
        Err(refusal) => Effect::Refused(refusal),
    }
}
