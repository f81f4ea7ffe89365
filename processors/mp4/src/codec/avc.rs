//! H.264: `avcC`, its name, and the colours of its sequence parameter set; ISO/IEC 14496-15 section 5.3.3, ITU-T H.264 7.3.2.1 and E.1.

use super::Bits;
use super::parameter_set::{usability, without_emulation_prevention};
use crate::boxes::{Fields, FourCc};
use crate::colour::ColourCodes;
use crate::error::Problem;

/// `avc1.64001F`: profile, constraints, level.
pub(super) fn name(format: FourCc, mut fields: Fields<'_>) -> Result<String, Problem> {
    fields.skip(1)?;
    let [profile, constraints, level] = fields.array()?;
    Ok(format!("{format}.{profile:02X}{constraints:02X}{level:02X}"))
}

/// A parameter set that cannot be followed names no colours.
pub(super) fn colour(mut fields: Fields<'_>) -> Result<Option<ColourCodes>, Problem> {
    fields.skip(5)?;
    let sets = fields.u8()? & 0x1F;
    if sets == 0 {
        return Ok(None);
    }
    let length = fields.u16()?;
    let unit = without_emulation_prevention(fields.take(length.into())?);
    Ok(sequence_colour(&unit).unwrap_or_default())
}

fn sequence_colour(unit: &[u8]) -> Result<Option<ColourCodes>, Problem> {
    let mut bits = Bits::new(unit);
    bits.skip(8)?;
    let profile = bits.number(8)?;
    bits.skip(16)?;
    bits.exp_golomb()?;
    if matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135) {
        let chroma = bits.exp_golomb()?;
        if chroma == 3 {
            bits.bit()?;
        }
        // Bits of luma and chroma, the bypass flag.
        bits.exp_golomb()?;
        bits.exp_golomb()?;
        bits.bit()?;
        if bits.bit()? {
            scaling_lists(&mut bits, if chroma == 3 { 12 } else { 8 })?;
        }
    }
    bits.exp_golomb()?;
    picture_order(&mut bits)?;
    // Reference frames, gaps, width, height.
    bits.exp_golomb()?;
    bits.bit()?;
    bits.exp_golomb()?;
    bits.exp_golomb()?;
    if !bits.bit()? {
        bits.bit()?;
    }
    bits.bit()?;
    if bits.bit()? {
        for _ in 0..4 {
            bits.exp_golomb()?;
        }
    }
    if bits.bit()? { usability(&mut bits) } else { Ok(None) }
}

fn picture_order(bits: &mut Bits<'_>) -> Result<(), Problem> {
    match bits.exp_golomb()? {
        0 => {
            bits.exp_golomb()?;
        }
        1 => {
            bits.bit()?;
            bits.exp_golomb()?;
            bits.exp_golomb()?;
            // At most 255; a larger count runs out of bits.
            for _ in 0..bits.exp_golomb()?.min(255) {
                bits.exp_golomb()?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn scaling_lists(bits: &mut Bits<'_>, count: usize) -> Result<(), Problem> {
    for list in 0..count {
        if !bits.bit()? {
            continue;
        }
        let (mut last, mut next) = (8i64, 8i64);
        for _ in 0..if list < 6 { 16 } else { 64 } {
            if next != 0 {
                let code = i64::from(bits.exp_golomb()?);
                // Signed numbers go 0, 1, -1, 2, -2.
                let delta = if code % 2 == 1 { (code + 1) / 2 } else { -code / 2 };
                next = (last + delta).rem_euclid(256);
            }
            last = if next == 0 { last } else { next };
        }
    }
    Ok(())
}
