use image::{DynamicImage, GrayImage, RgbImage, RgbaImage};
use turbojpeg::{Decompressor, Image, PixelFormat, ScalingFactor};

use super::Pixels;
use crate::MAX_PIXELS;
use crate::facts::Facts;
use crate::geometry::Size;
use crate::plan::Scale;
use crate::refusal::Refusal;

/// Of a file with many scans, at most so many are looked at: each can touch every pixel, and a small file can hold thousands.
const MOST_SCANS: u32 = 500;

/// By our own decoder where that is quicker, by libjpeg-turbo otherwise and where anything is wrong with the file: it has seen more
/// damage than any other.
pub(super) fn decode(bytes: &[u8], facts: &Facts, scale: Scale, read: Size) -> Result<Pixels, Refusal> {
    let eighths = if let Scale::Eighths(eighths) = scale { eighths } else { 8 };
    match quick(bytes, facts, eighths, read) {
        Some(pixels) => Ok(Pixels::Light(pixels)),
        None => complete(bytes, facts, eighths, read),
    }
}

/// `None`: another decoder has to read it. Above 4/8 that is quicker.
fn quick(bytes: &[u8], facts: &Facts, eighths: u32, read: Size) -> Option<DynamicImage> {
    let scale = scaled_jpeg::Scale::ALL.into_iter().find(|scale| u32::from(scale.eighths()) == eighths)?;
    if scale > scaled_jpeg::Scale::Half || facts.truncated {
        return None;
    }
    let header = scaled_jpeg::Header::read(bytes, MAX_PIXELS).ok()?;
    let Size { width, height } = read;
    let mut pixels = vec![0; width as usize * height as usize * header.channels()];
    if let Err(error) = header.decode_into(scale, &mut pixels) {
        tracing::debug!(%error, "a JPEG is damaged");
        return None;
    }
    match header.channels() {
        1 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::from),
        _ => RgbImage::from_raw(width, height, pixels).map(DynamicImage::from),
    }
}

/// What is damaged or missing comes out grey: libjpeg-turbo says so behind the picture, and somebody's only copy is worth more than a
/// complaint. A file of which nothing can be read is refused.
fn complete(bytes: &[u8], facts: &Facts, eighths: u32, read: Size) -> Result<Pixels, Refusal> {
    let mut decompressor = Decompressor::new().map_err(|_| Refusal::Memory)?;
    let header = decompressor.read_header(bytes).map_err(|error| {
        tracing::debug!(%error, "a JPEG's header does not decode");
        Refusal::UNDECODABLE
    })?;
    decompressor.set_scan_limit(MOST_SCANS).map_err(|_| Refusal::UNDECODABLE)?;
    let factor = ScalingFactor::new(eighths as usize, 8);
    decompressor.set_scaling_factor(factor).map_err(|_| Refusal::UNDECODABLE)?;
    let (width, height) = (header.width, header.height);
    if (facts.stored.width as usize, facts.stored.height as usize) != (width, height) {
        return Err(Refusal::UNDECODABLE);
    }
    let format = match header.colorspace {
        turbojpeg::Colorspace::CMYK | turbojpeg::Colorspace::YCCK => PixelFormat::CMYK,
        turbojpeg::Colorspace::Gray => PixelFormat::GRAY,
        _ => PixelFormat::RGB,
    };
    let pitch = read.width as usize * format.size();
    let mut pixels = vec![128_u8; pitch * read.height as usize];
    let output = Image {
        pixels: pixels.as_mut_slice(),
        width: read.width as usize,
        pitch,
        height: read.height as usize,
        format,
    };
    if let Err(error) = decompressor.decompress(bytes, output) {
        tracing::debug!(%error, "a JPEG does not decode as a whole");
        if pixels.iter().all(|sample| *sample == 128) {
            return Err(if facts.truncated { Refusal::CUT_OFF } else { Refusal::UNDECODABLE });
        }
    }
    let (width, height) = (read.width, read.height);
    let image = match format {
        PixelFormat::CMYK => {
            return RgbaImage::from_raw(width, height, pixels).map(Pixels::Ink).ok_or(Refusal::UNDECODABLE);
        }
        PixelFormat::GRAY => GrayImage::from_raw(width, height, pixels).map(DynamicImage::from),
        _ => RgbImage::from_raw(width, height, pixels).map(DynamicImage::from),
    };
    image.map(Pixels::Light).ok_or(Refusal::UNDECODABLE)
}
