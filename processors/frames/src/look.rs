use image::{DynamicImage, GenericImageView, GrayImage, Pixel};
use serde::{Deserialize, Serialize};

/// How much there is to be seen in a picture, measured on a small grey copy of some of its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// The mean brightness, 0 to 255.
    pub brightness: f64,
    /// The standard deviation of the brightness: 0 for one flat colour.
    pub contrast: f64,
    /// The mean difference between neighbours, as a share of the contrast: small where all edges are soft.
    pub sharpness: f64,
}

/// The copy's longer side.
const SIDE: u32 = 128;

/// Darker is a fade from black, or a black frame.
const DARK: f64 = 16.0;
/// Less is one colour all over: black, white, a blank slide.
const FLAT: f64 = 4.0;
/// Less is a dissolve or a picture out of focus. Films in focus have 0.1 and more, a Gaussian blur of 1/20 of the width 0.05.
const SOFT: f64 = 0.06;

impl Look {
    /// Measures a picture.
    #[allow(clippy::cast_precision_loss, reason = "sums of at most 128 by 128 samples")]
    pub fn of(picture: &DynamicImage) -> Self {
        // Some rows and columns will do: at least four for each of the copy's.
        let apart = (picture.width().max(picture.height()) / (4 * SIDE)).max(1);
        let (width, height) = ((picture.width() / apart).max(1), (picture.height() / apart).max(1));
        let some = GrayImage::from_fn(width, height, |x, y| picture.get_pixel(x * apart, y * apart).to_luma());
        let small = DynamicImage::from(some).thumbnail(SIDE, SIDE).into_luma8();
        let samples = small.as_raw();
        let count = samples.len().max(1) as f64;
        let brightness = samples.iter().map(|s| f64::from(*s)).sum::<f64>() / count;
        let variance = samples.iter().map(|s| (f64::from(*s) - brightness).powi(2)).sum::<f64>() / count;
        let contrast = variance.sqrt();
        let width = usize::try_from(small.width().max(1)).unwrap_or(usize::MAX);
        let beside = samples.chunks(width).flat_map(|row| row.iter().zip(row.iter().skip(1)));
        let below = samples.iter().zip(samples.iter().skip(width));
        let (mut sum, mut pairs) = (0.0, 0_u32);
        for (a, b) in beside.chain(below) {
            sum += f64::from(a.abs_diff(*b));
            pairs += 1;
        }
        let sharpness = sum / f64::from(pairs.max(1)) / contrast.max(1.0);
        Self { brightness, contrast, sharpness }
    }

    /// Whether it will do as the picture of a film: neither black nor of one colour nor blurred.
    pub fn will_do(&self) -> bool {
        self.brightness >= DARK && self.contrast >= FLAT && self.sharpness >= SOFT
    }

    /// Of two pictures that will not do, the one with the higher score shows more.
    pub fn score(&self) -> f64 {
        self.brightness.min(DARK) / DARK + self.contrast.min(FLAT) / FLAT + self.sharpness.min(SOFT) / SOFT
    }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, Luma, RgbImage};

    use super::Look;

    /// Squares and noise: edges everywhere.
    fn sharp() -> DynamicImage {
        let noise = |x: u32, y: u32| (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 24 & 63;
        let grey = image::GrayImage::from_fn(320, 180, |x, y| {
            Luma([u8::try_from(noise(x / 4, y / 4)).unwrap_or(0) + if (x / 80 + y / 60) % 2 == 0 { 40 } else { 160 }])
        });
        DynamicImage::from(grey)
    }

    #[test]
    fn what_shows_nothing_will_not_do() {
        assert!(Look::of(&sharp()).will_do(), "{:?}", Look::of(&sharp()));
        let flat = |level| DynamicImage::from(RgbImage::from_pixel(320, 180, image::Rgb([level; 3])));
        let blurred = sharp().blur(24.0);
        for (name, picture) in
            [("black", flat(0)), ("dark", sharp().brighten(-215)), ("white", flat(255)), ("blurred", blurred)]
        {
            assert!(!Look::of(&picture).will_do(), "{name}: {:?}", Look::of(&picture));
            assert!(Look::of(&picture).score() < Look::of(&sharp()).score(), "{name}");
        }
    }
}
