//! The index with every place in it moved.

use std::collections::BTreeMap;

use super::Refusal;
use super::space::{Space, Target};
use super::tables::OffsetTable;
use crate::boxes::{Extent, FourCc, Header};
use crate::error::{Error, Problem};
use crate::movie::Movie;

/// Which tables grow.
#[derive(Debug)]
pub(super) struct Rewrite {
    /// In the order of the file.
    tables: Vec<Planned>,
    /// Where each of them ends, and by how many bytes it and those before it grow.
    steps: Vec<(usize, usize)>,
    /// By how many bytes the index grows altogether.
    growth: u64,
}

#[derive(Debug)]
struct Planned {
    table: OffsetTable,
    /// By how many bytes; 0 for what stays as wide as it is.
    growth: usize,
}

impl Rewrite {
    /// Decides which tables need 64-bit places. A table that grows moves all media data, which may make another one grow: repeated
    /// until nothing changes, which it does after as many rounds as there are tables at most.
    pub fn plan(movie: &Movie, tables: Vec<OffsetTable>, space: &Space) -> Result<Result<Self, Refusal>, Error> {
        let mut planned = Vec::with_capacity(tables.len());
        let offset = movie.moov_box()?.offset;
        for table in tables {
            match farthest(&movie.moov, &table, space, offset) {
                Ok(place) => planned.push((place, Planned { table, growth: 0 })),
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
        let mut growth = 0u64;
        loop {
            let before = growth;
            for (place, planned) in &mut planned {
                let fits = u32::try_from(place.saturating_add(growth)).is_ok();
                if !planned.table.wide && planned.growth == 0 && !fits {
                    planned.growth = planned.table.count.saturating_mul(4);
                    growth = growth.saturating_add(planned.growth as u64);
                }
            }
            if growth == before {
                break;
            }
        }
        let bytes = growth.saturating_add(movie.moov.len() as u64);
        if bytes > movie.limits.moov_bytes {
            return Err(Error::TooLarge { kind: FourCc(*b"moov"), bytes, limit: movie.limits.moov_bytes });
        }
        let tables: Vec<Planned> = planned.into_iter().map(|(_, planned)| planned).collect();
        let mut behind = 0;
        let steps = tables.iter().map(|planned| {
            behind += planned.growth;
            (planned.table.end, behind)
        });
        Ok(Ok(Self { steps: steps.collect(), tables, growth }))
    }

    pub fn widened(&self) -> usize {
        self.tables.iter().filter(|planned| planned.growth > 0).count()
    }

    /// `ftyp` and the new index.
    pub fn head(&self, movie: &Movie, space: &Space) -> Result<Vec<u8>, Error> {
        let ftyp = movie.ftyp.as_deref().unwrap_or_default();
        let moov = movie.moov_box()?;
        let short = || moov.error(Problem::Short);
        let growth = usize::try_from(self.growth).map_err(|_| short())?;
        let mut head = Vec::with_capacity(ftyp.len() + movie.moov.len() + growth);
        head.extend_from_slice(ftyp);
        let mut copied = 0;
        for planned in &self.tables {
            let table = &planned.table;
            head.extend_from_slice(movie.moov.get(copied..table.entries).ok_or_else(short)?);
            if planned.growth > 0 {
                widen_type(&mut head, table.entries - table.start, table.kind).ok_or_else(short)?;
            }
            for place in table.places(&movie.moov) {
                let target = self.target(space, place).ok_or_else(short)?;
                if table.wide || planned.growth > 0 {
                    head.extend_from_slice(&target.to_be_bytes());
                } else {
                    // The plan made sure that it fits.
                    head.extend_from_slice(&u32::try_from(target).map_err(|_| short())?.to_be_bytes());
                }
            }
            copied = table.entries + table.count * table.entry_bytes();
        }
        head.extend_from_slice(movie.moov.get(copied..).ok_or_else(short)?);
        self.resize(&mut head, ftyp.len(), movie)?;
        Ok(head)
    }

    /// Where a place of the source goes.
    fn target(&self, space: &Space, place: u64) -> Option<u64> {
        match space.target(place)? {
            Target::Copied(target) => target.checked_add(self.growth),
            Target::Index(inside) => {
                let inside = usize::try_from(inside).ok()?;
                space.index_start().checked_add(self.moved(inside) as u64)
            }
        }
    }

    /// Where a position in the index goes.
    fn moved(&self, inside: usize) -> usize {
        let next = self.steps.partition_point(|(end, _)| *end <= inside);
        let before = next.checked_sub(1).and_then(|last| self.steps.get(last));
        before.map_or(inside, |(_, growth)| inside.saturating_add(*growth))
    }

    /// Adds to the sizes of the tables that grow and of what is around them, and gives the index a size of its own.
    fn resize(&self, head: &mut [u8], moov_start: usize, movie: &Movie) -> Result<(), Error> {
        let mut growths = BTreeMap::from([(0, 0)]);
        for planned in &self.tables {
            for start in planned.table.around.into_iter().chain([0, planned.table.start]) {
                *growths.entry(start).or_insert(0) += planned.growth as u64;
            }
        }
        for (start, growth) in growths {
            let header = movie.moov.get(start..).map(Header::parse);
            let resized = match header {
                Some(Ok(header)) => {
                    let size = match header.extent {
                        Extent::Bytes(size) => size,
                        Extent::ToTheEnd => movie.moov.len() as u64,
                    };
                    write_size(head, moov_start + self.moved(start), header, size.saturating_add(growth))
                }
                _ => None,
            };
            resized.ok_or_else(|| Problem::Short.of(FourCc(*b"moov"), start as u64))?;
        }
        Ok(())
    }
}

/// The largest place that a table will name, before the index grows.
fn farthest(moov: &[u8], table: &OffsetTable, space: &Space, moov_offset: u64) -> Result<u64, Refusal> {
    let mut farthest = 0;
    for place in table.places(moov) {
        let target = match space.target(place) {
            Some(Target::Copied(target)) => target,
            // Encrypted films keep what `saio` points to in the index itself. It never comes to lie beyond 4 GiB there.
            Some(Target::Index(_)) if table.kind == b"saio" => 0,
            _ => return Err(Refusal::outside(table.kind, moov_offset.saturating_add(table.start as u64), place)),
        };
        farthest = farthest.max(target);
    }
    Ok(farthest)
}

/// Makes the box whose first `length` bytes end what is written so far one of 64-bit places.
fn widen_type(head: &mut [u8], length: usize, kind: FourCc) -> Option<()> {
    let start = head.len().checked_sub(length)?;
    if kind == b"stco" {
        head.get_mut(start + 4..start + 8)?.copy_from_slice(b"co64");
    } else {
        // `saio`: version 1, behind a header of 8 or 16 bytes.
        let header = Header::parse(head.get(start..)?).ok()?;
        *head.get_mut(start + usize::from(header.length))? = 1;
    }
    Some(())
}

fn write_size(head: &mut [u8], start: usize, header: Header, size: u64) -> Option<()> {
    if header.length == 16 {
        head.get_mut(start + 8..start + 16)?.copy_from_slice(&size.to_be_bytes());
    } else {
        head.get_mut(start..start + 4)?.copy_from_slice(&u32::try_from(size).ok()?.to_be_bytes());
    }
    Some(())
}
