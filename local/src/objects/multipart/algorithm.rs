use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crc_fast::CrcAlgorithm;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::Checksum;
use serde::{Deserialize, Serialize};

use super::records::Part;

/// What a checksum is computed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64nvme,
    Sha1,
    Sha256,
}

/// What an object's checksum is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kind {
    pub algorithm: Algorithm,
    /// Of all its bytes, rather than of its parts' checksums.
    pub full_object: bool,
}

impl Algorithm {
    pub const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64nvme, Self::Sha1, Self::Sha256];

    /// As S3 writes it, such as `SHA256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// The algorithm whose value a header or trailer of that name holds.
    pub fn of_header(name: &str) -> Option<Self> {
        Self::named(name.to_ascii_lowercase().strip_prefix("x-amz-checksum-")?)
    }

    pub fn hasher(self) -> ChecksumHasher {
        let mut hasher = ChecksumHasher::default();
        match self {
            Self::Crc32 => hasher.crc32 = Some(Crc32::default()),
            Self::Crc32c => hasher.crc32c = Some(Crc32c::default()),
            Self::Crc64nvme => hasher.crc64nvme = Some(Crc64Nvme::default()),
            Self::Sha1 => hasher.sha1 = Some(Sha1::default()),
            Self::Sha256 => hasher.sha256 = Some(Sha256::default()),
        }
        hasher
    }

    pub fn value(self, checksums: &Checksum) -> Option<&String> {
        match self {
            Self::Crc32 => checksums.checksum_crc32.as_ref(),
            Self::Crc32c => checksums.checksum_crc32c.as_ref(),
            Self::Crc64nvme => checksums.checksum_crc64nvme.as_ref(),
            Self::Sha1 => checksums.checksum_sha1.as_ref(),
            Self::Sha256 => checksums.checksum_sha256.as_ref(),
        }
    }

    /// The value in the one field that is this algorithm's.
    pub fn checksum(self, value: String) -> Checksum {
        let mut checksums = Checksum::default();
        let field = match self {
            Self::Crc32 => &mut checksums.checksum_crc32,
            Self::Crc32c => &mut checksums.checksum_crc32c,
            Self::Crc64nvme => &mut checksums.checksum_crc64nvme,
            Self::Sha1 => &mut checksums.checksum_sha1,
            Self::Sha256 => &mut checksums.checksum_sha256,
        };
        *field = Some(value);
        checksums
    }

    fn crc(self) -> Option<(CrcAlgorithm, usize)> {
        match self {
            Self::Crc32 => Some((CrcAlgorithm::Crc32IsoHdlc, 4)),
            Self::Crc32c => Some((CrcAlgorithm::Crc32Iscsi, 4)),
            Self::Crc64nvme => Some((CrcAlgorithm::Crc64Nvme, 8)),
            Self::Sha1 | Self::Sha256 => None,
        }
    }

    /// Of some bytes.
    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::checksum(bytes).as_ref().to_vec(),
            Self::Sha256 => Sha256::checksum(bytes).as_ref().to_vec(),
            Self::Crc32 | Self::Crc32c | Self::Crc64nvme => {
                self.crc().map(|(crc, length)| big_endian(crc_fast::checksum(crc, bytes), length)).unwrap_or_default()
            }
        }
    }
}

impl Kind {
    /// As S3 writes it.
    pub fn type_name(self) -> String {
        if self.full_object { "FULL_OBJECT" } else { "COMPOSITE" }.to_owned()
    }

    /// The object's checksum, from its parts' in their order; `None` where one of them is no Base64.
    pub fn of_object(self, parts: &[Part]) -> Option<String> {
        let values = parts.iter().map(|part| Some((BASE64_STANDARD.decode(&part.checksum).ok()?, part.bytes)));
        match self.algorithm.crc() {
            Some((crc, length)) if self.full_object => {
                let mut joined = crc_fast::checksum(crc, b"");
                for value in values {
                    let (value, bytes) = value?;
                    let value = value.into_iter().fold(0, |whole: u64, byte| whole << 8 | u64::from(byte));
                    joined = crc_fast::checksum_combine(crc, joined, value, bytes);
                }
                Some(BASE64_STANDARD.encode(big_endian(joined, length)))
            }
            _ => {
                let digests: Option<Vec<Vec<u8>>> = values.map(|value| Some(value?.0)).collect();
                let digest = BASE64_STANDARD.encode(self.algorithm.digest(&digests?.concat()));
                Some(format!("{digest}-{}", parts.len()))
            }
        }
    }
}

/// The lowest `length` bytes, the highest of them first.
fn big_endian(value: u64, length: usize) -> Vec<u8> {
    value.to_be_bytes().into_iter().skip(8 - length.min(8)).collect()
}
