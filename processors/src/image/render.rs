use std::path::Path;

use catalog::{Picture, ThumbHash};
use pictures::{Fit, Format, MAX_WALL_TIME, Qualities, Recipe, Refusal as PictureRefusal, Rung, Step};

use super::child::{ARGUMENT, Answer, Source, step_name};
use crate::process::{Content, Made};
use crate::tools::{Ran, Tools};
use crate::{Failure, ProcessError, Refusal};

/// What was made of a picture.
#[derive(Debug)]
pub struct Rendered {
    /// The files, in the directory that was given.
    pub files: Vec<Made>,
    /// How it looks.
    pub picture: Picture,
    /// What the source is.
    pub source: Source,
    /// The recipe's later step makes more.
    pub later: bool,
}

/// Makes everything of a picture that one step of a recipe makes, in `directory`.
///
/// # Errors
/// [`Refusal::Picture`] where the file is at fault, a [`ProcessError`] where we are.
pub async fn render(
    source: &Path,
    recipe: &Recipe,
    step: Step,
    directory: &Path,
    tools: &Tools,
) -> Result<Rendered, Failure> {
    let failed = |message: String| ProcessError::Tool { program: ARGUMENT, message };
    let recipe = serde_json::to_string(recipe).map_err(|e| failed(e.to_string()))?;
    let arguments = vec![source.into(), directory.into(), recipe.into(), step_name(step).into()];
    let made = match tools.render(ARGUMENT, arguments, Vec::new(), MAX_WALL_TIME).await? {
        Ran::Done(answer) => match serde_json::from_slice(&answer).map_err(|e| failed(e.to_string()))? {
            Answer::Made(made) => made,
            Answer::Refused(sentence) => return Err(Refusal::Picture(sentence).into()),
            Answer::Failed(message) => return Err(failed(message).into()),
        },
        // A decoder that crashed has met a file that is at fault: tried again, it would crash again.
        Ran::Failed(_) => return Err(refused(&PictureRefusal::UNDECODABLE)),
        Ran::TimedOut => return Err(refused(&PictureRefusal::TooSlow)),
    };
    let thumbhash = ThumbHash::try_from(made.thumbhash).ok();
    let picture = Picture { width: made.source.size.width, height: made.source.size.height, thumbhash };
    let files = made.files.into_iter().map(|file| Made {
        content: Content { path: directory.join(&file.file_name), content_type: file.content_type, bytes: file.bytes },
        name: file.name,
        file_name: file.file_name,
        size: file.size,
    });
    Ok(Rendered { files: files.collect(), picture, source: made.source, later: made.later })
}

fn refused(refusal: &PictureRefusal) -> Failure {
    Refusal::Picture(refusal.to_string()).into()
}

/// What is made of a film's picture: at most 1280 wide, in the formats of photos, and a thumbnail of at most 480 on its longest side.
pub(crate) fn poster_recipe() -> Recipe {
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
            rung("poster", 1280, None, vec![Format::Webp, Format::Jpeg]),
            rung("thumb", 480, Some(480), vec![Format::Webp]),
        ],
        keep: std::collections::BTreeSet::new(),
    }
}
