use std::path::Path;

use catalog::{Picture, ThumbHash};
use pictures::{MAX_WALL_TIME, Recipe, Refusal as PictureRefusal, Step};

use super::child::{ARGUMENT, Answer, Rendition, Source, Written, step_name};
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
    let made = match tools.render(ARGUMENT, arguments, MAX_WALL_TIME).await? {
        Ran::Done(answer) => match serde_json::from_slice(&answer).map_err(|e| failed(e.to_string()))? {
            Answer::Made(made) => made,
            Answer::Refused(sentence) => return Err(Refusal::Picture(sentence).into()),
            Answer::Failed(message) => return Err(failed(message).into()),
        },
        // A decoder that crashed has met a file that is at fault: tried again, it would crash again.
        Ran::Failed(_) => return Err(refused(&PictureRefusal::UNDECODABLE)),
        Ran::TimedOut => return Err(refused(&PictureRefusal::TooSlow)),
    };
    let (files, thumbhash) = made.written.found(directory);
    let picture = Picture { width: made.source.size.width, height: made.source.size.height, thumbhash };
    Ok(Rendered { files, picture, source: made.source, later: made.later })
}

impl Written {
    /// The files where they lie, and how the picture looks.
    pub(crate) fn found(self, directory: &Path) -> (Vec<Made>, Option<ThumbHash>) {
        let files = self.files.into_iter().map(|Rendition { name, file_name, content_type, size, bytes }| Made {
            content: Content { path: directory.join(&file_name), content_type, bytes },
            name,
            file_name,
            size,
        });
        (files.collect(), ThumbHash::try_from(self.thumbhash).ok())
    }
}

fn refused(refusal: &PictureRefusal) -> Failure {
    Refusal::Picture(refusal.to_string()).into()
}
