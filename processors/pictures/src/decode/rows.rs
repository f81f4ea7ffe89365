use std::io::Cursor;

use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};
use png::{BitDepth, ColorType, Decoder, Transformations};

use super::Pixels;
use crate::facts::{CUT_OFF, HEADER};
use crate::geometry::Size;
use crate::refusal::Refusal;

const DAMAGED: Refusal = Refusal::Damaged("its data cannot be decoded");

/// Averages a PNG to squares of `side` pixels as its rows come, so that no more than the small picture is ever held: its 100 megapixels
/// would be 800 MB.
pub(super) fn decode(bytes: &[u8], side: u32, read: Size) -> Result<Pixels, Refusal> {
    let mut decoder = Decoder::new(Cursor::new(bytes));
    // Palettes become colours and 16 bits stay: what remains of them after averaging is dropped at the end.
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(|_| HEADER)?;
    let (color, depth) = reader.output_color_type();
    let wide = depth == BitDepth::Sixteen;
    let mut squares = Squares::new(color.samples(), side as usize, read);
    let mut rows = 0_u32;
    let mut samples: Vec<u16> = Vec::new();
    loop {
        match reader.next_row() {
            Ok(Some(row)) => {
                samples.clear();
                if wide {
                    let (pairs, _) = row.data().as_chunks::<2>();
                    samples.extend(pairs.iter().map(|pair| u16::from_be_bytes(*pair)));
                } else {
                    samples.extend(row.data().iter().map(|sample| u16::from(*sample) * 257));
                }
                squares.row(&samples);
                rows += 1;
            }
            Ok(None) => break,
            // What was read is shown, as with a JPEG; nothing at all is refused.
            Err(error) if rows > 0 => {
                tracing::debug!(%error, rows, "a PNG does not decode as a whole");
                break;
            }
            Err(png::DecodingError::IoError(e)) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Err(CUT_OFF);
            }
            Err(_) => return Err(DAMAGED),
        }
    }
    squares.finish(color)
}

/// Sums of samples, `side` × `side` pixels to one.
struct Squares {
    channels: usize,
    side: usize,
    size: Size,
    sums: Vec<u64>,
    in_sum: usize,
    out: Vec<u8>,
    width: usize,
}

impl Squares {
    fn new(channels: usize, side: usize, made: Size) -> Self {
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

    fn row(&mut self, samples: &[u16]) {
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

    fn finish(mut self, color: ColorType) -> Result<Pixels, Refusal> {
        self.flush();
        let Size { width, height } = self.size;
        self.out.resize(width as usize * height as usize * self.channels, 128);
        let pixels = match color {
            ColorType::Grayscale => GrayImage::from_raw(width, height, self.out).map(DynamicImage::from),
            ColorType::GrayscaleAlpha => GrayAlphaImage::from_raw(width, height, self.out).map(DynamicImage::from),
            ColorType::Rgba => RgbaImage::from_raw(width, height, self.out).map(DynamicImage::from),
            ColorType::Rgb | ColorType::Indexed => RgbImage::from_raw(width, height, self.out).map(DynamicImage::from),
        };
        pixels.map(Pixels::Light).ok_or(DAMAGED)
    }
}
