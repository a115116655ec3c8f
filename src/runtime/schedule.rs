//! When to look at which conversation again. Derived from the documents, rebuilt from them after a restart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::model::id::ConversationId;

#[derive(Debug, Default)]
struct Queue {
    by_time: BTreeSet<(Timestamp, ConversationId)>,
    by_conversation: BTreeMap<ConversationId, Timestamp>,
}

/// Conversations by the time at which they owe something.
#[derive(Debug, Default)]
pub struct Schedule {
    queue: Mutex<Queue>,
    earlier: Notify,
}

impl Schedule {
    /// Looks at a conversation no later than `due`; `None` = its document asks for no look. A look that was asked for
    /// earlier stays: it may be for an attempt that was cut off, which the document alone does not ask for, and one look
    /// too many does no harm.
    pub fn set(&self, conversation: &ConversationId, due: Option<Timestamp>) {
        let Some(due) = due else { return };
        let mut queue = self.lock();
        match queue.by_conversation.get(conversation).copied() {
            Some(before) if before <= due => return,
            Some(before) => drop(queue.by_time.remove(&(before, conversation.clone()))),
            None => {}
        }
        queue.by_conversation.insert(conversation.clone(), due);
        queue.by_time.insert((due, conversation.clone()));
        drop(queue);
        self.earlier.notify_one();
    }

    /// Takes every conversation whose time has come, and tells when the next one's comes.
    pub fn take_due(&self, now: Timestamp) -> (Vec<ConversationId>, Option<Timestamp>) {
        let mut queue = self.lock();
        let mut due = Vec::new();
        while let Some((at, conversation)) = queue.by_time.first().cloned() {
            if at > now {
                return (due, Some(at));
            }
            queue.by_time.pop_first();
            queue.by_conversation.remove(&conversation);
            due.push(conversation);
        }
        (due, None)
    }

    /// Resolves when something was scheduled since the last time it did.
    pub async fn changed(&self) {
        self.earlier.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics while holding it, and a half-done change would only mean one look too many.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[test]
    fn what_is_due_comes_in_order_and_once() {
        let schedule = Schedule::default();
        let [one, two, three] = ["one", "two", "three"].map(ConversationId::from);
        schedule.set(&one, Some(at(30)));
        schedule.set(&two, Some(at(10)));
        schedule.set(&three, Some(at(20)));
        schedule.set(&one, Some(at(5)));
        assert_eq!(schedule.take_due(at(7)), (vec![one], Some(at(10))));
        assert_eq!(schedule.take_due(at(60)), (vec![two, three], None));
        assert_eq!(schedule.take_due(at(60)), (vec![], None));
    }

    #[test]
    fn a_look_that_was_asked_for_is_not_lost() {
        let schedule = Schedule::default();
        let one = ConversationId::from("one");
        schedule.set(&one, Some(Timestamp::MIN));
        schedule.set(&one, Some(at(30)));
        schedule.set(&one, None);
        assert_eq!(schedule.take_due(at(7)), (vec![one], None));
    }
}
