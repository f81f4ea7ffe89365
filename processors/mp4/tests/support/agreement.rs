//! What the crate says of a film beside what ffprobe says of it.

use std::path::Path;

use mp4_front::Kind;
use mp4_front::facts::{Facts, Ratio, TrackFacts};
use serde_json::Value;

use super::{facts, probe};

/// Compares every fact that both report; how many tracks there were. The name says what is known of a film of the corpus.
pub fn assert_agrees(path: &Path, name: &str) -> usize {
    let (ours, theirs) = (facts(path), probe(path));
    assert_eq!(ours.size_bytes.to_string(), theirs["format"]["size"], "{name}");
    // Of a film whose length nobody wrote down ffprobe adds up what it reads.
    if ours.duration_s.is_some() || !ours.fragmented {
        near(ours.duration_s, &theirs["format"]["duration"], 0.05, name);
    }
    brands(&ours, &theirs, name);
    let streams = theirs["streams"].as_array().unwrap();
    for stream in streams {
        let id = u32::from_str_radix(stream["id"].as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
        let track = ours.tracks.iter().find(|track| track.id == id).unwrap();
        compare(track, stream, !ours.fragmented, &format!("{name}, track {id}"));
    }
    streams.len()
}

fn brands(ours: &Facts, theirs: &Value, name: &str) {
    let tags = &theirs["format"]["tags"];
    // Films from before ftyp have none.
    if tags["major_brand"].is_null() {
        return;
    }
    assert_eq!(ours.brand.to_string(), tags["major_brand"], "{name}");
    let compatible: String = ours.compatible_brands.iter().map(ToString::to_string).collect();
    assert_eq!(compatible, tags["compatible_brands"], "{name}");
}

/// `listed`: whether the index lists the samples.
fn compare(track: &TrackFacts, stream: &Value, listed: bool, name: &str) {
    let kind = match stream["codec_type"].as_str().unwrap() {
        "video" => Kind::Video,
        "audio" => Kind::Audio,
        "data" if stream["codec_tag_string"] == "tmcd" => Kind::Timecode,
        // Chapters are data to ffprobe.
        "subtitle" | "data" => Kind::Text,
        other => panic!("{name}: {other}"),
    };
    assert_eq!(track.kind, kind, "{name}");
    if !track.encrypted {
        assert_eq!(track.format.unwrap().to_string(), stream["codec_tag_string"].as_str().unwrap(), "{name}");
    }
    assert_eq!(track.enabled, stream["disposition"]["default"] == 1, "{name}");
    let language = stream["tags"]["language"].as_str().filter(|language| *language != "und");
    assert_eq!(track.language.as_deref(), language, "{name}");
    if listed {
        assert_eq!(track.samples.to_string(), stream["nb_frames"].as_str().unwrap(), "{name}");
    }
    if listed && kind != Kind::Text {
        // ffprobe ends a stream with the frame that is decoded last, which may be one that is shown earlier and longer.
        let tolerance = if name.starts_with("variable") { 0.25 } else { 0.05 };
        near(track.duration_s, &stream["duration"], tolerance, name);
        near(Some(track.start_s), &stream["start_time"], 0.05, name);
    }
    match kind {
        Kind::Video => video(track, stream, listed, name),
        // Without the key ffprobe does not get beyond the sample entry.
        Kind::Audio if track.encrypted => {}
        Kind::Audio => audio(track, stream, name),
        _ => {}
    }
}

fn video(track: &TrackFacts, stream: &Value, listed: bool, name: &str) {
    let video = track.video.as_ref().unwrap();
    assert_eq!(
        (Some(video.width.into()), Some(video.height.into())),
        (stream["width"].as_u64(), stream["height"].as_u64()),
        "{name}"
    );
    let aspect = stream["sample_aspect_ratio"].as_str().filter(|aspect| *aspect != "0:1").unwrap_or("1:1");
    assert_eq!(video.pixel_aspect, aspect.replace(':', "/").parse::<Ratio>().unwrap(), "{name}");
    if listed {
        let average: Ratio = stream["avg_frame_rate"].as_str().unwrap().parse().unwrap();
        assert_eq!(video.frame_rate.as_ref().unwrap().average, average, "{name}");
    }
    let turned = stream["side_data_list"].as_array().into_iter().flatten().find_map(|data| data["rotation"].as_i64());
    // Theirs is counter-clockwise.
    assert_eq!(i64::from(video.rotation), (-turned.unwrap_or(0)).rem_euclid(360), "{name}");
    let display =
        stream["display_aspect_ratio"].as_str().map_or(f64::from(video.width) / f64::from(video.height), |ratio| {
            ratio.replace(':', "/").parse::<Ratio>().unwrap().as_f64()
        });
    let ours = f64::from(video.display_width) / f64::from(video.display_height);
    let ours = if video.rotation.is_multiple_of(180) { ours } else { 1.0 / ours };
    assert!((ours - display).abs() < 0.01, "{name}: {ours} {display}");
    colour(track, stream, name);
}

/// ffprobe also reads the coded pictures; what it finds in no box may be missing here, but nothing may differ.
fn colour(track: &TrackFacts, stream: &Value, name: &str) {
    let Some(colour) = &track.video.as_ref().unwrap().colour else {
        let in_boxes = matches!(track.format.unwrap().to_string().as_str(), "avc1" | "hvc1" | "hev1" | "vp09");
        assert!(!in_boxes || stream["color_primaries"].is_null(), "{name}");
        return;
    };
    for (ours, theirs) in
        [(&colour.primaries, "color_primaries"), (&colour.transfer, "color_transfer"), (&colour.matrix, "color_space")]
    {
        assert_eq!(ours.as_deref(), stream[theirs].as_str(), "{name}: {theirs}");
    }
    if let Some(full) = colour.full_range {
        assert_eq!(if full { "pc" } else { "tv" }, stream["color_range"].as_str().unwrap_or("tv"), "{name}");
    }
}

fn audio(track: &TrackFacts, stream: &Value, name: &str) {
    let audio = track.audio.as_ref().unwrap();
    assert_eq!(Some(audio.channels.into()), stream["channels"].as_u64(), "{name}");
    assert_eq!(audio.rate_hz.to_string(), stream["sample_rate"].as_str().unwrap(), "{name}");
    assert_eq!(audio.layout.as_deref(), stream["channel_layout"].as_str(), "{name}");
}

fn near(ours: Option<f64>, theirs: &Value, tolerance: f64, name: &str) {
    let theirs: f64 = theirs.as_str().unwrap_or_else(|| panic!("{name}: {theirs}")).parse().unwrap();
    let ours = ours.unwrap_or_else(|| panic!("{name}: no duration, {theirs} expected"));
    assert!((ours - theirs).abs() <= tolerance, "{name}: {ours} s, {theirs} s expected");
}
