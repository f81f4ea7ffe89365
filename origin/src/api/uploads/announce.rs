use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use catalog::{MediaChange, MediaId, NewMedia, Source, Status, UnixMillis, Upload};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::checks::{parse_checksum, parse_size, parse_type, reserve};
use super::plan;
use crate::api::body::Body;
use crate::api::refusals::Refusals;
use crate::api::text::{line, short_line};
use crate::app::App;
use crate::objects::Presigned;
use crate::view::rfc3339;
use crate::{Problem, Session};

/// Longest name of a file, in characters.
const MAX_NAME: usize = 255;

/// How long a multipart upload may lie before it is given up, milliseconds.
const LIFE_MS: UnixMillis = 7 * 24 * 3_600_000;

/// A file that is to come.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUpload {
    /// The file's name: any characters but line breaks and controls, at most 255.
    name: String,
    /// Its length in bytes, 1 to 5 TiB.
    #[schema(minimum = 1, maximum = 5_497_558_138_880_u64)]
    size: u64,
    /// Its media type as the client knows it. It is never believed.
    r#type: Option<String>,
    /// What the title is called; the file's name where it is not given.
    title: Option<String>,
    /// What its owner says of it.
    comment: Option<String>,
    /// CRC64NVME of the whole file, base64, which a file sent in one PUT is then checked by.
    crc64nvme: Option<String>,
}

/// How the file is to be sent.
#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Announced {
    /// In one request, exactly so; then it is completed.
    Single {
        /// The upload's id, which will be the title's.
        id: String,
        /// The request to be sent.
        #[serde(flatten)]
        request: RequestView,
    },
    /// In parts, whose requests are signed as they are asked for.
    Multipart {
        /// The upload's id, which will be the title's.
        id: String,
        /// The length of every part but the last, bytes.
        part_bytes: u64,
        /// How many parts.
        parts: u32,
        /// When the upload is given up: RFC 3339, UTC.
        #[schema(format = DateTime)]
        expires_at: String,
    },
}

/// A request that may be sent as it is, and in no other way.
#[derive(Serialize, ToSchema)]
#[schema(as = PresignedRequest)]
pub struct RequestView {
    method: &'static str,
    url: String,
    /// To be sent with it, beside `content-length`.
    headers: BTreeMap<String, String>,
    /// It must begin before: RFC 3339, UTC.
    #[schema(format = DateTime)]
    expires_at: String,
}

impl From<Presigned> for RequestView {
    fn from(request: Presigned) -> Self {
        let Presigned { url, headers, expires_at } = request;
        Self { method: "PUT", url, headers, expires_at: rfc3339(expires_at) }
    }
}

/// Announces a file: adds a title that waits for it, and says how it is to be sent.
#[utoipa::path(
    post, path = "/api/uploads", operation_id = "announce_upload", tag = "uploads", request_body = NewUpload,
    responses((status = 201, body = Announced), Refusals)
)]
pub async fn announce(
    State(app): State<Arc<App>>,
    session: Session,
    Body(upload): Body<NewUpload>,
) -> Result<(StatusCode, Json<Announced>), Problem> {
    let name = short_line("name", &upload.name, MAX_NAME)?;
    let title = upload.title.as_deref().map_or(Ok(name), |title| line("title", title))?;
    let bytes = parse_size(upload.size, app.max_upload_bytes)?;
    let content_type = parse_type(upload.r#type.as_deref().unwrap_or_default())?;
    if let Some(crc) = &upload.crc64nvme {
        parse_checksum::<8>("crc64nvme", crc)?;
    }
    let row = Row::new(&session, title, upload.comment.as_deref(), bytes)?;
    let month = reserve(&app, &session, bytes).await?;
    let announced = if bytes <= plan::MOST_AT_ONCE {
        single(&app, &row, content_type, upload.crc64nvme.as_deref()).await
    } else {
        multipart(&app, &session, &row, content_type).await
    };
    if announced.is_err() {
        row.withdraw(&app, &month).await;
    }
    Ok((StatusCode::CREATED, Json(announced?)))
}

async fn single(app: &App, row: &Row, content_type: &str, crc: Option<&str>) -> Result<Announced, Problem> {
    let request = app.objects.presign_put(&row.media.source.key, row.bytes(), content_type, crc, app.now()).await?;
    row.add(app).await?;
    Ok(Announced::Single { id: row.media.id.to_string(), request: request.into() })
}

async fn multipart(app: &App, session: &Session, row: &Row, content_type: &str) -> Result<Announced, Problem> {
    let (key, id, now) = (&row.media.source.key, row.media.id.to_string(), app.now());
    let multipart_id = app.objects.begin_multipart(key, content_type).await?;
    let (part_bytes, expires_at) = (plan::part_bytes(row.bytes()), now.saturating_add(LIFE_MS));
    let upload = Upload {
        id: id.clone(),
        media: row.media.id.clone(),
        owner: session.owner().to_owned(),
        key: key.clone(),
        multipart_id,
        bytes: row.bytes(),
        part_bytes,
        created_at: now,
        expires_at,
    };
    // Before the row: what is not whole is found by the upload, given up with it, and leaves nothing in the store.
    app.catalog.begin_upload(&upload).await?;
    row.add(app).await?;
    let parts = plan::parts(row.bytes(), part_bytes);
    Ok(Announced::Multipart { id, part_bytes, parts, expires_at: rfc3339(expires_at) })
}

/// A title that waits for its file.
pub struct Row {
    pub media: NewMedia,
    describe: MediaChange,
}

impl Row {
    pub fn new(session: &Session, title: &str, comment: Option<&str>, bytes: u64) -> Result<Self, Problem> {
        let id = MediaId::random();
        let source = Source { key: format!("{}/{id}/original", session.owner()), bytes, etag: String::new() };
        let describe = MediaChange {
            title: Some(title.to_owned()),
            comment: comment.filter(|text| !text.is_empty()).map(str::to_owned),
            visibility: None,
        };
        describe.check()?;
        let (owner, title) = (session.owner().to_owned(), title.to_owned());
        Ok(Self { media: NewMedia { id, owner, title, source, status: Status::Uploading }, describe })
    }

    fn bytes(&self) -> u64 {
        self.media.source.bytes
    }

    /// Puts the title into the catalog.
    pub async fn add(&self, app: &App) -> Result<(), Problem> {
        app.catalog.insert(&self.media, app.now()).await?;
        if self.describe.comment.is_some() {
            app.catalog.describe(&self.media.id, 1, &self.describe, app.now()).await?;
        }
        Ok(())
    }

    /// Takes back what was counted for a file that will not come. What fails here is only a count that is too high.
    pub async fn withdraw(&self, app: &App, month: &catalog::Month) {
        let amount = catalog::Amount { bytes: self.bytes(), minutes: 0 };
        if let Err(error) = app.catalog.release(&self.media.owner, month, amount).await {
            tracing::error!(%error, media_id = %self.media.id, "what was counted for an upload cannot be taken back");
        }
    }
}
