//! Parts of uploads: together they are the new file, and each obeys the rules.

use futures::executor::block_on;
use mp4_front::faststart::{Part, PartRules, Piece, Plan, Upload, Verdict, parts};
use mp4_front::{Limits, Movie};
use proptest::prelude::*;

use crate::synthetic::{Film, Run};

/// The new file as runs of bytes: of the head (`true`) or of the source.
type Runs = Vec<(bool, u64, u64)>;

fn push(runs: &mut Runs, head: bool, start: u64, end: u64) {
    assert!(start < end, "an empty piece");
    match runs.last_mut() {
        Some(last) if last.0 == head && last.2 == start => last.2 = end,
        _ => runs.push((head, start, end)),
    }
}

fn push_pieces(runs: &mut Runs, pieces: &[Piece]) -> u64 {
    let mut bytes = 0;
    for piece in pieces {
        let (head, start, end) = match piece {
            Piece::Head(range) => (true, range.start as u64, range.end as u64),
            Piece::Source(range) => (false, range.start, range.end),
        };
        push(runs, head, start, end);
        bytes += end - start;
    }
    bytes
}

fn assert_obeys(plan: &Plan, rules: &PartRules) {
    let mut expected: Runs = Vec::new();
    push(&mut expected, true, 0, plan.head().len() as u64);
    plan.copies().iter().for_each(|range| push(&mut expected, false, range.start, range.end));
    let mut runs = Vec::new();
    match parts(plan, rules).unwrap() {
        Upload::Whole(pieces) => {
            assert!(plan.size() < rules.whole_below);
            push_pieces(&mut runs, &pieces);
        }
        Upload::Multipart(list) => {
            assert!(list.len() as u64 <= rules.parts);
            let mut sent = 0;
            for (index, part) in list.iter().enumerate() {
                let bytes = match part {
                    Part::Send(pieces) => {
                        let bytes = push_pieces(&mut runs, pieces);
                        sent += bytes;
                        bytes
                    }
                    Part::Copy(range) => {
                        push(&mut runs, false, range.start, range.end);
                        range.end - range.start
                    }
                };
                assert!(bytes <= rules.largest || index == 0, "part {index} of {bytes} bytes");
                assert!(bytes >= rules.smallest || index + 1 == list.len(), "part {index} of {bytes} bytes");
            }
            assert!(sent <= plan.head().len() as u64 + 3 * rules.smallest, "{sent} bytes sent");
        }
    }
    assert_eq!(runs, expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parts_are_the_new_file(
        lengths in prop::collection::vec(prop_oneof![1u64..3000, 1u64..40_000_000, 1u64..3_000_000_000_000], 1..4),
        follows in 0usize..3,
        places in 0usize..2000,
        copy in prop_oneof![Just(256u64 << 20), 1u64..1_000_000_000],
    ) {
        let last = follows.min(lengths.len() - 1);
        let runs = lengths.iter().enumerate().map(|(index, length)| Run { length: *length, index_follows: index == last });
        let film = Film { runs: runs.collect(), tracks: vec![(true, vec![(0, 0); places])] };
        let movie = block_on(Movie::open(&film.file().0, Limits::default())).unwrap();
        let Verdict::Move(plan) = movie.faststart().unwrap() else { panic!("not moved") };
        assert_obeys(&plan, &PartRules { copy, ..Default::default() });
        // Small rules, so that the head is larger than the smallest part.
        let small = PartRules { smallest: 500, largest: 1 << 50, parts: 10_000, copy, whole_below: 2000 };
        assert_obeys(&plan, &small);
    }
}
