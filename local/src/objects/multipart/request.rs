//! What requests say of checksums, and where S3 refuses them.

use s3s::dto::{Checksum, ChecksumAlgorithm, ChecksumType};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::Found;
use super::algorithm::{Algorithm, Kind};
use crate::objects::verified::Expected;

/// Which upload of which object is meant.
#[derive(Clone)]
pub(in crate::objects) struct Place {
    pub bucket: String,
    pub key: String,
    pub upload_id: String,
}

/// Which checksum an upload's object is to have.
pub(super) fn kind(algorithm: Option<&ChecksumAlgorithm>, wanted: Option<&ChecksumType>) -> S3Result<Kind> {
    let refused = |message: String| Err(S3Error::with_message(S3ErrorCode::InvalidRequest, message));
    let Some(named) = algorithm else {
        return match wanted {
            None => Ok(Kind { algorithm: Algorithm::Crc64nvme, full_object: true }),
            Some(_) => refused("a checksum type needs a checksum algorithm".to_owned()),
        };
    };
    let Some(algorithm) = Algorithm::named(named.as_str()) else {
        return refused(format!("{}: expected CRC32, CRC32C, CRC64NVME, SHA1 or SHA256", named.as_str()));
    };
    let full_object = match wanted.map(ChecksumType::as_str) {
        None => algorithm == Algorithm::Crc64nvme,
        Some(ChecksumType::FULL_OBJECT) => true,
        Some(_) => false,
    };
    let impossible = if full_object {
        matches!(algorithm, Algorithm::Sha1 | Algorithm::Sha256)
    } else {
        algorithm == Algorithm::Crc64nvme
    };
    let kind = Kind { algorithm, full_object };
    if impossible {
        let (kind, name) = (kind.type_name(), algorithm.name().to_lowercase());
        return refused(format!("The {kind} checksum type cannot be used with the {name} checksum algorithm."));
    }
    Ok(kind)
}

impl Found {
    /// Refuses a part that brings another checksum than the upload's, or none where its kind needs one.
    pub(in crate::objects) fn check_part(&self, part: &Expected) -> S3Result<()> {
        let (ours, brought) = (self.upload.kind.algorithm, brought(part));
        let without = brought.is_empty() && self.upload.kind.full_object;
        if !self.upload.declared || without || brought == [ours] {
            return Ok(());
        }
        let actual = brought.into_iter().find(|algorithm| *algorithm != ours).map_or("null", Algorithm::name);
        let message = format!(
            "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
            ours.name().to_lowercase(),
            actual.to_lowercase()
        );
        Err(S3Error::with_message(S3ErrorCode::InvalidRequest, message))
    }

    /// The part's checksum as an answer gives it: where the upload was declared to have one.
    pub(super) fn shown(&self, checksum: &str) -> Checksum {
        if self.upload.declared {
            self.upload.kind.algorithm.checksum(checksum.to_owned())
        } else {
            Checksum::default()
        }
    }
}

fn brought(part: &Expected) -> Vec<Algorithm> {
    let announced = part.announced.split(',').map(str::trim);
    let announced: Vec<_> = announced.filter_map(Algorithm::of_header).collect();
    let brings = |a: &Algorithm| a.value(&part.checksum).is_some() || announced.contains(a);
    Algorithm::ALL.into_iter().filter(brings).collect()
}
