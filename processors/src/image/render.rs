use std::path::Path;

use catalog::{Picture, ThumbHash};
use pictures::{Fit, Format, MAX_WALL_TIME, Qualities, Recipe, Refusal as PictureRefusal, Rung};

use super::child::{ARGUMENT, Answer};
use crate::process::{Content, Made};
use crate::tools::{Ran, Tools};
use crate::{Failure, ProcessError, Refusal};

/// Makes everything of a picture that a recipe's first step makes, in `directory`.
///
/// # Errors
/// [`Refusal::Picture`] where the file is at fault, a [`ProcessError`] where we are.
pub(crate) async fn render(
    source: &Path,
    recipe: &Recipe,
    directory: &Path,
    tools: &Tools,
) -> Result<(Vec<Made>, Picture), Failure> {
    let written = directory.join("recipe.json");
    tokio::fs::write(&written, serde_json::to_vec(recipe).unwrap_or_default()).await?;
    let arguments = vec![ARGUMENT.into(), source.into(), directory.into(), written.into(), "first".into()];
    let failed = |message: String| ProcessError::Tool { program: ARGUMENT, message };
    let made = match tools.render_picture(arguments, MAX_WALL_TIME).await? {
        Ran::Done(answer) => match serde_json::from_slice(&answer).map_err(|e| failed(e.to_string()))? {
            Answer::Made(made) => made,
            Answer::Refused(sentence) => return Err(Refusal::Picture(sentence).into()),
            Answer::Failed(message) => return Err(failed(message).into()),
        },
        // A decoder that crashed has met a file that is at fault: tried again, it would crash again.
        Ran::Failed(_) => return Err(refused(&PictureRefusal::Damaged("its data cannot be decoded"))),
        Ran::TimedOut => return Err(refused(&PictureRefusal::TooSlow)),
    };
    let picture = Picture {
        width: made.upright.width,
        height: made.upright.height,
        thumbhash: ThumbHash::try_from(made.thumbhash).ok(),
    };
    let made = made.files.into_iter().map(|file| Made {
        content: Content { path: directory.join(&file.file_name), content_type: file.content_type, bytes: file.bytes },
        name: file.name,
        file_name: file.file_name,
        size: file.size,
    });
    Ok((made.collect(), picture))
}

fn refused(refusal: &PictureRefusal) -> Failure {
    Refusal::Picture(refusal.to_string()).into()
}

/// What is made of a film's picture: at most 1280 wide, and a thumbnail of at most 480 on its longest side.
pub(crate) fn poster_recipe() -> Recipe {
    let rung = |name: &str, width, height| Rung {
        name: name.to_owned(),
        width,
        height,
        fit: Fit::Contain,
        formats: vec![Format::Webp],
        later: Vec::new(),
    };
    Recipe {
        version: 1,
        quality: Qualities::default(),
        renditions: vec![rung("poster", 1280, None), rung("thumb", 480, Some(480))],
        keep: std::collections::BTreeSet::new(),
    }
}
