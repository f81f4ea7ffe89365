//! The image processor: pixels upright, metadata gone, odd files named.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_precision_loss, clippy::cast_possible_truncation)]

mod support;

use std::sync::atomic::Ordering;

use catalog::{Kind, Status};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, RgbaImage};
use processors::ProcessError;
use processors::process::{self, End, Event};
use support::{World, contains, exif, jpeg, webp_chunks};

const WIDTH: u32 = 90;
const HEIGHT: u32 = 60;

/// A picture no turn or mirror of which looks like it: four colours, and a white bar at the left.
fn upright() -> RgbImage {
    RgbImage::from_fn(WIDTH, HEIGHT, |x, y| match (x < WIDTH / 2, y < HEIGHT / 2) {
        _ if x < 10 => Rgb([255, 255, 255]),
        (true, true) => Rgb([200, 30, 30]),
        (false, true) => Rgb([30, 180, 30]),
        (true, false) => Rgb([30, 30, 200]),
        (false, false) => Rgb([220, 200, 40]),
    })
}

/// The picture as a camera stores it under that EXIF orientation, written down from the EXIF standard: which side of
/// the upright picture the stored row 0 and the stored column 0 are.
fn stored(orientation: u8) -> RgbImage {
    let picture = upright();
    let (right, bottom) = (WIDTH - 1, HEIGHT - 1);
    let (width, height) = if orientation >= 5 { (HEIGHT, WIDTH) } else { (WIDTH, HEIGHT) };
    RgbImage::from_fn(width, height, |column, row| {
        let (x, y) = match orientation {
            1 => (column, row),                  // row 0 top, column 0 left
            2 => (right - column, row),          // top, right
            3 => (right - column, bottom - row), // bottom, right
            4 => (column, bottom - row),         // bottom, left
            5 => (row, column),                  // left, top
            6 => (right - row, column),          // right, top
            7 => (right - row, bottom - column), // right, bottom
            8 => (row, bottom - column),         // left, bottom
            _ => unreachable!("{orientation}"),
        };
        *picture.get_pixel(x, y)
    })
}

/// The mean difference of two pictures' channels, 0 to 255.
fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.as_raw().len() as f64
}

fn decoded(webp: &[u8]) -> DynamicImage {
    image::load_from_memory_with_format(webp, ImageFormat::WebP).unwrap()
}

fn event(name: &str) -> Event {
    Event { media_id: support::id(name), later: false }
}

async fn processed(world: &World, name: &str) -> End {
    process::image(&world.services, event(name)).await.unwrap().status
}

#[tokio::test]
async fn every_orientation_ends_upright() {
    let world = World::new();
    let expected = upright();
    for orientation in 1..=8 {
        let name = format!("o{orientation}");
        let id = world.upload(&name, &jpeg(&stored(orientation), Some(exif(orientation)))).await;
        assert_eq!(processed(&world, &name).await, End::Ready);
        let wide = decoded(&world.rendition(&id, "w320").await).to_rgb8();
        assert!(difference(&wide, &expected) < 8.0, "{orientation}: {}", difference(&wide, &expected));
        // The measure tells pictures apart.
        assert!(difference(&image::imageops::rotate180(&wide), &expected) > 40.0);
        assert!(difference(&image::imageops::flip_horizontal(&wide), &expected) > 40.0);
        assert!(difference(&image::imageops::flip_vertical(&wide), &expected) > 40.0);
    }
}

#[tokio::test]
async fn renditions_carry_nothing_but_the_picture() {
    let world = World::new();
    let source = jpeg(&stored(6), Some(exif(6)));
    assert!(contains(&source, b"SECRET-PLACE"));
    let id = world.upload("a", &source).await;
    assert_eq!(processed(&world, "a").await, End::Ready);
    for rendition in world.row(&id).await.renditions {
        let bytes = world.media(&rendition.key);
        if rendition.content_type == "image/webp" {
            assert_eq!(webp_chunks(&bytes), ["VP8 "], "{}", rendition.name);
        }
        assert!(!contains(&bytes, b"SECRET") && !contains(&bytes, b"Exif"));
    }
}

