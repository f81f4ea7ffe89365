//! What fills the watch page: a film with its sources and tracks, or a photo in several sizes.

use catalog::Kind;

use crate::app::App;
use crate::{MediaView, RenditionView};

/// The media type of an HLS playlist.
const HLS: &str = "application/vnd.apple.mpegurl";

/// A film.
pub struct Film {
    /// Pixels; the page keeps the room before the bytes are there.
    pub width: u32,
    pub height: u32,
    /// What plays it, the best first.
    pub sources: Vec<Source>,
    pub captions: Vec<Captions>,
    /// Where the small pictures over the seek bar are.
    pub sprites: Option<String>,
}

pub struct Source {
    pub url: String,
    pub content_type: String,
}

pub struct Captions {
    pub url: String,
    /// BCP 47, as the processor found it.
    pub language: String,
    pub label: String,
}

/// A photo.
pub struct Photo {
    pub url: String,
    /// Every size with its width; empty where there is but one.
    pub srcset: String,
    pub width: u32,
    pub height: u32,
}

impl Film {
    /// A film that can be played; `None` for anything else.
    pub fn of(app: &App, media: &MediaView) -> Option<Self> {
        let content = media.content.as_deref().filter(|_| media.kind == Kind::Video)?;
        let main = media.renditions.iter().find(|r| r.url == content)?;
        let url = |rendition: &RenditionView| app.player_address(&rendition.url);
        let playlist = media.renditions.iter().find(|r| r.content_type == HLS);
        Some(Self {
            width: main.width,
            height: main.height,
            sources: playlist
                .into_iter()
                .chain([main])
                .map(|r| Source { url: url(r), content_type: r.content_type.clone() })
                .collect(),
            captions: media.renditions.iter().filter_map(|r| Captions::of(r, url(r))).collect(),
            sprites: media.renditions.iter().find(|r| r.name == "sprites").map(url),
        })
    }
}

impl Captions {
    fn of(rendition: &RenditionView, url: String) -> Option<Self> {
        let language = rendition.name.strip_prefix("captions-")?.to_owned();
        Some(Self { url, label: language_name(&language), language })
    }
}

impl Photo {
    /// A photo that can be shown; `None` for anything else.
    pub fn of(media: &MediaView) -> Option<Self> {
        let content = media.content.as_deref().filter(|_| media.kind == Kind::Image)?;
        let main = media.renditions.iter().find(|r| r.url == content)?;
        // `w320`, `w640` and so on: the thumbnail is cut to another shape.
        let sized = |r: &&RenditionView| r.name.strip_prefix('w').is_some_and(|rest| rest.parse::<u32>().is_ok());
        let sizes: Vec<_> = media.renditions.iter().filter(sized).collect();
        let srcset = match sizes.as_slice() {
            [] | [_] => String::new(),
            many => many.iter().map(|r| format!("{} {}w", r.url, r.width)).collect::<Vec<_>>().join(", "),
        };
        Some(Self { url: main.url.clone(), srcset, width: main.width, height: main.height })
    }
}

/// Languages that captions often are in, by their own names; any other by its tag.
fn language_name(tag: &str) -> String {
    let names = [
        ("ar", "العربية"), ("cs", "Čeština"), ("da", "Dansk"), ("de", "Deutsch"), ("en", "English"), ("es", "Español"),
        ("fi", "Suomi"), ("fr", "Français"), ("hi", "हिन्दी"), ("it", "Italiano"), ("ja", "日本語"), ("ko", "한국어"),
        ("nl", "Nederlands"), ("no", "Norsk"), ("pl", "Polski"), ("pt", "Português"), ("ru", "Русский"), ("sv", "Svenska"),
        ("tr", "Türkçe"), ("uk", "Українська"), ("zh", "中文"),
    ];
    let language = tag.split('-').next().unwrap_or(tag);
    names.iter().find(|(code, _)| *code == language).map_or_else(|| tag.to_owned(), |(_, name)| (*name).to_owned())
}
