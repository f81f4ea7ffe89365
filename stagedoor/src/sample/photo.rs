use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageResult, RgbImage, imageops};

use super::painter::{Moment, Painter};

/// The photo as it is shown, in pixels; it is stored lying on its side.
const WIDTH: u32 = 3000;
const HEIGHT: u32 = 2000;
const QUALITY: u8 = 88;

/// A JPEG of 2000×3000 stored pixels that EXIF turns upright to 3000×2000, with a place in it that must not get out.
///
/// # Errors
/// Where the encoder fails, which it has no reason to.
pub fn photo() -> ImageResult<Vec<u8>> {
    let mut upright = RgbImage::new(WIDTH, HEIGHT);
    let painter = Painter::new(WIDTH as usize, HEIGHT as usize, 0.52, 77);
    painter.paint(Moment { morning: 0.36, drift: 0.62 }, &mut upright);
    let stored = imageops::rotate270(&upright);
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    encoder.set_exif_metadata(exif()).map_err(image::ImageError::Unsupported)?;
    encoder.write_image(&stored, stored.width(), stored.height(), ExtendedColorType::Rgb8)?;
    Ok(jpeg)
}

/// A big-endian TIFF of two directories: `Orientation` 6 ("turn it right by 90°") and a place in the Alps.
fn exif() -> Vec<u8> {
    const SHORT: u16 = 3;
    const LONG: u16 = 4;
    const ASCII: u16 = 2;
    const RATIONAL: u16 = 5;
    const GPS_AT: u32 = 8 + 2 + 2 * 12 + 4;
    const VALUES_AT: u32 = GPS_AT + 2 + 4 * 12 + 4;
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| -> Vec<u8> {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
    };
    let end = 0u32.to_be_bytes().to_vec();
    let degrees = |d: u32, m: u32, s: u32| [d, 1, m, 1, s, 1].map(u32::to_be_bytes).concat();
    [
        b"MM\0\x2A\0\0\0\x08".to_vec(),
        2u16.to_be_bytes().to_vec(),
        entry(0x0112, SHORT, 1, [0, 6, 0, 0]),
        entry(0x8825, LONG, 1, GPS_AT.to_be_bytes()),
        end.clone(),
        4u16.to_be_bytes().to_vec(),
        entry(1, ASCII, 2, *b"N\0\0\0"),
        entry(2, RATIONAL, 3, VALUES_AT.to_be_bytes()),
        entry(3, ASCII, 2, *b"E\0\0\0"),
        entry(4, RATIONAL, 3, (VALUES_AT + 24).to_be_bytes()),
        end,
        degrees(46, 32, 50),
        degrees(7, 57, 45),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use std::io::Cursor;

    use image::metadata::Orientation;
    use image::{GenericImageView, ImageDecoder, ImageFormat, ImageReader};

    use super::*;

    #[test]
    fn it_lies_on_its_side_and_says_where_it_was_taken() {
        let jpeg = photo().unwrap();
        let mut decoder = ImageReader::with_format(Cursor::new(&jpeg), ImageFormat::Jpeg).into_decoder().unwrap();
        assert_eq!(decoder.dimensions(), (HEIGHT, WIDTH));
        assert_eq!(decoder.orientation().unwrap(), Orientation::Rotate90);
        let exif = decoder.exif_metadata().unwrap().unwrap();
        let gps_pointer = [0x88, 0x25, 0, 4, 0, 0, 0, 1];
        assert!(exif.windows(8).any(|w| w == gps_pointer));

        // Upright, the sky is above and lighter than the near hills.
        let mut upright = image::DynamicImage::from_decoder(decoder).unwrap();
        upright.apply_orientation(Orientation::Rotate90);
        assert_eq!(upright.dimensions(), (WIDTH, HEIGHT));
        let brightness = |y: u32| -> u32 {
            (0..WIDTH)
                .step_by(10)
                .map(|x| upright.get_pixel(x, y).0[..3].iter().map(|c| u32::from(*c)).sum::<u32>())
                .sum()
        };
        assert!(brightness(HEIGHT / 8) > 3 * brightness(HEIGHT - 10));
    }
}
