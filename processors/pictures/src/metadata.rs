//! What of the source's metadata a recipe keeps. A place, a camera and its maker's notes never come through: what is kept is written
//! anew.

use std::collections::BTreeSet;

use image::metadata::Orientation;
use img_parts::jpeg::Jpeg;
use img_parts::webp::WebP;
use img_parts::{Bytes, ImageEXIF, ImageICC};

use crate::encode::failed;
use crate::facts::Facts;
use crate::plan::Planned;
use crate::recipe::{Format, Keep};
use crate::refusal::PictureError;

/// EXIF's tags of the first directory (CIPA DC-008, 4.6.4).
const ARTIST: u16 = 0x013B;
const COPYRIGHT: u16 = 0x8298;

/// The longest text that is kept, in bytes.
const LONGEST: usize = 2000;

/// What is kept of one picture.
pub(crate) struct Kept {
    pub exif: Option<Vec<u8>>,
    /// Pixels stay in the source's colours, where the format can say so.
    pub profile: Option<Vec<u8>>,
}

impl Kept {
    pub const NOTHING: Self = Self { exif: None, profile: None };

    pub fn of(facts: &Facts, keep: &BTreeSet<Keep>) -> Self {
        let exif = facts.exif.as_deref().filter(|_| keep.contains(&Keep::Copyright)).and_then(rights);
        // Inks become light in any case.
        let profile = facts.profile.clone().filter(|p| keep.contains(&Keep::Icc) && p.get(16..20) == Some(b"RGB "));
        Self { exif, profile }
    }

    pub fn put_into(&self, file: &mut Vec<u8>, planned: &Planned) -> Result<(), PictureError> {
        if self.exif.is_none() && self.profile.is_none() {
            return Ok(());
        }
        let bytes = Bytes::from(std::mem::take(file));
        let (exif, profile) = (self.exif.clone().map(Bytes::from), self.profile.clone().map(Bytes::from));
        let wrong = |e: img_parts::Error| failed(&planned.name, e.to_string());
        *file = match planned.format {
            Format::Jpeg => {
                let mut jpeg = Jpeg::from_bytes(bytes).map_err(wrong)?;
                jpeg.set_exif(exif);
                jpeg.set_icc_profile(profile);
                jpeg.encoder().bytes().to_vec()
            }
            Format::Webp => {
                let mut webp = WebP::from_bytes(bytes).map_err(wrong)?;
                webp.set_exif(exif);
                webp.set_icc_profile(profile);
                webp.encoder().bytes().to_vec()
            }
            // It has what it can have since it was encoded.
            Format::Avif => bytes.to_vec(),
        };
        Ok(())
    }
}

/// EXIF with the artist and the copyright of another one, and nothing else.
pub(crate) fn rights(exif: &[u8]) -> Option<Vec<u8>> {
    let found: Vec<(u16, Vec<u8>)> =
        [ARTIST, COPYRIGHT].into_iter().filter_map(|tag| Some((tag, text(exif, tag)?))).collect();
    if found.is_empty() { None } else { Some(written(&found)) }
}

/// The ASCII text of a tag in the first directory (TIFF 6.0, 2).
fn text(exif: &[u8], tag: u16) -> Option<Vec<u8>> {
    let little = exif.starts_with(b"II");
    let short = |at: usize| {
        exif.get(at..at + 2)
            .and_then(|b| b.try_into().ok())
            .map(|b| if little { u16::from_le_bytes(b) } else { u16::from_be_bytes(b) })
    };
    let long = |at: usize| {
        exif.get(at..at + 4)
            .and_then(|b| b.try_into().ok())
            .map(|b| if little { u32::from_le_bytes(b) } else { u32::from_be_bytes(b) } as usize)
    };
    let directory = long(4)?;
    let entries = usize::from(short(directory)?);
    let entry = (0..entries).map(|index| directory + 2 + 12 * index).find(|at| short(*at) == Some(tag))?;
    let length = long(entry + 4)?;
    let start = if length <= 4 { entry + 8 } else { long(entry + 8)? };
    let text = exif.get(start..start.checked_add(length)?)?;
    let text: Vec<u8> = text.iter().copied().take_while(|byte| *byte != 0).take(LONGEST).collect();
    (short(entry + 2) == Some(2) && !text.is_empty()).then_some(text)
}

/// A big-endian TIFF with one directory of texts.
fn written(texts: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
    let count = u16::try_from(texts.len()).unwrap_or(u16::MAX);
    let mut file = [b"MM\0\x2A\0\0\0\x08".as_slice(), &count.to_be_bytes()].concat();
    let mut behind = Vec::new();
    let start = 8 + 2 + 12 * texts.len() + 4;
    for (tag, text) in texts {
        // At least four bytes and the end, so that it never stands in the entry itself.
        let mut text = text.clone();
        text.resize(text.len().max(4) + 1, 0);
        file.extend_from_slice(&tag.to_be_bytes());
        file.extend_from_slice(&2_u16.to_be_bytes());
        file.extend_from_slice(&number(text.len()));
        file.extend_from_slice(&number(start + behind.len()));
        behind.extend_from_slice(&text);
    }
    file.extend_from_slice(&[0; 4]);
    file.extend_from_slice(&behind);
    file
}

/// How EXIF says that a picture lies.
pub(crate) fn orientation(exif: Option<&[u8]>) -> Orientation {
    exif.and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_nothing_else() {
        let rights_of = |texts: &[(u16, Vec<u8>)]| rights(&written(texts));
        let made =
            rights_of(&[(0x010F, b"Maker".to_vec()), (ARTIST, b"A".to_vec()), (COPYRIGHT, b"(c) 2026 Ada".to_vec())]);
        let made = made.unwrap_or_default();
        assert_eq!(text(&made, ARTIST).as_deref(), Some(b"A".as_slice()));
        assert_eq!(text(&made, COPYRIGHT).as_deref(), Some(b"(c) 2026 Ada".as_slice()));
        assert_eq!(text(&made, 0x010F), None);
        assert_eq!(rights_of(&[(0x010F, b"Maker".to_vec())]), None);
        // No cut of it makes it read beyond.
        for length in 0..made.len() {
            let _ = rights(made.get(..length).unwrap_or_default());
        }
    }
}
