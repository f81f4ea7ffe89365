//! Bits, the high ones first.

use crate::error::Problem;

/// What is left of some bytes, bit by bit.
#[derive(Debug, Clone)]
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Bits<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    pub fn bit(&mut self) -> Result<bool, Problem> {
        let byte = self.bytes.get(self.position / 8).ok_or(Problem::Short)?;
        let bit = byte >> (7 - self.position % 8) & 1;
        self.position += 1;
        Ok(bit == 1)
    }

    /// Up to 32 bits as a number.
    pub fn number(&mut self, count: u8) -> Result<u32, Problem> {
        let mut number = 0;
        for _ in 0..count.min(32) {
            number = number << 1 | u32::from(self.bit()?);
        }
        Ok(number)
    }

    pub fn skip(&mut self, count: usize) -> Result<(), Problem> {
        for _ in 0..count {
            self.bit()?;
        }
        Ok(())
    }

    /// An unsigned Exp-Golomb number (ITU-T H.264 section 9.1), up to 2^32 - 2.
    pub fn exp_golomb(&mut self) -> Result<u32, Problem> {
        let mut zeros = 0u8;
        while !self.bit()? {
            zeros += 1;
            if zeros > 31 {
                return Err(Problem::Unknown { field: "Exp-Golomb number", value: zeros.into() });
            }
        }
        let rest = self.number(zeros)?;
        Ok((1u32 << zeros) - 1 + rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_0010, 0b1000_0000]);
        assert_eq!(bits.exp_golomb(), Ok(0));
        assert_eq!(bits.exp_golomb(), Ok(1));
        assert_eq!(bits.number(3), Ok(0b011));
        assert_eq!(bits.bit(), Ok(false));
        assert_eq!(bits.exp_golomb(), Ok(1));
        assert_eq!(bits.exp_golomb(), Ok(9));
        assert_eq!(Bits::new(&[0; 8]).exp_golomb(), Err(Problem::Unknown { field: "Exp-Golomb number", value: 32 }));
        assert_eq!(Bits::new(&[0]).exp_golomb(), Err(Problem::Short));
        assert_eq!(Bits::new(&[0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF]).exp_golomb(), Ok(u32::MAX - 1));
    }
}
