use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures::Stream;
use http::HeaderMap;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{Checksum, StreamingBlob};
use s3s::{S3Error, S3ErrorCode, TrailingHeaders};

/// What a body must turn out to be.
#[derive(Default)]
pub(super) struct Expected {
    pub length: Option<i64>,
    /// Base64.
    pub md5: Option<String>,
    /// Base64, each with its algorithm.
    pub checksum: Checksum,
    /// The value of `x-amz-trailer`: which checksum follows the body.
    pub announced: String,
    pub trailers: Option<TrailingHeaders>,
}

/// A body that fails at its end where it is not what was announced: what reads it then never takes it for whole.
pub(super) struct Verified {
    body: StreamingBlob,
    expected: Expected,
    /// Taken at the end.
    hashes: Option<(ChecksumHasher, Md5)>,
    length: u64,
    failure: Failure,
}

/// Why a [`Verified`] body was refused, to be asked when its reader has failed.
#[derive(Clone, Default)]
pub(super) struct Failure(Arc<OnceLock<&'static str>>);

impl Failure {
    /// The error for the client: the refusal, or whatever else went wrong.
    pub(super) fn or(&self, other: S3Error) -> S3Error {
        match self.0.get() {
            Some(what) => S3Error::with_message(
                S3ErrorCode::BadDigest,
                format!("{what} of the body is not the one that was announced"),
            ),
            None => other,
        }
    }
}

impl Expected {
    /// Whether the request announces no checksum, neither ahead of the body nor behind it.
    pub(super) fn names_no_checksum(&self) -> bool {
        let Checksum { checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256, .. } =
            &self.checksum;
        let values = [checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256];
        self.announced.is_empty() && values.into_iter().all(Option::is_none)
    }

    fn hasher(&self) -> ChecksumHasher {
        let wanted = |value: &Option<String>, name: &str| value.is_some() || self.announced.eq_ignore_ascii_case(name);
        let checksum = &self.checksum;
        ChecksumHasher {
            crc32: wanted(&checksum.checksum_crc32, "x-amz-checksum-crc32").then(Default::default),
            crc32c: wanted(&checksum.checksum_crc32c, "x-amz-checksum-crc32c").then(Default::default),
            crc64nvme: wanted(&checksum.checksum_crc64nvme, "x-amz-checksum-crc64nvme").then(Default::default),
            sha1: wanted(&checksum.checksum_sha1, "x-amz-checksum-sha1").then(Default::default),
            sha256: wanted(&checksum.checksum_sha256, "x-amz-checksum-sha256").then(Default::default),
        }
    }

    /// The name of what differs.
    fn differs(&self, length: u64, checksum: &Checksum, md5: &[u8]) -> Option<&'static str> {
        if self.length.is_some_and(|wanted| u64::try_from(wanted) != Ok(length)) {
            return Some("the length");
        }
        if self.md5.as_ref().is_some_and(|wanted| *wanted != BASE64_STANDARD.encode(md5)) {
            return Some("the MD5");
        }
        let trailer = |name: &str| {
            let value = |trailers: &HeaderMap| trailers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
            self.trailers.as_ref().and_then(|trailers| trailers.read(value)).flatten()
        };
        let wanted = &self.checksum;
        [
            ("x-amz-checksum-crc32", &wanted.checksum_crc32, &checksum.checksum_crc32),
            ("x-amz-checksum-crc32c", &wanted.checksum_crc32c, &checksum.checksum_crc32c),
            ("x-amz-checksum-crc64nvme", &wanted.checksum_crc64nvme, &checksum.checksum_crc64nvme),
            ("x-amz-checksum-sha1", &wanted.checksum_sha1, &checksum.checksum_sha1),
            ("x-amz-checksum-sha256", &wanted.checksum_sha256, &checksum.checksum_sha256),
        ]
        .into_iter()
        .find(|(name, wanted, computed)| {
            computed.is_some() && (**wanted).clone().or_else(|| trailer(name)) != **computed
        })
        .map(|(name, _, _)| name)
    }
}

impl Verified {
    /// The body to hand on, and where to ask why it failed.
    pub(super) fn wrap(body: StreamingBlob, expected: Expected) -> (StreamingBlob, Failure) {
        let failure = Failure::default();
        let hashes = Some((expected.hasher(), Md5::new()));
        let verified = Self { body, expected, hashes, length: 0, failure: failure.clone() };
        (StreamingBlob::wrap(verified), failure)
    }
}

impl Stream for Verified {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        match futures::ready!(Pin::new(&mut this.body).poll_next(cx)) {
            Some(Ok(data)) => {
                this.length = this.length.saturating_add(data.len() as u64);
                if let Some((checksum, md5)) = &mut this.hashes {
                    checksum.update(&data);
                    if this.expected.md5.is_some() {
                        md5.update(&data);
                    }
                }
                Poll::Ready(Some(Ok(data)))
            }
            Some(Err(e)) => Poll::Ready(Some(Err(std::io::Error::other(e)))),
            None => {
                let Some((checksum, md5)) = this.hashes.take() else { return Poll::Ready(None) };
                match this.expected.differs(this.length, &checksum.finalize(), &md5.finalize()) {
                    None => Poll::Ready(None),
                    Some(what) => {
                        let _ = this.failure.0.set(what);
                        Poll::Ready(Some(Err(std::io::Error::other(what))))
                    }
                }
            }
        }
    }
}
