//! The app with everything it needs, and a client of it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use catalog::{
    Catalog, Kind, Media, MediaId, NewMedia, Outcome, Progress, Rendition, Source, SqliteCatalog, Status, UnixMillis,
};
use edge_auth::config::EdgeConfig;
use edge_auth::pass::RingKey;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use origin::{Origin, OriginConfig, UserPool};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::objects::{self, BUCKET, MEDIA_BUCKET, Objects};
use crate::tokens;

/// The moment at which all tests begin: 2026-03-07T00:00:00Z.
pub const NOW: UnixMillis = 1_772_841_600_000;
pub const MAX_UPLOAD: u64 = 1_000_000_000;
pub const OBJECTS_ORIGIN: &str = "http://localhost:9000";
pub const SIGN_OUT_ORIGIN: &str = "https://id.example.test";

pub const ADA: &str = "6f1d9c9e-1f4b-4c7a-9b57-0d8f4f8d2c11";
pub const BOB: &str = "b0b00000-0000-4000-8000-000000000000";

pub struct World {
    pub router: Router,
    pub origin: Origin,
    pub catalog: Arc<dyn Catalog>,
    pub objects: Objects,
    /// What `uploaded` was told.
    pub told: Arc<Mutex<Vec<String>>>,
    clock: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

/// What most worlds do without.
#[derive(Default)]
struct Extras {
    /// Pages are shown their tokens.
    token_api: bool,
    user_pool: Option<UserPool>,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|v| v.to_str().unwrap()).unwrap_or_default()
    }
}

