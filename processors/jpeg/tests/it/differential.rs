//! Beside libjpeg-turbo and a reference in double precision, over all samplings, sizes, qualities and scales.

use crate::targets;
use scaled_jpeg::{Colours, Header, Sampling, Scale};
use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};

const SAMPLINGS: [(Subsamp, u8, u8); 5] = [
    (Subsamp::None, 1, 1),
    (Subsamp::Sub2x1, 2, 1),
    (Subsamp::Sub2x2, 2, 2),
    (Subsamp::Sub1x2, 1, 2),
    (Subsamp::Gray, 1, 1),
];

/// Every width and every height from 1 to 40, at qualities from 20 to 100.
#[test]
fn every_sampling_size_and_quality_agrees() {
    for (subsamp, horizontal, vertical) in SAMPLINGS {
        for width in 1..=40 {
            let height = width * 17 % 40 + 1;
            let quality = 20 + (width * 7 % 81) as i32;
            let file = encoded(width, height, subsamp, quality, width % 3 == 0);
            let header = Header::read(&file, 1600).unwrap();
            assert_eq!((header.size().width as usize, header.size().height as usize), (width, height));
            assert_eq!(header.sampling(), Sampling { horizontal, vertical });
            assert_eq!(header.colours() == Colours::Grey, subsamp == Subsamp::Gray);
            assert_eq!(targets::agrees(&file, &Scale::ALL), 8, "{subsamp:?} {width}x{height}, quality {quality}");
        }
    }
}

/// Sizes of a few hundred pixels reach over many windows and MCU rows.
#[test]
fn larger_pictures_differ_little_on_average() {
    for (subsamp, ..) in SAMPLINGS {
        for (quality, optimised) in [(60, true), (92, false)] {
            let file = encoded(431, 307, subsamp, quality, optimised);
            let header = Header::read(&file, u64::MAX).unwrap();
            for scale in Scale::ALL {
                let theirs = targets::libjpeg(&file, &header, scale).unwrap();
                let mut ours = vec![0; theirs.len()];
                header.decode_into(scale, &mut ours).unwrap();
                let sum: u64 = ours.iter().zip(&theirs).map(|(ours, theirs)| u64::from(ours.abs_diff(*theirs))).sum();
                let mean = sum as f64 / ours.len() as f64;
                // libjpeg makes blocks of 2×2 and 4×4 samples of means, which are softer. At 1/8, that is chroma of 4:2:0.
                let bound = match (scale, subsamp) {
                    (Scale::Quarter | Scale::Half, _) => 3.0,
                    (Scale::Eighth, Subsamp::Sub2x2) => 1.0,
                    _ => 0.08,
                };
                assert!(mean < bound, "{subsamp:?}, quality {quality}, {scale:?}: {mean}");
            }
        }
    }
}

#[test]
fn flat_pictures_are_exact() {
    for value in [0, 1, 127, 128, 254, 255] {
        let pixels = vec![value; 40 * 40];
        let image = Image { pixels: &pixels[..], width: 40, pitch: 40, height: 40, format: PixelFormat::GRAY };
        let mut compressor = Compressor::new().unwrap();
        compressor.set_subsamp(Subsamp::Gray).unwrap();
        compressor.set_quality(100).unwrap();
        let file = compressor.compress_to_vec(image).unwrap();
        let header = Header::read(&file, 1600).unwrap();
        for scale in Scale::ALL {
            let size = header.size().scaled(scale);
            let mut ours = vec![0; (size.width * size.height) as usize];
            header.decode_into(scale, &mut ours).unwrap();
            assert!(ours.iter().all(|sample| *sample == value), "{value} at {scale:?}");
        }
    }
}

/// A picture of slopes, waves, an edge and grain.
fn encoded(width: usize, height: usize, subsamp: Subsamp, quality: i32, optimised: bool) -> Vec<u8> {
    let mut random = 1_u32;
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = f64::from(random >> 28) - 8.0;
            let wave = 40.0 * (x as f64 / 3.0 + y as f64 / 7.0).sin();
            let edge = if x > y { 60.0 } else { 0.0 };
            let red = 40.0 + 160.0 * x as f64 / width as f64 + wave + grain;
            let green = 120.0 + wave - edge + grain;
            let blue = 200.0 - 150.0 * y as f64 / height as f64 + edge + grain;
            pixels.extend([red, green, blue].map(|value| value.clamp(0.0, 255.0) as u8));
        }
    }
    let mut compressor = Compressor::new().unwrap();
    compressor.set_subsamp(subsamp).unwrap();
    compressor.set_quality(quality).unwrap();
    compressor.set_optimize(optimised).unwrap();
    let image = Image { pixels: &pixels[..], width, pitch: 3 * width, height, format: PixelFormat::RGB };
    compressor.compress_to_vec(image).unwrap()
}
