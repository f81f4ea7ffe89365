//! Copies in which nothing stands that a player does not need.

use std::path::Path;

use mp4_front::faststart::{Plan, Refusal, Verdict, write};
use mp4_front::{FileReader, Kind, Limits, Movie};

use crate::support::{atoms, corpus, facts, framecrc, open_bytes, probe, run};

fn plan(path: &Path) -> Verdict {
    let file = FileReader::open(path).unwrap();
    futures::executor::block_on(Movie::open(&file, Limits::default())).unwrap().private_copy().unwrap()
}

fn copied(path: &Path, plan: &Plan) -> tempfile::NamedTempFile {
    let output = tempfile::Builder::new().suffix(".mp4").tempfile().unwrap();
    write(plan, &FileReader::open(path).unwrap(), output.path()).unwrap();
    output
}

/// A film by ffmpeg, with everything in it that a camera might say.
fn telling(directory: &Path, name: &str, options: &[&str]) -> std::path::PathBuf {
    let path = directory.join(name);
    let plain = corpus::path("plain.mov");
    let mut arguments =
        vec!["-v", "error", "-y", "-i", plain.to_str().unwrap(), "-map", "0:v", "-map", "0:a", "-c", "copy"];
    arguments.extend(["-metadata", "title=SECRET-TITLE", "-metadata", "location=+46.5472+007.9625/"]);
    arguments.extend(["-metadata:s:v", "title=SECRET-TRACK", "-metadata:s:v", "handler_name=SECRET-NAME"]);
    arguments.extend(["-metadata", "creation_time=2024-05-06T07:08:09Z"]);
    arguments.extend(["-metadata:s:v", "creation_time=2024-05-06T07:08:09Z"]);
    arguments.extend(options);
    arguments.push(path.to_str().unwrap());
    run("ffmpeg", &arguments);
    path
}

