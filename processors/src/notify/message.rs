use catalog::{Media, Rendition, UnixMillis};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A message's body, JSON: what happened, and the title as it is now; none where the message is about nothing. Links are paths
/// on the site, which ask whoever follows them to sign in.
pub fn body(id: &str, event: &str, created_at: UnixMillis, media: Option<&Media>) -> String {
    let mut message = json!({"id": id, "event": event, "created_at": rfc3339(created_at)});
    if let (Some(media), Some(fields)) = (media, message.as_object_mut()) {
        fields.insert("media".to_owned(), about(media));
    }
    message.to_string()
}

fn about(media: &Media) -> Value {
    let path = |rendition: &Rendition| format!("/{}", rendition.key);
    json!({
        "id": media.id,
        "title": media.title,
        "kind": media.kind,
        "status": media.status,
        "reason": media.reason,
        "duration_ms": media.duration_ms,
        "links": {
            "page": format!("/watch/{}", media.id),
            "api": format!("/api/media/{}", media.id),
            "thumb": media.rendition("thumb").or_else(|| media.rendition("poster")).map(path),
            "poster": media.rendition("poster").map(path),
            "content": media.content().map(path),
        },
    })
}

/// A moment as the API writes it.
fn rfc3339(at: UnixMillis) -> String {
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000);
    let text = moment.ok().and_then(|moment| moment.format(&Rfc3339).ok());
    text.unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
}
