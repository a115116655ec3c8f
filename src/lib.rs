//! hark.
pub mod app;
pub mod channel;
pub mod cli;
pub mod clock;
pub mod config;
pub mod desk;
pub mod http;
pub mod runtime;
pub mod engine;
pub mod library;
pub mod model;
pub mod net;
pub mod store;
pub mod telemetry;
pub mod text;
