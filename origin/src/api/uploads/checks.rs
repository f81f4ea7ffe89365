//! What is checked of an upload before a byte moves.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::{Amount, Month};

use crate::app::App;
use crate::view::size;
use crate::{Problem, Session};

/// Longest media type, bytes.
const MAX_TYPE: usize = 127;

pub fn parse_size(bytes: u64, max: u64) -> Result<u64, Problem> {
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
pub fn parse_type(text: &str) -> Result<&str, Problem> {
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

/// A checksum of `N` bytes in base64.
pub fn parse_checksum<const N: usize>(field: &'static str, text: &str) -> Result<[u8; N], Problem> {
    let bytes = STANDARD.decode(text).ok().and_then(|bytes| <[u8; N]>::try_from(bytes).ok());
    bytes.ok_or_else(|| {
        Problem::invalid(field, "not_a_checksum", format!("{field} must be {N} bytes in base64, with padding."))
    })
}

/// Counts that much as stored by the caller, or says that it would be too much.
pub async fn reserve(app: &App, session: &Session, bytes: u64) -> Result<Month, Problem> {
    let (month, quota) = (app.month(), app.quota(session.owner()).await?);
    let unlimited = Amount { bytes: Amount::MOST, minutes: Amount::MOST };
    let amount = Amount { bytes, minutes: 0 };
    if app.catalog.reserve(session.owner(), &month, amount, quota.unwrap_or(unlimited)).await? {
        return Ok(month);
    }
    let quota = quota.unwrap_or(unlimited);
    let stored = app.catalog.stored(session.owner()).await?;
    let detail = if stored.minutes > quota.minutes {
        format!("Your films have {} minutes of {} together.", stored.minutes, quota.minutes)
    } else {
        format!(
            "The file has {}; you have stored {} of {}. Delete something, or ask for more room.",
            size(bytes),
            size(stored.bytes),
            size(quota.bytes)
        )
    };
    Err(Problem::forbidden("quota_exceeded", detail))
}
