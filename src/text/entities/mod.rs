//! Finds flight numbers, booking codes, bag tags, phones, mails, cards and their like.
//!
//! What is announced by a word, or has a shape of its own, goes first and keeps its bytes; what could be many things
//! comes last. Better to miss a flight than to invent one; better to mask too much than too little.
//!
//! The text is cut into words once, and each word is looked up once. Everything after that looks at words and at what
//! stands between them, never further than a few words, so that the time is linear in the text. Patterns are only run for
//! what packs add.

mod addresses;
mod airports;
mod bookings;
mod carriers;
mod checks;
mod custom;
mod dates;
mod documents;
mod durations;
mod finder;
mod flights;
mod lexicon;
mod money;
mod numbers;
mod phones;
#[cfg(test)]
mod tests;
mod times;
mod words;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

pub use self::custom::{Checksum, Custom};

use self::finder::Finder;
use self::lexicon::{DAY, HOUR, UNIT};

/// Something in a text that has a name and a normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// One of [`KINDS`], or the name that a pack gave it.
    pub kind: Cow<'static, str>,
    /// As the person wrote it.
    pub written: String,
    /// The normal form: `XY123`, `NW123456`, `+1` (a date), `15:30`, `PT3H`, `EUR 12.50`.
    pub normal: String,
    /// Its bytes in the original text.
    pub span: Range<usize>,
    /// Whether it must not be shown to others (promise 6).
    pub private: bool,
}

/// Every kind that [`find`] can report by itself; packs may ask for these and for what they add.
pub const KINDS: &[&str] = &[
    "airport", "amount", "bag_tag", "booking", "card", "date", "duration", "flight", "iban",
    "mail", "order", "passport", "phone", "ticket", "time", "url", "vin",
];

/// The kinds that open a booking, name or reach a person, or move money.
const PRIVATE_KINDS: &[&str] = &[
    "booking", "card", "iban", "mail", "passport", "phone", "ticket",
];

/// What stands in the place of something private.
pub const MASK: &str = "•••";

/// What the brand tells the finder.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// The brand's own airline designators: a bare `flight 117` is theirs when there is exactly one.
    pub airlines: Vec<String>,
    /// Kinds that the customer was asked for: the question is cue enough, the answer needs none of its own.
    pub asked: Vec<String>,
    /// Kinds that the brand's packs add; they go before all others.
    pub custom: Vec<Arc<Custom>>,
}

impl Hints {
    fn is_asked(&self, kind: &str) -> bool {
        self.asked.iter().any(|asked| asked == kind)
    }
}

/// Finds the entities of `text`, in order, without overlaps.
pub fn find(text: &str, hints: &Hints) -> Vec<Entity> {
    let mut finder = Finder::new(text, hints);
    for custom in &hints.custom {
        custom.find(&mut finder);
    }
    addresses::find_addresses(&mut finder);
    if finder.has_digit {
        find_in_digits(&mut finder);
    } else {
        find_in_words(&mut finder);
    }
    finder.into_entities()
}

fn find_in_digits(finder: &mut Finder<'_>) {
    documents::find_ibans(finder);
    documents::find_vins(finder);
    numbers::find_bag_tags(finder);
    numbers::find_tickets(finder);
    numbers::find_cards(finder);
    documents::find_passports(finder);
    numbers::find_orders(finder);
    bookings::find_announced_bookings(finder);
    airports::find_airports(finder);
    dates::find_dates(finder);
    phones::find_phones(finder);
    money::find_amounts(finder);
    times::find_times(finder);
    flights::find_flights(finder);
    durations::find_durations(finder);
    bookings::find_bare_bookings(finder);
}

/// What is written without a digit.
fn find_in_words(finder: &mut Finder<'_>) {
    bookings::find_announced_bookings(finder);
    airports::find_airports(finder);
    if finder.roles & DAY != 0 {
        dates::find_dates(finder);
    }
    if finder.roles & HOUR != 0 {
        times::find_times(finder);
    }
    if finder.roles & UNIT != 0 {
        durations::find_durations(finder);
    }
    if finder.hints.is_asked("booking") {
        bookings::find_bare_bookings(finder);
    }
}

/// `text` with every private entity replaced by `•••`. What packs add is known by the library only.
pub fn mask(text: &str, hints: &Hints) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for entity in find(text, hints) {
        if entity.private {
            out.push_str(&text[end..entity.span.start]);
            out.push_str(MASK);
            end = entity.span.end;
        }
    }
    out.push_str(&text[end..]);
    out
}

/// Whether values of this kind must not be shown to others. What is not known here is taken for private.
pub fn is_private(kind: &str) -> bool {
    PRIVATE_KINDS.contains(&kind) || !KINDS.contains(&kind)
}
