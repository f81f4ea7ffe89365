use memchr::memchr;

use crate::metadata::orientation;
use sniff::Picture;

use super::{Facts, Reading};
use crate::geometry::Size;
use crate::refusal::Refusal;

/// What the markers say (ITU T.81, annex B).
#[derive(Debug, Default)]
struct Markers {
    size: Option<Size>,
    /// The frame's sampling factors, one for each component.
    sampling: Vec<(u32, u32)>,
    precision: u8,
    progressive: bool,
    scans: u32,
    exif: Option<Vec<u8>>,
    /// Parts of the profile by their numbers.
    profile: Vec<(u8, Vec<u8>)>,
    ended: bool,
}

pub(super) fn facts(bytes: &[u8]) -> Result<Facts, Refusal> {
    let markers = Markers::read(bytes);
    let stored = markers.size.ok_or(Refusal::HEADER)?;
    match (markers.precision, markers.sampling.len()) {
        (8, 1 | 3 | 4) => {}
        (8, _) => return Err(Refusal::Variant("JPEG with two or more than four components")),
        _ => return Err(Refusal::Variant("JPEG with more than 8 bits a channel")),
    }
    let orientation = orientation(markers.exif.as_deref());
    let profile = markers.profile();
    let quick = scaled_jpeg::Header::read(bytes, crate::MAX_PIXELS).is_ok();
    let reading = Reading::Eighths { held: markers.held(), quick };
    let truncated = !markers.ended;
    let exif = markers.exif;
    Ok(Facts { format: Picture::Jpeg, stored, orientation, frames: 1, reading, truncated, exif, profile, codes: None })
}

impl Markers {
    fn read(bytes: &[u8]) -> Self {
        let mut markers = Self::default();
        let mut rest = bytes.get(2..).unwrap_or_default();
        while let Some((marker, after)) = next_marker(rest) {
            rest = match marker {
                0xD9 => {
                    markers.ended = true;
                    break;
                }
                // Markers without a length: TEM, and the restart markers that stand inside a scan.
                0x01 | 0xD0..=0xD8 => after,
                _ => {
                    let Some((length, body)) = after.split_first_chunk::<2>() else { break };
                    let length = usize::from(u16::from_be_bytes(*length)).max(2) - 2;
                    markers.segment(marker, body.get(..length).unwrap_or(body));
                    body.get(length..).unwrap_or_default()
                }
            };
        }
        markers
    }

    fn segment(&mut self, marker: u8, body: &[u8]) {
        match marker {
            // SOF0 to SOF15, without DHT, JPG and DAC, which stand between them.
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) && self.size.is_none() => self.frame(marker, body),
            0xDA => self.scans = self.scans.saturating_add(1),
            0xE1 => {
                if let Some(exif) = body.strip_prefix(b"Exif\0\0") {
                    self.exif.get_or_insert_with(|| exif.to_vec());
                }
            }
            0xE2 => {
                if let Some([number, _, part @ ..]) = body.strip_prefix(b"ICC_PROFILE\0") {
                    self.profile.push((*number, part.to_vec()));
                }
            }
            _ => {}
        }
    }

    fn frame(&mut self, marker: u8, body: &[u8]) {
        let [precision, h1, h0, w1, w0, count, components @ ..] = body else { return };
        let side = |high: &u8, low: &u8| u32::from(u16::from_be_bytes([*high, *low]));
        self.precision = *precision;
        self.progressive = matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE);
        let (components, _) = components.as_chunks::<3>();
        let factors = components.iter().take(usize::from(*count)).map(|[_, factors, _]| factors);
        self.sampling = factors.map(|f| (u32::from(f >> 4).max(1), u32::from(f & 15).max(1))).collect();
        self.size = Some(Size { width: side(w1, w0), height: side(h1, h0) });
    }

    /// Coefficients a pixel, in quarters, that libjpeg holds while it reads scan after scan.
    fn held(&self) -> u32 {
        let interleaved = !self.progressive && self.scans <= 1;
        if interleaved {
            return 0;
        }
        let across = self.sampling.iter().map(|(h, _)| *h).max().unwrap_or(1);
        let down = self.sampling.iter().map(|(_, v)| *v).max().unwrap_or(1);
        let quarters = self.sampling.iter().map(|(h, v)| (4 * h * v).div_ceil(across * down));
        quarters.sum()
    }

    fn profile(&self) -> Option<Vec<u8>> {
        let mut parts: Vec<_> = self.profile.iter().collect();
        parts.sort_by_key(|(number, _)| *number);
        let whole: Vec<u8> = parts.iter().flat_map(|(_, part)| part.iter().copied()).collect();
        (!whole.is_empty()).then_some(whole)
    }
}

/// The next marker, and what follows it. Skips a scan's coded data, where 0xFF is always followed by 0.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let mut rest = bytes;
    loop {
        let at = memchr(0xFF, rest)?;
        rest = rest.get(at + 1..)?;
        match rest.split_first() {
            Some((0x00 | 0xFF, _)) => {}
            Some((marker, after)) => return Some((*marker, after)),
            None => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Markers;

    const WHOLE: &[u8] =
        b"\xFF\xD8\xFF\xE0\0\x04\xFF\xD9\xFF\xDA\0\x03\x01\x10\xFF\0\x20\xFF\xD0\x30\xFF\xFF\xDA\0\x02\x40\xFF\xD9";

    #[test]
    fn the_end_marker_is_found_behind_segments_and_scans() {
        let markers = Markers::read(WHOLE);
        assert!(markers.ended && markers.scans == 2);
        assert!(Markers::read(&[WHOLE, b"trailing\xFF\xD8"].concat()).ended);
    }

    #[test]
    fn every_shorter_prefix_is_cut_off() {
        for length in 0..WHOLE.len() {
            assert!(!Markers::read(WHOLE.get(..length).unwrap_or_default()).ended, "{length} bytes");
        }
    }
}
