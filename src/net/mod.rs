//! Tools for talking to the outside: an HTTP client with limits, the address guard, signatures, secrets.

pub mod client;
pub mod guard;
pub mod secret;
pub mod signature;
