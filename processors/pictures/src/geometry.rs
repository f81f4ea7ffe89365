use image::metadata::Orientation;
use serde::{Deserialize, Serialize};

use crate::recipe::Fit;

/// Pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// A part of a picture, in its own pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crop {
    /// The first column, and how many.
    pub x: (f64, f64),
    /// The first row, and how many.
    pub y: (f64, f64),
}

impl Size {
    /// How many pixels that is.
    pub fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// This size with width and height exchanged where the orientation lies on its side.
    #[must_use]
    pub fn turned(self, orientation: Orientation) -> Self {
        match orientation {
            Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH => Self { width: self.height, height: self.width },
            _ => self,
        }
    }

    /// The largest size of the same shape inside `width` × `height`, never larger than this one, never without pixels.
    #[must_use]
    pub fn within(self, width: u32, height: u32) -> Self {
        if self.width <= width && self.height <= height {
            return self;
        }
        let scaled = |side: u32, to: u32, from: u32| {
            let rounded = (u64::from(side) * u64::from(to) + u64::from(from) / 2) / u64::from(from.max(1));
            u32::try_from(rounded).unwrap_or(u32::MAX).clamp(1, side.max(1))
        };
        // Which side binds: width/self.width < height/self.height, without fractions.
        if u64::from(width) * u64::from(self.height) <= u64::from(height) * u64::from(self.width) {
            Self { width, height: scaled(self.height, width, self.width) }
        } else {
            Self { width: scaled(self.width, height, self.height), height }
        }
    }

    /// This size reduced to `numerator` eighths, rounded up as libjpeg does.
    #[must_use]
    pub(crate) fn eighths(self, numerator: u32) -> Self {
        let scaled = |side: u32| {
            let eighths = (u64::from(side) * u64::from(numerator)).div_ceil(8);
            u32::try_from(eighths).unwrap_or(u32::MAX)
        };
        Self { width: scaled(self.width), height: scaled(self.height) }
    }
}

/// The part of an upright picture that a rendition shows, and the rendition's size: `wanted` filled, or less where the part has
/// fewer pixels.
pub(crate) fn fitted(upright: Size, wanted: (u32, Option<u32>), fit: Fit) -> (Crop, Size) {
    let (width, height) = (wanted.0, wanted.1.unwrap_or(crate::recipe::LONGEST_SIDE));
    let whole = Crop { x: (0.0, f64::from(upright.width)), y: (0.0, f64::from(upright.height)) };
    let (across, down) = match fit {
        Fit::Contain => return (whole, upright.within(width, height)),
        Fit::Cover => (0.5, 0.5),
        Fit::CoverAt(x, y) => (x, y),
    };
    // The largest part of the wanted shape.
    let part = Size { width, height };
    let scale = (f64::from(upright.width) / f64::from(width)).min(f64::from(upright.height) / f64::from(height));
    let (part_width, part_height) = (f64::from(width) * scale, f64::from(height) * scale);
    let start = |focus: f64, part: f64, all: u32| {
        let all = f64::from(all);
        (focus * all - part / 2.0).clamp(0.0, (all - part).max(0.0))
    };
    let crop = Crop {
        x: (start(across, part_width, upright.width), part_width),
        y: (start(down, part_height, upright.height), part_height),
    };
    let size = if scale < 1.0 { pixels(part_width, part_height) } else { part };
    (crop, size)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sides of at most 16,383, and not below 1")]
fn pixels(width: f64, height: f64) -> Size {
    Size { width: width.round().max(1.0) as u32, height: height.round().max(1.0) as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    #[test]
    fn contain_keeps_the_shape_and_never_enlarges() {
        // upright, wanted, made
        let table = [
            (size(6000, 4000), (1280, None), size(1280, 853)),
            (size(4000, 6000), (1280, None), size(1280, 1920)),
            (size(300, 200), (640, None), size(300, 200)),
            (size(300, 200), (150, Some(50)), size(75, 50)),
            // Extreme shapes keep one pixel, and fit into a WebP.
            (size(100_000, 10), (1280, None), size(1280, 1)),
            (size(1000, 60_000), (1280, None), size(273, 16_383)),
        ];
        for (upright, wanted, made) in table {
            assert_eq!(fitted(upright, wanted, Fit::Contain).1, made, "{upright:?} in {wanted:?}");
        }
    }

    #[test]
    fn cover_cuts_around_the_point() {
        let of = |upright, fit| fitted(upright, (256, Some(256)), fit);
        let part = |x, y| Crop { x, y };
        assert_eq!(of(size(600, 400), Fit::Cover), (part((100.0, 400.0), (0.0, 400.0)), size(256, 256)));
        // A point near the edge moves the part as far as it goes.
        assert_eq!(of(size(600, 400), Fit::CoverAt(0.9, 0.0)).0, part((200.0, 400.0), (0.0, 400.0)));
        assert_eq!(of(size(400, 600), Fit::CoverAt(0.5, 0.4)).0, part((0.0, 400.0), (40.0, 400.0)));
        // Too small to fill: the part as it is.
        assert_eq!(of(size(100, 80), Fit::Cover), (part((10.0, 80.0), (0.0, 80.0)), size(80, 80)));
        assert_eq!(of(size(1, 5000), Fit::Cover).1, size(1, 1));
    }

    #[test]
    fn eighths_round_up() {
        assert_eq!(size(6000, 4001).eighths(1), size(750, 501));
        assert_eq!(size(1, 1).eighths(8), size(1, 1));
    }
}
