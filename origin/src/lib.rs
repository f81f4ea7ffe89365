//! Stagedoor's web app and its JSON API, as one [`axum::Router`].
//!
//! The router runs behind the edge and believes it in nothing: every request but `/health` brings the signed-in
//! person's token in `x-stagedoor-token`, and [`Session`] exists only where that token verified here too. No other
//! header says who somebody is. Bytes of media never pass through: browsers PUT them to a presigned URL and fetch
//! renditions from the edge.

mod access;
#[allow(unused_qualifications, reason = "written by the macros that describe the API")]
mod api;
mod app;
mod assets;
mod headers;
mod health;
mod identity;
mod objects;
mod pages;
mod passes;
mod problem;
mod session;
mod sign_in;
mod sweep;
mod view;

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use catalog::{Amount, Catalog, MediaId, UnixMillis};
use edge_auth::ProviderAnswer;
use edge_auth::config::EdgeConfig;
use edge_auth::pass::RingKey;

pub use assets::{StaticFile, static_files};
pub use identity::{CALLS as IDENTITY_CALLS, UserPool};
pub use objects::CALLS as OBJECT_CALLS;
pub use problem::Problem;
pub use session::Session;
pub use sweep::Swept;
pub use view::{MediaView, RenditionView};

use app::App;

/// The largest file that can be uploaded, bytes: 5 TiB.
pub use api::LARGEST_UPLOAD;

/// Fetches a key set, following no redirect.
pub type FetchKeys = Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = ProviderAnswer> + Send>> + Send + Sync>;

/// Gives the key that playback passes are made with now: it is replaced while the app runs.
pub type PassKey = Arc<dyn Fn() -> Option<RingKey> + Send + Sync>;

/// What the app needs of the world.
pub struct OriginConfig {
    /// Issuers and clients whose tokens count, and the policy.
    pub edge: Arc<EdgeConfig>,
    /// Fetches an issuer's key set: its address to status and body, or `None` where no whole answer came in time.
    pub fetch_keys: FetchKeys,
    /// The record of media.
    pub catalog: Arc<dyn Catalog>,
    /// Signs uploads and looks at uploaded objects. Its endpoint is the one that browsers reach.
    pub objects: aws_sdk_s3::Client,
    /// The bucket that uploads go to.
    pub raw_bucket: String,
    /// The bucket that renditions are served from.
    pub media_bucket: String,
    /// `scheme://host[:port]` that browsers PUT uploads to; the pages' content security policy allows no other.
    pub objects_origin: String,
    /// `scheme://host[:port]` of the identity provider, where signing out ends; `None` where it ends on this host.
    pub sign_out_origin: Option<String>,
    /// The key that playback passes are made with at this moment; `None` where there is none.
    pub pass_key: PassKey,
    /// The largest file that may be uploaded, in bytes; at most [`LARGEST_UPLOAD`].
    pub max_upload_bytes: u64,
    /// How much a person may store who has no licence; `None`: any amount.
    pub default_quota: Option<Amount>,
    /// The group whose members are administrators.
    pub administrators: String,
    /// Whether `GET /api/token` shows the caller's token to this site's own pages.
    pub token_api: bool,
    /// The user pool, for sign-in pages of our own (where the policy's `sign_in.mode` is `page`) and for administrators; `None`
    /// where neither is wanted.
    pub user_pool: Option<UserPool>,
    /// The present, in Unix milliseconds.
    pub clock: Arc<dyn Fn() -> UnixMillis + Send + Sync>,
    /// Told once an upload is whole and its row `uploaded`. On AWS the catalog's change feed does this: a no-op there.
    pub uploaded: Arc<dyn Fn(MediaId) + Send + Sync>,
}

/// The app. `/static/*` is not in it: the edge serves [`static_files`] from the site bucket.
pub struct Origin {
    app: Arc<App>,
    security: headers::Security,
}

impl Origin {
    /// The app with all that it needs.
    pub fn new(config: OriginConfig) -> Self {
        let security = headers::Security::new(&config.objects_origin, config.sign_out_origin.as_deref());
        Self { app: Arc::new(App::new(config)), security }
    }

    /// Everything that it answers.
    pub fn router(&self) -> Router {
        let (api, _) = api::routes().split_for_parts();
        let (open, _) = api::open_routes().split_for_parts();
        let signed_in = Router::new()
            .route("/", get(pages::library::page))
            .route("/upload", get(pages::upload::page))
            .route("/watch/{id}", get(pages::watch::page))
            .route("/admin", get(pages::admin::people_page))
            .route("/admin/groups", get(pages::admin::groups_page))
            .route("/admin/failures", get(pages::admin::failures_page))
            .route("/profile", get(pages::profile::page))
            .route("/collections", get(pages::collections::list))
            .route("/collections/{id}", get(pages::collections::one))
            .route("/api/openapi.json", get(api::description))
            .route("/api/docs", get(api::documentation))
            .route("/proxy/image", get(api::site::image))
            .merge(api)
            .merge(api::aliases())
            .merge(sign_in::security_routes(&self.app))
            .fallback(pages::no_route)
            .method_not_allowed_fallback(api::method_not_allowed)
            .layer(from_fn_with_state(Arc::clone(&self.app), api::once))
            // Last here is first to run: whoever has no session learns nothing but that, also of paths that are not there.
            .layer(from_fn_with_state(Arc::clone(&self.app), session::authenticate));
        Router::new()
            .route("/health", get(health::health))
            .route("/logout", get(api::site::logout))
            .route("/s", get(pages::shared::page))
            .merge(open)
            .merge(sign_in::routes(&self.app))
            .merge(signed_in)
            .layer(from_fn_with_state(self.security.clone(), headers::secure))
            .with_state(Arc::clone(&self.app))
    }

    /// Takes away what is over: uploads that were given up, titles that cannot be restored any more, old answers. To be
    /// called now and then, hourly is enough; it may run twice at once.
    ///
    /// # Errors
    /// Where a store does not answer; what is left is taken by the next call.
    pub async fn sweep(&self) -> Result<Swept, Problem> {
        sweep::sweep(&self.app).await
    }
}
