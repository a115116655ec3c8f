//! hark as `runtime` runs it – load, decide, swap; owed → attempt committed → send → result – cut into single moves, so that
//! a crash, a person or a customer may come between any two of them.

use std::collections::BTreeMap;

use futures::FutureExt;
use hark::engine::decide::{Decision, Effect, decide};
use hark::engine::duty::{Duty, cut_off, next_due, owed};
use hark::engine::event::Event;
use hark::model::conversation::Conversation;
use hark::model::delivery::{Attempted, Delivery, Lane, Recipient};
use hark::model::id::{ConversationId, DeliveryId};
use hark::store::document::{Loaded, conversation_key, decode, load, prefix, save};
use hark::store::memory::MemoryStore;
use hark::store::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};

use crate::invariants::{Kept, Step, after_call, after_step};
use crate::reference::Reference;
use crate::run::Run;
use crate::world::{Meaning, WORLD};

/// Pause after the store refused.
const STORE_PAUSE: SignedDuration = SignedDuration::from_secs(1);

/// What a process has in memory; a crash takes all of it but the store.
#[derive(Debug, Default)]
pub(crate) struct Daemon {
    pub(crate) store: MemoryStore,
    schedule: BTreeMap<ConversationId, Timestamp>,
    pub(crate) jobs: Vec<Job>,
}

/// A lane of a conversation in which somebody works, and how far they are.
#[derive(Debug)]
pub(crate) struct Job {
    conversation: ConversationId,
    lane: Option<Lane>,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    /// The lane is taken, the document is not read yet.
    Taken,
    /// The attempt is committed, the outside is not called yet; `since` where a cut-off attempt is settled.
    Committed {
        delivery: Delivery,
        since: Option<Timestamp>,
    },
    /// The outside has answered, and nobody but this job knows.
    Answered {
        delivery: DeliveryId,
        outcome: Attempted,
    },
}

impl Daemon {
    pub(crate) fn conversation(&self, id: &ConversationId) -> Option<Loaded<Conversation>> {
        now(load(&self.store, &conversation_key(id))).expect("the store reads what it wrote")
    }

    pub(crate) fn conversations(&self) -> Vec<Conversation> {
        let page = now(self.store.scan(&prefix::<Conversation>(), None, usize::MAX))
            .expect("the store reads what it wrote");
        page.iter()
            .map(|(key, stored)| decode(key, &stored.bytes).expect("the store reads what it wrote"))
            .collect()
    }

    /// The process dies and another starts.
    pub(crate) fn restart(&mut self) {
        self.jobs.clear();
        self.schedule.clear();
        for conversation in self.conversations() {
            self.reschedule(&conversation);
            if cut_off(&conversation) {
                self.look_at(&conversation.id, Timestamp::MIN);
            }
        }
    }

    /// When something is due next.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.schedule.values().min().copied()
    }

    fn reschedule(&mut self, conversation: &Conversation) {
        if let Some(due) = next_due(conversation) {
            self.look_at(&conversation.id, due);
        }
    }

    /// Looks at a conversation no later than `due`.
    fn look_at(&mut self, id: &ConversationId, due: Timestamp) {
        let at = self.schedule.entry(id.clone()).or_insert(due);
        *at = due.min(*at);
    }

    /// Takes the lanes of every conversation whose time has come.
    pub(crate) fn take_due(&mut self, at: Timestamp) {
        let due: Vec<ConversationId> = self
            .schedule
            .iter()
            .filter(|(_, due)| **due <= at)
            .map(|(id, _)| id.clone())
            .collect();
        for id in due {
            self.schedule.remove(&id);
            let Some(Loaded { document, .. }) = self.conversation(&id) else {
                continue;
            };
            let lanes = owed(&document, at)
                .into_iter()
                .map(|duty| duty.lane(&document));
            let free: Vec<Option<Lane>> = lanes
                .filter(|lane| {
                    !self
                        .jobs
                        .iter()
                        .any(|job| job.conversation == id && job.lane == *lane)
                })
                .collect();
            if free.is_empty() {
                self.reschedule(&document);
            }
            self.jobs.extend(free.into_iter().map(|lane| Job {
                conversation: id.clone(),
                lane,
                phase: Phase::Taken,
            }));
        }
    }
}

