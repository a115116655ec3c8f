//! What should happen to a message: read it, weigh it, choose. Changes nothing; `explain`, `test` and `replay` end here.

use jiff::Timestamp;

use crate::engine::compose::{Occasion, compose};
use crate::engine::restraint;
use crate::engine::world::{Brand, Mode, World};
use crate::library::reading::{Certainty, Context, Reading};
use crate::library::{Action, HandoffWhen, Rendered, Topic};
use crate::model::conversation::{Conversation, Holder};
use crate::model::id::{DeskName, ReplyName, TopicName};
use crate::model::message::Inbound;
use crate::model::record::{Outcome, Record};
use crate::model::severity::Severity;

/// What should happen, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What was understood.
    pub reading: Reading,
    /// How the message ends.
    pub outcome: Outcome,
    /// The topic that decides.
    pub topic: Option<TopicName>,
    /// How bad it is.
    pub severity: Severity,
    /// The desk that gets it, where it goes to a person.
    pub desk: Option<DeskName>,
    /// The reply that was chosen.
    pub reply: Option<ReplyName>,
    /// Its words.
    pub words: Option<Rendered>,
    /// What is asked for: entities that the topic needs and nobody gave.
    pub asks: Vec<String>,
    /// Whether the customer told the bot to stop.
    pub opts_out: bool,
    /// Each step, in order. Never customer text.
    pub why: Vec<String>,
}

impl Verdict {
    /// The form that is kept with the turn.
    pub fn record(&self) -> Record {
        let rest = self
            .reading
            .topics
            .iter()
            .map(|found| &found.topic)
            .filter(|topic| Some(*topic) != self.topic.as_ref());
        Record {
            outcome: self.outcome,
            topics: self.topic.iter().chain(rest).cloned().collect(),
            reply: self.reply.clone(),
            language: self.reading.language.clone(),
            why: self.why.clone(),
        }
    }

    fn because(mut self, reason: impl Into<String>) -> Self {
        self.why.push(reason.into());
        self
    }
}

/// Words that the engine itself may need; every brand has them through the pack `core`.
mod words {
    /// "A colleague has it."
    pub(super) const HANDED_OFF: &str = "handed-off";
    /// "Say it in other words?"
    pub(super) const NOT_UNDERSTOOD: &str = "not-understood";
    /// "Please take this down and write to us in private."
    pub(super) const PRIVATE_DATA: &str = "private-data";
}

/// A text of fewer words that nothing matched is asked about once before a person is called.
const WORDS_FOR_A_PERSON: usize = 3;

/// Says what should happen to `message` in `conversation`.
pub fn judge(
    world: &World,
    conversation: &Conversation,
    message: &Inbound,
    now: Timestamp,
) -> Verdict {
    let Some(brand) = world.brands.get(&conversation.brand) else {
        return Verdict {
            severity: Severity::Normal,
            ..silence()
        }
        .because("the brand is no longer in the config");
    };
    let reading = read(world, brand, conversation, message);
    let decides = reading.topics.first();
    let case = Judgement {
        world,
        brand,
        conversation,
        message,
        decides: decides.and_then(|found| world.library.topic(&found.topic, &brand.packs)),
        reading: &reading,
        now,
    };
    let verdict = case.held_back().unwrap_or_else(|| case.answer());
    with_guess(Verdict { reading, ..verdict })
}

/// Says first what was only guessed, so that nobody takes it for a rule.
fn with_guess(mut verdict: Verdict) -> Verdict {
    if let Some(guess) = &verdict.reading.guess
        && guess.certainty != Certainty::Unsure
    {
        let why = format!(
            "the classifier takes it for {} ({:.2})",
            guess.topic, guess.score
        );
        verdict.why.insert(0, why);
    }
    verdict
}

fn read(world: &World, brand: &Brand, conversation: &Conversation, message: &Inbound) -> Reading {
    world.library.read(
        &message.text,
        &Context {
            packs: &brand.packs,
            languages: &brand.languages,
            stated_language: message.language.as_ref().or(conversation.language.as_ref()),
            brand: &conversation.brand,
            channel: &message.account.kind,
            visibility: message.visibility,
            is_reply: !conversation.turns.is_empty(),
            author: &message.author,
            airlines: &brand.airlines,
            asked: conversation
                .asked
                .as_ref()
                .map_or(&[], |asked| &asked.entities),
        },
    )
}

/// Nothing is said. What was understood is filled in at the end.
fn silence() -> Verdict {
    Verdict {
        reading: Reading::default(),
        outcome: Outcome::Silence,
        topic: None,
        severity: Severity::Low,
        desk: None,
        reply: None,
        words: None,
        asks: Vec::new(),
        opts_out: false,
        why: Vec::new(),
    }
}

/// One message being judged.
struct Judgement<'a> {
    world: &'a World,
    brand: &'a Brand,
    conversation: &'a Conversation,
    message: &'a Inbound,
    reading: &'a Reading,
    /// The topic that decides: the first in the reading's order.
    decides: Option<&'a Topic>,
    now: Timestamp,
}

