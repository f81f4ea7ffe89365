//! The tables in the index that name places in the file.

use crate::boxes::{BoxRef, Fields, FourCc};
use crate::error::{Error, Problem};

/// `stco`, `co64` or `saio`. Positions are counted from the beginning of the `moov` box, header included.
#[derive(Debug, Clone)]
pub(super) struct OffsetTable {
    pub kind: FourCc,
    /// The whole box.
    pub start: usize,
    pub end: usize,
    /// Its first entry.
    pub entries: usize,
    pub count: usize,
    /// Entries have 64 bits.
    pub wide: bool,
    /// The boxes around it, except for `moov`: `trak`, `mdia`, `minf`, `stbl`.
    pub around: [usize; 4],
}

impl OffsetTable {
    /// How many bytes the entries have.
    pub fn entry_bytes(&self) -> usize {
        if self.wide { 8 } else { 4 }
    }

    /// The places that it names.
    pub fn places<'a>(&self, moov: &'a [u8]) -> impl Iterator<Item = u64> + use<'a> {
        let entries = moov.get(self.entries..).unwrap_or_default();
        let (narrow, wide): (&[[u8; 4]], &[[u8; 8]]) =
            if self.wide { (&[], entries.as_chunks().0) } else { (entries.as_chunks().0, &[]) };
        let narrow = narrow.iter().take(self.count).map(|place| u32::from_be_bytes(*place).into());
        narrow.chain(wide.iter().take(self.count).map(|place| u64::from_be_bytes(*place)))
    }
}

/// All tables, in the order of the file.
pub(super) fn find(moov: BoxRef<'_>, limit: usize) -> Result<Vec<OffsetTable>, Error> {
    let mut tables = Vec::new();
    each_stbl(moov, |path| {
        for found in path[3].children() {
            let found = found?;
            if !matches!(&found.kind.0, b"stco" | b"co64" | b"saio") {
                continue;
            }
            if tables.len() >= limit {
                return Err(Error::TooMany { what: "tables of places", limit });
            }
            let position =
                |found: BoxRef<'_>| usize::try_from(found.offset.saturating_sub(moov.offset)).unwrap_or(usize::MAX);
            tables.push(OffsetTable {
                around: path.map(position),
                ..found.read(|fields| table(found, position(found), fields))?
            });
        }
        Ok(())
    })?;
    Ok(tables)
}

/// Visits every `stbl` box with the boxes around it: `trak`, `mdia`, `minf`, `stbl`. What is there twice is visited twice. What is done
/// at each visit must cost no more than the `stbl` box is long, or many small ones would make it costly.
pub(super) fn each_stbl<'a>(
    moov: BoxRef<'a>,
    mut visit: impl FnMut([BoxRef<'a>; 4]) -> Result<(), Error>,
) -> Result<(), Error> {
    each_minf(moov, |[trak, mdia, minf]| {
        for stbl in named(minf, *b"stbl") {
            visit([trak, mdia, minf, stbl?])?;
        }
        Ok(())
    })
}

/// Visits every `minf` box likewise: `trak`, `mdia`, `minf`.
pub(super) fn each_minf<'a>(
    moov: BoxRef<'a>,
    mut visit: impl FnMut([BoxRef<'a>; 3]) -> Result<(), Error>,
) -> Result<(), Error> {
    for trak in named(moov, *b"trak") {
        let trak = trak?;
        for mdia in named(trak, *b"mdia") {
            let mdia = mdia?;
            for minf in named(mdia, *b"minf") {
                visit([trak, mdia, minf?])?;
            }
        }
    }
    Ok(())
}

fn named(parent: BoxRef<'_>, kind: [u8; 4]) -> impl Iterator<Item = Result<BoxRef<'_>, Error>> {
    parent.children().filter(move |found| found.as_ref().map_or(true, |found| found.kind.0 == kind))
}

fn table(found: BoxRef<'_>, start: usize, mut fields: Fields<'_>) -> Result<OffsetTable, Problem> {
    let (version, flags) = fields.full_box()?;
    let wide = match &found.kind.0 {
        b"stco" => false,
        b"co64" => true,
        _ => {
            // The kind of information, where it is said.
            fields.skip(if flags & 1 == 0 { 0 } else { 8 })?;
            version != 0
        }
    };
    let count = if wide { fields.table::<8>()?.len() } else { fields.table::<4>()?.len() };
    let end = start.saturating_add(usize::try_from(found.size()).unwrap_or(usize::MAX));
    // What is left of the fields begins with the entries.
    let entries = end.saturating_sub(fields.rest().len());
    Ok(OffsetTable { kind: found.kind, start, end, entries, count, wide, around: [0; 4] })
}
