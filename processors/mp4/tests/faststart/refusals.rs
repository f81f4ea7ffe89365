//! What stands against moving an index, and files that are no whole films.

use mp4_front::faststart::{Refusal, Verdict};
use mp4_front::{Error, Limits, MoovMissing, Movie};

use crate::support::atoms::{all, atom, cut, find, splice};
use crate::support::{corpus, open_bytes};

fn refusal(bytes: &[u8]) -> (Refusal, String) {
    match open_bytes(bytes).unwrap().faststart().unwrap() {
        Verdict::Refused(refusal) => (refusal, refusal.to_string()),
        other => panic!("{other:?}"),
    }
}

fn plain() -> Vec<u8> {
    corpus::bytes("plain.mp4")
}

/// The film without its index.
fn media() -> Vec<u8> {
    let bytes = plain();
    bytes[..find(&bytes, "moov").start].to_vec()
}

#[test]
fn a_compressed_index() {
    let bytes = [media(), atom(b"moov", &atom(b"cmov", &[0; 20]))].concat();
    assert_eq!(refusal(&bytes), (Refusal::CompressedMoov, "the moov box is compressed (cmov)".into()));
    let error = open_bytes(&bytes).unwrap().facts().unwrap_err();
    assert!(matches!(error, Error::CompressedMoov), "{error}");
    assert!(error.to_string().contains("export the film again"));
}

#[test]
fn two_indexes() {
    let bytes = plain();
    let twice = [&bytes[..], cut(&bytes, "moov")].concat();
    assert_eq!(refusal(&twice), (Refusal::SeveralMovies, "there is more than one moov box".into()));
}

#[test]
fn samples_in_another_file() {
    let mut bytes = plain();
    let dref = find(&bytes, "moov/trak/mdia/minf/dinf/dref");
    // The flags of its only entry, `url `: 1 is "in this file".
    bytes[dref.content + 8 + 11] = 0;
    let (found, text) = refusal(&bytes);
    assert_eq!(found, Refusal::ExternalData { offset: dref.start as u64 });
    assert_eq!(text, format!("the dref box at byte {} says that samples are in another file", dref.start));
}

#[test]
fn items_with_places() {
    let bytes = plain();
    let iloc = atom(b"iloc", &[0; 8]);
    let iso = atom(b"meta", &[&[0; 4], &atom(b"hdlr", &[0; 25])[..], &iloc].concat());
    let quicktime = atom(b"meta", &[&atom(b"hdlr", &[0; 25])[..], &iloc].concat());
    let moov = find(&bytes, "moov");
    let user_data = atom(b"udta", &iso);
    for (around, at, content) in [
        ("moov", moov.end, &iso),
        ("moov", moov.end, &quicktime),
        ("moov", moov.end, &user_data),
        ("moov/trak", find(&bytes, "moov/trak").end, &iso),
    ] {
        let (found, text) = refusal(&splice(&bytes, around, at, at, content));
        assert!(matches!(found, Refusal::ItemLocations { .. }), "{found:?}");
        assert!(text.contains("names places in the file (iloc)"), "{text}");
    }
    let top = [&bytes[..], &iso].concat();
    assert_eq!(refusal(&top).0, Refusal::ItemLocations { offset: bytes.len() as u64 });
    // Too large to be looked through.
    let large = [&bytes[..], &atom(b"meta", &vec![0; 2 << 20])].concat();
    assert_eq!(refusal(&large).0, Refusal::ItemLocations { offset: bytes.len() as u64 });
    // One without places is no hindrance.
    let other = [&bytes[..], &atom(b"meta", &[&[0; 4], &atom(b"hdlr", &[0; 25])[..]].concat())].concat();
    assert!(matches!(open_bytes(&other).unwrap().faststart().unwrap(), Verdict::Move(_)));
}

