//! Faststart: the same packets from a file whose index is in front, and what stands against it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

#[path = "faststart/layouts.rs"]
mod layouts;
#[path = "faststart/local.rs"]
mod local;
#[path = "faststart/packets.rs"]
mod packets;
#[path = "faststart/parts.rs"]
mod parts;
#[path = "faststart/past_4_gib.rs"]
mod past_4_gib;
#[path = "faststart/private.rs"]
mod private;
#[path = "faststart/refusals.rs"]
mod refusals;

use futures::executor::block_on;
use mp4_front::faststart::{PartRules, Plan, Upload, Verdict, body, parts};

/// The plan for a film that needs one.
fn plan(bytes: &[u8]) -> Plan {
    match support::open_bytes(bytes).unwrap().faststart().unwrap() {
        Verdict::Move(plan) => plan,
        other => panic!("{other:?}"),
    }
}

/// The new film, in memory.
fn moved(bytes: &[u8]) -> Vec<u8> {
    let plan = plan(bytes);
    let rules = PartRules { whole_below: u64::MAX, ..Default::default() };
    let Upload::Whole(pieces) = parts(&plan, &rules).unwrap() else { panic!("not whole") };
    let made = block_on(body(&plan, &pieces, &bytes.to_vec())).unwrap();
    assert_eq!(made.len() as u64, plan.size());
    made.into()
}
