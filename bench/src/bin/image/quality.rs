//! How like the files are to a reference that neither contestant made: the whole picture decoded, and reduced by `image`'s Lanczos filter.

use std::path::Path;

use anyhow::{Context, Result};
use image::imageops::{FilterType, crop_imm, resize};
use image::{GrayImage, ImageReader};
use image_compare::{Algorithm, gray_similarity_structure};
use pictures::{Fit, Format, Recipe, Rung};

/// How many files of a recipe there are in a directory, their lengths together, and the mean of their likenesses.
pub fn of(source: &Path, directory: &Path, recipe: &Path) -> Result<(usize, u64, f64)> {
    let recipe = Recipe::parse(&std::fs::read_to_string(recipe)?)?;
    let whole = grey(source)?;
    let (mut files, mut bytes, mut likeness) = (0_u32, 0, 0.0);
    for rung in &recipe.renditions {
        let reference = reference(&whole, rung);
        for format in &rung.formats {
            let ending = if *format == Format::Webp { "webp" } else { "jpg" };
            let file = directory.join(format!("{}.{ending}", rung.name));
            let made = grey(&file)?;
            let alike = gray_similarity_structure(&Algorithm::MSSIMSimple, &made, &reference)
                .with_context(|| format!("{}: {:?}", file.display(), made.dimensions()))?;
            likeness += alike.score;
            bytes += std::fs::metadata(&file)?.len();
            files += 1;
        }
    }
    Ok((files as usize, bytes, likeness / f64::from(files)))
}

fn grey(file: &Path) -> Result<GrayImage> {
    let picture = ImageReader::open(file)?.decode().with_context(|| file.display().to_string())?;
    Ok(picture.into_luma8())
}

fn reference(whole: &GrayImage, rung: &Rung) -> GrayImage {
    let (width, height) = whole.dimensions();
    let lanczos = |part: &GrayImage, width, height| resize(part, width, height, FilterType::Lanczos3);
    if let (Fit::Cover, Some(to)) = (rung.fit, rung.height) {
        // The largest part of that shape, around the middle; the photo lies on its side.
        let part = (u64::from(height) * u64::from(rung.width) / u64::from(to)).min(u64::from(width));
        let part = u32::try_from(part).unwrap_or(width);
        let part = crop_imm(whole, (width - part) / 2, 0, part, height).to_image();
        return lanczos(&part, rung.width, to);
    }
    let tall = (u64::from(height) * u64::from(rung.width) + u64::from(width) / 2) / u64::from(width);
    lanczos(whole, rung.width, u32::try_from(tall).unwrap_or(height))
}
