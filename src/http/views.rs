//! The JSON shapes of the API. What was said in public with private data in it is shown masked.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::engine::world::World;
use crate::model::author::Author;
use crate::model::case::Case;
use crate::model::conversation::{Conversation, Turn};
use crate::model::delivery::Status;
use crate::text::entities;

/// Who can read a conversation.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum VisibilityWord {
    /// Everybody.
    Public,
    /// The customer and us.
    Private,
}

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerView {
    /// The network's id.
    pub id: String,
    /// The name they show.
    pub name: String,
    /// The handle others mention them by.
    pub handle: String,
    /// How many follow them.
    pub followers: Option<u64>,
    /// Whether the network vouches for them.
    pub verified: bool,
}

impl CustomerView {
    fn of(author: &Author) -> Self {
        Self {
            id: author.id.to_string(),
            name: author.name.clone(),
            handle: author.handle.clone(),
            followers: author.followers,
            verified: author.verified,
        }
    }
}

/// One thing said or noted.
#[derive(Debug, Serialize, ToSchema)]
pub struct TurnView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// `customer`, `bot`, `agent` or `note`.
    pub by: &'static str,
    /// The words.
    pub text: String,
    /// The network's id of the message, or of the one that is answered.
    pub message: Option<String>,
    /// The person who wrote it.
    pub agent: Option<String>,
    /// How the delivery stands: `pending`, `sent`, `unknown`, `refused`, `withdrawn`.
    pub status: Option<&'static str>,
    /// Why it stands so.
    pub reason: Option<String>,
    /// What was decided about a customer's message: `reply`, `ask`, `handoff`, `silence`.
    pub outcome: Option<String>,
    /// The topics it was about, the deciding one first.
    pub topics: Vec<String>,
    /// Each step of the decision.
    pub why: Vec<String>,
}

/// A conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationView {
    /// Its name: the one its sender gave it, else hark's id.
    pub id: String,
    /// Our account.
    pub account: String,
    /// The brand.
    pub brand: String,
    /// The customer.
    pub customer: CustomerView,
    /// `public` or `private`.
    pub visibility: &'static str,
    /// The language it is held in.
    pub language: Option<String>,
    /// Who speaks: `bot`, `waiting`, `person`.
    pub holder: &'static str,
    /// The person, where one speaks.
    pub agent: Option<String>,
    /// The number of its active or last case.
    pub case: Option<String>,
    /// Whether the customer told the bot to stop.
    pub opted_out: bool,
    /// Turns before those that are not kept any more.
    pub turns_forgotten: u64,
    /// What was said, oldest first.
    pub turns: Vec<TurnView>,
}

/// An alert of a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertView {
    /// The `webhook-id`.
    pub id: String,
    /// The event.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// To whom.
    pub desk: String,
    /// How its delivery stands.
    pub status: &'static str,
    /// Why it stands so.
    pub reason: Option<String>,
}

/// A case.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseView {
    /// Its number.
    pub id: String,
    /// Its number again, under the name that people use.
    pub number: String,
    /// `open`, `claimed`, `released`, `resolved`.
    pub state: &'static str,
    /// The desk that has it.
    pub desk: String,
    /// What it is about.
    pub topic: Option<String>,
    /// What else was spoken of.
    pub also: Vec<String>,
    /// `low`, `normal`, `high`, `critical`.
    pub severity: String,
    /// Why a person is needed.
    pub why: String,
    /// Who has it.
    pub agent: Option<String>,
    /// Our account.
    pub account: String,
    /// The brand.
    pub brand: String,
    /// The conversation's name.
    pub conversation: String,
    /// The customer.
    pub customer: CustomerView,
    /// The language it is held in.
    pub language: Option<String>,
    /// `public` or `private`.
    pub visibility: &'static str,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// When a person must have claimed it.
    #[schema(value_type = String, format = DateTime)]
    pub first_response_due: Timestamp,
    /// When a person first answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub first_response_at: Option<Timestamp>,
    /// When it was resolved.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub resolved_at: Option<Timestamp>,
    /// What was gathered.
    pub entities: BTreeMap<String, String>,
    /// Turns before the transcript that are not kept any more; only where one case is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turns_forgotten: Option<u64>,
    /// What was said; only where one case is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcript: Option<Vec<TurnView>>,
    /// What desks were told; only where one case is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alerts: Option<Vec<AlertView>>,
}

