use image::metadata::Orientation;
use sniff::Picture;

use super::{Facts, HEADER, Reading};
use crate::decode::heic_refusal;
use crate::geometry::Size;
use crate::refusal::Refusal;

/// What is said of the primary picture (ISO/IEC 23008-12, 6.5).
#[derive(Debug, Default)]
struct Properties {
    size: Option<Size>,
    /// Quarter turns clockwise, and whether it is then mirrored left to right.
    turn: (u8, bool),
    profile: Option<Vec<u8>>,
    /// Primaries and transfer characteristics (ITU-T H.273).
    codes: Option<(u16, u16)>,
}

pub(super) fn facts(bytes: &[u8], format: Picture) -> Result<Facts, Refusal> {
    let properties = Properties::read(bytes).unwrap_or_default();
    let (stored, orientation, exif, pixel) = if format == Picture::Heic {
        // Its decoder turns by itself, and holds samples of four bytes beside the picture that it gives.
        let info = heic_decoder::probe(bytes).map_err(|e| heic_refusal(&e))?;
        let pixels = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
        let exif = heic_decoder::read_metadata(bytes).ok().and_then(|m| m.exif);
        let size = Size { width: pixels(info.width), height: pixels(info.height) };
        (size, Orientation::NoTransforms, exif, if info.bit_depth_luma > 8 { 12 } else { 9 })
    } else {
        (properties.size.ok_or(HEADER)?, properties.orientation(), None, 8)
    };
    let reading = Reading::Whole { pixel };
    let codes = properties.codes;
    let profile = properties.profile;
    Ok(Facts { format, stored, orientation, frames: 1, reading, truncated: false, exif, profile, codes })
}

impl Properties {
    fn read(bytes: &[u8]) -> Option<Self> {
        let meta = child(bytes, *b"meta")?.get(4..)?;
        let primary = match child(meta, *b"pitm")? {
            [0, _, _, _, high, low, ..] => u32::from(u16::from_be_bytes([*high, *low])),
            [_, _, _, _, id @ ..] => number(id.get(..4)?),
            _ => return None,
        };
        let properties = child(meta, *b"iprp")?;
        let all: Vec<([u8; 4], &[u8])> = Boxes(child(properties, *b"ipco")?).collect();
        let mut found = Self::default();
        for index in associated(child(properties, *b"ipma")?, primary)? {
            if let Some((kind, body)) = index.checked_sub(1).and_then(|i| all.get(i)) {
                found.property(*kind, body);
            }
        }
        Some(found)
    }

    fn property(&mut self, kind: [u8; 4], body: &[u8]) {
        let (turns, mirrored) = self.turn;
        match (&kind, body) {
            (b"ispe", [_, _, _, _, sides @ ..]) if sides.len() >= 8 => {
                let (width, height) = sides.split_at(4);
                self.size = Some(Size { width: number(width), height: number(height.get(..4).unwrap_or_default()) });
            }
            // Quarter turns anticlockwise; what is mirrored turns the other way.
            (b"irot", [angle, ..]) => {
                let clockwise = (4 - (angle & 3)) % 4;
                self.turn = (if mirrored { turns + 4 - clockwise } else { turns + clockwise } % 4, mirrored);
            }
            // 0: top and bottom change places, which is half a turn more than left and right.
            (b"imir", [axis, ..]) => self.turn = (if axis & 1 == 0 { turns + 2 } else { turns } % 4, !mirrored),
            (b"colr", [b'p', b'r', b'o', b'f', profile @ ..] | [b'r', b'I', b'C', b'C', profile @ ..]) => {
                self.profile = Some(profile.to_vec());
            }
            (b"colr", [b'n', b'c', b'l', b'x', p1, p0, t1, t0, ..]) => {
                self.codes = Some((u16::from_be_bytes([*p1, *p0]), u16::from_be_bytes([*t1, *t0])));
            }
            _ => {}
        }
    }

    fn orientation(&self) -> Orientation {
        match self.turn {
            (1, false) => Orientation::Rotate90,
            (2, false) => Orientation::Rotate180,
            (3, false) => Orientation::Rotate270,
            (0, true) => Orientation::FlipHorizontal,
            (1, true) => Orientation::Rotate90FlipH,
            (2, true) => Orientation::FlipVertical,
            (3, true) => Orientation::Rotate270FlipH,
            _ => Orientation::NoTransforms,
        }
    }
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

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

fn child(bytes: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    Boxes(bytes).find(|(found, _)| *found == kind).map(|(_, body)| body)
}

/// The boxes that stand one after the other, each with its content.
struct Boxes<'a>(&'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (size, rest) = self.0.split_first_chunk::<4>()?;
        let (kind, rest) = rest.split_first_chunk::<4>()?;
        let (size, body) = match u32::from_be_bytes(*size) {
            0 => (rest.len(), rest),
            1 => {
                let (large, rest) = rest.split_first_chunk::<8>()?;
                (usize::try_from(u64::from_be_bytes(*large)).ok()?.checked_sub(16)?, rest)
            }
            size => ((size as usize).checked_sub(8)?, rest),
        };
        let (body, after) = body.split_at_checked(size)?;
        self.0 = after;
        Some((*kind, body))
    }
}
