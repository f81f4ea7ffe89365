//! The edge over real TCP: raw requests in, raw answers out, a scripted viewer-request function in the middle and a
//! counting S3 behind it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod app;
mod fake_s3;
mod function;
mod http1;
mod objects;
mod passes;
mod server;
mod support;
