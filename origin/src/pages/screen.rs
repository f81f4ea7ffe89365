//! What fills the watch page: a film with its sources and tracks, or a photo in several sizes.

use catalog::{Kind, Media, Rendition};

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

/// What a player can play.
pub struct Source {
    pub url: String,
    pub content_type: String,
}

/// Captions in one language.
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
    /// The same as AVIF, which a later step makes; empty until then.
    pub avif: String,
    pub width: u32,
    pub height: u32,
}

/// What is known of each file in the catalog, and its link for the person who looks.
fn files<'a>(media: &'a Media, view: &'a MediaView) -> impl Iterator<Item = (&'a Rendition, &'a RenditionView)> {
    media.renditions.iter().zip(&view.renditions)
}

impl Film {
    /// A film that can be played; `None` for anything else.
    pub fn of(app: &App, media: &Media, view: &MediaView) -> Option<Self> {
        let main = media.content().filter(|_| media.kind == Kind::Video)?;
        // One's own film is played through the route that gives a pass; a link to another's has one.
        let source = |(rendition, link): (&Rendition, &RenditionView)| Source {
            url: if view.own { app.player_url(rendition) } else { link.url.clone() },
            content_type: rendition.content_type.clone(),
        };
        let playlists = files(media, view).filter(|(rendition, _)| rendition.content_type == HLS);
        let plain = files(media, view).filter(|(rendition, _)| rendition.name == main.name);
        Some(Self {
            width: main.width,
            height: main.height,
            sources: playlists.chain(plain).map(source).collect(),
            captions: view.renditions.iter().filter_map(Captions::of).collect(),
            sprites: view.renditions.iter().find(|link| link.name == "sprites").map(|link| link.url.clone()),
        })
    }
}

impl Captions {
    fn of(link: &RenditionView) -> Option<Self> {
        let language = link.name.strip_prefix("captions-")?.to_owned();
        Some(Self { url: link.url.clone(), label: language_name(&language), language })
    }
}

impl Photo {
    /// A photo that can be shown; `None` for anything else.
    pub fn of(media: &Media, view: &MediaView) -> Option<Self> {
        let main = media.content().filter(|_| media.kind == Kind::Image)?;
        let (srcset, avif) = (sizes(view, "", u32::MAX), sizes(view, "-avif", u32::MAX));
        // One alone needs no choice, but another format does.
        let srcset = if srcset.contains(", ") { srcset } else { String::new() };
        Some(Self { url: view.content.clone()?, srcset, avif, width: main.width, height: main.height })
    }
}

/// A photo's renditions `w320`, `w640` and so on with that ending, up to so many pixels wide, as `srcset` has them. The thumbnail may be
/// cut to another shape, and is none of them.
pub fn sizes(view: &MediaView, ending: &str, widest: u32) -> String {
    let sized = |link: &&RenditionView| {
        let width = link.name.strip_prefix('w').and_then(|rest| rest.strip_suffix(ending));
        width.is_some_and(|width| width.parse::<u32>().is_ok_and(|width| width <= widest))
    };
    let choices = view.renditions.iter().filter(sized).map(|link| format!("{} {}w", link.url, link.width));
    choices.collect::<Vec<_>>().join(", ")
}

/// Languages that captions often are in, by their own names.
const LANGUAGES: [(&str, &str); 20] = [
    ("ar", "العربية"),
    ("cs", "Čeština"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("en", "English"),
    ("es", "Español"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("hi", "हिन्दी"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("nl", "Nederlands"),
    ("no", "Norsk"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ru", "Русский"),
    ("sv", "Svenska"),
    ("tr", "Türkçe"),
    ("zh", "中文"),
];

/// A language's own name; its tag where it is none of the frequent ones.
fn language_name(tag: &str) -> String {
    let language = tag.split('-').next().unwrap_or(tag);
    LANGUAGES.iter().find(|(code, _)| *code == language).map_or_else(|| tag.to_owned(), |(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::language_name;

    #[test]
    fn languages_have_their_own_names() {
        for (tag, name) in [("de", "Deutsch"), ("pt-BR", "Português"), ("tlh", "tlh"), ("", "")] {
            assert_eq!(language_name(tag), name);
        }
    }
}
