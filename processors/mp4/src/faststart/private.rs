//! What an index says beside what a player needs: taken out without moving a byte.

use bytes::{Bytes, BytesMut};

use super::Refusal;
use crate::boxes::{BoxRef, FourCc};
use crate::error::{Error, Problem};
use crate::movie::Movie;
use crate::track::{Kind, Track};

/// What players need of a film's top level. Whatever else there is (`udta`, `meta`, `uuid`, what a camera appended) is left out.
const NEEDED: [&[u8; 4]; 3] = [b"ftyp", b"moov", b"mdat"];

/// In boxes of the index: tags, pictures, places, names.
const TELLING: [&[u8; 4]; 3] = [b"udta", b"meta", b"uuid"];

pub(super) fn is_needed(kind: FourCc) -> bool {
    NEEDED.iter().any(|needed| kind == *needed)
}

/// What Apple's phones write beside a film: which way they were held, where faces were, which frame is the photo. All of them begin with
/// `com.apple.quicktime.`, and so do places.
const HARMLESS: [&str; 6] = [
    "video-orientation",
    "still-image-time",
    "detected-face",
    "live-photo",
    "scene-illuminance",
    "full-frame-rate-playback-intent",
];

/// A track that is taken out of the index, whose samples stay in the media data and may tell more than a film.
pub(super) fn refusal(movie: &Movie) -> Result<Option<Refusal>, Error> {
    for (trak, track) in each_track(movie)?.zip(movie.tracks()?) {
        let trak = trak?;
        let harmless = match track.kind {
            // A drone writes where it is into subtitles, and its maker's name beside them.
            Kind::Text => !has(trak.content, b"DJI"),
            Kind::Video | Kind::Audio | Kind::Timecode | Kind::Hint => true,
            Kind::Metadata => is_harmless(trak.content),
            Kind::Other => false,
        };
        if !harmless && track.sample_count() > 0 {
            return Ok(Some(Refusal::Telling { kind: trak.kind, offset: trak.offset }));
        }
    }
    Ok(None)
}

fn has(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// Of metadata with keys (`mebx`; QuickTime File Format, "Timed metadata sample description"): whether each key is known to be harmless.
fn is_harmless(track: &[u8]) -> bool {
    let keys = track.windows(8).enumerate().filter_map(|(at, header)| {
        let (size, kind) = header.split_first_chunk::<4>()?;
        let size = usize::try_from(u32::from_be_bytes(*size)).ok()?;
        // A box `keyd`: its header, a namespace of four characters, the key.
        (kind == b"keyd").then(|| track.get(at..at.checked_add(size)?)?.get(12..)).flatten()
    });
    let is_known = |key: &[u8]| {
        let name = key.strip_prefix(b"com.apple.quicktime.");
        name.is_some_and(|name| HARMLESS.iter().any(|known| name.starts_with(known.as_bytes())))
    };
    let boxes = track.windows(4).filter(|window| *window == b"keyd").count();
    let known = keys.filter(|key| is_known(key)).count();
    has(track, b"mebx") && boxes > 0 && known == boxes
}

fn each_track(movie: &Movie) -> Result<impl Iterator<Item = Result<BoxRef<'_>, Error>>, Error> {
    let is_track = |found: &Result<BoxRef<'_>, Error>| found.as_ref().map_or(true, |found| found.kind == b"trak");
    Ok(movie.moov_box()?.children().filter(is_track))
}

/// The index without tags, names and dates, and without the tracks that nobody sees or hears; as long as it was.
pub(super) fn index(movie: &Movie) -> Result<Bytes, Error> {
    let moov = movie.moov_box()?;
    let mut index = Index { bytes: BytesMut::from(movie.moov.as_ref()), start: moov.offset };
    index.forget_telling(moov)?;
    index.forget_dates(moov.required(b"mvhd")?)?;
    let tracks = movie.tracks()?;
    let is_kept = |track: &Track<'_>| matches!(track.kind, Kind::Video | Kind::Audio | Kind::Text);
    let kept: Vec<u32> = tracks.iter().filter(|track| is_kept(track)).map(|track| track.id).collect();
    for (trak, track) in each_track(movie)?.zip(&tracks) {
        let trak = trak?;
        if !is_kept(track) {
            index.forget(trak)?;
            continue;
        }
        index.forget_telling(trak)?;
        index.forget_references(trak, &kept)?;
        index.forget_dates(trak.required(b"tkhd")?)?;
        let mdia = trak.required(b"mdia")?;
        index.forget_telling(mdia)?;
        index.forget_dates(mdia.required(b"mdhd")?)?;
        index.forget_name(mdia.required(b"hdlr")?)?;
    }
    Ok(index.bytes.freeze())
}

struct Index {
    bytes: BytesMut,
    /// Where it begins in the file.
    start: u64,
}

impl Index {
    fn forget_telling(&mut self, parent: BoxRef<'_>) -> Result<(), Error> {
        for found in parent.children() {
            let found = found?;
            if TELLING.iter().any(|kind| found.kind == *kind) {
                self.forget(found)?;
            }
        }
        Ok(())
    }

    /// Keeps of `tref` what names tracks that stay, such as the chapters' (ISO/IEC 14496-12, 8.3.3).
    fn forget_references(&mut self, trak: BoxRef<'_>, kept: &[u32]) -> Result<(), Error> {
        for list in trak.children() {
            let list = list?;
            if list.kind != b"tref" {
                continue;
            }
            let mut stays = false;
            for reference in list.children() {
                let reference = reference?;
                let (tracks, rest) = reference.content.as_chunks::<4>();
                let all_kept = tracks.iter().all(|track| kept.contains(&u32::from_be_bytes(*track)));
                if all_kept && !tracks.is_empty() && rest.is_empty() {
                    stays = true;
                } else {
                    self.forget(reference)?;
                }
            }
            if !stays {
                self.forget(list)?;
            }
        }
        Ok(())
    }

    /// Makes free space of a box.
    fn forget(&mut self, found: BoxRef<'_>) -> Result<(), Error> {
        self.write(found, found.offset.saturating_add(4), b"free")?;
        self.zero(found, 0, found.content.len())
    }

    /// The dates of `mvhd`, `tkhd` and `mdhd`: the first two numbers, of 32 or 64 bits.
    fn forget_dates(&mut self, header: BoxRef<'_>) -> Result<(), Error> {
        let wide = header.content.first().is_some_and(|version| *version == 1);
        self.zero(header, 4, if wide { 16 } else { 8 })
    }

    /// The name of `hdlr`: what comes behind type, maker and flags.
    fn forget_name(&mut self, handler: BoxRef<'_>) -> Result<(), Error> {
        self.zero(handler, 24, handler.content.len().saturating_sub(24))
    }

    fn zero(&mut self, found: BoxRef<'_>, at: usize, length: usize) -> Result<(), Error> {
        let place = found.content_offset().saturating_add(at as u64);
        self.slice(found, place, length)?.fill(0);
        Ok(())
    }

    fn write(&mut self, found: BoxRef<'_>, place: u64, bytes: &[u8]) -> Result<(), Error> {
        self.slice(found, place, bytes.len())?.copy_from_slice(bytes);
        Ok(())
    }

    fn slice(&mut self, found: BoxRef<'_>, place: u64, length: usize) -> Result<&mut [u8], Error> {
        let from = place.checked_sub(self.start).and_then(|from| usize::try_from(from).ok());
        let range = from.and_then(|from| Some(from..from.checked_add(length)?));
        range.and_then(|range| self.bytes.get_mut(range)).ok_or_else(|| found.error(Problem::Short))
    }
}
