//! Files that are cut off, damaged, something else as well, or made to hurt: each title ends, ready or with a sentence that says why not,
//! within its time and memory, and the function goes on.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_possible_truncation, clippy::print_stderr)]

mod support;

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::time::Instant;

use catalog::Status;
use image::codecs::gif::GifEncoder;
use image::{Delay, DynamicImage, Frame, ImageFormat, Rgb, RgbImage, RgbaImage};
use nix::sys::resource::{UsageWho, getrusage};
use pictures::{execute, facts, plan};
use processors::image::{Recipe, Step, render};
use processors::process::{self, Event};
use support::{World, jpeg};

/// The most memory that a picture's process may ever have, in kB of resident pages.
const MOST_KB: i64 = 300_000;

/// A HEIC of six tiles, turned by a quarter, as `processors/pictures/tests/references.py` makes it with libheif and x265.
const HEIC: &[u8] = include_bytes!("files/tiles.heic");

type Files = Vec<(String, Vec<u8>)>;

fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x * 3) as u8, (y * 5) as u8, (x ^ y) as u8]))
}

fn stored(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture(200, 120)).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn gif(width: u16, height: u16, frames: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
    for shade in 0..frames {
        let pixels = RgbaImage::from_pixel(width.into(), height.into(), image::Rgba([shade as u8, 90, 200, 255]));
        encoder.encode_frame(Frame::from_parts(pixels, 0, 0, Delay::from_numer_denom_ms(80, 1))).unwrap();
    }
    drop(encoder);
    bytes
}

/// A GIF of one pixel and any number of frames, each of them the same bytes.
fn many_frames(frames: usize) -> Vec<u8> {
    let one = gif(1, 1, 1);
    // Behind the header, the screen and its extension for repeating stands the first frame; the trailer is one byte.
    let start = one.windows(2).position(|pair| pair == [0x21, 0xF9]).unwrap();
    let frame = &one[start..one.len() - 1];
    [&one[..start], &frame.repeat(frames), b";"].concat()
}

fn avif() -> Vec<u8> {
    let recipe = Recipe::parse(r#"{"version": 1, "renditions": [{"name": "w", "width": 200, "formats": ["avif"]}]}"#);
    let (recipe, bytes) = (recipe.unwrap(), stored(ImageFormat::Png));
    let facts = facts(&bytes).unwrap();
    let plan = plan(&facts, bytes.len() as u64, &recipe).unwrap();
    execute(&bytes, &facts, &plan, &recipe.keep, Step::First).unwrap().files.remove(0).1
}

/// A good file of each format.
fn good() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("jpeg", jpeg(&picture(200, 120), Some(support::exif(6)))),
        ("png", stored(ImageFormat::Png)),
        ("webp", stored(ImageFormat::WebP)),
        ("gif", stored(ImageFormat::Gif)),
        ("moving", gif(60, 40, 6)),
        ("tiff", stored(ImageFormat::Tiff)),
        ("bmp", stored(ImageFormat::Bmp)),
        ("avif", avif()),
        ("heic", HEIC.to_vec()),
    ]
}

fn cut() -> Files {
    let tenths = |(name, bytes): (&str, Vec<u8>)| -> Files {
        (0..10).map(|tenth| (format!("{name}-{tenth}-tenths"), bytes[..bytes.len() * tenth / 10].to_vec())).collect()
    };
    good().into_iter().flat_map(tenths).collect()
}

fn flipped() -> Files {
    let bits = |(name, bytes): (&str, Vec<u8>)| -> Files {
        let flip = |step: usize| {
            let mut bytes = bytes.clone();
            // Half of them in the header, where they do most.
            let at = if step.is_multiple_of(2) { 4 + step * 9 } else { bytes.len() * (2 * step + 1) / 24 };
            bytes[at] ^= 1 << (step % 8);
            (format!("{name}-bit-{at}"), bytes)
        };
        (0..12).map(flip).collect()
    };
    good().into_iter().flat_map(bits).collect()
}