impl<'a> Judgement<'a> {
    /// Reasons that come before any answer. Their order is part of the promises.
    fn held_back(&self) -> Option<Verdict> {
        if let Some(reason) = restraint::not_a_person(self.message) {
            return Some(self.silent(reason));
        }
        match &self.conversation.holder {
            Holder::Bot => {}
            Holder::Waiting => {
                return Some(
                    self.with_people("a person was called and has not come yet".to_owned()),
                );
            }
            Holder::Person { agent } => {
                return Some(self.with_people(format!("{agent} has the conversation")));
            }
        }
        if !self.message.addressed && !self.decides.is_some_and(is_for_people_only) {
            return Some(self.silent("not addressed to us: what is overheard is not answered"));
        }
        let topic = self.decides;
        // Promise 5 stands above opt-out and pause: somebody may be hurt.
        if let Some(topic) = topic.filter(|topic| is_for_people_only(topic)) {
            return Some(
                self.to_a_person(Some(topic), None)
                    .because("never answered by template"),
            );
        }
        if topic.is_some_and(|topic| topic.action == Action::OptOut) {
            return Some(Verdict {
                opts_out: true,
                ..self.silent("the customer told the bot to stop")
            });
        }
        if self.conversation.opted_out_at.is_some() {
            return Some(self.after_opt_out(topic));
        }
        if self.brand.mode == Mode::Paused {
            return Some(
                self.to_a_person(topic, None)
                    .because("the brand is paused: only the desk is told"),
            );
        }
        if restraint::answered_too_often(self.conversation, self.now) {
            return Some(
                self.to_a_person(topic, None)
                    .because("the bot answered too often here"),
            );
        }
        None
    }

    /// People have it and answer themselves. Who tells the bot to stop is heard all the same: it must still know when the
    /// conversation is given back.
    fn with_people(&self, reason: String) -> Verdict {
        let verdict = self.silent(reason);
        if self.message.addressed
            && self
                .decides
                .is_some_and(|topic| topic.action == Action::OptOut)
        {
            return Verdict {
                opts_out: true,
                ..verdict
            }
            .because("the customer told the bot to stop");
        }
        verdict
    }

    /// The bot stays silent for good; a complaint still reaches a person.
    fn after_opt_out(&self, topic: Option<&Topic>) -> Verdict {
        let reason = "the customer told the bot to stop earlier";
        match topic {
            Some(topic) if topic.severity > Severity::Low => {
                self.to_a_person(Some(topic), None).because(reason)
            }
            _ => self.silent(reason),
        }
    }

    fn answer(&self) -> Verdict {
        if self.message.visibility.is_public()
            && self.reading.entities.iter().any(|entity| entity.private)
        {
            return self
                .to_a_person(self.decides, Some(words::PRIVATE_DATA))
                .because("private data in public: nothing of it is repeated");
        }
        if let Some(topic) = self.asked_topic() {
            return self
                .answer_topic(topic)
                .because("the customer answers what the bot asked");
        }
        match self.decides {
            Some(topic) if topic.action == Action::Ignore => {
                self.silent(format!("topic {} is left alone", topic.name))
            }
            Some(topic) => self.answer_topic(topic),
            None => self.nothing_matched(),
        }
    }

