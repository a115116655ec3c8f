//! Names and ids. No bare string that names something crosses a module border.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Declares a name or id that is text inside and a type of its own outside.
macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text inside.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    )+};
}

text_id! {
    /// A brand as the config names it: the owner of accounts, packs and desks.
    BrandName;
    /// A human desk as the config names it, or as a pack asks for it.
    DeskName;
    /// A pack: the folder name under `responses/`.
    PackName;
    /// A topic: the file name under `topics/`, without `.toml`.
    TopicName;
    /// A reply: the file name under `replies/<language>/`, without `.hbs`.
    ReplyName;
    /// A language as a lower-case ISO 639-1 code: `en`, `de`, `es`.
    Language;
    /// An inbound message as its network calls it; unique within one account.
    MessageId;
    /// A customer as the network calls them; unique within one kind of network.
    AuthorId;
    /// A person at a desk, as the desk calls them.
    AgentName;
    /// One conversation: see [`ConversationId::of`].
    ConversationId;
    /// One delivery, to a network or to a desk; sent as the idempotency key wherever a key exists.
    DeliveryId;
    /// A case as people say it: ten characters that no one confuses, `4F7K9-2QX0B`.
    CaseNumber;
    /// An agent's or operator's action; the same id twice is the same action.
    ActionId;
}

impl ActionId {
    /// The id of an action whose sender gave it a key; `digest` stands for what is asked for and holds no `#`.
    pub fn keyed(key: &str, digest: &str) -> Self {
        Self(format!("{key}#{digest}"))
    }

    /// The sender's key, where there is one.
    pub fn key(&self) -> Option<&str> {
        self.0.rsplit_once('#').map(|(key, _)| key)
    }
}

/// One of our own accounts: a kind of network and the name that the config gives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId {
    /// The kind of network: `telegram`, `http`, …
    pub kind: String,
    /// The account's name in the config.
    pub name: String,
}

impl AccountId {
    /// An account from its two parts.
    pub fn new(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            name: name.into(),
        }
    }

    /// Reads `kind/name`; `None` where a part is missing.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once('/')?;
        (!kind.is_empty() && !name.is_empty()).then(|| Self::new(kind, name))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

impl Serialize for AccountId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "`{text}` is not an account: expected `kind/name`, such as `http/demo`"
            ))
        })
    }
}

/// Longest part of a conversation id that is kept readable; a longer one is replaced by its hash.
const READABLE_PART_BYTES_MAX: usize = 64;

impl ConversationId {
    /// Names the conversation of one customer with one of our accounts.
    ///
    /// In private that is account + customer, or account + thread where the network has one (a thread there belongs
    /// to one customer). In public it is account + thread + customer, since many people write into one thread.
    /// The id is made of unreserved URL characters only, starts with the account, and is the same after every restart.
    pub fn of(
        account: &AccountId,
        thread: Option<&str>,
        customer: &AuthorId,
        public: bool,
    ) -> Self {
        let mut id = format!("{}.{}", readable(&account.kind), readable(&account.name));
        if let Some(thread) = thread {
            id.push('.');
            id.push_str(&readable(thread));
        }
        if public || thread.is_none() {
            id.push('.');
            id.push_str(&readable(customer.as_str()));
        }
        Self(id)
    }
}

/// Keeps letters, digits, `-` and `_`; writes any other byte as `~XX`; hashes what is too long.
fn readable(part: &str) -> String {
    if part.len() > READABLE_PART_BYTES_MAX {
        return format!("~{}", &hex(&Sha256::digest(part.as_bytes()))[..32]);
    }
    let mut out = String::with_capacity(part.len());
    for byte in part.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => out.push(char::from(byte)),
            other => {
                out.push('~');
                push_hex(&mut out, other, b"0123456789ABCDEF");
            }
        }
    }
    out
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        push_hex(&mut out, *byte, b"0123456789abcdef");
    }
    out
}

fn push_hex(out: &mut String, byte: u8, digits: &[u8; 16]) {
    out.push(char::from(digits[usize::from(byte >> 4)]));
    out.push(char::from(digits[usize::from(byte & 15)]));
}

/// Digits and letters without `I L O U`: Crockford's base 32, which people can read to each other on a phone.
const CASE_ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl CaseNumber {
    /// The number of the `ordinal`-th case of a conversation: 50 bits of a hash, so a restart gives the same one.
    pub fn of(conversation: &ConversationId, ordinal: u64) -> Self {
        let digest = Sha256::digest(format!("{conversation}#{ordinal}").as_bytes());
        let mut out = String::with_capacity(11);
        for (at, byte) in digest.iter().take(10).enumerate() {
            if at == 5 {
                out.push('-');
            }
            out.push(char::from(CASE_ALPHABET[usize::from(byte % 32)]));
        }
        Self(out)
    }
}

impl DeliveryId {
    /// The `ordinal`-th delivery of a conversation. At most 25 characters, which is what Discord allows as `nonce`.
    pub fn of(conversation: &ConversationId, ordinal: u64) -> Self {
        let digest = Sha256::digest(format!("{conversation}>{ordinal}").as_bytes());
        Self(hex(&digest)[..24].to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_conversation_is_account_and_customer() {
        let account = AccountId::new("telegram", "care");
        let id = ConversationId::of(&account, None, &AuthorId::new("42"), false);
        assert_eq!(id.as_str(), "telegram.care.42");
    }

    #[test]
    fn a_public_conversation_keeps_two_customers_of_one_thread_apart() {
        let account = AccountId::new("http", "partner");
        let one = ConversationId::of(&account, Some("post 1"), &AuthorId::new("ann"), true);
        let two = ConversationId::of(&account, Some("post 1"), &AuthorId::new("bob"), true);
        assert_eq!(one.as_str(), "http.partner.post~201.ann");
        assert_ne!(one, two);
    }

    #[test]
    fn a_hostile_id_can_neither_leave_its_place_nor_grow() {
        let account = AccountId::new("http", "a");
        let id = ConversationId::of(&account, None, &AuthorId::new("../b.c/💥"), false);
        assert_eq!(id.as_str(), "http.a.~2E~2E~2Fb~2Ec~2F~F0~9F~92~A5");
        let long = ConversationId::of(&account, None, &AuthorId::new("x".repeat(70_000)), false);
        assert!(long.as_str().len() < 100, "{long}");
    }

    #[test]
    fn ids_are_stable_and_fit_their_networks() {
        let conversation = ConversationId::from("http.demo.ann");
        assert_eq!(
            CaseNumber::of(&conversation, 0),
            CaseNumber::of(&conversation, 0)
        );
        assert_ne!(
            CaseNumber::of(&conversation, 0),
            CaseNumber::of(&conversation, 1)
        );
        assert_eq!(CaseNumber::of(&conversation, 0).as_str().len(), 11);
        assert!(DeliveryId::of(&conversation, 7).as_str().len() <= 25);
    }

    #[test]
    fn an_account_reads_back_as_it_prints() {
        let account = AccountId::new("http", "demo");
        assert_eq!(AccountId::parse(&account.to_string()), Some(account));
        assert_eq!(AccountId::parse("http"), None);
        assert_eq!(AccountId::parse("/demo"), None);
    }
}
