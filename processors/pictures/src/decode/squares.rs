use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};
use png::ColorType;

use super::Pixels;
use crate::geometry::Size;
use crate::refusal::Refusal;

/// Sums of samples, `side` × `side` pixels to one.
pub(super) struct Squares {
    channels: usize,
    side: usize,
    size: Size,
    sums: Vec<u64>,
    in_sum: usize,
    out: Vec<u8>,
    width: usize,
}

impl Squares {
    pub fn new(channels: usize, side: usize, made: Size) -> Self {
        let row = made.width as usize * channels;
        Self {
            channels,
            side,
            size: made,
            sums: vec![0; row],
            in_sum: 0,
            out: Vec::with_capacity(row * made.height as usize),
            width: 0,
        }
    }

    /// A row's samples, pixel after pixel; rows that the picture does not have are nobody's.
    pub fn row(&mut self, samples: &[u16]) {
        let transparent = self.channels.is_multiple_of(2);
        self.width = samples.len() / self.channels.max(1);
        let squares = samples.chunks(self.side * self.channels);
        for (sums, square) in self.sums.chunks_exact_mut(self.channels).zip(squares) {
            for pixel in square.chunks_exact(self.channels) {
                // What is not seen has no share in a colour.
                let alpha = if transparent { pixel.last().copied().map_or(0, u64::from) } else { 0xFFFF };
                let (last, colours) = (self.channels - 1, if transparent { self.channels - 1 } else { self.channels });
                for (sum, sample) in sums.iter_mut().zip(pixel).take(colours) {
                    *sum += u64::from(*sample) * alpha;
                }
                if transparent && let Some(sum) = sums.get_mut(last) {
                    *sum += alpha;
                }
            }
        }
        self.in_sum += 1;
        if self.in_sum == self.side {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.in_sum == 0 {
            return;
        }
        let transparent = self.channels.is_multiple_of(2);
        for (index, sums) in self.sums.chunks_exact_mut(self.channels).enumerate() {
            let columns = self.side.min(self.width.saturating_sub(index * self.side)).max(1);
            let count = (columns * self.in_sum) as u64;
            let weight = if transparent { sums.last().copied().unwrap_or_default() } else { count * 0xFFFF };
            let last = sums.len() - 1;
            for (channel, sum) in sums.iter_mut().enumerate() {
                let mean =
                    if transparent && channel == last { *sum / count } else { sum.checked_div(weight).unwrap_or(0) };
                // 16 bits to 8, rounded: 257 × 255 = 65,535.
                self.out.push(u8::try_from((mean + 128) / 257).unwrap_or(u8::MAX));
                *sum = 0;
            }
        }
        self.in_sum = 0;
    }

    /// What was read; what is missing is grey.
    pub fn finish(mut self, color: ColorType) -> Result<Pixels, Refusal> {
        self.flush();
        self.out.resize(self.size.width as usize * self.size.height as usize * self.channels, 128);
        bytes_to_pixels(color, self.size, self.out)
    }
}

/// Samples of 8 bits, row after row; a palette's colours have taken the place of its numbers.
pub(super) fn bytes_to_pixels(color: ColorType, size: Size, samples: Vec<u8>) -> Result<Pixels, Refusal> {
    let Size { width, height } = size;
    let pixels = match color {
        ColorType::Grayscale => GrayImage::from_raw(width, height, samples).map(DynamicImage::from),
        ColorType::GrayscaleAlpha => GrayAlphaImage::from_raw(width, height, samples).map(DynamicImage::from),
        ColorType::Rgba => RgbaImage::from_raw(width, height, samples).map(DynamicImage::from),
        ColorType::Rgb | ColorType::Indexed => RgbImage::from_raw(width, height, samples).map(DynamicImage::from),
    };
    pixels.map(Pixels::Light).ok_or(Refusal::UNDECODABLE)
}
