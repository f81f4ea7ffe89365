//! How a file is cut: the numbers are S3's.

/// Files up to this are sent in one PUT, bytes.
pub const MOST_AT_ONCE: u64 = 64 * MIB;
/// The largest object, bytes. <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
pub const LARGEST: u64 = 5 << 40;
/// Parts of at least this many bytes: small enough that a broken connection costs little. S3 takes 5 MiB and more.
const LEAST_PART: u64 = 8 * MIB;
/// S3's limit.
const MOST_PARTS: u64 = 10_000;
const MIB: u64 = 1 << 20;

/// The length of every part but the last, bytes: whole MiB, so that no file has more than 10,000 parts.
pub fn part_bytes(file: u64) -> u64 {
    file.div_ceil(MOST_PARTS).max(LEAST_PART).div_ceil(MIB) * MIB
}

/// How many parts that makes.
pub fn parts(file: u64, part: u64) -> u32 {
    u32::try_from(file.div_ceil(part.max(1))).unwrap_or(u32::MAX)
}

/// The length of one part, from 1 on; `None`: the file has no such part.
pub fn length(file: u64, part: u64, number: u32) -> Option<u64> {
    let begin = u64::from(number.checked_sub(1)?).checked_mul(part)?;
    file.checked_sub(begin).filter(|left| *left > 0).map(|left| left.min(part))
}

#[cfg(test)]
mod tests {
    use super::{LARGEST, LEAST_PART, MIB, MOST_AT_ONCE, MOST_PARTS, length, part_bytes, parts};

    #[test]
    fn every_file_is_cut_within_s3s_limits() {
        for file in [MOST_AT_ONCE + 1, 300 * MIB, 80_000 * MIB, 80_000 * MIB + 1, LARGEST - 1, LARGEST] {
            let part = part_bytes(file);
            let count = parts(file, part);
            assert!((LEAST_PART..=5 << 30).contains(&part) && part.is_multiple_of(MIB), "{file}: {part}");
            assert!(u64::from(count) <= MOST_PARTS, "{file}: {count}");
            let whole: u64 = (1..=count).map(|number| length(file, part, number).unwrap_or(0)).sum();
            assert_eq!(whole, file);
            assert_eq!((length(file, part, 0), length(file, part, count + 1)), (None, None));
        }
    }
}
