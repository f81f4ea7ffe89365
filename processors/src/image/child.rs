use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use pictures::{PictureError, Recipe, Size, Step, execute, facts, plan};
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};

/// The argument that has any of our functions' binaries render one picture instead of serving events.
pub(super) const ARGUMENT: &str = "render-picture";

/// What the process may have of addresses, in bytes, and of processor time, in seconds: the plan's budget and the encoders stay well below
/// the one, and the parent's clock rings before the other.
const MOST_MEMORY: u64 = 2 << 30;
const MOST_SECONDS: u64 = 2 * pictures::MAX_WALL_TIME.as_secs();

/// What the process says on its standard output.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// The files are in the directory.
    Made(Made),
    /// The file is at fault; a sentence for the person who uploaded it.
    Refused(String),
    /// We are.
    Failed(String),
}

/// What was made.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Made {
    /// Pixels of the source, upright.
    pub upright: Size,
    pub thumbhash: Vec<u8>,
    pub files: Vec<Rendition>,
}

/// One rendition.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Rendition {
    pub name: String,
    pub file_name: String,
    pub content_type: String,
    pub size: Size,
    pub bytes: u64,
}

/// Renders one picture where the process was started for that (`BINARY render-picture SOURCE DIRECTORY RECIPE first|later`); `None`: it
/// was started to serve events.
pub fn child() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    (arguments.next()? == ARGUMENT).then(|| {
        let answer = match arguments.collect::<Vec<OsString>>().as_slice() {
            [source, directory, recipe, step] => {
                let step = if step == "later" { Step::Later } else { Step::First };
                answered(Path::new(source), Path::new(directory), Path::new(recipe), step)
            }
            _ => Answer::Failed(format!("expected {ARGUMENT} SOURCE DIRECTORY RECIPE first|later")),
        };
        match serde_json::to_writer(std::io::stdout(), &answer) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        }
    })
}

fn answered(source: &Path, directory: &Path, recipe: &Path, step: Step) -> Answer {
    match rendered(source, directory, recipe, step) {
        Ok(made) => Answer::Made(made),
        Err(PictureError::Refused(refusal)) => Answer::Refused(refusal.to_string()),
        Err(error) => Answer::Failed(error.to_string()),
    }
}

fn rendered(source: &Path, directory: &Path, recipe: &Path, step: Step) -> Result<Made, PictureError> {
    for (resource, most) in [(Resource::As, MOST_MEMORY), (Resource::Cpu, MOST_SECONDS), (Resource::Core, 0)] {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).map_err(std::io::Error::from)?;
    }
    let recipe = Recipe::parse(&std::fs::read_to_string(recipe)?).map_err(std::io::Error::other)?;
    let bytes = std::fs::read(source)?;
    let facts = facts(&bytes)?;
    let plan = plan(&facts, bytes.len() as u64, &recipe)?;
    let rendered = execute(&bytes, &facts, &plan, &recipe.keep, step)?;
    let mut files = Vec::new();
    for (planned, file) in rendered.files {
        std::fs::write(directory.join(&planned.file_name), &file)?;
        let content_type = planned.format.names().1.to_owned();
        let (name, file_name, size) = (planned.name, planned.file_name, planned.size);
        files.push(Rendition { name, file_name, content_type, size, bytes: file.len() as u64 });
    }
    Ok(Made { upright: facts.upright(), thumbhash: rendered.thumbhash, files })
}