#[tokio::test]
async fn a_large_picture_becomes_a_ladder() {
    let world = World::new();
    let picture = RgbImage::from_fn(2400, 1800, |x, y| Rgb([(x / 10) as u8, (y / 8) as u8, 90]));
    let id = world.upload("a", &jpeg(&picture, Some(exif(6)))).await;
    assert_eq!(processed(&world, "a").await, End::Ready);
    let row = world.row(&id).await;
    assert_eq!((row.status, row.kind, row.duration_ms), (Status::Ready, Kind::Image, None));
    assert_eq!((row.width, row.height), (Some(1800), Some(2400)));
    assert!(row.thumbhash.is_some());
    let sizes = [("w1920", 1800, 2400), ("w1280", 1280, 1707), ("w640", 640, 853), ("w320", 320, 427)];
    let ladder = sizes.into_iter().flat_map(|(name, width, height)| {
        [(name.to_owned(), "webp", width, height), (format!("{name}-jpeg"), "jpg", width, height)]
    });
    let expected: Vec<_> = ladder.chain([("thumb".to_owned(), "webp", 256, 256)]).collect();
    assert_eq!(
        row.renditions.iter().map(|r| &r.name).collect::<Vec<_>>(),
        expected.iter().map(|e| &e.0).collect::<Vec<_>>()
    );
    for (name, ending, width, height) in expected {
        let rendition = row.rendition(&name).unwrap();
        let key = rendition.key.clone();
        assert!(
            key.starts_with("media/ada/a/") && key.ends_with(&format!("/{}.{ending}", name.trim_end_matches("-jpeg")))
        );
        let bytes = world.media(&key);
        let pixels = image::load_from_memory(&bytes).unwrap();
        assert_eq!((rendition.width, rendition.height, &rendition.key), (width, height, &key));
        assert_eq!((pixels.width(), pixels.height(), rendition.bytes), (width, height, bytes.len() as u64));
        assert_eq!(rendition.content_type, if ending == "jpg" { "image/jpeg" } else { "image/webp" });
        assert_eq!(world.store.types.lock().unwrap()[&key], rendition.content_type);
    }
    assert_eq!(row.content().map(|r| r.name.as_str()), Some("w1280"));
}

#[tokio::test]
async fn every_format_is_read() {
    let world = World::new();
    for (name, format) in [
        ("png", ImageFormat::Png),
        ("webp", ImageFormat::WebP),
        ("gif", ImageFormat::Gif),
        ("tiff", ImageFormat::Tiff),
        ("bmp", ImageFormat::Bmp),
    ] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        upright().write_to(&mut bytes, format).unwrap();
        let id = world.upload(name, &bytes.into_inner()).await;
        assert_eq!(processed(&world, name).await, End::Ready, "{name}");
        let wide = decoded(&world.rendition(&id, "w320").await).to_rgb8();
        assert!(difference(&wide, &upright()) < 8.0, "{name}");
    }
}

#[tokio::test]
async fn channels_of_other_kinds_are_read() {
    let world = World::new();
    let glass = RgbaImage::from_fn(60, 40, |x, _| image::Rgba([200, 30, 30, if x < 30 { 0 } else { 255 }]));
    let pictures: [(&str, DynamicImage); 4] = [
        ("alpha", DynamicImage::ImageRgba8(glass)),
        ("grey", DynamicImage::ImageRgb8(upright()).to_luma8().into()),
        ("deep", DynamicImage::ImageRgb8(upright()).to_rgba16().into()),
        ("greyalpha", DynamicImage::ImageRgb8(upright()).to_luma_alpha16().into()),
    ];
    for (name, picture) in pictures {
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        world.upload(name, &bytes.into_inner()).await;
        assert_eq!(processed(&world, name).await, End::Ready, "{name}");
    }
    let wide = decoded(&world.rendition(&support::id("alpha"), "w320").await).to_rgba8();
    assert_eq!((wide.get_pixel(5, 5).0[3], wide.get_pixel(55, 5).0[3]), (0, 255));
}

