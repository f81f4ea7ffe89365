use std::os::unix::ffi::OsStrExt as _;

use frames::FrameError;
use frames::file::{Format, facts};
use serde_json::Value;

use super::{CARD, Films, said};

const H264: &str = "-c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p -c:a aac";
const VP9: &str = "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 25 -b:v 500k -c:a libopus";

#[test]
fn facts_are_those_of_ffprobe() {
    let films = Films::new();
    for (name, options) in [
        ("a.mkv", H264),
        ("a.webm", VP9),
        ("a.ts", H264),
        ("silent.mkv", "-an -c:v libx264 -preset ultrafast -r 30000/1001"),
        ("mpeg2.ts", "-c:v mpeg2video -c:a mp2"),
        ("av1.mkv", "-c:v libaom-av1 -usage realtime -cpu-used 8 -c:a flac"),
        ("wide.mkv", "-vf scale=180:144,setsar=64/45 -c:v libx264 -preset ultrafast -c:a ac3"),
    ] {
        let film = films.make(name, &format!("{CARD} {options}"));
        let ours = facts(&film).unwrap();
        let json = said("ffprobe", &["-show_format", "-show_streams", "-of", "json", film.to_str().unwrap()]);
        let theirs: Value = serde_json::from_str(&json).unwrap();
        let of = |kind: &str| theirs["streams"].as_array().unwrap().iter().find(|s| s["codec_type"] == kind);
        let video = of("video").unwrap();
        let picture = &ours.picture;
        assert_eq!(picture.codec, video["codec_name"], "{name}");
        assert_eq!(
            (u64::from(picture.stored.width), u64::from(picture.stored.height)),
            (video["width"].as_u64().unwrap(), video["height"].as_u64().unwrap()),
            "{name}"
        );
        if let Some(format) = &picture.pixel_format {
            assert_eq!(format, &video["pix_fmt"], "{name}");
        }
        if let Some(aspect) = video["sample_aspect_ratio"].as_str() {
            let (across, down) = picture.pixel_aspect;
            assert_eq!(format!("{across}:{down}"), aspect, "{name}");
        }
        let (over, under) = video["avg_frame_rate"].as_str().unwrap().split_once('/').unwrap();
        let rate = over.parse::<f64>().unwrap() / under.parse::<f64>().unwrap();
        assert!((picture.frame_rate.unwrap() - rate).abs() < 0.01, "{name}: {rate}");
        assert_eq!(ours.sound.as_deref(), of("audio").map(|s| s["codec_name"].as_str().unwrap()), "{name}");
        let duration: f64 = theirs["format"]["duration"].as_str().unwrap().parse().unwrap();
        assert!((ours.duration_s.unwrap() - duration).abs() < 0.001, "{name}");
        assert_eq!(ours.container, theirs["format"]["format_name"], "{name}");
    }
}

/// A checksum of every packet's bytes; of MP4 also of what its edit lists leave out, such as what fills up the last packet of sound.
fn packets(film: &std::path::Path, stream: &str) -> Vec<String> {
    let is_mp4 = &std::fs::read(film).unwrap()[4..8] == b"ftyp";
    let before: &[&str] = if is_mp4 { &["-ignore_editlist", "1"] } else { &[] };
    let path = film.to_str().unwrap();
    let arguments = [before, &["-i", path, "-map", stream, "-c", "copy", "-f", "framemd5", "-"]].concat();
    let lines = said("ffmpeg", &arguments);
    let lines = lines.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.rsplit(',').next().unwrap().trim().to_owned()).collect()
}

#[test]
fn a_new_container_has_the_same_packets_and_nothing_else() {
    let films = Films::new();
    let tags = "-metadata title=SECRET -metadata location=+46.5/ -metadata:s:v title=SECRET -metadata:s:a title=SECRET";
    for (name, options, format) in [
        ("a.mkv", H264, Format::Mp4),
        ("a.webm", VP9, Format::Webm),
        ("b.webm", "-c:v libvpx -b:v 500k -c:a libvorbis", Format::Webm),
    ] {
        let film = films.make(name, &format!("{CARD} {options} {tags}"));
        let (made, to, _) = films.rewritten(&film, format);
        assert!((made.duration_s - 2.0).abs() < 0.1, "{name}: {}", made.duration_s);
        for stream in ["0:v", "0:a"] {
            assert_eq!(packets(&film, stream), packets(&to, stream), "{name} {stream}");
        }
        let bytes = std::fs::read(&to).unwrap();
        let has = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
        // The muxer of WebM cannot leave out its name; it leaves out its version. Encoders write theirs into packets.
        let versions = [b"Lavf5", b"Lavf6", b"Lavf7"];
        assert!(!has(b"SECRET") && !has(b"+46.5") && !versions.iter().any(|version| has(*version)), "{name}");
        let at = |word: &[u8]| bytes.windows(4).position(|window| window == word).unwrap();
        match format {
            Format::Mp4 => assert!(at(b"moov") < at(b"mdat"), "{name}"),
            // The cues (1C53BB6B) come before the first cluster (1F43B675).
            Format::Webm => assert!(at(&[0x1C, 0x53, 0xBB, 0x6B]) < at(&[0x1F, 0x43, 0xB6, 0x75]), "{name}"),
        }
    }
    // Of a transport stream's packets the framing changes: what is decoded of them does not.
    let stream = films.make("a.ts", &format!("{CARD} {H264} {tags}"));
    let (_, to, _) = films.rewritten(&stream, Format::Mp4);
    let frames = |film: &std::path::Path| {
        let text = said("ffmpeg", &["-i", film.to_str().unwrap(), "-map", "0:v", "-f", "framemd5", "-"]);
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.rsplit(',').next().unwrap().trim().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(frames(&stream), frames(&to));
    assert_eq!(frames(&to).len(), 50);
}

#[test]
fn a_film_that_is_cut_off_gives_what_there_is() {
    let films = Films::new();
    let whole = films.make("whole.mkv", &format!("{CARD} {H264}"));
    let bytes = std::fs::read(&whole).unwrap();
    let cut = films.path("cut.mkv");
    std::fs::write(&cut, &bytes[..bytes.len() * 3 / 4]).unwrap();
    let (made, to, _) = films.rewritten(&cut, Format::Mp4);
    assert!((1.0..2.0).contains(&made.duration_s), "{}", made.duration_s);
    assert!((25..50).contains(&packets(&to, "0:v").len()));
}

#[test]
fn what_is_no_film_is_said() {
    let films = Films::new();
    let list = films.path("list.m3u8");
    std::fs::write(&list, "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n").unwrap();
    assert!(matches!(facts(&list), Err(FrameError::Damaged(_))));
    assert!(matches!(facts(&films.path("none.mkv")), Err(FrameError::Damaged(_) | FrameError::Ours(_))));
    let sound = films.make("sound.mka", "-f lavfi -i sine=duration=1 -c:a flac");
    assert_eq!(facts(&sound), Err(FrameError::NoPictures));
    let odd = std::ffi::OsStr::from_bytes(b"\xFF.mkv");
    assert!(matches!(facts(odd.as_ref()), Err(FrameError::Ours(said)) if said.contains("UTF-8")));
}
