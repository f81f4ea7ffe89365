//! Every film of the corpus, moved and compared packet by packet.

use std::path::Path;

use mp4_front::faststart::{Verdict, file};
use mp4_front::{Limits, facts::MoovPlace};

use crate::support::agreement::assert_agrees;
use crate::support::{atoms, corpus, facts, framecrc};

const KEY: &[&str] = &["-decryption_key", "00112233445566778899aabbccddeeff"];

/// Moves a film, compares it with the one before and with what ffprobe says of both, and gives back how many packets that were.
pub fn assert_moves(input: &Path, name: &str, options: &[&str]) -> usize {
    let output = tempfile::Builder::new().suffix(".mp4").tempfile().unwrap();
    let verdict = file(input, output.path(), Limits::default()).unwrap().verdict;
    assert!(matches!(verdict, Verdict::Move(_)), "{}: {verdict:?}", input.display());
    let packets = framecrc(input, options);
    assert_eq!(packets, framecrc(output.path(), options), "{}", input.display());
    let (mut before, mut after) = (facts(input), facts(output.path()));
    assert_eq!((before.moov.place, after.moov.place), (MoovPlace::Behind, MoovPlace::Front));
    before.moov.clone_from(&after.moov);
    (before.size_bytes, after.size_bytes) = (0, 0);
    assert_eq!(before, after, "{}", input.display());
    assert_agrees(input, name);
    assert_agrees(output.path(), name);
    packets.lines().filter(|line| !line.starts_with('#')).count()
}

#[test]
fn packets_and_facts_stay_the_same() {
    let mut packets = 0;
    for recipe in corpus::CORPUS.iter().filter(|recipe| recipe.name != "front.mp4") {
        let options = if recipe.name == "encrypted.mp4" { KEY } else { &[] };
        packets += assert_moves(&corpus::path(recipe.name), recipe.name, options);
    }
    assert!(packets > 2000, "only {packets} packets");
}

/// The index names places in itself there: the initialisation vectors of the samples.
#[test]
fn an_encrypted_film_can_still_be_decrypted() {
    let path = corpus::path("encrypted.mp4");
    let plain = framecrc(&corpus::path("plain.mp4"), &[]);
    assert_eq!(checksums(&framecrc(&path, KEY)), checksums(&plain));
    assert_ne!(checksums(&framecrc(&path, &[])), checksums(&plain));
    let output = tempfile::Builder::new().suffix(".mp4").tempfile().unwrap();
    file(&path, output.path(), Limits::default()).unwrap();
    assert_eq!(checksums(&framecrc(output.path(), KEY)), checksums(&plain));
    assert!(atoms::all(&std::fs::read(output.path()).unwrap(), "moov/trak/mdia/minf/stbl/saio").len() == 2);
}

fn checksums(text: &str) -> Vec<&str> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    // What follows may be the checksums of side data.
    lines.map(|line| line.split("0x").nth(1).unwrap().get(..8).unwrap()).collect()
}

#[test]
fn only_the_index_and_the_places_in_it_differ() {
    let before = corpus::bytes("plain.mp4");
    let after = crate::moved(&before);
    let names = |bytes: &[u8]| {
        atoms::top(bytes).iter().map(|atom| String::from_utf8_lossy(&atom.kind).into_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&before), ["ftyp", "free", "mdat", "moov"]);
    assert_eq!(names(&after), ["ftyp", "moov", "free", "mdat"]);
    for kind in ["ftyp", "free", "mdat"] {
        assert_eq!(atoms::cut(&before, kind), atoms::cut(&after, kind), "{kind}");
    }
    let mut expected = atoms::cut(&before, "moov").to_vec();
    let length = expected.len() as u64;
    atoms::shift_places(&mut expected, |place| place + length);
    assert_eq!(expected, atoms::cut(&after, "moov"));
}

#[test]
fn what_is_in_front_stays() {
    let bytes = corpus::bytes("front.mp4");
    assert_eq!(crate::support::open_bytes(&bytes).unwrap().faststart().unwrap(), Verdict::AlreadyFront);
    let moved = crate::moved(&corpus::bytes("plain.mov"));
    assert_eq!(crate::support::open_bytes(&moved).unwrap().faststart().unwrap(), Verdict::AlreadyFront);
}
