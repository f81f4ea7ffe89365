//! A file's header and what is planned of it: whatever it says, the plan keeps within its limits, and no pixel is decoded.

use std::collections::BTreeSet;

use pictures::{Fit, Format, MAX_DECODED_BYTES, MAX_PIXELS, Plan, Qualities, Recipe, Rung, Scale, facts, plan};

/// Sizes are rounded, and parts of a picture are fractions of pixels.
const ROUNDED: f64 = 0.6;

/// Four bytes make a recipe of one rendition beside the ladder, the others are the file.
pub fn header(data: &[u8]) {
    let Some(([width, height, x, y], bytes)) = data.split_first_chunk::<4>() else { return };
    let Ok(facts) = facts(bytes) else { return };
    let fit = match (x, y) {
        (0, 0) => Fit::Contain,
        (255, _) => Fit::Cover,
        (x, y) => Fit::CoverAt(f64::from(*x) / 255.0, f64::from(*y) / 255.0),
    };
    let side = |n: &u8| u32::from(*n) * 64 + 1;
    let (name, formats, later) = ("one".to_owned(), vec![Format::Jpeg], vec![Format::Avif]);
    let rung = Rung { name, width: side(width), height: Some(side(height)), fit, formats, later };
    let ladder = Recipe::default();
    let renditions = ladder.renditions.iter().cloned().chain([rung.clone()]).collect();
    let (keep, quality) = (BTreeSet::new(), Qualities::default());
    for recipe in [
        ladder,
        Recipe { version: 1, quality, renditions, keep: keep.clone() },
        Recipe { version: 1, quality, renditions: vec![rung], keep },
    ] {
        let recipe = Recipe::parse(&recipe_text(&recipe)).expect("a recipe that was written is read");
        let Ok(made) = plan(&facts, bytes.len() as u64, &recipe) else { continue };
        kept_within(&made, facts.upright().area());
        assert_eq!(plan(&facts, bytes.len() as u64, &recipe).unwrap(), made);
    }
}

fn recipe_text(recipe: &Recipe) -> String {
    serde_json::to_string(recipe).unwrap()
}

fn kept_within(plan: &Plan, area: u64) {
    assert!(area <= MAX_PIXELS && plan.decoded_bytes <= MAX_DECODED_BYTES);
    assert!(plan.reduced.width <= plan.read.width && plan.reduced.height <= plan.read.height, "{plan:?}");
    assert!(plan.read.area() <= area || plan.scale == Scale::Whole, "{plan:?}");
    assert_eq!(plan.top.area(), plan.reduced.area());
    assert!(!plan.renditions.is_empty());
    let (width, height) = (f64::from(plan.top.width), f64::from(plan.top.height));
    let mut names = BTreeSet::new();
    for planned in &plan.renditions {
        assert!(names.insert(&planned.name) && planned.size.area() > 0, "{planned:?}");
        for (part, all, side) in
            [(planned.crop.x, width, planned.size.width), (planned.crop.y, height, planned.size.height)]
        {
            assert!(part.0 >= 0.0 && part.1 > 0.0 && part.0 + part.1 <= all + ROUNDED, "{planned:?} of {plan:?}");
            assert!(f64::from(side) <= part.1.max(1.0) + ROUNDED, "enlarged: {planned:?} of {plan:?}");
        }
    }
}
