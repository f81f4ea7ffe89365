//! Renditions of pixels that are there already.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

use image::{DynamicImage, Rgb, RgbImage};
use pictures::{Fit, Format, Qualities, Recipe, Rung, execute_pixels};

fn recipe() -> Recipe {
    let rung = |name: &str, width, height, formats, later| Rung {
        name: name.to_owned(),
        width,
        height,
        fit: Fit::Contain,
        formats,
        later,
    };
    let renditions = vec![
        rung("large", 1280, None, vec![Format::Webp, Format::Jpeg], vec![Format::Avif]),
        rung("small", 160, Some(160), vec![Format::Webp], Vec::new()),
    ];
    Recipe { version: 1, quality: Qualities::default(), renditions, keep: std::collections::BTreeSet::new() }
}

/// A file's name, width and height.
type File<N> = (N, u32, u32);

/// What is made, as the files themselves have it, and how long the likeness is.
fn made(formats: &[Format]) -> (Vec<File<String>>, usize) {
    let pixels = RgbImage::from_fn(640, 360, |x, y| Rgb([(x / 3) as u8, (y / 2) as u8, 128]));
    let rendered = execute_pixels(DynamicImage::from(pixels), &recipe(), formats).unwrap();
    let files = rendered.files.into_iter().map(|(planned, file)| {
        let picture = image::load_from_memory(&file).unwrap();
        assert_eq!((picture.width(), picture.height()), (planned.size.width, planned.size.height));
        (planned.name, picture.width(), picture.height())
    });
    (files.collect(), rendered.thumbhash.len())
}

#[test]
fn the_first_step_s_renditions_in_the_formats_that_are_wanted() {
    let [webp, jpeg, small] = [("large", 640, 360), ("large-jpeg", 640, 360), ("small", 160, 90)];
    let table: [(&[Format], &[File<&str>]); 4] = [
        (&[Format::Webp, Format::Jpeg], &[webp, jpeg, small]),
        (&[Format::Jpeg], &[jpeg]),
        (&[Format::Webp, Format::Avif], &[webp, small]),
        (&[Format::Avif], &[]),
    ];
    for (formats, expected) in table {
        let (files, likeness) = made(formats);
        let expected: Vec<_> =
            expected.iter().map(|(name, width, height)| ((*name).to_owned(), *width, *height)).collect();
        assert_eq!(files, expected, "{formats:?}");
        assert!(likeness > 10, "{formats:?}: {likeness}");
    }
}
