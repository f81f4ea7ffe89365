use std::io::Cursor;
use std::path::Path;

use image::error::ImageError;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::MAX_DECODED_BYTES;
use super::jpeg;
use super::plan::{Facts, ImagePlan, Size, plan};
use crate::{Failure, Refusal};

/// Plans by the header, then decodes (the first frame, where there are several).
///
/// # Errors
/// A [`Refusal`] where the file is at fault, the disk's error where the file cannot be read.
pub(super) fn decode(file: &Path, format: ImageFormat) -> Result<(DynamicImage, ImagePlan), Failure> {
    let bytes = std::fs::read(file)?;
    let cut_off = format == ImageFormat::Jpeg && !jpeg::is_whole(&bytes);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|e| refusal(&e))?;
    let (width, height) = decoder.dimensions();
    // A picture whose metadata is beyond reading is shown as it is stored.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let plan = plan(Facts { stored: Size { width, height }, orientation })?;
    if cut_off {
        return Err(CUT_OFF.into());
    }
    let pixels = DynamicImage::from_decoder(decoder).map_err(|e| refusal(&e))?;
    Ok((pixels, plan))
}

const CUT_OFF: Refusal = Refusal::ImageDamaged("the file ends before the picture does");

/// The decoder's words are for us, not for the person who uploaded the file.
fn refusal(error: &ImageError) -> Refusal {
    tracing::debug!(%error, "a picture does not decode");
    match error {
        ImageError::Unsupported(_) => Refusal::ImageVariant,
        ImageError::Limits(_) => Refusal::ImageMemory,
        ImageError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => CUT_OFF,
        _ => Refusal::ImageDamaged("its data cannot be decoded"),
    }
}

/// The decoder for what a file's first bytes say.
pub(crate) fn format_of(picture: sniff::Picture) -> ImageFormat {
    match picture {
        sniff::Picture::Jpeg => ImageFormat::Jpeg,
        sniff::Picture::Png => ImageFormat::Png,
        sniff::Picture::Gif => ImageFormat::Gif,
        sniff::Picture::WebP => ImageFormat::WebP,
        sniff::Picture::Tiff => ImageFormat::Tiff,
        sniff::Picture::Bmp => ImageFormat::Bmp,
    }
}
