//! A film's index, read whole.

use bytes::Bytes;

use crate::boxes::{BoxRef, Boxes, Fields, FourCc};
use crate::error::{Error, Problem};
use crate::fragments::Fragments;
use crate::layout::{Layout, TopBox};
use crate::limits::Limits;
use crate::read::{ReadAt, read_exact};
use crate::track::Track;

/// So many `meta` boxes at the top level are read; nobody is known to write more than one.
const METAS: usize = 4;

/// Everything of a film that is read: where its boxes lie, and the bytes of those that describe it.
#[derive(Debug, Clone)]
pub struct Movie {
    pub(crate) layout: Layout,
    pub(crate) limits: Limits,
    /// The first `ftyp` box, header included; none in old `QuickTime` files.
    pub(crate) ftyp: Option<Bytes>,
    /// The `moov` box, header included.
    pub(crate) moov: Bytes,
    /// The first small `meta` boxes at the top level, each with its offset.
    pub(crate) metas: Vec<(u64, Bytes)>,
    pub(crate) fragments: Fragments,
}

/// `mvhd`: the movie's own clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MovieHeader {
    /// Ticks a second; at least 1.
    pub timescale: u32,
    /// In ticks; `None` where it is not said.
    pub duration: Option<u64>,
    pub matrix: [i32; 9],
}

impl Movie {
    /// Reads what describes the film, and nothing of the film itself: the headers of the boxes at the top level, `ftyp`, `moov`, and
    /// of a fragmented film what tells its duration. Wrap what is far away in [`crate::Cached`].
    ///
    /// # Errors
    /// [`Error::Read`] or [`Error::Changed`] where the source cannot be read; [`Error::NotAFilm`], [`Error::MoovMissing`] or
    /// [`Error::MoovTruncated`] where there is no whole index; [`Error::TooLarge`] or [`Error::TooMany`] beyond the limits. What is
    /// wrong inside the index is found by those who read it, except in a fragmented film: there also what [`Movie::tracks`] fails
    /// with.
    pub async fn open(source: &(impl ReadAt + ?Sized), limits: Limits) -> Result<Self, Error> {
        let layout = Layout::scan(source, &limits).await?;
        let ftyp = match layout.first(b"ftyp") {
            Some(found) => Some(whole(source, found, limits.other_bytes).await?),
            None => None,
        };
        let moov = match layout.first(b"moov") {
            Some(found) => whole(source, found, limits.moov_bytes).await?,
            None => return Err(Error::NotAFilm), // the scan has a better word for it
        };
        let mut metas = Vec::new();
        let small = |found: &&TopBox| found.kind == b"meta" && found.size <= limits.other_bytes;
        for found in layout.boxes.iter().filter(small).take(METAS) {
            metas.push((found.offset, whole(source, found, limits.other_bytes).await?));
        }
        let mut movie = Self { layout, limits, ftyp, moov, metas, fragments: Fragments::default() };
        // What is wrong with the index is said by those who read it.
        if matches!(movie.is_fragmented(), Ok(true)) {
            movie.fragments = Fragments::read(source, &movie).await?;
        }
        Ok(movie)
    }

    /// Where the boxes lie.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The bytes of the `moov` box, header included.
    pub fn moov(&self) -> &Bytes {
        &self.moov
    }

    /// Whether the samples are in fragments (`moof`), so that the index names none or not all of them.
    ///
    /// # Errors
    /// [`Error::CompressedMoov`]; [`Error::Malformed`] where the index cannot be walked through.
    pub fn is_fragmented(&self) -> Result<bool, Error> {
        Ok(self.layout.fragments || self.moov_box()?.child(b"mvex")?.is_some())
    }

