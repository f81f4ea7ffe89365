//! The notify function: what it tells, to whom, and what it does not reach. Receivers are real servers on this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod deliveries;
#[path = "../../../catalog/tests/conformance/moto_server.rs"]
mod moto_server;
mod plan;
mod receiver;
mod send;
mod topic;
mod world;
