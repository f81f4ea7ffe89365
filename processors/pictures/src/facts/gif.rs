/// How many pictures a GIF holds, counted by its blocks: 107,000 of them have been seen in one of a few megabytes. What cannot be
/// followed any further ends the count.
pub(super) fn frames(bytes: &[u8]) -> u32 {
    count(bytes).max(1)
}

fn count(bytes: &[u8]) -> u32 {
    let mut frames = 0_u32;
    let Some(flags) = bytes.get(10) else { return 0 };
    let mut rest = bytes.get(13 + table(*flags)..).unwrap_or_default();
    while let Some((introducer, after)) = rest.split_first() {
        rest = match introducer {
            // An extension: its label, then its sub-blocks.
            0x21 => sub_blocks(after.get(1..).unwrap_or_default()),
            0x2C => {
                let Some(flags) = after.get(8) else { return frames };
                frames = frames.saturating_add(1);
                // The place and size, the flags, a colour table, the code size, then sub-blocks.
                sub_blocks(after.get(9 + table(*flags) + 1..).unwrap_or_default())
            }
            _ => return frames,
        };
    }
    frames
}

/// The bytes of a colour table that such flags announce (GIF 89a, 18.c.iii and 20.c.vi).
fn table(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

fn sub_blocks(mut rest: &[u8]) -> &[u8] {
    while let Some((length, after)) = rest.split_first() {
        rest = after.get(usize::from(*length)..).unwrap_or_default();
        if *length == 0 {
            break;
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use image::codecs::gif::GifEncoder;
    use image::{Delay, Frame, RgbaImage};

    use super::frames;

    #[test]
    fn every_picture_is_counted_and_no_cut_makes_more() {
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new(&mut bytes);
        for shade in 0..7 {
            let picture = RgbaImage::from_pixel(9, 5, image::Rgba([shade * 30, 0, 0, 255]));
            encoder.encode_frame(Frame::from_parts(picture, 0, 0, Delay::from_numer_denom_ms(40, 1))).unwrap();
        }
        drop(encoder);
        assert_eq!(frames(&bytes), 7);
        for length in 0..bytes.len() {
            assert!((1..=7).contains(&frames(bytes.get(..length).unwrap())), "{length} bytes");
        }
    }
}
