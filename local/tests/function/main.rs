//! The CloudFront Function as it is emitted: in the embedded engine, in njs and in Node, beside Rust's own judgement.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::needless_pass_by_value)]

mod behaviour;
mod cases;
mod differential;
mod engines;
mod generator;
mod interop;
mod limits;
mod peers;
mod support;
mod table;

#[path = "../../../edge-auth/tests/pass/reference.rs"]
mod reference;
