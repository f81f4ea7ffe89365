//! Playback passes that the app mints: fresh ones for players, and lasting ones for the pictures of lists.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use catalog::{Media, UnixMillis};
use edge_auth::pass::{Grant, mint};
use edge_auth::policy::{Action, PASS_PREFIX};
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::Problem;
use crate::app::App;

/// How long a pass is good for where the policy has no route that gives one, in seconds.
const PASS_SECONDS: i64 = 6 * 3600;

/// A pass for all of one title.
pub struct Pass {
    /// By which it can be revoked: `cti` in base64url.
    pub id: String,
    /// When it ends.
    pub expires_at: UnixMillis,
    /// `/p/PASS`, to be put before a path of the title.
    pub path: String,
    /// Everything of the title is fetched under this path.
    pub prefix: String,
}

impl App {
    /// How long a pass of ours is good for, in seconds: as long as the policy's passes are.
    pub fn pass_seconds(&self) -> i64 {
        let routes = self.verifier.config().policy.routes.iter();
        let longest = routes.filter_map(|route| match route.action {
            Action::Pass { ttl_seconds, .. } => i64::try_from(ttl_seconds).ok(),
            Action::Origin { .. } => None,
        });
        longest.max().unwrap_or(PASS_SECONDS)
    }

    /// A pass that nobody has had before, for `subject`, good for as long as passes are and no longer than `until`.
    pub fn fresh_pass(&self, subject: &str, media: &Media, until: Option<UnixMillis>) -> Result<Pass, Problem> {
        let mut id = [0; 16];
        SystemRandom::new().fill(&mut id).map_err(|_| Problem::internal(&"the system has no randomness"))?;
        let now = self.now() / 1000;
        let expires = now.saturating_add(self.pass_seconds());
        self.pass(subject, media, &id, now, until.map_or(expires, |until| expires.min(until / 1000)))
    }

    /// A pass that is the same for a while, so that a browser finds in its cache what a list showed before. It is good for
    /// at least half as long as passes are.
    pub fn lasting_pass(&self, subject: &str, media: &Media) -> Result<Pass, Problem> {
        let window = (self.pass_seconds() / 2).max(1);
        let began = (self.now() / 1000).div_euclid(window).saturating_mul(window);
        let key = (self.pass_key)().ok_or_else(no_key)?;
        // Unguessable as a fresh one's id, and another for each person, title and window.
        let text = format!("lasting pass\0{subject}\0{}\0{began}", media.id);
        let digest = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key.secret), text.as_bytes());
        let id: Vec<u8> = digest.as_ref().iter().take(16).copied().collect();
        self.pass(subject, media, &id, began, began.saturating_add(self.pass_seconds()))
    }

    fn pass(&self, subject: &str, media: &Media, id: &[u8], issued: i64, expires: i64) -> Result<Pass, Problem> {
        let seconds = |time: i64| u64::try_from(time).unwrap_or_default();
        let grant = Grant {
            id: id.to_vec(),
            subject: Some(subject.to_owned()),
            expires: seconds(expires),
            not_before: None,
            issued_at: Some(seconds(issued)),
            prefix: format!("/media/{}/{}/", media.owner, media.id),
            networks: Vec::new(),
            methods: Vec::new(),
        };
        let key = (self.pass_key)().ok_or_else(no_key)?;
        let pass = mint(&grant, &key).map_err(|error| Problem::internal(&error))?;
        let path = format!("{PASS_PREFIX}{pass}");
        Ok(Pass {
            id: URL_SAFE_NO_PAD.encode(id),
            expires_at: expires.saturating_mul(1000),
            prefix: format!("{path}{}", grant.prefix),
            path,
        })
    }
}

fn no_key() -> Problem {
    Problem::unavailable("passes_unavailable", &"there is no pass key")
}
