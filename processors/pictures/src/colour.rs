//! From the source's colours to sRGB with 8 bits a channel.

use image::{DynamicImage, Rgb, Rgb32FImage, RgbImage, RgbaImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use crate::facts::Facts;

/// What samples mean.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Colour {
    /// sRGB, or nothing said.
    Srgb,
    /// As an ICC profile has it.
    Profile(Vec<u8>),
    /// Display P3, said by its code.
    DisplayP3,
    /// Light beyond white.
    Bright(Transfer, Primaries),
}

/// How light beyond white is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// Perceptual quantisation, SMPTE ST 2084.
    Pq,
    /// Hybrid log-gamma, ARIB STD-B67.
    Hlg,
}

/// Which red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Primaries {
    Bt709,
    DisplayP3,
    Bt2020,
}

impl Colour {
    pub fn of(facts: &Facts) -> Self {
        Self::new(facts.codes, facts.profile.as_deref())
    }

    /// By codes of ITU-T H.273 and a profile. The profile says more, but for light beyond white.
    pub fn new(codes: Option<(u16, u16)>, profile: Option<&[u8]>) -> Self {
        let primaries = match codes {
            Some((9, _)) => Primaries::Bt2020,
            Some((11 | 12, _)) => Primaries::DisplayP3,
            _ => Primaries::Bt709,
        };
        match (codes, profile, primaries) {
            (Some((_, 16)), _, _) => Self::Bright(Transfer::Pq, primaries),
            (Some((_, 18)), _, _) => Self::Bright(Transfer::Hlg, primaries),
            (_, Some(profile), _) => Self::Profile(profile.to_vec()),
            (_, None, Primaries::DisplayP3) => Self::DisplayP3,
            _ => Self::Srgb,
        }
    }
}

/// 8 bits a channel, sRGB, with an alpha channel only where the source has one. A profile that cannot be read is passed over, as browsers do.
pub(crate) fn to_srgb(pixels: DynamicImage, colour: &Colour) -> DynamicImage {
    match colour {
        Colour::Srgb => plain(pixels),
        Colour::Bright(transfer, primaries) => toned(&pixels, *transfer, *primaries),
        Colour::DisplayP3 => converted(plain(pixels), &ColorProfile::new_display_p3()),
        Colour::Profile(profile) => match ColorProfile::new_from_slice(profile) {
            Ok(profile) => converted_from(pixels, &profile),
            Err(error) => {
                tracing::debug!(?error, "a colour profile cannot be read");
                plain(pixels)
            }
        },
    }
}

/// Inks to light: by the profile where there is one for four inks, by the simplest formula otherwise.
pub(crate) fn inks_to_srgb(inks: &RgbaImage, colour: &Colour) -> DynamicImage {
    let profile = match colour {
        Colour::Profile(profile) => ColorProfile::new_from_slice(profile).ok(),
        _ => None,
    };
    let (width, height) = inks.dimensions();
    let mut light = RgbImage::new(width, height);
    if let Some(profile) = profile.filter(|p| p.color_space == DataColorSpace::Cmyk) {
        // Stored upside down: 255 is no ink.
        let upright: Vec<u8> = inks.as_raw().iter().map(|ink| 255 - ink).collect();
        let (from, to) = (Layout::Rgba, Layout::Rgb);
        let transform = profile.create_transform_8bit(from, &ColorProfile::new_srgb(), to, TransformOptions::default());
        if transform.is_ok_and(|transform| transform.transform(&upright, light.as_mut()).is_ok()) {
            return light.into();
        }
    }
    for (to, from) in light.pixels_mut().zip(inks.pixels()) {
        let [cyan, magenta, yellow, black] = from.0.map(u32::from);
        let part = |ink: u32| u8::try_from(ink * black / 255).unwrap_or(u8::MAX);
        *to = Rgb([part(cyan), part(magenta), part(yellow)]);
    }
    light.into()
}

fn plain(pixels: DynamicImage) -> DynamicImage {
    match pixels {
        DynamicImage::ImageRgb8(_) | DynamicImage::ImageRgba8(_) => pixels,
        other if other.color().has_alpha() => other.to_rgba8().into(),
        other => other.to_rgb8().into(),
    }
}

fn converted_from(pixels: DynamicImage, profile: &ColorProfile) -> DynamicImage {
    match profile.color_space {
        DataColorSpace::Rgb => converted(plain(pixels), profile),
        DataColorSpace::Gray => {
            let grey = pixels.to_luma8();
            let mut light = RgbImage::new(grey.width(), grey.height());
            let (from, to) = (Layout::Gray, Layout::Rgb);
            let made = profile.create_transform_8bit(from, &ColorProfile::new_srgb(), to, TransformOptions::default());
            let done = made.is_ok_and(|transform| transform.transform(grey.as_raw(), light.as_mut()).is_ok());
            if done && !pixels.color().has_alpha() { light.into() } else { plain(pixels) }
        }
        _ => plain(pixels),
    }
}

