use std::path::PathBuf;

use catalog::{Media, Rendition};
use ring::digest::{Context, SHA256};

use crate::object_store::Body;
use crate::{Failure, Services, image};

/// A file that was made from an upload, waiting to be put into the media bucket.
#[derive(Debug)]
pub struct Made {
    /// The rendition's name.
    pub name: String,
    /// Its file name in the title's folder.
    pub file_name: String,
    /// Width and height in pixels, as shown.
    pub size: image::Size,
    /// The file.
    pub content: Content,
}

/// A file on this machine.
#[derive(Debug)]
pub struct Content {
    /// Where.
    pub path: PathBuf,
    /// Its media type.
    pub content_type: String,
    /// Its length in bytes.
    pub bytes: u64,
}

/// Where everything goes that is made of one version of an object by one recipe, which is named by a hash or a version:
/// `media/OWNER/ID/` and 16 hexadecimal digits of bucket, key, entity tag and recipe. The same work has the same keys however often it is done, and other content never an old key: browsers keep
/// renditions for a year.
pub(super) fn folder(services: &Services, row: &Media, etag: &str, recipe: &str) -> String {
    let mut context = Context::new(&SHA256);
    for part in [&services.raw_bucket, &row.source.key, etag, recipe] {
        // No two lists of parts are the same text.
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    let digits: String = context.finish().as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("media/{}/{}/{digits}", row.owner, row.id)
}

/// Puts files into the media bucket, those that are not there already.
pub(super) async fn publish(services: &Services, folder: &str, made: Vec<Made>) -> Result<Vec<Rendition>, Failure> {
    let mut renditions = Vec::new();
    for Made { name, file_name, size, content: Content { path, content_type, bytes } } in made {
        let key = format!("{folder}/{file_name}");
        services.objects.put_new(&services.media_bucket, &key, Body::File(&path), &content_type).await?;
        renditions.push(Rendition { name, key, content_type, width: size.width, height: size.height, bytes });
    }
    Ok(renditions)
}
