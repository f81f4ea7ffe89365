//! Style sheet, scripts and icon: embedded, and addressed by a hash of their content so that they can be cached for a year.

use std::borrow::Cow;
use std::sync::LazyLock;

use rust_embed::Embed;

#[derive(Embed)]
#[folder = "static/"]
struct Files;

/// hls.js as build.rs found it: an ES module, or nothing.
const HLS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hls.js"));

/// The name under which the player asks for it.
const HLS_NAME: &str = "hls.js";

/// A file for the site bucket.
#[derive(Debug, Clone)]
pub struct StaticFile {
    /// Its key there, which is its path on the site without the leading `/`: `static/HASH/app.css`.
    pub path: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
}

/// Every file that the pages link to.
pub fn static_files() -> impl Iterator<Item = StaticFile> {
    let own = Files::iter().filter_map(|name| {
        let file = Files::get(&name)?;
        Some(StaticFile { path: key(&name), content_type: content_type(&name), bytes: file.data })
    });
    let hls = StaticFile { path: key(HLS_NAME), content_type: content_type(HLS_NAME), bytes: Cow::Borrowed(HLS) };
    own.chain((!HLS.is_empty()).then_some(hls))
}

/// The link to a file, for templates.
pub fn href(name: &str) -> String {
    format!("/{}", key(name))
}

fn key(name: &str) -> String {
    format!("static/{}/{name}", *VERSION)
}

/// One hash for all of them: the scripts import each other by relative path, so a new version of one is a new version of all.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort_unstable();
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    for name in names {
        digest.update(name.as_bytes());
        digest.update(&[0]);
        digest.update(&Files::get(&name).map(|f| f.metadata.sha256_hash()).unwrap_or_default());
    }
    digest.update(HLS);
    digest.finish().as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
});

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::Path;

    use super::{href, static_files};

    #[test]
    fn every_file_has_a_type_and_the_path_that_pages_link_to() {
        let files: Vec<_> = static_files().collect();
        assert!(!files.is_empty());
        for file in &files {
            assert_ne!(file.content_type, "application/octet-stream", "{}", file.path);
            let name = file.path.splitn(3, '/').nth(2).unwrap();
            assert_eq!(format!("/{}", file.path), href(name));
        }
    }

    /// What stands between the quotes of `from "…"` and `import("…")`, as every module here writes it.
    fn imports(text: &str) -> impl Iterator<Item = &str> {
        let from = text.lines().filter(|l| l.starts_with("import ")).filter_map(|l| l.split('"').nth(1));
        let later = text.split("import(\"").skip(1).filter_map(|rest| rest.split('"').next());
        // JSDoc names types by the same word.
        from.chain(later).filter(|name| name.starts_with('.'))
    }

    #[test]
    fn scripts_import_only_files_that_are_there() {
        let paths: Vec<_> = static_files().map(|f| f.path).collect();
        let mut found = 0;
        for file in static_files().filter(|f| f.content_type.starts_with("text/javascript")) {
            let text = String::from_utf8(file.bytes.into_owned()).unwrap();
            for name in imports(&text) {
                let folder = file.path.rsplit_once('/').unwrap().0;
                let path = match name.strip_prefix("../") {
                    Some(above) => format!("{}/{above}", folder.rsplit_once('/').unwrap().0),
                    None => format!("{folder}/{}", name.strip_prefix("./").unwrap()),
                };
                // hls.js may be left out of a build; the player then does without.
                assert!(paths.contains(&path) || path.ends_with("/hls.js"), "{}: {name}", file.path);
                found += 1;
            }
        }
        assert!(found > 50, "{found}");
    }

    #[test]
    fn a_module_is_short_enough_to_be_read_at_once() {
        let scripts = static_files().filter(|f| Path::new(&f.path).extension() == Some("js".as_ref()));
        for file in scripts.filter(|f| !f.path.ends_with("/hls.js")) {
            let lines = file.bytes.split(|b| *b == b'\n').count();
            assert!(lines <= 300, "{} has {lines} lines", file.path);
        }
    }
}
