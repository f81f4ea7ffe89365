//! A title as the API shows it: links on this site, and nothing of where the original is kept.

use catalog::{Kind, Media, Rendition, Status, Visibility};
use serde::Serialize;

use super::{ProgressView, rfc3339, url};
use crate::app::App;
use crate::{Problem, Session};

/// A title. Links are paths on this site. Those of the caller's own titles are fetched with the session's credentials, those
/// of other people's carry a playback pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Media)]
pub struct MediaView {
    /// Its id.
    pub id: String,
    /// The owner's `sub`.
    pub owner: String,
    /// Whether it is the caller's.
    pub own: bool,
    /// What people call it: any text.
    pub title: String,
    /// What its owner says of it; may be empty.
    pub comment: String,
    /// Who else may see it; `null` to everybody but its owner.
    pub visibility: Option<Visibility>,
    /// Counts what people changed of it.
    pub version: u64,
    /// What its bytes are.
    pub kind: Kind,
    /// Where it is on its way.
    pub status: Status,
    /// How far its processor is; `null` unless `status` is `processing`, and until the processor has said so.
    pub progress: Option<ProgressView>,
    /// Why it failed: a sentence for people.
    pub reason: Option<String>,
    /// The original's length in bytes.
    pub bytes: u64,
    /// A film's length in milliseconds.
    pub duration_ms: Option<u64>,
    /// Pixels of the original, upright.
    pub width: Option<u32>,
    /// Pixels of the original, upright.
    pub height: Option<u32>,
    /// A blurred likeness (`ThumbHash`), base64.
    pub thumbhash: Option<String>,
    /// When it was announced: RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it last changed: RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// When it was deleted: RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub deleted_at: Option<String>,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Rendition)]
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

impl App {
    /// A title as that person is shown it.
    pub fn view(&self, session: &Session, media: &Media) -> Result<MediaView, Problem> {
        if media.owner == session.owner() {
            return Ok(MediaView { own: true, visibility: Some(media.visibility.clone()), ..MediaView::bare(media) });
        }
        let view = MediaView::bare(media);
        if view.renditions.is_empty() {
            Ok(view)
        } else {
            Ok(view.under(&self.lasting_pass(session.owner(), media)?.path))
        }
    }

    /// All of them.
    pub fn views<'a>(
        &self,
        session: &Session,
        media: impl IntoIterator<Item = &'a Media>,
    ) -> Result<Vec<MediaView>, Problem> {
        media.into_iter().map(|media| self.view(session, media)).collect()
    }
}

impl MediaView {
    /// A title as somebody is shown it whom its owner knows nothing of; links without a pass.
    pub(crate) fn bare(media: &Media) -> Self {
        Self {
            id: media.id.to_string(),
            owner: media.owner.clone(),
            own: false,
            title: media.title.clone(),
            comment: media.comment.clone(),
            visibility: None,
            version: media.version,
            kind: media.kind,
            status: media.status,
            progress: media.progress.as_ref().map(ProgressView::from),
            reason: media.reason.clone(),
            bytes: media.source.bytes,
            duration_ms: media.duration_ms,
            width: media.width,
            height: media.height,
            thumbhash: media.thumbhash.clone().map(String::from),
            created_at: rfc3339(media.created_at),
            updated_at: rfc3339(media.updated_at),
            deleted_at: media.deleted_at.map(rfc3339),
            thumb: media.rendition("thumb").or_else(|| media.rendition("poster")).map(url),
            poster: media.rendition("poster").map(url),
            content: media.content().map(url),
            renditions: media.renditions.iter().map(RenditionView::from).collect(),
        }
    }

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
