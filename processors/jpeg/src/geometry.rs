//! How large a picture and its components come out (libjpeg's `jpeg_core_output_dimensions`).

use crate::header::Sampling;

/// How large the result is, in eighths of the stored picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scale {
    /// 1/8: the mean of every block.
    Eighth = 1,
    /// 2/8
    Quarter = 2,
    /// 3/8, not much quicker than 1/2.
    ThreeEighths = 3,
    /// 4/8
    Half = 4,
    /// 5/8, slower than all of it.
    FiveEighths = 5,
    /// 6/8, slower than all of it.
    ThreeQuarters = 6,
    /// 7/8, slower than all of it.
    SevenEighths = 7,
    /// 8/8
    Full = 8,
}

impl Scale {
    /// From the smallest to the largest.
    pub const ALL: [Self; 8] = [
        Self::Eighth,
        Self::Quarter,
        Self::ThreeEighths,
        Self::Half,
        Self::FiveEighths,
        Self::ThreeQuarters,
        Self::SevenEighths,
        Self::Full,
    ];

    /// From 1 to 8.
    pub fn eighths(self) -> u8 {
        self as u8
    }
}

/// A picture's size, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Pixels of a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Size {
    /// What a picture of this size comes out as. Parts of pixels count as whole ones.
    #[must_use]
    pub fn scaled(self, scale: Scale) -> Self {
        let scaled = |length: u32| (u64::from(length) * u64::from(scale.eighths())).div_ceil(8);
        // At most what went in.
        let scaled = |length| u32::try_from(scaled(length)).unwrap_or(length);
        Self { width: scaled(self.width), height: scaled(self.height) }
    }
}

/// How a component comes out of its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Blocks of an MCU, across and down.
    pub(crate) blocks: (usize, usize),
    /// Samples that a block comes out as, across and down: 1 to 14.
    pub(crate) points: usize,
    /// Samples of the whole component.
    pub(crate) width: usize,
    /// Rows of samples of the whole component.
    pub(crate) height: usize,
    /// Pixels for each sample, across and down: 1 or 2.
    pub(crate) upsampling: (usize, usize),
}

/// Of luma (or the only component), and of both components of chroma.
pub(crate) fn shapes(size: Size, sampling: Sampling, scale: Scale) -> [Shape; 2] {
    let (across, down) = (usize::from(sampling.horizontal), usize::from(sampling.vertical));
    let points = usize::from(scale.eighths());
    let scaled = size.scaled(scale);
    let (width, height) = (scaled.width as usize, scaled.height as usize);
    let luma = Shape { blocks: (across, down), points, width, height, upsampling: (1, 1) };
    // Chroma that is halved both ways comes out of a larger IDCT instead of being upsampled.
    let doubled = (across, down) == (2, 2) && scale != Scale::Full;
    let chroma = if doubled {
        Shape { blocks: (1, 1), points: 2 * points, ..luma }
    } else {
        let chroma = |length: u32, factor| (length as usize * points).div_ceil(8 * factor);
        Shape {
            blocks: (1, 1),
            points,
            width: chroma(size.width, across),
            height: chroma(size.height, down),
            upsampling: (across, down),
        }
    };
    [luma, chroma]
}