#[tokio::test]
async fn a_processor_that_died_is_followed_by_another() {
    let world = World::new();
    let id = world.upload("a", &jpeg(&upright(), None)).await;
    assert!(world.catalog().processing(&id, Kind::Image, 3).await.unwrap());
    assert_eq!(processed(&world, "a").await, End::Ready);
}

#[tokio::test]
async fn broken_files_fail_with_a_reason() {
    let world = World::new();
    let whole = jpeg(&RgbImage::from_fn(400, 300, |x, y| Rgb([x as u8, y as u8, (x ^ y) as u8])), None);
    let mut png = std::io::Cursor::new(Vec::new());
    upright().write_to(&mut png, ImageFormat::Png).unwrap();
    let png = png.into_inner();
    // A header of 200,000 × 100,000 pixels with a correct checksum, and nothing behind it.
    let mut bomb = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\x03\x0D\x40\0\x01\x86\xA0\x08\x02\0\0\0".to_vec();
    bomb.extend_from_slice(&crc32(&bomb[12..]).to_be_bytes());
    bomb.extend_from_slice(b"\0\0\0\0IDAT\x35\xAF\x06\x1E");

    let cut = "The picture is damaged: the file ends before the picture does.";
    // What there is of a picture is shown; where there is nothing, that is said.
    for (name, bytes) in [("cut-jpeg", &whole[..whole.len() / 2]), ("nearly-jpeg", &whole[..whole.len() - 2])] {
        world.upload(name, bytes).await;
        assert_eq!(processed(&world, name).await, End::Ready, "{name}");
    }
    let table: [(&str, &[u8], &str); 6] = [
        ("headless-jpeg", &whole[..400], "The picture is damaged: "),
        ("cut-png", &png[..60], cut),
        ("noise-jpeg", b"\xFF\xD8\xFF\xE0\0\x10JFIF\0 and then no picture at all", "The picture is damaged: "),
        ("noise-gif", b"GIF89a\xFF\xFF\xFF\xFF\x80\0\0", "The picture "),
        ("bomb", &bomb, "The picture has 20000 megapixels; at most 100 can be read."),
        ("replaced", b"no longer a picture", "This file is neither a picture nor a film"),
    ];
    for (name, bytes, reason) in table {
        let id = world.upload(name, bytes).await;
        assert_eq!(processed(&world, name).await, End::Failed, "{name}");
        let row = world.row(&id).await;
        assert!(row.reason.as_deref().unwrap().starts_with(reason), "{name}: {:?}", row.reason);
        assert!(!world.store.path("media", &format!("media/ada/{name}")).exists(), "{name}");
    }
}

#[tokio::test]
async fn what_is_our_fault_leaves_the_row() {
    let world = World::new();
    let id = world.upload("a", &jpeg(&upright(), None)).await;
    world.store.failing.store(true, Ordering::SeqCst);
    assert!(matches!(process::image(&world.services, event("a")).await, Err(ProcessError::Objects(_))));
    assert_eq!(world.row(&id).await.status, Status::Processing);
    world.store.failing.store(false, Ordering::SeqCst);
    assert_eq!(processed(&world, "a").await, End::Ready);
}

#[tokio::test]
async fn rows_that_are_not_ready_for_it() {
    let world = World::new();
    assert_eq!(processed(&world, "nobody").await, End::Ended);
    world.announce("early").await;
    assert!(matches!(process::image(&world.services, event("early")).await, Err(ProcessError::NotUploaded { .. })));
    let id = world.upload("gone", b"x").await;
    std::fs::remove_file(world.store.path("raw", "ada/gone/original")).unwrap();
    assert_eq!(processed(&world, "gone").await, End::Failed);
    assert!(world.row(&id).await.reason.unwrap().contains("no longer there"));
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}
