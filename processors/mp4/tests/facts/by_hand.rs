//! Facts of which ffprobe has no word, or of films that ffmpeg does not write.

use mp4_front::facts::{ColourFacts, Facts, Hdr, MoovPlace, VideoFacts};
use mp4_front::faststart::Verdict;

use crate::support::agreement::assert_agrees;
use crate::support::atoms::{Atom, atom, find, list, splice, top};
use crate::support::{corpus, facts, open_bytes};

fn of(bytes: &[u8]) -> Facts {
    open_bytes(bytes).unwrap().facts().unwrap()
}

fn video(name: &str) -> VideoFacts {
    facts(&corpus::path(name)).tracks.into_iter().find_map(|track| track.video).unwrap()
}

/// The first sample entry of the first track.
fn entry(bytes: &[u8]) -> Atom {
    let stsd = find(bytes, "moov/trak/mdia/minf/stbl/stsd");
    list(bytes, stsd.content + 8, stsd.end)[0]
}

/// A box in the entry of pictures.
#[allow(clippy::trivially_copy_pass_by_ref)] // types are written as byte strings, which are references
fn in_entry(bytes: &[u8], kind: &[u8; 4]) -> Atom {
    let entry = entry(bytes);
    list(bytes, entry.content + 78, entry.end).into_iter().find(|atom| atom.kind == *kind).unwrap()
}

#[test]
fn kinds_of_dynamic_range() {
    assert_eq!(video("hdr10.mp4").hdr, Some(Hdr::Pq));
    assert_eq!(video("hlg.mov").hdr, Some(Hdr::Hlg));
    assert_eq!(video("colours.mp4").hdr, None);
    // Dolby Vision: version 1.0, profile 8, level 6, with the layers 1, 0, 1 and a base layer that looks like HLG.
    let mut bytes = corpus::bytes("plain.mp4");
    let free = in_entry(&bytes, b"btrt");
    bytes[free.start + 4..free.start + 8].copy_from_slice(b"dvvC");
    bytes[free.content..free.content + 5].copy_from_slice(&[1, 0, 8 << 1, 6 << 3 | 0b101, 4 << 4]);
    let hdr = of(&bytes).tracks[0].video.clone().unwrap().hdr;
    assert_eq!(hdr, Some(Hdr::DolbyVision { profile: 8, level: 6, base_layer: 4 }));
    let entry = entry(&bytes);
    bytes[entry.start + 4..entry.start + 8].copy_from_slice(b"dvh1");
    assert_eq!(of(&bytes).tracks[0].codec.as_deref(), Some("dvh1.08.06"));
}

#[test]
fn colours_without_their_box_come_from_the_decoder_s_configuration() {
    for (name, primaries) in [("hdr10.mp4", "bt2020"), ("hlg.mov", "bt2020"), ("colours.mp4", "smpte170m")] {
        let mut bytes = corpus::bytes(name);
        let with = of(&bytes).tracks[0].video.clone().unwrap();
        assert_eq!(with.colour.as_ref().unwrap().primaries.as_deref(), Some(primaries), "{name}");
        let colr = in_entry(&bytes, b"colr");
        bytes[colr.start + 4..colr.start + 8].copy_from_slice(b"free");
        let without = of(&bytes).tracks[0].video.clone().unwrap();
        // QuickTime's box says nothing of the range, the coded header does.
        let range = without.colour.as_ref().unwrap().full_range;
        let with = with.colour.map(|colour| ColourFacts { full_range: range, ..colour });
        assert_eq!((without.colour, without.hdr.is_some()), (with, primaries == "bt2020"), "{name}");
    }
    let bytes = corpus::bytes("colours.mp4");
    let colr = in_entry(&bytes, b"colr");
    let with = of(&bytes).tracks[0].video.clone().unwrap().colour.unwrap();
    assert_eq!(with.full_range, Some(true));
    // QuickTime's variant, which says nothing of the range, and a code point that nobody knows.
    let mut nclc = bytes;
    nclc[colr.content..colr.content + 10].copy_from_slice(b"nclc\0\x09\0\x63\0\x02");
    let colour = of(&nclc).tracks[0].video.clone().unwrap().colour.unwrap();
    assert_eq!((colour.primaries.as_deref(), colour.transfer.as_deref()), (Some("bt2020"), Some("99")));
    assert_eq!((colour.matrix, colour.full_range), (None, None));
}

#[test]
fn turned_and_flipped() {
    let mut bytes = corpus::bytes("plain.mp4");
    let matrix = find(&bytes, "moov/trak/tkhd").content + 40;
    let mut turned = |corner: [i32; 4]| {
        for (index, value) in [0, 4, 12, 16].into_iter().zip(corner) {
            bytes[matrix + index..matrix + index + 4].copy_from_slice(&(value << 16).to_be_bytes());
        }
        let video = of(&bytes).tracks[0].video.clone().unwrap();
        (video.rotation, video.mirrored, video.display_width)
    };
    assert_eq!(turned([1, 0, 0, 1]), (0, false, 320));
    assert_eq!(turned([0, 1, -1, 0]), (90, false, 180));
    assert_eq!(turned([-1, 0, 0, -1]), (180, false, 320));
    assert_eq!(turned([0, -1, 1, 0]), (270, false, 180));
    assert_eq!(turned([-1, 0, 0, 1]), (0, true, 320));
    assert_eq!(turned([1, 0, 0, -1]), (180, true, 320));
    assert_eq!(turned([0, 1, 1, 0]), (270, true, 180));
    assert_eq!(turned([0, 0, 0, 0]), (0, false, 320));
}

