//! What comes out, beside what other people's programs make of the same files: Pillow, Little CMS, libheif, `exiftool`.
//!
//! They run in the Python that `STAGEDOOR_PYTHON` names (`./build.sh test` sets it); without it this says that it was skipped.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_precision_loss, clippy::print_stderr)]
#![allow(clippy::disallowed_methods, reason = "the one variable that says where Python is")]

use std::path::{Path, PathBuf};
use std::process::Command;

use image::RgbImage;
use pictures::{Recipe, Rendered, Step, execute, facts, plan};
use serde_json::Value;

fn python(script: &str, directory: &Path) -> Option<String> {
    let Some(python) = std::env::var_os("STAGEDOOR_PYTHON") else {
        eprintln!("skipped: STAGEDOOR_PYTHON is not set; expected a Python with Pillow and pillow-heif");
        return None;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script);
    let output = Command::new(python).arg(script).arg(directory).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

fn rendered(bytes: &[u8], recipe: &str) -> Rendered {
    let recipe = Recipe::parse(recipe).unwrap();
    let facts = facts(bytes).unwrap();
    let plan = plan(&facts, bytes.len() as u64, &recipe).unwrap();
    execute(bytes, &facts, &plan, &recipe.keep, Step::Both).unwrap()
}

/// The mean difference of the channels, of 255.
fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.as_raw().len() as f64
}

#[test]
fn every_picture_is_what_others_make_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let Some(said) = python("references.py", directory.path()) else { return };
    let recipe =
        r#"{"version": 1, "quality": {"jpeg": 100}, "renditions": [{"name": "w", "width": 640, "formats": ["jpeg"]}]}"#;
    let (mut seen, mut wrong) = (0, Vec::new());
    for line in said.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let path = |field: &str| PathBuf::from(line[field].as_str().unwrap());
        let (name, most) = (line["name"].as_str().unwrap(), line["most"].as_f64().unwrap());
        let expected = image::open(path("reference")).unwrap().to_rgb8();
        let made = rendered(&std::fs::read(path("file")).unwrap(), recipe);
        let made = image::load_from_memory(&made.files[0].1).unwrap().to_rgb8();
        assert_eq!(made.dimensions(), expected.dimensions(), "{name}");
        let apart = difference(&made, &expected);
        if apart > most {
            wrong.push(format!("{name}: {apart:.2} apart, at most {most} expected"));
        }
        // The measure tells a turned picture from one that stands.
        assert!(difference(&made, &image::imageops::rotate180(&expected)) > 10.0, "{name}");
        seen += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // 8 orientations in 4 formats, 2 gamuts in 5, inks with and without a profile, 6 kinds of JPEG, 4 turns of a HEIC of tiles
    // and a large one.
    assert_eq!(seen, 8 * 4 + 2 * 5 + 2 + 6 + 4 + 1);
}

/// Names of everything that `exiftool` finds in a file, as `Group:Name`.
fn tags(file: &Path) -> Vec<String> {
    let output = Command::new("exiftool").args(["-json", "-G1", "-a", "-u", "-ee"]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    found[0].as_object().unwrap().keys().cloned().collect()
}

fn secret(tag: &str) -> bool {
    ["GPS", "MakerNote", "Location", "Geo", "Serial", "Owner", "XMP", "IPTC", "IFD", "Exif"]
        .iter()
        .any(|word| tag.contains(word))
}

#[test]
fn nothing_that_the_camera_knew_is_in_what_comes_out() {
    let directory = tempfile::tempdir().unwrap();
    let Some(said) = python("metadata.py", directory.path()) else { return };
    let rungs = r#"[{"name": "w", "width": 64, "formats": ["jpeg", "webp"], "later": ["avif"]}]"#;
    let plain = format!(r#"{{"version": 1, "renditions": {rungs}}}"#);
    let kept = format!(r#"{{"version": 1, "renditions": {rungs}, "keep": ["copyright", "icc"]}}"#);
    let mut seen = 0;
    for file in said.lines().map(Path::new) {
        let source = tags(file);
        assert!(source.iter().any(|tag| tag.starts_with("GPS:GPSLatitude")), "{}: {source:?}", file.display());
        let notes = source.iter().any(|tag| tag.contains("MakerNote"));
        assert!(notes || file.extension().is_some_and(|ending| ending == "tiff"), "{}: {source:?}", file.display());
        let bytes = std::fs::read(file).unwrap();
        for (recipe, keeps) in [(&plain, false), (&kept, true)] {
            for (planned, made) in rendered(&bytes, recipe).files {
                let out = directory.path().join(&planned.file_name);
                std::fs::write(&out, &made).unwrap();
                let found = tags(&out);
                let name = format!("{} as {}, kept: {keeps}", file.display(), planned.file_name);
                let mut secrets: Vec<_> = found.iter().map(String::as_str).filter(|tag| secret(tag)).collect();
                secrets.sort_unstable();
                assert!(found.len() > 5, "{name}: {found:?}");
                let rights = ["IFD0:Artist", "IFD0:Copyright"];
                let expected = if keeps { &rights[..] } else { &[] };
                let structure = ["File:ExifByteOrder", "ExifTool:ExifToolVersion"];
                secrets.retain(|tag| !structure.contains(tag));
                assert_eq!(secrets, expected, "{name}");
                assert!(!made.windows(12).any(|window| window == b"SECRET-PLACE"), "{name}");
                // An AVIF of ours is sRGB, without a profile.
                let profile = keeps && planned.file_name != "w.avif";
                assert_eq!(found.iter().any(|tag| tag.starts_with("ICC")), profile, "{name}: {found:?}");
            }
        }
        seen += 1;
    }
    assert_eq!(seen, 5);
}