    /// The topic for which the bot asked something that this message now tells.
    fn asked_topic(&self) -> Option<&'a Topic> {
        let asked = self.conversation.asked.as_ref()?;
        let told = self
            .reading
            .entities
            .iter()
            .any(|entity| asked.entities.iter().any(|kind| *kind == entity.kind));
        if told {
            self.world.library.topic(&asked.topic, &self.brand.packs)
        } else {
            None
        }
    }

    fn answer_topic(&self, topic: &Topic) -> Verdict {
        let missing = self.missing(topic);
        let asked_already = self
            .conversation
            .asked
            .as_ref()
            .is_some_and(|asked| asked.topic == topic.name);
        if !missing.is_empty() && !asked_already {
            return self.ask(topic, missing);
        }
        if asked_already && topic.handoff.when != HandoffWhen::Never {
            let reason = if missing.is_empty() {
                "what was asked for is there"
            } else {
                "asked once and not told"
            };
            return self
                .to_a_person(Some(topic), Some(words::HANDED_OFF))
                .because(reason);
        }
        if restraint::answered_before(self.conversation, Some(&topic.name), self.now) {
            return self.came_back(topic);
        }
        match (&topic.reply, topic.handoff.when) {
            (Some(reply), HandoffWhen::Always) => {
                self.to_a_person(Some(topic), Some(reply.as_str()))
            }
            (None, _) => self
                .to_a_person(Some(topic), Some(words::HANDED_OFF))
                .because(format!("topic {} has no reply", topic.name)),
            (Some(reply), HandoffWhen::Repeat | HandoffWhen::Never) => self.reply(topic, reply),
        }
    }

    /// The same cause again: saying the same again helps nobody.
    fn came_back(&self, topic: &Topic) -> Verdict {
        if topic.severity == Severity::Low && topic.handoff.when == HandoffWhen::Never {
            return self.silent(format!("topic {} was answered here already", topic.name));
        }
        self.to_a_person(Some(topic), Some(words::HANDED_OFF))
            .because("the customer came back with the same cause")
    }

    fn nothing_matched(&self) -> Verdict {
        if let Some(topic) = self.topic_going_on() {
            return self
                .to_a_person(Some(topic), Some(words::HANDED_OFF))
                .because("the customer goes on about what the bot answered");
        }
        let short = self.message.text.split_whitespace().count() < WORDS_FOR_A_PERSON;
        let guess = self.reading.guess.as_ref();
        let reason = if guess.is_some_and(|guess| guess.certainty == Certainty::Doubtful) {
            Some("not sure enough to answer: asked once")
        } else {
            short.then_some("no topic matched a short message: asked once")
        };
        if let Some(reason) = reason
            && !restraint::answered_before(self.conversation, None, self.now)
        {
            let verdict = Verdict {
                outcome: Outcome::Ask,
                severity: Severity::Normal,
                ..self.silent(reason)
            };
            return self.say(verdict, words::NOT_UNDERSTOOD, None);
        }
        self.to_a_person(None, Some(words::HANDED_OFF))
            .because("no topic matched")
    }

    /// The complaint that the bot answered last, where it was lately: what follows without a topic of its own is about it.
    fn topic_going_on(&self) -> Option<&'a Topic> {
        let name = restraint::last_answered(self.conversation, self.now)?;
        self.world
            .library
            .topic(name, &self.brand.packs)
            .filter(|topic| topic.severity > Severity::Low)
    }

    fn missing(&self, topic: &Topic) -> Vec<String> {
        let known = |kind: &str| {
            self.reading
                .entities
                .iter()
                .any(|entity| entity.kind == kind)
        };
        topic
            .needs
            .iter()
            .filter(|kind| !known(kind))
            .cloned()
            .collect()
    }

    fn ask(&self, topic: &Topic, missing: Vec<String>) -> Verdict {
        let verdict = about(topic, Outcome::Ask).because(format!(
            "topic {} needs {}",
            topic.name,
            missing.join(", ")
        ));
        let reply = format!("ask-{}", missing[0]);
        self.say(
            Verdict {
                asks: missing,
                ..verdict
            },
            &reply,
            None,
        )
    }

    fn reply(&self, topic: &Topic, reply: &ReplyName) -> Verdict {
        let verdict =
            about(topic, Outcome::Reply).because(format!("topic {} replies {reply}", topic.name));
        self.say(verdict, reply.as_str(), None)
    }

    /// Calls a person, with `reply` as a last word from the bot where there is one.
    fn to_a_person(&self, topic: Option<&Topic>, reply: Option<&str>) -> Verdict {
        let desk = self.world.desk(
            self.brand,
            topic.and_then(|topic| topic.handoff.desk.as_ref()),
        );
        let wait = topic
            .and_then(|topic| topic.handoff.first_response)
            .unwrap_or_else(|| self.world.first_response(&desk));
        let why = format!(
            "handed to desk {desk}{}",
            topic
                .map(|topic| format!(" for topic {}", topic.name))
                .unwrap_or_default()
        );
        let verdict = match topic {
            Some(topic) => about(topic, Outcome::Handoff),
            None => Verdict {
                outcome: Outcome::Handoff,
                severity: Severity::Normal,
                ..silence()
            },
        };
        let verdict = Verdict {
            desk: Some(desk),
            ..verdict
        }
        .because(why);
        match reply {
            Some(reply) => self.say(verdict, reply, Some(wait)),
            None => verdict,
        }
    }

    fn silent(&self, reason: impl Into<String>) -> Verdict {
        let verdict = silence().because(reason);
        match self.decides {
            Some(topic) => Verdict {
                topic: Some(topic.name.clone()),
                severity: topic.severity,
                ..verdict
            },
            None => verdict,
        }
    }

    /// Puts words to a verdict. Where they cannot be made, a person gets it in silence: a wrong answer is worse than none.
    fn say(&self, verdict: Verdict, reply: &str, wait: Option<std::time::Duration>) -> Verdict {
        let reply = ReplyName::new(reply);
        let occasion = Occasion {
            world: self.world,
            brand: self.brand,
            conversation: self.conversation,
            message: self.message,
            reading: self.reading,
        };
        match compose(&occasion, &reply, wait) {
            Ok(rendered) => Verdict {
                reply: Some(reply),
                words: Some(rendered),
                ..verdict
            },
            Err(error) => {
                let topic = verdict
                    .topic
                    .as_ref()
                    .and_then(|name| self.world.library.topic(name, &self.brand.packs));
                let person = self.to_a_person(topic, None);
                Verdict {
                    why: verdict.why,
                    ..person
                }
                .because(error.to_string())
            }
        }
    }
}

fn about(topic: &Topic, outcome: Outcome) -> Verdict {
    Verdict {
        outcome,
        topic: Some(topic.name.clone()),
        severity: topic.severity,
        ..silence()
    }
}

/// Promise 5: critical and without a reply.
fn is_for_people_only(topic: &Topic) -> bool {
    topic.severity == Severity::Critical && topic.reply.is_none()
}
