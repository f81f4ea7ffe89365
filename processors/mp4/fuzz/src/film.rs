//! A whole film. What faststart makes of it is a film with the same facts and the same keyframes, with its index in front; so is its
//! private copy, of which a second one is the same.

use std::ops::Range;

use futures::executor::block_on;
use mp4_front::facts::{Facts, MoovPlace};
use mp4_front::faststart::{PartRules, Piece, Plan, Upload, Verdict, body, parts};
use mp4_front::{Keyframe, Kind, Limits, Movie, Track};

/// So many keyframes of a track are looked at.
const KEYFRAMES: usize = 200;

/// The bytes are a file.
pub fn film(data: &[u8]) {
    let Some(movie) = open(data) else { return };
    let facts = movie.facts();
    for track in movie.tracks().into_iter().flatten() {
        looked_up(&track);
    }
    private(&movie, data);
    let Ok(Verdict::Move(plan)) = movie.faststart() else { return };
    let made = carried_out(&plan, data);
    let moved = open(&made).expect("what was made can be opened");
    assert_eq!(moved.faststart().expect("and looked at"), Verdict::AlreadyFront);
    if let Ok(facts) = facts {
        assert_eq!(without_place(moved.facts().expect("and read")), without_place(facts));
        let both = movie.tracks().unwrap().into_iter().zip(moved.tracks().unwrap());
        both.for_each(|(before, after)| same_bytes(&plan, data, &before, &made, &after));
    }
}

fn private(movie: &Movie, data: &[u8]) {
    let Ok(Verdict::Move(plan)) = movie.private_copy() else { return };
    let made = carried_out(&plan, data);
    let copy = open(&made).expect("what was made can be opened");
    let kept = |track: &Track<'_>| matches!(track.kind, Kind::Video | Kind::Audio | Kind::Text);
    let both = movie.tracks().unwrap().into_iter().filter(kept).zip(copy.tracks().unwrap());
    both.for_each(|(before, after)| same_bytes(&plan, data, &before, &made, &after));
    match copy.private_copy().expect("and looked at") {
        Verdict::Move(again) => assert_eq!(carried_out(&again, &made), made),
        verdict => assert_eq!(verdict, Verdict::AlreadyFront),
    }
}

fn open(data: &[u8]) -> Option<Movie> {
    block_on(Movie::open(data, Limits::default())).ok()
}

/// Every look-up ends, and finds what is in the list.
fn looked_up(track: &Track<'_>) {
    for wanted in [0.0, 1.0, 1e9, -1.0, f64::NAN] {
        let _ = track.keyframe_near(wanted);
    }
    let _ = track.decoder_config();
    let _ = listed(track);
}

fn listed(track: &Track<'_>) -> Vec<Keyframe> {
    track.keyframes().map(|keyframes| keyframes.take(KEYFRAMES).collect()).unwrap_or_default()
}

fn carried_out(plan: &Plan, data: &[u8]) -> Vec<u8> {
    let rules = PartRules { whole_below: u64::MAX, ..Default::default() };
    let Ok(Upload::Whole(pieces)) = parts(plan, &rules) else { panic!("not in one piece") };
    assert!(pieces.iter().all(|piece| !matches!(piece, Piece::Source(range) if range.end > data.len() as u64)));
    let made = block_on(body(plan, &pieces, data)).unwrap();
    assert_eq!(made.len() as u64, plan.size());
    made.into()
}

/// The index in front has another place and perhaps another size.
fn without_place(mut facts: Facts) -> Facts {
    facts.moov.place = MoovPlace::Front;
    (facts.moov.offset, facts.moov.size_bytes, facts.size_bytes) = (0, 0, 0);
    facts
}

fn same_bytes(plan: &Plan, data: &[u8], before: &Track<'_>, made: &[u8], after: &Track<'_>) {
    let keyframes = listed(before);
    let (moved, kind) = (listed(after), before.kind);
    assert_eq!(keyframes.len(), moved.len());
    for (before, after) in keyframes.iter().zip(&moved) {
        assert_eq!((before.sample, before.time), (after.sample, after.time));
        // Of sound of one size, which need not be bytes, only the places of chunks are known to be right.
        let whole = kind != Kind::Audio
            && plan.copies().iter().any(|copy| copy.start <= before.bytes.start && before.bytes.end <= copy.end);
        if whole {
            assert_eq!(cut(data, &before.bytes), cut(made, &after.bytes));
        }
    }
}

fn cut<'a>(bytes: &'a [u8], range: &Range<u64>) -> &'a [u8] {
    &bytes[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]
}
