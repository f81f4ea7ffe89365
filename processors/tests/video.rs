//! The video processor on films that FFmpeg makes here.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_possible_truncation, clippy::cast_precision_loss)]

mod support;

use std::path::PathBuf;
use std::process::Command;

use catalog::{Kind, Status};
use processors::process::{self, End, Event};
use support::{World, contains, webp_chunks};

/// Five seconds of 320×180, black at first.
const PICTURES: &str = "-f lavfi -i testsrc2=s=320x180:r=25:d=5,drawbox=c=black:t=fill:enable='lt(t,1.2)'";
const SOUND: &str = "-f lavfi -i sine=frequency=440:duration=5";
const H264: &str = "-c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p -c:a aac";
const TAGS: &str = "-metadata title=SECRET-TITLE -metadata location=+46.5472+007.9625/ -metadata:s:v title=SECRET-TRACK \
                    -metadata creation_time=2024-05-06T07:08:09Z";

/// Runs FFmpeg in the world's directory; the file it made.
fn made(world: &World, arguments: &[&str], name: &str) -> PathBuf {
    let file = world.dir.path().join(name);
    let words = arguments.iter().flat_map(|part| part.split_whitespace());
    let output =
        Command::new("ffmpeg").args(["-nostdin", "-loglevel", "error", "-y"]).args(words).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    file
}

fn bytes(world: &World, arguments: &[&str], name: &str) -> Vec<u8> {
    std::fs::read(made(world, arguments, name)).unwrap()
}

async fn processed(world: &World, name: &str) -> End {
    process::video(&world.services, Event { media_id: support::id(name), later: false }).await.unwrap().status
}

