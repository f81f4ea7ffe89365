use std::ffi::OsString;
use std::path::Path;

use pictures::{PictureError, Recipe, Size, Step, execute, facts, plan};
use serde::{Deserialize, Serialize};

use crate::child::limited;

/// The argument that has any of our functions' binaries render one picture instead of serving events.
pub(crate) const ARGUMENT: &str = "render-picture";

/// What the process may have of addresses, in bytes, and of processor time, in seconds: the plan's budget and the encoders stay well below
/// the one, and the parent's clock rings before the other.
const MOST_MEMORY: u64 = 2 << 30;
const MOST_SECONDS: u64 = 2 * pictures::MAX_WALL_TIME.as_secs();

/// What the process says on its standard output.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// The files are in the directory.
    Made(Made),
    /// The file is at fault; a sentence for the person who uploaded it.
    Refused(String),
    /// We are.
    Failed(String),
}

/// What was made.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Made {
    pub source: Source,
    pub written: Written,
    /// The recipe's later step makes more.
    pub later: bool,
}

/// The renditions of one picture, in the directory.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Written {
    pub thumbhash: Vec<u8>,
    pub files: Vec<Rendition>,
}

impl Written {
    /// Writes them.
    pub fn to(directory: &Path, rendered: pictures::Rendered) -> std::io::Result<Self> {
        let mut files = Vec::new();
        for (planned, file) in rendered.files {
            std::fs::write(directory.join(&planned.file_name), &file)?;
            let content_type = planned.format.names().1.to_owned();
            let (name, file_name, size) = (planned.name, planned.file_name, planned.size);
            files.push(Rendition { name, file_name, content_type, size, bytes: file.len() as u64 });
        }
        Ok(Self { thumbhash: rendered.thumbhash, files })
    }
}

/// What a picture file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its format's name, such as `jpeg`.
    pub format: String,
    /// Its pixels, upright.
    #[serde(flatten)]
    pub size: Size,
    /// How many pictures follow each other; 1: it does not move.
    pub frames: u32,
    /// The file ends before the picture does.
    pub truncated: bool,
}

/// One rendition.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Rendition {
    pub name: String,
    pub file_name: String,
    pub content_type: String,
    pub size: Size,
    pub bytes: u64,
}

/// Renders one picture: `SOURCE DIRECTORY RECIPE first|later|both`, the recipe as JSON.
pub(crate) fn answer(arguments: &[OsString]) -> Answer {
    let [source, directory, recipe, step] = arguments else {
        return Answer::Failed(format!("expected {ARGUMENT} SOURCE DIRECTORY RECIPE first|later|both"));
    };
    let step = STEPS.iter().find(|(_, name)| step == name).map(|(step, _)| *step);
    answered(Path::new(source), Path::new(directory), &recipe.to_string_lossy(), step)
}

/// What the last argument says.
const STEPS: [(Step, &str); 3] = [(Step::First, "first"), (Step::Later, "later"), (Step::Both, "both")];

pub(super) fn step_name(step: Step) -> &'static str {
    STEPS.iter().find(|(known, _)| *known == step).map_or("", |(_, name)| name)
}

fn answered(source: &Path, directory: &Path, recipe: &str, step: Option<Step>) -> Answer {
    let Some(step) = step else { return Answer::Failed("expected first, later or both as the step".to_owned()) };
    match rendered(source, directory, recipe, step) {
        Ok(made) => Answer::Made(made),
        Err(PictureError::Refused(refusal)) => Answer::Refused(refusal.to_string()),
        Err(error) => Answer::Failed(error.to_string()),
    }
}

fn rendered(source: &Path, directory: &Path, recipe: &str, step: Step) -> Result<Made, PictureError> {
    limited(MOST_MEMORY, MOST_SECONDS)?;
    let recipe = Recipe::parse(recipe).map_err(std::io::Error::other)?;
    let bytes = std::fs::read(source)?;
    let facts = facts(&bytes)?;
    let plan = plan(&facts, bytes.len() as u64, &recipe)?;
    let written = Written::to(directory, execute(&bytes, &facts, &plan, &recipe.keep, step)?)?;
    let source = Source {
        format: format!("{:?}", facts.format).to_lowercase(),
        size: facts.upright(),
        frames: facts.frames,
        truncated: facts.truncated,
    };
    let later = plan.renditions.iter().any(|planned| planned.later);
    Ok(Made { source, written, later })
}
