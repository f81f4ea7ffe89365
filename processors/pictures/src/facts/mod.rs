//! What a file's header says of its picture: no pixel is decoded.

mod gif;
mod heif;
mod jpeg;
mod png;
mod tiff;
mod webp;

pub(crate) use png::refusal as png_refusal;

use std::io::Cursor;

use image::codecs::tiff::TiffDecoder;
use image::metadata::Orientation;
use image::{ImageDecoder, ImageError, ImageFormat, ImageReader};
use sniff::{Picture, Sniffed, sniff};

use crate::geometry::Size;
use crate::metadata::rights;
use crate::refusal::Refusal;

/// What a header says.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// How the picture is stored.
    pub format: Picture,
    /// Its pixels as they are stored, before turning.
    pub stored: Size,
    /// How they have to be turned to stand upright. A picture whose metadata cannot be read is shown as it is stored.
    pub orientation: Orientation,
    /// How many pictures follow each other; 1: it does not move.
    pub frames: u32,
    /// How its pixels are read, which decides what a decoder has to hold.
    pub reading: Reading,
    /// The file ends before the picture does: what is missing will be grey.
    pub truncated: bool,
    /// EXIF, from its TIFF header on.
    pub(crate) exif: Option<Vec<u8>>,
    /// The colour profile.
    pub(crate) profile: Option<Vec<u8>>,
    /// Primaries and transfer characteristics, as codes of ITU-T H.273.
    pub(crate) codes: Option<(u16, u16)>,
}

/// How a picture's pixels are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// A JPEG: any number of eighths of its size. One that is stored in several scans has all its coefficients held, two bytes each.
    Eighths {
        /// Coefficients a pixel, in quarters, that are held: 0 where one scan is all.
        held: u32,
        /// It is of the kind that our own decoder reads in small sizes: baseline, grey or colour.
        quick: bool,
    },
    /// Row after row.
    Rows {
        /// Bytes a pixel of what is made of them.
        pixel: u32,
        /// How many are held at a time: 1, or as many as a tile has.
        rows: u32,
    },
    /// All at once, with so many bytes a pixel.
    Whole {
        /// Bytes a pixel, of everything that the decoder holds.
        pixel: u32,
    },
}

impl Facts {
    /// The picture's size as shown.
    pub fn upright(&self) -> Size {
        self.stored.turned(self.orientation)
    }
}

/// Reads the header of a picture file.
///
/// # Errors
/// [`Refusal::Empty`], [`Refusal::Unknown`], [`Refusal::Variant`], [`Refusal::Damaged`], or [`Refusal::Memory`] where the header alone
/// would take too much of it.
pub fn facts(bytes: &[u8]) -> Result<Facts, Refusal> {
    match sniff(bytes) {
        Sniffed::Empty => Err(Refusal::Empty),
        Sniffed::Image(format) => match format {
            Picture::Jpeg => jpeg::facts(bytes),
            Picture::Png => png::facts(bytes),
            Picture::Heic | Picture::Avif => heif::facts(bytes, format),
            Picture::Gif => with_decoder(bytes, format, gif::frames(bytes)),
            Picture::WebP => webp::facts(bytes),
            Picture::Tiff if !tiff::values_fit(bytes) => Err(Refusal::HEADER),
            Picture::Tiff | Picture::Bmp => with_decoder(bytes, format, 1),
        },
        _ => Err(Refusal::Unknown),
    }
}

/// `image`'s decoders, for GIF, WebP, BMP and TIFF.
pub(crate) fn decoder(bytes: &[u8], format: Picture) -> Result<Box<dyn ImageDecoder + '_>, ImageError> {
    let format = match format {
        Picture::Gif => ImageFormat::Gif,
        Picture::WebP => ImageFormat::WebP,
        Picture::Bmp => ImageFormat::Bmp,
        _ => return Ok(Box::new(TiffDecoder::new(Cursor::new(bytes))?)),
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    // The plan has judged the size already; `image`'s own limit is another.
    reader.no_limits();
    Ok(Box::new(reader.into_decoder()?))
}

fn with_decoder(bytes: &[u8], format: Picture, frames: u32) -> Result<Facts, Refusal> {
    let mut decoder = decoder(bytes, format).map_err(|e| refusal(&e))?;
    let (width, height) = decoder.dimensions();
    // A TIFF is what EXIF is made of: of its own directory only what may be kept is taken.
    let exif = if format == Picture::Tiff { rights(bytes) } else { decoder.exif_metadata().ok().flatten() };
    let profile = decoder.icc_profile().ok().flatten();
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let pixel = u32::from(decoder.color_type().bytes_per_pixel());
    // The frames of a GIF are put together on a canvas.
    let pixel = if format == Picture::Gif { pixel * 2 } else { pixel };
    let reading = Reading::Whole { pixel };
    Ok(Facts {
        format,
        stored: Size { width, height },
        orientation,
        frames,
        reading,
        truncated: false,
        exif,
        profile,
        codes: None,
    })
}

/// The decoder's words are for us, not for the person who uploaded the file.
pub(crate) fn refusal(error: &ImageError) -> Refusal {
    tracing::debug!(%error, "a picture does not decode");
    match error {
        ImageError::Unsupported(_) => Refusal::Variant("its decoder does not know it"),
        ImageError::Limits(_) => Refusal::Memory,
        ImageError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Refusal::CUT_OFF,
        _ => Refusal::UNDECODABLE,
    }
}
