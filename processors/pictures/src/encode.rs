//! Pixels to files: sRGB, 8 bits a channel, no metadata of their own.

use image::{DynamicImage, Rgb, RgbImage};
use ravif::{Img, RGB8, RGBA8};
use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};
use webp::WebPConfig;

use crate::colour::{self, Colour};
use crate::metadata::Kept;
use crate::plan::Planned;
use crate::recipe::Format;
use crate::refusal::PictureError;

/// `ravif`'s speed, 1 to 10: ten times as quick as its default, for some hundredths more bytes.
const AVIF_SPEED: u8 = 9;

/// One rendition as a file.
///
/// # Errors
/// [`PictureError::Encoding`].
pub(crate) fn encode(pixels: &DynamicImage, planned: &Planned, kept: &Kept) -> Result<Vec<u8>, PictureError> {
    let encoded = match planned.format {
        Format::Jpeg => jpeg(pixels, planned.quality),
        Format::Webp => webp(pixels, planned.quality),
        Format::Avif => avif(pixels, planned.quality, kept),
    };
    encoded.map_err(|message| failed(&planned.name, message))
}

pub(crate) fn failed(name: &str, message: impl Into<String>) -> PictureError {
    PictureError::Encoding { name: name.to_owned(), message: message.into() }
}

/// Of 0 to 6. Against 4, libwebp's default, it takes 6/10 of the time, for 1 % more bytes and 0.002 less SSIM: still more than what
/// sharp makes of a photo with 4 (`./build.sh bench image`).
const METHOD: i32 = 2;

/// libwebp's settings at a quality.
pub(crate) fn webp_config(quality: u8) -> Result<WebPConfig, String> {
    let mut config = WebPConfig::new().map_err(|()| "libwebp gives no settings".to_owned())?;
    config.quality = f32::from(quality);
    config.method = METHOD;
    Ok(config)
}

pub(crate) fn webp(pixels: &DynamicImage, quality: u8) -> Result<Vec<u8>, String> {
    let (width, height) = (pixels.width(), pixels.height());
    let encoder = match pixels {
        DynamicImage::ImageRgba8(rgba) => webp::Encoder::from_rgba(rgba.as_raw(), width, height),
        DynamicImage::ImageRgb8(rgb) => webp::Encoder::from_rgb(rgb.as_raw(), width, height),
        _ => return Err(format!("unexpected {:?}", pixels.color())),
    };
    encoder.encode_advanced(&webp_config(quality)?).map(|file| file.to_vec()).map_err(|e| format!("{e:?}"))
}

fn jpeg(pixels: &DynamicImage, quality: u8) -> Result<Vec<u8>, String> {
    let on_white;
    let rgb = match pixels {
        DynamicImage::ImageRgb8(rgb) => rgb,
        other => {
            on_white = over_white(other);
            &on_white
        }
    };
    let (width, height) = (rgb.width() as usize, rgb.height() as usize);
    let mut compressor = Compressor::new().map_err(|e| e.to_string())?;
    compressor.set_quality(i32::from(quality)).map_err(|e| e.to_string())?;
    compressor.set_subsamp(Subsamp::Sub2x2).map_err(|e| e.to_string())?;
    compressor.set_optimize(true).map_err(|e| e.to_string())?;
    let image = Image { pixels: rgb.as_raw().as_slice(), width, pitch: width * 3, height, format: PixelFormat::RGB };
    compressor.compress_to_vec(image).map_err(|e| e.to_string())
}

/// JPEG knows no transparency.
fn over_white(pixels: &DynamicImage) -> RgbImage {
    let rgba = pixels.to_rgba8();
    let mut rgb = RgbImage::new(rgba.width(), rgba.height());
    for (to, from) in rgb.pixels_mut().zip(rgba.pixels()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        let part = |sample: u32| u8::try_from((sample * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX);
        *to = Rgb([part(red), part(green), part(blue)]);
    }
    rgb
}

fn avif(pixels: &DynamicImage, quality: u8, kept: &Kept) -> Result<Vec<u8>, String> {
    let mut encoder =
        ravif::Encoder::new().with_quality(f32::from(quality)).with_speed(AVIF_SPEED).with_num_threads(Some(1));
    if let Some(exif) = &kept.exif {
        encoder = encoder.with_exif(exif);
    }
    // No profile can be written into it, so that its pixels are sRGB all the same.
    let srgb = kept.profile.clone().map(|profile| colour::to_srgb(pixels.clone(), &Colour::Profile(profile)));
    let pixels = srgb.as_ref().unwrap_or(pixels);
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let made = match pixels {
        DynamicImage::ImageRgba8(rgba) => {
            let samples: Vec<_> = rgba.pixels().map(|p| RGBA8::new(p.0[0], p.0[1], p.0[2], p.0[3])).collect();
            encoder.encode_rgba(Img::new(&samples, width, height))
        }
        DynamicImage::ImageRgb8(rgb) => {
            let samples: Vec<_> = rgb.pixels().map(|p| RGB8::new(p.0[0], p.0[1], p.0[2])).collect();
            encoder.encode_rgb(Img::new(&samples, width, height))
        }
        _ => return Err(format!("unexpected {:?}", pixels.color())),
    };
    made.map(|made| made.avif_file).map_err(|e| e.to_string())
}
