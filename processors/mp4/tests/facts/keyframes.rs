//! Keyframes: their times and their bytes, beside ffprobe's packets.

use mp4_front::Keyframe;

use crate::support::{corpus, open, packets};

#[test]
fn times_and_bytes_are_those_of_the_packets() {
    let mut compared = 0;
    for recipe in corpus::CORPUS {
        let path = corpus::path(recipe.name);
        let movie = open(&path).unwrap();
        let tracks = movie.tracks().unwrap();
        let Some(track) = tracks.iter().find(|track| track.kind == mp4_front::Kind::Video) else { continue };
        let expected: Vec<_> = packets(&path)
            .into_iter()
            .filter(|packet| packet["flags"].as_str().unwrap().starts_with('K'))
            .map(|packet| {
                let number = |key: &str| packet[key].as_str().unwrap().parse::<f64>().unwrap();
                let whole = |key: &str| packet[key].as_str().unwrap().parse::<u64>().unwrap();
                let dropped = packet["flags"].as_str().unwrap().contains('D');
                ((!dropped).then(|| (number("pts_time") * 1e6).round()), whole("pos")..whole("pos") + whole("size"))
            })
            .collect();
        let ours: Vec<_> =
            track.keyframes().unwrap().map(|k| (k.time.map(|time| (time * 1e6).round()), k.bytes)).collect();
        assert_eq!(ours, expected, "{}", recipe.name);
        compared += ours.len();
    }
    assert!(compared > 200, "only {compared} keyframes");
}

fn near(name: &str, time: f64) -> Keyframe {
    let movie = open(&corpus::path(name)).unwrap();
    let tracks = movie.tracks().unwrap();
    let track = tracks.iter().find(|track| track.kind == mp4_front::Kind::Video).unwrap();
    track.keyframe_near(time).unwrap().unwrap()
}

#[test]
fn the_nearest_one_is_found() {
    // One every 0.4 s.
    for (wanted, sample) in [(0.0, 0), (0.19, 0), (0.21, 10), (0.4, 10), (1.0, 20), (1.01, 30), (99.0, 40), (-5.0, 0)] {
        assert_eq!(near("plain.mp4", wanted).sample, sample, "{wanted}");
    }
    assert_eq!(near("plain.mp4", f64::NAN).sample, 0);
    // Delayed by 0.7 s.
    let found = near("delayed.mp4", 1.0);
    assert_eq!((found.sample, found.time.map(|time| (time * 1e3).round())), (10, Some(1100.0)));
}

#[test]
fn every_sample_counts_where_all_are_keyframes() {
    for name in ["prores.mov", "motion.mov"] {
        let found = near(name, 1.0);
        assert_eq!((found.sample, found.time), (25, Some(1.0)), "{name}");
        assert_eq!(near(name, 0.99).sample, 25, "{name}");
        assert_eq!(near(name, 0.97).sample, 24, "{name}");
        assert_eq!(near(name, 1e9).sample, 49, "{name}");
        assert_eq!(near(name, -1.0).sample, 0, "{name}");
    }
}

#[test]
fn of_a_film_that_is_cut_off_only_what_is_there() {
    let whole = corpus::bytes("front.mp4");
    let movie = crate::support::open_bytes(&whole).unwrap();
    let full = movie.tracks().unwrap()[0].keyframe_near(1.6).unwrap().unwrap();
    let cut = &whole[..usize::try_from(full.bytes.end).unwrap() - 1];
    let movie = crate::support::open_bytes(cut).unwrap();
    let found = movie.tracks().unwrap()[0].keyframe_near(1.6).unwrap().unwrap();
    assert_eq!((full.sample, found.sample), (40, 30));
    assert!(movie.facts().unwrap().missing_bytes > 0);
    // The index without anything to show.
    let index_only = &whole[..crate::support::atoms::find(&whole, "moov").end];
    let movie = crate::support::open_bytes(index_only).unwrap();
    assert_eq!(movie.tracks().unwrap()[0].keyframe_near(1.6).unwrap(), None);
}

#[test]
fn facts_list_what_the_limit_allows() {
    let limits = mp4_front::Limits { keyframes: 2, ..Default::default() };
    let movie = futures::executor::block_on(mp4_front::Movie::open(&corpus::bytes("plain.mp4"), limits)).unwrap();
    let keyframes = movie.facts().unwrap().tracks[0].video.clone().unwrap().keyframes;
    assert_eq!((keyframes.count, keyframes.times_s, keyframes.complete), (5, vec![0.0, 0.4], false));
    let all = crate::support::facts(&corpus::path("plain.mp4")).tracks[0].video.clone().unwrap().keyframes;
    assert_eq!((all.times_s, all.complete, all.all), (vec![0.0, 0.4, 0.8, 1.2, 1.6], true, false));
    let prores = crate::support::facts(&corpus::path("prores.mov")).tracks[0].video.clone().unwrap().keyframes;
    assert_eq!((prores.count, prores.all, prores.times_s.len()), (50, true, 0));
}
