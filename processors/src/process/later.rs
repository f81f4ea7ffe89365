use catalog::{Media, MediaId, Rendition, Status};
use pictures::{Recipe, Step};

use super::made::{folder, publish};
use super::{End, Processed, fetch};
use crate::{Failure, ProcessError, Services, image, now};

/// Makes what takes longer of a picture whose title is ready, and adds it to its row once. Whatever is wrong with the file now, the title
/// stays as it is: it has what it needs.
///
/// # Errors
/// What failed on our side; the row still waits.
pub async fn later(services: &Services, media_id: MediaId) -> Result<Processed, ProcessError> {
    let row = services.catalog.find(&media_id).await?;
    let Some(row) = row.filter(|row| row.later && row.status == Status::Ready) else {
        return Ok(Processed { media_id, status: End::Ended });
    };
    let (renditions, status) = match made(services, &row).await {
        Ok(renditions) => (renditions, End::Ready),
        Err(Failure::Refused(refusal)) => {
            tracing::warn!(%media_id, %refusal, "no later renditions");
            (Vec::new(), End::Failed)
        }
        Err(Failure::Process(e)) => return Err(e),
    };
    let ours = services.catalog.add_later(&media_id, &renditions, now()).await?;
    let status = if ours { status } else { End::Ended };
    tracing::info!(%media_id, ?status, renditions = renditions.len(), "processed later");
    Ok(Processed { media_id, status })
}

/// Nothing where the object is another one than that of which the other renditions were made.
async fn made(services: &Services, row: &Media) -> Result<Vec<Rendition>, Failure> {
    let directory = tempfile::tempdir()?;
    let (source, recipe) = (directory.path().join("source"), Recipe::default());
    let (_, etag) = fetch(services, &row.source.key, &source).await?;
    let folder = folder(services, row, &etag, &recipe.hash());
    if !row.renditions.iter().all(|rendition| rendition.key.starts_with(&folder)) {
        tracing::warn!(media_id = %row.id, "the object was replaced, or the recipe: no later renditions");
        return Ok(Vec::new());
    }
    let made = image::render(&source, &recipe, Step::Later, directory.path(), &services.tools).await?;
    publish(services, &folder, made.files).await
}
