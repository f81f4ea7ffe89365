use std::collections::BTreeSet;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

/// What is made of every picture.
///
/// A JSON file of version 1; [`Recipe::default`] is the one beside this crate's sources, `recipe.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The file format's version: 1.
    pub version: u32,
    /// How well each format is encoded.
    #[serde(default)]
    pub quality: Qualities,
    /// The sizes and shapes, in any order; at least one.
    pub renditions: Vec<Rung>,
    /// What of the source's metadata is kept. Nothing, unless it is named here; a place never.
    #[serde(default)]
    pub keep: BTreeSet<Keep>,
}

/// One size and shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// The rendition's name, and its file's: `[a-z0-9-]`, at most 32 characters.
    pub name: String,
    /// Pixels; a picture is never enlarged.
    pub width: u32,
    /// Pixels; as many as the picture's shape wants where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// How the picture comes into that size.
    #[serde(default)]
    pub fit: Fit,
    /// The formats that are made before the title is ready; the first is what the rendition's name stands for.
    pub formats: Vec<Format>,
    /// The formats that are made in a later step, because they take longer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<Format>,
}

/// How a picture comes into a size.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Whole, inside it.
    #[default]
    Contain,
    /// Filling it; what stands over is cut off, around the middle.
    Cover,
    /// Filling it, around a point: fractions of the upright picture's width and height, 0 to 1.
    CoverAt(f64, f64),
}

/// A format that is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// WebP; animated where the source is.
    Webp,
    /// Baseline JPEG, 4:2:0; what is transparent becomes white.
    Jpeg,
    /// AVIF.
    Avif,
}

/// A kind of metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// EXIF's `Artist` and `Copyright`, and nothing else of EXIF.
    Copyright,
    /// The colour profile: pixels then stay in the source's colours.
    Icc,
}

/// How well each format is encoded, 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Qualities {
    /// JPEG's quality as libjpeg has it.
    pub jpeg: u8,
    /// WebP's quality as libwebp has it.
    pub webp: u8,
    /// AVIF's quality as `ravif` has it.
    pub avif: u8,
}

/// What is wrong with a recipe, with the field's place.
#[derive(Debug, thiserror::Error)]
#[error("the recipe, {field}: {message}")]
pub struct RecipeError {
    /// Such as `renditions[2].width`.
    pub field: String,
    /// What was expected.
    pub message: String,
}

impl Format {
    /// The file name's ending and the media type.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Webp => ("webp", "image/webp"),
            Self::Jpeg => ("jpg", "image/jpeg"),
            Self::Avif => ("avif", "image/avif"),
        }
    }
}

impl Default for Qualities {
    fn default() -> Self {
        Self { jpeg: 80, webp: 80, avif: 60 }
    }
}

/// The longest side that every format has: WebP's, 16,383 pixels.
pub(crate) const LONGEST_SIDE: u32 = 16_383;
const MOST_RENDITIONS: usize = 32;

impl Recipe {
    /// Reads and checks a recipe file.
    ///
    /// # Errors
    /// The first field that is not as it has to be.
    pub fn parse(text: &str) -> Result<Self, RecipeError> {
        let recipe: Self = serde_json::from_str(text)
            .map_err(|e| error(format!("line {} column {}", e.line(), e.column()), e.to_string()))?;
        recipe.check()?;
        Ok(recipe)
    }

    /// 16 hexadecimal digits that change with anything in it: part of what makes a step of work the same step.
    pub fn hash(&self) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        digest(&SHA256, &text).as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    fn check(&self) -> Result<(), RecipeError> {
        if self.version != 1 {
            return Err(error("version", format!("expected 1, found {}", self.version)));
        }
        for (name, quality) in [("jpeg", self.quality.jpeg), ("webp", self.quality.webp), ("avif", self.quality.avif)] {
            if !(1..=100).contains(&quality) {
                return Err(error(format!("quality.{name}"), format!("expected 1 to 100, found {quality}")));
            }
        }
        if self.renditions.is_empty() || self.renditions.len() > MOST_RENDITIONS {
            return Err(error("renditions", format!("expected 1 to {MOST_RENDITIONS} of them")));
        }
        let mut names = BTreeSet::new();
        for (index, rung) in self.renditions.iter().enumerate() {
            rung.check().map_err(|(field, message)| error(format!("renditions[{index}].{field}"), message))?;
            if !names.insert(&rung.name) {
                return Err(error(format!("renditions[{index}].name"), format!("{:?} is there twice", rung.name)));
            }
        }
        Ok(())
    }
}