impl TurnView {
    fn of(turn: &Turn, shown: impl Fn(&str) -> String) -> Self {
        let text = shown(turn.text());
        let view = Self {
            at: turn.at(),
            by: turn.by(),
            text,
            message: None,
            agent: None,
            status: None,
            reason: None,
            outcome: None,
            topics: Vec::new(),
            why: Vec::new(),
        };
        match turn {
            Turn::Customer {
                message, record, ..
            } => Self {
                message: Some(message.to_string()),
                outcome: Some(record.outcome.to_string()),
                topics: record.topics.iter().map(ToString::to_string).collect(),
                why: record.why.clone(),
                ..view
            },
            Turn::Bot {
                in_reply_to,
                status,
                ..
            } => Self {
                message: Some(in_reply_to.to_string()),
                ..view.with(status)
            },
            Turn::Agent { agent, status, .. } => Self {
                agent: Some(agent.to_string()),
                ..view.with(status)
            },
            Turn::Note { agent, .. } => Self {
                agent: Some(agent.to_string()),
                ..view
            },
        }
    }

    fn with(self, status: &Status) -> Self {
        let (status, reason) = words_for(status);
        Self {
            status: Some(status),
            reason,
            ..self
        }
    }
}

fn words_for(status: &Status) -> (&'static str, Option<String>) {
    match status {
        Status::Pending => ("pending", None),
        Status::Sent { .. } => ("sent", None),
        Status::Unknown { reason } => ("unknown", Some(reason.clone())),
        Status::Refused { reason } => ("refused", Some(reason.clone())),
        Status::Withdrawn {
            reason,
            tried: false,
        } => ("withdrawn", Some(reason.clone())),
        // A network that failed or broke off may have taken it all the same.
        Status::Withdrawn {
            reason,
            tried: true,
        } => (
            "withdrawn",
            Some(format!(
                "{reason}; it was tried before and may have reached the customer"
            )),
        ),
    }
}

fn visibility(conversation: &Conversation) -> &'static str {
    if conversation.visibility.is_public() {
        "public"
    } else {
        "private"
    }
}

fn turns(world: &World, conversation: &Conversation, masked: bool) -> Vec<TurnView> {
    let shown = |text: &str| {
        if masked {
            world.mask(&conversation.brand, text)
        } else {
            text.to_owned()
        }
    };
    let turns = conversation.turns.iter();
    turns.map(|turn| TurnView::of(turn, shown)).collect()
}

impl ConversationView {
    /// As the API shows it.
    pub fn of(world: &World, conversation: &Conversation) -> Self {
        use crate::model::conversation::Holder;
        let (holder, agent) = match &conversation.holder {
            Holder::Bot => ("bot", None),
            Holder::Waiting => ("waiting", None),
            Holder::Person { agent } => ("person", Some(agent.to_string())),
        };
        Self {
            id: conversation.public_name().to_owned(),
            account: conversation.account.to_string(),
            brand: conversation.brand.to_string(),
            customer: CustomerView::of(&conversation.customer),
            visibility: visibility(conversation),
            language: conversation.language.as_ref().map(ToString::to_string),
            holder,
            agent,
            case: conversation
                .case
                .as_ref()
                .map(|case| case.number.to_string()),
            opted_out: conversation.opted_out_at.is_some(),
            turns_forgotten: conversation.turns_forgotten,
            turns: turns(world, conversation, conversation.visibility.is_public()),
        }
    }
}

