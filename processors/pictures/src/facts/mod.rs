//! What a file's header says of its picture: no pixel is decoded.

mod gif;
mod heif;
mod jpeg;

use std::io::Cursor;

use image::codecs::tiff::TiffDecoder;
use image::metadata::Orientation;
use image::{ImageDecoder, ImageError, ImageFormat, ImageReader};
use sniff::{Picture, Sniffed, sniff};

use crate::geometry::Size;
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
    },
    /// Row after row, of so many bytes a pixel.
    Rows {
        /// Bytes a pixel.
        pixel: u32,
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
/// [`Refusal::Empty`], [`Refusal::Unknown`], [`Refusal::Variant`] or [`Refusal::Damaged`].
pub fn facts(bytes: &[u8]) -> Result<Facts, Refusal> {
    match sniff(bytes) {
        Sniffed::Empty => Err(Refusal::Empty),
        Sniffed::Image(format) => match format {
            Picture::Jpeg => jpeg::facts(bytes),
            Picture::Png => png(bytes),
            Picture::Heic | Picture::Avif => heif::facts(bytes, format),
            Picture::Gif => with_decoder(bytes, format, gif::frames(bytes)),
            Picture::WebP => {
                let decoder = image_webp::WebPDecoder::new(Cursor::new(bytes)).map_err(|_| HEADER)?;
                let frames = if decoder.is_animated() { decoder.num_frames() } else { 1 };
                with_decoder(bytes, format, frames)
            }
            Picture::Tiff | Picture::Bmp => with_decoder(bytes, format, 1),
        },
        _ => Err(Refusal::Unknown),
    }
}

pub(crate) const HEADER: Refusal = Refusal::Damaged("its header cannot be read");

/// The decoder of `image` for the other formats.
pub(crate) fn decoder(bytes: &[u8], format: Picture) -> Result<Box<dyn ImageDecoder + '_>, ImageError> {
    let format = match format {
        Picture::Gif => ImageFormat::Gif,
        Picture::WebP => ImageFormat::WebP,
        Picture::Bmp => ImageFormat::Bmp,
        Picture::Png => ImageFormat::Png,
        Picture::Jpeg => ImageFormat::Jpeg,
        Picture::Tiff | Picture::Heic | Picture::Avif => {
            return Ok(Box::new(TiffDecoder::new(Cursor::new(bytes))?));
        }
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    // The plan has judged the size already; `image`'s own limit is another.
    reader.no_limits();
    Ok(Box::new(reader.into_decoder()?))
}

fn with_decoder(bytes: &[u8], format: Picture, frames: u32) -> Result<Facts, Refusal> {
    let mut decoder = decoder(bytes, format).map_err(|e| refusal(&e))?;
    let (width, height) = decoder.dimensions();
    let exif = decoder.exif_metadata().ok().flatten();
    let profile = decoder.icc_profile().ok().flatten();
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let pixel = u32::from(decoder.color_type().bytes_per_pixel());
    // A WebP decoder keeps its own planes beside what it gives; frames that follow each other are put together on a canvas.
    let pixel = if matches!(format, Picture::WebP | Picture::Gif) { pixel * 2 } else { pixel };
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

fn png(bytes: &[u8]) -> Result<Facts, Refusal> {
    let facts = with_decoder(bytes, Picture::Png, 1)?;
    let reader = png::Decoder::new(Cursor::new(bytes)).read_info().map_err(|_| HEADER)?;
    let info = reader.info();
    let codes =
        info.coding_independent_code_points.map(|c| (u16::from(c.color_primaries), u16::from(c.transfer_function)));
    let reading = match facts.reading {
        Reading::Whole { pixel } if !info.interlaced => Reading::Rows { pixel },
        reading => reading,
    };
    Ok(Facts { reading, codes, ..facts })
}

/// The decoder's words are for us, not for the person who uploaded the file.
pub(crate) fn refusal(error: &ImageError) -> Refusal {
    tracing::debug!(%error, "a picture does not decode");
    match error {
        ImageError::Unsupported(_) => Refusal::Variant("its decoder does not know it"),
        ImageError::Limits(_) => Refusal::Memory,
        ImageError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => CUT_OFF,
        _ => Refusal::Damaged("its data cannot be decoded"),
    }
}

pub(crate) const CUT_OFF: Refusal = Refusal::Damaged("the file ends before the picture does");
