use std::path::{Path, PathBuf};

use fast_image_resize::Resizer;
use image::{DynamicImage, ImageFormat};

use super::decode::decode;
use super::plan::{Size, thumb};
use crate::object_store::Body;
use crate::process::Made;
use crate::{Failure, ProcessError, Refusal};

/// WebP's quality, of 100: about what JPEG shows at 85.
const QUALITY: f32 = 80.0;

/// An encoded picture.
#[derive(Debug)]
pub struct Picture {
    /// The rendition's name.
    pub name: &'static str,
    /// Its file name.
    pub file_name: &'static str,
    /// Pixels.
    pub size: Size,
    /// A WebP file, with nothing in it but the picture.
    pub webp: Vec<u8>,
}

impl Picture {
    pub(crate) fn into_made(self) -> Made<'static> {
        let Self { name, file_name, size, webp } = self;
        let bytes = webp.len() as u64;
        Made { name, file_name, content_type: "image/webp", size, bytes, body: Body::Bytes(webp) }
    }
}

/// Makes `w1280` and `thumb` from a picture file. Upright; no EXIF, GPS, XMP, ICC or any other metadata.
///
/// # Errors
/// A [`Refusal`] where the file is at fault, a [`ProcessError`] where we are.
pub async fn render(file: &Path, format: ImageFormat) -> Result<Vec<Picture>, Failure> {
    let file = file.to_owned();
    off_thread(Refusal::ImageDamaged("its data cannot be decoded"), move || {
        let (pixels, plan) = decode(&file, format)?;
        let mut wide = plain(&resized(&pixels, plan.reduced)?);
        drop(pixels);
        wide.apply_orientation(plan.orientation);
        Ok(vec![encoded("w1280", "w1280.webp", &wide)?, encoded("thumb", "thumb.webp", &resized(&wide, plan.thumb)?)?])
    })
    .await
}

/// Makes `poster` and `thumb` from a film's frame, a PNG that FFmpeg wrote, upright and in the poster's size.
///
/// # Errors
/// [`Refusal::VideoDamaged`] where the frame does not decode, a [`ProcessError`] where we are at fault.
pub(crate) async fn render_poster(frame: PathBuf) -> Result<Vec<Picture>, Failure> {
    off_thread(Refusal::VideoDamaged("its pictures cannot be decoded"), move || {
        let (pixels, _) = decode(&frame, ImageFormat::Png)?;
        let poster = plain(&pixels);
        let small = thumb(Size { width: poster.width(), height: poster.height() });
        Ok(vec![encoded("poster", "poster.webp", &poster)?, encoded("thumb", "thumb.webp", &resized(&poster, small)?)?])
    })
    .await
}

/// Runs work on the processor off the async threads. A decoder that panics has met a file that is at fault: said once,
/// it would do so at every delivery.
async fn off_thread<T: Send + 'static>(
    on_panic: Refusal,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(e) if e.is_panic() => {
            tracing::error!("a decoder panicked");
            Err(on_panic.into())
        }
        Err(e) => Err(std::io::Error::other(e).into()),
    }
}

fn resized(pixels: &DynamicImage, to: Size) -> Result<DynamicImage, ProcessError> {
    let mut small = DynamicImage::new(to.width, to.height, pixels.color());
    Resizer::new()
        .resize(pixels, &mut small, None)
        .map_err(|e| ProcessError::Encoding { name: "resize", message: e.to_string() })?;
    Ok(small)
}

/// 8 bits a channel, with an alpha channel only where the source has one.
fn plain(pixels: &DynamicImage) -> DynamicImage {
    if pixels.color().has_alpha() { pixels.to_rgba8().into() } else { pixels.to_rgb8().into() }
}

fn encoded(name: &'static str, file_name: &'static str, pixels: &DynamicImage) -> Result<Picture, ProcessError> {
    let (width, height) = (pixels.width(), pixels.height());
    let encoder = match pixels {
        DynamicImage::ImageRgba8(rgba) => webp::Encoder::from_rgba(rgba.as_raw(), width, height),
        DynamicImage::ImageRgb8(rgb) => webp::Encoder::from_rgb(rgb.as_raw(), width, height),
        _ => return Err(ProcessError::Encoding { name, message: format!("unexpected {:?}", pixels.color()) }),
    };
    let webp = encoder
        .encode_simple(false, QUALITY)
        .map_err(|e| ProcessError::Encoding { name, message: format!("{e:?}") })?
        .to_vec();
    Ok(Picture { name, file_name, size: Size { width, height }, webp })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_in_a_decoder_is_the_files_fault() {
        let got = off_thread::<()>(Refusal::ImageDamaged("x"), || panic!("index out of bounds")).await;
        assert!(matches!(got, Err(Failure::Refused(Refusal::ImageDamaged("x")))), "{got:?}");
    }
}
