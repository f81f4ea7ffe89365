//! H.265: `hvcC` and its name; ISO/IEC 14496-15 section 8.3.2 and annex E.3.

use crate::boxes::{Fields, FourCc};
use crate::error::Problem;

/// `hvc1.1.6.L93.B0`: profile space and profile, compatibility, tier and level, constraints.
pub(super) fn name(format: FourCc, mut fields: Fields<'_>) -> Result<String, Problem> {
    fields.skip(1)?;
    let profile = fields.u8()?;
    let space = ["", "A", "B", "C"].get(usize::from(profile >> 6)).copied().unwrap_or_default();
    let tier = if profile & 0x20 == 0 { 'L' } else { 'H' };
    let compatibility = fields.u32()?.reverse_bits();
    let constraints: [u8; 6] = fields.array()?;
    let level = fields.u8()?;
    let name = format!("{format}.{space}{}.{compatibility:X}.{tier}{level}", profile & 0x1F);
    let used = constraints.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let constraints: String = constraints.iter().take(used).map(|byte| format!(".{byte:X}")).collect();
    Ok(name + &constraints)
}
