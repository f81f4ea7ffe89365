//! What stands against moving an index.

use super::Refusal;
use super::space::Space;
use super::tables::{each_minf, each_stbl};
use crate::boxes::{BoxRef, Fields, FourCc};
use crate::error::{Error, Problem};
use crate::movie::{Movie, names_places};
use crate::table::SampleTable;

/// What the boxes by themselves have against it.
pub(super) fn whole(movie: &Movie) -> Result<Option<Refusal>, Error> {
    if movie.layout.boxes.iter().filter(|found| found.kind == b"moov").count() > 1 {
        return Ok(Some(Refusal::SeveralMovies));
    }
    if movie.layout.first(b"ftyp").is_some_and(|ftyp| ftyp.missing > 0 || ftyp.to_the_end) {
        return Ok(Some(Refusal::OpenFileType));
    }
    let mut refusal = None;
    each_minf(movie.moov_box()?, |[.., minf]| {
        refusal = match refusal {
            None => external_data(minf)?.map(|offset| Refusal::ExternalData { offset }),
            found => found,
        };
        Ok(())
    })?;
    Ok(refusal)
}

/// Whether every chunk stays in one piece.
pub(super) fn samples(movie: &Movie, space: &Space) -> Result<Option<Refusal>, Error> {
    let mut refusal = None;
    // Of the last `mdia` box whether it is of sound.
    let mut last = None;
    each_stbl(movie.moov_box()?, |[_, mdia, _, stbl]| {
        let table = SampleTable::parse(stbl)?;
        let sound = match last {
            Some((offset, sound)) if offset == mdia.offset => sound,
            _ => is_sound(mdia)?,
        };
        last = Some((mdia.offset, sound));
        // One size for all samples is not meant in bytes in old sound tracks.
        if refusal.is_none() && (table.sizes.are_explicit() || !sound) {
            let across = table.places()?.chunks().find(|chunk| !space.holds(chunk));
            refusal =
                across.map(|chunk| Refusal::SamplesAcross { offset: stbl.offset, start: chunk.start, end: chunk.end });
        }
        Ok(())
    })?;
    Ok(refusal)
}

fn is_sound(mdia: BoxRef<'_>) -> Result<bool, Error> {
    let hdlr = mdia.child(b"hdlr")?;
    Ok(hdlr.is_some_and(|hdlr| hdlr.content.get(8..12) == Some(b"soun")))
}

/// A `meta` box that names places in the file.
pub(super) fn item_locations(movie: &Movie) -> Result<Option<Refusal>, Error> {
    Ok(located(movie)?.map(|offset| Refusal::ItemLocations { offset }))
}

/// Where a `meta` box with `iloc` begins: at the top level, in the movie, in a track, in the user data of either.
fn located(movie: &Movie) -> Result<Option<u64>, Error> {
    for found in movie.layout.boxes.iter().filter(|found| found.kind == b"meta") {
        let read = movie.metas.iter().find(|(offset, _)| *offset == found.offset);
        let content = read.and_then(|(_, bytes)| bytes.get(usize::from(found.header)..));
        let known =
            content.map(|content| BoxRef { kind: found.kind, offset: found.offset, header: found.header, content });
        if known.is_none_or(names_places) {
            return Ok(Some(found.offset));
        }
    }
    let moov = movie.moov_box()?;
    for found in moov.children() {
        let found = found?;
        let inside = if found.kind == b"trak" { in_metas(found).or_else(|| in_user_data(found)) } else { None };
        if inside.is_some() {
            return Ok(inside);
        }
    }
    Ok(in_metas(moov).or_else(|| in_user_data(moov)))
}

fn in_metas(parent: BoxRef<'_>) -> Option<u64> {
    let mut metas = parent.children().filter_map(Result::ok).filter(|found| found.kind == b"meta");
    metas.find(|meta| names_places(*meta)).map(|meta| meta.offset)
}

fn in_user_data(parent: BoxRef<'_>) -> Option<u64> {
    parent.children().filter_map(Result::ok).filter(|found| found.kind == b"udta").find_map(in_metas)
}

/// Where a `dref` box begins that names another file.
fn external_data(minf: BoxRef<'_>) -> Result<Option<u64>, Error> {
    let Some(dinf) = minf.child(b"dinf")? else { return Ok(None) };
    let Some(dref) = dinf.child(b"dref")? else { return Ok(None) };
    for reference in dref.children_after(8)? {
        let (_, flags) =
            reference?.read(|mut fields: Fields<'_>| -> Result<(u8, u32), Problem> { fields.full_box() })?;
        if flags & 1 == 0 {
            return Ok(Some(dref.offset));
        }
    }
    Ok(None)
}

impl Refusal {
    pub(super) fn outside(kind: FourCc, offset: u64, place: u64) -> Self {
        Self::PlaceOutside { kind, offset, place }
    }
}
