//! The frame header (ITU T.81 B.2.2).

use crate::geometry::Size;
use crate::header::Sampling;
use crate::segments::Body;
use crate::unsupported::Unsupported;

/// Size, sampling, and the components in their order.
pub(crate) struct Frame {
    pub(crate) size: Size,
    pub(crate) sampling: Sampling,
    pub(crate) components: Vec<FrameComponent>,
}

/// A component's name, and its quantisation table's slot.
pub(crate) struct FrameComponent {
    pub(crate) id: u8,
    pub(crate) steps: u8,
}

impl Frame {
    /// Reads a SOF0 or SOF1 segment.
    pub(crate) fn read(mut body: Body<'_>, max_pixels: u64) -> Result<Self, Unsupported> {
        let bits = body.byte()?;
        let (height, width) = (body.word()?, body.word()?);
        let count = body.byte()?;
        if bits != 8 {
            return Err(Unsupported::Precision { bits });
        }
        if height == 0 || width == 0 {
            return Err(Unsupported::NoSize);
        }
        let size = Size { width: width.into(), height: height.into() };
        let pixels = u64::from(size.width) * u64::from(size.height);
        if pixels > max_pixels {
            return Err(Unsupported::TooLarge { pixels, limit: max_pixels });
        }
        if count != 1 && count != 3 {
            return Err(Unsupported::Components { count });
        }
        let mut components: Vec<FrameComponent> = Vec::new();
        let mut factors = Vec::new();
        for _ in 0..count {
            let id = body.byte()?;
            if components.iter().any(|other| other.id == id) {
                return Err(Unsupported::Sampling);
            }
            factors.push(body.nibbles()?);
            components.push(FrameComponent { id, steps: body.byte()? });
        }
        body.end()?;
        Ok(Self { size, sampling: sampling(&factors)?, components })
    }
}

/// A single component has one block to an MCU, whatever its factors (ITU T.81 A.2.2).
fn sampling(factors: &[(u8, u8)]) -> Result<Sampling, Unsupported> {
    match *factors {
        [(1..=4, 1..=4)] => Ok(Sampling { horizontal: 1, vertical: 1 }),
        [(horizontal @ 1..=2, vertical @ 1..=2), (1, 1), (1, 1)] => Ok(Sampling { horizontal, vertical }),
        _ => Err(Unsupported::Sampling),
    }
}
