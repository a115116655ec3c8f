//! Finds flight numbers, booking codes, bag tags, phones, mails, cards and their like.
//!
//! What is announced by a word, or has a shape of its own, goes first and keeps its bytes; what could be many things
//! comes last. Better to miss a flight than to invent one; better to mask too much than too little.

mod addresses;
mod carriers;
mod finder;
mod flights;
mod numbers;
#[cfg(test)]
mod tests;
mod when;

use std::ops::Range;

use self::finder::Finder;

/// Something in a text that has a name and a normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// One of [`KINDS`].
    pub kind: &'static str,
    /// As the person wrote it.
    pub written: String,
    /// The normal form: `XY123`, `NW123456`, `+1` (a date), `15:30`, `PT3H`, `EUR 12.50`.
    pub normal: String,
    /// Its bytes in the original text.
    pub span: Range<usize>,
    /// Whether it must not be shown to others (promise 6).
    pub private: bool,
}

/// Every kind that [`find`] can report; packs may only ask for these.
pub const KINDS: &[&str] = &[
    "airport", "amount", "bag_tag", "booking", "card", "date", "duration", "flight", "mail",
    "order", "phone", "ticket", "time", "url", "vin",
];

/// The kinds that open a booking or reach a person.
const PRIVATE_KINDS: &[&str] = &["booking", "card", "mail", "phone", "ticket"];

/// What stands in the place of something private.
pub const MASK: &str = "•••";

/// What the brand tells the finder.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// The brand's own airline designators: a bare `flight 117` is theirs when there is exactly one.
    pub airlines: Vec<String>,
    /// Kinds that the customer was asked for: the question is cue enough, the answer needs none of its own.
    pub asked: Vec<String>,
}

impl Hints {
    fn is_asked(&self, kind: &str) -> bool {
        self.asked.iter().any(|asked| asked == kind)
    }
}

/// Finds the entities of `text`, in order, without overlaps.
pub fn find(text: &str, hints: &Hints) -> Vec<Entity> {
    let mut finder = Finder::new(text, hints);
    let has_digit = text.bytes().any(|c| c.is_ascii_digit());
    addresses::find_addresses(&mut finder);
    if has_digit {
        numbers::find_vins(&mut finder);
        numbers::find_bag_tags(&mut finder);
        numbers::find_tickets(&mut finder);
        numbers::find_cards(&mut finder);
        numbers::find_orders(&mut finder);
    }
    flights::find_announced_bookings(&mut finder);
    flights::find_airports(&mut finder);
    if has_digit {
        addresses::find_phones(&mut finder);
        numbers::find_amounts(&mut finder);
    }
    when::find_dates(&mut finder);
    if has_digit {
        when::find_times(&mut finder);
        flights::find_flights(&mut finder);
        when::find_durations(&mut finder);
    }
    if has_digit || hints.is_asked("booking") {
        flights::find_bare_bookings(&mut finder);
    }
    finder.into_entities()
}

/// `text` with every private entity replaced by `•••`.
pub fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for entity in find(text, &Hints::default()) {
        if entity.private {
            out.push_str(&text[end..entity.span.start]);
            out.push_str(MASK);
            end = entity.span.end;
        }
    }
    out.push_str(&text[end..]);
    out
}

/// Whether values of this kind must not be shown to others.
pub fn is_private(kind: &str) -> bool {
    PRIVATE_KINDS.contains(&kind)
}
