use std::io::Cursor;

use image::{DynamicImage, ImageBuffer, Luma, LumaA, Rgb, Rgba};
use png::{BitDepth, ColorType, Decoder, Limits, Reader, Transformations};

use super::Pixels;
use super::squares::{Squares, bytes_to_pixels};
use crate::MAX_DECODED_BYTES;
use crate::facts::png_refusal;
use crate::geometry::Size;
use crate::refusal::Refusal;

/// Palettes become colours and 16 bits stay. What the header's reader has read is not unpacked again.
fn reader(bytes: &[u8]) -> Result<Reader<Cursor<&[u8]>>, Refusal> {
    let limits = Limits { bytes: usize::try_from(MAX_DECODED_BYTES).unwrap_or(usize::MAX) };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.read_info().map_err(|e| png_refusal(&e))
}

/// Averages to squares of `side` pixels as the rows come, so that no more than the small picture is ever held: 100 megapixels would be
/// 800 MB.
pub(super) fn squares(bytes: &[u8], side: u32, read: Size) -> Result<Pixels, Refusal> {
    let mut reader = reader(bytes)?;
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
            Err(error) => return Err(png_refusal(&error)),
        }
    }
    squares.finish(color)
}

/// One that is interlaced: its rows come several times over.
pub(super) fn whole(bytes: &[u8]) -> Result<Pixels, Refusal> {
    let mut reader = reader(bytes)?;
    let (color, depth) = reader.output_color_type();
    let size = Size { width: reader.info().width, height: reader.info().height };
    let mut samples = vec![0; reader.output_buffer_size().ok_or(Refusal::Memory)?];
    reader.next_frame(&mut samples).map_err(|e| png_refusal(&e))?;
    if depth != BitDepth::Sixteen {
        return bytes_to_pixels(color, size, samples);
    }
    let (pairs, _) = samples.as_chunks::<2>();
    let samples: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
    let Size { width, height } = size;
    let pixels = match color {
        ColorType::Grayscale => ImageBuffer::<Luma<u16>, _>::from_raw(width, height, samples).map(DynamicImage::from),
        ColorType::GrayscaleAlpha => {
            ImageBuffer::<LumaA<u16>, _>::from_raw(width, height, samples).map(DynamicImage::from)
        }
        ColorType::Rgba => ImageBuffer::<Rgba<u16>, _>::from_raw(width, height, samples).map(DynamicImage::from),
        _ => ImageBuffer::<Rgb<u16>, _>::from_raw(width, height, samples).map(DynamicImage::from),
    };
    pixels.map(Pixels::Light).ok_or(Refusal::UNDECODABLE)
}
