//! Keys as paths: which of them a directory can hold.

use std::path::{Path, PathBuf};

use s3s::{S3Error, S3ErrorCode};

/// A file name's limit on Linux, in bytes.
const NAME: usize = 255;
/// What `s3s-fs` puts around the two Base64 parts in the name of the file with an object's attributes:
/// `.bucket-….object-….metadata.json`.
const AROUND: usize = ".bucket-".len() + ".object-".len() + ".metadata.json".len();

/// The longest key, in bytes, that a bucket can hold.
pub(super) fn longest(bucket: &str) -> usize {
    let encoded_bucket = (bucket.len() * 4).div_ceil(3);
    NAME.saturating_sub(AROUND + encoded_bucket) * 3 / 4
}

/// The object's file, where its key can be one.
pub(super) fn path(root: &Path, bucket: &str, key: &str) -> Option<PathBuf> {
    refusal(bucket, key).is_none().then(|| root.join(bucket).join(key))
}

/// Whether the object may be written.
pub(super) async fn check(root: &Path, bucket: &str, key: &str) -> Result<(), S3Error> {
    if let Some(refusal) = refusal(bucket, key) {
        return Err(refusal);
    }
    let bucket = root.join(bucket);
    let object = bucket.join(key);
    let is_dir = tokio::fs::metadata(&object).await.is_ok_and(|found| found.is_dir());
    let mut file_above = false;
    for above in object.ancestors().skip(1).take_while(|above| *above != bucket) {
        file_above |= tokio::fs::metadata(above).await.is_ok_and(|found| found.is_file());
    }
    if is_dir || file_above {
        let message = "another object's key needs this one, or one above it, as a directory; choose another key";
        return Err(S3Error::with_message(S3ErrorCode::InvalidArgument, message));
    }
    Ok(())
}

fn refusal(bucket: &str, key: &str) -> Option<S3Error> {
    let odd = |segment: &str| matches!(segment, "" | "." | "..") || segment.contains('\0');
    if key.split('/').any(odd) {
        let message = "keys are kept as paths here: expected no empty, . or .. segment and no NUL";
        return Some(S3Error::with_message(S3ErrorCode::InvalidArgument, message));
    }
    let longest = longest(bucket);
    (key.len() > longest).then(|| {
        let message = format!("the key has {} bytes; expected at most {longest} in this bucket", key.len());
        S3Error::with_message(S3ErrorCode::KeyTooLongError, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_are_files() {
        let root = Path::new("/data");
        assert_eq!(path(root, "raw", "a/b c.jpg"), Some(PathBuf::from("/data/raw/a/b c.jpg")));
        for odd in ["", "/", "/etc/passwd", "../media/x", "a/../../x", "a//b", "a/", "./a", "a/.", "nul\0"] {
            assert_eq!(path(root, "raw", odd), None, "{odd:?}");
        }
    }

    #[test]
    fn the_limit_leaves_room_for_every_name_that_is_made_of_the_key() {
        let longest = longest("stagedoor-raw");
        // Base64 without padding, as s3s-fs writes it.
        let encoded = |bytes: usize| (bytes * 4).div_ceil(3);
        assert!(AROUND + encoded("stagedoor-raw".len()) + encoded(longest) <= NAME);
        assert!(AROUND + encoded("stagedoor-raw".len()) + encoded(longest + 2) > NAME);
    }
}
