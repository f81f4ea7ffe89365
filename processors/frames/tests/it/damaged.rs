use frames::file::Format;
use frames::{Coding, FrameError, MAX_PIXELS, Size, decode};

use super::{CARD, Films};

fn keyframe(films: &Films, name: &str, options: &str, format: Format) -> (Coding, Vec<u8>) {
    let film = films.make(name, &format!("{CARD} {options}"));
    let (made, _, bytes) = films.rewritten(&film, format);
    let length = usize::try_from(made.keyframes[0].length).unwrap();
    (made.facts.picture.coding.unwrap(), bytes[..length].to_vec())
}

#[test]
fn bytes_that_do_not_decode_are_an_error_and_no_crash() {
    let films = Films::new();
    let table = [
        ("a.mkv", "-c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p", Format::Mp4),
        ("b.mkv", "-c:v libx265 -preset ultrafast -x265-params log-level=error", Format::Mp4),
        ("c.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8", Format::Webm),
        ("d.webm", "-c:v libvpx -deadline realtime -cpu-used 8", Format::Webm),
        ("e.webm", "-c:v libaom-av1 -usage realtime -cpu-used 8", Format::Webm),
    ];
    let size = Size { width: 96, height: 54 };
    for (name, options, format) in table {
        let (coding, sample) = keyframe(&films, name, options, format);
        assert!(decode(&coding, &sample, size).is_ok(), "{name}");
        for bytes in [&b""[..], &[0; 7], &[0xFF; 4096], b"no keyframe at all, but a text of some length"] {
            assert!(matches!(decode(&coding, bytes, size), Err(FrameError::Damaged(_))), "{name} {}", bytes.len());
        }
        // One bit in each of a hundred places, and an end in each of ten: a picture or an error.
        for step in 0..100 {
            let mut flipped = sample.clone();
            let at = sample.len() * step / 100;
            flipped[at] ^= 1 << (step % 8);
            let _ = decode(&coding, &flipped, size);
            let _ = decode(&coding, &sample[..at], size);
        }
        let mut odd = coding.clone();
        odd.configuration = vec![1; 5];
        let _ = decode(&odd, &sample, size);
    }
}

#[test]
fn frames_beyond_measure_are_refused_before_they_are_decoded() {
    let films = Films::new();
    let (mut coding, sample) =
        keyframe(&films, "a.mkv", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p", Format::Mp4);
    coding.stored = Size { width: 8000, height: 5001 };
    let size = Size { width: 96, height: 54 };
    assert_eq!(decode(&coding, &sample, size).unwrap_err(), FrameError::TooManyPixels(8000 * 5001));
    const { assert!(8000 * 5001 > MAX_PIXELS) };
}
