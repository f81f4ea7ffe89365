//! What the processors' tests share: an object store in a directory, a catalog in another, and files made on the spot.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::disallowed_methods)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use catalog::{Catalog, Media, MediaId, NewMedia, Source, SqliteCatalog, Status};
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, RgbImage};
use mp4_front::faststart::Plan;
use processors::object_store::{Body, ObjectError, ObjectFacts};
use processors::video::Source as Film;
use processors::{ObjectStore, Services, Tools};

pub const RAW: &str = "raw";
pub const MEDIA: &str = "media";

/// Objects as files; the test says when it is out of order.
pub struct FakeStore {
    root: PathBuf,
    pub types: Mutex<HashMap<String, String>>,
    pub failing: AtomicBool,
    /// Puts fail whose key ends with this.
    pub refused: Mutex<Option<&'static str>>,
    /// What a file becomes between a look at it and its download, once.
    pub replaced: Mutex<Option<Vec<u8>>>,
    /// The keys of all objects that were made, in order.
    pub made: Mutex<Vec<String>>,
}

impl FakeStore {
    pub fn path(&self, bucket: &str, key: &str) -> PathBuf {
        self.root.join(bucket).join(key)
    }

    fn check(&self, action: &'static str, bucket: &str, key: &str) -> Result<(), ObjectError> {
        let refused = *self.refused.lock().unwrap();
        let refused = action == "PUT" && refused.is_some_and(|end| key.ends_with(end));
        if refused || self.failing.load(Ordering::SeqCst) {
            let (bucket, key) = (bucket.to_owned(), key.to_owned());
            return Err(ObjectError { action, bucket, key, message: "connection refused".to_owned() });
        }
        Ok(())
    }
}

/// What stands for an object's bytes.
pub fn etag(bytes: &[u8]) -> String {
    format!("{:08x}", bytes.iter().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte))))
}

fn present<T>(result: std::io::Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(e) => panic!("{e}"),
    }
}

#[async_trait]
impl ObjectStore for FakeStore {
    async fn head(&self, bucket: &str, key: &str) -> Result<Option<ObjectFacts>, ObjectError> {
        self.check("HEAD", bucket, key)?;
        let file = present(std::fs::read(self.path(bucket, key)));
        Ok(file.map(|f| ObjectFacts { bytes: f.len() as u64, etag: etag(&f) }))
    }

    async fn first_bytes(&self, bucket: &str, key: &str, limit: u64) -> Result<Option<Vec<u8>>, ObjectError> {
        self.check("GET", bucket, key)?;
        let mut bytes = present(std::fs::read(self.path(bucket, key)));
        if let Some(bytes) = &mut bytes {
            bytes.truncate(usize::try_from(limit).unwrap());
        }
        Ok(bytes)
    }

    async fn download(&self, bucket: &str, key: &str, etag: &str, to: &Path) -> Result<Option<u64>, ObjectError> {
        self.check("GET", bucket, key)?;
        if let Some(replaced) = self.replaced.lock().unwrap().take() {
            std::fs::write(self.path(bucket, key), replaced).unwrap();
        }
        if self.head(bucket, key).await?.is_some_and(|facts| facts.etag != etag) {
            let (bucket, key) = (bucket.to_owned(), key.to_owned());
            return Err(ObjectError { action: "GET", bucket, key, message: "it was replaced".to_owned() });
        }
        Ok(present(std::fs::copy(self.path(bucket, key), to)))
    }

    async fn film(&self, bucket: &str, key: &str) -> Result<Option<Film>, ObjectError> {
        self.check("GET", bucket, key)?;
        let path = self.path(bucket, key);
        Ok(path.exists().then(|| Film::file(&path).unwrap()))
    }

