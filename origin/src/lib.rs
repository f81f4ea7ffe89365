//! Stagedoor's web app and its JSON API, as one [`axum::Router`].
//!
//! The router runs behind the edge and believes it in nothing: every request but `/health` brings the signed-in
//! person's token in `x-stagedoor-token`, and [`Session`] exists only where that token verified here too. No other
//! header says who somebody is. Bytes of media never pass through: browsers PUT them to a presigned URL and fetch
//! renditions from the edge.

mod api;
mod app;
mod assets;
mod headers;
mod health;
mod pages;
mod problem;
mod raw;
mod session;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use catalog::{Catalog, MediaId, UnixMillis};
use edge_auth::config::EdgeConfig;
use edge_auth::pass::RingKey;

pub use assets::{StaticFile, static_files};
pub use problem::Problem;
pub use session::Session;
pub use view::{MediaView, RenditionView};

use app::App;

/// JSON bodies here are a file's name and size; more than this is no request of ours. Bytes.
const MAX_BODY: usize = 64 * 1024;

/// Gives the key that playback passes are made with now: it is replaced while the app runs.
pub type PassKey = Arc<dyn Fn() -> Option<RingKey> + Send + Sync>;

/// What the app needs of the world.
pub struct OriginConfig {
    /// Issuers, clients and keys that tokens are verified with.
    pub edge: Arc<EdgeConfig>,
    /// The record of media.
    pub catalog: Arc<dyn Catalog>,
    /// Signs uploads and looks at uploaded objects. Its endpoint is the one that browsers reach.
    pub objects: aws_sdk_s3::Client,
    /// The bucket that uploads go to.
    pub raw_bucket: String,
    /// `scheme://host[:port]` that browsers PUT uploads to; the pages' content security policy allows no other.
    pub objects_origin: String,
    /// `scheme://host[:port]` of the identity provider, where signing out ends; `None` where it ends on this host.
    pub sign_out_origin: Option<String>,
    /// The key that playback passes are made with at this moment; `None` where there is none.
    pub pass_key: PassKey,
    /// The largest file that may be uploaded, in bytes.
    pub max_upload_bytes: u64,
    /// The present, in Unix milliseconds.
    pub clock: fn() -> UnixMillis,
    /// Told once an upload is whole and its row `uploaded`. On AWS the catalog's change feed does this: a no-op there.
    pub uploaded: Arc<dyn Fn(MediaId) + Send + Sync>,
}

/// The whole app. `/static/*` is not in it: the edge serves [`static_files`] from the site bucket.
pub fn router(config: OriginConfig) -> Router {
    let security = headers::Security::new(&config.objects_origin, config.sign_out_origin.as_deref());
    let app = Arc::new(App::new(config));
    let signed_in = Router::new()
        .route("/", get(pages::library::page))
        .route("/upload", get(pages::upload::page))
        .route("/watch/{id}", get(pages::watch::page))
        .route("/api/media", get(api::media::list))
        .route("/api/media/{id}", get(api::media::one))
        .route("/api/media/{id}/play", post(api::play::play))
        .route("/api/uploads", post(api::uploads::announce))
        .route("/api/uploads/{id}/complete", post(api::uploads::complete))
        .fallback(pages::no_route)
        .method_not_allowed_fallback(api::method_not_allowed)
        .layer(from_fn(api::demand_json))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        // Last here is first to run: whoever has no session learns nothing but that, also of paths that are not there.
        .layer(from_fn_with_state(Arc::clone(&app), session::authenticate));
    Router::new()
        .route("/health", get(health::health))
        .merge(signed_in)
        .layer(from_fn_with_state(security, headers::secure))
        .with_state(app)
}
