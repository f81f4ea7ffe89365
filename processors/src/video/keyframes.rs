use std::ops::Range;
use std::path::Path;

use frames::file;
use futures::{StreamExt, TryStreamExt, stream};
use mp4_front::{Kind, Movie, ReadAt};
use tokio::io::AsyncWriteExt;

use super::damage;
use super::sprites::{apart_s, chosen};
use crate::{Failure, ProcessError, Refusal};

/// A picture that can be decoded without others.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Keyframe {
    /// When it is shown, in seconds from the beginning.
    pub time_s: f64,
    /// Where its bytes are.
    pub bytes: Range<u64>,
}

/// So many keyframes are looked at; a film of ten hours at one a second has 36,000.
const MOST: usize = 100_000;
/// The bytes of one: of a frame of 8K that is hardly compressed.
const MOST_BYTES: u64 = 32 << 20;
/// So many become small pictures, of so many bytes together: an hour of 4K at one in ten seconds has some 200 MB.
const MOST_PREVIEWS: usize = 4000;
const PREVIEW_BYTES: u64 = 512 << 20;
/// Ten seconds so often doubled are a year.
const DOUBLINGS: usize = 22;
/// So many are fetched at once.
const AT_ONCE: usize = 16;
/// A keyframe before the wanted time counts as farther from it by so many seconds: most films begin black, and of a film with a keyframe
/// each other second the first and the second are equally far from its first second.
const BEFORE_S: f64 = 0.25;
/// So much is read for a poster in which there is something to be seen, and so many keyframes.
const POSTER_BYTES: u64 = 2 << 20;
const POSTER_TRIES: usize = 5;

/// The keyframes of a film's first track of pictures, in the order in which they are shown; none of a film in fragments.
pub(super) fn of_movie(movie: &Movie) -> Result<Vec<Keyframe>, Refusal> {
    let tracks = movie.tracks().map_err(|e| damage(&e))?;
    let Some(track) = tracks.iter().find(|track| track.kind == Kind::Video) else { return Ok(Vec::new()) };
    let size = movie.layout().file_size;
    let whole = |bytes: &Range<u64>| {
        let length = bytes.end.saturating_sub(bytes.start);
        bytes.end <= size && (1..=MOST_BYTES).contains(&length)
    };
    let all = track.keyframes().map_err(|e| damage(&e))?.take(MOST);
    let shown = all.filter_map(|found| Some(Keyframe { time_s: found.time?, bytes: found.bytes }));
    let mut found: Vec<_> = shown.filter(|found| whole(&found.bytes)).collect();
    found.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
    Ok(found)
}

/// Those that were put aside.
pub(super) fn of_file(keyframes: &[file::Keyframe]) -> Vec<Keyframe> {
    let bytes = |found: &file::Keyframe| found.offset..found.offset.saturating_add(found.length);
    keyframes.iter().map(|found| Keyframe { time_s: found.time_s, bytes: bytes(found) }).collect()
}

/// Those that are worth a look for a poster, the best guess first: the nearest to the wanted time, rather behind it, and some that
/// follow, each two seconds later than the one before; together they are not large.
pub(super) fn for_poster(all: &[Keyframe], at_s: f64) -> Vec<&Keyframe> {
    let distance = |found: &Keyframe| match found.time_s - at_s {
        behind if behind < 0.0 => BEFORE_S - behind,
        behind => behind,
    };
    let nearest = all.iter().enumerate().min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)));
    let Some((nearest, _)) = nearest else { return Vec::new() };
    let from = all.get(nearest..).unwrap_or_default();
    let times: Vec<f64> = from.iter().map(|found| found.time_s).collect();
    let mut left = POSTER_BYTES;
    let following = chosen(&times, 2.0).into_iter().take(POSTER_TRIES).filter_map(|index| from.get(index));
    following
        .enumerate()
        .take_while(|(number, found)| {
            let length = found.bytes.end - found.bytes.start;
            // The first may be black: there is always a second.
            let fits = *number < 2 || length <= left;
            left = left.saturating_sub(length);
            fits
        })
        .map(|(_, found)| found)
        .collect()
}

