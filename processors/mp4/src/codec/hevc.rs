//! H.265: `hvcC`, its name, and the colours of its sequence parameter set; ISO/IEC 14496-15 section 8.3.2 and annex E.3, ITU-T H.265
//! sections 7.3.2.2, 7.3.3, 7.3.4 and 7.3.7.

use super::Bits;
use super::parameter_set::{usability, without_emulation_prevention};
use crate::boxes::{Fields, FourCc};
use crate::colour::ColourCodes;
use crate::error::Problem;

/// The type of a unit that holds a sequence parameter set.
const SEQUENCE_PARAMETER_SET: u8 = 33;
/// The most sets of reference pictures that there may be; section 7.4.3.2.1.
const REFERENCE_SETS: usize = 64;
/// The most pictures of such a set that come before, and that come after; no decoder keeps more than 16.
const REFERENCE_PICTURES: u32 = 16;

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

/// A parameter set that cannot be followed names no colours.
pub(super) fn colour(mut fields: Fields<'_>) -> Result<Option<ColourCodes>, Problem> {
    fields.skip(22)?;
    for _ in 0..fields.u8()? {
        let kind = fields.u8()? & 0x3F;
        for _ in 0..fields.u16()? {
            let length = fields.u16()?;
            let unit = fields.take(length.into())?;
            if kind == SEQUENCE_PARAMETER_SET {
                return Ok(sequence_colour(&without_emulation_prevention(unit)).unwrap_or_default());
            }
        }
    }
    Ok(None)
}

fn sequence_colour(unit: &[u8]) -> Result<Option<ColourCodes>, Problem> {
    let mut bits = Bits::new(unit);
    // The unit's header, the video parameter set.
    bits.skip(16 + 4)?;
    let sub_layers = bits.number(3)?;
    bits.bit()?;
    profile_and_levels(&mut bits, sub_layers)?;
    bits.exp_golomb()?;
    if bits.exp_golomb()? == 3 {
        bits.bit()?;
    }
    skip_numbers(&mut bits, 2)?;
    if bits.bit()? {
        skip_numbers(&mut bits, 4)?;
    }
    // Bits of luma and chroma.
    skip_numbers(&mut bits, 2)?;
    let order_bits = bits.exp_golomb()?.saturating_add(4);
    let every_layer = bits.bit()?;
    skip_numbers(&mut bits, if every_layer { 3 * (sub_layers + 1) } else { 3 })?;
    // Sizes of blocks and depths of trees.
    skip_numbers(&mut bits, 6)?;
    if bits.bit()? && bits.bit()? {
        scaling_lists(&mut bits)?;
    }
    bits.skip(2)?;
    if bits.bit()? {
        bits.skip(8)?;
        skip_numbers(&mut bits, 2)?;
        bits.bit()?;
    }
    reference_sets(&mut bits)?;
    if bits.bit()? {
        for _ in 0..bits.exp_golomb()?.min(32) {
            bits.number(u8::try_from(order_bits).unwrap_or(u8::MAX))?;
            bits.bit()?;
        }
    }
    bits.skip(2)?;
    if bits.bit()? { usability(&mut bits) } else { Ok(None) }
}

fn skip_numbers(bits: &mut Bits<'_>, count: u32) -> Result<(), Problem> {
    for _ in 0..count {
        bits.exp_golomb()?;
    }
    Ok(())
}

fn profile_and_levels(bits: &mut Bits<'_>, sub_layers: u32) -> Result<(), Problem> {
    bits.skip(88 + 8)?;
    let mut present = Vec::new();
    for _ in 0..sub_layers {
        present.push((bits.bit()?, bits.bit()?));
    }
    if sub_layers > 0 {
        for _ in sub_layers..8 {
            bits.skip(2)?;
        }
    }
    for (profile, level) in present {
        bits.skip(if profile { 88 } else { 0 } + if level { 8 } else { 0 })?;
    }
    Ok(())
}

fn scaling_lists(bits: &mut Bits<'_>) -> Result<(), Problem> {
    for size in 0..4u32 {
        for _ in 0..if size == 3 { 2 } else { 6 } {
            if bits.bit()? {
                // One more number for the large ones.
                let coefficients = 64.min(1 << (4 + size * 2));
                skip_numbers(bits, coefficients + u32::from(size > 1))?;
            } else {
                bits.exp_golomb()?;
            }
        }
    }
    Ok(())
}

fn reference_sets(bits: &mut Bits<'_>) -> Result<(), Problem> {
    let count = usize::try_from(bits.exp_golomb()?).unwrap_or(usize::MAX);
    if count > REFERENCE_SETS {
        return Err(Problem::Unknown { field: "num_short_term_ref_pic_sets", value: count as u64 });
    }
    // Of the set before, how many pictures it has.
    let mut pictures = 0u32;
    for set in 0..count {
        if set > 0 && bits.bit()? {
            bits.bit()?;
            bits.exp_golomb()?;
            let mut kept = 0;
            for _ in 0..=pictures {
                let used = bits.bit()?;
                kept += u32::from(used || bits.bit()?);
            }
            pictures = kept;
        } else {
            let (before, after) = (bits.exp_golomb()?, bits.exp_golomb()?);
            if before > REFERENCE_PICTURES || after > REFERENCE_PICTURES {
                return Err(Problem::Unknown { field: "num_negative_pics", value: before.max(after).into() });
            }
            pictures = before + after;
            for _ in 0..pictures {
                bits.exp_golomb()?;
                bits.bit()?;
            }
        }
    }
    Ok(())
}
