//! What is over is taken away: uploads that were given up, titles that cannot be restored any more, old answers.

use std::sync::Arc;

use catalog::{Amount, Media, MediaId, Status, UnixMillis, Upload};

use crate::Problem;
use crate::app::App;

/// How many of each are taken in one go.
const AT_ONCE: usize = 100;

/// How long a title may wait for a file that is sent in one PUT, milliseconds: its request is good for a quarter of an hour
/// and S3 takes no single PUT that lasts for days.
const PATIENCE_MS: UnixMillis = 2 * 24 * 3_600_000;

/// What was taken away.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Uploads that nobody went on with.
    pub uploads: u64,
    /// Titles with all that was made of them.
    pub titles: u64,
    /// Answers kept for idempotency keys.
    pub answers: u64,
}

/// Takes away what is over. It may be cut short and run twice at once: what is left is found by the next.
pub async fn sweep(app: &Arc<App>) -> Result<Swept, Problem> {
    let now = app.now();
    let mut swept = Swept::default();
    for upload in app.catalog.expired_uploads(now, AT_ONCE).await? {
        give_up(app, &upload).await?;
        swept.uploads += 1;
    }
    for media in app.catalog.in_status(&[Status::Uploading]).await? {
        let waiting = media.created_at > now.saturating_sub(PATIENCE_MS);
        if waiting || media.deleted_at.is_some() || app.catalog.upload(media.id.as_str(), now).await?.is_some() {
            continue;
        }
        // Put at the last moment, it is in the queue of events.
        if app.objects.head(&media.source.key).await?.is_none() && forget(app, &media.id).await? {
            release(app, &media).await?;
            swept.uploads += 1;
        }
    }
    for media in app.catalog.purgeable(now, AT_ONCE).await? {
        if purge(app, &media).await? {
            swept.titles += 1;
        }
    }
    swept.answers = app.catalog.sweep_once(now).await?;
    Ok(swept)
}

/// Gives a multipart upload up, with its parts and its title.
pub async fn give_up(app: &App, upload: &Upload) -> Result<(), Problem> {
    app.objects.abort_multipart(&upload.key, &upload.multipart_id).await?;
    let media = app.catalog.find(&upload.media).await?;
    app.catalog.end_upload(&upload.id).await?;
    if let Some(media) = media.filter(|media| media.status == Status::Uploading)
        && forget(app, &media.id).await?
    {
        release(app, &media).await?;
    }
    Ok(())
}

/// Removes the row of a title that there is nothing of. `false`: it is gone already.
pub async fn forget(app: &App, id: &MediaId) -> Result<bool, Problem> {
    // Deleted as of the epoch, nobody can restore it.
    app.catalog.delete(id, 0).await?;
    Ok(app.catalog.purge(id, app.now()).await?)
}

/// Removes a title that cannot be restored, objects first: a row without objects is found again, objects without a row are
/// not.
async fn purge(app: &App, media: &Media) -> Result<bool, Problem> {
    app.objects.delete_raw(&media.source.key).await?;
    app.objects.delete_media_under(&format!("media/{}/{}/", media.owner, media.id)).await?;
    let purged = app.catalog.purge(&media.id, app.now()).await?;
    if purged {
        release(app, media).await?;
    }
    Ok(purged)
}

/// Counts a title as not stored any more.
async fn release(app: &App, media: &Media) -> Result<(), Problem> {
    let month = app.month();
    let minutes = media.duration_ms.map_or(0, |ms| ms.div_ceil(60_000));
    for amount in [Amount { bytes: media.source.bytes, minutes: 0 }, Amount { bytes: 0, minutes }] {
        if amount != Amount::default() && !app.catalog.release(&media.owner, &month, amount).await? {
            tracing::warn!(media_id = %media.id, ?amount, "more was to be released than is counted as stored");
        }
    }
    Ok(())
}
