//! Tools for talking to the outside: an HTTP client with limits, the address guard, signatures, secrets.

pub mod secret;
