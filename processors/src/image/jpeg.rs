/// Whether a JPEG reaches its end-of-image marker. The decoder fills what is missing with grey and says nothing, so a
/// cut-off upload has to be found by walking the markers; what stands behind the end is of no interest.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let Some((marker, after)) = next_marker(rest) {
        rest = match marker {
            0xD9 => return true,
            // Markers without a length: TEM, and the restart markers that stand inside a scan.
            0x01 | 0xD0..=0xD7 => after,
            _ => {
                let Some((length, _)) = after.split_first_chunk::<2>() else { return false };
                after.get(usize::from(u16::from_be_bytes(*length)).max(2)..).unwrap_or_default()
            }
        };
    }
    false
}

/// The next marker, and what follows it. Skips a scan's coded data, where 0xFF is always followed by 0.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let mut rest = bytes;
    loop {
        let at = rest.iter().position(|b| *b == 0xFF)?;
        rest = rest.get(at + 1..)?;
        match rest.split_first() {
            Some((0x00 | 0xFF, _)) => {}
            Some((marker, after)) => return Some((*marker, after)),
            None => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_whole;

    const WHOLE: &[u8] =
        b"\xFF\xD8\xFF\xE0\0\x04\xFF\xD9\xFF\xDA\0\x03\x01\x10\xFF\0\x20\xFF\xD0\x30\xFF\xFF\xDA\0\x02\x40\xFF\xD9";

    #[test]
    fn the_end_marker_is_found_behind_segments_and_scans() {
        assert!(is_whole(WHOLE));
        assert!(is_whole(&[WHOLE, b"trailing\xFF\xD8"].concat()));
    }

    #[test]
    fn every_shorter_prefix_is_cut_off() {
        for length in 0..WHOLE.len() {
            let prefix = WHOLE.get(..length).unwrap_or_default();
            assert!(!is_whole(prefix), "{length} bytes");
        }
    }
}
