//! The integration tests: the real code and, where it says so, the real binary, over real sockets on loopback.
//! Every network here is a fake of ours, written to behave as the network is known to.

mod contract;
mod daemon;
mod discord;
mod fakes;
mod http_channel;
mod store;
mod telegram;
mod webchat;
mod webhook_desk;
