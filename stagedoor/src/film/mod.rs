//! `stagedoor video` and `stagedoor faststart`: films on this machine and in S3.

mod faststart;
mod place;
mod probe;
mod render;
mod table;
mod video;

pub use faststart::{Arguments as Faststart, run as faststart};
pub use render::{playable, program};
pub use video::{Arguments as Video, run as video};

use mp4_front::ReadAt;
use sniff::{SNIFF_BYTES, Sniffed, sniff};

use crate::failure::Failure;
use place::Place;

/// What the first bytes of a file say.
pub async fn sniffed(source: &impl ReadAt) -> Sniffed {
    let length = usize::try_from(source.size().min(SNIFF_BYTES)).unwrap_or(0);
    source.read_at(0, length).await.map_or(Sniffed::Unknown, |bytes| sniff(&bytes))
}

/// A failure to read the index of a film, with its name.
async fn unreadable(place: &Place, source: &impl ReadAt, error: &mp4_front::Error) -> Failure {
    let message = match (error, sniffed(source).await) {
        (mp4_front::Error::NotAFilm, Sniffed::Video(sniff::Container::Matroska)) => other("Matroska or WebM"),
        (mp4_front::Error::NotAFilm, Sniffed::Video(sniff::Container::TransportStream)) => {
            other("an MPEG transport stream")
        }
        (mp4_front::Error::NotAFilm, Sniffed::Image(_)) => other("a picture"),
        _ => error.to_string(),
    };
    Failure::Input(format!("{place}: {message}"))
}

fn other(what: &str) -> String {
    format!("this is {what}; expected MP4 or QuickTime, whose index can be moved and read from afar")
}