impl CaseView {
    /// As a list shows it.
    pub fn of(world: &World, conversation: &Conversation, case: &Case) -> Self {
        Self {
            id: case.number.to_string(),
            number: case.number.to_string(),
            state: case.state.as_str(),
            desk: case.desk.to_string(),
            topic: case.topic.as_ref().map(ToString::to_string),
            also: case.also.iter().map(ToString::to_string).collect(),
            severity: case.severity.to_string(),
            why: case.why.clone(),
            agent: case.agent.as_ref().map(ToString::to_string),
            account: conversation.account.to_string(),
            brand: conversation.brand.to_string(),
            conversation: conversation.public_name().to_owned(),
            customer: CustomerView::of(&conversation.customer),
            language: conversation.language.as_ref().map(ToString::to_string),
            visibility: visibility(conversation),
            opened_at: case.opened_at,
            first_response_due: case.first_response_due,
            first_response_at: case.first_response_at,
            resolved_at: case.resolved_at,
            entities: shown_entities(
                world,
                conversation,
                case,
                conversation.visibility.is_public(),
            ),
            turns_forgotten: None,
            transcript: None,
            alerts: None,
        }
    }

    /// With all there is to know.
    pub fn whole(world: &World, conversation: &Conversation, case: &Case) -> Self {
        let masked = conversation.visibility.is_public() && !world.shows_private(&case.desk);
        let alerts = case.alerts.iter().map(|alert| {
            let (status, reason) = words_for(&alert.status);
            AlertView {
                id: alert.id.to_string(),
                kind: alert.kind.as_str(),
                desk: alert.desk.to_string(),
                status,
                reason,
            }
        });
        Self {
            entities: shown_entities(world, conversation, case, masked),
            turns_forgotten: Some(conversation.turns_forgotten),
            transcript: Some(turns(world, conversation, masked)),
            alerts: Some(alerts.collect()),
            ..Self::of(world, conversation, case)
        }
    }
}

fn shown_entities(
    world: &World,
    conversation: &Conversation,
    case: &Case,
    masked: bool,
) -> BTreeMap<String, String> {
    let shown = |kind: &str, value: &String| {
        if masked && world.is_private(&conversation.brand, kind) {
            entities::MASK.to_owned()
        } else {
            value.clone()
        }
    };
    case.entities
        .iter()
        .map(|(kind, value)| (kind.clone(), shown(kind, value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::library::Library;
    use crate::model::case::CaseState;
    use crate::model::id::{BrandName, CaseNumber, DeskName};
    use crate::model::message::Inbound;
    use crate::model::network::Visibility;
    use crate::model::severity::Severity;

    use super::*;

    #[test]
    fn what_is_not_kept_any_more_is_said() {
        let at = Timestamp::UNIX_EPOCH;
        let account = crate::model::id::AccountId::new("http", "demo");
        let message = Inbound::imagined(account, "hello", Visibility::Private, at);
        let mut conversation = Conversation::new(&message, BrandName::from("northwind"));
        conversation.turns_forgotten = 3;
        let case = Case {
            number: CaseNumber::new("1"),
            desk: DeskName::from("care"),
            topic: None,
            also: Vec::new(),
            severity: Severity::Normal,
            why: String::new(),
            state: CaseState::Open,
            agent: None,
            opened_at: at,
            first_response_due: at,
            first_response_at: None,
            resolved_at: None,
            entities: BTreeMap::new(),
            alerts: Vec::new(),
        };
        let world = World {
            library: Library::default(),
            brands: BTreeMap::new(),
            accounts: BTreeMap::new(),
            desks: BTreeMap::new(),
        };
        assert_eq!(
            ConversationView::of(&world, &conversation).turns_forgotten,
            3
        );
        let whole = CaseView::whole(&world, &conversation, &case);
        assert_eq!(whole.turns_forgotten, Some(3));
        let listed = CaseView::of(&world, &conversation, &case);
        assert_eq!(listed.turns_forgotten, None);
    }
}
