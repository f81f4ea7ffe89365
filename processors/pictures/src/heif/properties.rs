use image::metadata::Orientation;

use super::items::size_of;
use crate::geometry::Size;

/// What is said of a picture (ISO/IEC 23008-12, 6.5).
#[derive(Debug, Default)]
pub(crate) struct Properties {
    pub size: Option<Size>,
    /// Quarter turns clockwise, and whether it is then mirrored left to right.
    turn: (u8, bool),
    /// A part of it is cut out.
    pub cut: bool,
    pub profile: Option<Vec<u8>>,
    /// Primaries and transfer characteristics (ITU-T H.273).
    pub codes: Option<(u16, u16)>,
}

impl Properties {
    pub(super) fn of<'a>(listed: impl IntoIterator<Item = ([u8; 4], &'a [u8])>) -> Self {
        let mut found = Self::default();
        listed.into_iter().for_each(|(kind, body)| found.property(kind, body));
        found
    }

    fn property(&mut self, kind: [u8; 4], body: &[u8]) {
        let (turns, mirrored) = self.turn;
        match (&kind, body) {
            (b"ispe", _) => self.size = size_of(kind, body).or(self.size),
            (b"clap", _) => self.cut = true,
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
            (b"colr", [b'n', b'c', b'l', b'x', primaries @ ..]) => {
                self.codes = primaries
                    .first_chunk::<4>()
                    .map(|[p1, p0, t1, t0]| (u16::from_be_bytes([*p1, *p0]), u16::from_be_bytes([*t1, *t0])))
                    .or(self.codes);
            }
            _ => {}
        }
    }

    pub fn orientation(&self) -> Orientation {
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