impl Rung {
    fn check(&self) -> Result<(), (&'static str, String)> {
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.name.is_empty() || self.name.len() > 32 || !self.name.chars().all(letters) {
            return Err(("name", format!("expected 1 to 32 of a-z, 0-9 and -, found {:?}", self.name)));
        }
        for (field, side) in [("width", Some(self.width)), ("height", self.height)] {
            if side.is_some_and(|side| side == 0 || side > LONGEST_SIDE) {
                return Err((field, format!("expected 1 to {LONGEST_SIDE} pixels")));
            }
        }
        if self.fit != Fit::Contain && self.height.is_none() {
            return Err(("height", "cover needs a height as well".to_owned()));
        }
        if let Fit::CoverAt(x, y) = self.fit
            && !((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y))
        {
            return Err(("fit", format!("expected a point of 0 to 1, found {x}, {y}")));
        }
        let made: BTreeSet<_> = self.formats.iter().chain(&self.later).collect();
        if self.formats.is_empty() || made.len() != self.formats.len() + self.later.len() {
            return Err(("formats", "expected at least one format, each once, here or in `later`".to_owned()));
        }
        Ok(())
    }
}

impl Default for Recipe {
    /// 320, 640, 1280 and 1920 pixels wide as WebP and JPEG, later as AVIF, and a thumbnail of 256².
    fn default() -> Self {
        let width = |width: u32| Rung {
            name: format!("w{width}"),
            width,
            height: None,
            fit: Fit::Contain,
            formats: vec![Format::Webp, Format::Jpeg],
            later: vec![Format::Avif],
        };
        let thumb = Rung {
            name: "thumb".to_owned(),
            width: 256,
            height: Some(256),
            fit: Fit::Cover,
            formats: vec![Format::Webp],
            later: Vec::new(),
        };
        let renditions = [1920, 1280, 640, 320].into_iter().map(width).chain([thumb]).collect();
        Self { version: 1, quality: Qualities::default(), renditions, keep: BTreeSet::new() }
    }
}

fn error(field: impl Into<String>, message: impl Into<String>) -> RecipeError {
    RecipeError { field: field.into(), message: message.into() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use serde_json::{Value, json};

    use super::*;

    const FILE: &str = include_str!("../recipe.json");

    #[test]
    fn the_file_is_the_default() {
        assert_eq!(Recipe::parse(FILE).unwrap(), Recipe::default());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let cases: [(&str, Value, &str); 11] = [
            ("/version", json!(2), "version: expected 1, found 2"),
            ("/quality/webp", json!(0), "quality.webp: expected 1 to 100, found 0"),
            ("/renditions", json!([]), "renditions: expected 1 to 32 of them"),
            ("/renditions/0/name", json!("../x"), "renditions[0].name: expected 1 to 32 of a-z"),
            ("/renditions/1/name", json!("w1920"), "renditions[1].name: \"w1920\" is there twice"),
            ("/renditions/2/width", json!(0), "renditions[2].width: expected 1 to 16383 pixels"),
            ("/renditions/4/height", json!(20_000), "renditions[4].height: expected 1 to 16383 pixels"),
            ("/renditions/4/height", json!(null), "renditions[4].height: cover needs a height"),
            ("/renditions/4/fit", json!({"cover_at": [0.5, 1.5]}), "renditions[4].fit: expected a point of 0 to 1"),
            ("/renditions/0/formats", json!(["webp", "webp"]), "renditions[0].formats: expected at least one format"),
            ("/renditions/0/fit", json!("stretch"), "unknown variant `stretch`"),
        ];
        for (place, value, message) in cases {
            let mut file: Value = serde_json::from_str(FILE).unwrap();
            *file.pointer_mut(place).unwrap_or(&mut Value::Null) = value.clone();
            if file.pointer(place) != Some(&value) {
                file["renditions"][0]["fit"] = value.clone();
            }
            let error = Recipe::parse(&file.to_string()).unwrap_err().to_string();
            assert!(error.contains(message), "{place}: {error}");
        }
    }

    #[test]
    fn the_hash_changes_with_anything() {
        let mut changed = Recipe::default();
        let before = changed.hash();
        assert_eq!((before.len(), before.clone()), (16, Recipe::default().hash()));
        changed.quality.webp = 81;
        assert_ne!(changed.hash(), before);
    }
}