impl Run {
    /// Load, decide, swap; again where somebody else was faster. `None` = the store refused, nothing changed.
    pub(crate) fn apply(&mut self, id: &ConversationId, event: &Event) -> Kept<Option<Decision>> {
        loop {
            let (before, revision) = match (self.daemon.conversation(id), event) {
                (Some(loaded), _) => (loaded.document, Some(loaded.revision)),
                (None, Event::Message(message) | Event::Contained { message }) => {
                    let brand = WORLD.accounts[&message.account].brand.clone();
                    (Conversation::new(message, brand), None)
                }
                (None, _) => return Ok(None),
            };
            let decision = decide(&WORLD, &before, event.clone(), self.now);
            if self.faults.strikes(25) {
                self.somebody_is_faster(id)?;
            }
            if decision.effect == Effect::Changed {
                if self.faults.strikes(10) {
                    self.note(|| format!("{id}: the store refuses"));
                    return Ok(None);
                }
                let key = conversation_key(id);
                match now(save(
                    &self.daemon.store,
                    &key,
                    revision,
                    &decision.conversation,
                )) {
                    Ok(_) => self.daemon.reschedule(&decision.conversation),
                    Err(StoreError::Conflict { .. }) => continue,
                    Err(error) => panic!("the memory store cannot fail so: {error}"),
                }
            } else if self.daemon.conversation(id).map(|loaded| loaded.revision) != revision {
                // Nothing to commit, so nothing conflicts; but the invariants know of the newer document.
                return Ok(Some(decision));
            }
            self.check(id, event, &before, &decision)?;
            return Ok(Some(decision));
        }
    }

    fn check(
        &mut self,
        id: &ConversationId,
        event: &Event,
        before: &Conversation,
        decision: &Decision,
    ) -> Kept {
        let meaning = match event {
            Event::Message(message) | Event::Contained { message } => self.meanings[&message.id],
            Event::Attempt { .. }
            | Event::Attempted { .. }
            | Event::TimerDue
            | Event::Action { .. } => Meaning::Plain,
        };
        self.note(|| format!("{id}: {} → {}", told(event), outcome_of(decision)));
        let mode = WORLD.brands[&before.brand].mode;
        let reference = self
            .references
            .entry(id.clone())
            .or_insert_with(|| Reference::new(mode));
        after_step(
            &Step {
                before,
                event,
                meaning,
                decision,
                now: self.now,
            },
            reference,
        )
    }

    /// Moves one job one phase further.
    pub(crate) fn advance_a_job(&mut self) -> Kept {
        if self.daemon.jobs.is_empty() {
            return Ok(());
        }
        let at = self.faults.index(self.daemon.jobs.len());
        let Job {
            conversation,
            lane,
            phase,
        } = self.daemon.jobs.swap_remove(at);
        // While it moves the lane stays taken: nothing else looks at the schedule meanwhile.
        let next = match phase {
            Phase::Taken => self.begin(&conversation, lane.as_ref())?,
            Phase::Committed { delivery, since } => Some(self.call(&delivery, since)?),
            Phase::Answered { delivery, outcome } => {
                let event = Event::Attempted {
                    delivery,
                    outcome,
                    jitter: self.faults.jitter(),
                };
                self.apply_or_look_again(&conversation, &event)?;
                None
            }
        };
        if let Some(phase) = next {
            self.daemon.jobs.push(Job {
                conversation,
                lane,
                phase,
            });
        } else if let Some(loaded) = self.daemon.conversation(&conversation) {
            self.daemon.reschedule(&loaded.document);
        }
        Ok(())
    }