/// A picture and something else: behind it, before it, and inside it.
fn two_in_one() -> Files {
    let zip = b"PK\x03\x04\x14\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0a.txtPK\x01\x02\x14\0\x14\0\0\0\0\0\0\0!\0\0\0\0\0\
        \0\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0a.txtPK\x05\x06\0\0\0\0\x01\0\x01\x003\0\0\0#\0\0\0\0\0";
    let page = b"<html><script>alert(1)</script>";
    let mut files = Files::new();
    for (name, bytes) in good() {
        files.push((format!("{name}-and-zip"), [&bytes[..], zip].concat()));
        files.push((format!("zip-and-{name}"), [zip, &bytes[..]].concat()));
    }
    let whole = jpeg(&picture(64, 64), None);
    let segment = [&whole[..2], b"\xFF\xFE\0\x21", &page[..], &whole[2..]].concat();
    files.push(("jpeg-with-page".to_owned(), segment));
    files.push(("page-and-jpeg".to_owned(), [&page[..], &whole[..]].concat()));
    for (name, bytes) in [
        ("svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>".as_slice()),
        ("pdf", b"%PDF-1.7\n"),
        ("empty", b""),
        ("one-byte", b"\xFF"),
        ("zeros", &[0; 4096]),
        ("text", b"not a picture at all"),
    ] {
        files.push((name.to_owned(), bytes.to_vec()));
    }
    files
}

fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let crc = crc32fast::hash(&[&kind, data].concat());
    [&(data.len() as u32).to_be_bytes()[..], &kind, data, &crc.to_be_bytes()].concat()
}

/// A PNG of one colour; its rows are compressed to nearly nothing.
fn png(width: u32, height: u32, depth: u8, color: u8, more: &[u8]) -> Vec<u8> {
    let bits = u64::from(depth)
        * match color {
            0 => 1,
            2 => 3,
            _ => 4,
        };
    let row = (u64::from(width) * bits).div_ceil(8) as usize + 1;
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    let zeros = vec![0; row];
    for _ in 0..height {
        packed.write_all(&zeros).unwrap();
    }
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, color, 0, 0, 0]].concat();
    let data = chunk(*b"IDAT", &packed.finish().unwrap());
    [b"\x89PNG\r\n\x1A\n", &chunk(*b"IHDR", &header)[..], more, &data, &chunk(*b"IEND", b"")].concat()
}

/// Some hundred MB of zeros, compressed.
fn packed_zeros() -> Vec<u8> {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0; 1 << 20];
    for _ in 0..400 {
        packed.write_all(&zeros).unwrap();
    }
    packed.finish().unwrap()
}