/// What `ffprobe` says of an object in the media bucket.
fn probed(world: &World, key: &str) -> serde_json::Value {
    let output = Command::new("ffprobe")
        .args(["-loglevel", "error", "-print_format", "json", "-show_format", "-show_streams"])
        .arg(world.store.path(support::MEDIA, key))
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn place(bytes: &[u8], name: &[u8]) -> usize {
    bytes.windows(4).position(|window| window == name).unwrap()
}

#[tokio::test]
async fn a_film_plays_from_its_first_bytes_and_says_nothing_else() {
    let world = World::new();
    let film = bytes(&world, &[PICTURES, SOUND, H264, TAGS], "film.mov");
    assert!(place(&film, b"moov") > place(&film, b"mdat"));
    assert!(contains(&film, b"SECRET-TITLE") && contains(&film, b"+46.5472"));
    let id = world.upload("a", &film).await;
    assert_eq!(processed(&world, "a").await, End::Ready);

    let row = world.row(&id).await;
    assert_eq!((row.status, row.kind), (Status::Ready, Kind::Video));
    assert!((4_950..=5_100).contains(&row.duration_ms.unwrap()), "{:?}", row.duration_ms);
    let video = row.rendition("video").unwrap();
    assert!(video.key.starts_with("media/ada/a/") && video.key.ends_with("/video.mp4"), "{}", video.key);
    assert_eq!(video.content_type, "video/mp4");
    assert_eq!((video.width, video.height), (320, 180));
    let out = world.media(&video.key);
    assert_eq!(video.bytes, out.len() as u64);
    assert!(place(&out, b"moov") < place(&out, b"mdat"));
    assert!(!contains(&out, b"SECRET") && !contains(&out, b"+46.5"));
    let facts = probed(&world, &video.key);
    assert_eq!(facts["streams"].as_array().unwrap().len(), 2);
    assert!(!facts.to_string().contains("2024-05-06"), "{facts}");

    // The nearest keyframes to half a second are black: the poster is of the one that comes two seconds later.
    for (name, width, height) in [("poster", 320, 180), ("thumb", 320, 180)] {
        let rendition = row.rendition(name).unwrap();
        let webp = world.media(&rendition.key);
        assert_eq!((rendition.width, rendition.height, webp_chunks(&webp)), (width, height, vec!["VP8 ".to_owned()]));
        let brightest = image::load_from_memory(&webp).unwrap().to_luma8().into_raw().into_iter().max().unwrap();
        assert!(brightest > 150, "{name}: {brightest}");
    }
    let jpeg = world.rendition(&id, "poster-jpeg").await;
    assert!(jpeg.starts_with(&[0xFF, 0xD8]));
    assert_eq!(processed(&world, "a").await, End::Ended);
}

#[tokio::test]
async fn the_seek_bar_and_the_library_have_small_pictures() {
    let world = World::new();
    let id = world.upload("a", &bytes(&world, &[PICTURES, SOUND, H264], "film.mp4")).await;
    assert_eq!(processed(&world, "a").await, End::Ready);
    let row = world.row(&id).await;
    assert_eq!(row.progress, None, "the steps have ended");
    let cues = String::from_utf8(world.rendition(&id, "sprites").await).unwrap();
    // A keyframe a second, of which every other one is shown.
    let expected = "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nsprites-1.webp#xywh=0,0,192,108\n\n\
                    00:00:02.000 --> 00:00:04.000\nsprites-1.webp#xywh=192,0,192,108\n\n\
                    00:00:04.000 --> 00:00:05.000\nsprites-1.webp#xywh=384,0,192,108\n";
    assert_eq!(cues, expected);
    assert_eq!(row.rendition("sprites").unwrap().content_type, "text/vtt");
    let sheet = row.rendition("sprites-1").unwrap();
    assert!(sheet.key.ends_with("/sprites-1.webp"), "beside the cues, which name it: {}", sheet.key);
    let picture = image::load_from_memory(&world.media(&sheet.key)).unwrap().to_rgb8();
    assert_eq!((picture.dimensions(), (sheet.width, sheet.height)), ((576, 108), (576, 108)));
    let brightest = |column: u32| {
        (0..108)
            .flat_map(|y| (0..192).map(move |x| (x, y)))
            .map(|(x, y)| picture.get_pixel(column * 192 + x, y).0[1])
            .max()
    };
    assert!(
        brightest(0) < Some(40) && brightest(1) > Some(150) && brightest(2) > Some(150),
        "the film's beginning is black"
    );
    let moving = world.rendition(&id, "preview").await;
    let chunks = webp_chunks(&moving);
    assert_eq!(chunks.iter().filter(|chunk| *chunk == "ANMF").count(), 3, "{chunks:?}");
    assert_eq!((row.rendition("preview").unwrap().width, row.rendition("preview").unwrap().height), (320, 180));
}

#[tokio::test]
async fn a_call_that_was_cut_off_is_gone_on_with() {
    let world = World::new();
    let film = bytes(&world, &[PICTURES, SOUND, H264], "film.mp4");
    let id = world.upload("a", &film).await;
    let at = async |world: &World| {
        let row = world.row(&id).await;
        assert_eq!(row.status, Status::Processing);
        row.progress.map(|p| (p.step, p.done, p.of, p.made.len())).unwrap()
    };
    let event = || Event { media_id: id.clone(), later: false };
    // What decodes is gone.
    let mut blind = world.services.clone();
    blind.tools.renderer = world.dir.path().join("nothing-here");
    assert!(process::video(&blind, event()).await.is_err());
    assert_eq!(at(&world).await, ("poster".to_owned(), 0, 3, 0));
    // The store does not take the film itself.
    *world.store.refused.lock().unwrap() = Some("video.mp4");
    assert!(process::video(&world.services, event()).await.is_err());
    let made_before = world.store.made.lock().unwrap().len();
    assert_eq!(at(&world).await, ("copy".to_owned(), 2, 3, made_before));
    assert!(made_before > 4, "{made_before}");
    // What is left needs no decoding.
    *world.store.refused.lock().unwrap() = None;
    assert_eq!(process::video(&blind, event()).await.unwrap().status, End::Ready);
    let (row, made) = (world.row(&id).await, world.store.made.lock().unwrap().clone());
    assert_eq!((made.len(), row.renditions.len()), (made_before + 1, made_before + 1), "{made:?}");
    assert!(row.thumbhash.is_some() && row.rendition("poster").is_some() && row.progress.is_none());

    // Another file under the same key, as far as anybody had come with the one before: from the beginning.
    let id = world.upload("b", &film).await;
    *world.store.refused.lock().unwrap() = Some("video.mp4");
    assert!(process::video(&world.services, Event { media_id: id.clone(), later: false }).await.is_err());
    *world.store.refused.lock().unwrap() = None;
    world.drop_in("ada/b/original", &bytes(&world, &[PICTURES, H264], "silent.mp4"));
    assert_eq!(processed(&world, "b").await, End::Ready);
    let row = world.row(&id).await;
    let folder = row.rendition("video").unwrap().key.trim_end_matches("video.mp4").to_owned();
    assert!(row.renditions.iter().all(|rendition| rendition.key.starts_with(&folder)), "{:?}", row.renditions);
}

#[tokio::test]
async fn an_mpeg_transport_stream_and_fragments_become_mp4() {
    let world = World::new();
    for (name, options) in [("a.ts", ""), ("b.mp4", "-movflags +frag_keyframe+empty_moov+default_base_moof")] {
        let film = bytes(&world, &[PICTURES, SOUND, H264, options], name);
        let key = name.split('.').next().unwrap();
        let id = world.upload(key, &film).await;
        assert_eq!(processed(&world, key).await, End::Ready, "{name}: {:?}", world.row(&id).await.reason);
        let out = world.rendition(&id, "video").await;
        assert!(place(&out, b"moov") < place(&out, b"mdat"), "{name}");
        assert!(!contains(&out, b"moof"), "{name}");
        let length = world.row(&id).await.duration_ms.unwrap();
        assert!((4_900..=5_200).contains(&length), "{name}: {length}");
    }
}

#[tokio::test]
async fn a_film_begins_at_0_whatever_its_clock_says() {
    let world = World::new();
    // A broadcast in its tenth hour, and one whose clock is set back in the middle.
    let made = |name: &str, offset: &str| bytes(&world, &[PICTURES, SOUND, H264, offset, "-f mpegts"], name);
    let (late, early) = (made("late.ts", "-output_ts_offset 36000"), made("early.ts", ""));
    let joined = [&late[..], &early[..]].concat();
    for (name, film, length) in [("late", &late, 5_000), ("joined", &joined, 10_000)] {
        let id = world.upload(name, film).await;
        assert_eq!(processed(&world, name).await, End::Ready, "{name}: {:?}", world.row(&id).await.reason);
        let row = world.row(&id).await;
        let found = row.duration_ms.unwrap();
        assert!(found.abs_diff(length) < 400, "{name}: {found} ms");
        let facts = probed(&world, &row.rendition("video").unwrap().key);
        let start: f64 = facts["format"]["start_time"].as_str().unwrap().parse().unwrap();
        let duration: f64 = facts["format"]["duration"].as_str().unwrap().parse().unwrap();
        assert!(start.abs() < 0.1 && (duration * 1000.0 - length as f64).abs() < 400.0, "{name}: {facts}");
        let cues = String::from_utf8(world.rendition(&id, "sprites").await).unwrap();
        assert!(cues.starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:02.0"), "{name}: {cues}");
    }
}

#[tokio::test]
async fn frames_out_of_order_stay_so() {
    let world = World::new();
    let codecs = "-c:v libx264 -preset veryfast -bf 3 -g 50 -pix_fmt yuv420p -c:a aac";
    let film = made(&world, &[PICTURES, SOUND, codecs], "film.mkv");
    let id = world.upload("a", &std::fs::read(&film).unwrap()).await;
    assert_eq!(processed(&world, "a").await, End::Ready, "{:?}", world.row(&id).await.reason);
    let frames = |path: &std::path::Path| {
        let arguments = ["-v", "error", "-i", path.to_str().unwrap(), "-map", "0:v", "-f", "framemd5", "-"];
        let output = Command::new("ffmpeg").args(arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let sums =
            text.lines().filter(|line| !line.starts_with('#')).map(|line| line.rsplit(',').next().unwrap().to_owned());
        sums.collect::<Vec<_>>()
    };
    let made = world.store.path(support::MEDIA, &world.row(&id).await.rendition("video").unwrap().key);
    assert_eq!(frames(&made), frames(&film));
    assert_eq!(frames(&film).len(), 125);
}

#[tokio::test]
async fn a_phones_portrait_film_stands_upright() {
    let world = World::new();
    let lying = made(&world, &["-f lavfi -i testsrc2=s=320x180:r=25:d=2", H264], "lying.mp4");
    let input = format!("-i {}", lying.display());
    let film = bytes(&world, &[&input, "-c copy -metadata:s:v rotate=90"], "portrait.mp4");
    let id = world.upload("a", &film).await;
    assert_eq!(processed(&world, "a").await, End::Ready);
    let row = world.row(&id).await;
    for name in ["video", "poster", "thumb"] {
        let rendition = row.rendition(name).unwrap();
        assert_eq!((rendition.width, rendition.height), (180, 320), "{name}");
    }
    let poster = image::load_from_memory(&world.rendition(&id, "poster").await).unwrap();
    assert_eq!((poster.width(), poster.height()), (180, 320));
    // The pictures are copied, so the player still has to be told how to turn them.
    assert!(probed(&world, &row.rendition("video").unwrap().key).to_string().contains("\"rotation\":90"));
}

#[tokio::test]
async fn a_large_film_has_a_small_poster() {
    let world = World::new();
    let film = bytes(&world, &["-f lavfi -i testsrc2=s=1920x1080:r=5:d=1", H264], "film.mov");
    let id = world.upload("a", &film).await;
    assert_eq!(processed(&world, "a").await, End::Ready);
    let row = world.row(&id).await;
    let sizes = ["video", "poster", "thumb"].map(|name| row.rendition(name).map(|r| (r.width, r.height)).unwrap());
    assert_eq!(sizes, [(1920, 1080), (1280, 720), (480, 270)]);
}

#[tokio::test]
async fn a_webm_stays_one() {
    let world = World::new();
    let codecs = "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus";
    let film = bytes(&world, &[PICTURES, SOUND, codecs, TAGS], "film.webm");
    let id = world.upload("a", &film).await;
    assert_eq!(processed(&world, "a").await, End::Ready);
    let row = world.row(&id).await;
    let video = row.rendition("video").unwrap();
    assert!(video.key.ends_with("/video.webm"), "{}", video.key);
    assert_eq!(video.content_type, "video/webm");
    assert!((4_900..=5_100).contains(&row.duration_ms.unwrap()), "{:?}", row.duration_ms);
    let out = world.media(&video.key);
    assert!(contains(&out[..64], b"webm") && !contains(&out, b"SECRET"));
}

#[tokio::test]
async fn a_recording_without_a_length_gets_one() {
    let world = World::new();
    // Written to a pipe, as a browser's recorder does: nobody goes back to fill in the length.
    let pipe = "-c:v libvpx -deadline realtime -cpu-used 8 -live 1 -f webm";
    let film = bytes(&world, &[PICTURES, pipe], "recording.webm");
    let id = world.upload("a", &film).await;
    assert_eq!(processed(&world, "a").await, End::Ready);
    assert!((4_900..=5_100).contains(&world.row(&id).await.duration_ms.unwrap()));
}

#[tokio::test]
async fn a_matroska_film_of_playable_codecs_becomes_mp4() {
    let world = World::new();
    let id = world.upload("a", &bytes(&world, &[PICTURES, SOUND, H264], "film.mkv")).await;
    assert_eq!(processed(&world, "a").await, End::Ready);
    let row = world.row(&id).await;
    assert!(row.rendition("video").unwrap().key.ends_with("/video.mp4"));
    assert!(place(&world.rendition(&id, "video").await, b"moov") < 64);
}

#[tokio::test]
async fn films_that_cannot_be_shown_fail_with_a_reason() {
    let world = World::new();
    let whole = bytes(&world, &[PICTURES, SOUND, H264], "film.mp4");
    let cut = whole[..whole.len() / 2].to_vec();
    let mut noise = b"\0\0\0\x14ftypisom\0\0\0\0mp41".to_vec();
    noise.extend((0u32..20_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8));
    let old = bytes(&world, &[PICTURES, "-c:v mpeg4"], "old.mp4");
    let raw_sound =
        bytes(&world, &[PICTURES, SOUND, "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a pcm_s16le"], "a.mov");
    let studio = bytes(&world, &[PICTURES, "-c:v libx264 -preset ultrafast -pix_fmt yuv422p"], "b.mp4");
    let sound = bytes(&world, &[SOUND, "-c:a aac"], "sound.m4a");
    let list = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n".to_vec();
    let index = "The film is damaged: its index (the moov box) is missing, as in an upload that was cut off.";
    let table: [(&str, Vec<u8>, &str); 8] = [
        ("cut", cut, index),
        ("noise", noise, "The film is damaged: "),
        ("old", old, "Browsers cannot play this film (mp4v pictures)"),
        ("raw-sound", raw_sound, "Browsers cannot play this film (h264 pictures with pcm sound)"),
        ("studio", studio, "Browsers cannot play this film (H.264 pictures with profile High 4:2:2)"),
        ("sound", sound, "The film has no picture track"),
        ("list", list, "This file is neither a picture nor a film"),
        ("empty", Vec::new(), "The file is empty."),
    ];
    for (name, bytes, reason) in table {
        let id = world.upload(name, &bytes).await;
        assert_eq!(processed(&world, name).await, End::Failed, "{name}");
        let said = world.row(&id).await.reason.unwrap();
        assert!(said.starts_with(reason), "{name}: {said}");
        assert!(!said.contains("/tmp") && !said.contains("0x"), "{said}");
        assert!(!world.store.path("media", &format!("media/ada/{name}")).exists(), "{name}");
    }
}

#[tokio::test]
async fn what_can_be_played_of_a_cut_off_film_is_played() {
    let world = World::new();
    let whole = bytes(&world, &[PICTURES, SOUND, H264, "-movflags +faststart"], "film.mp4");
    let id = world.upload("a", &whole[..whole.len() * 3 / 4]).await;
    let end = processed(&world, "a").await;
    let row = world.row(&id).await;
    assert_eq!((end, row.rendition("video").is_some()), (End::Ready, true), "{:?}", row.reason);
}