#[test]
fn places_outside_of_the_media_data() {
    let bytes = plain();
    let stco = find(&bytes, "moov/trak/mdia/minf/stbl/stco");
    let stbl = find(&bytes, "moov/trak/mdia/minf/stbl");
    let with_place = |place: usize| {
        let mut bytes = bytes.clone();
        bytes[stco.content + 8..stco.content + 12].copy_from_slice(&u32::try_from(place).unwrap().to_be_bytes());
        refusal(&bytes)
    };
    // In the index, in the file type, behind the end; across the end of the media data.
    for place in [find(&bytes, "moov").start + 10, 0, bytes.len() + 5, find(&bytes, "mdat").end - 3] {
        let (found, text) = with_place(place);
        assert!(
            matches!(found, Refusal::SamplesAcross { offset, start, .. }
            if offset == stbl.start as u64 && start == place as u64),
            "{found:?}"
        );
        assert!(text.contains("across the end of the media data"), "{text}");
    }
    // Samples of one size as well.
    let mut uniform = bytes.clone();
    let sizes = find(&bytes, "moov/trak/mdia/minf/stbl/stsz");
    uniform[sizes.content + 7] = 1;
    uniform[stco.content + 8..stco.content + 12].copy_from_slice(&[0; 4]);
    assert!(matches!(refusal(&uniform).0, Refusal::SamplesAcross { start: 0, .. }));
    // Of sound these sizes need not be bytes: by the table itself.
    let handler = find(&bytes, "moov/trak/mdia/hdlr").content + 8;
    uniform[handler..handler + 4].copy_from_slice(b"soun");
    let (found, text) = refusal(&uniform);
    assert!(
        matches!(found, Refusal::PlaceOutside { place: 0, offset, .. } if offset == stco.start as u64),
        "{found:?}"
    );
    assert_eq!(text, format!("the stco box at byte {} names byte 0, which is outside of the media data", stco.start));
}

