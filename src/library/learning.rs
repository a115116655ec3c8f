//! What the packs' examples teach: a classifier per language for each set of packs in use, asked where no rule decides.
//!
//! A guess is only ever of a topic that the brand's packs have. What is critical is never asked about: a sure guess calls
//! a person. What stops the bot or leaves a customer alone is left to rules.

use std::collections::BTreeSet;

use crate::library::examples::{ASK_AT, REPLY_AT};
use crate::library::reading::{Certainty, Context, Guess, TopicMatch};
use crate::library::{Action, Library, Pack, Topic};
use crate::model::author::Author;
use crate::model::id::{BrandName, Language, PackName, TopicName};
use crate::model::network::Visibility;
use crate::model::severity::Severity;
use crate::text::classify::{Classifier, Example, Lesson};
use crate::text::tokens::TokenText;

/// What a pack teaches.
#[derive(Debug)]
pub(crate) struct Lessons {
    /// The examples of each of the pack's topics, each with its language.
    pub(crate) examples: Vec<Vec<(Language, String)>>,
    /// Texts that are about none of the topics.
    pub(crate) none: Vec<(Language, String)>,
    pub(crate) reply_at: Option<f64>,
    pub(crate) ask_at: Option<f64>,
    /// Stands for all that the pack says about what there is to learn.
    pub(crate) digest: Lesson,
}

/// What there is to learn about the topics of some packs in one language.
#[derive(Debug)]
pub struct Course {
    packs: Vec<PackName>,
    language: Language,
    lesson: Lesson,
}

impl Course {
    /// What the classifier is learned from.
    pub fn lesson(&self) -> &Lesson {
        &self.lesson
    }
}

/// A classifier, and what it is for.
#[derive(Debug)]
pub(crate) struct Learned {
    packs: Vec<PackName>,
    language: Language,
    lesson: Lesson,
    classifier: Classifier,
    origin: Origin,
}

/// Where a classifier comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It was learned now.
    Learned,
    /// It was learned before, kept, and read again.
    Kept,
}

impl Library {
    /// What is still to learn for a brand with these packs: one course per language in which two topics have examples.
    pub fn courses(&self, packs: &[PackName]) -> Vec<Course> {
        let chain: Vec<PackName> = self.chain(packs).into_iter().cloned().collect();
        let languages: BTreeSet<&Language> = self
            .search_order(packs)
            .flat_map(|pack| pack.lessons.examples.iter().flatten())
            .map(|(language, _)| language)
            .collect();
        languages
            .into_iter()
            .filter(|language| self.learned(packs, language).is_none())
            .filter_map(|language| self.course(&chain, language))
            .collect()
    }

    /// Learns a course, which takes some milliseconds for each hundred examples.
    pub fn train(&self, course: &Course) -> Classifier {
        let Course {
            packs, language, ..
        } = course;
        let texts = self.texts(packs, language).into_iter();
        let examples: Vec<Example> = texts
            .map(|(topic, text)| self.example(TokenText::new(text), topic, language, packs))
            .collect();
        Classifier::train(&examples)
    }

    /// Takes in what was learned of a course.
    pub fn learn(&mut self, course: Course, classifier: Classifier, origin: Origin) {
        self.classifiers.push(Learned {
            packs: course.packs,
            language: course.language,
            lesson: course.lesson,
            classifier,
            origin,
        });
    }

    /// Drops what there was to learn, which takes memory and is of no more use once all of it was learned.
    pub fn forget_lessons(&mut self) {
        for lessons in self.packs.values_mut().map(|pack| &mut pack.lessons) {
            lessons.examples = Vec::new();
            lessons.none = Vec::new();
        }
    }

    /// All that was learned.
    pub fn classifiers(&self) -> impl Iterator<Item = (&Lesson, &Classifier, Origin)> {
        let learned = self.classifiers.iter();
        learned.map(|learned| (&learned.lesson, &learned.classifier, learned.origin))
    }

    fn course(&self, chain: &[PackName], language: &Language) -> Option<Course> {
        let texts = self.texts(chain, language);
        let topics: BTreeSet<&TopicName> = texts
            .iter()
            .filter_map(|(topic, _)| topic.map(|topic| &topic.name))
            .collect();
        let digests = self
            .search_order(chain)
            .map(|pack| pack.lessons.digest.as_bytes());
        (topics.len() > 1).then(|| Course {
            packs: chain.to_vec(),
            language: language.clone(),
            lesson: Lesson::of([language.as_str().as_bytes()].into_iter().chain(digests)),
        })
    }

