//! A title as the API shows it: links on this site, and nothing of where the original is kept.

use catalog::{Kind, Media, Rendition, Status, UnixMillis};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A title. Links are paths on this site; they are fetched with the session's own credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MediaView {
    /// Its id.
    pub id: String,
    /// What people call it: any text.
    pub title: String,
    /// What its owner says of it; may be empty.
    pub comment: String,
    /// What its bytes are.
    pub kind: Kind,
    /// Where it is on its way.
    pub status: Status,
    /// Why it failed: a sentence for people.
    pub reason: Option<String>,
    /// A film's length in milliseconds.
    pub duration_ms: Option<u64>,
    /// When it was announced: RFC 3339, UTC.
    pub created_at: String,
    /// A small picture of it.
    pub thumb: Option<String>,
    /// The picture that stands for a film before it plays.
    pub poster: Option<String>,
    /// What one came to see: the film, or the picture at 1280 pixels.
    pub content: Option<String>,
    /// Every file made from it.
    pub renditions: Vec<RenditionView>,
}

/// A file made from a title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RenditionView {
    /// What it is for: `thumb`, `w1280`, `poster`, `video`.
    pub name: String,
    /// Its path on this site.
    pub url: String,
    /// Its media type.
    pub content_type: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Bytes.
    pub bytes: u64,
}

impl From<&Media> for MediaView {
    fn from(media: &Media) -> Self {
        Self {
            id: media.id.to_string(),
            title: media.title.clone(),
            comment: media.comment.clone(),
            kind: media.kind,
            status: media.status,
            reason: media.reason.clone(),
            duration_ms: media.duration_ms,
            created_at: rfc3339(media.created_at),
            thumb: media.rendition("thumb").or_else(|| media.rendition("poster")).map(url),
            poster: media.rendition("poster").map(url),
            content: content(media).map(url),
            renditions: media.renditions.iter().map(RenditionView::from).collect(),
        }
    }
}

impl MediaView {
    /// The same with every link under that path.
    #[must_use]
    pub fn under(mut self, path: &str) -> Self {
        let links = [&mut self.thumb, &mut self.poster, &mut self.content].into_iter().flatten();
        for link in links.chain(self.renditions.iter_mut().map(|rendition| &mut rendition.url)) {
            link.insert_str(0, path);
        }
        self
    }
}

impl From<&Rendition> for RenditionView {
    fn from(rendition: &Rendition) -> Self {
        Self {
            name: rendition.name.clone(),
            url: url(rendition),
            content_type: rendition.content_type.clone(),
            width: rendition.width,
            height: rendition.height,
            bytes: rendition.bytes,
        }
    }
}

/// The rendition that one came to see.
pub fn content(media: &Media) -> Option<&Rendition> {
    match media.kind {
        Kind::Video => media.rendition("video"),
        Kind::Image => media.rendition("w1280"),
        Kind::Unknown => None,
    }
}

/// A rendition's path on this site.
pub fn url(rendition: &Rendition) -> String {
    format!("/{}", rendition.key)
}

/// A moment as RFC 3339 in UTC, to the millisecond. A moment outside of years 0 to 9999 shows as the epoch.
pub fn rfc3339(at: UnixMillis) -> String {
    moment(at).format(&Rfc3339).unwrap_or_else(|_| "1970-01-01T00:00:00Z".to_owned())
}

/// A moment's day in words, UTC: `7 March 2026`.
pub fn day(at: UnixMillis) -> String {
    let date = moment(at).date();
    format!("{} {} {}", date.day(), date.month(), date.year())
}

/// A length as players write it, whole seconds only: `0:07`, `12:34`, `1:02:03`.
pub fn clock(duration_ms: u64) -> String {
    let seconds = duration_ms / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A size in the unit that people would choose: `512 bytes`, `4 MB`, `1.5 GB` (decimal units).
pub fn size(bytes: u64) -> String {
    let in_tenths = |unit: u64| {
        let tenths = bytes / (unit / 10);
        if tenths.is_multiple_of(10) { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
    };
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", in_tenths(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", in_tenths(1_000_000)),
        _ => format!("{} GB", in_tenths(1_000_000_000)),
    }
}

fn moment(at: UnixMillis) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::{clock, day, rfc3339, size};

    #[test]
    fn lengths() {
        for (ms, text) in [(0, "0:00"), (999, "0:00"), (7_999, "0:07"), (754_000, "12:34"), (3_723_000, "1:02:03")] {
            assert_eq!(clock(ms), text);
        }
    }

    #[test]
    fn moments() {
        assert_eq!(rfc3339(1_772_841_600_123), "2026-03-07T00:00:00.123Z");
        assert_eq!(day(1_772_841_600_123), "7 March 2026");
        assert_eq!(rfc3339(i64::MAX), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn sizes() {
        let table =
            [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1 kB"), (1_550_000, "1.5 MB"), (5_000_000_000, "5 GB")];
        for (bytes, text) in table {
            assert_eq!(size(bytes), text);
        }
    }
}
