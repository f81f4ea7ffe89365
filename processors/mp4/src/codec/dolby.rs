//! Dolby Vision: `dvcC`, `dvvC`, `dvwC`; "Dolby Vision Streams Within the ISO Base Media File Format".

use super::Bits;
use crate::boxes::FourCc;
use crate::entry::SampleEntry;
use crate::error::Error;

/// What the configuration record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DolbyConfig {
    pub profile: u8,
    pub level: u8,
    /// How the base layer looks by itself: 0 not at all, 1 HDR10, 2 SDR, 4 HLG.
    pub compatibility: u8,
}

impl DolbyConfig {
    pub fn of(entry: &SampleEntry<'_>) -> Result<Option<Self>, Error> {
        let found = [b"dvcC", b"dvvC", b"dvwC"].into_iter().find_map(|kind| entry.child(kind));
        let Some(found) = found else { return Ok(None) };
        found
            .read(|fields| {
                let mut bits = Bits::new(fields.rest());
                bits.skip(16)?;
                let (profile, level) = (bits.number(7)?, bits.number(6)?);
                bits.skip(3)?;
                let compatibility = bits.number(4)?;
                let byte = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
                Ok(Self { profile: byte(profile), level: byte(level), compatibility: byte(compatibility) })
            })
            .map(Some)
    }

    /// `dvh1.05.06`: profile, level.
    pub fn name(self, format: FourCc) -> String {
        format!("{format}.{:02}.{:02}", self.profile, self.level)
    }
}
