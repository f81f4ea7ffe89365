use std::io::Cursor;

use png::{Decoder, Limits};
use sniff::Picture;

use super::{Facts, Reading};
use crate::geometry::Size;
use crate::metadata::orientation;
use crate::refusal::Refusal;

/// What of a header may be unpacked, in bytes. Profiles are compressed: half a megabyte can become half a gigabyte.
const HEADER: usize = 16_000_000;

pub(super) fn facts(bytes: &[u8]) -> Result<Facts, Refusal> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: HEADER });
    decoder.set_transformations(png::Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    let reader = decoder.read_info().map_err(|e| refusal(&e))?;
    let (color, depth) = reader.output_color_type();
    let info = reader.info();
    let pixel = u32::try_from(color.samples() * usize::from(depth as u8) / 8).unwrap_or(u32::MAX);
    let exif = info.exif_metadata.as_ref().map(|exif| exif.to_vec());
    let code = |codes: png::CodingIndependentCodePoints| (codes.color_primaries.into(), codes.transfer_function.into());
    Ok(Facts {
        format: Picture::Png,
        stored: Size { width: info.width, height: info.height },
        orientation: orientation(exif.as_deref()),
        frames: 1,
        // As it is read, and as it is handed on.
        reading: if info.interlaced { Reading::Whole { pixel: 2 * pixel } } else { Reading::Rows { pixel, rows: 1 } },
        truncated: false,
        exif,
        profile: info.icc_profile.as_ref().map(|profile| profile.to_vec()),
        codes: info.coding_independent_code_points.map(code),
    })
}

/// The decoder's words are for us, not for the person who uploaded the file.
pub(crate) fn refusal(error: &png::DecodingError) -> Refusal {
    tracing::debug!(%error, "a PNG does not decode");
    match error {
        png::DecodingError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Refusal::CUT_OFF,
        png::DecodingError::LimitsExceeded => Refusal::Memory,
        _ => Refusal::UNDECODABLE,
    }
}
