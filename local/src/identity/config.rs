//! What a pool is opened with.

use super::IdentityError;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the time comes from: seconds since 1970.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// How the pool is set up.
#[derive(Clone, Debug)]
pub struct IdentityConfig {
    /// The folder of `users.json` and the signing keys; made with mode 0700 if missing.
    pub dir: PathBuf,
    /// Where the pool is reached, like `http://127.0.0.1:8081`: scheme, host and port, no trailing slash.
    pub base_url: String,
    /// The apps that may sign people in.
    pub clients: Vec<Client>,
    /// How long tokens are good for.
    pub lifetimes: Lifetimes,
    /// Who may become a user, and what is asked of one.
    pub rules: PoolRules,
}

/// Who may become a user, and what is asked of one.
#[derive(Clone, Copy, Debug, Default)]
pub struct PoolRules {
    /// Whether people may sign up on their own; otherwise administrators alone make users.
    pub self_sign_up: bool,
    /// Whether people are asked for a second factor.
    pub second_factor: SecondFactor,
}

/// Whether people are asked for a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecondFactor {
    /// Those who have set one up.
    #[default]
    Optional,
    /// Everybody: who has none sets up an authenticator app at the next sign-in.
    Required,
}

/// An app client. All clients are public: they have no secret and prove themselves by PKCE.
#[derive(Clone, Debug)]
pub struct Client {
    /// The client id, as in `client_id` and `aud`.
    pub id: String,
    /// What people read on the sign-in page.
    pub name: String,
    /// Where the hosted sign-in may send people back to; compared exactly.
    pub redirect_uris: Vec<String>,
    /// Where `/logout` may send people to; compared exactly.
    pub logout_uris: Vec<String>,
    /// Whether each refresh gives a new refresh token and retires the old one after 60 seconds.
    pub rotate_refresh_tokens: bool,
    /// Whether `USER_PASSWORD_AUTH` is allowed.
    pub password_auth: bool,
    /// Whether `USER_SRP_AUTH` is allowed.
    pub srp_auth: bool,
}

/// How long tokens are good for, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// Access tokens.
    pub access_seconds: u64,
    /// ID tokens.
    pub id_seconds: u64,
    /// Refresh tokens, counted from the sign-in; rotation does not prolong it.
    pub refresh_seconds: u64,
}

impl Default for Lifetimes {
    /// 15 minutes for access and ID tokens, 30 days for refresh tokens.
    fn default() -> Self {
        Self { access_seconds: 900, id_seconds: 900, refresh_seconds: 30 * 24 * 3600 }
    }
}

impl IdentityConfig {
    /// Checks what the other parts rely on; the error names the field.
    pub(super) fn validate(&self) -> Result<(), IdentityError> {
        if origin_of(&self.base_url).as_deref() != Some(self.base_url.as_str()) {
            return Err(problem(&format!(
                "base_url is {:?}, expected http(s)://HOST:PORT without a path",
                self.base_url
            )));
        }
        let mut ids = BTreeSet::new();
        for client in &self.clients {
            if client.id.is_empty() || !ids.insert(&client.id) {
                return Err(problem(&format!("clients: id {:?} is empty or there twice", client.id)));
            }
            for uri in client.redirect_uris.iter().chain(&client.logout_uris) {
                if origin_of(uri).is_none() || uri.contains('#') {
                    return Err(problem(&format!(
                        "clients: {}: {uri:?} is not an absolute http(s) address without a fragment",
                        client.id
                    )));
                }
            }
        }
        Ok(())
    }
}

/// `scheme://host[:port]` of an absolute http or https address.
pub(super) fn origin_of(uri: &str) -> Option<String> {
    let uri: http::Uri = uri.parse().ok()?;
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
    let authority = uri.authority()?.as_str();
    // A user name in an address, or bytes that would end a directive, have no place in a security policy.
    let plain = authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    plain.then(|| format!("{scheme}://{authority}"))
}

/// The system's clock.
pub(super) fn system_clock() -> Clock {
    Arc::new(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

fn problem(text: &str) -> IdentityError {
    IdentityError::Config(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(base_url: &str, redirect_uri: &str) -> IdentityConfig {
        let client = Client {
            id: "web".into(),
            name: "Web".into(),
            redirect_uris: vec![redirect_uri.into()],
            logout_uris: vec![],
            rotate_refresh_tokens: true,
            password_auth: false,
            srp_auth: true,
        };
        let (dir, clients) = (PathBuf::new(), vec![client]);
        IdentityConfig {
            dir,
            base_url: base_url.into(),
            clients,
            lifetimes: Lifetimes::default(),
            rules: PoolRules::default(),
        }
    }

    #[test]
    fn bad_settings_are_named() {
        let good = "http://localhost:8080/_auth/callback";
        assert!(config("http://127.0.0.1:8081", good).validate().is_ok());
        for base_url in ["http://127.0.0.1:8081/", "127.0.0.1:8081", "ftp://host", "http://a@b", ""] {
            let error = config(base_url, good).validate().map_err(|error| error.to_string());
            assert!(error.is_err_and(|text| text.contains("base_url")), "{base_url}");
        }
        for uri in ["/callback", "javascript:alert(1)", "http://h/x#y", "http://h;x/y"] {
            let error = config("http://127.0.0.1:1", uri).validate().map_err(|error| error.to_string());
            assert!(error.is_err_and(|text| text.contains("web")), "{uri}");
        }
    }
}