/// A JPEG's frame says another size.
fn jpeg_of(mut bytes: Vec<u8>, width: u16, height: u16) -> Vec<u8> {
    let frame = bytes.windows(2).position(|pair| pair[0] == 0xFF && matches!(pair[1], 0xC0 | 0xC2)).unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

/// A progressive JPEG of libjpeg-turbo's making, whose last scan comes again and again.
fn many_scans(width: u16, height: u16, scans: usize) -> Vec<u8> {
    let pixels = picture(64, 64);
    let mut compressor = turbojpeg::Compressor::new().unwrap();
    compressor.set_progressive(true).unwrap();
    let image = turbojpeg::Image {
        pixels: pixels.as_raw().as_slice(),
        width: 64,
        pitch: 192,
        height: 64,
        format: turbojpeg::PixelFormat::RGB,
    };
    let bytes = compressor.compress_to_vec(image).unwrap();
    let last = bytes.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    let scan = &bytes[last..bytes.len() - 2];
    jpeg_of([&bytes[..bytes.len() - 2], &scan.repeat(scans), b"\xFF\xD9"].concat(), width, height)
}

/// Every 32-bit number of a HEIC's `ispe` boxes is the largest there is.
fn huge_heic() -> Vec<u8> {
    let mut bytes = HEIC.to_vec();
    let places: Vec<_> = (0..bytes.len() - 16).filter(|at| &bytes[*at..at + 4] == b"ispe").collect();
    for at in places {
        bytes[at + 8..at + 16].fill(0xFF);
    }
    bytes
}

fn bombs() -> Files {
    let profile = [b"p\0\0", &packed_zeros()[..]].concat();
    let mut gif_of = gif(8, 8, 1);
    gif_of[6..10].fill(0xFF);
    let mut bmp = stored(ImageFormat::Bmp);
    bmp[18..22].copy_from_slice(&65_535_u32.to_le_bytes());
    bmp[22..26].copy_from_slice(&65_535_u32.to_le_bytes());
    let mut tiff = stored(ImageFormat::Tiff);
    for at in 0..tiff.len() - 12 {
        // ImageWidth and ImageLength.
        if (tiff[at..at + 2] == [0, 1] || tiff[at..at + 2] == [1, 1]) && at > tiff.len() - 400 {
            tiff[at + 8..at + 12].copy_from_slice(&65_535_u32.to_le_bytes());
        }
    }
    let whole = jpeg(&picture(64, 64), None);
    let comments =
        [&whole[..2], &[b"\xFF\xFE\xFF\xFF".as_slice(), &vec![0; 65_533]].concat().repeat(400), &whole[2..]].concat();
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("png-100-megapixels", png(10_000, 10_000, 8, 2, b"")),
        ("png-100-megapixels-deep", png(10_000, 10_000, 16, 6, b"")),
        ("png-101-megapixels", png(10_100, 10_000, 8, 0, b"")),
        ("png-wide", png(100_000_000, 1, 8, 0, b"")),
        ("png-tall", png(1, 1_000_000, 8, 2, b"")),
        ("png-65535", png(65_535, 65_535, 1, 0, b"")),
        ("png-profile", png(64, 64, 8, 2, &chunk(*b"iCCP", &profile))),
        ("png-text", png(64, 64, 8, 2, &chunk(*b"zTXt", &profile))),
        ("png-chunks", png(64, 64, 8, 2, &chunk(*b"teXt", b"").repeat(1_000_000))),
        ("jpeg-65535", jpeg_of(whole.clone(), 65_535, 65_535)),
        ("jpeg-100-megapixels", jpeg_of(whole.clone(), 10_000, 9_999)),
        ("jpeg-flat", jpeg_of(whole.clone(), 65_500, 1)),
        ("jpeg-comments", comments),
        ("jpeg-scans", many_scans(64, 64, 20_000)),
        ("jpeg-scans-36-megapixels", many_scans(6_000, 6_000, 20_000)),
        ("jpeg-scans-90-megapixels", many_scans(9_500, 9_500, 3_000)),
        ("gif-65535", gif_of),
        ("gif-107000-frames", many_frames(107_000)),
        ("gif-large-and-long", gif(2_000, 2_000, 120)),
        ("gif-canvas", {
            let mut bytes = many_frames(3_000);
            bytes[6..10].copy_from_slice(&[0x10, 0x27, 0x10, 0x27]);
            bytes
        }),
        ("bmp-65535", bmp),
        ("tiff-65535", tiff),
        ("heic-largest", huge_heic()),
        ("webp-largest", webp_largest()),
    ];
    files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}

/// The largest WebP there is: 16,383 × 16,383 pixels, of one colour.
fn webp_largest() -> Vec<u8> {
    let mut bytes = stored(ImageFormat::WebP);
    // Lossless: 14 bits each of width and height, less one, behind the signature 0x2F.
    let at = bytes.iter().position(|byte| *byte == 0x2F).unwrap();
    bytes[at + 1..at + 4].fill(0xFF);
    bytes[at + 4] |= 0x0F;
    bytes
}

