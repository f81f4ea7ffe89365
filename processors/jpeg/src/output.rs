//! From the components' rows to rows of pixels.

use crate::colour::ycbcr_to_rgb;
use crate::header::Colours;
use crate::plane::Plane;
use crate::upsample::{self, Upsampling};

/// Makes rows of pixels, with what it needs of memory.
pub(crate) struct Output {
    colours: Colours,
    upsampling: Upsampling,
    /// Rows of chroma, upsampled; one sample more than a row where that makes it even.
    chroma: [Vec<u8>; 2],
    sums: Vec<u16>,
}

impl Output {
    pub(crate) fn new(colours: Colours, planes: &[Plane], eighths: u8) -> Self {
        let (upsampling, width) = match planes {
            [_, chroma, ..] => {
                let shape = chroma.shape;
                (Upsampling::new(shape.upsampling, shape.width, eighths), shape.width)
            }
            _ => (Upsampling::None, 0),
        };
        let sums = if upsampling == Upsampling::Both { width } else { 0 };
        Self { colours, upsampling, chroma: [vec![0; 2 * width], vec![0; 2 * width]], sums: vec![0; sums] }
    }

    /// How many rows of a row of MCUs have to wait for the next.
    pub(crate) fn lag(&self) -> usize {
        usize::from(matches!(self.upsampling, Upsampling::Down | Upsampling::Both))
    }

    /// Makes the row `row`, counted from the picture's first, while `mcu_row` is the current row of MCUs.
    pub(crate) fn row(&mut self, planes: &[Plane], mcu_row: usize, row: usize, pixels: &mut [u8]) {
        let [luma, blue, red] = planes else {
            if let [grey] = planes {
                pixels.iter_mut().zip(grey.row(mcu_row, row)).for_each(|(pixel, sample)| *pixel = *sample);
            }
            return;
        };
        let luma = luma.row(mcu_row, row);
        let [wide_blue, wide_red] = &mut self.chroma;
        let blue = chroma(self.upsampling, blue, mcu_row, row, wide_blue, &mut self.sums);
        let red = chroma(self.upsampling, red, mcu_row, row, wide_red, &mut self.sums);
        let (blue, red) = (blue.get(..luma.len()).unwrap_or_default(), red.get(..luma.len()).unwrap_or_default());
        if self.colours == Colours::YCbCr {
            ycbcr_to_rgb(luma, blue, red, pixels);
        } else {
            let samples = luma.iter().zip(blue).zip(red);
            for (pixel, ((first, second), third)) in pixels.as_chunks_mut::<3>().0.iter_mut().zip(samples) {
                *pixel = [*first, *second, *third];
            }
        }
    }
}

/// A row of chroma for a row of pixels.
fn chroma<'a>(
    upsampling: Upsampling,
    plane: &'a Plane,
    mcu_row: usize,
    row: usize,
    wide: &'a mut [u8],
    sums: &mut [u16],
) -> &'a [u8] {
    let (across, down) = plane.shape.upsampling;
    let near = row / down;
    let lower = row % down == 1;
    // The neighbour above the first is the first.
    let far = if lower { near + 1 } else { near.saturating_sub(1) };
    let this = plane.row(mcu_row, near);
    match upsampling {
        Upsampling::None => return this,
        Upsampling::Repeat if across == 1 => return this,
        Upsampling::Repeat => upsample::repeat(this, wide),
        Upsampling::Across => upsample::across(this, wide),
        Upsampling::Down => upsample::down(this, plane.row(mcu_row, far), lower, wide),
        Upsampling::Both => upsample::both(this, plane.row(mcu_row, far), sums, wide),
    }
    wide
}
