//! MPEG-4 descriptors: `esds`; ISO/IEC 14496-1 section 7.2.6, ISO/IEC 14496-3 section 1.6.

use super::Bits;
use crate::boxes::{Fields, FourCc};
use crate::error::Problem;

/// What `esds` says of its stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stream<'a> {
    /// The object type indication: 0x40 is MPEG-4 sound, 0x20 MPEG-4 pictures, 0x6B MP3.
    pub object_type: u8,
    /// What sets the decoder up; empty where there is nothing.
    pub specific: &'a [u8],
}

/// AAC, by its `AudioSpecificConfig`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AudioConfig {
    /// 2 is AAC-LC, 5 HE-AAC, 29 HE-AAC version 2.
    pub object_type: u32,
    /// Samples a second as they come out; 0 where the code is reserved.
    pub rate: u32,
    /// The channel configuration: 0 means that the stream itself says it.
    pub channels: u8,
}

/// `mp4a.40.2`, `mp4a.6B`, `mp4v.20.9`.
pub(super) fn name(format: FourCc, fields: Fields<'_>) -> Result<String, Problem> {
    let stream = Stream::parse(fields)?;
    let base = format!("{format}.{:02X}", stream.object_type);
    let detail = match (stream.object_type, stream.specific) {
        (0x40, specific) => AudioConfig::parse(specific).ok().map(|config| config.object_type),
        // A visual object sequence begins with its profile and level.
        (0x20, [0, 0, 1, 0xB0, profile, ..]) => Some((*profile).into()),
        _ => None,
    };
    Ok(detail.map_or(base.clone(), |detail| format!("{base}.{detail}")))
}

impl<'a> Stream<'a> {
    pub fn parse(mut fields: Fields<'a>) -> Result<Self, Problem> {
        fields.full_box()?;
        let mut stream = descriptor(&mut fields, 3)?;
        stream.skip(2)?;
        let flags = stream.u8()?;
        if flags & 0x80 != 0 {
            stream.skip(2)?;
        }
        if flags & 0x40 != 0 {
            let length = stream.u8()?;
            stream.skip(length.into())?;
        }
        if flags & 0x20 != 0 {
            stream.skip(2)?;
        }
        let mut config = descriptor(&mut stream, 4)?;
        let object_type = config.u8()?;
        // Stream type, buffer size, bit rates.
        config.skip(12)?;
        let specific = descriptor(&mut config, 5).map(Fields::rest).unwrap_or_default();
        Ok(Self { object_type, specific })
    }
}

/// The content of the next descriptor, which must have that tag.
fn descriptor<'a>(fields: &mut Fields<'a>, wanted: u8) -> Result<Fields<'a>, Problem> {
    let tag = fields.u8()?;
    if tag != wanted {
        return Err(Problem::Unknown { field: "descriptor tag", value: tag.into() });
    }
    // Seven bits each, at most four bytes.
    let mut length = 0usize;
    for _ in 0..4 {
        let byte = fields.u8()?;
        length = length << 7 | usize::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            break;
        }
    }
    fields.take(length).map(Fields::new)
}

const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];

impl AudioConfig {
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let mut bits = Bits::new(bytes);
        let object_type = object_type(&mut bits)?;
        let mut rate = frequency(&mut bits)?;
        let channels = u8::try_from(bits.number(4)?).unwrap_or_default();
        // Spectral band replication, said up front: what comes out has another rate.
        if matches!(object_type, 5 | 29) {
            rate = frequency(&mut bits)?;
        }
        Ok(Self { object_type, rate, channels })
    }
}

fn object_type(bits: &mut Bits<'_>) -> Result<u32, Problem> {
    match bits.number(5)? {
        31 => Ok(32 + bits.number(6)?),
        number => Ok(number),
    }
}

fn frequency(bits: &mut Bits<'_>) -> Result<u32, Problem> {
    match bits.number(4)? {
        15 => bits.number(24),
        index => Ok(usize::try_from(index).ok().and_then(|index| RATES.get(index)).copied().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn audio_configs() {
        let parse = |bytes: &[u8]| AudioConfig::parse(bytes).map(|c| (c.object_type, c.rate, c.channels));
        assert_eq!(parse(&[0x12, 0x10]), Ok((2, 44_100, 2)));
        assert_eq!(parse(&[0x11, 0xB0]), Ok((2, 48_000, 6)));
        // HE-AAC: 24 kHz inside, 48 kHz out.
        assert_eq!(parse(&[0x2B, 0x11, 0x88, 0x00]), Ok((5, 48_000, 2)));
        // USAC is object type 42.
        assert_eq!(parse(&[0xF9, 0x46, 0x40]).unwrap().0, 42);
        assert_eq!(parse(&[0x12]), Err(Problem::Short));
    }

    #[test]
    fn names() {
        let esds = |object_type: u8, specific: &[u8]| {
            let specific = [&[5, 0x80, 0x80, 0x80, u8::try_from(specific.len()).unwrap()], specific].concat();
            let config = [&[object_type], &[0; 12][..], &specific].concat();
            let config = [&[4, u8::try_from(config.len()).unwrap()], &config[..]].concat();
            let stream = [&[0, 1, 0], &config[..]].concat();
            [&[0, 0, 0, 0, 3, u8::try_from(stream.len()).unwrap()], &stream[..]].concat()
        };
        let name = |format: &[u8; 4], bytes: &[u8]| name(format.into(), Fields::new(bytes)).unwrap();
        assert_eq!(name(b"mp4a", &esds(0x40, &[0x12, 0x10])), "mp4a.40.2");
        assert_eq!(name(b"mp4a", &esds(0x6B, &[])), "mp4a.6B");
        assert_eq!(name(b"mp4a", &esds(0x40, &[])), "mp4a.40");
        assert_eq!(name(b"mp4v", &esds(0x20, &[0, 0, 1, 0xB0, 9])), "mp4v.20.9");
    }
}
