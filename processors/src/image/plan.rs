use image::metadata::Orientation;

use super::MAX_PIXELS;
use crate::Refusal;

/// The longest side of `thumb`, in pixels.
const THUMB_SIDE: u32 = 480;
/// The width of `w1280`, in pixels.
const WIDE: u32 = 1280;
/// The longest side that a WebP can have.
const WEBP_SIDE: u32 = 16_383;

/// Pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// What a picture's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The pixels as they are stored, before turning.
    pub stored: Size,
    /// How they have to be turned to stand upright.
    pub orientation: Orientation,
}

/// What is to be made of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImagePlan {
    /// The size to which the stored pixels are reduced; turned, they are `wide`.
    pub reduced: Size,
    /// The turn that follows.
    pub orientation: Orientation,
    /// `w1280`, upright: at most 1280 wide, never enlarged.
    pub wide: Size,
    /// `thumb`, upright: at most 480 on its longest side, made from `wide`.
    pub thumb: Size,
}

impl Size {
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
}

/// The poster's and the wide picture's size.
pub(crate) fn wide(shown: Size) -> Size {
    shown.within(WIDE, WEBP_SIDE)
}

/// The thumbnail's size.
pub(crate) fn thumb(shown: Size) -> Size {
    shown.within(THUMB_SIDE, THUMB_SIDE)
}

/// Decides what is made of a picture, from its header alone.
///
/// # Errors
/// [`Refusal::ImagePixels`] where it has more pixels than are decoded, [`Refusal::ImageDamaged`] where it has none.
pub fn plan(facts: Facts) -> Result<ImagePlan, Refusal> {
    let pixels = u64::from(facts.stored.width) * u64::from(facts.stored.height);
    if pixels == 0 {
        return Err(Refusal::ImageDamaged("it has no pixels"));
    }
    if pixels > MAX_PIXELS {
        return Err(Refusal::ImagePixels(pixels));
    }
    let wide = wide(facts.stored.turned(facts.orientation));
    Ok(ImagePlan { reduced: wide.turned(facts.orientation), orientation: facts.orientation, wide, thumb: thumb(wide) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn size(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    #[test]
    fn geometry() {
        use Orientation::{NoTransforms, Rotate90, Rotate180, Rotate270FlipH};
        // stored, orientation, reduced, wide, thumb
        let table = [
            (size(6000, 4000), NoTransforms, size(1280, 853), size(1280, 853), size(480, 320)),
            (size(6000, 4000), Rotate180, size(1280, 853), size(1280, 853), size(480, 320)),
            // A portrait, stored lying: 1280 is its width as shown.
            (size(6000, 4000), Rotate90, size(1920, 1280), size(1280, 1920), size(320, 480)),
            (size(6000, 4000), Rotate270FlipH, size(1920, 1280), size(1280, 1920), size(320, 480)),
            (size(1280, 720), NoTransforms, size(1280, 720), size(1280, 720), size(480, 270)),
            // Small ones stay as they are.
            (size(300, 200), NoTransforms, size(300, 200), size(300, 200), size(300, 200)),
            (size(1, 1), Rotate90, size(1, 1), size(1, 1), size(1, 1)),
            // Extreme shapes keep one pixel and fit into a WebP.
            (size(100_000, 10), NoTransforms, size(1280, 1), size(1280, 1), size(480, 1)),
            (size(1000, 60_000), NoTransforms, size(273, 16_383), size(273, 16_383), size(8, 480)),
            (size(60_000, 1000), Rotate90, size(16_383, 273), size(273, 16_383), size(8, 480)),
        ];
        for (stored, orientation, reduced, wide, thumb) in table {
            let planned = plan(Facts { stored, orientation }).unwrap();
            assert_eq!(planned, ImagePlan { reduced, orientation, wide, thumb }, "{stored:?} {orientation:?}");
        }
    }

    #[test]
    fn too_many_pixels_are_refused_before_decoding() {
        let of = |width, height| plan(Facts { stored: size(width, height), orientation: Orientation::NoTransforms });
        assert!(of(10_000, 10_000).is_ok());
        assert_eq!(of(10_001, 10_000), Err(Refusal::ImagePixels(100_010_000)));
        assert_eq!(of(u32::MAX, u32::MAX), Err(Refusal::ImagePixels(u64::from(u32::MAX) * u64::from(u32::MAX))));
        assert_eq!(of(0, 10), Err(Refusal::ImageDamaged("it has no pixels")));
    }
}
