//! The parts of AWS that Stagedoor uses, on one machine. Everything in this crate is a stand-in: the edge for
//! CloudFront, the runtime for Lambda, identity for Cognito, objects for S3, events for the queues between them.

pub mod edge;
pub mod events;
pub mod identity;
pub mod objects;
pub mod runtime;
