//! AV1: `av1C` and its name; "AV1 Codec ISO Media File Format Binding", sections 2.3.3 and 5.

use crate::boxes::Fields;
use crate::error::Problem;

/// `av01.0.04M.08`: profile, level and tier, bits.
pub(super) fn name(mut fields: Fields<'_>) -> Result<String, Problem> {
    fields.skip(1)?;
    let (first, second) = (fields.u8()?, fields.u8()?);
    let (profile, level) = (first >> 5, first & 0x1F);
    let tier = if second & 0x80 == 0 { 'M' } else { 'H' };
    let bits = match (second & 0x40 != 0, second & 0x20 != 0) {
        (true, true) => 12,
        (true, false) => 10,
        (false, _) => 8,
    };
    Ok(format!("av01.{profile}.{level:02}{tier}.{bits:02}"))
}
