//! A person's picture: sent by a presigned PUT, freed of everything but its pixels, served by the edge.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use img_parts::{DynImage, ImageEXIF as _, ImageICC as _};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Profile;
use crate::api::body::Body;
use crate::api::refusals::Refusals;
use crate::api::text::random_id;
use crate::api::uploads::RequestView;
use crate::app::App;
use crate::{Problem, Session};

/// The largest picture of a person, bytes: pages send a square of 512 pixels, which has a tenth of that.
const LARGEST: u64 = 1 << 20;

/// A picture that is to come.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAvatar {
    /// Its length in bytes, at most 1 MiB.
    #[schema(minimum = 1, maximum = 1_048_576)]
    size: u64,
    /// `image/jpeg`, `image/png` or `image/webp`.
    r#type: String,
}

/// How the picture is to be sent.
#[derive(Serialize, ToSchema)]
pub struct AnnouncedAvatar {
    /// Its id, to complete it by.
    id: String,
    #[serde(flatten)]
    request: RequestView,
}

/// A picture that was sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SentAvatar {
    /// The id that was given for it.
    id: String,
}

/// Announces a picture of the caller.
#[utoipa::path(
    post, path = "/api/profile/avatar", operation_id = "announce_avatar", tag = "profile", request_body = NewAvatar,
    responses((status = 201, body = AnnouncedAvatar), Refusals)
)]
pub async fn take(
    State(app): State<Arc<App>>,
    session: Session,
    Body(NewAvatar { size, r#type }): Body<NewAvatar>,
) -> Result<(StatusCode, Json<AnnouncedAvatar>), Problem> {
    if !(1..=LARGEST).contains(&size) {
        return Err(Problem::invalid("size", "out_of_range", "size must be 1 byte to 1 MiB."));
    }
    if !["image/jpeg", "image/png", "image/webp"].contains(&r#type.as_str()) {
        let detail = "type must be image/jpeg, image/png or image/webp.";
        return Err(Problem::invalid("type", "not_a_picture", detail));
    }
    let id = random_id()?;
    let request = app.objects.presign_put(&raw_key(&session, &id), size, &r#type, None, app.now()).await?;
    Ok((StatusCode::CREATED, Json(AnnouncedAvatar { id, request: request.into() })))
}

/// Makes the picture that was sent the caller's.
#[utoipa::path(
    post, path = "/api/profile/avatar/complete", operation_id = "complete_avatar", tag = "profile",
    request_body = SentAvatar, responses((status = 200, body = Profile), Refusals)
)]
pub async fn complete(
    State(app): State<Arc<App>>,
    session: Session,
    Body(SentAvatar { id }): Body<SentAvatar>,
) -> Result<Json<Profile>, Problem> {
    let missing = || Problem::conflict("object_missing", "The picture has not arrived. Send it as announced first.");
    if id.len() != 32 || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(missing());
    }
    let raw = raw_key(&session, &id);
    let bytes = app.objects.first_bytes(&raw, LARGEST).await?.ok_or_else(missing)?;
    let Some((bytes, extension, content_type)) = bare(bytes) else {
        app.objects.delete_raw(&raw).await?;
        return Err(Problem::invalid("file", "not_a_picture", "This is no JPEG, PNG or WebP picture."));
    };
    let key = format!("avatars/{}/{id}.{extension}", session.owner());
    app.objects.put_media(&key, content_type, bytes).await?;
    let former = app.catalog.person(session.owner()).await?.and_then(|person| person.avatar_key);
    let profile = app.edit_profile(&session, None, |person| person.avatar_key = Some(key.clone())).await?;
    if let Some(former) = former.filter(|former| *former != key) {
        app.objects.delete_media_under(&former).await?;
    }
    app.objects.delete_raw(&raw).await?;
    Ok(Json(profile))
}

/// Where a picture waits; dispatch leaves such keys alone.
fn raw_key(session: &Session, id: &str) -> String {
    format!("{}/avatar/{id}", session.owner())
}

/// The same picture without EXIF, XMP, colour profile and comments, its extension and its media type; `None`: it is none.
fn bare(bytes: Vec<u8>) -> Option<(Vec<u8>, &'static str, &'static str)> {
    let mut picture = DynImage::from_bytes(bytes.into()).ok()??;
    picture.set_exif(None);
    picture.set_icc_profile(None);
    let (extension, content_type) = match &mut picture {
        DynImage::Jpeg(jpeg) => {
            // APP0 says how pixels are meant and APP14 how colours are; the other APPn and comments are about the picture.
            jpeg.segments_mut().retain(|s| !matches!(s.marker(), 0xE1..=0xED | 0xEF | 0xFE));
            ("jpg", "image/jpeg")
        }
        DynImage::Png(png) => {
            png.chunk_by_type(*b"IHDR").and(png.chunk_by_type(*b"IDAT"))?;
            png.chunks_mut().retain(|c| !matches!(&c.kind(), b"tEXt" | b"zTXt" | b"iTXt" | b"tIME" | b"eXIf"));
            ("png", "image/png")
        }
        DynImage::WebP(webp) => {
            [*b"VP8 ", *b"VP8L", *b"ANMF"].into_iter().find(|id| webp.has_chunk(*id))?;
            webp.remove_chunks_by_id(*b"XMP ");
            ("webp", "image/webp")
        }
    };
    let mut out = Vec::new();
    picture.encoder().write_to(&mut out).ok()?;
    Some((out, extension, content_type))
}
