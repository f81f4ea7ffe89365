//! `POST /api/upload`: a small file in a form.

use std::sync::Arc;

use axum::Json;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, State};
use http::StatusCode;
use utoipa::ToSchema;

use super::announce::Row;
use super::checks::{parse_size, reserve};
use super::complete::{Completed, arrive};
use crate::api::refusals::Refusals;
use crate::api::text::{line, short_line};
use crate::app::App;
use crate::{Problem, Session, sweep};

/// The largest file that a form may bring, bytes: a Lambda takes 6 MB, of base64.
pub const MAX_FORM: u64 = 4 * 1024 * 1024;

/// The largest form, bytes: the file, and room for the other fields and what separates them.
pub const MAX_BODY: usize = 4 * 1024 * 1024 + 64 * 1024;

/// A small file with what is said of it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the description of a form, which is read field by field")]
pub struct UploadForm {
    /// The file, at most 4 MiB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// What the title is called; the file's name where it is not given.
    title: Option<String>,
    /// What its owner says of it.
    comment: Option<String>,
}

/// Takes a small file as a form has it.
#[utoipa::path(
    post, path = "/api/upload", operation_id = "upload_form", tag = "uploads",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Completed), Refusals)
)]
pub async fn upload(
    State(app): State<Arc<App>>,
    session: Session,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<(StatusCode, Json<Completed>), Problem> {
    let form = form.map_err(|_| {
        let detail = "The body's content-type must be multipart/form-data with a boundary.";
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type_not_form", detail)
    })?;
    let Form { file, name, title, comment } = read(form).await?;
    let name = short_line("file", name.as_deref().unwrap_or("Untitled"), 255)?;
    let title = title.as_deref().map_or(Ok(name), |title| line("title", title))?;
    let bytes = parse_size(file.len() as u64, app.max_upload_bytes.min(MAX_FORM))?;
    let row = Row::new(&session, title, comment.as_deref(), bytes)?;
    let month = reserve(&app, &session, bytes).await?;
    let stored = async {
        row.add(&app).await?;
        app.objects.put_raw(&row.media.source.key, file).await
    };
    if let Err(problem) = stored.await {
        row.withdraw(&app, &month).await;
        sweep::forget(&app, &row.media.id).await?;
        return Err(problem);
    }
    let media = app.catalog.find(&row.media.id).await?.ok_or_else(Problem::not_found)?;
    let media = arrive(&app, &media).await?;
    Ok((StatusCode::CREATED, Completed::of(&app, &session, &media)?))
}

#[derive(Default)]
struct Form {
    file: Vec<u8>,
    name: Option<String>,
    title: Option<String>,
    comment: Option<String>,
}

async fn read(mut form: Multipart) -> Result<Form, Problem> {
    let (mut read, mut has_file) = (Form::default(), false);
    while let Some(field) = form.next_field().await.map_err(|e| unreadable(&e))? {
        match field.name().unwrap_or_default() {
            "file" if !has_file => {
                has_file = true;
                read.name = field.file_name().map(str::to_owned);
                read.file = field.bytes().await.map_err(|e| unreadable(&e))?.to_vec();
            }
            "title" if read.title.is_none() => read.title = Some(text(field).await?),
            "comment" if read.comment.is_none() => read.comment = Some(text(field).await?),
            "file" | "title" | "comment" => {
                let detail = "file, title and comment may be there at most once each.";
                return Err(Problem::new(StatusCode::BAD_REQUEST, "form_unreadable", detail));
            }
            other => {
                let detail = "The fields of this form are file, title and comment.";
                return Err(Problem::invalid(other.to_owned(), "unknown_field", detail));
            }
        }
    }
    if !has_file {
        return Err(Problem::invalid("file", "missing", "file is missing."));
    }
    if read.file.len() as u64 > MAX_FORM {
        return Err(too_large());
    }
    Ok(read)
}

async fn text(field: Field<'_>) -> Result<String, Problem> {
    field.text().await.map_err(|e| unreadable(&e))
}

fn unreadable(error: &MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    Problem::new(StatusCode::BAD_REQUEST, "form_unreadable", "The form cannot be read to its end.")
}

fn too_large() -> Problem {
    let detail =
        "A form may bring 4 MiB. Announce larger files with POST /api/uploads, and send them to the presigned URL.";
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large_for_form", detail)
}