fn converted(pixels: DynamicImage, profile: &ColorProfile) -> DynamicImage {
    let (layout, samples) = match &pixels {
        DynamicImage::ImageRgba8(rgba) => (Layout::Rgba, rgba.as_raw()),
        DynamicImage::ImageRgb8(rgb) => (Layout::Rgb, rgb.as_raw()),
        _ => return pixels,
    };
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = profile.create_transform_8bit(layout, &srgb, layout, TransformOptions::default()) else {
        return pixels;
    };
    let mut light = vec![0; samples.len()];
    if transform.transform(samples, &mut light).is_err() {
        return pixels;
    }
    let (width, height) = (pixels.width(), pixels.height());
    let made = match layout {
        Layout::Rgba => RgbaImage::from_raw(width, height, light).map(DynamicImage::from),
        _ => RgbImage::from_raw(width, height, light).map(DynamicImage::from),
    };
    made.unwrap_or(pixels)
}

/// The light of white, in candelas per square metre (ITU-R BT.2408, 2.1), and of the brightest that is kept apart from white.
const WHITE: f32 = 203.0;
const BRIGHTEST: f32 = 1000.0;

/// Light beyond white is bent down below it (Reinhard's curve with a white point), and shown in sRGB.
fn toned(pixels: &DynamicImage, transfer: Transfer, primaries: Primaries) -> DynamicImage {
    let mut light: Rgb32FImage = pixels.to_rgb32f();
    for pixel in light.pixels_mut() {
        let [red, green, blue] = to_709(pixel.0.map(|sample| linear(sample, transfer)), primaries);
        let brightest = red.max(green).max(blue).max(1e-6);
        let peak = BRIGHTEST / WHITE;
        // By the brightest channel, so that a colour keeps its hue.
        let scale = if brightest <= 0.5 { 1.0 } else { bent(brightest, peak) / brightest };
        *pixel = Rgb([red, green, blue].map(|sample| encoded(sample * scale)));
    }
    DynamicImage::from(light).to_rgb8().into()
}

/// 1 is [`WHITE`]. PQ: SMPTE ST 2084, 5.2; HLG: ITU-R BT.2100, table 5, on a display of 1,000 cd/m² without its system gamma.
fn linear(sample: f32, transfer: Transfer) -> f32 {
    match transfer {
        Transfer::Pq => {
            let root = sample.clamp(0.0, 1.0).powf(1.0 / 78.843_75);
            let ratio = (root - 0.835_937_5).max(0.0) / (18.851_563 - 18.687_5 * root);
            ratio.powf(1.0 / 0.159_301_76) * 10_000.0 / WHITE
        }
        Transfer::Hlg => {
            let scene = if sample <= 0.5 {
                sample * sample / 3.0
            } else {
                (((sample - 0.559_910_7) / 0.178_832_77).exp() + 0.284_668_9) / 12.0
            };
            scene * BRIGHTEST / WHITE
        }
    }
}

/// 0.5 stays, `peak` becomes 1, without a kink between.
fn bent(value: f32, peak: f32) -> f32 {
    let (over, room) = ((value.min(peak) - 0.5) / 0.5, (peak - 0.5) / 0.5);
    0.5 + 0.5 * (over * (1.0 + over / (room * room)) / (1.0 + over)).min(1.0)
}

/// Matrices between primaries, both with white D65 (ITU-R BT.2087, and SMPTE EG 432-1).
fn to_709([red, green, blue]: [f32; 3], primaries: Primaries) -> [f32; 3] {
    let rows: [[f32; 3]; 3] = match primaries {
        Primaries::Bt709 => return [red, green, blue],
        Primaries::Bt2020 => [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
        Primaries::DisplayP3 => [[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]],
    };
    rows.map(|[r, g, b]| (r * red + g * green + b * blue).max(0.0))
}

/// IEC 61966-2-1.
fn encoded(light: f32) -> f32 {
    let light = light.clamp(0.0, 1.0);
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_stays_near_white_and_darkness_dark() {
        // PQ's code for 203 cd/m² is 0.5807 (ITU-R BT.2408, table 1); HLG's for the same is 0.75.
        assert!((linear(0.5807, Transfer::Pq) - 1.0).abs() < 0.01);
        assert!((linear(0.75, Transfer::Hlg) - 1.305).abs() < 0.01);
        assert!(linear(0.0, Transfer::Pq).abs() < 1e-6 && linear(0.0, Transfer::Hlg).abs() < 1e-6);
        let peak = BRIGHTEST / WHITE;
        assert!((bent(peak, peak) - 1.0).abs() < 1e-6 && (bent(0.5, peak) - 0.5).abs() < 1e-6);
        let steps: Vec<f32> = (50_u16..500).map(|n| bent(f32::from(n) / 100.0, peak)).collect();
        assert!(steps.windows(2).all(|pair| pair[0] <= pair[1]));
    }
}
