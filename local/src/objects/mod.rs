//! S3 on one machine: `s3s-fs` keeps objects as files, and the layer around it adds what Stagedoor needs of S3 beyond that.
//! Multipart uploads are ours altogether, see `multipart/`.
//!
//! - Every request must carry a valid signature (header or presigned), except a browser's CORS preflight.
//! - A finished PUT, copy or multipart upload is announced as an [`ObjectCreated`].
//! - Conditional GET and HEAD, copy-source conditions of `UploadPartCopy`, and checksums of PUTs and parts hold. A body
//!   that is cut off or does not match its checksum leaves nothing under its key.
//! - Keys are paths below the bucket's directory, so that people can find their files: a key with an empty, `.` or `..`
//!   segment, or one that is a directory for another, is refused with 400. So is one too long for a file name: about 150
//!   bytes, see `keys.rs`.
//!
//! Left out: versions, tags, ACLs, bucket configuration, browser POST uploads.

mod client;
mod conditions;
mod cors;
mod fields;
mod keys;
mod multipart;
mod server;
mod store;
mod verified;

pub use client::client;
pub use server::{ObjectCreated, Objects, ObjectsConfig, ObjectsError};
