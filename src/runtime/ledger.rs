//! Applies events to conversations: read the document, decide, swap it; again where somebody else was faster.
//!
//! Everything that happens to a conversation happens here, whether a network, a person, a timer or a delivery brought it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::{Mutex, watch};

use crate::channel::{Accepted, NotAccepted};
use crate::clock;
use crate::engine::decide::{Decision, Effect, decide};
use crate::engine::duty::{cut_off, next_due};
use crate::engine::event::Event;
use crate::engine::world::World;
use crate::model::conversation::Conversation;
use crate::model::id::ConversationId;
use crate::model::message::Inbound;
use crate::runtime::index::CaseIndex;
use crate::runtime::schedule::Schedule;
use crate::store::document::{self, OptOut, conversation_key, opt_out_key};
use crate::store::{Revision, Store, StoreError};
use crate::telemetry::{DECISIONS, MESSAGES_RECEIVED, PANICS, STORE_COMMIT_SECONDS};

/// Most documents read at once while starting.
const SCAN_PAGE: usize = 1_000;

/// Why an event could not be applied.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// There is no such conversation.
    #[error("there is no conversation {0}")]
    NoConversation(ConversationId),
    /// The store does not work.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Deciding failed inside hark; nothing changed.
    #[error("deciding failed inside hark; the log has the place")]
    Panicked,
}

/// The documents and what is derived from them.
pub struct Ledger {
    store: Arc<dyn Store>,
    world: ArcSwap<World>,
    /// Cases by number.
    pub cases: CaseIndex,
    /// When to look at which conversation again.
    pub schedule: Schedule,
    /// Held while cases and schedule are brought up to a document, so that none is overtaken by an older one.
    deriving: Mutex<()>,
    broken: watch::Sender<Option<String>>,
}

impl Ledger {
    /// Opens the ledger over a store: reads every conversation once, to know its cases and what it owes.
    pub async fn open(store: Arc<dyn Store>, world: World) -> Result<Self, StoreError> {
        let ledger = Self {
            store,
            world: ArcSwap::from_pointee(world),
            cases: CaseIndex::default(),
            schedule: Schedule::default(),
            deriving: Mutex::default(),
            broken: watch::Sender::new(None),
        };
        let mut after: Option<String> = None;
        loop {
            let page = ledger
                .store
                .scan(
                    &document::prefix::<Conversation>(),
                    after.as_deref(),
                    SCAN_PAGE,
                )
                .await?;
            let Some((last, _)) = page.last() else {
                return Ok(ledger);
            };
            after = Some(last.clone());
            for (key, stored) in &page {
                ledger.derive_after_restart(&document::decode(key, &stored.bytes)?);
            }
        }
    }