    async fn put_film(
        &self,
        film: &Film,
        plan: &Plan,
        bucket: &str,
        key: &str,
        content_type: &str,
    ) -> Result<u64, ObjectError> {
        self.check("PUT", bucket, key)?;
        let Film::File(reader) = film else { unreachable!() };
        let path = self.path(bucket, key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        mp4_front::faststart::write(plan, reader, &path).unwrap();
        self.made.lock().unwrap().push(key.to_owned());
        self.types.lock().unwrap().insert(key.to_owned(), content_type.to_owned());
        Ok(plan.size())
    }

    async fn put_new(&self, bucket: &str, key: &str, body: Body<'_>, content_type: &str) -> Result<(), ObjectError> {
        self.check("PUT", bucket, key)?;
        let bytes = match body {
            Body::Bytes(bytes) => bytes,
            Body::File(path) => std::fs::read(path).unwrap(),
        };
        let path = self.path(bucket, key);
        if path.exists() {
            return Ok(());
        }
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self.made.lock().unwrap().push(key.to_owned());
        self.types.lock().unwrap().insert(key.to_owned(), content_type.to_owned());
        Ok(())
    }
}

/// Services over temporary directories.
pub struct World {
    pub services: Services,
    pub store: Arc<FakeStore>,
    pub dir: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("objects");
        let store = Arc::new(FakeStore {
            root,
            types: Mutex::default(),
            failing: AtomicBool::new(false),
            refused: Mutex::default(),
            replaced: Mutex::default(),
            made: Mutex::default(),
        });
        let catalog = Arc::new(SqliteCatalog::open(dir.path().join("catalog.sqlite")).unwrap());
        let (raw_bucket, media_bucket) = (RAW.to_owned(), MEDIA.to_owned());
        let renderer = env!("CARGO_BIN_EXE_image-lambda").into();
        let tools = Tools { renderer };
        let services = Services { catalog, objects: Arc::clone(&store) as _, raw_bucket, media_bucket, tools };
        Self { services, store, dir }
    }

    pub fn catalog(&self) -> &dyn Catalog {
        self.services.catalog.as_ref()
    }

    pub fn drop_in(&self, key: &str, bytes: &[u8]) {
        let path = self.store.path(RAW, key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// A row of `ada`'s that waits for its object, at the key that was handed out for it.
    pub async fn announce(&self, name: &str) -> MediaId {
        let key = format!("ada/{name}/original");
        let source = Source { key, bytes: 1, etag: String::new() };
        let (owner, title) = ("ada".to_owned(), "Title".to_owned());
        let media = NewMedia { id: id(name), owner, title, source, status: Status::Uploading };
        assert!(self.catalog().insert(&media, 1).await.unwrap());
        media.id
    }

    /// A row of `ada`'s whose object is there.
    pub async fn upload(&self, name: &str, bytes: &[u8]) -> MediaId {
        let id = self.announce(name).await;
        let key = format!("ada/{name}/original");
        self.drop_in(&key, bytes);
        let source = Source { key, bytes: bytes.len() as u64, etag: "e".to_owned() };
        assert!(self.catalog().uploaded(&id, &source, 2).await.unwrap());
        id
    }

    pub async fn row(&self, id: &MediaId) -> Media {
        self.catalog().find(id).await.unwrap().unwrap()
    }

    /// A rendition's file.
    pub async fn rendition(&self, id: &MediaId, name: &str) -> Vec<u8> {
        let row = self.row(id).await;
        let rendition = row.rendition(name).unwrap_or_else(|| panic!("{name}: {:?}", row.renditions));
        self.media(&rendition.key)
    }

    pub fn media(&self, key: &str) -> Vec<u8> {
        std::fs::read(self.store.path(MEDIA, key)).unwrap()
    }
}

pub fn id(text: &str) -> MediaId {
    MediaId::try_from(text.to_owned()).unwrap()
}

/// A TIFF directory with that orientation and a place on Earth, as it stands in a JPEG's EXIF segment.
pub fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08\0\x02".to_vec();
    tiff.extend_from_slice(&[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    tiff.extend_from_slice(&[0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0]);
    tiff.extend_from_slice(&[0, 1, 0, 1, 0, 2, 0, 0, 0, 2, b'N', 0, 0, 0, 0, 0, 0, 0]);
    tiff.extend_from_slice(b"SECRET-PLACE");
    tiff
}

/// A JPEG of these pixels with that EXIF segment.
pub fn jpeg(pixels: &RgbImage, exif: Option<Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif).unwrap();
    }
    encoder.write_image(pixels, pixels.width(), pixels.height(), ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// The names of a RIFF file's chunks.
pub fn webp_chunks(bytes: &[u8]) -> Vec<String> {
    assert_eq!((&bytes[..4], &bytes[8..12]), (&b"RIFF"[..], &b"WEBP"[..]));
    let (mut rest, mut names) = (&bytes[12..], Vec::new());
    while rest.len() >= 8 {
        names.push(String::from_utf8_lossy(&rest[..4]).into_owned());
        let size = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
        rest = &rest[(8 + size + size % 2).min(rest.len())..];
    }
    names
}

pub fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}
