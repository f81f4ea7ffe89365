//! Films in fragments.

use mp4_front::faststart::Verdict;

use crate::support::{corpus, facts, open};

#[test]
fn they_are_recognised_and_their_length_is_found() {
    for (name, duration) in [
        ("fragments.mp4", Some(2.0)),
        ("fragments_only.mp4", Some(2.0)),
        ("cmaf.mp4", Some(2.0)),
        ("unknown_length.mp4", None),
    ] {
        let path = corpus::path(name);
        let facts = facts(&path);
        assert!(facts.fragmented, "{name}");
        let close = match (facts.duration_s, duration) {
            (Some(found), Some(wanted)) => f64::abs(found - wanted) < 0.1,
            (found, wanted) => found == wanted,
        };
        assert!(close, "{name}: {:?}", facts.duration_s);
        assert_eq!(open(&path).unwrap().faststart().unwrap(), Verdict::Fragmented, "{name}");
        let video = facts.tracks[0].video.as_ref().unwrap();
        assert_eq!((video.width, facts.tracks[0].codec.as_deref()), (320, Some("avc1.64000C")), "{name}");
    }
}
