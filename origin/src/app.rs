//! What handlers share.

use std::sync::Arc;

use catalog::{Amount, Catalog, MediaId, Month, Rendition, UnixMillis};
use edge_auth::Verifier;
use edge_auth::policy::{Action, Behaviour};

use crate::objects::Buckets;
use crate::view::url;
use crate::{FetchKeys, OriginConfig, PassKey, Problem, Session};

/// Titles on a page of the library, and of `/api/media` where no `limit` is given.
pub const PAGE: usize = 60;

/// The state of the router.
pub struct App {
    pub verifier: Verifier,
    pub fetch_keys: FetchKeys,
    pub catalog: Arc<dyn Catalog>,
    pub objects: Buckets,
    pub pass_key: PassKey,
    pub max_upload_bytes: u64,
    pub token_api: bool,
    pub uploaded: Arc<dyn Fn(MediaId) + Send + Sync>,
    default_quota: Option<Amount>,
    administrators: String,
    clock: Arc<dyn Fn() -> UnixMillis + Send + Sync>,
}

impl App {
    pub fn new(config: OriginConfig) -> Self {
        Self {
            verifier: Verifier::new(config.edge),
            fetch_keys: config.fetch_keys,
            catalog: config.catalog,
            objects: Buckets::new(config.objects, config.raw_bucket, config.media_bucket),
            pass_key: config.pass_key,
            max_upload_bytes: config.max_upload_bytes,
            token_api: config.token_api,
            uploaded: config.uploaded,
            default_quota: config.default_quota,
            administrators: config.administrators,
            clock: config.clock,
        }
    }

    /// The present, in Unix milliseconds.
    pub fn now(&self) -> UnixMillis {
        (self.clock)()
    }

    /// The present month.
    pub fn month(&self) -> Month {
        Month::of(self.now())
    }

    pub fn is_administrator(&self, session: &Session) -> bool {
        session.viewer().groups.contains(&self.administrators)
    }

    /// How much a person may store: what their licences allow together, or what everybody may; `None`: any amount.
    pub async fn quota(&self, person: &str) -> Result<Option<Amount>, Problem> {
        let licences = self.catalog.licences_of(person).await?;
        let valid: Vec<Amount> = licences.iter().filter(|l| l.valid(self.now())).map(|l| l.quota).collect();
        if valid.is_empty() {
            return Ok(self.default_quota);
        }
        let sum = |part: fn(&Amount) -> u64| valid.iter().map(part).fold(0_u64, u64::saturating_add).min(Amount::MOST);
        Ok(Some(Amount { bytes: sum(|a| a.bytes), minutes: sum(|a| a.minutes) }))
    }

    /// Where a player fetches a rendition of the caller's own: through the route that gives it a pass, where the policy has
    /// one.
    pub fn player_url(&self, rendition: &Rendition) -> String {
        let direct = url(rendition);
        let play = direct.strip_prefix("/media/").map(|rest| format!("/play/{rest}"));
        let gives_pass = |play: &String| match self.verifier.config().policy.behaviour(play) {
            Behaviour::Route(_, route) => {
                matches!(route.action, Action::Pass { .. }) && route.path.captures(play).is_some()
            }
            Behaviour::Auth | Behaviour::None => false,
        };
        play.filter(gives_pass).unwrap_or(direct)
    }
}