    /// The examples in a language, each with the topic that it is of, if any.
    fn texts(&self, chain: &[PackName], language: &Language) -> Vec<(Option<&Topic>, &str)> {
        let mut examples = Vec::new();
        for pack in self.search_order(chain) {
            for (topic, texts) in pack.topics.iter().zip(&pack.lessons.examples) {
                // A topic of an earlier pack hides one of the same name in a later one, examples and all.
                if self.topic(&topic.name, chain).map(|seen| &seen.pack) == Some(&topic.pack) {
                    let texts = in_language(texts, language);
                    examples.extend(texts.map(|text| (Some(topic), text)));
                }
            }
            let none = in_language(&pack.lessons.none, language);
            examples.extend(none.map(|text| (None, text)));
        }
        examples
    }

    /// An example with what rules say of it, as far as that is heard beside a guess.
    fn example(
        &self,
        text: TokenText,
        topic: Option<&Topic>,
        language: &Language,
        packs: &[PackName],
    ) -> Example {
        let found = self.topics_of_example(&text, language, packs);
        Example {
            hints: vague(&found).map(str::to_owned).collect(),
            class: topic.map(|topic| topic.name.to_string()),
            text,
        }
    }

    /// The topic that a rule gives an example in the middle of an ordinary conversation.
    pub(crate) fn decided_by_rule(
        &self,
        text: &str,
        language: &Language,
        packs: &[PackName],
    ) -> Option<&Topic> {
        let found = self.topics_of_example(&TokenText::new(text), language, packs);
        let (topic, _) = found.into_iter().next()?;
        (!topic.vague).then_some(topic)
    }

    fn topics_of_example(
        &self,
        text: &TokenText,
        language: &Language,
        packs: &[PackName],
    ) -> Vec<(&Topic, TopicMatch)> {
        let context = Context {
            packs,
            languages: std::slice::from_ref(language),
            stated_language: Some(language),
            brand: &BrandName::from(""),
            channel: "",
            visibility: Visibility::Private,
            is_reply: false,
            author: &Author::new(""),
            airlines: &[],
            asked: &[],
        };
        let entities = self.entities(&text.original, &context);
        self.found(text, Some(language), false, &entities, &context)
    }

    /// What the classifier takes a text for in which rules found these topics; none where one of them decides, or where
    /// there is nothing to know it by.
    pub(crate) fn guess(
        &self,
        text: &TokenText,
        language: &Language,
        found: &[(&Topic, TopicMatch)],
        packs: &[PackName],
    ) -> Option<Guess> {
        if found.first().is_some_and(|(topic, _)| !topic.vague) {
            return None;
        }
        let classifier = self.learned(packs, language)?;
        let guess = classifier.classify(text, vague(found))?;
        let topic = self.topic(&TopicName::from(guess.class), packs)?;
        // Who complains is not thanked, however sure the guess.
        let is_milder = found
            .iter()
            .any(|(found, _)| topic.severity < found.severity);
        let is_said = found.iter().any(|(found, _)| found.name == topic.name);
        if is_milder || is_said || topic.action != Action::Answer {
            return None;
        }
        let bar = |stated: fn(&Pack) -> Option<f64>, default| {
            let stated = self.search_order(packs).find_map(stated);
            stated.unwrap_or(default)
        };
        let (reply_at, ask_at) = (
            bar(|pack| pack.lessons.reply_at, REPLY_AT),
            bar(|pack| pack.lessons.ask_at, ASK_AT),
        );
        let certainty = match guess.score {
            score if score >= reply_at => Certainty::Sure,
            // A question is an answer by template too, and false alarms tire those who must come for real ones.
            score if score < ask_at || topic.severity == Severity::Critical => Certainty::Unsure,
            _ => Certainty::Doubtful,
        };
        Some(Guess {
            topic: topic.name.clone(),
            score: narrow(guess.score),
            certainty,
        })
    }

    fn learned(&self, packs: &[PackName], language: &Language) -> Option<&Classifier> {
        let chain = self.chain(packs);
        let fits = |learned: &&Learned| {
            learned.language == *language && chain.iter().copied().eq(&learned.packs)
        };
        self.classifiers
            .iter()
            .find(fits)
            .map(|learned| &learned.classifier)
    }
}

fn in_language<'t>(
    texts: &'t [(Language, String)],
    language: &Language,
) -> impl Iterator<Item = &'t str> {
    let texts = texts.iter().filter(move |(of, _)| of == language);
    texts.map(|(_, text)| text.as_str())
}

/// The topics that say too little to decide.
fn vague<'f>(found: &'f [(&Topic, TopicMatch)]) -> impl Iterator<Item = &'f str> {
    let topics = found.iter().map(|(topic, _)| topic);
    topics
        .filter(|topic| topic.vague)
        .map(|topic| topic.name.as_str())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "seven digits of a probability are enough"
)]
fn narrow(score: f64) -> f32 {
    score as f32
}
