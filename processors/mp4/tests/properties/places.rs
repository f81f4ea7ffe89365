//! Every place is moved to where its byte is, in tables that are as wide as they must be and no wider.

use futures::executor::block_on;
use mp4_front::faststart::{Plan, Verdict};
use mp4_front::{Limits, Movie};
use proptest::prelude::*;

use crate::support::atoms::{all, find};
use crate::synthetic::{Film, Run};

const FOUR_GIB: u64 = 1 << 32;

fn plan(film: &Film) -> Plan {
    match block_on(Movie::open(&film.file().0, Limits::default())).unwrap().faststart().unwrap() {
        Verdict::Move(plan) => plan,
        other => panic!("{other:?}"),
    }
}

/// The tables of the new index: whether wide, and their places.
fn tables(head: &[u8]) -> Vec<(bool, Vec<u64>)> {
    let read = |table: &crate::support::atoms::Atom| {
        let wide = table.kind == *b"co64";
        let entries = head[table.content + 8..table.end].chunks(if wide { 8 } else { 4 });
        (wide, entries.map(|place| place.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))).collect())
    };
    let stbls = all(head, "moov/trak/mdia/minf/stbl");
    stbls
        .iter()
        .map(|stbl| {
            let boxes = crate::support::atoms::list(head, stbl.content, stbl.end);
            read(boxes.iter().find(|found| matches!(&found.kind, b"stco" | b"co64")).unwrap())
        })
        .collect()
}

/// Where a byte of the source is in the new file.
fn target(plan: &Plan, place: u64) -> u64 {
    let mut at = plan.head().len() as u64;
    for range in plan.copies() {
        if range.contains(&place) {
            return at + place - range.start;
        }
        at += range.end - range.start;
    }
    panic!("byte {place} is nowhere");
}

fn assert_moved(film: &Film) -> usize {
    let plan = plan(film);
    let (_, _, places) = film.file();
    let tables = tables(plan.head());
    assert_eq!(tables.len(), places.len());
    let mut widened = 0;
    for (((was_wide, _), places), (is_wide, moved)) in film.tracks.iter().zip(&places).zip(&tables) {
        let expected: Vec<u64> = places.iter().map(|place| target(&plan, *place)).collect();
        assert_eq!(*moved, expected);
        widened += usize::from(is_wide != was_wide);
        if is_wide != was_wide {
            // Even if this table alone had stayed narrow, it would not have fitted.
            let growth = places.len() as u64 * 4;
            assert!(expected.iter().any(|place| place - growth + growth >= FOUR_GIB), "widened without need");
        }
    }
    assert_eq!(plan.widened(), widened);
    // The boxes fill the head, and one another.
    assert_eq!(find(plan.head(), "moov").end, plan.head().len());
    widened
}

/// Each of `count` tables of `entries` places, with the last place so far before 4 GiB.
fn film(rooms: &[u64], entries: usize) -> Film {
    let length = FOUR_GIB + 100_000;
    let file_start = 20 + 16;
    let places = |room: u64| (0..entries).map(|_| (0, FOUR_GIB - file_start - room)).collect();
    Film {
        runs: vec![Run { length, index_follows: true }],
        tracks: rooms.iter().map(|room| (false, places(*room))).collect(),
    }
}

#[test]
fn one_table_that_grows_makes_the_next_one_grow() {
    let length = |film: &Film| plan(film).head().len() as u64 - 20;
    // Far from the border, to know how long the index is.
    let index = length(&film(&[1_000_000; 4], 10));
    // A table of ten places grows by 40 bytes. The first does not fit by one byte, each further one only for those before it.
    let rooms = [index, index + 40, index + 80, index + 120];
    assert_eq!(assert_moved(&film(&rooms, 10)), 4);
    // In the order against which the tables are looked through.
    let rooms = [index + 120, index + 80, index + 40, index];
    assert_eq!(assert_moved(&film(&rooms, 10)), 4);
    // One byte more of room ends it there.
    assert_eq!(assert_moved(&film(&[index, index + 40, index + 81, index + 120], 10)), 2);
    assert_eq!(assert_moved(&film(&[index, index + 41, index + 80, index + 120], 10)), 1);
    assert_eq!(assert_moved(&film(&[index + 1, index + 40, index + 80, index + 120], 10)), 0);
}

#[test]
fn an_index_must_not_grow_beyond_the_limit() {
    let film = film(&[100; 2], 10);
    let index = film.file().0.stretches.last().unwrap().1.len() as u64;
    let verdict = |moov_bytes| {
        let limits = Limits { moov_bytes, ..Default::default() };
        block_on(Movie::open(&film.file().0, limits)).unwrap().faststart().map_err(|error| error.to_string())
    };
    // Both tables grow by 40 bytes.
    assert!(matches!(verdict(index + 80), Ok(Verdict::Move(plan)) if plan.widened() == 2));
    let expected = format!("the moov box has {} bytes; at most {} are read", index + 80, index + 79);
    assert_eq!(verdict(index + 79), Err(expected));
}

prop_compose! {
    /// Up to three runs, which may lie around 4 GiB, and up to four tracks.
    fn any_film()(
        lengths in prop::collection::vec(prop_oneof![1u64..2000, FOUR_GIB - 3000..FOUR_GIB - 1], 1..4),
        follows in 0usize..3,
        tracks in prop::collection::vec(prop::collection::vec((any::<prop::sample::Index>(), any::<u64>(), any::<bool>()), 0..12), 0..5),
    ) -> Film {
        let last = follows.min(lengths.len() - 1);
        let runs: Vec<Run> =
            lengths.iter().enumerate().map(|(index, length)| Run { length: *length, index_follows: index == last }).collect();
        let mut film = Film { runs, tracks: Vec::new() };
        for places in tracks {
            // Near either end of a run, where things change.
            let places: Vec<(usize, u64)> = places.iter().map(|(run, byte, from_end)| {
                let run = run.index(film.runs.len());
                let length = film.runs[run].length;
                let near = byte % length.min(1500);
                (run, if *from_end { length - 1 - near } else { near })
            }).collect();
            film.tracks.push((false, places));
        }
        // Before it is moved, a narrow table must hold its places; the index's length depends on the widths in turn.
        for _ in 0..=film.tracks.len() {
            let mut all_wide = film.clone();
            all_wide.tracks.iter_mut().for_each(|track| track.0 = true);
            let (_, _, places) = all_wide.file();
            for (track, places) in film.tracks.iter_mut().zip(places) {
                track.0 |= places.iter().any(|place| *place >= FOUR_GIB);
            }
        }
        film
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_place_follows_its_byte(film in any_film()) {
        assert_moved(&film);
    }
}

/// A sample of no bytes may come at the very end of the media data, which is where the index begins.
#[test]
fn an_empty_sample_at_the_end() {
    let film =
        Film { runs: vec![Run { length: 500, index_follows: true }], tracks: vec![(false, vec![(0, 0), (0, 500)])] };
    let tables = tables(plan(&film).head());
    assert_eq!(tables[0].1[1] - tables[0].1[0], 500);
}
