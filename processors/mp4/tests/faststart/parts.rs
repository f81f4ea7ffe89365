//! Plans as parts of uploads to S3.

use mp4_front::faststart::{Part, PartRules, Piece, TooLarge, Upload, parts};

use crate::plan;
use crate::support::atoms::{atom, cut, find, shift_places};
use crate::support::corpus;

const MIB: u64 = 1024 * 1024;

/// A film with so many bytes in a `free` box before the media data.
fn film(padding: usize) -> Vec<u8> {
    let bytes = corpus::bytes("plain.mp4");
    let mut moov = cut(&bytes, "moov").to_vec();
    shift_places(&mut moov, |place| place + padding as u64);
    let free = atom(b"free", &vec![0; padding]);
    [cut(&bytes, "ftyp"), &free, cut(&bytes, "mdat"), &moov].concat()
}

#[test]
fn a_small_film_goes_in_one_piece() {
    let bytes = film(1 << 20);
    let plan = plan(&bytes);
    let moov = find(&bytes, "moov");
    let (head, start) = (plan.head().len(), cut(&bytes, "ftyp").len() as u64);
    let expected = Upload::Whole(vec![Piece::Head(0..head), Piece::Source(start..moov.start as u64)]);
    assert_eq!(parts(&plan, &PartRules::default()), Ok(expected));
}

#[test]
fn a_large_film_is_copied_but_for_its_first_5_mib() {
    let bytes = film(20 << 20);
    let plan = plan(&bytes);
    let (start, end) = (cut(&bytes, "ftyp").len() as u64, find(&bytes, "moov").start as u64);
    let sent = start + 5 * MIB - plan.head().len() as u64;
    let head = Piece::Head(0..plan.head().len());
    let first = Part::Send(vec![head, Piece::Source(start..sent)]);
    assert_eq!(parts(&plan, &PartRules::default()), Ok(Upload::Multipart(vec![first.clone(), Part::Copy(sent..end)])));
    // Smaller copies, of about the same size.
    let rules = PartRules { copy: 10 * MIB, ..Default::default() };
    let Ok(Upload::Multipart(list)) = parts(&plan, &rules) else { panic!("not in parts") };
    let middle = sent + (end - sent).div_ceil(2);
    assert_eq!(list, [first, Part::Copy(sent..middle), Part::Copy(middle..end)]);
}

#[test]
fn a_film_beyond_what_parts_can_hold_is_refused() {
    let plan = plan(&film(3 << 20));
    let rules = PartRules { smallest: 1000, largest: 10_000, parts: 100, copy: 5000, whole_below: 0 };
    let expected = TooLarge { bytes: plan.size(), parts: 100, largest: 10_000 };
    assert_eq!(parts(&plan, &rules), Err(expected));
    let text = format!("the new file has {} bytes, more than 100 parts of 10000 bytes hold", plan.size());
    assert_eq!(expected.to_string(), text);
}