    /// Reads what the lane owes and commits the attempt.
    fn begin(&mut self, id: &ConversationId, lane: Option<&Lane>) -> Kept<Option<Phase>> {
        let Some(Loaded { document, .. }) = self.daemon.conversation(id) else {
            return Ok(None);
        };
        let duty = owed(&document, self.now)
            .into_iter()
            .find(|duty| duty.lane(&document).as_ref() == lane);
        match duty {
            None => Ok(None),
            Some(Duty::Timers) => {
                self.apply_or_look_again(id, &Event::TimerDue)?;
                Ok(None)
            }
            Some(Duty::Settle { delivery, since }) => {
                Ok(document
                    .delivery(&delivery)
                    .map(|delivery| Phase::Committed {
                        delivery: delivery.clone(),
                        since: Some(since),
                    }))
            }
            Some(Duty::Forget(delivery)) => Ok(Some(Phase::Answered {
                delivery,
                outcome: Attempted::Later {
                    retry_after_s: None,
                    reason: "the words were taken back".to_owned(),
                },
            })),
            Some(Duty::Send(delivery)) => {
                let begun = self.apply_or_look_again(
                    id,
                    &Event::Attempt {
                        delivery: delivery.clone(),
                    },
                )?;
                let begun = begun.filter(|begun| begun.effect == Effect::Changed);
                let committed =
                    begun.and_then(|begun| begun.conversation.delivery(&delivery).cloned());
                Ok(committed.map(|delivery| Phase::Committed {
                    delivery,
                    since: None,
                }))
            }
        }
    }

    /// Calls the network or the desk.
    fn call(&mut self, delivery: &Delivery, since: Option<Timestamp>) -> Kept<Phase> {
        let outcome = match (&delivery.to, since) {
            (Recipient::Customer(message), None) => {
                self.outside.send(message, &mut self.faults, self.now)
            }
            (Recipient::Customer(message), Some(since)) => {
                self.outside
                    .settle(message, since, &mut self.faults, self.now)
            }
            (Recipient::Desk { desk, alert }, None) => {
                self.outside
                    .notify(desk, &delivery.id, alert, &mut self.faults, self.now)
            }
            (Recipient::Desk { .. }, Some(_)) => Attempted::Later {
                retry_after_s: None,
                reason: "hark was stopped meanwhile".to_owned(),
            },
        };
        self.note(|| format!("  call about {} → {outcome:?}", delivery.id));
        after_call(&self.outside, &delivery.id)?;
        if since.is_none() && matches!(outcome, Attempted::Unknown { .. }) {
            // The answer was lost: what became of the attempt is found out from the document as it is now.
            return Ok(Phase::Taken);
        }
        Ok(Phase::Answered {
            delivery: delivery.id.clone(),
            outcome,
        })
    }

    fn apply_or_look_again(
        &mut self,
        id: &ConversationId,
        event: &Event,
    ) -> Kept<Option<Decision>> {
        let decision = self.apply(id, event)?;
        if decision.is_none() {
            let at = self.now + STORE_PAUSE;
            self.daemon.look_at(id, at);
        }
        Ok(decision)
    }
}

/// The memory store never waits.
fn now<T>(work: impl Future<Output = T>) -> T {
    work.now_or_never().expect("the memory store never waits")
}

fn told(event: &Event) -> String {
    match event {
        Event::Message(message) => format!(
            "{} {:?}",
            message.id,
            message.text.chars().take(50).collect::<String>()
        ),
        Event::Contained { message } => format!("{} (deciding failed)", message.id),
        Event::Attempt { delivery } => format!("attempt {delivery}"),
        Event::Attempted {
            delivery, outcome, ..
        } => format!("attempted {delivery}: {outcome:?}"),
        Event::TimerDue => "a timer is due".to_owned(),
        Event::Action { id, agent, action } => format!("action {id}: {agent} {action:?}"),
    }
}

fn outcome_of(decision: &Decision) -> String {
    let conversation = &decision.conversation;
    let owed: Vec<String> = conversation
        .deliveries
        .iter()
        .map(|delivery| delivery.id.to_string())
        .collect();
    let verdict = decision
        .verdict
        .as_ref()
        .map(|verdict| format!("{} ({}), ", verdict.outcome, verdict.why.join("; ")));
    format!(
        "{}{:?}, with: {}, owes [{}]",
        verdict.unwrap_or_default(),
        decision.effect,
        conversation.holder,
        owed.join(" ")
    )
}
