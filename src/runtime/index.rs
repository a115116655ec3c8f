//! Cases by number. Derived from the conversations and rebuilt from them after a restart; never a second truth.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use crate::model::alert::AlertKind;
use crate::model::case::{Case, CaseState};
use crate::model::conversation::Conversation;
use crate::model::id::{CaseNumber, ConversationId, DeskName, TopicName};
use crate::telemetry::{CASES_OPEN, CASES_OVERDUE};

/// What finding and counting cases needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where the case lives.
    pub conversation: ConversationId,
    /// How far it is.
    pub state: CaseState,
    /// Who has it.
    pub desk: DeskName,
    /// What it is about.
    pub topic: Option<TopicName>,
    /// Whether nobody claimed it in time and nobody has since.
    pub overdue: bool,
}

/// Which cases are asked for; `None` = any.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// How far.
    pub state: Option<CaseState>,
    /// At which desk.
    pub desk: Option<DeskName>,
    /// About what.
    pub topic: Option<TopicName>,
}

/// The index.
#[derive(Debug, Default)]
pub struct CaseIndex {
    cases: RwLock<BTreeMap<CaseNumber, Entry>>,
    /// Cases that are being committed.
    announced: RwLock<BTreeMap<CaseNumber, ConversationId>>,
}

impl CaseIndex {
    /// Makes a case that is about to be committed known by its number, so that whoever hears of it finds it.
    pub fn announce(&self, conversation: &Conversation) {
        let Some(case) = &conversation.case else {
            return;
        };
        if self.conversation_of(&case.number).is_none() {
            let mut announced = self
                .announced
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            announced.insert(case.number.clone(), conversation.id.clone());
        }
    }

    /// Takes the cases of a conversation as they are now.
    pub fn update(&self, conversation: &Conversation) {
        let cases = conversation.past_cases.iter().chain(&conversation.case);
        let mut index = self.cases.write().unwrap_or_else(PoisonError::into_inner);
        for case in cases {
            let entry = entry(conversation, case);
            let before = index.insert(case.number.clone(), entry.clone());
            match before {
                Some(before) => count(&before, -1.0),
                None => self.no_longer_announced(&case.number),
            }
            count(&entry, 1.0);
        }
    }

    fn no_longer_announced(&self, number: &CaseNumber) {
        let mut announced = self
            .announced
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        announced.remove(number);
    }

    /// The conversation that a case belongs to.
    pub fn conversation_of(&self, number: &CaseNumber) -> Option<ConversationId> {
        let announced = self
            .announced
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(conversation) = announced.get(number) {
            return Some(conversation.clone());
        }
        drop(announced);
        let cases = self.cases.read().unwrap_or_else(PoisonError::into_inner);
        cases.get(number).map(|entry| entry.conversation.clone())
    }

    /// The cases that `filter` asks for.
    pub fn find(&self, filter: &Filter) -> Vec<(CaseNumber, ConversationId)> {
        let cases = self.cases.read().unwrap_or_else(PoisonError::into_inner);
        let wanted = |entry: &Entry| {
            filter.state.is_none_or(|state| state == entry.state)
                && filter.desk.as_ref().is_none_or(|desk| *desk == entry.desk)
                && (filter.topic.is_none() || filter.topic == entry.topic)
        };
        let found = cases.iter().filter(|(_, entry)| wanted(entry));
        found
            .map(|(number, entry)| (number.clone(), entry.conversation.clone()))
            .collect()
    }
}

fn entry(conversation: &Conversation, case: &Case) -> Entry {
    let told = case
        .alerts
        .iter()
        .any(|alert| alert.kind == AlertKind::Overdue);
    Entry {
        conversation: conversation.id.clone(),
        state: case.state,
        desk: case.desk.clone(),
        topic: case.topic.clone(),
        overdue: told && case.state == CaseState::Open,
    }
}

/// Adds a case to what is measured, or takes it out.
fn count(entry: &Entry, change: f64) {
    if matches!(entry.state, CaseState::Open | CaseState::Claimed) {
        metrics::gauge!(CASES_OPEN, "state" => entry.state.as_str()).increment(change);
    }
    if entry.overdue {
        metrics::gauge!(CASES_OVERDUE).increment(change);
    }
}
