use std::borrow::Cow;

use super::Heif;
use super::boxes::{Boxes, Fields, child, number};
use crate::geometry::Size;

/// A picture in tiles (ISO/IEC 23008-12, 6.6.2.3).
pub(crate) struct Grid {
    /// The picture's size: what of the tiles is shown.
    pub size: Size,
    /// Every tile's size.
    pub tile: Size,
    /// Tiles in a row; not 0.
    pub columns: usize,
    /// The tiles' items, row after row.
    pub tiles: Vec<u32>,
}

impl<'a> Heif<'a> {
    /// The picture's tiles, where it has some, all coded as HEVC, and as many as it says.
    pub fn grid(&self) -> Option<Grid> {
        if self.kind(self.primary)? != *b"grid" {
            return None;
        }
        let layout = self.data(self.primary)?;
        let [_, flags, rows, columns, sides @ ..] = &*layout else { return None };
        let wide = if flags & 1 == 1 { 4 } else { 2 };
        let mut sides = Fields(sides);
        let size = Size { width: sides.short(wide)?, height: sides.short(wide)? };
        let (rows, columns) = (usize::from(*rows) + 1, usize::from(*columns) + 1);
        let tiles = self.made_of(self.primary)?;
        if tiles.len() != rows * columns || !tiles.iter().all(|tile| self.kind(*tile) == Some(*b"hvc1")) {
            return None;
        }
        let tile = self.listed(*tiles.first()?)?.into_iter().find_map(|(kind, body)| size_of(kind, body))?;
        let covers = |tile: u32, count: usize, side: u32| tile > 0 && u64::from(tile) * count as u64 >= u64::from(side);
        (covers(tile.width, columns, size.width) && covers(tile.height, rows, size.height)).then_some(Grid {
            size,
            tile,
            columns,
            tiles,
        })
    }

    /// An item's properties in their order: their kinds and contents (ISO/IEC 23008-12, 9.3).
    pub(super) fn listed(&self, item: u32) -> Option<Vec<([u8; 4], &'a [u8])>> {
        let properties = child(self.meta, *b"iprp")?;
        let all: Vec<([u8; 4], &[u8])> = Boxes(child(properties, *b"ipco")?).collect();
        let numbers = associated(child(properties, *b"ipma")?, item)?;
        Some(numbers.into_iter().filter_map(|index| all.get(index.checked_sub(1)?).copied()).collect())
    }

    /// An item's data (ISO/IEC 14496-12, 8.11.3); extents one after the other.
    pub(super) fn data(&self, item: u32) -> Option<Cow<'a, [u8]>> {
        let (version, mut fields) = Fields::versioned(child(self.meta, *b"iloc")?)?;
        let sizes = fields.short(2)?;
        let size = |shift: u32| (sizes >> shift & 15) as usize;
        let wide = if version < 2 { 2 } else { 4 };
        for _ in 0..fields.short(wide)? {
            let id = fields.short(wide)?;
            let method = if version == 0 { 0 } else { fields.short(2)? & 15 };
            fields.bytes(2)?;
            let (base, extents) = (fields.number(size(4))?, fields.short(2)?);
            let from = match method {
                0 => self.bytes,
                1 => child(self.meta, *b"idat").unwrap_or_default(),
                _ => &[],
            };
            let mut parts: Vec<&'a [u8]> = Vec::new();
            for _ in 0..extents {
                if version > 0 {
                    fields.number(size(0))?;
                }
                let start = usize::try_from(base.checked_add(fields.number(size(12))?)?).ok()?;
                let length = usize::try_from(fields.number(size(8))?).ok()?;
                if id == item {
                    parts.push(from.get(start..)?.get(..length)?);
                }
            }
            match parts.as_slice() {
                [] => {}
                [one] => return Some(Cow::Borrowed(one)),
                several => return Some(Cow::Owned(several.concat())),
            }
        }
        None
    }

    fn kind(&self, item: u32) -> Option<[u8; 4]> {
        let (version, mut fields) = Fields::versioned(child(self.meta, *b"iinf")?)?;
        fields.bytes(if version == 0 { 2 } else { 4 })?;
        Boxes(fields.0).filter(|(kind, _)| kind == b"infe").find_map(|(_, body)| {
            let (version, mut fields) = Fields::versioned(body)?;
            let id = fields.short(if version < 3 { 2 } else { 4 })?;
            fields.bytes(2)?;
            (id == item && version >= 2).then(|| fields.bytes(4)?.first_chunk().copied())?
        })
    }

    /// The items that an item is derived from.
    fn made_of(&self, item: u32) -> Option<Vec<u32>> {
        let (version, fields) = Fields::versioned(child(self.meta, *b"iref")?)?;
        let wide = if version == 0 { 2 } else { 4 };
        Boxes(fields.0).filter(|(kind, _)| kind == b"dimg").find_map(|(_, body)| {
            let mut fields = Fields(body);
            if fields.short(wide)? != item {
                return None;
            }
            let count = fields.short(2)?;
            (0..count).map(|_| fields.short(wide)).collect()
        })
    }
}

/// What `ispe` says.
pub(super) fn size_of(kind: [u8; 4], body: &[u8]) -> Option<Size> {
    let [_, _, _, _, sides @ ..] = body else { return None };
    let (width, height) = (sides.get(..4)?, sides.get(4..8)?);
    (kind == *b"ispe").then(|| Size { width: number(width), height: number(height) })
}

/// The property numbers of an item, in their order (ISO/IEC 23008-12, 9.3.1).
fn associated(body: &[u8], item: u32) -> Option<Vec<usize>> {
    let [version, _, _, flags, c3, c2, c1, c0, rest @ ..] = body else { return None };
    let mut rest = rest;
    for _ in 0..u32::from_be_bytes([*c3, *c2, *c1, *c0]) {
        let (id, after) = rest.split_at_checked(if *version == 0 { 2 } else { 4 })?;
        let (count, after) = after.split_first()?;
        let wide = flags & 1 == 1;
        let (indexes, after) = after.split_at_checked(usize::from(*count) * if wide { 2 } else { 1 })?;
        if number(id) == item {
            // The highest bit says that the property must not be passed over.
            let mask = if wide { 0x7FFF } else { 0x7F };
            return Some(indexes.chunks(if wide { 2 } else { 1 }).map(|i| number(i) as usize & mask).collect());
        }
        rest = after;
    }
    None
}
