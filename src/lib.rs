//! hark listens where customers complain, gives the first answer at once from rules and templates that a care team
//! writes, and hands what needs a person to a person, so that no complaint is left hanging.
//!
//! # The program from above
//!
//! ```text
//!  network ──► channel ──► inbox ──► decide ──► commit ──► reconcile ──► channel ──► network
//!               (I/O)     (dedupe)   (pure)    (one swap)      │
//!  people ───► API, pages ───────────┘                         └───────► desk ─────► people
//! ```
//!
//! - A **conversation** is one customer with one of our accounts, kept as ONE document: what was said, who holds it, the
//!   case, what is still to be sent, the timers. One event is one compare-and-swap of one document.
//! - What happened is an [`Event`](engine::event::Event). [`decide`](engine::decide::decide) takes the conversation as it
//!   was and gives it back as it is now. It is the one place that changes a conversation, and it is pure: the clock, the
//!   network and chance are handed in, never asked.
//! - What is pending in a document IS the outbox. The [reconcile](runtime::reconcile) loop does what documents owe and
//!   feeds what came of it back as events. Before each send the attempt is committed, so a crash leaves "sending" in the
//!   document, never ignorance.
//! - A network is told "received" only after the commit.
//!
//! # The promises, and who keeps them
//!
//! `tests/simulator` checks them after every step of simulated days with crashes, lost answers and people.
//!
//! 1. **Nothing is dropped.** Every message taken in ends as replied, asked back, handed off, or left alone with a
//!    recorded reason. Kept by [`runtime::inbox`] and [`runtime::ledger`] (on disk before "received"), [`engine::judge`]
//!    (each message gets an outcome) and [`store::sled`] (what was acknowledged is synced).
//! 2. **Nothing is said twice.** Kept by [`model::conversation`] (the ids it has seen), [`engine::duty`] and
//!    [`engine::outcome`] (what is owed, and what an attempt became), and each channel's
//!    [`settle`](channel::Channel::settle) (what to believe after a crash).
//! 3. **The bot never talks over a person.** Kept by [`engine::handoff`] (words still waiting are withdrawn) and
//!    [`engine::judge`] (silence while a person has it, or is awaited).
//! 4. **The bot never answers a bot**, itself or an echo, and ping-pong meets a cap. Kept by [`engine::restraint`], from
//!    the marks that each [`channel`] reads.
//! 5. **Some things are never answered by template**: injury, death, self-harm, legal threats, discrimination, a child in
//!    danger, security, press. Kept by the pack `core` (its critical topics), [`library`] (a critical topic with a reply
//!    does not load) and [`engine::judge`] (they come before opt-out and pause).
//! 6. **Private data stays private.** Kept by [`text::entities`] (finds and masks it), [`engine::handoff`] and
//!    [`http::views`] (show it masked), [`engine::judge`] (does not repeat it in public), [`net::secret`] and
//!    [`telemetry`] (ids only).
//! 7. **Each network's rules hold.** Kept by [`model::network`] (limits as data), [`engine::compose`] and [`library`]
//!    (no answer that does not fit) and each [`channel`] (who may be answered, and where).
//! 8. **A status is never invented.** Kept by [`engine::compose`] and [`library`]: a value that nobody stated is absent,
//!    and a reply that needs it is not sent.
//! 9. **A bad file never goes live.** Kept by [`config`] and [`library`] (checked whole, every fault with its place) and
//!    [`app`] (a refused reload changes nothing).
//! 10. **Every decision can be explained.** Kept by [`model::record`] (the reasons stay with the message) and
//!     [`engine::explain`].
//!
//! # What is absent, and checked
//!
//! `tests/tidy` reads the source and fails with the place where one of these is broken:
//!
//! - A module uses only what stands to its right, and those in brackets do not use each other:
//!   `main → cli → app → http → runtime → config → (channel | desk | store) → (net | clock | telemetry) → engine →
//!   library → text → model`.
//! - `engine`, `library`, `text` and `model` have no I/O, no clock, no async and no randomness. The clock is read in
//!   [`clock`] only.
//! - A file has at most 500 lines, a function at most 70.
//!
//! # Code map, in reading order
//!
//! - [`model`]: the nouns. Begin with [`model::conversation`], [`model::case`] and [`model::delivery`].
//! - [`engine`]: decisions. [`judge`](engine::judge) chooses what happens to a message, [`decide`](engine::decide) makes
//!   it part of the conversation, [`handoff`](engine::handoff) is the way to people.
//! - [`text`]: how a message is read: tokens, entities, language, the rule language, all rules at once, and a
//!   [classifier](text::classify) that learns from examples what no rule decides.
//! - [`library`]: packs, from files to one value with every problem found. The files are in `responses/`.
//! - [`store`]: `get`, `swap`, `scan`, `watch`; sled beneath.
//! - [`runtime`]: the loops: [`inbox`](runtime::inbox), [`ledger`](runtime::ledger),
//!   [`reconcile`](runtime::reconcile), [`supervise`](runtime::supervise).
//! - [`channel`]: networks, a folder each. [`desk`]: where people are told, a folder each.
//! - [`net`]: HTTP with limits, the address guard, signatures, secrets.
//! - [`http`]: the API, the pages, the web chat's socket, health and metrics.
//! - [`config`]: the settings; `default.toml` in it is the manual.
//! - [`app`]: puts all of it together; starts, reloads, stops. [`cli`]: the commands.
//! - [`clock`], [`telemetry`]: the time, and what operators see.

pub mod app;
pub mod channel;
pub mod cli;
pub mod clock;
pub mod config;
pub mod desk;
pub mod engine;
pub mod http;
pub mod library;
pub mod model;
pub mod net;
pub mod runtime;
pub mod store;
pub mod telemetry;
pub mod text;
