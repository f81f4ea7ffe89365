//! Multipart uploads under way.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use catalog::{MediaId, Upload};
use http::StatusCode;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::announce::RequestView;
use super::checks::parse_checksum;
use super::plan;
use crate::access::path_id;
use crate::api::body::Body;
use crate::api::refusals::Refusals;
use crate::app::App;
use crate::view::rfc3339;
use crate::{Problem, Session, sweep};

/// Parts that are signed in one answer.
const MOST_SIGNED: usize = 100;

/// A multipart upload of the caller's that is under way.
pub struct OwnUpload(pub Upload);

impl FromRequestParts<Arc<App>> for OwnUpload {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let session = Session::from_request_parts(parts, app).await?;
        let id = path_id(parts, app).await?;
        let upload = app.catalog.upload(&id, app.now()).await?.filter(|upload| upload.owner == session.owner());
        upload.map(Self).ok_or_else(Problem::not_found)
    }
}

/// An upload under way.
#[derive(Serialize, ToSchema)]
#[schema(as = Upload)]
pub struct UploadView {
    /// Its id, which will be the title's.
    id: String,
    /// What the title is called.
    name: String,
    /// The whole file, bytes.
    size: u64,
    /// Always `multipart`: a single PUT has nothing to be resumed.
    kind: &'static str,
    /// The length of every part but the last, bytes.
    part_bytes: u64,
    /// How many parts.
    parts: u32,
    /// When it was announced: RFC 3339, UTC.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it is given up: RFC 3339, UTC.
    #[schema(format = DateTime)]
    expires_at: String,
    /// What has arrived, in order; in the list of uploads it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    arrived: Option<Vec<ArrivedView>>,
}

/// A part that has arrived.
#[derive(Serialize, ToSchema)]
#[schema(as = ArrivedPart)]
pub struct ArrivedView {
    /// From 1 on.
    number: u32,
    /// Bytes.
    bytes: u64,
    /// The store's entity tag.
    etag: String,
    /// SHA-256, base64; `null` from a store that keeps none.
    sha256: Option<String>,
}

/// The caller's multipart uploads.
#[derive(Serialize, ToSchema)]
pub struct UploadList {
    /// Newest first, at most 100.
    items: Vec<UploadView>,
}

/// Parts whose requests are wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedParts {
    /// 1 to 100 of them.
    #[schema(min_items = 1, max_items = 100)]
    parts: Vec<WantedPart>,
}

/// A part whose request is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedPart {
    /// From 1 on.
    #[schema(minimum = 1, maximum = 10_000)]
    number: u32,
    /// SHA-256 of its bytes, base64: the store takes no others.
    sha256: String,
}

/// Requests for parts.
#[derive(Serialize, ToSchema)]
pub struct SignedParts {
    parts: Vec<SignedPart>,
}

/// The request for a part.
#[derive(Serialize, ToSchema)]
pub struct SignedPart {
    /// From 1 on.
    number: u32,
    #[serde(flatten)]
    request: RequestView,
}

/// The caller's multipart uploads that are under way.
#[utoipa::path(
    get, path = "/api/uploads", operation_id = "list_uploads", tag = "uploads",
    responses((status = 200, body = UploadList), Refusals)
)]
pub async fn list(State(app): State<Arc<App>>, session: Session) -> Result<Json<UploadList>, Problem> {
    let mut items = Vec::new();
    for upload in app.catalog.uploads_of(session.owner(), app.now()).await? {
        items.push(view(&app, upload).await?);
    }
    Ok(Json(UploadList { items }))
}

/// A multipart upload, with what has arrived of it.
#[utoipa::path(
    get, path = "/api/uploads/{id}", operation_id = "get_upload", tag = "uploads", params(("id" = String, Path)),
    responses((status = 200, body = UploadView), Refusals)
)]
pub async fn one(State(app): State<Arc<App>>, OwnUpload(upload): OwnUpload) -> Result<Json<UploadView>, Problem> {
    let arrived = app.objects.arrived(&upload.key, &upload.multipart_id).await?.ok_or_else(Problem::not_found)?;
    let arrived = arrived.into_iter().map(|part| ArrivedView {
        number: part.number,
        bytes: part.bytes,
        etag: part.etag,
        sha256: part.sha256,
    });
    let arrived = Some(arrived.collect());
    Ok(Json(UploadView { arrived, ..view(&app, upload).await? }))
}

/// Signs requests for parts: the length and the SHA-256 of each are in its signature.
#[utoipa::path(
    post, path = "/api/uploads/{id}/parts", operation_id = "sign_parts", tag = "uploads", params(("id" = String, Path)),
    request_body = WantedParts, responses((status = 200, body = SignedParts), Refusals)
)]
pub async fn sign_parts(
    State(app): State<Arc<App>>,
    OwnUpload(upload): OwnUpload,
    Body(wanted): Body<WantedParts>,
) -> Result<Json<SignedParts>, Problem> {
    if !(1..=MOST_SIGNED).contains(&wanted.parts.len()) {
        return Err(Problem::invalid("parts", "out_of_range", "parts must name 1 to 100 parts."));
    }
    let mut parts = Vec::new();
    for WantedPart { number, sha256 } in wanted.parts {
        let bytes = plan::length(upload.bytes, upload.part_bytes, number).ok_or_else(|| {
            let count = plan::parts(upload.bytes, upload.part_bytes);
            Problem::invalid("parts.number", "out_of_range", format!("The parts of this upload are 1 to {count}."))
        })?;
        parse_checksum::<32>("parts.sha256", &sha256)?;
        let place = (upload.key.as_str(), upload.multipart_id.as_str());
        let request = app.objects.presign_part(place, number, bytes, &sha256, app.now()).await?;
        parts.push(SignedPart { number, request: request.into() });
    }
    Ok(Json(SignedParts { parts }))
}

/// Gives an upload up: what has arrived of it goes, and so does its title.
#[utoipa::path(
    delete, path = "/api/uploads/{id}", operation_id = "abort_upload", tag = "uploads", params(("id" = String, Path)),
    responses((status = 204, description = "It is given up."), Refusals)
)]
pub async fn abort(State(app): State<Arc<App>>, OwnUpload(upload): OwnUpload) -> Result<StatusCode, Problem> {
    sweep::give_up(&app, &upload).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn view(app: &App, upload: Upload) -> Result<UploadView, Problem> {
    let media: Option<catalog::Media> = app.catalog.find(&upload.media).await?;
    Ok(UploadView {
        name: media.map(|media| media.title).unwrap_or_default(),
        size: upload.bytes,
        kind: "multipart",
        part_bytes: upload.part_bytes,
        parts: plan::parts(upload.bytes, upload.part_bytes),
        created_at: rfc3339(upload.created_at),
        expires_at: rfc3339(upload.expires_at),
        arrived: None,
        id: upload.id,
    })
}

/// The multipart upload that a title waits for, if it is one.
pub async fn of_title(app: &App, id: &MediaId) -> Result<Option<Upload>, Problem> {
    Ok(app.catalog.upload(id.as_str(), app.now()).await?)
}
