//! The decoder from outside: beside others, on what is refused, and on what is damaged.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss
)]
// The seeds are files.
#![allow(clippy::disallowed_methods)]

#[path = "../../fuzz/src/lib.rs"]
mod targets;

mod damaged;
mod differential;
mod refused;
mod replay;
