//! `image`: what it makes of a file, and every error.

use std::path::Path;

use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use super::{lines, run, stderr};

fn photo(directory: &Path) -> String {
    let path = directory.join("photo.png");
    RgbImage::from_fn(800, 600, |x, y| Rgb([(x / 4) as u8, (y / 4) as u8, 90]))
        .save_with_format(&path, ImageFormat::Png)
        .unwrap();
    path.display().to_string()
}

fn good(arguments: &[&str]) -> Value {
    let output = run(&[&["image"], arguments].concat());
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    let mut lines = lines(&output);
    assert_eq!(lines.len(), 1);
    lines.remove(0)
}

fn bad(arguments: &[&str], says: &str) {
    let output = run(&[&["image"], arguments].concat());
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
    assert!(stderr(&output).contains(says), "{arguments:?}: {}", stderr(&output));
    assert!(output.stdout.is_empty());
}

#[test]
fn a_photo_becomes_a_ladder() {
    let directory = tempfile::tempdir().unwrap();
    let (photo, out) = (photo(directory.path()), directory.path().join("new/renditions"));
    let report = good(&[&photo, out.to_str().unwrap()]);
    let source = &report["source"];
    assert_eq!((&source["format"], &source["width"], &source["height"]), (&json!("png"), &json!(800), &json!(600)));
    assert_eq!((&source["frames"], &source["truncated"], &source["file"]), (&json!(1), &json!(false), &json!(photo)));
    let renditions = report["renditions"].as_array().unwrap();
    let names: Vec<_> = renditions.iter().map(|rendition| rendition["name"].as_str().unwrap()).collect();
    let sizes = ["w1280", "w640", "w320"];
    let ladder = sizes.iter().flat_map(|size| ["", "-jpeg", "-avif"].map(|format| format!("{size}{format}")));
    assert_eq!(names, ladder.chain(["thumb".to_owned()]).collect::<Vec<_>>());
    for rendition in renditions {
        let file = Path::new(rendition["file"].as_str().unwrap());
        assert_eq!(file.parent(), Some(out.as_path()));
        assert_eq!(std::fs::metadata(file).unwrap().len(), rendition["bytes"].as_u64().unwrap(), "{rendition}");
    }
    assert!(report["thumbhash"].as_str().unwrap().len() > 10 && report["milliseconds"].is_u64(), "{report}");
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), renditions.len(), "and nothing else");
}

#[test]
fn a_recipe_of_ones_own_and_one_step_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let (photo, out) = (photo(directory.path()), directory.path().join("out").display().to_string());
    let recipe = directory.path().join("recipe.json");
    let rung = json!({"name": "square", "width": 100, "height": 100, "fit": {"cover_at": [0.0, 0.5]}, "formats": ["jpeg"],
        "later": ["avif"]});
    std::fs::write(&recipe, json!({"version": 1, "renditions": [rung]}).to_string()).unwrap();
    let recipe = recipe.display().to_string();
    for (step, names) in
        [("first", vec!["square"]), ("later", vec!["square-avif"]), ("both", vec!["square", "square-avif"])]
    {
        let report = good(&[&photo, &out, "--recipe", &recipe, "--step", step]);
        let made: Vec<_> = report["renditions"].as_array().unwrap().iter().map(|made| made["name"].clone()).collect();
        assert_eq!(made, names, "{step}");
        assert_eq!(report["renditions"][0]["width"], 100);
    }
}

#[test]
fn what_cannot_be_done_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let (photo, out) = (photo(directory.path()), directory.path().join("out").display().to_string());
    let at = |name: &str, bytes: &[u8]| {
        std::fs::write(directory.path().join(name), bytes).unwrap();
        directory.path().join(name).display().to_string()
    };
    bad(&[&at("empty.jpg", b""), &out], "empty.jpg: The file is empty.");
    bad(
        &[&at("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), &out],
        "drawing.svg: This file is no picture",
    );
    bad(&[&at("cut.jpg", b"\xFF\xD8\xFF\xE0\0\x10JFIF"), &out], "cut.jpg: The picture is damaged");
    bad(&["nothing.jpg", &out], "nothing.jpg: No such file");
    bad(&[&photo, &photo], "photo.png: ");
    bad(&[&photo, &out, "--recipe", "nothing.json"], "nothing.json: No such file");
    let recipe =
        at("recipe.json", br#"{"version": 1, "renditions": [{"name": "a", "width": 0, "formats": ["webp"]}]}"#);
    bad(
        &[&photo, &out, "--recipe", &recipe],
        "recipe.json: the recipe, renditions[0].width: expected 1 to 16383 pixels",
    );
    bad(&[&photo, &out, "--step", "last"], "possible values: first, later, both");
    bad(&[&photo], "<OUT_DIR>");
    let large = std::fs::File::create(directory.path().join("large.jpg")).unwrap();
    large.set_len(200_000_001).unwrap();
    bad(
        &[directory.path().join("large.jpg").to_str().unwrap(), &out],
        "large.jpg: The picture is 201 MB large; at most 200",
    );
}
