//! Files that are odd, damaged or made to hurt: each ends in a picture or in a named refusal.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_possible_truncation)]

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::{Delay, DynamicImage, Frame, ImageFormat, Rgb, RgbImage, RgbaImage};
use pictures::{PictureError, Recipe, Refusal, Step, execute, facts, plan};

fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x * 3) as u8, (y * 5) as u8, (x ^ y) as u8]))
}

fn stored(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture(120, 80)).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn moving(frames: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for shade in 0..frames {
        let pixels = RgbaImage::from_pixel(60, 40, image::Rgba([shade.wrapping_mul(40), 90, 200, 255]));
        encoder.encode_frame(Frame::from_parts(pixels, 0, 0, Delay::from_numer_denom_ms(80, 1))).unwrap();
    }
    drop(encoder);
    bytes
}

/// A recipe that takes no time.
fn small() -> Recipe {
    Recipe::parse(r#"{"version": 1, "renditions": [{"name": "w64", "width": 64, "formats": ["webp", "jpeg"]}]}"#)
        .unwrap()
}

fn rendered(bytes: &[u8]) -> Result<usize, PictureError> {
    let facts = facts(bytes)?;
    let recipe = small();
    let plan = plan(&facts, bytes.len() as u64, &recipe)?;
    let made = execute(bytes, &facts, &plan, &recipe.keep, Step::First)?;
    for (planned, file) in &made.files {
        let decoded = image::load_from_memory(file).unwrap();
        assert_eq!((decoded.width(), decoded.height()), (planned.size.width, planned.size.height), "{}", planned.name);
    }
    Ok(made.files.len())
}

/// Every format that is read and that this test can make.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let avif = {
        let recipe =
            r#"{"version": 1, "renditions": [{"name": "w", "width": 120, "formats": ["webp"], "later": ["avif"]}]}"#;
        let (recipe, bytes) = (Recipe::parse(recipe).unwrap(), stored(ImageFormat::Png));
        let facts = facts(&bytes).unwrap();
        let plan = plan(&facts, bytes.len() as u64, &recipe).unwrap();
        execute(&bytes, &facts, &plan, &recipe.keep, Step::Later).unwrap().files.remove(0).1
    };
    vec![
        ("jpeg", stored(ImageFormat::Jpeg)),
        ("png", stored(ImageFormat::Png)),
        ("webp", stored(ImageFormat::WebP)),
        ("gif", stored(ImageFormat::Gif)),
        ("moving", moving(5)),
        ("tiff", stored(ImageFormat::Tiff)),
        ("bmp", stored(ImageFormat::Bmp)),
        ("avif", avif),
    ]
}

#[test]
fn every_format_becomes_webp_and_jpeg() {
    for (name, bytes) in files() {
        assert_eq!(rendered(&bytes).unwrap_or_else(|e| panic!("{name}: {e}")), 2, "{name}");
    }
}

#[test]
fn a_file_that_ends_early_shows_what_there_is_or_says_so() {
    for (name, bytes) in files() {
        for tenth in 0..10 {
            let cut = &bytes[..bytes.len() * tenth / 10];
            match rendered(cut) {
                Err(PictureError::Refused(Refusal::Empty)) => assert_eq!(tenth, 0, "{name}"),
                Ok(_) | Err(PictureError::Refused(Refusal::Damaged(_) | Refusal::Unknown | Refusal::Variant(_))) => {}
                Err(other) => panic!("{name}, {tenth} tenths: {other}"),
            }
        }
    }
    let jpeg = stored(ImageFormat::Jpeg);
    assert!(rendered(&jpeg[..jpeg.len() * 9 / 10]).is_ok(), "most of it is there");
}

#[test]
fn flipped_bits_end_in_a_picture_or_a_refusal() {
    for (name, bytes) in files() {
        for step in 0..12 {
            let mut flipped = bytes.clone();
            let at = bytes.len() * (2 * step + 1) / 24;
            flipped[at] ^= 1 << (step % 8);
            match rendered(&flipped) {
                Ok(_) | Err(PictureError::Refused(_)) => {}
                Err(other) => panic!("{name}, byte {at}: {other}"),
            }
        }
    }
}

#[test]
fn bombs_are_refused_by_their_headers() {
    // 200,000 × 100,000 pixels in a PNG, 65,535 × 65,535 in a JPEG and a GIF.
    let mut png = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\x03\x0D\x40\0\x01\x86\xA0\x08\x02\0\0\0".to_vec();
    png.extend_from_slice(&[0xAD, 0xF1, 0xE6, 0x55]);
    png.extend_from_slice(b"\0\0\0\0IDAT\x35\xAF\x06\x1E");
    let mut jpeg = stored(ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].fill(0xFF);
    let mut gif = stored(ImageFormat::Gif);
    gif[6..10].fill(0xFF);
    for (name, bytes) in [("jpeg", &jpeg), ("gif", &gif)] {
        let refusal = rendered(bytes).unwrap_err().to_string();
        assert!(refusal.contains("4295 megapixels") || refusal.contains("damaged"), "{name}: {refusal}");
    }
    assert!(matches!(rendered(&png), Err(PictureError::Refused(_))));
}

#[test]
fn what_moves_goes_on_moving() {
    let bytes = moving(6);
    let (recipe, facts) = (small(), facts(&bytes).unwrap());
    let plan = plan(&facts, bytes.len() as u64, &recipe).unwrap();
    assert!(plan.moving && facts.frames == 6);
    let made = execute(&bytes, &facts, &plan, &recipe.keep, Step::First).unwrap();
    let webp = &made.files.iter().find(|(planned, _)| planned.name == "w64").unwrap().1;
    let decoder = image::codecs::webp::WebPDecoder::new(Cursor::new(webp)).unwrap();
    assert!(decoder.has_animation());
    let shades: Vec<u8> =
        image::AnimationDecoder::into_frames(decoder).map(|f| f.unwrap().buffer().get_pixel(20, 20).0[0]).collect();
    assert_eq!(shades.len(), 6);
    assert!(shades.windows(2).all(|pair| pair[0] < pair[1]), "{shades:?}");
}

#[test]
fn other_files_are_refused_by_name() {
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>";
    for bytes in [svg.as_slice(), b"PK\x03\x04 a zip", b"%PDF-1.7", b"hello"] {
        assert_eq!(facts(bytes).unwrap_err(), Refusal::Unknown);
    }
    assert_eq!(facts(b"").unwrap_err(), Refusal::Empty);
}