#[tokio::test]
async fn two_hundred_and_more_end_within_their_limits() {
    let world = World::new();
    let files: Files = [cut(), flipped(), two_in_one(), bombs()].concat();
    assert!(files.len() >= 200, "{}", files.len());
    let (mut ends, mut slowest) = (BTreeMap::new(), (0, String::new()));
    for (index, (name, bytes)) in files.iter().enumerate() {
        let id = world.upload(&format!("h{index}"), bytes).await;
        let started = Instant::now();
        let event = Event { media_id: id.clone(), later: false };
        let processed = process::image(&world.services, event).await.unwrap_or_else(|e| panic!("{name}: {e}"));
        let took = started.elapsed().as_millis();
        if took > slowest.0 {
            slowest = (took, name.clone());
        }
        let row = world.row(&id).await;
        match row.status {
            Status::Ready => assert!(!row.renditions.is_empty(), "{name}"),
            Status::Failed => {
                let reason = row.reason.unwrap();
                assert!(reason.ends_with('.') && reason.starts_with("Th") && !reason.contains('/'), "{name}: {reason}");
                assert!(row.renditions.is_empty(), "{name}");
                *ends.entry(reason).or_insert(0) += 1;
            }
            other => panic!("{name}: {other:?}, {processed:?}"),
        }
        // Of all processes so far: the one that first takes too much is named.
        let most_kb = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss();
        assert!(most_kb <= MOST_KB, "{name}: {most_kb} kB");
    }
    let most_kb = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss();
    eprintln!("{} files, at most {most_kb} kB, the slowest {slowest:?} ms; refused: {ends:#?}", files.len());
    assert!(slowest.0 < 40_000, "{slowest:?}: the processor's own limit is 30 s");

    // The same function goes on with what is good.
    for (name, bytes) in good() {
        let id = world.upload(name, &bytes).await;
        process::image(&world.services, Event { media_id: id.clone(), later: false }).await.unwrap();
        assert_eq!(world.row(&id).await.status, Status::Ready, "{name}");
    }
}

#[tokio::test]
async fn a_decoder_that_hangs_crashes_or_says_nonsense_is_the_files_end_and_no_other() {
    use std::os::unix::fs::PermissionsExt;

    let mut world = World::new();
    let script = world.dir.path().join("renderer");
    let source = jpeg(&picture(64, 64), None);
    for (name, program, reason) in [
        ("crash", "kill -SEGV $$", "The picture is damaged: its data cannot be decoded."),
        ("abort", "kill -ABRT $$", "The picture is damaged: its data cannot be decoded."),
        ("processor-time", "kill -XCPU $$", "The picture is damaged: its data cannot be decoded."),
    ] {
        std::fs::write(&script, format!("#!/bin/sh\n{program}\n")).unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        let renderer = std::mem::replace(&mut world.services.tools.renderer, script.clone());
        let id = world.upload(name, &source).await;
        process::image(&world.services, Event { media_id: id.clone(), later: false }).await.unwrap();
        assert_eq!(world.row(&id).await.reason.as_deref(), Some(reason), "{name}");
        world.services.tools.renderer = renderer;
    }
    // What is no answer is our fault, and so is a step that does not exist.
    std::fs::write(&script, "#!/bin/sh\necho nonsense\n").unwrap();
    let out = world.dir.path();
    let mut tools = world.services.tools.clone();
    tools.renderer = script;
    let path = world.dir.path().join("good.jpg");
    std::fs::write(&path, &source).unwrap();
    let failed = render(&path, &Recipe::default(), Step::First, out, &tools).await.unwrap_err();
    assert!(failed.to_string().starts_with("render-picture: "), "{failed}");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_image-lambda"))
        .args(["render-picture".as_ref(), path.as_os_str(), out.as_os_str(), "{}".as_ref(), "third".as_ref()])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), r#"{"failed":"expected first, later or both as the step"}"#);
}
