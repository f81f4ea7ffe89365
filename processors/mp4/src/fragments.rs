//! How long a fragmented film is, as far as a few reads tell.

use bytes::Bytes;

use crate::boxes::{BoxRef, Fields, Header};
use crate::error::{Error, Problem};
use crate::layout::TopBox;
use crate::movie::{Movie, whole};
use crate::read::{ReadAt, read_exact};

/// What the boxes around the fragments say of all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Fragments {
    /// Seconds.
    pub duration: Option<f64>,
}

/// Of a track: ticks a second, and what its samples take their default duration from.
#[derive(Debug, Clone, Copy)]
struct Clock {
    track: u32,
    timescale: u32,
    default_duration: u32,
}

impl Fragments {
    /// From `mehd`, or else from `sidx`, or else from the last fragment, which `mfra` at the end of the file names.
    pub async fn read(source: &(impl ReadAt + ?Sized), movie: &Movie) -> Result<Self, Error> {
        if let Some(duration) = declared(movie)? {
            return Ok(Self { duration: Some(duration) });
        }
        if let Some(found) = movie.layout.first(b"sidx") {
            let bytes = whole(source, found, movie.limits.other_bytes).await?;
            return Ok(Self { duration: Some(body(found, &bytes)?.read(indexed)?) });
        }
        let duration = from_last_fragment(source, movie).await?;
        Ok(Self { duration })
    }
}

/// `mehd`.
fn declared(movie: &Movie) -> Result<Option<f64>, Error> {
    let Some(mvex) = movie.moov_box()?.child(b"mvex")? else { return Ok(None) };
    let Some(mehd) = mvex.child(b"mehd")? else { return Ok(None) };
    let ticks = mehd.read(|mut fields| {
        let (version, _) = fields.full_box()?;
        if version == 1 { fields.u64() } else { fields.u32().map(u64::from) }
    })?;
    let timescale = movie.header()?.timescale;
    Ok((ticks > 0).then(|| crate::time::seconds(ticks, timescale)))
}

/// `sidx`: the sum of its references' durations.
fn indexed(mut fields: Fields<'_>) -> Result<f64, Problem> {
    let (version, _) = fields.full_box()?;
    fields.skip(4)?;
    let timescale = fields.u32()?;
    fields.skip(if version == 0 { 8 } else { 16 })?;
    fields.skip(2)?;
    let count = fields.u16()?;
    let mut ticks = 0u64;
    for _ in 0..count {
        fields.skip(4)?;
        ticks = ticks.saturating_add(fields.u32()?.into());
        fields.skip(4)?;
    }
    if timescale == 0 { Err(Problem::ZeroTimescale) } else { Ok(crate::time::seconds(ticks, timescale)) }
}

async fn from_last_fragment(source: &(impl ReadAt + ?Sized), movie: &Movie) -> Result<Option<f64>, Error> {
    let clocks = clocks(movie)?;
    let mut duration = None;
    for offset in last_fragments(source, movie, &clocks).await? {
        let Some((found, bytes)) = box_at(source, movie, offset, b"moof").await? else { return Ok(None) };
        let moof = body(&found, &bytes)?;
        for traf in moof.children() {
            let traf = traf?;
            let end = if traf.kind == b"traf" { end_of(traf, &clocks)? } else { None };
            duration = end.into_iter().chain(duration).reduce(f64::max);
        }
    }
    Ok(duration)
}

/// Where the last fragment of each track begins, by `mfra`. A film without it has none.
async fn last_fragments(source: &(impl ReadAt + ?Sized), movie: &Movie, clocks: &[Clock]) -> Result<Vec<u64>, Error> {
    let size = movie.layout.file_size;
    let Some(at) = size.checked_sub(16) else { return Ok(Vec::new()) };
    let tail = read_exact(source, at, 16).await?;
    let Some((b"\0\0\0\x10mfro", [_, _, _, _, length @ ..])) = tail.split_first_chunk::<8>() else {
        return Ok(Vec::new());
    };
    let length = length.try_into().map_or(0, u32::from_be_bytes);
    let start = size.saturating_sub(length.into());
    let Some((found, bytes)) = box_at(source, movie, start, b"mfra").await? else { return Ok(Vec::new()) };
    let mut offsets = Vec::new();
    for tfra in body(&found, &bytes)?.children() {
        let tfra = tfra?;
        if tfra.kind == b"tfra" {
            offsets.extend(tfra.read(last_entry)?);
        }
    }
    // The latest first.
    offsets.sort_unstable_by(|a, b| b.cmp(a));
    offsets.dedup();
    offsets.truncate(clocks.len());
    Ok(offsets)
}

