//! Names of codecs, and what of them ffmpeg writes too.

use crate::support::{corpus, facts, run};

fn codecs(name: &str) -> Vec<Option<String>> {
    facts(&corpus::path(name)).tracks.into_iter().map(|track| track.codec).collect()
}

#[test]
fn names() {
    for (film, expected) in [
        ("plain.mp4", &[Some("avc1.64000C"), Some("mp4a.40.2")][..]),
        ("sounds.mp4", &[Some("avc1.64000C"), Some("mp4a.40.2"), Some("ac-3"), Some("ec-3")]),
        ("flac.mp4", &[Some("flac")]),
        ("opus.mp4", &[Some("opus")]),
        ("mp3.mp4", &[Some("mp4a.6B")]),
        ("alac.m4a", &[Some("alac")]),
        ("hdr10.mp4", &[Some("hvc1.2.4.L60.90")]),
        ("hlg.mov", &[Some("hev1.2.4.L60.90")]),
        ("mpeg4.mp4", &[Some("mp4v.20.1")]),
        ("prores.mov", &[None, None]),
        ("subtitles.mp4", &[Some("avc1.64000C"), Some("mp4a.40.2"), Some("tx3g")]),
        ("encrypted.mp4", &[Some("avc1.64000C"), Some("mp4a.40.2")]),
    ] {
        let found = codecs(film);
        assert_eq!(found.iter().map(Option::as_deref).collect::<Vec<_>>(), expected, "{film}");
    }
}

/// The same names as in the manifests that ffmpeg writes; it knows them for these formats.
#[test]
fn ffmpeg_writes_the_same_names() {
    for film in ["plain.mp4", "av1.mp4", "vp9.mp4"] {
        let directory = tempfile::tempdir().unwrap();
        let manifest = directory.path().join("film.mpd");
        let path = corpus::path(film);
        run(
            "ffmpeg",
            &["-v", "error", "-i", path.to_str().unwrap(), "-c", "copy", "-f", "dash", manifest.to_str().unwrap()],
        );
        let text = std::fs::read_to_string(manifest).unwrap();
        let theirs: Vec<&str> = text.split("codecs=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let ours: Vec<String> = codecs(film).into_iter().map(Option::unwrap).collect();
        assert_eq!(ours.len(), 2);
        for (ours, theirs) in ours.iter().zip(theirs) {
            assert!(ours.eq_ignore_ascii_case(theirs), "{film}: {ours}, {theirs}");
        }
    }
}
