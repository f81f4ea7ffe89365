//! A look at a TIFF's first directory before its decoder's, which makes room for as many values as an entry says that it has.

/// Whether every entry of the first directory has its values in the file (TIFF 6.0, section 2; `BigTIFF`, which has 8 bytes for places and
/// counts).
pub(super) fn values_fit(bytes: &[u8]) -> bool {
    first_directory(bytes).is_some_and(|mut counts| counts.all(|(size, count)| size * count <= bytes.len() as u64))
}

/// Each entry's bytes a value, and how many values it says that it has.
fn first_directory(bytes: &[u8]) -> Option<impl Iterator<Item = (u64, u64)> + '_> {
    let little = match bytes.get(..2)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let number = move |at: usize, length: usize| {
        let bytes = bytes.get(at..at.checked_add(length)?)?.iter();
        let join = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if little { bytes.rev().fold(0, join) } else { bytes.fold(0, join) })
    };
    let (place, wide) = match number(2, 2)? {
        42 => (number(4, 4)?, 4),
        43 => (number(8, 8)?, 8),
        _ => return None,
    };
    let place = usize::try_from(place).ok()?;
    let (head, entry) = if wide == 4 { (2, 12) } else { (8, 20) };
    let entries = usize::try_from(number(place, head)?).ok()?.min(bytes.len() / entry);
    let start = place.checked_add(head)?;
    // Where the directory itself is cut off, the decoder says so.
    Some((0..entries).map_while(move |index| {
        let at = start.checked_add(index * entry)?;
        let count = number(at + 4, wide)?;
        // Of kinds that are not known the decoder reads no values.
        let size = match number(at + 2, 2)? {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16..=18 => 8,
            _ => 0,
        };
        Some((size, count.min(u64::MAX / 8)))
    }))
}

#[cfg(test)]
mod tests {
    use super::values_fit;

    fn tiff(count: u32) -> Vec<u8> {
        let entry = [b"\x01\0\x04\0".as_slice(), &count.to_le_bytes(), &[1, 0, 0, 0]].concat();
        [b"II\x2A\0\x08\0\0\0\x01\0".as_slice(), &entry, &[0; 8]].concat()
    }

    #[test]
    fn more_values_than_the_file_could_hold_are_refused() {
        assert!(values_fit(&tiff(1)) && values_fit(&tiff(7)));
        assert!(!values_fit(&tiff(8)) && !values_fit(&tiff(u32::MAX)));
        for length in 0..8 {
            assert!(!values_fit(tiff(1).get(..length).unwrap_or_default()));
        }
    }
}
