//! Sound sample entries, in `QuickTime`'s three versions.

use super::Sound;
use crate::boxes::Fields;
use crate::error::Problem;

/// What it says, and how many bytes come before its boxes. `stsd_version` tells ISO media's version 1 of an entry, which adds no
/// field, from `QuickTime`'s, which adds four.
pub(super) fn parse(mut fields: Fields<'_>, stsd_version: u8) -> Result<(Sound, usize), Problem> {
    let before = fields.rest().len();
    // Reserved, data reference.
    fields.skip(6 + 2)?;
    let version = fields.u16()?;
    // Revision, vendor.
    fields.skip(2 + 4)?;
    let channels = fields.u16()?;
    // Bits a sample, compression, packet size.
    fields.skip(2 + 2 + 2)?;
    let rate = fields.u32()?;
    let mut sound = Sound { channels: channels.into(), rate: f64::from(rate) / 65536.0 };
    match (stsd_version, version) {
        (0, 1) => fields.skip(16)?,
        (0, 2) => {
            fields.skip(4)?;
            sound.rate = Some(f64::from_be_bytes(fields.array()?)).filter(|rate| rate.is_finite()).unwrap_or_default();
            sound.channels = fields.u32()?;
            fields.skip(4 + 4 + 4 + 4 + 4)?;
        }
        _ => {}
    }
    Ok((sound, before - fields.rest().len()))
}