fn has(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

#[test]
fn nothing_is_told_and_every_packet_is_the_same() {
    let directory = tempfile::tempdir().unwrap();
    for (name, options) in [
        ("behind.mov", &["-timecode", "01:00:00:00"][..]),
        ("front.mov", &["-timecode", "01:00:00:00", "-movflags", "+faststart"]),
        ("keys.mp4", &["-movflags", "+use_metadata_tags", "-c:a", "aac"]),
    ] {
        let film = telling(directory.path(), name, options);
        let before = std::fs::read(&film).unwrap();
        for word in [&b"SECRET-TITLE"[..], b"+46.5472", b"SECRET-NAME"] {
            assert!(has(&before, word), "{name}: {}", String::from_utf8_lossy(word));
        }
        let Verdict::Move(plan) = plan(&film) else { panic!("{name}: no plan") };
        let copy = copied(&film, &plan);
        let after = std::fs::read(copy.path()).unwrap();
        assert!(!has(&after, b"SECRET") && !has(&after, b"+46.5"), "{name}");
        assert!(!probe(copy.path()).to_string().contains("2024-05-06"), "{name}: {}", probe(copy.path()));
        let tracks = facts(copy.path()).tracks;
        assert_eq!(tracks.iter().map(|track| track.kind).collect::<Vec<_>>(), [Kind::Video, Kind::Audio], "{name}");
        let packets = |path: &Path| {
            let path = path.to_str().unwrap();
            let maps = ["-map", "0:v", "-map", "0:a", "-c", "copy", "-f", "framecrc", "-"];
            let text = run("ffmpeg", &[&["-v", "error", "-copyts", "-i", path], &maps[..]].concat());
            text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>()
        };
        let expected = packets(&film);
        assert_eq!(packets(copy.path()), expected, "{name}");
        assert!(expected.len() > 50, "{name}");
        // A second copy of the copy is the copy.
        let Verdict::Move(again) = self::plan(copy.path()) else { panic!("{name}: no second plan") };
        assert_eq!(std::fs::read(copied(copy.path(), &again).path()).unwrap(), after, "{name}");
    }
}

#[test]
fn every_film_of_the_corpus_is_copied_or_refused_by_name() {
    let mut copied_films = 0;
    for recipe in corpus::CORPUS.iter().filter(|recipe| recipe.name != "encrypted.mp4") {
        let film = corpus::path(recipe.name);
        let before = facts(&film);
        let plan = match plan(&film) {
            Verdict::Move(plan) => plan,
            Verdict::Refused(Refusal::InFragments) if before.fragmented => continue,
            other => panic!("{}: {other:?}", recipe.name),
        };
        let copy = copied(&film, &plan);
        let expected: Vec<_> = before
            .tracks
            .into_iter()
            .filter(|track| matches!(track.kind, Kind::Video | Kind::Audio | Kind::Text))
            .map(|track| (track.kind, track.codec, track.duration_s, track.samples, track.video))
            .collect();
        let after = facts(copy.path());
        let found: Vec<_> = after
            .tracks
            .into_iter()
            .map(|track| (track.kind, track.codec, track.duration_s, track.samples, track.video))
            .collect();
        assert_eq!(found, expected, "{}", recipe.name);
        if facts(&film).tracks.len() == found.len() {
            assert_eq!(framecrc(copy.path(), &[]), framecrc(&film, &[]), "{}", recipe.name);
        }
        copied_films += 1;
    }
    assert!(copied_films > 20);
}

#[test]
fn what_lies_beside_the_media_data_is_left_out() {
    let film = corpus::bytes("plain.mp4");
    let spare = [atoms::atom(b"uuid", b"SECRET of sixteen bytes and more"), atoms::atom(b"free", b"SECRET")].concat();
    let behind = [&film[..], &spare, b"SECRET garbage"].concat();
    let front = crate::moved(&film);
    for (name, bytes) in [("behind", behind), ("front", [&front[..], &spare].concat())] {
        let movie = open_bytes(&bytes).unwrap();
        let Verdict::Move(plan) = movie.private_copy().unwrap() else { panic!("{name}") };
        let names: Vec<_> = plan
            .copies()
            .iter()
            .map(|range| bytes[usize::try_from(range.start).unwrap() + 4..][..4].to_vec())
            .collect();
        assert_eq!(names, [b"mdat".to_vec()], "{name}");
        assert_eq!(
            plan.size(),
            (atoms::cut(&film, "ftyp").len() + atoms::cut(&film, "moov").len() + atoms::cut(&film, "mdat").len())
                as u64
        );
    }
}

#[test]
fn what_cannot_be_taken_out_is_a_refusal() {
    // The track of time codes, by another handler: timed data.
    let timed = |handler: &[u8; 4], entry: &[u8; 4], keys: &[&str]| {
        let mut bytes = corpus::bytes("plain.mov");
        let at = bytes.windows(8).position(|window| window == b"mhlrtmcd").unwrap();
        bytes[at + 4..at + 8].copy_from_slice(handler);
        let stsd = bytes.windows(4).rposition(|window| window == b"stsd").unwrap();
        bytes[stsd + 16..stsd + 20].copy_from_slice(entry);
        for key in keys {
            let end = atoms::all(&bytes, "moov/trak").last().unwrap().end;
            let key = atoms::atom(b"keyd", &[b"mdta", key.as_bytes()].concat());
            bytes = atoms::splice(&bytes, "moov/trak", end, end, &atoms::atom(b"keys", &key));
        }
        open_bytes(&bytes).unwrap().private_copy().unwrap()
    };
    let held = "com.apple.quicktime.video-orientation";
    for (handler, entry, keys) in [
        (b"meta", b"gpmd", &[][..]),
        (b"camm", b"camm", &[]),
        (b"meta", b"mebx", &[]),
        (b"meta", b"mebx", &[held, "com.apple.quicktime.location.ISO6709"]),
        (b"meta", b"mebx", &["somebody.elses"]),
        (b"text", b"tx3g", &["DJI.Subtitle"]),
    ] {
        let verdict = timed(handler, entry, keys);
        let Verdict::Refused(refusal @ Refusal::Telling { kind, .. }) = verdict else {
            panic!("{keys:?}: {verdict:?}")
        };
        assert_eq!(kind, b"trak");
        assert!(refusal.to_string().contains("may tell more than a film"), "{refusal}");
    }
    for (handler, entry, keys) in [
        (b"tmcd", b"tmcd", &[][..]),
        (b"meta", b"mebx", &[held, "com.apple.quicktime.detected-face.bounds"]),
        (b"text", b"tx3g", &[]),
    ] {
        assert!(matches!(timed(handler, entry, keys), Verdict::Move(_)), "{keys:?}");
    }

    let fragments = open_bytes(&corpus::bytes("fragments.mp4")).unwrap().private_copy().unwrap();
    assert_eq!(fragments, Verdict::Refused(Refusal::InFragments));
    assert!(Refusal::InFragments.to_string().contains("fragments"));
}
