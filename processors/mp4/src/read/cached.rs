//! A reader that keeps blocks of what it read, and counts what that cost.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};

use super::ReadAt;

/// How many blocks are kept.
const BLOCKS_KEPT: usize = 16;
/// A read of more blocks than this goes straight through: it is of the index or of a picture, and nobody reads these twice.
const BLOCKS_AT_ONCE: u64 = 4;

/// Reads in aligned blocks and keeps the last 16 of them, so that the many small reads of a walk over boxes become few
/// requests. A read of more than four blocks goes through as it is.
#[derive(Debug)]
pub struct Cached<R> {
    inner: R,
    block: u64,
    state: Mutex<State>,
}

/// What was asked of the reader inside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// How many reads.
    pub requests: u64,
    /// How many bytes they brought.
    pub bytes: u64,
}

#[derive(Debug, Default)]
struct State {
    blocks: BTreeMap<u64, Bytes>,
    /// The oldest first.
    order: VecDeque<u64>,
    traffic: Traffic,
}

impl<R: ReadAt> Cached<R> {
    /// Blocks of 64 KiB.
    pub fn new(inner: R) -> Self {
        Self::with_block(inner, 64 * 1024)
    }

    /// Blocks of that many bytes; 0 counts as 1.
    pub fn with_block(inner: R, block: u32) -> Self {
        Self { inner, block: u64::from(block.max(1)), state: Mutex::default() }
    }

    /// What was read through so far.
    pub fn traffic(&self) -> Traffic {
        self.state().traffic
    }

    /// The reader inside.
    pub fn inner(&self) -> &R {
        &self.inner
    }

    // What is behind the lock is whole at all times.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fetch(&self, offset: u64, length: u64) -> io::Result<Bytes> {
        let length = usize::try_from(length).map_err(io::Error::other)?;
        let bytes = self.inner.read_at(offset, length).await?;
        if bytes.len() != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut state = self.state();
        state.traffic.requests += 1;
        state.traffic.bytes += bytes.len() as u64;
        Ok(bytes)
    }

    /// The blocks from `first` to `last`; those that are missing come in one request.
    async fn blocks(&self, first: u64, last: u64) -> io::Result<BTreeMap<u64, Bytes>> {
        let mut found: BTreeMap<u64, Bytes> =
            self.state().blocks.range(first..=last).map(|(number, block)| (*number, block.clone())).collect();
        let missing = || (first..=last).filter(|number| !found.contains_key(number));
        let (Some(from), Some(to)) = (missing().next(), missing().next_back()) else { return Ok(found) };
        let start = from * self.block;
        let end = to.saturating_add(1).saturating_mul(self.block).min(self.inner.size());
        let mut bytes = self.fetch(start, end.saturating_sub(start)).await?;
        for number in from..=to {
            let length = bytes.len().min(usize::try_from(self.block).map_err(io::Error::other)?);
            // A copy, or the whole request would stay in memory for one block of it.
            let block = Bytes::copy_from_slice(&bytes.split_to(length));
            self.state().keep(number, &block);
            found.insert(number, block);
        }
        Ok(found)
    }
}

impl State {
    fn keep(&mut self, number: u64, block: &Bytes) {
        if self.blocks.insert(number, block.clone()).is_none() {
            self.order.push_back(number);
        }
        while self.order.len() > BLOCKS_KEPT {
            if let Some(oldest) = self.order.pop_front() {
                self.blocks.remove(&oldest);
            }
        }
    }
}

impl<R: ReadAt> ReadAt for Cached<R> {
    fn size(&self) -> u64 {
        self.inner.size()
    }

    async fn read_at(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        let end = offset.checked_add(length as u64).filter(|end| *end <= self.size());
        let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
        if length == 0 {
            return Ok(Bytes::new());
        }
        let (first, last) = (offset / self.block, (end - 1) / self.block);
        if last - first >= BLOCKS_AT_ONCE {
            return self.fetch(offset, length as u64).await;
        }
        let blocks = self.blocks(first, last).await?;
        let mut bytes = BytesMut::with_capacity(length);
        for (number, block) in blocks {
            let start = number * self.block;
            let from = usize::try_from(offset.saturating_sub(start)).map_err(io::Error::other)?;
            let to = usize::try_from((end - start).min(block.len() as u64)).map_err(io::Error::other)?;
            bytes.extend_from_slice(block.get(from..to).ok_or(io::ErrorKind::UnexpectedEof)?);
        }
        Ok(bytes.freeze())
    }
}
