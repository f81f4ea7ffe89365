//! Facts for people.

use std::fmt::Write as _;

use mp4_front::Facts;
use mp4_front::facts::{Hdr, MoovPlace, TrackFacts, VideoFacts};
use processors::video::FileFacts;

/// The film's facts, one a line, and a table of its tracks.
pub fn facts(name: &str, facts: &Facts) -> String {
    let brands: Vec<String> = facts.compatible_brands.iter().map(ToString::to_string).collect();
    let moov = &facts.moov;
    let place = match moov.place {
        MoovPlace::Front => "in front of the media data",
        MoovPlace::Behind => "behind the media data",
    };
    let mut rows = vec![
        vec!["film".to_owned(), name.to_owned()],
        vec!["size".to_owned(), format!("{} bytes", facts.size_bytes)],
        vec!["brand".to_owned(), format!("{} ({})", facts.brand, brands.join(", "))],
        vec!["duration".to_owned(), seconds(facts.duration_s)],
        vec!["index".to_owned(), format!("{place}, {} bytes at byte {}", moov.size_bytes, moov.offset)],
        vec!["fragments".to_owned(), if facts.fragmented { "yes" } else { "no" }.to_owned()],
    ];
    if facts.missing_bytes > 0 {
        let missing = format!("{} bytes at the end: the file is cut off", facts.missing_bytes);
        rows.insert(2, vec!["missing".to_owned(), missing]);
    }
    let heads = ["track", "kind", "codec", "language", "starts", "lasts", "samples", "details"];
    let mut tracks = vec![heads.map(str::to_owned).to_vec()];
    tracks.extend(facts.tracks.iter().map(track));
    format!("{}\n{}", aligned(&rows), aligned(&tracks))
}

/// The facts of a film that is no MP4, one a line.
pub fn other(name: &str, facts: &FileFacts) -> String {
    let picture = &facts.picture;
    let mut details = vec![picture.codec.clone(), format!("{} x {}", picture.stored.width, picture.stored.height)];
    if picture.shown != picture.stored {
        details.push(format!("shown as {} x {}", picture.shown.width, picture.shown.height));
    }
    details.extend(picture.pixel_format.clone());
    details.extend(picture.frame_rate.map(|rate| format!("{} frames/s", rounded(rate))));
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    aligned(&[
        row("film", name.to_owned()),
        row("container", facts.container.clone()),
        row("duration", seconds(facts.duration_s)),
        row("pictures", details.join(", ")),
        row("sound", facts.sound.clone().unwrap_or_else(|| "none".to_owned())),
    ])
}

fn track(track: &TrackFacts) -> Vec<String> {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let kind = format!("{:?}", track.kind).to_lowercase();
    let format = track.format.map(|format| format.to_string());
    vec![
        track.id.to_string(),
        kind,
        or_none(track.codec.clone().or(format)),
        or_none(track.language.clone()),
        seconds(Some(track.start_s)),
        seconds(track.duration_s),
        track.samples.to_string(),
        details(track).join(", "),
    ]
}

fn details(track: &TrackFacts) -> Vec<String> {
    let mut details = track.video.as_ref().map(picture).unwrap_or_default();
    if let Some(audio) = &track.audio {
        let channels = || format!("{} channels", audio.channels);
        details.extend([audio.layout.clone().unwrap_or_else(channels), format!("{} Hz", audio.rate_hz)]);
    }
    if track.encrypted {
        details.push("encrypted".to_owned());
    }
    if !track.enabled {
        details.push("off unless chosen".to_owned());
    }
    details
}

fn picture(video: &VideoFacts) -> Vec<String> {
    let mut details = vec![format!("{} x {}", video.width, video.height)];
    if (video.display_width, video.display_height) != (video.width, video.height) {
        details.push(format!("shown as {} x {}", video.display_width, video.display_height));
    }
    if video.rotation != 0 {
        details.push(format!("turned by {}°", video.rotation));
    }
    if video.mirrored {
        details.push("mirrored".to_owned());
    }
    if let Some(rate) = &video.frame_rate {
        let varies = if rate.variable { " on average" } else { "" };
        details.push(format!("{} frames/s{varies}", rounded(rate.average.as_f64())));
    }
    if let Some(colour) = &video.colour {
        let names = [&colour.primaries, &colour.transfer, &colour.matrix];
        let names: Vec<&str> = names.into_iter().map(|name| name.as_deref().unwrap_or("?")).collect();
        let range = colour.full_range.map(|full| if full { " full range" } else { " limited range" });
        details.push(format!("{}{}", names.join("/"), range.unwrap_or_default()));
    }
    details.extend(video.hdr.as_ref().map(|hdr| match hdr {
        Hdr::Pq => "HDR (PQ)".to_owned(),
        Hdr::Hlg => "HDR (HLG)".to_owned(),
        Hdr::DolbyVision { profile, level, .. } => format!("Dolby Vision {profile}.{level}"),
    }));
    let all = if video.keyframes.all { "all of them keyframes" } else { "keyframes" };
    details.push(format!("{} {all}", video.keyframes.count));
    details
}

fn seconds(time: Option<f64>) -> String {
    time.map_or_else(|| "not said".to_owned(), |time| format!("{time:.3} s"))
}

/// At most three digits behind the point, and no zeros at the end.
fn rounded(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Each column as wide as its widest field; of the last one it does not matter.
fn aligned(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|field| field.chars().count()).max();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, field) in row.iter().enumerate() {
            let width = width(column).unwrap_or(0);
            let _ = write!(line, "{field:width$}  ");
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}
