//! Films around 4 GiB, in files that are mostly holes: the tables have to grow, which moves the media data further.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use mp4_front::faststart::{Plan, Verdict};

use crate::support::agreement::assert_agrees;
use crate::support::atoms::{all, atom, cut, find, shift_places, splice};
use crate::support::{corpus, facts, framecrc, open};

/// ftyp, a `free` box with a hole of so many bytes, mdat, moov.
fn sparse(path: &Path, hole: u64) {
    let bytes = corpus::bytes("sounds.mp4");
    let (ftyp, mdat) = (cut(&bytes, "ftyp"), find(&bytes, "mdat"));
    let mut file = File::create(path).unwrap();
    file.write_all(ftyp).unwrap();
    file.write_all(&[&1u32.to_be_bytes()[..], b"free", &(hole + 16).to_be_bytes()].concat()).unwrap();
    file.seek(SeekFrom::Current(i64::try_from(hole).unwrap())).unwrap();
    file.write_all(&atom(b"mdat", &bytes[mdat.content..mdat.end])).unwrap();
    let mut moov = index();
    let media = ftyp.len() as u64 + 16 + hole + 8;
    shift_places(&mut moov, |place| place - mdat.content as u64 + media);
    file.write_all(&moov).unwrap();
}

/// Long enough that every track has a chunk that it can push past 4 GiB.
fn index() -> Vec<u8> {
    let bytes = corpus::bytes("sounds.mp4");
    let moov = cut(&bytes, "moov");
    splice(moov, "moov", moov.len(), moov.len(), &atom(b"free", &vec![0; 20_000]))
}

/// Carries a plan out without filling the hole.
fn write(plan: &Plan, source: &Path, target: &Path, hole: u64) {
    let (source, target) = (File::open(source).unwrap(), File::create(target).unwrap());
    target.write_all_at(plan.head(), 0).unwrap();
    let mut at = plan.head().len() as u64;
    for range in plan.copies() {
        let skipped = if range.end - range.start > hole { hole } else { 0 };
        let mut rest = vec![0; usize::try_from(range.end - range.start - skipped).unwrap()];
        // The hole is behind the header of its box.
        let (head, tail) = rest.split_at_mut(if skipped > 0 { 16 } else { 0 });
        source.read_exact_at(head, range.start).unwrap();
        source.read_exact_at(tail, range.start + head.len() as u64 + skipped).unwrap();
        target.write_all_at(head, at).unwrap();
        target.write_all_at(tail, at + head.len() as u64 + skipped).unwrap();
        at += range.end - range.start;
    }
    assert_eq!(target.metadata().unwrap().len(), plan.size());
}

fn tables(head: &[u8], kind: &str) -> usize {
    all(head, &format!("moov/trak/mdia/minf/stbl/{kind}")).len()
}

/// Moves a film whose last byte of media data would be so far before 4 GiB if the index did not move.
fn moved(room: i64) -> (usize, usize, usize) {
    let directory = tempfile::tempdir().unwrap();
    let (before, after) = (directory.path().join("before.mp4"), directory.path().join("after.mp4"));
    let bytes = corpus::bytes("sounds.mp4");
    let mdat = find(&bytes, "mdat");
    let fixed = cut(&bytes, "ftyp").len() + 16 + 8 + (mdat.end - mdat.content);
    let hole = u64::try_from((1i64 << 32) - room - i64::try_from(fixed).unwrap()).unwrap();
    sparse(&before, hole);
    let Verdict::Move(plan) = open(&before).unwrap().faststart().unwrap() else { panic!("not moved") };
    write(&plan, &before, &after, hole);
    assert_eq!(framecrc(&before, &[]), framecrc(&after, &[]));
    assert_eq!(facts(&before).tracks, facts(&after).tracks);
    assert_agrees(&before, "past 4 GiB, before");
    assert_agrees(&after, "past 4 GiB, after");
    (tables(plan.head(), "stco"), tables(plan.head(), "co64"), plan.widened())
}

#[test]
fn tables_grow_when_the_index_pushes_the_media_data_past_4_gib() {
    let bytes = corpus::bytes("sounds.mp4");
    let moov = i64::try_from(index().len()).unwrap();
    assert_eq!(tables(&bytes, "stco"), 4);
    // Room for the index, and for more.
    assert_eq!(moved(moov + 100), (4, 0, 0));
    // No room: every track has a chunk near the end.
    assert_eq!(moved(10), (0, 4, 4));
}
