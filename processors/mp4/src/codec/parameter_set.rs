//! What the sequence parameter sets of H.264 and H.265 have in common.

use super::Bits;
use crate::colour::ColourCodes;
use crate::error::Problem;

/// The bytes 00 00 03 stand for 00 00; no more than a parameter set's beginning is kept.
pub(super) fn without_emulation_prevention(unit: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut zeros = 0;
    for byte in unit.iter().take(1024) {
        if *byte == 3 && zeros >= 2 {
            zeros = 0;
            continue;
        }
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
        bytes.push(*byte);
    }
    bytes
}

/// The beginning of the video usability information, which H.264 (annex E.1.1) and H.265 (annex E.2.1) share.
pub(super) fn usability(bits: &mut Bits<'_>) -> Result<Option<ColourCodes>, Problem> {
    if bits.bit()? && bits.number(8)? == 255 {
        bits.skip(32)?;
    }
    if bits.bit()? {
        bits.bit()?;
    }
    if !bits.bit()? {
        return Ok(None);
    }
    bits.skip(3)?;
    let full_range = bits.bit()?;
    if !bits.bit()? {
        return Ok(ColourCodes::coded(2, 2, 2, Some(full_range)));
    }
    let mut number = || bits.number(8).map(|number| u16::try_from(number).unwrap_or(2));
    Ok(ColourCodes::coded(number()?, number()?, number()?, Some(full_range)))
}

#[cfg(test)]
mod tests {
    use super::without_emulation_prevention;

    #[test]
    fn an_escape_ends_the_run_of_zeros() {
        assert_eq!(without_emulation_prevention(&[9, 0, 0, 3, 1]), [9, 0, 0, 1]);
        assert_eq!(without_emulation_prevention(&[0, 0, 3, 0, 0, 3, 3]), [0, 0, 0, 0, 3]);
        assert_eq!(without_emulation_prevention(&[0, 3, 0, 0]), [0, 3, 0, 0]);
    }
}
