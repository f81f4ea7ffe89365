//! What is read of a film, and what is said when reading fails.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::io;

use bytes::Bytes;
use futures::executor::block_on;
use mp4_front::{Cached, Error, FileReader, Limits, Movie, ReadAt, SourceChanged, Traffic};
use support::{atoms, corpus};

/// A film with so much media data that a walk over it would show.
fn large() -> Vec<u8> {
    let bytes = corpus::bytes("plain.mp4");
    let mut moov = atoms::cut(&bytes, "moov").to_vec();
    atoms::shift_places(&mut moov, |place| place + (8 << 20));
    [atoms::cut(&bytes, "ftyp"), &atoms::atom(b"free", &vec![0; (8 << 20) - 8]), atoms::cut(&bytes, "mdat"), &moov]
        .concat()
}

#[test]
fn a_few_blocks_for_a_small_index_at_the_end() {
    let film = large();
    let cached = Cached::new(&film);
    let movie = block_on(Movie::open(&cached, Limits::default())).unwrap();
    let Traffic { requests, bytes } = cached.traffic();
    // The block with the beginning, and one or two with `mdat` and the index.
    assert!(requests <= 3 && bytes <= 4 * 65_536, "{requests} requests, {bytes} bytes");
    movie.facts().unwrap();
    movie.faststart().unwrap();
    assert_eq!(cached.traffic(), Traffic { requests, bytes }, "plans and facts read nothing");
}

#[test]
fn the_cache_keeps_sixteen_blocks() {
    let bytes: Vec<u8> = vec![7; 10_000];
    let cached = Cached::with_block(&bytes, 100);
    let read = |at: u64| block_on(cached.read_at(at * 100, 100)).unwrap();
    (0..16).for_each(|block| drop(read(block)));
    (0..16).for_each(|block| drop(read(block)));
    assert_eq!(cached.traffic(), Traffic { requests: 16, bytes: 1600 });
    read(16);
    read(15);
    assert_eq!(cached.traffic().requests, 17);
    // The oldest one is gone.
    read(0);
    assert_eq!(cached.traffic().requests, 18);
    // More than four blocks at once go through, and are not kept.
    block_on(cached.read_at(5000, 501)).unwrap();
    block_on(cached.read_at(5000, 501)).unwrap();
    assert_eq!(cached.traffic(), Traffic { requests: 20, bytes: 1800 + 1002 });
    assert_eq!(cached.inner().len(), 10_000);
}

/// Fails from some byte on.
struct Broken {
    film: Vec<u8>,
    from: u64,
    with: fn() -> io::Result<Bytes>,
}

impl ReadAt for Broken {
    fn size(&self) -> u64 {
        self.film.len() as u64
    }

    async fn read_at(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        if offset + length as u64 > self.from { (self.with)() } else { self.film.read_at(offset, length).await }
    }
}

fn broken(from: usize, with: fn() -> io::Result<Bytes>) -> Error {
    let broken = Broken { film: corpus::bytes("plain.mp4"), from: from as u64, with };
    let direct = block_on(Movie::open(&broken, Limits::default())).unwrap_err();
    let cached = block_on(Movie::open(&Cached::with_block(&broken, 16), Limits::default())).unwrap_err();
    assert_eq!(std::mem::discriminant(&direct), std::mem::discriminant(&cached));
    direct
}

#[test]
fn failures_while_reading() {
    let moov = atoms::find(&corpus::bytes("plain.mp4"), "moov").start;
    for from in [0, 40, moov, moov + 50] {
        let error = broken(from, || Err(io::Error::other("the network is gone")));
        assert_eq!(error.to_string(), "the file could not be read: the network is gone");
        let error = broken(from, || Err(io::Error::other(SourceChanged)));
        assert_eq!(error.to_string(), "the file changed while it was read; start again with the new one");
        // A reader that does not keep its word.
        let error = broken(from, || Ok(Bytes::from_static(b"abc")));
        assert!(error.to_string().starts_with("the file could not be read: "), "{error}");
    }
}

#[test]
fn readers_give_exactly_what_is_there() {
    let bytes: Vec<u8> = (0..100).collect();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &bytes).unwrap();
    let reader = FileReader::open(file.path()).unwrap();
    let shared = Bytes::from(bytes.clone());
    for (offset, length) in [(0, 0), (0, 100), (40, 60), (100, 0), (40, 61), (101, 0), (u64::MAX, 1), (1, usize::MAX)] {
        let expected = usize::try_from(offset).ok().and_then(|at| bytes.get(at..at.checked_add(length)?));
        let found = [
            block_on(reader.read_at(offset, length)),
            block_on(bytes.read_at(offset, length)),
            block_on(bytes[..].read_at(offset, length)),
            block_on(shared.read_at(offset, length)),
            block_on(Cached::new(&bytes).read_at(offset, length)),
        ];
        for answer in found {
            match expected {
                Some(expected) => assert_eq!(answer.unwrap(), expected),
                None => assert_eq!(answer.unwrap_err().kind(), io::ErrorKind::UnexpectedEof),
            }
        }
    }
}

#[test]
fn a_local_file_that_is_written_to_is_noticed() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), b"one").unwrap();
    let reader = FileReader::open(file.path()).unwrap();
    reader.check_unchanged().unwrap();
    std::fs::write(file.path(), b"three").unwrap();
    let error = Error::from(reader.check_unchanged().unwrap_err());
    assert!(matches!(error, Error::Changed), "{error}");
}
