//! Faststart within an object store: a plan as the parts of a multipart upload, most of them copied by the store itself.

use std::ops::Range;

use bytes::{Bytes, BytesMut};

use super::Plan;
use crate::error::Error;
use crate::read::{ReadAt, read_exact};

const MIB: u64 = 1024 * 1024;

/// What a store asks of parts. The defaults are those of S3 ("Amazon S3 multipart upload limits").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartRules {
    /// The least size of a part in bytes, except for the last one. Default: 5 MiB.
    pub smallest: u64,
    /// The largest size of a part in bytes. Default: 5 GiB.
    pub largest: u64,
    /// The most parts. Default: 10,000.
    pub parts: u64,
    /// How much one copy is to move where the rules leave the choice; several can run at once. Default: 256 MiB.
    pub copy: u64,
    /// A new file below this size goes in one piece. Default: 10 MiB. At least twice `smallest`, since S3 copies no range of an
    /// object of 5 MiB or less.
    pub whole_below: u64,
}

impl Default for PartRules {
    fn default() -> Self {
        Self { smallest: 5 * MIB, largest: 5 * 1024 * MIB, parts: 10_000, copy: 256 * MIB, whole_below: 10 * MIB }
    }
}

/// Bytes that go through the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These bytes of the plan's head.
    Head(Range<usize>),
    /// These bytes of the source.
    Source(Range<u64>),
}

/// One part, in order; part numbers begin with 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Sent (`UploadPart`): these pieces, one after another. See [`body`].
    Send(Vec<Piece>),
    /// Copied by the store (`UploadPartCopy`): these bytes of the source. `x-amz-copy-source-range` names the last byte, which is
    /// one less than `end`.
    Copy(Range<u64>),
}

/// How to make the new object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upload {
    /// In one piece (`PutObject`).
    Whole(Vec<Piece>),
    /// In parts.
    Multipart(Vec<Part>),
}

/// The new file is larger than the largest object of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the new file has {bytes} bytes, more than {parts} parts of {largest} bytes hold")]
pub struct TooLarge {
    /// The size of the new file.
    pub bytes: u64,
    /// How many parts there may be.
    pub parts: u64,
    /// How large each may be.
    pub largest: u64,
}

/// Cuts a plan into parts. What is sent is the head, as much of the media data as the smallest part needs, and as much again at each
/// of the at most two joints where a copy would be too small.
///
/// # Errors
/// [`TooLarge`]: as many parts as there may be do not hold the new file.
pub fn parts(plan: &Plan, rules: &PartRules) -> Result<Upload, TooLarge> {
    let bytes = plan.size();
    let mut rest = Rest { head: 0..plan.head.len(), copies: plan.copies.iter().cloned().collect() };
    if bytes < rules.whole_below {
        return Ok(Upload::Whole(rest.take(bytes)));
    }
    // Room for the first part and for one at each joint, and for the odd size at the end of each range.
    let parts = rules.parts.saturating_sub(8).max(1);
    let copy = rules.copy.max(bytes.div_ceil(parts)).max(rules.smallest.saturating_mul(2)).min(rules.largest).max(1);
    if bytes.div_ceil(copy) > parts {
        return Err(TooLarge { bytes, parts: rules.parts, largest: rules.largest });
    }
    let mut list = vec![Part::Send(rest.take(rules.smallest.max(plan.head.len() as u64)))];
    while let Some(next) = rest.copies.front().cloned() {
        let length = next.end - next.start;
        if length >= rules.smallest || rest.copies.len() == 1 {
            // In equal shares, so that none is too small.
            let share = length.div_ceil(length.div_ceil(copy).max(1));
            let end = next.start.saturating_add(share).min(next.end);
            list.push(Part::Copy(next.start..end));
            rest.skip(end - next.start);
        } else {
            list.push(Part::Send(rest.take(rules.smallest)));
        }
    }
    Ok(Upload::Multipart(list))
}

/// What a part or object to be sent consists of, in memory. Reads nothing but the pieces of the source.
///
/// # Errors
/// [`Error::Read`] or [`Error::Changed`] where the source cannot be read.
pub async fn body(plan: &Plan, pieces: &[Piece], source: &(impl ReadAt + ?Sized)) -> Result<Bytes, Error> {
    let mut body = BytesMut::new();
    for piece in pieces {
        match piece {
            Piece::Head(range) => body.extend_from_slice(plan.head.get(range.clone()).unwrap_or_default()),
            Piece::Source(range) => {
                let length = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
                body.extend_from_slice(&read_exact(source, range.start, length).await?);
            }
        }
    }
    Ok(body.freeze())
}

/// What is not in a part yet.
struct Rest {
    head: Range<usize>,
    /// None of them empty.
    copies: std::collections::VecDeque<Range<u64>>,
}

impl Rest {
    /// The next so many bytes, or all that there are.
    fn take(&mut self, mut bytes: u64) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if !self.head.is_empty() {
            let length = usize::try_from(bytes).unwrap_or(usize::MAX).min(self.head.len());
            let end = self.head.start + length;
            pieces.push(Piece::Head(self.head.start..end));
            self.head.start = end;
            bytes -= length as u64;
        }
        while let Some(next) = self.copies.front().cloned().filter(|_| bytes > 0) {
            let end = next.start.saturating_add(bytes).min(next.end);
            pieces.push(Piece::Source(next.start..end));
            bytes -= end - next.start;
            self.skip(end - next.start);
        }
        pieces
    }

    /// Goes on within the next range.
    fn skip(&mut self, bytes: u64) {
        if let Some(next) = self.copies.front_mut() {
            next.start = next.start.saturating_add(bytes);
            if next.start >= next.end {
                self.copies.pop_front();
            }
        }
    }
}
