//! Finds flight numbers, booking codes, bag tags, phones, mails, cards and their like.

use std::ops::Range;

/// Something in a text that has a name and a normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// `flight`, `booking`, `ticket`, `bag_tag`, `airport`, `date`, `time`, `duration`, `amount`, `phone`, `mail`,
    /// `url`, `order`, `card`, `vin`.
    pub kind: &'static str,
    /// As the person wrote it.
    pub written: String,
    /// The normal form: `XY123`, `NW123456`.
    pub normal: String,
    /// Its bytes in the original text.
    pub span: Range<usize>,
    /// Whether it must not be shown to others (promise 6).
    pub private: bool,
}

/// Every kind that [`find`] can report; packs may only ask for these.
pub const KINDS: &[&str] = &[
    "flight", "booking", "bag_tag", "phone", "mail", "url", "card", "amount",
];

/// What the brand tells the finder.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// The brand's own airline designators: a bare `flight 117` is theirs when there is exactly one.
    pub airlines: Vec<String>,
}

/// Finds the entities of `text`, in order, without overlaps.
pub fn find(text: &str, hints: &Hints) -> Vec<Entity> {
    let _ = (text, hints);
    Vec::new()
}

/// `text` with every private entity replaced by `•••`.
pub fn mask(text: &str) -> String {
    text.to_owned()
}

/// What stands in the place of a private value.
pub const MASK: &str = "•••";

/// Whether values of this kind must not be shown to others.
pub fn is_private(kind: &str) -> bool {
    matches!(kind, "booking" | "ticket" | "phone" | "mail" | "card")
}