/// `tfra`: the place of the last entry's `moof`.
fn last_entry(mut fields: Fields<'_>) -> Result<Option<u64>, Problem> {
    let (version, _) = fields.full_box()?;
    fields.skip(4)?;
    let lengths = fields.u32()?;
    let count = fields.u32()?;
    // Three numbers follow the place, of one to four bytes each.
    let numbers: u64 = [lengths >> 4 & 3, lengths >> 2 & 3, lengths & 3].map(|l| u64::from(l) + 1).iter().sum();
    let (entry, place) = if version == 1 { (16 + numbers, 8) } else { (8 + numbers, 4) };
    let Some(before) = u64::from(count).checked_sub(1) else { return Ok(None) };
    let room = fields.rest().len() as u64 / entry;
    let skipped = usize::try_from(before * entry).map_err(|_| Problem::Short)?;
    fields.skip(skipped).map_err(|_| Problem::TooFewEntries { declared: count.into(), room })?;
    fields.skip(place)?;
    if version == 1 { fields.u64().map(Some) } else { fields.u32().map(|offset| Some(offset.into())) }
}

/// `None`: there is no such box there.
async fn box_at(
    source: &(impl ReadAt + ?Sized),
    movie: &Movie,
    offset: u64,
    kind: &[u8; 4],
) -> Result<Option<(TopBox, Bytes)>, Error> {
    let file_size = movie.layout.file_size;
    let room = usize::try_from(file_size.saturating_sub(offset)).unwrap_or(usize::MAX);
    if room < 8 {
        return Ok(None);
    }
    let head = read_exact(source, offset, room.min(Header::MAX_BYTES)).await?;
    match TopBox::parse(&head, offset, file_size) {
        Some(found) if found.kind == kind && found.missing == 0 => {
            let bytes = whole(source, &found, movie.limits.other_bytes).await?;
            Ok(Some((found, bytes)))
        }
        _ => Ok(None),
    }
}

fn body<'a>(found: &TopBox, bytes: &'a [u8]) -> Result<BoxRef<'a>, Error> {
    let content = bytes.get(usize::from(found.header)..).ok_or_else(|| Problem::Short.of(found.kind, found.offset))?;
    Ok(BoxRef { kind: found.kind, offset: found.offset, header: found.header, content })
}

fn clocks(movie: &Movie) -> Result<Vec<Clock>, Error> {
    let mut clocks: Vec<Clock> = movie
        .tracks()?
        .iter()
        .map(|track| Clock { track: track.id, timescale: track.timescale, default_duration: 0 })
        .collect();
    let mvex = movie.moov_box()?.child(b"mvex")?;
    for trex in mvex.map(BoxRef::children).into_iter().flatten() {
        let trex = trex?;
        if trex.kind != b"trex" {
            continue;
        }
        let (track, duration) = trex.read(|mut fields| {
            fields.full_box()?;
            let track = fields.u32()?;
            fields.skip(4)?;
            Ok((track, fields.u32()?))
        })?;
        for clock in clocks.iter_mut().filter(|clock| clock.track == track) {
            clock.default_duration = duration;
        }
    }
    Ok(clocks)
}

/// When a fragment of a track ends, in seconds. `None`: it does not say when it begins.
fn end_of(traf: BoxRef<'_>, clocks: &[Clock]) -> Result<Option<f64>, Error> {
    let (track, default) = traf.required(b"tfhd")?.read(|mut fields| {
        let (_, flags) = fields.full_box()?;
        let track = fields.u32()?;
        fields.skip(if flags & 1 == 0 { 0 } else { 8 } + if flags & 2 == 0 { 0 } else { 4 })?;
        Ok((track, if flags & 8 == 0 { None } else { Some(fields.u32()?) }))
    })?;
    let Some(clock) = clocks.iter().find(|clock| clock.track == track) else { return Ok(None) };
    let Some(tfdt) = traf.child(b"tfdt")? else { return Ok(None) };
    let mut ticks = tfdt.read(|mut fields| {
        let (version, _) = fields.full_box()?;
        if version == 1 { fields.u64() } else { fields.u32().map(u64::from) }
    })?;
    for trun in traf.children().collect::<Result<Vec<_>, _>>()?.into_iter().filter(|found| found.kind == b"trun") {
        let default = default.unwrap_or(clock.default_duration);
        ticks = ticks.saturating_add(trun.read(|fields| run_duration(fields, default))?);
    }
    Ok(Some(crate::time::seconds(ticks, clock.timescale)))
}

/// `trun`: the sum of its samples' durations.
fn run_duration(mut fields: Fields<'_>, default: u32) -> Result<u64, Problem> {
    let (_, flags) = fields.full_box()?;
    let count = fields.u32()?;
    fields.skip(if flags & 1 == 0 { 0 } else { 4 } + if flags & 4 == 0 { 0 } else { 4 })?;
    if flags & 0x100 == 0 {
        return Ok(u64::from(count) * u64::from(default));
    }
    let others = (flags >> 9 & 7).count_ones() as usize * 4;
    let mut ticks = 0u64;
    for _ in 0..count {
        ticks = ticks.saturating_add(fields.u32()?.into());
        fields.skip(others)?;
    }
    Ok(ticks)
}
