//! VP8 and VP9: `vpcC` and its name; "VP Codec ISO Media File Format Binding".

use crate::boxes::{Fields, FourCc};
use crate::colour::ColourCodes;
use crate::error::Problem;

/// `vp09.00.10.08`: profile, level, bits; chroma and colours where they are others than the default ones (4:2:0, BT.709, limited
/// range) and not just unspecified.
pub(super) fn name(format: FourCc, fields: Fields<'_>) -> Result<String, Problem> {
    let [profile, level, depth, primaries, transfer, matrix] = parsed(fields)?;
    let (bits, chroma, full_range) = (depth >> 4, depth >> 1 & 7, depth & 1);
    let mut name = format!("{format}.{profile:02}.{level:02}.{bits:02}");
    let optional = [chroma, primaries, transfer, matrix, full_range];
    if !matches!(optional, [0 | 1, 1, 1, 1, 0] | [0 | 1, 2, 2, 2, 0]) {
        name += &optional.map(|number| format!(".{number:02}")).concat();
    }
    Ok(name)
}

pub(super) fn colour(fields: Fields<'_>) -> Result<Option<ColourCodes>, Problem> {
    let [_, _, depth, primaries, transfer, matrix] = parsed(fields)?;
    Ok(ColourCodes::coded(primaries.into(), transfer.into(), matrix.into(), Some(depth & 1 == 1)))
}

/// Profile, level, bits with chroma and range, primaries, transfer, matrix.
fn parsed(mut fields: Fields<'_>) -> Result<[u8; 6], Problem> {
    fields.full_box()?;
    fields.array()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let name = |format: &[u8; 4], config: [u8; 6]| {
            name(format.into(), Fields::new(&[&[1, 0, 0, 0], &config[..]].concat())).unwrap_or_default()
        };
        assert_eq!(name(b"vp08", [0, 10, 0x82, 1, 1, 1]), "vp08.00.10.08");
        assert_eq!(name(b"vp09", [0, 31, 0x82, 2, 2, 2]), "vp09.00.31.08");
        assert_eq!(name(b"vp09", [2, 50, 0xA2, 9, 16, 9]), "vp09.02.50.10.01.09.16.09.00");
        assert_eq!(name(b"vp09", [0, 10, 0x83, 1, 1, 1]), "vp09.00.10.08.01.01.01.01.01");
    }
}
