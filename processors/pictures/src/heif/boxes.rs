/// A big-endian number of at most four bytes.
pub(super) fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

pub(super) fn child(bytes: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    Boxes(bytes).find(|(found, _)| *found == kind).map(|(_, body)| body)
}

/// The boxes that stand one after the other, each with its content.
pub(super) struct Boxes<'a>(pub &'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (size, rest) = self.0.split_first_chunk::<4>()?;
        let (kind, rest) = rest.split_first_chunk::<4>()?;
        let (size, body) = match u32::from_be_bytes(*size) {
            0 => (rest.len(), rest),
            1 => {
                let (large, rest) = rest.split_first_chunk::<8>()?;
                (usize::try_from(u64::from_be_bytes(*large)).ok()?.checked_sub(16)?, rest)
            }
            size => ((size as usize).checked_sub(8)?, rest),
        };
        let (body, after) = body.split_at_checked(size)?;
        self.0 = after;
        Some((*kind, body))
    }
}

/// Reads numbers one after the other.
pub(super) struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    /// A full box's content behind its version and flags, and its version.
    pub fn versioned(body: &'a [u8]) -> Option<(u8, Self)> {
        let (head, rest) = body.split_first_chunk::<4>()?;
        Some((head[0], Self(rest)))
    }

    pub fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    /// Of 0, 2, 4 or 8 bytes; 0 where there are none.
    pub fn number(&mut self, bytes: usize) -> Option<u64> {
        Some(self.bytes(bytes)?.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    /// Of 2 or 4 bytes.
    pub fn short(&mut self, bytes: usize) -> Option<u32> {
        u32::try_from(self.number(bytes)?).ok()
    }
}
