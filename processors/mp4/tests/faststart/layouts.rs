//! Layouts that ffmpeg does not write: made by hand from one film.

use std::io::Write;

use crate::packets::assert_moves;
use crate::support::atoms::{atom, cut, find, shift_places, splice, top, wide_atom, widen};
use crate::support::corpus;

/// A film with ftyp, free, mdat, moov.
struct Film {
    ftyp: Vec<u8>,
    media: Vec<u8>,
    moov: Vec<u8>,
    /// Where the media data begins, by the tables in the index.
    start: u64,
}

fn film() -> Film {
    let bytes = corpus::bytes("sounds.mp4");
    let mdat = find(&bytes, "mdat");
    Film {
        ftyp: cut(&bytes, "ftyp").to_vec(),
        media: bytes[mdat.content..mdat.end].to_vec(),
        moov: cut(&bytes, "moov").to_vec(),
        start: mdat.content as u64,
    }
}

impl Film {
    /// The index for media data whose byte `at` is at another place: `place(at)`.
    fn moov_for(&self, place: impl Fn(u64) -> u64) -> Vec<u8> {
        let mut moov = self.moov.clone();
        shift_places(&mut moov, |offset| place(offset - self.start));
        moov
    }

    /// Where no chunk is cut in two, about halfway.
    fn middle(&self) -> usize {
        let halfway = self.start + self.media.len() as u64 / 2;
        let nearest = std::cell::Cell::new(u64::MAX);
        shift_places(&mut self.moov.clone(), |offset| {
            nearest.set(if offset >= halfway { nearest.get().min(offset) } else { nearest.get() });
            offset
        });
        usize::try_from(nearest.get() - self.start).unwrap()
    }
}

fn assert_layout(parts: &[&[u8]]) {
    let bytes = parts.concat();
    let mut input = tempfile::Builder::new().suffix(".mp4").tempfile().unwrap();
    input.write_all(&bytes).unwrap();
    assert!(assert_moves(input.path(), "a layout", &[]) > 200);
    // The same from memory, which goes by the way of an upload.
    let moved = crate::moved(&bytes);
    assert_eq!(
        &top(&moved)[usize::from(bytes.starts_with(&parts[0][..4]) && &parts[0][4..8] == b"ftyp")].kind,
        b"moov"
    );
}

#[test]
fn sixty_four_bit_sizes() {
    let film = film();
    let before = film.ftyp.len() as u64;
    assert_layout(&[&film.ftyp, &wide_atom(b"mdat", &film.media), &film.moov_for(|at| before + 16 + at)]);
    // Also of the index.
    let moov = wide_atom(b"moov", &film.moov_for(|at| before + 8 + at)[8..]);
    assert_layout(&[&film.ftyp, &atom(b"mdat", &film.media), &moov]);
}

#[test]
fn tables_of_64_bits() {
    let film = film();
    let before = film.ftyp.len() as u64 + 8;
    assert_layout(&[&film.ftyp, &atom(b"mdat", &film.media), &widen(&film.moov_for(|at| before + at))]);
}

#[test]
fn an_index_that_runs_to_the_end() {
    let film = film();
    let before = film.ftyp.len() as u64 + 8;
    let mut moov = film.moov_for(|at| before + at);
    moov[..4].fill(0);
    assert_layout(&[&film.ftyp, &atom(b"mdat", &film.media), &moov]);
}

#[test]
fn other_boxes_around() {
    let film = film();
    let free = atom(b"free", &[0xAA; 100]);
    let uuid = atom(b"uuid", b"0123456789abcdef and more");
    let between = [atom(b"wide", &[]), atom(b"skip", &[1; 3]), free.clone()].concat();
    let before = (film.ftyp.len() + between.len() + uuid.len()) as u64 + 8;
    let mdat = atom(b"mdat", &film.media);
    let moov = film.moov_for(|at| before + at);
    assert_layout(&[&film.ftyp, &between, &uuid, &mdat, &free, &moov, &uuid, &free]);
    // An unknown type, and bytes that are no box, at the end.
    assert_layout(&[&film.ftyp, &between, &uuid, &mdat, &moov, &atom(b"zzzz", b"?"), b"\0\0\0\x03 garbage \xFF"]);
    assert_layout(&[&film.ftyp, &between, &uuid, &mdat, &moov, &[0; 40]]);
    assert_layout(&[&film.ftyp, &between, &uuid, &mdat, &moov, &[0; 3]]);
    assert_layout(&[&film.ftyp, &between, &uuid, &mdat, &moov, &[0xFF; 1000]]);
}

#[test]
fn two_runs_of_media_data() {
    let film = film();
    let (first, second) = film.media.split_at(film.middle());
    let before = film.ftyp.len() as u64 + 8;
    let second_at = before + first.len() as u64 + 8 + 20;
    let moov =
        film.moov_for(|at| if at < first.len() as u64 { before + at } else { second_at + at - first.len() as u64 });
    let gap = atom(b"free", &[0; 12]);
    assert_layout(&[&film.ftyp, &atom(b"mdat", first), &gap, &atom(b"mdat", second), &moov]);
    // The index between the two: what is behind it does not move as far.
    let second_at = before + (first.len() + film.moov.len()) as u64 + 8;
    let moov =
        film.moov_for(|at| if at < first.len() as u64 { before + at } else { second_at + at - first.len() as u64 });
    assert_layout(&[&film.ftyp, &atom(b"mdat", first), &moov, &atom(b"mdat", second)]);
    // The second runs to the end of the file.
    let mut open = atom(b"mdat", second);
    open[..4].fill(0);
    assert_layout(&[&film.ftyp, &atom(b"mdat", first), &moov, &open]);
}

#[test]
fn no_file_type_or_a_late_one() {
    let film = film();
    let mdat = atom(b"mdat", &film.media);
    let wide = atom(b"wide", &[]);
    assert_layout(&[&wide, &mdat, &film.moov_for(|at| 16 + at)]);
    let before = (wide.len() + film.ftyp.len()) as u64 + 8;
    let moved = crate::moved(&[&wide[..], &film.ftyp, &mdat, &film.moov_for(|at| before + at)].concat());
    let kinds: Vec<_> = top(&moved).iter().map(|atom| atom.kind).collect();
    assert_eq!(kinds, [*b"ftyp", *b"moov", *b"wide", *b"mdat"]);
}

#[test]
fn oddities_of_user_data() {
    let film = film();
    let before = film.ftyp.len() as u64 + 8;
    let moov = film.moov_for(|at| before + at);
    let note = atom(b"\xA9cmt", b"\0\x05\0\0hello");
    for (content, what) in [
        ([&note[..], &[0; 4]].concat(), "the 32-bit zero at the end"),
        ([&note[..], &[0; 12]].concat(), "more zeros"),
        (b"not a box at all".to_vec(), "no box"),
        (atom(b"meta", &[&atom(b"hdlr", &[0; 25])[..], &note].concat()), "QuickTime's meta, which is no full box"),
        (atom(b"meta", &[&[0; 4], &atom(b"hdlr", &[0; 25])[..], &note].concat()), "ISO's meta"),
    ] {
        let end = moov.len();
        let with = splice(&moov, "moov", end, end, &atom(b"udta", &content));
        let bytes = [&film.ftyp[..], &atom(b"mdat", &film.media), &with].concat();
        let after = crate::moved(&bytes);
        let kept = cut(&after, "moov");
        assert!(kept.ends_with(&atom(b"udta", &content)), "{what}");
        assert_layout(&[&film.ftyp, &atom(b"mdat", &film.media), &with]);
    }
}
