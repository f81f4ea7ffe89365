//! The bodies of the fuzz targets: functions of bytes that panic where something is not as it should be.
//! `../tests/it/replay.rs` compiles them too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::missing_panics_doc)]
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, missing_docs)]

pub mod maker;
pub mod reference;

use scaled_jpeg::{Damage, Failure, Fault, Header, Scale};
use turbojpeg::{Decompressor, Image, PixelFormat, ScalingFactor};

use reference::{Kind, Picture};

/// A target's name, and what file it makes of its input.
pub type Target = fn(&[u8]) -> Vec<u8>;
pub const TARGETS: [(&str, Target); 2] = [("file", <[u8]>::to_vec), ("made", maker::make)];

/// Larger pictures only take longer.
const MAX_PIXELS: u64 = 1 << 14;
/// One unit of each component at most, and what comes of them: blue is luma and 1.772 of chroma.
const BOUND: u8 = 3;
/// libjpeg rounds between the two directions of its transforms too.
const BOUND_OF_LIBJPEG: u8 = 4;

/// Any bytes, as a file.
pub fn file(input: &[u8]) {
    agrees(input, &two_scales(input));
}

/// A whole file with any coefficients.
pub fn made(input: &[u8]) {
    let file = maker::make(input);
    assert_eq!(agrees(&file, &two_scales(input)), 2, "a whole file was not decoded");
}

/// Which ones the input says. All of them take four times as long and find the same.
fn two_scales(input: &[u8]) -> [Scale; 2] {
    let sum: usize = input.iter().map(|byte| usize::from(*byte)).sum();
    [Scale::ALL[sum % 8], Scale::ALL[sum / 8 % 8]]
}

/// Decodes at some scales. What comes out is what the reference says; and what libjpeg-turbo says, where it has nothing to warn of.
/// Answers how many scales came out whole.
pub fn agrees(bytes: &[u8], scales: &[Scale]) -> usize {
    let Ok(header) = Header::read(bytes, MAX_PIXELS) else { return 0 };
    let mut whole = 0;
    for scale in scales.iter().copied() {
        let size = header.size().scaled(scale);
        let mut ours = vec![0; size.width as usize * size.height as usize * header.channels()];
        let outcome = header.decode_into(scale, &mut ours);
        let theirs = libjpeg(bytes, &header, scale);
        match outcome {
            Ok(()) => {
                let picture = reference::decode(bytes, usize::from(scale.eighths()), Kind::Low);
                let picture = picture.expect("the reference cannot decode what we can");
                compare(&ours, &picture.pixels, BOUND, "the reference", scale);
                if let Some(theirs) = theirs {
                    compare_libjpeg(bytes, scale, &ours, &picture, &theirs);
                }
                whole += 1;
            }
            // libjpeg-turbo does not mention those.
            Err(Failure::Damaged(Damage { fault: Fault::Overrun, .. })) => {}
            Err(failure) => assert!(theirs.is_none(), "libjpeg-turbo has nothing to warn of: {failure}"),
        }
    }
    whole
}

/// Blocks of 2×2 and 4×4 samples are made otherwise in libjpeg: there, a reference that does the same is compared.
fn compare_libjpeg(bytes: &[u8], scale: Scale, ours: &[u8], picture: &Picture, theirs: &[u8]) {
    if picture.largest > 2_000.0 {
        return;
    }
    if picture.points.iter().any(|points| matches!(points, 2 | 4)) {
        let means = reference::decode(bytes, usize::from(scale.eighths()), Kind::Means).unwrap();
        compare(&means.pixels, theirs, BOUND_OF_LIBJPEG, "libjpeg-turbo, by the reference", scale);
    } else {
        compare(ours, theirs, BOUND_OF_LIBJPEG, "libjpeg-turbo", scale);
    }
}

/// What libjpeg-turbo makes of it; `None` where it has something to say about it.
pub fn libjpeg(bytes: &[u8], header: &Header<'_>, scale: Scale) -> Option<Vec<u8>> {
    let mut decompressor = Decompressor::new().unwrap();
    decompressor.set_scaling_factor(ScalingFactor::new(usize::from(scale.eighths()), 8)).unwrap();
    let size = header.size().scaled(scale);
    let (width, height, channels) = (size.width as usize, size.height as usize, header.channels());
    let format = if channels == 1 { PixelFormat::GRAY } else { PixelFormat::RGB };
    let mut pixels = vec![0; width * height * channels];
    let image = Image { pixels: &mut pixels[..], width, pitch: width * channels, height, format };
    decompressor.decompress(bytes, image).ok().map(|()| pixels)
}

pub fn compare(ours: &[u8], theirs: &[u8], bound: u8, whose: &str, scale: Scale) {
    assert_eq!(ours.len(), theirs.len());
    for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        assert!(ours.abs_diff(*theirs) <= bound, "byte {at} at {scale:?}: {ours} is not {theirs} of {whose}");
    }
}