#[test]
fn no_index_and_why() {
    let bytes = plain();
    let mdat = find(&bytes, "mdat");
    let missing = |bytes: &[u8]| match open_bytes(bytes) {
        Err(error @ Error::MoovMissing(why)) => (why, error.to_string()),
        other => panic!("{other:?}"),
    };
    assert_eq!(missing(&media()).0, MoovMissing::Nowhere);
    let (why, text) = missing(&bytes[..mdat.end - 1000]);
    assert_eq!(why, MoovMissing::Truncated { missing: 1000 });
    assert_eq!(text, "there is no moov box: the file is cut off, at least 1000 bytes are missing at its end");
    let mut open = bytes.clone();
    open[mdat.start..mdat.start + 4].fill(0);
    assert_eq!(missing(&open).0, MoovMissing::MdatToTheEnd);
    let garbage = [&media()[..], &[0xFF; 50]].concat();
    assert_eq!(missing(&garbage).0, MoovMissing::Garbage { offset: mdat.end as u64 });
    let fragments = corpus::bytes("fragments.mp4");
    assert_eq!(missing(&fragments[find(&fragments, "moof").start..]).0, MoovMissing::FragmentAlone);
    for name in corpus::OTHERS.iter().map(|recipe| recipe.name) {
        let error = open_bytes(&corpus::bytes(name)).unwrap_err();
        assert!(matches!(error, Error::NotAFilm), "{name}: {error}");
    }
    for (bytes, name) in
        [(&b""[..], "empty"), (b"<html>", "text"), (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", "PNG"), (&[0; 100], "zeros")]
    {
        let error = open_bytes(bytes).unwrap_err();
        assert!(matches!(error, Error::NotAFilm), "{name}: {error}");
    }
}

#[test]
fn an_index_that_is_cut_off() {
    let bytes = plain();
    let moov = find(&bytes, "moov");
    let error = open_bytes(&bytes[..moov.end - 10]).unwrap_err();
    let size = moov.end - moov.start;
    let text =
        format!("the moov box at byte {} is cut off: it has {size} bytes, the file ends 10 before that", moov.start);
    assert_eq!(error.to_string(), text);
}

#[test]
fn boxes_that_lie_are_named_with_their_place() {
    let bytes = plain();
    let path = "moov/trak/mdia/minf/stbl";
    let check = |place: usize, value: &[u8], expected: &str, at: usize| {
        let mut bytes = bytes.clone();
        bytes[place..place + value.len()].copy_from_slice(value);
        let movie = open_bytes(&bytes).unwrap();
        let (kind, text) = expected.split_once(' ').unwrap();
        let expected = format!("the {kind} box at byte {at} {text}");
        assert_eq!(movie.facts().unwrap_err().to_string(), expected);
        match movie.faststart() {
            Ok(Verdict::Move(_)) => assert!(matches!(kind, "mdhd" | "stts" | "stss" | "mvhd"), "{expected}"),
            Ok(other) => panic!("{other:?}"),
            Err(error) => assert_eq!(error.to_string(), expected),
        }
    };
    let stco = find(&bytes, &format!("{path}/stco"));
    let room = (stco.end - stco.content - 8) / 4;
    check(
        stco.content + 4,
        &u32::MAX.to_be_bytes(),
        &format!("stco declares 4294967295 entries where there is room for {room}"),
        stco.start,
    );
    let sizes = find(&bytes, &format!("{path}/stsz"));
    check(sizes.content + 8, &[0x7F; 4], "stsz declares 2139062143 entries where there is room for 50", sizes.start);
    let trak = find(&bytes, "moov/trak");
    let left = find(&bytes, "moov").end - trak.start;
    check(trak.start, &[0x7F; 4], &format!("trak declares 2139062143 bytes where {left} are left"), trak.start);
    let mdhd = find(&bytes, "moov/trak/mdia/mdhd");
    check(mdhd.content + 12, &[0; 4], "mdhd declares a time scale of 0", mdhd.start);
    let minf = find(&bytes, "moov/trak/mdia/minf");
    check(minf.start, &[0, 0, 0, 4], "minf declares a size of 4 bytes, less than its own header", minf.start);
    check(minf.start, &[0; 4], "minf declares the size 0, which only a box at the top level may", minf.start);
    let chunks = find(&bytes, &format!("{path}/stsc"));
    check(chunks.content + 8, &[0; 4], "stsc has entries out of order", chunks.start);
    let keyframes = find(&bytes, &format!("{path}/stss"));
    check(keyframes.content + 8, &[0xFF; 4], "stss has entries out of order", keyframes.start);
}

#[test]
fn a_box_that_is_not_there_is_named() {
    let bytes = plain();
    for (path, expected) in [
        ("moov/mvhd", "the moov box at byte {} lacks its mvhd box"),
        ("moov/trak/tkhd", "the trak box at byte {} lacks its tkhd box"),
        ("moov/trak/mdia/minf/stbl", "the minf box at byte {} lacks its stbl box"),
    ] {
        let mut bytes = bytes.clone();
        let found = find(&bytes, path);
        bytes[found.start + 4..found.start + 8].copy_from_slice(b"free");
        let parent = find(&bytes, path.rsplit_once('/').unwrap().0);
        let error = open_bytes(&bytes).unwrap().facts().unwrap_err();
        assert_eq!(error.to_string(), expected.replace("{}", &parent.start.to_string()));
    }
}

#[test]
fn limits() {
    let bytes = plain();
    let open = |limits| futures::executor::block_on(Movie::open(&bytes, limits));
    let size = cut(&bytes, "moov").len() as u64;
    let exact = Limits { moov_bytes: size, ..Default::default() };
    assert!(matches!(open(exact).unwrap().faststart().unwrap(), Verdict::Move(_)));
    let error = open(Limits { moov_bytes: size - 1, ..exact }).unwrap_err();
    assert_eq!(error.to_string(), format!("the moov box has {size} bytes; at most {} are read", size - 1));
    let error = open(Limits { other_bytes: 8, ..exact }).unwrap_err();
    assert_eq!(error.to_string(), "the ftyp box has 32 bytes; at most 8 are read");
    let error = open(Limits { boxes: 3, ..exact }).unwrap_err();
    assert_eq!(error.to_string(), "there are more than 3 boxes at the top level");
    let error = open(Limits { tracks: 1, ..exact }).unwrap().facts().unwrap_err();
    assert_eq!(error.to_string(), "there are more than 1 tracks");
    let error = open(Limits { edits: 0, ..exact }).unwrap().facts().unwrap_err();
    assert_eq!(error.to_string(), "there are more than 0 edits of one track");
    let error = open(Limits { tracks: 0, ..exact }).unwrap().faststart().unwrap_err();
    assert_eq!(error.to_string(), "there are more than 0 tables of places");
    assert_eq!(all(&bytes, "moov/trak").len(), 2);
}

#[test]
fn a_file_type_that_goes_on_to_the_end() {
    let bytes = plain();
    let ftyp = cut(&bytes, "ftyp");
    // Free space where it was, so that no sample moves.
    let free = atom(b"free", &vec![0; ftyp.len() - 8]);
    let cut_off = &ftyp[..ftyp.len() - 4];
    let open = [&[0; 4], &ftyp[4..]].concat();
    for last in [cut_off, &open] {
        let moved = [&free[..], &bytes[ftyp.len()..], last].concat();
        assert_eq!(refusal(&moved), (Refusal::OpenFileType, "the ftyp box goes on to the end of the file".into()));
        assert_eq!(open_bytes(&moved).unwrap().private_copy().unwrap(), Verdict::Refused(Refusal::OpenFileType));
    }
}
