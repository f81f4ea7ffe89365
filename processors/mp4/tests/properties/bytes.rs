//! No input makes it panic, and no answer is larger than the input.

use futures::executor::block_on;
use mp4_front::faststart::Verdict;
use mp4_front::{Cached, Limits, Movie, ReadAt};
use proptest::prelude::*;

use crate::support::atoms::atom;
use crate::support::corpus;

/// Everything that can be asked of a file.
fn ask(bytes: &[u8]) {
    let Ok(movie) = block_on(Movie::open(&bytes.to_vec(), Limits::default())) else { return };
    let _ = movie.facts();
    for track in movie.tracks().into_iter().flatten() {
        let _ = track.keyframe_near(1.0);
        if let Ok(keyframes) = track.keyframes() {
            keyframes.take(1000).for_each(drop);
        }
    }
    if let Ok(Verdict::Move(plan)) = movie.faststart() {
        assert!(plan.size() <= 2 * bytes.len() as u64);
        assert!(plan.copies().iter().all(|range| range.start < range.end && range.end <= bytes.len() as u64));
    }
}

const KINDS: &[&[u8; 4]] = &[
    b"ftyp", b"moov", b"mdat", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"stts", b"stsc", b"stsz", b"stz2",
    b"stco", b"co64", b"ctts", b"stss", b"mvhd", b"tkhd", b"mdhd", b"hdlr", b"edts", b"elst", b"dinf", b"dref",
    b"mvex", b"mehd", b"trex", b"moof", b"mfra", b"sidx", b"avc1", b"avcC", b"mp4a", b"esds", b"udta", b"meta",
    b"iloc", b"saio", b"free", b"cmov",
];

/// Boxes within boxes, some of which lie about their size.
fn any_boxes() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop::collection::vec(any::<u8>(), 0..60);
    leaf.prop_recursive(7, 80, 5, |inner| {
        (prop::collection::vec((prop::sample::select(KINDS), inner), 0..5), any::<u8>(), any::<u32>()).prop_map(
            |(boxes, lie, size)| {
                let mut bytes: Vec<u8> = boxes.iter().flat_map(|(kind, content)| atom(kind, content)).collect();
                if lie < 30 && bytes.len() >= 4 {
                    bytes[..4].copy_from_slice(&size.to_be_bytes());
                }
                bytes
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        ask(&bytes);
    }

    #[test]
    fn any_nesting_of_boxes(boxes in any_boxes()) {
        ask(&boxes);
        ask(&[atom(b"ftyp", b"isom\0\0\0\0"), atom(b"mdat", b"12345678"), atom(b"moov", &boxes)].concat());
    }

    #[test]
    fn a_film_with_some_bytes_changed(
        name in prop::sample::select(&["sounds.mp4", "hdr10.mp4", "encrypted.mp4", "fragments.mp4", "plain.mov"][..]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        end in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = corpus::bytes(name);
        // Of the index, where changes matter; it is at the end of all of these.
        let from = if name == "fragments.mp4" { 0 } else { crate::support::atoms::find(&bytes, "moov").start };
        for (at, byte) in changes {
            let at = from + at.index(bytes.len() - from);
            bytes[at] = byte;
        }
        if let Some(end) = end {
            bytes.truncate(end.index(bytes.len()));
        }
        ask(&bytes);
    }

    #[test]
    fn a_cache_reads_what_is_there(
        size in 0usize..5000,
        block in 0u32..700,
        reads in prop::collection::vec((0u64..5500, 0usize..6000), 1..30),
    ) {
        let bytes: Vec<u8> = (0..size).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let cached = Cached::with_block(bytes.clone(), block);
        for (offset, length) in reads {
            let (ours, direct) = (block_on(cached.read_at(offset, length)), block_on(bytes.read_at(offset, length)));
            assert_eq!(ours.as_ref().ok(), direct.as_ref().ok());
            assert_eq!(ours.map_err(|e| e.kind()).err(), direct.map_err(|e| e.kind()).err());
        }
    }
}
