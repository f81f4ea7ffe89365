use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::{FromRequest as _, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::{Media, Outcome, Source, Status, Upload};
use crc_fast::CrcAlgorithm::Crc64Nvme;
use crc_fast::checksum_combine;
use serde::{Deserialize, Serialize};
use sniff::{SNIFF_BYTES, Sniffed, sniff};
use utoipa::ToSchema;

use super::checks::parse_checksum;
use super::{multipart, plan};
use crate::access::Own;
use crate::api::body::Body;
use crate::api::refusals::Refusals;
use crate::app::App;
use crate::objects::{Arrived, Completion, Joined};
use crate::{MediaView, Problem, Session};

/// All parts of an upload, and the whole.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WholeUpload {
    /// CRC64NVME of the whole file as it was read from end to end, base64.
    crc64nvme: String,
    /// Every part.
    parts: Vec<SentPart>,
}

/// A part that was sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SentPart {
    /// From 1 on.
    #[schema(minimum = 1, maximum = 10_000)]
    number: u32,
    /// SHA-256, base64.
    sha256: String,
    /// CRC64NVME, base64.
    crc64nvme: String,
}

/// A title whose file is there.
#[derive(Serialize, ToSchema)]
pub struct Completed {
    media: MediaView,
}

impl Completed {
    pub fn of(app: &App, session: &Session, media: &Media) -> Result<Json<Self>, Problem> {
        Ok(Json(Self { media: app.view(session, media)? }))
    }
}

/// Completes an upload: a multipart one is joined, and the object is looked at, its length and its first bytes. Saying it
/// twice is saying it once.
#[utoipa::path(
    post, path = "/api/uploads/{id}/complete", operation_id = "complete_upload", tag = "uploads",
    params(("id" = String, Path)), request_body(content = Option<WholeUpload>, description = "For a multipart upload."),
    responses((status = 200, body = Completed), Refusals)
)]
pub async fn complete(
    State(app): State<Arc<App>>,
    session: Session,
    Own(media): Own,
    request: Request,
) -> Result<Json<Completed>, Problem> {
    if media.status > Status::Uploading {
        return Completed::of(&app, &session, &media);
    }
    if let Some(upload) = multipart::of_title(&app, &media.id).await? {
        let Body(whole) = Body::<WholeUpload>::from_request(request, &app).await?;
        join(&app, &upload, &whole).await?;
    }
    let media = arrive(&app, &media).await?;
    Completed::of(&app, &session, &media)
}

/// Believes in an upload where the object is there, as long as was declared, and of a kind that can be shown.
pub async fn arrive(app: &App, media: &Media) -> Result<Media, Problem> {
    let source = uploaded_source(app, media).await?;
    let first = app.objects.first_bytes(&source.key, SNIFF_BYTES).await?.unwrap_or_default();
    let refused = matches!(sniff(&first), Sniffed::Unknown | Sniffed::Empty);
    if app.catalog.uploaded(&media.id, &source, app.now()).await? {
        tracing::info!(media_id = %media.id, bytes = source.bytes, refused, "upload complete");
        app.catalog.count(&media.owner, &app.month(), 1, 0).await?;
        if !refused {
            (app.uploaded)(media.id.clone());
        }
    }
    if refused {
        let reason = "This is neither a photo nor a film that can be shown here.";
        app.catalog.finish(&media.id, &Outcome::Failed { reason: reason.to_owned() }, app.now()).await?;
        return Err(Problem::invalid("file", "not_media", reason));
    }
    app.catalog.find(&media.id).await?.ok_or_else(Problem::not_found)
}

async fn uploaded_source(app: &App, media: &Media) -> Result<Source, Problem> {
    let (key, declared) = (&media.source.key, media.source.bytes);
    let Some(object) = app.objects.head(key).await? else {
        return Err(Problem::conflict("object_missing", "The file has not arrived yet. Send it as announced first."));
    };
    if object.bytes != declared {
        let detail = format!("{declared} bytes were declared, {} bytes arrived.", object.bytes);
        return Err(Problem::conflict("size_differs", detail));
    }
    Ok(Source { key: key.clone(), bytes: object.bytes, etag: object.etag })
}

/// Joins a multipart upload: all parts are there, each the one that the client sent, and together they are the file.
async fn join(app: &App, upload: &Upload, whole: &WholeUpload) -> Result<(), Problem> {
    check_whole(upload, whole)?;
    let Some(arrived) = app.objects.arrived(&upload.key, &upload.multipart_id).await? else {
        // It was joined by a request whose answer was lost; the object says whether it was.
        return Ok(());
    };
    let parts = whole.parts.iter().map(|sent| joined(upload, &arrived, sent));
    let parts = parts.collect::<Option<Vec<Joined>>>();
    let done = match parts {
        Some(parts) => app.objects.complete_multipart(&upload.key, &upload.multipart_id, &parts).await?,
        None => Completion::PartsDiffer,
    };
    match done {
        Completion::Done | Completion::NoUpload => {
            app.catalog.end_upload(&upload.id).await?;
            Ok(())
        }
        Completion::PartsDiffer => {
            let detail = "Not every part has arrived as it is named here. Ask which have, and send the others.";
            Err(Problem::conflict("parts_missing", detail))
        }
    }
}

/// Every part once and in order, and their checksums make up the whole's.
fn check_whole(upload: &Upload, whole: &WholeUpload) -> Result<(), Problem> {
    let count = plan::parts(upload.bytes, upload.part_bytes);
    if !whole.parts.iter().map(|part| part.number).eq(1..=count) {
        let detail = format!("parts must name the parts 1 to {count}, each once, in order.");
        return Err(Problem::invalid("parts", "out_of_range", detail));
    }
    let mut joined = 0_u64;
    for part in &whole.parts {
        parse_checksum::<32>("parts.sha256", &part.sha256)?;
        let crc = u64::from_be_bytes(parse_checksum("parts.crc64nvme", &part.crc64nvme)?);
        let bytes = plan::length(upload.bytes, upload.part_bytes, part.number).unwrap_or(0);
        joined = if part.number == 1 { crc } else { checksum_combine(Crc64Nvme, joined, crc, bytes) };
    }
    if parse_checksum("crc64nvme", &whole.crc64nvme)? != joined.to_be_bytes() {
        let detail = format!(
            "The parts make up a file whose CRC64NVME is {}, not {}: the file was changed while it was sent. Begin anew.",
            STANDARD.encode(joined.to_be_bytes()),
            whole.crc64nvme
        );
        return Err(Problem::conflict("checksum_differs", detail));
    }
    Ok(())
}

/// A part as the store has it, where that is the one that was sent.
fn joined(upload: &Upload, arrived: &[Arrived], sent: &SentPart) -> Option<Joined> {
    let at = arrived.binary_search_by_key(&sent.number, |part| part.number).ok()?;
    let part = arrived.get(at)?;
    let whole = plan::length(upload.bytes, upload.part_bytes, part.number) == Some(part.bytes);
    let same = part.sha256.as_ref().is_none_or(|sha256| *sha256 == sent.sha256);
    (whole && same).then(|| Joined { number: part.number, etag: part.etag.clone(), sha256: sent.sha256.clone() })
}