#[test]
fn shapes_and_rates() {
    let anamorphic = video("anamorphic.mp4");
    assert_eq!((anamorphic.width, anamorphic.height), (180, 144));
    assert_eq!((anamorphic.display_width, anamorphic.display_height), (256, 144));
    for (name, average, variable) in [
        ("plain.mp4", "25/1", false),
        ("ntsc.mp4", "30000/1001", false),
        ("variable.mp4", "700/43", true),
        // 33, 33 and 34 ticks in turn are no other rate.
        ("coarse.mp4", "30/1", false),
    ] {
        let rate = video(name).frame_rate.unwrap();
        assert_eq!((rate.average.to_string().as_str(), rate.variable), (average, variable), "{name}");
    }
}

/// Without `pasp`, the size that the track is shown at counts.
#[test]
fn a_shape_that_only_the_track_tells() {
    let mut bytes = corpus::bytes("anamorphic.mp4");
    let pasp = in_entry(&bytes, b"pasp");
    bytes[pasp.start + 4..pasp.start + 8].copy_from_slice(b"free");
    assert_eq!(of(&bytes).tracks[0].video.clone().unwrap().pixel_aspect.to_string(), "64/45");
}

#[test]
fn where_the_index_is() {
    for (name, place) in [("plain.mp4", MoovPlace::Behind), ("front.mp4", MoovPlace::Front)] {
        let bytes = corpus::bytes(name);
        let (facts, moov) = (of(&bytes), find(&bytes, "moov"));
        assert_eq!((facts.moov.place, facts.moov.offset), (place, moov.start as u64), "{name}");
        assert_eq!((facts.moov.size_bytes, facts.missing_bytes), ((moov.end - moov.start) as u64, 0), "{name}");
    }
    let bytes = corpus::bytes("front.mp4");
    assert_eq!(of(&bytes[..bytes.len() - 77]).missing_bytes, 77);
}

#[test]
fn a_language_with_its_region() {
    let bytes = corpus::bytes("plain.mp4");
    let mdia = find(&bytes, "moov/trak/mdia");
    let tagged = |tag: &[u8]| {
        let elng = atom(b"elng", &[&[0; 4], tag].concat());
        of(&splice(&bytes, "moov/trak/mdia", mdia.end, mdia.end, &elng)).tracks[0].language.clone()
    };
    assert_eq!(tagged(b"pt-BR\0").as_deref(), Some("pt-BR"));
    assert_eq!(tagged(b"<b>\0"), None);
    assert_eq!(tagged(b""), None);
}

#[test]
fn a_film_from_before_file_types() {
    let bytes = corpus::bytes("plain.mov");
    let (facts, ftyp) = (of(&bytes), top(&bytes)[0]);
    let older = of(&bytes[ftyp.end..]);
    assert_eq!((older.brand.to_string(), older.compatible_brands.len()), ("qt  ".into(), 0));
    assert_eq!(older.tracks, facts.tracks);
}

/// A movie header that says nothing leaves it to the tracks.
#[test]
fn a_length_that_only_the_tracks_tell() {
    for unknown in [0u32, u32::MAX] {
        let mut bytes = corpus::bytes("delayed.mp4");
        let mvhd = find(&bytes, "moov/mvhd");
        bytes[mvhd.content + 16..mvhd.content + 20].copy_from_slice(&unknown.to_be_bytes());
        assert_eq!(of(&bytes).duration_s, Some(2.7));
    }
}

#[test]
fn sound_in_quicktime_s_second_version() {
    // A structure of 72 bytes, 96,000 Hz as a float, 6 channels.
    let mut description = vec![0; 28];
    description[7] = 1;
    description[9] = 2;
    description.extend(72u32.to_be_bytes());
    description.extend(96_000f64.to_be_bytes());
    description.extend(6u32.to_be_bytes());
    description.extend([0; 20]);
    let bytes = corpus::bytes("pcm24.mov");
    let old = entry(&bytes);
    let mut stsd = bytes.clone();
    let path = "moov/trak/mdia/minf/stbl/stsd";
    stsd = splice(&stsd, path, old.start, old.end, &atom(b"lpcm", &description));
    let track = &of(&stsd).tracks[0];
    let audio = track.audio.clone().unwrap();
    assert_eq!((audio.channels, audio.rate_hz, audio.layout), (6, 96_000.0, None));
    assert_eq!(track.format.unwrap().to_string(), "lpcm");
}

/// An `mdat` of size 0 is the rest of the file.
#[test]
fn media_data_to_the_end_of_the_file() {
    let bytes = corpus::bytes("front.mp4");
    let mut open = bytes.clone();
    let mdat = find(&bytes, "mdat");
    assert_eq!(mdat.end, bytes.len());
    open[mdat.start..mdat.start + 4].fill(0);
    assert_eq!(of(&open), of(&bytes));
    let mut file = tempfile::Builder::new().suffix(".mp4").tempfile().unwrap();
    std::io::Write::write_all(&mut file, &open).unwrap();
    assert_eq!(assert_agrees(file.path(), "size 0"), 2);
    assert_eq!(open_bytes(&open).unwrap().faststart().unwrap(), Verdict::AlreadyFront);
}
