//! `stagedoor video --probe` and `stagedoor faststart`: films on this machine and in S3, by their index alone.

mod faststart;
mod place;
mod probe;
mod table;

pub use faststart::{Arguments as Faststart, run as faststart};
pub use probe::{Arguments as Probe, run as probe};

use mp4_front::ReadAt;

use crate::failure::Failure;
use place::Place;

/// What a file that is no film might be.
const LOOKED_AT: u64 = 1024;

/// A failure to read a film, with its name.
async fn unreadable(place: &Place, source: &impl ReadAt, error: &mp4_front::Error) -> Failure {
    let other = match error {
        mp4_front::Error::NotAFilm => other_film(source).await,
        _ => None,
    };
    let message = match other {
        Some(other) => {
            format!("this is {other}; expected MP4 or QuickTime, which are the films that can be read so far")
        }
        None => error.to_string(),
    };
    Failure::Input(format!("{place}: {message}"))
}

async fn other_film(source: &impl ReadAt) -> Option<&'static str> {
    let length = usize::try_from(source.size().min(LOOKED_AT)).ok()?;
    let bytes = source.read_at(0, length).await.ok()?;
    named(&bytes)
}

fn named(bytes: &[u8]) -> Option<&'static str> {
    // Packets of 188 bytes, each of which begins with this.
    let in_packets = || [0, 188, 376].into_iter().all(|at| bytes.get(at) == Some(&0x47));
    match bytes {
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Some("Matroska or WebM"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => Some("AVI"),
        [b'O', b'g', b'g', b'S', ..] => Some("Ogg"),
        _ if in_packets() => Some("an MPEG transport stream"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_films_are_named() {
        let mut stream = vec![0; 1024];
        stream.iter_mut().step_by(188).for_each(|byte| *byte = 0x47);
        assert_eq!(named(&stream), Some("an MPEG transport stream"));
        assert_eq!(named(&stream[1..]), None);
        assert_eq!(named(&stream[..300]), None);
        assert_eq!(named(b"\x1A\x45\xDF\xA3\x01"), Some("Matroska or WebM"));
        assert_eq!(named(b"RIFF\0\0\0\0AVI LIST"), Some("AVI"));
        assert_eq!(named(b"RIFF\0\0\0\0WAVE"), None);
        assert_eq!(named(b"OggS\0"), Some("Ogg"));
        assert_eq!(named(b""), None);
    }
}