/// Those that become small pictures: farther apart where they would be too many, or too large together.
pub(super) fn for_previews(all: &[Keyframe], duration_s: f64) -> Vec<&Keyframe> {
    let times: Vec<f64> = all.iter().map(|found| found.time_s).collect();
    let apart = std::iter::successors(Some(apart_s(duration_s)), |apart| Some(apart * 2.0));
    let mut tries = apart.take(DOUBLINGS).map(|apart| -> Vec<&Keyframe> {
        chosen(&times, apart).into_iter().filter_map(|index| all.get(index)).collect()
    });
    let fits = |found: &Vec<&Keyframe>| {
        let bytes = found.iter().map(|found| found.bytes.end - found.bytes.start).fold(0, u64::saturating_add);
        found.len() <= MOST_PREVIEWS && bytes <= PREVIEW_BYTES
    };
    tries.find(fits).unwrap_or_else(|| all.first().into_iter().collect())
}

/// Brings keyframes into a file, one behind the other.
pub(super) async fn fetch(
    source: &impl ReadAt,
    wanted: &[&Keyframe],
    to: &Path,
) -> Result<Vec<file::Keyframe>, Failure> {
    let mut fetched = stream::iter(wanted.iter().map(|found| read(source, &found.bytes))).buffered(AT_ONCE);
    let mut output = tokio::fs::File::create(to).await?;
    let (mut list, mut offset) = (Vec::new(), 0);
    let mut next = wanted.iter();
    while let Some(bytes) = fetched.try_next().await? {
        output.write_all(&bytes).await?;
        let length = bytes.len() as u64;
        list.extend(next.next().map(|found| file::Keyframe { time_s: found.time_s, offset, length }));
        offset += length;
    }
    output.flush().await?;
    Ok(list)
}

async fn read(source: &impl ReadAt, bytes: &Range<u64>) -> Result<bytes::Bytes, Failure> {
    let length = usize::try_from(bytes.end - bytes.start).unwrap_or(usize::MAX);
    source.read_at(bytes.start, length).await.map_err(|e| ProcessError::Source(e).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film(lengths: &[u64], apart_s: f64) -> Vec<Keyframe> {
        let (mut all, mut start, mut time_s) = (Vec::new(), 0, 0.0);
        for length in lengths {
            all.push(Keyframe { time_s, bytes: start..start + length });
            start += length;
            time_s += apart_s;
        }
        all
    }

    fn times(found: &[&Keyframe]) -> Vec<f64> {
        found.iter().map(|found| found.time_s).collect()
    }

    #[test]
    fn a_posters_candidates_are_near_few_and_small() {
        let even = film(&[1000; 60], 0.5);
        assert_eq!(times(&for_poster(&film(&[1000; 100], 0.125), 1.0)).first(), Some(&1.0));
        assert_eq!(times(&for_poster(&even, 1.0)), [1.0, 3.0, 5.0, 7.0, 9.0]);
        assert_eq!(times(&for_poster(&even, 29.0)), [29.0]);
        assert_eq!(times(&for_poster(&film(&[1000; 3], 2.002), 1.0)), [2.002, 4.004], "most films begin black");
        assert_eq!(times(&for_poster(&film(&[3 << 20; 9], 10.0), 1.0)), [0.0, 10.0], "two may be of any size");
        assert_eq!(times(&for_poster(&film(&[700_000; 9], 10.0), 1.0)), [0.0, 10.0]);
        assert_eq!(times(&for_poster(&film(&[600_000; 9], 10.0), 1.0)), [0.0, 10.0, 20.0]);
        assert!(for_poster(&[], 1.0).is_empty());
    }

    #[test]
    fn previews_are_evenly_apart() {
        // One in ten seconds, and the last.
        assert_eq!(for_previews(&film(&vec![10; 3600], 1.0), 3600.0).len(), 361);
        assert_eq!(for_previews(&film(&[10; 10], 1.0), 10.0).len(), 5);
        // A day: of one in ten seconds every fourth.
        assert_eq!(for_previews(&film(&vec![10; 8640], 10.0), 86_400.0).len(), 2161);
        // Samples that overlap cost each time.
        let same = vec![Keyframe { time_s: 0.0, bytes: 0..32 << 20 }; 3];
        assert_eq!(for_previews(&same, 9.0).len(), 1);
        let greedy: Vec<_> = (0..100).map(|n| Keyframe { time_s: f64::from(n) * 10.0, bytes: 0..32 << 20 }).collect();
        assert_eq!(for_previews(&greedy, 1000.0).len(), 14);
    }
}
