//! `/api/uploads`: a file is announced here, PUT to the raw bucket by the browser itself, and completed here.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use catalog::{Media, MediaId, NewMedia, Source, Status};
use http::StatusCode;
use serde::Serialize;

use crate::api::fields::Fields;
use crate::app::App;
use crate::raw::SIGNED_FOR;
use crate::view::{rfc3339, size};
use crate::{MediaView, Problem, Session};

/// Longest name of a file, in characters.
const MAX_NAME: usize = 255;

/// Longest media type, in bytes.
const MAX_TYPE: usize = 127;

/// Answer of [`announce`]: send the file in exactly this way.
#[derive(Serialize)]
pub struct Announced {
    id: MediaId,
    method: &'static str,
    url: String,
    headers: BTreeMap<String, String>,
    /// RFC 3339, UTC: the PUT must begin before.
    expires_at: String,
}

/// Answer of [`complete`].
#[derive(Serialize)]
pub struct Completed {
    media: MediaView,
}

/// `POST /api/uploads` with `{"name", "size", "type"}`: adds a row and signs the PUT, its length and type included.
pub async fn announce(
    State(app): State<Arc<App>>,
    session: Session,
    fields: Fields,
) -> Result<(StatusCode, Json<Announced>), Problem> {
    let title = parse_name(fields.text("name")?)?;
    let bytes = parse_size(fields.whole_number("size")?, app.max_upload_bytes)?;
    let content_type = parse_type(fields.optional_text("type")?.unwrap_or_default())?;
    let (id, now) = (MediaId::random(), app.now());
    let key = format!("{}/{id}/original", session.owner());
    let put = app.raw.presign_put(&key, bytes, content_type, now).await?;
    let source = Source { key, bytes, etag: String::new() };
    let media = NewMedia {
        id: id.clone(),
        owner: session.owner().to_owned(),
        title: title.to_owned(),
        source,
        status: Status::Uploading,
    };
    app.catalog.insert(&media, now).await?;
    let life = i64::try_from(SIGNED_FOR.as_millis()).unwrap_or(0);
    let expires_at = rfc3339(now.saturating_add(life));
    let announced = Announced { id, method: "PUT", url: put.url, headers: put.headers, expires_at };
    Ok((StatusCode::CREATED, Json(announced)))
}

/// `POST /api/uploads/{id}/complete`: believes in the upload where the object is there and as long as was declared.
/// Saying it twice is saying it once.
pub async fn complete(
    State(app): State<Arc<App>>,
    session: Session,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Completed>, Problem> {
    let media = app.own_media(&session, id).await?;
    if media.status > Status::Uploading {
        return Ok(Json(Completed { media: MediaView::from(&media) }));
    }
    let source = uploaded_source(&app, &media).await?;
    if app.catalog.uploaded(&media.id, &source, app.now()).await? {
        tracing::info!(media_id = %media.id, bytes = source.bytes, "upload complete");
        (app.uploaded)(media.id.clone());
    }
    let media = app.catalog.find(&media.id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(Completed { media: MediaView::from(&media) }))
}

async fn uploaded_source(app: &App, media: &Media) -> Result<Source, Problem> {
    let (key, declared) = (&media.source.key, media.source.bytes);
    let Some(object) = app.raw.head(key).await? else {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "object_missing",
            "The file has not arrived yet. PUT it to the presigned URL first.",
        ));
    };
    if object.bytes != declared {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "size_differs",
            format!("{declared} bytes were declared, {} bytes arrived.", object.bytes),
        ));
    }
    Ok(Source { key: key.clone(), bytes: object.bytes, etag: object.etag })
}

/// Any text that can stand on one line.
fn parse_name(name: &str) -> Result<&str, Problem> {
    let invalid = |reason, detail: &str| Err(Problem::invalid("name", reason, detail));
    let breaks_line = |c: char| c.is_control() || c == '\u{2028}' || c == '\u{2029}';
    let name = name.trim();
    if name.is_empty() {
        return invalid("empty_name", "name must hold at least one character that is not a space.");
    }
    if name.contains(breaks_line) {
        return invalid("control_character", "name must not hold control characters or line breaks.");
    }
    if name.chars().count() > MAX_NAME {
        return invalid("name_too_long", "name must be at most 255 characters long.");
    }
    Ok(name)
}

fn parse_size(bytes: u64, max: u64) -> Result<u64, Problem> {
    if bytes == 0 {
        return Err(Problem::invalid("size", "empty_file", "The file is empty: size must be at least 1 byte."));
    }
    if bytes > max {
        let detail =
            format!("The file is larger than this site takes: size must be at most {max} bytes ({}).", size(max));
        return Err(Problem::invalid("size", "file_too_large", detail));
    }
    Ok(bytes)
}

/// A declared type is only signed and stored, never believed: what a file is, its bytes say.
fn parse_type(text: &str) -> Result<&str, Problem> {
    let token = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
    };
    match text.split_once('/') {
        _ if text.is_empty() => Ok("application/octet-stream"),
        Some((kind, subtype)) if text.len() <= MAX_TYPE && token(kind) && token(subtype) => Ok(text),
        _ => Err(Problem::invalid(
            "type",
            "not_a_media_type",
            "type must be a media type such as video/mp4, without parameters, or empty.",
        )),
    }
}
