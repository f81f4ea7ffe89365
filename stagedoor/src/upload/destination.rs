use async_trait::async_trait;

use super::file::{LocalFile, Sums};
use super::progress::Bar;
use crate::client::ClientError;

/// What is said of a file.
#[derive(Debug, Clone, Default)]
pub struct Description {
    pub title: Option<String>,
    pub comment: Option<String>,
}

/// How a file is to be sent.
pub enum Begun {
    /// In one request, here and now, which has been done.
    Sent { upload: String },
    /// In parts.
    Parts { upload: String, part_bytes: u64 },
}

/// An upload in parts that is under way.
pub struct UnderWay {
    pub upload: String,
    pub part_bytes: u64,
    pub arrived: Vec<Arrived>,
}

/// A part that the store has.
pub struct Arrived {
    pub number: u32,
    pub bytes: u64,
    /// Without quotes.
    pub etag: String,
    pub sha256: Option<String>,
}

/// A part that is to be sent, or was.
#[derive(Clone)]
pub struct Part {
    pub number: u32,
    pub offset: u64,
    pub sums: Sums,
}

/// Where files go: a site by its API, or a bucket.
#[async_trait(?Send)]
pub trait Destination: Send + Sync {
    /// Announces a file; a small one is sent at once. Twice with the same key is once.
    async fn begin(
        &self,
        file: &LocalFile,
        crc64nvme: &str,
        key: &str,
        description: &Description,
        bar: &Bar,
    ) -> Result<Begun, ClientError>;

    /// The state of an upload in parts; `None` where there is none (any more).
    async fn under_way(&self, file: &LocalFile, upload: &str) -> Result<Option<UnderWay>, ClientError>;

    /// Uploads of that size which this machine may have forgotten.
    async fn forgotten(&self, file: &LocalFile) -> Result<Vec<String>, ClientError>;

    /// Sends one part. Tried again by the caller where the failure passes.
    async fn send(&self, file: &LocalFile, upload: &str, part: &Part, bar: &Bar) -> Result<(), ClientError>;

    /// Ends an upload: what the file became. Twice is once. `parts` are none where it was sent at once.
    async fn complete(
        &self,
        file: &LocalFile,
        upload: &str,
        crc64nvme: &str,
        parts: &[Part],
    ) -> Result<String, ClientError>;

    /// Whether what a file became is still there.
    async fn is_there(&self, media: &str) -> Result<bool, ClientError>;
}

impl Arrived {
    /// Whether it holds these bytes.
    pub fn is(&self, sums: &Sums) -> bool {
        self.bytes == sums.bytes
            && match (&self.sha256, &sums.md5) {
                (Some(sha256), _) => *sha256 == sums.sha256,
                (None, Some(md5)) => self.etag == *md5,
                (None, None) => false,
            }
    }
}