    /// Resolves with the reason once the disk failed. The store takes nothing more until a restart, so hark must end.
    pub async fn broken(&self) -> String {
        let mut broken = self.broken.subscribe();
        let reason = broken
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|reason| reason.clone());
        // The sender lives in `self`, so the wait ends only with a reason.
        reason.unwrap_or_default()
    }

    /// Notes a failure of the disk on its way to whoever asked.
    fn note(&self, error: StoreError) -> StoreError {
        if let StoreError::Io(cause) = &error {
            self.broken.send_replace(Some(format!("{error}: {cause}")));
        }
        error
    }

    /// What hark knows now.
    pub fn world(&self) -> Arc<World> {
        self.world.load_full()
    }

    /// Replaces what hark knows; conversations go on under the new world.
    pub fn replace_world(&self, world: World) {
        self.world.store(Arc::new(world));
    }

    /// The store below, for documents that are not conversations.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// A conversation.
    pub async fn conversation(
        &self,
        id: &ConversationId,
    ) -> Result<Option<Conversation>, StoreError> {
        Ok(self.load(id).await?.map(|(conversation, _)| conversation))
    }

    /// Takes a message in. On `Ok` it is on disk, and what follows from it is scheduled.
    pub async fn accept(&self, message: Inbound) -> Result<Accepted, NotAccepted> {
        let id = message.conversation();
        let Some(brand) = self
            .world()
            .accounts
            .get(&message.account)
            .map(|account| account.brand.clone())
        else {
            return Err(NotAccepted::Later(format!(
                "there is no account {}",
                message.account
            )));
        };
        metrics::counter!(MESSAGES_RECEIVED, "account" => message.account.to_string()).increment(1);
        loop {
            let loaded = self.load(&id).await.map_err(not_accepted)?;
            let (conversation, revision) = match loaded {
                Some((conversation, revision)) => (conversation, Some(revision)),
                None => (Conversation::new(&message, brand.clone()), None),
            };
            let conversation = self
                .with_opt_out(conversation, &message)
                .await
                .map_err(not_accepted)?;
            let decided = self.decide(&conversation, Event::Message(message.clone()));
            let decision = match decided {
                Some(decision) => decision,
                None => self
                    .decide(
                        &conversation,
                        Event::Contained {
                            message: message.clone(),
                        },
                    )
                    .ok_or_else(|| NotAccepted::Later(LedgerError::Panicked.to_string()))?,
            };
            let accepted = Accepted {
                conversation: decision.conversation.public_name().to_owned(),
                duplicate: decision.effect == Effect::Nothing,
            };
            if decision
                .verdict
                .as_ref()
                .is_some_and(|verdict| verdict.opts_out)
            {
                self.keep_opt_out(&message).await.map_err(not_accepted)?;
            }
            match self.commit(&decision, revision).await {
                Ok(()) => {
                    count(&decision);
                    return Ok(accepted);
                }
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(not_accepted(error)),
            }
        }
    }

    /// Applies an event to a conversation that exists.
    pub async fn apply(&self, id: &ConversationId, event: Event) -> Result<Decision, LedgerError> {
        loop {
            let Some((conversation, revision)) = self.load(id).await? else {
                return Err(LedgerError::NoConversation(id.clone()));
            };
            let decision = self
                .decide(&conversation, event.clone())
                .ok_or(LedgerError::Panicked)?;
            match self.commit(&decision, Some(revision)).await {
                Ok(()) => return Ok(decision),
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The conversation, knowing whether its customer told the bot to stop in another one.
    async fn with_opt_out(
        &self,
        mut conversation: Conversation,
        message: &Inbound,
    ) -> Result<Conversation, StoreError> {
        if conversation.opted_out_at.is_none() {
            let key = opt_out_key(&message.account, &message.author.id);
            let kept = document::load::<OptOut>(self.store.as_ref(), &key).await;
            let kept = kept.map_err(|error| self.note(error))?;
            conversation.opted_out_at = kept.map(|kept| kept.document.at);
        }
        Ok(conversation)
    }

    /// Kept before the message itself is: a crash in between leaves the customer in peace.
    async fn keep_opt_out(&self, message: &Inbound) -> Result<(), StoreError> {
        let key = opt_out_key(&message.account, &message.author.id);
        let opt_out = OptOut { at: clock::now() };
        match document::save(self.store.as_ref(), &key, None, &opt_out).await {
            // It was there already.
            Ok(_) | Err(StoreError::Conflict { .. }) => Ok(()),
            Err(error) => Err(self.note(error)),
        }
    }

    /// Decides, and contains a fault of ours: one conversation may fail, the others go on.
    fn decide(&self, conversation: &Conversation, event: Event) -> Option<Decision> {
        let world = self.world();
        let now = clock::now();
        let decided = catch_unwind(AssertUnwindSafe(|| {
            decide(&world, conversation, event, now)
        }));
        if decided.is_err() {
            tracing::error!(conversation = %conversation.id, "deciding panicked; a person gets the conversation");
            metrics::counter!(PANICS).increment(1);
        }
        decided.ok()
    }

    async fn load(
        &self,
        id: &ConversationId,
    ) -> Result<Option<(Conversation, Revision)>, StoreError> {
        let loaded = document::load(self.store.as_ref(), &conversation_key(id))
            .await
            .map_err(|error| self.note(error))?;
        Ok(loaded.map(|loaded| (loaded.document, loaded.revision)))
    }

    async fn commit(
        &self,
        decision: &Decision,
        revision: Option<Revision>,
    ) -> Result<(), StoreError> {
        if decision.effect == Effect::Changed {
            let conversation = &decision.conversation;
            // Whoever is told of the change can find the case.
            self.cases.announce(conversation);
            let began = clock::now();
            let committed = document::save(
                self.store.as_ref(),
                &conversation_key(&conversation.id),
                revision,
                conversation,
            )
            .await
            .map_err(|error| self.note(error))?;
            let took = clock::now().duration_since(began);
            metrics::histogram!(STORE_COMMIT_SECONDS).record(took.as_secs_f64());
            self.derive(conversation, committed).await;
        }
        Ok(())
    }

    /// Like [`Self::derive`]; an attempt that the last process began is looked at first.
    fn derive_after_restart(&self, conversation: &Conversation) {
        self.derive_now(conversation);
        if cut_off(conversation) {
            self.schedule.set(&conversation.id, Some(Timestamp::MIN));
        }
    }

    /// Schedules a conversation by what its document says now.
    pub async fn reschedule(&self, id: &ConversationId) -> Result<(), StoreError> {
        let _turn = self.deriving.lock().await;
        let due = self.conversation(id).await?.as_ref().and_then(next_due);
        self.schedule.set(id, due);
        Ok(())
    }

    /// Brings what is derived up to the document that was committed as `revision`. Where a later one is there already,
    /// whoever committed that one derives from it: an older one must not take back what it made due.
    async fn derive(&self, conversation: &Conversation, revision: Revision) {
        let _turn = self.deriving.lock().await;
        let there = self.store.get(&conversation_key(&conversation.id)).await;
        if !matches!(there, Ok(Some(there)) if there.revision != revision) {
            self.derive_now(conversation);
        }
    }

    fn derive_now(&self, conversation: &Conversation) {
        self.cases.update(conversation);
        self.schedule.set(&conversation.id, next_due(conversation));
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
fn not_accepted(error: StoreError) -> NotAccepted {
    NotAccepted::Later(error.to_string())
}

fn count(decision: &Decision) {
    if let Some(verdict) = &decision.verdict {
        metrics::counter!(DECISIONS, "outcome" => verdict.outcome.to_string()).increment(1);
    }
}
