//! hark.
pub mod channel;
pub mod clock;
pub mod desk;
pub mod engine;
pub mod library;
pub mod model;
pub mod net;
pub mod store;
pub mod text;
