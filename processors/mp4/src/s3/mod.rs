//! Films in S3, by the AWS SDK (feature `s3`).
//!
//! [`ObjectReader`] reads ranges of one version of an object, so that everything that reads a film can read it where it lies.
//! [`faststart()`] moves a film's index to the front within S3, which copies the media data by itself; [`upload()`] and
//! [`download()`] do so on the way between a local file and S3.
//!
//! The client is the caller's, with its region, credentials and timeouts. It tries again what fails as a whole (500, 503,
//! `SlowDown`, lost connections), as often as its own `RetryConfig` says: three attempts by default. What it does not try again
//! are bodies that are cut off; of these [`ObjectReader`] asks for the rest.
//!
//! A new object has the media type, the other headers and the metadata of its source. Encryption and storage class are those that
//! its bucket gives to any new object; tags, ACLs and locks are not copied. Permissions needed: `s3:GetObject` for the source,
//! `s3:PutObject` and `s3:AbortMultipartUpload` for the target.

mod attributes;
mod error;
mod faststart;
mod multipart;
mod reader;
mod uri;

/// The SDK's calls that are made here, each with the actions of IAM that it needs.
pub const CALLS: &[(&str, &[&str])] = &[
    ("get_object", &["s3:GetObject"]),
    ("put_object", &["s3:PutObject"]),
    ("create_multipart_upload", &["s3:PutObject"]),
    ("upload_part", &["s3:PutObject"]),
    // The source's bytes are read by whoever asks for the copy.
    ("upload_part_copy", &["s3:PutObject", "s3:GetObject"]),
    ("complete_multipart_upload", &["s3:PutObject"]),
    ("abort_multipart_upload", &["s3:AbortMultipartUpload"]),
];

pub use attributes::Attributes;
pub use error::{Error, ObjectError, ObjectProblem};
pub use faststart::{Options, carry_out, download, faststart, save, upload};
pub use reader::ObjectReader;
pub use uri::{NotAnObject, ObjectUri};
