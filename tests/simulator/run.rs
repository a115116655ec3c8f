//! One run: customers, agents, clock and misfortune take turns by the seed; then faults end, and everything must settle.

use std::collections::BTreeMap;

use hark::engine::event::{Action, Event};
use hark::model::id::{ActionId, AgentName, ConversationId, DeskName, MessageId};
use hark::model::message::Inbound;
use jiff::{SignedDuration, Timestamp};

use crate::daemon::Daemon;
use crate::faults::Faults;
use crate::invariants::{Broken, Kept, in_the_end};
use crate::outside::Outside;
use crate::reference::Reference;
use crate::world::{AGENTS, Customer, Meaning, WORLD, cast};

/// Steps of the stormy part.
const STEPS: std::ops::Range<i64> = 150..400;
/// Messages of a flood: more than a conversation remembers turns.
const FLOOD: usize = 230;
/// Moves that the quiet phase may take before it counts as endless.
const QUIET_MOVES_MAX: usize = 100_000;
/// How long after the storm everything must be settled: the longest retry schedule, and every desk in line.
const QUIET: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The state of one run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) now: Timestamp,
    pub(crate) step: usize,
    pub(crate) faults: Faults,
    pub(crate) daemon: Daemon,
    pub(crate) outside: Outside,
    pub(crate) references: BTreeMap<ConversationId, Reference>,
    pub(crate) meanings: BTreeMap<MessageId, Meaning>,
    pub(crate) history: Vec<String>,
    cast: Vec<Customer>,
    /// Written, and not acknowledged to the network yet.
    waiting: Vec<Inbound>,
    /// Everything ever written; a network may bring any of it again.
    written: Vec<Inbound>,
    /// What agents did; a browser may send any of it again.
    actions: Vec<(ConversationId, Event)>,
    /// Whether somebody is being faster just now; nobody is faster than they.
    racing: bool,
}

impl Run {
    pub(crate) fn new(seed: u64) -> Self {
        let mut faults = Faults::new(seed);
        Self {
            now: "2026-03-01T08:00:00Z".parse().expect("a time"),
            step: 0,
            cast: cast(&mut faults),
            faults,
            daemon: Daemon::default(),
            outside: Outside::default(),
            references: BTreeMap::new(),
            meanings: BTreeMap::new(),
            history: Vec::new(),
            waiting: Vec::new(),
            written: Vec::new(),
            actions: Vec::new(),
            racing: false,
        }
    }

    /// The whole run.
    pub(crate) fn play(&mut self) -> Kept {
        let steps = self.faults.number(STEPS);
        for _ in 0..steps {
            self.step += 1;
            self.time_passes();
            self.something_happens()?;
        }
        self.note(|| "the storm is over".to_owned());
        self.faults.over = true;
        self.quiet_down()
    }

    /// Adds a line to what is printed when the run fails.
    pub(crate) fn note(&mut self, line: impl FnOnce() -> String) {
        self.history
            .push(format!("{:>4} {} {}", self.step, self.now, line()));
    }

    fn time_passes(&mut self) {
        let seconds = match self.faults.index(40) {
            0 => self.faults.number(3_600..40_000),
            1..4 => self.faults.number(60..3_600),
            4 => -self.faults.number(0..5),
            _ => self.faults.number(0..15),
        };
        self.now += SignedDuration::from_secs(seconds);
    }

    fn something_happens(&mut self) -> Kept {
        match self.faults.index(100) {
            0..30 => {
                self.a_customer_writes();
                self.the_network_delivers()
            }
            30..38 => self.the_network_delivers(),
            38..41 => self.the_network_repeats_itself(),
            41..53 => self.an_agent_acts(),
            53..56 if self.faults.strikes(300) => {
                self.note(|| "crash".to_owned());
                self.daemon.restart();
                Ok(())
            }
            56 if self.faults.strikes(200) => {
                self.a_desk_fails();
                Ok(())
            }
            57 if self.faults.happens(4) => self.a_flood(),
            _ => {
                self.daemon.take_due(self.now);
                for _ in 0..self.faults.index(6) {
                    self.advance_a_job()?;
                }
                Ok(())
            }
        }
    }

    fn a_customer_writes(&mut self) {
        let customer = self.faults.pick(&self.cast).clone();
        self.writes(&customer);
    }

    fn writes(&mut self, customer: &Customer) {
        let id = format!("n{}", self.written.len());
        let probe = customer
            .write(id.clone(), self.now, false, &mut self.faults)
            .0
            .conversation();
        let asked = self
            .daemon
            .conversation(&probe)
            .is_some_and(|loaded| loaded.document.asked.is_some());
        let (message, meaning) = customer.write(id, self.now, asked, &mut self.faults);
        self.meanings.insert(message.id.clone(), meaning);
        self.written.push(message.clone());
        self.waiting.push(message);
    }

