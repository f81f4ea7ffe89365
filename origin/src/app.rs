//! What handlers share, and the two look-ups of media that every one of them must use: both see the caller's own only.

use std::sync::Arc;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use catalog::{Catalog, Media, MediaId, Page, Rendition, UnixMillis};
use edge_auth::config::EdgeConfig;
use edge_auth::policy::{Action, Behaviour};

use crate::raw::RawBucket;
use crate::view::url;
use crate::{OriginConfig, PassKey, Problem, Session};

/// Titles on a page of the library, and of `/api/media` where no `limit` is given.
pub const PAGE: usize = 60;

/// How long a pass is good for where the policy has no route that gives one, in seconds.
const PASS_SECONDS: i64 = 6 * 3600;

/// The state of the router.
pub struct App {
    pub edge: Arc<EdgeConfig>,
    pub catalog: Arc<dyn Catalog>,
    pub raw: RawBucket,
    pub pass_key: PassKey,
    pub max_upload_bytes: u64,
    pub uploaded: Arc<dyn Fn(MediaId) + Send + Sync>,
    clock: fn() -> UnixMillis,
}

impl App {
    pub fn new(config: OriginConfig) -> Self {
        Self {
            edge: config.edge,
            catalog: config.catalog,
            raw: RawBucket::new(config.objects, config.raw_bucket),
            pass_key: config.pass_key,
            max_upload_bytes: config.max_upload_bytes,
            uploaded: config.uploaded,
            clock: config.clock,
        }
    }

    /// The present, in Unix milliseconds.
    pub fn now(&self) -> UnixMillis {
        (self.clock)()
    }

    /// How long a pass of ours is good for, in seconds: as long as the policy's passes are.
    pub fn pass_seconds(&self) -> i64 {
        let routes = self.edge.policy.routes.iter();
        let longest = routes.filter_map(|route| match route.action {
            Action::Pass { ttl_seconds, .. } => i64::try_from(ttl_seconds).ok(),
            Action::Origin { .. } => None,
        });
        longest.max().unwrap_or(PASS_SECONDS)
    }

    /// Where a player fetches a rendition: through the route that gives it a pass, where the policy has one.
    pub fn player_url(&self, rendition: &Rendition) -> String {
        let direct = url(rendition);
        let play = direct.strip_prefix("/media/").map(|rest| format!("/play/{rest}"));
        let gives_pass = |play: &String| match self.edge.policy.behaviour(play) {
            Behaviour::Route(_, route) => {
                matches!(route.action, Action::Pass { .. }) && route.path.captures(play).is_some()
            }
            Behaviour::Auth | Behaviour::None => false,
        };
        play.filter(gives_pass).unwrap_or(direct)
    }

    /// The same for a path on this site; one with a pass in it already stays.
    pub fn player_address(&self, direct: &str) -> String {
        let play = direct.strip_prefix("/media/").map(|rest| format!("/play/{rest}"));
        let gives_pass = |play: &String| match self.edge.policy.behaviour(play) {
            Behaviour::Route(_, route) => {
                matches!(route.action, Action::Pass { .. }) && route.path.captures(play).is_some()
            }
            Behaviour::Auth | Behaviour::None => false,
        };
        play.filter(gives_pass).unwrap_or_else(|| direct.to_owned())
    }

    /// The title that a path names. One that is somebody else's is as absent as one that never was.
    pub async fn own_media(
        &self,
        session: &Session,
        id: Result<Path<String>, PathRejection>,
    ) -> Result<Media, Problem> {
        let id = id.ok().and_then(|Path(text)| MediaId::try_from(text).ok()).ok_or_else(Problem::not_found)?;
        let media = self.catalog.find(&id).await?;
        media.filter(|m| m.owner == session.owner() && m.deleted_at.is_none()).ok_or_else(Problem::not_found)
    }

    /// A page of the caller's titles, newest first.
    pub async fn own_list(&self, session: &Session, cursor: Option<&str>, limit: usize) -> Result<Page, Problem> {
        Ok(self.catalog.list(session.owner(), cursor, limit).await?)
    }
}
