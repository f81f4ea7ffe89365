//! Colours and orientations, beside references that this crate had no hand in.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};
use moxcms::ColorProfile;
use pictures::{Recipe, Step, execute, facts, plan};

/// The only rendition, a lossless copy being none of our formats: JPEG of the best quality.
fn rendered(bytes: &[u8]) -> RgbImage {
    let recipe =
        r#"{"version": 1, "quality": {"jpeg": 100}, "renditions": [{"name": "w", "width": 640, "formats": ["jpeg"]}]}"#;
    let recipe = Recipe::parse(recipe).unwrap();
    let facts = facts(bytes).unwrap();
    let plan = plan(&facts, bytes.len() as u64, &recipe).unwrap();
    let made = execute(bytes, &facts, &plan, &recipe.keep, Step::First).unwrap();
    image::load_from_memory(&made.files[0].1).unwrap().to_rgb8()
}

/// One colour all over, in a PNG with that profile.
fn filled(colour: [u8; 3], profile: Vec<u8>) -> Vec<u8> {
    let picture = RgbImage::from_pixel(32, 32, Rgb(colour));
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    encoder.set_icc_profile(profile).unwrap();
    encoder.write_image(picture.as_raw(), 32, 32, ExtendedColorType::Rgb8).unwrap();
    bytes
}

fn near(found: [u8; 3], expected: [u8; 3], most: u8) -> bool {
    found.iter().zip(expected).all(|(found, expected)| found.abs_diff(expected) <= most)
}

#[test]
fn wide_gamuts_come_out_in_srgb() {
    // Computed by the matrices of the profiles' own definitions, in double precision, and sRGB's curve.
    let p3 = ColorProfile::new_display_p3().encode().unwrap();
    let adobe = ColorProfile::new_adobe_rgb().encode().unwrap();
    let table = [
        (&p3, [128, 128, 128], [128, 128, 128]),
        (&p3, [200, 100, 50], [215, 93, 31]),
        (&p3, [100, 150, 200], [83, 152, 205]),
        (&adobe, [128, 128, 128], [129, 129, 129]),
        (&adobe, [120, 150, 100], [105, 151, 97]),
    ];
    for (profile, stored, expected) in table {
        let found = rendered(&filled(stored, profile.clone())).get_pixel(16, 16).0;
        assert!(near(found, expected, 4), "{stored:?}: {found:?}, expected {expected:?}");
    }
}

#[test]
fn every_orientation_of_every_format_ends_upright() {
    // A red corner at the top left of the picture as shown, 48 × 32.
    let shown =
        RgbImage::from_fn(48, 32, |x, y| if x < 16 && y < 12 { Rgb([220, 20, 20]) } else { Rgb([230, 230, 230]) });
    for orientation in 1..=8_u8 {
        let stored = as_stored(&shown, orientation);
        for format in ["jpeg", "png", "webp"] {
            let upright = rendered(&with_exif(&stored, orientation, format));
            assert_eq!(upright.dimensions(), (48, 32), "{format} {orientation}");
            let red = |x, y| upright.get_pixel(x, y).0[1] < 100;
            assert_eq!(
                [red(4, 4), red(43, 4), red(4, 27), red(43, 27)],
                [true, false, false, false],
                "{format} {orientation}"
            );
        }
    }
}

/// CIPA DC-008, table of `Orientation`: which side of the picture as shown the stored row 0 and column 0 are.
fn as_stored(shown: &RgbImage, orientation: u8) -> RgbImage {
    let (right, bottom) = (shown.width() - 1, shown.height() - 1);
    let (width, height) = if orientation >= 5 { (bottom + 1, right + 1) } else { (right + 1, bottom + 1) };
    RgbImage::from_fn(width, height, |column, row| {
        let (x, y) = match orientation {
            1 => (column, row),
            2 => (right - column, row),
            3 => (right - column, bottom - row),
            4 => (column, bottom - row),
            5 => (row, column),
            6 => (right - row, column),
            7 => (right - row, bottom - column),
            _ => (row, bottom - column),
        };
        *shown.get_pixel(x, y)
    })
}

fn with_exif(picture: &RgbImage, orientation: u8, format: &str) -> Vec<u8> {
    let exif =
        [b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(), &[orientation, 0, 0, 0, 0, 0, 0]].concat();
    let (samples, width, height) = (picture.as_raw(), picture.width(), picture.height());
    let mut bytes = Vec::new();
    match format {
        "jpeg" => {
            let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
            encoder.set_exif_metadata(exif).unwrap();
            encoder.write_image(samples, width, height, ExtendedColorType::Rgb8).unwrap();
        }
        "png" => {
            let mut encoder = PngEncoder::new(&mut bytes);
            encoder.set_exif_metadata(exif).unwrap();
            encoder.write_image(samples, width, height, ExtendedColorType::Rgb8).unwrap();
        }
        _ => {
            let mut encoder = WebPEncoder::new_lossless(Cursor::new(&mut bytes));
            encoder.set_exif_metadata(exif).unwrap();
            encoder.write_image(samples, width, height, ExtendedColorType::Rgb8).unwrap();
        }
    }
    bytes
}
