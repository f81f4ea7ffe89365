//! A film of more than 4 GiB that is a hole but for its beginning and its end, read through a cache.

use std::io;

use bytes::Bytes;
use futures::executor::block_on;
use mp4_front::faststart::{Part, PartRules, Upload, Verdict, parts};
use mp4_front::{Cached, Limits, Movie, ReadAt};

/// The bytes in front of a hole of zeros, and those behind it.
struct Stretched {
    head: Vec<u8>,
    hole: u64,
    tail: Vec<u8>,
}

impl ReadAt for Stretched {
    fn size(&self) -> u64 {
        self.head.len() as u64 + self.hole + self.tail.len() as u64
    }

    async fn read_at(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        assert!(offset + length as u64 <= self.size(), "a read beyond the end");
        let tail = self.head.len() as u64 + self.hole;
        let byte = |at: u64| match (usize::try_from(at).ok(), at.checked_sub(tail).map(usize::try_from)) {
            (_, Some(Ok(behind))) => self.tail[behind],
            (Some(front), None) => self.head.get(front).copied().unwrap_or(0),
            _ => 0,
        };
        Ok((offset..offset + length as u64).map(byte).collect())
    }
}

/// Two bytes say how long the beginning is, two how much less than 4 GiB the hole is. A beginning that ends with the header of a
/// box of 64 bits is given the size of the hole.
pub fn stretched(data: &[u8]) {
    let Some(([a, b, c, d], rest)) = data.split_first_chunk::<4>() else { return };
    let hole = (1u64 << 32) - u64::from(u16::from_be_bytes([*c, *d]));
    let (head, tail) = rest.split_at(usize::from(u16::from_be_bytes([*a, *b])).min(rest.len()));
    let mut head = head.to_vec();
    let length = head.len();
    if length >= 16 && head[length - 16..length - 12] == [0, 0, 0, 1] {
        head[length - 8..].copy_from_slice(&(hole + 16).to_be_bytes());
    }
    let source = Cached::with_block(Stretched { head, hole, tail: tail.to_vec() }, 512);
    // An index may lie in the hole: zeros, as many as its size says.
    let limits = Limits { moov_bytes: 100_000, other_bytes: 10_000, ..Default::default() };
    let Ok(movie) = block_on(Movie::open(&source, limits)) else { return };
    let traffic = source.traffic();
    let _ = movie.facts();
    let Ok(Verdict::Move(plan)) = movie.faststart() else { return };
    assert_eq!(source.traffic(), traffic);
    assert!(plan.head().len() <= 110_000);
    let Ok(Upload::Multipart(list)) = parts(&plan, &PartRules::default()) else { panic!("not in parts") };
    let length = |part: &Part| match part {
        Part::Send(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                mp4_front::faststart::Piece::Head(range) => range.len() as u64,
                mp4_front::faststart::Piece::Source(range) => range.end - range.start,
            })
            .sum(),
        Part::Copy(range) => range.end - range.start,
    };
    assert_eq!(list.iter().map(length).sum::<u64>(), plan.size());
}
