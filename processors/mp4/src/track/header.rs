//! `tkhd`.

use crate::boxes::Fields;
use crate::error::Problem;
use crate::movie::{duration, matrix};

/// A track header; ISO/IEC 14496-12 section 8.3.2.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrackHeader {
    pub id: u32,
    pub enabled: bool,
    pub matrix: [i32; 9],
    /// The size at which it is shown, before the matrix, in 1/65536 of a pixel; 0 where there is none.
    pub width: u32,
    pub height: u32,
}

impl TrackHeader {
    pub fn parse(mut fields: Fields<'_>) -> Result<Self, Problem> {
        let (version, flags) = fields.full_box()?;
        fields.skip(if version == 1 { 16 } else { 8 })?;
        let id = fields.u32()?;
        fields.skip(4)?;
        duration(&mut fields, version)?;
        // Reserved, layer, alternate group, volume, reserved.
        fields.skip(8 + 2 + 2 + 2 + 2)?;
        let matrix = matrix(&mut fields)?;
        Ok(Self { id, enabled: flags & 1 != 0, matrix, width: fields.u32()?, height: fields.u32()? })
    }
}
