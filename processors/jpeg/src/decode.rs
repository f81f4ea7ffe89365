//! The way from a header to rows of pixels.

use std::ops::ControlFlow;

use crate::damage::{Damage, Failure};
use crate::geometry::{Scale, Size, shapes};
use crate::header::Header;
use crate::output::Output;
use crate::plane::Plane;
use crate::scan::{Codings, Scan, Transform};

/// Some whole rows of the picture.
#[derive(Clone, Copy, Debug)]
pub struct Band<'a> {
    /// The number of the first, counted from 0.
    pub first_row: u32,
    /// Width by [`Header::channels`] bytes for each row: red, green and blue of each pixel, or its grey.
    pub pixels: &'a [u8],
}

impl Header<'_> {
    /// Decodes the picture at a scale, handing over all its rows in order, up to 17 at a time. In memory are those and the
    /// components' samples that they are made of.
    ///
    /// # Errors
    /// [`Failure::Stopped`] as soon as `sink` breaks off. [`Failure::Damaged`] after the last row: all have been handed over then, and
    /// what could not be read is grey.
    pub fn decode(&self, scale: Scale, mut sink: impl FnMut(Band<'_>) -> ControlFlow<()>) -> Result<(), Failure> {
        let Size { width, height } = self.size().scaled(scale);
        let (row_bytes, height) = (width as usize * self.channels(), height as usize);
        let [luma, chroma] = shapes(self.size(), self.sampling(), scale);
        let mcus = (self.size().width as usize).div_ceil(8 * luma.blocks.0);
        let mcu_rows = (self.size().height as usize).div_ceil(8 * luma.blocks.1);
        let shapes = [luma, chroma, chroma];
        let mut planes: Vec<Plane> =
            self.components.iter().zip(shapes).map(|(_, shape)| Plane::new(shape, mcus)).collect();

        let codings = Codings::new(self);
        let transforms =
            self.components.iter().zip(shapes).map(|(component, shape)| Transform::new(component, shape.points));
        let transforms: Vec<Transform> = transforms.collect();
        let mut scan = Scan::new(self, &codings, &transforms);

        let rows_of_mcu = luma.blocks.1 * luma.points;
        let mut output = Output::new(self.colours(), &planes, scale.eighths());
        let mut band = vec![0; row_bytes * (rows_of_mcu + output.lag()).min(height)];
        let mut damage = None;
        let mut first = 0;
        for mcu_row in 0..mcu_rows {
            planes.iter_mut().for_each(Plane::keep_last_row);
            if let Some(fault) = scan.row(mcus, &mut planes) {
                damage.get_or_insert(Damage { fault, row: (mcu_row * rows_of_mcu) as u32 });
            }
            let end = if mcu_row + 1 == mcu_rows { height } else { (mcu_row + 1) * rows_of_mcu - output.lag() };
            let rows = end.saturating_sub(first);
            let pixels = band.get_mut(..rows * row_bytes).unwrap_or_default();
            for (row, pixels) in (first..).zip(pixels.chunks_exact_mut(row_bytes)) {
                output.row(&planes, mcu_row, row, pixels);
            }
            if rows > 0 && sink(Band { first_row: first as u32, pixels }).is_break() {
                return Err(Failure::Stopped);
            }
            first = end;
        }
        damage.map_or(Ok(()), |damage| Err(Failure::Damaged(damage)))
    }

    /// Decodes the whole picture at a scale into `pixels`, row by row without gaps.
    ///
    /// # Errors
    /// As [`Header::decode`], and [`Failure::Buffer`].
    pub fn decode_into(&self, scale: Scale, pixels: &mut [u8]) -> Result<(), Failure> {
        let Size { width, height } = self.size().scaled(scale);
        let row_bytes = width as usize * self.channels();
        let expected = row_bytes * height as usize;
        if pixels.len() != expected {
            return Err(Failure::Buffer { expected, actual: pixels.len() });
        }
        self.decode(scale, |band| {
            let from = band.first_row as usize * row_bytes;
            let place = pixels.get_mut(from..from + band.pixels.len()).unwrap_or_default();
            place.copy_from_slice(band.pixels);
            ControlFlow::Continue(())
        })
    }
}
