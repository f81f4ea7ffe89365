//! Stagedoor's authorizer: who may fetch what, decided at the CDN's edge.
//!
//! [`decide()`] is a function of (request, configuration, memory, moment). It does no I/O and reads no clock: what has to be asked of
//! the identity provider comes back as a [`Step`] that the adapter carries out and hands on. A [`token::VerifiedSession`]
//! is made by the verifier alone.

pub mod config;
pub mod cookies;
pub mod event;
pub mod log;
pub mod pass;
pub mod path;
pub mod policy;
mod query;
mod reason;
pub mod token;

mod answer;
mod auth;
mod decide;
mod forward;
mod memory;
mod refusal;
mod rule;
mod verifier;

pub use auth::{ProviderAnswer, Revocation, TokenRequest};
pub use decide::{Check, KeyFetch, Moment, Step, Verdict, decide, decide_bytes};
pub use memory::Memory;
pub use reason::Reason;
pub use verifier::Verifier;