impl World {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Arc::new(SqliteCatalog::open(folder.path().join("catalog.db")).unwrap());
        Self::with(catalog, folder).await
    }

    /// One with routes before the one that takes everything, and with a key of passes or without.
    pub async fn routed(routes: &[Value], pass_key: Option<RingKey>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Arc::new(SqliteCatalog::open(folder.path().join("catalog.db")).unwrap());
        Self::complete(catalog, folder, tokens::edge_config_before(routes), pass_key, Extras::default()).await
    }

    /// One whose people sign in on our own pages, at that pool.
    pub async fn with_pages(pool: UserPool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Arc::new(SqliteCatalog::open(folder.path().join("catalog.db")).unwrap());
        let extras = Extras { user_pool: Some(pool), ..Extras::default() };
        Self::complete(catalog, folder, tokens::edge_config_with_pages(), Some(pass_key()), extras).await
    }

    /// One that shows tokens to its own pages.
    pub async fn showing_tokens() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Arc::new(SqliteCatalog::open(folder.path().join("catalog.db")).unwrap());
        let extras = Extras { token_api: true, ..Extras::default() };
        Self::complete(catalog, folder, tokens::edge_config(), Some(pass_key()), extras).await
    }

    /// One whose catalog never answers with anything but an error.
    pub async fn without_catalog() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret-place.db");
        let catalog = Arc::new(SqliteCatalog::open(&path).unwrap());
        rusqlite::Connection::open(&path).unwrap().execute_batch("drop table media").unwrap();
        Self::with(catalog, folder).await
    }

    async fn with(catalog: Arc<dyn Catalog>, folder: tempfile::TempDir) -> Self {
        Self::complete(catalog, folder, tokens::edge_config(), Some(pass_key()), Extras::default()).await
    }

    async fn complete(
        catalog: Arc<dyn Catalog>,
        folder: tempfile::TempDir,
        edge: Arc<EdgeConfig>,
        pass_key: Option<RingKey>,
        extras: Extras,
    ) -> Self {
        let (objects, told) = (Objects::default(), Arc::new(Mutex::new(Vec::new())));
        let clock = Arc::new(AtomicI64::new(NOW));
        let origin = Origin::new(OriginConfig {
            edge,
            fetch_keys: Arc::new(|_| Box::pin(async { None })),
            catalog: Arc::clone(&catalog),
            objects: objects::client(&objects.serve().await),
            raw_bucket: BUCKET.to_owned(),
            media_bucket: MEDIA_BUCKET.to_owned(),
            objects_origin: OBJECTS_ORIGIN.to_owned(),
            sign_out_origin: Some(SIGN_OUT_ORIGIN.to_owned()),
            pass_key: Arc::new(move || pass_key.clone()),
            max_upload_bytes: MAX_UPLOAD,
            default_quota: None,
            administrators: "admins".to_owned(),
            token_api: extras.token_api,
            user_pool: extras.user_pool,
            clock: Arc::new({
                let clock = Arc::clone(&clock);
                move || clock.load(Ordering::Relaxed)
            }),
            uploaded: Arc::new({
                let told = Arc::clone(&told);
                move |id: MediaId| told.lock().unwrap().push(id.to_string())
            }),
        });
        Self { router: origin.router(), origin, catalog, objects, told, clock, folder }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    /// GET by that person.
    pub async fn get(&self, sub: &str, path: &str) -> Answer {
        self.send(request("GET", path, Some(&tokens::access(sub, "ada")), None)).await
    }

    /// POST by that person, JSON where there is a body.
    pub async fn post(&self, sub: &str, path: &str, body: Option<&str>) -> Answer {
        self.send(request("POST", path, Some(&tokens::access(sub, "ada")), body)).await
    }

    /// DELETE by that person.
    pub async fn delete(&self, sub: &str, path: &str) -> Answer {
        self.send(request("DELETE", path, Some(&tokens::access(sub, "ada")), None)).await
    }

    /// A form by that person, its parts separated by `b`.
    pub async fn form(&self, sub: &str, path: &str, body: Vec<u8>) -> Answer {
        let mut request = request("POST", path, Some(&tokens::access(sub, "ada")), None);
        request.headers_mut().insert("content-type", "multipart/form-data; boundary=b".parse().unwrap());
        *request.body_mut() = Body::from(body);
        self.send(request).await
    }

    /// The catalog as it lies on the disk.
    pub fn database(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    /// Has that many milliseconds pass. Tokens age as well: those made from here on are good.
    pub fn later(&self, milliseconds: i64) {
        self.clock.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// Makes a collection of that person's titles; its id.
    pub async fn collection(&self, sub: &str, title: &str, items: &[&str]) -> String {
        let body = serde_json::json!({"title": title, "items": items}).to_string();
        let made = self.post(sub, "/api/collections", Some(&body)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        made.json()["id"].as_str().unwrap().to_owned()
    }

    /// Adds a row, `age` milliseconds old, in state `uploading`.
    pub async fn announce(&self, owner: &str, title: &str, age: i64) -> MediaId {
        let id = MediaId::random();
        let key = format!("{owner}/{id}/original");
        let source = Source { key, bytes: 1_000, etag: String::new() };
        let media =
            NewMedia { id: id.clone(), owner: owner.into(), title: title.into(), source, status: Status::Uploading };
        assert!(self.catalog.insert(&media, NOW - age).await.unwrap());
        id
    }

    /// Adds a row that a processor has.
    pub async fn processing(&self, owner: &str, title: &str, kind: Kind) -> MediaId {
        let id = self.announce(owner, title, 0).await;
        let media = self.media(&id).await;
        assert!(self.catalog.uploaded(&id, &media.source, NOW).await.unwrap());
        assert!(self.catalog.processing(&id, kind, NOW).await.unwrap());
        id
    }

    /// Has its processor say how far it is.
    pub async fn at_step(&self, id: &MediaId, step: &str, done: u32, of: u32) {
        let progress = Progress { step: step.to_owned(), done, of, ..Progress::default() };
        assert!(self.catalog.progress(id, &progress, NOW).await.unwrap());
    }

    /// Adds a row whose renditions are there.
    pub async fn ready(&self, owner: &str, title: &str, kind: Kind) -> MediaId {
        let id = self.processing(owner, title, kind).await;
        let names = match kind {
            Kind::Video => {
                vec![("thumb.webp", "image/webp"), ("poster.webp", "image/webp"), ("video.mp4", "video/mp4")]
            }
            _ => vec![("thumb.webp", "image/webp"), ("w1280.webp", "image/webp")],
        };
        let rendition = |(file, content_type): &(&str, &str)| Rendition {
            name: file.split('.').next().unwrap().to_owned(),
            key: format!("media/{owner}/{id}/{file}"),
            content_type: (*content_type).to_owned(),
            width: 1280,
            height: 720,
            bytes: 10,
        };
        let renditions = names.iter().map(rendition).collect();
        let outcome = Outcome::Ready {
            renditions,
            duration_ms: (kind == Kind::Video).then_some(754_000),
            picture: None,
            later: false,
        };
        assert!(self.catalog.finish(&id, &outcome, NOW).await.unwrap());
        id
    }

    /// Adds a row that could not be processed.
    pub async fn failed(&self, owner: &str, title: &str, reason: &str) -> MediaId {
        let id = self.processing(owner, title, Kind::Unknown).await;
        let outcome = Outcome::Failed { reason: reason.to_owned() };
        assert!(self.catalog.finish(&id, &outcome, NOW).await.unwrap());
        id
    }

    pub async fn media(&self, id: &MediaId) -> Media {
        self.catalog.find(id).await.unwrap().unwrap()
    }
}

/// The key that passes are made with.
pub fn pass_key() -> RingKey {
    RingKey { kid: "p".to_owned(), secret: vec![9; 32], until: None }
}

pub fn request(method: &str, path: &str, token: Option<&str>, body: Option<&str>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("x-stagedoor-token", token);
    }
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    request.body(body.map_or_else(Body::empty, |text| Body::from(text.to_owned()))).unwrap()
}