    /// The tracks in the order of the file.
    ///
    /// # Errors
    /// [`Error::CompressedMoov`]; [`Error::Malformed`] where a box of any track contradicts itself; [`Error::TooMany`] tracks or
    /// edits.
    pub fn tracks(&self) -> Result<Vec<Track<'_>>, Error> {
        let moov = self.moov_box()?;
        let header = self.header()?;
        let mut tracks = Vec::new();
        for found in moov.children() {
            let found = found?;
            if found.kind != b"trak" {
                continue;
            }
            if tracks.len() >= self.limits.tracks {
                return Err(Error::TooMany { what: "tracks", limit: self.limits.tracks });
            }
            tracks.push(Track::parse(found, &header, self)?);
        }
        Ok(tracks)
    }

    pub(crate) fn header(&self) -> Result<MovieHeader, Error> {
        self.moov_box()?.required(b"mvhd")?.read(MovieHeader::parse)
    }

    /// The index as a box; an error if it is compressed.
    pub(crate) fn moov_box(&self) -> Result<BoxRef<'_>, Error> {
        let moov = self.as_box(b"moov", &self.moov)?;
        match moov.child(b"cmov")? {
            Some(_) => Err(Error::CompressedMoov),
            None => Ok(moov),
        }
    }

    /// Major brand, and the compatible ones.
    pub(crate) fn brands(&self) -> Option<(FourCc, &[[u8; 4]])> {
        let bytes = self.ftyp.as_ref()?;
        let found = self.as_box(b"ftyp", bytes).ok()?;
        let (brands, _) = found.content.as_chunks::<4>();
        Some((brands.first()?.into(), brands.get(2..).unwrap_or_default()))
    }

    #[allow(clippy::trivially_copy_pass_by_ref)] // types are written as byte strings, which are references
    fn as_box<'a>(&self, kind: &[u8; 4], bytes: &'a [u8]) -> Result<BoxRef<'a>, Error> {
        let Some(place) = self.layout.first(kind) else { return Err(Error::NotAFilm) };
        let content =
            bytes.get(usize::from(place.header)..).ok_or_else(|| Problem::Short.of(place.kind, place.offset))?;
        Ok(BoxRef { kind: place.kind, offset: place.offset, header: place.header, content })
    }
}

impl MovieHeader {
    fn parse(mut fields: Fields<'_>) -> Result<Self, Problem> {
        let (timescale, duration) = times(&mut fields)?;
        // Rate, volume, reserved.
        fields.skip(4 + 2 + 10)?;
        Ok(Self { timescale, duration, matrix: matrix(&mut fields)? })
    }
}

/// What `mvhd` and `mdhd` begin with: version, dates, ticks a second, duration in ticks.
pub(crate) fn times(fields: &mut Fields<'_>) -> Result<(u32, Option<u64>), Problem> {
    let (version, _) = fields.full_box()?;
    fields.skip(if version == 1 { 16 } else { 8 })?;
    let timescale = fields.u32()?;
    let duration = duration(fields, version)?;
    if timescale == 0 { Err(Problem::ZeroTimescale) } else { Ok((timescale, duration)) }
}

/// A duration in ticks; all bits set means that it is not known.
pub(crate) fn duration(fields: &mut Fields<'_>, version: u8) -> Result<Option<u64>, Problem> {
    Ok(if version == 1 {
        Some(fields.u64()?).filter(|d| *d != u64::MAX)
    } else {
        Some(fields.u32()?).filter(|d| *d != u32::MAX).map(u64::from)
    })
}

pub(crate) fn matrix(fields: &mut Fields<'_>) -> Result<[i32; 9], Problem> {
    let mut matrix = [0; 9];
    for value in &mut matrix {
        *value = fields.i32()?;
    }
    Ok(matrix)
}

/// A box at the top level with its header, if it is no larger than `limit`.
pub(crate) async fn whole(source: &(impl ReadAt + ?Sized), found: &TopBox, limit: u64) -> Result<Bytes, Error> {
    let too_large = Error::TooLarge { kind: found.kind, bytes: found.size, limit };
    match usize::try_from(found.size) {
        Ok(length) if found.size <= limit => read_exact(source, found.offset, length).await,
        _ => Err(too_large),
    }
}

/// Whether a `meta` box, of ISO media or of `QuickTime` (where it is no full box), holds an `iloc` box that names places in the file.
pub(crate) fn names_places(meta: BoxRef<'_>) -> bool {
    let full_box = meta.content.get(4..8) != Some(b"hdlr");
    let children = if full_box { meta.children_after(4) } else { Ok(meta.children()) };
    // What no reader can follow up to an `iloc` does not count.
    let iloc = children.and_then(|children: Boxes<'_>| children.first(b"iloc"));
    iloc.is_ok_and(|found| found.is_some())
}