    /// The network brings a message, not always the oldest; it stays until the network hears that it was taken in.
    fn the_network_delivers(&mut self) -> Kept {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let at = if self.faults.strikes(80) {
            self.faults.index(self.waiting.len())
        } else {
            0
        };
        let message = self.waiting[at].clone();
        let taken = self.accept(message)?;
        if taken && !self.faults.strikes(40) {
            self.waiting.remove(at);
        }
        Ok(())
    }

    fn the_network_repeats_itself(&mut self) -> Kept {
        if self.written.is_empty() || !self.faults.strikes(400) {
            return Ok(());
        }
        let message = self.faults.pick(&self.written).clone();
        self.accept(message).map(drop)
    }

    fn accept(&mut self, message: Inbound) -> Kept<bool> {
        let id = message.conversation();
        let event = if self.faults.strikes(5) {
            Event::Contained { message }
        } else {
            Event::Message(message)
        };
        Ok(self.apply(&id, &event)?.is_some())
    }

    fn a_flood(&mut self) -> Kept {
        let customer = self.faults.pick(&self.cast).clone();
        for _ in 0..FLOOD {
            self.writes(&customer);
            self.the_network_delivers()?;
        }
        Ok(())
    }

    fn an_agent_acts(&mut self) -> Kept {
        let known: Vec<&ConversationId> = self.references.keys().collect();
        if known.is_empty() {
            return Ok(());
        }
        let id = (*self.faults.pick(&known)).clone();
        if !self.actions.is_empty() && self.faults.strikes(60) {
            let (id, event) = self.faults.pick(&self.actions).clone();
            return self.apply(&id, &event).map(drop);
        }
        self.acts_on(&id)
    }

    fn acts_on(&mut self, id: &ConversationId) -> Kept {
        let action = match self.faults.index(10) {
            0..3 => Action::Claim,
            3..6 => Action::Reply {
                text: "I am looking into booking K7X2P9 for you.".to_owned(),
            },
            6 => Action::Note {
                text: "spoke to the station".to_owned(),
            },
            7 => Action::Release,
            _ => Action::Resolve,
        };
        let agent = AgentName::from(*self.faults.pick(&AGENTS));
        let event = Event::Action {
            id: ActionId::new(format!("a{}", self.actions.len())),
            agent,
            action,
        };
        self.actions.push((id.clone(), event.clone()));
        self.apply(id, &event).map(drop)
    }

    /// Between reading a document and swapping it, somebody else swaps it.
    pub(crate) fn somebody_is_faster(&mut self, id: &ConversationId) -> Kept {
        if self.racing || !self.references.contains_key(id) {
            return Ok(());
        }
        self.racing = true;
        self.note(|| format!("{id}: somebody is faster"));
        let of_this: Vec<Inbound> = self
            .written
            .iter()
            .filter(|message| message.conversation() == *id)
            .cloned()
            .collect();
        let done = if self.faults.happens(50) || of_this.is_empty() {
            self.acts_on(id)
        } else {
            let message = self.faults.pick(&of_this).clone();
            self.accept(message).map(drop)
        };
        self.racing = false;
        done
    }

    fn a_desk_fails(&mut self) {
        let desks: Vec<DeskName> = WORLD.desks.keys().cloned().collect();
        let desk = self.faults.pick(&desks).clone();
        let until = if self.faults.happens(10) {
            Timestamp::MAX
        } else {
            self.now + SignedDuration::from_hours(self.faults.number(1..40))
        };
        self.note(|| format!("desk {desk} fails until {until}"));
        self.outside.desk_down.insert(desk, until);
    }

    /// No faults, no people, no new messages: what is waiting is taken in, and what is owed is done.
    fn quiet_down(&mut self) -> Kept {
        while !self.waiting.is_empty() {
            self.the_network_delivers()?;
        }
        let end = self.now + QUIET;
        for _ in 0..QUIET_MOVES_MAX {
            self.daemon.take_due(self.now);
            if !self.daemon.jobs.is_empty() {
                self.advance_a_job()?;
                continue;
            }
            match self.daemon.next_due() {
                Some(due) if due <= end => self.now = self.now.max(due),
                Some(_) | None => return self.everything_is_settled(),
            }
        }
        Err(Broken {
            promise: "1: everything owed is settled in the end",
            what: "there is no end of it".to_owned(),
        })
    }

    fn everything_is_settled(&self) -> Kept {
        self.daemon.conversations().iter().try_for_each(in_the_end)
    }
}
