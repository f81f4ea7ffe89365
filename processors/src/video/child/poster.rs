use std::collections::BTreeSet;
use std::path::Path;

use ::image::DynamicImage;
use frames::FrameError;
use pictures::{Fit, Format, Qualities, Recipe, Rung, execute_pixels};

use super::ours;
use crate::image::Written;

/// What a film's poster is made as.
pub const FORMATS: [Format; 2] = [Format::Webp, Format::Jpeg];

/// Makes the poster and the thumbnail of a picture, as far as they have one of these formats.
pub(super) fn written(picture: DynamicImage, formats: &[Format], directory: &Path) -> Result<Written, FrameError> {
    let rendered = execute_pixels(picture, &recipe(), formats).map_err(|e| FrameError::Ours(e.to_string()))?;
    Written::to(directory, rendered).map_err(ours)
}

/// What is made of a film's picture: at most 1280 wide, in the formats of photos, and a thumbnail of at most 480 on its longest side.
fn recipe() -> Recipe {
    let rung = |name: &str, width, height, formats| Rung {
        name: name.to_owned(),
        width,
        height,
        fit: Fit::Contain,
        formats,
        later: Vec::new(),
    };
    Recipe {
        version: 1,
        quality: Qualities::default(),
        renditions: vec![
            rung("poster", 1280, None, FORMATS.to_vec()),
            rung("thumb", 480, Some(480), vec![Format::Webp]),
        ],
        keep: BTreeSet::new(),
    }
}
