//! The local stand-in for Amazon Cognito: a user pool with its hosted sign-in page, its OAuth endpoints and the part of
//! its JSON API that Stagedoor and its users call.
//!
//! It is made to listen on loopback only. In particular it does not check the `SigV4` signature of the `Admin…` calls:
//! whoever can reach the port administers the pool. What would be an e-mail or a text message lies in `mailbox/`, and is shown
//! at `/mailbox`.
//!
//! Users, groups, sessions and refresh tokens live in `users.json` under [`IdentityConfig::dir`], the two signing keys
//! beside it; a restart finds all of them again. What is secret in that file is a digest, or a verifier of SRP; the keys of
//! authenticator apps alone stand there as they are, since codes are computed from them.

mod api;
mod attempts;
mod challenges;
mod codes;
mod config;
mod directory;
mod discovery;
mod files;
mod grants;
mod hosted;
mod keys;
mod mailbox;
mod mailbox_page;
mod params;
mod passwords;
mod sdk;
mod second_factor;
mod secrets;
mod sign_in;
mod srp;
mod store;
mod token_endpoint;
mod tokens;
mod users;
mod verification;

pub use self::config::{Client, Clock, IdentityConfig, Lifetimes, PoolRules, SecondFactor};
pub use self::sdk::client;

use self::attempts::{Attempts, MessageQuota};
use self::directory::UserStatus;
use self::keys::KeySet;
use self::mailbox::Mailbox;
use self::secrets::random_bytes;
use self::srp::PendingProofs;
use self::store::Store;
use self::users::{NewUser, UserError};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// The id of the one user pool. The issuer is `{base_url}/local_Stagedoor`.
pub const POOL_ID: &str = "local_Stagedoor";

/// One user pool: its users on disk, its signing keys and the clients that may use it.
pub struct Identity {
    config: IdentityConfig,
    clock: Clock,
    keys: KeySet,
    store: Store,
    mailbox: Mailbox,
    /// Of what is answered about users that there are none of: the same each time.
    seed: Vec<u8>,
    proofs: PendingProofs,
    attempts: Attempts,
    messages: MessageQuota,
}

/// What can go wrong with the pool itself, as opposed to a request that it refuses.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A setting is not usable; the text names the field and what was expected.
    #[error("identity configuration: {0}")]
    Config(String),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file is there but does not hold what it should. It is left as it is.
    #[error("{}: {reason}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What was expected in it.
        reason: String,
    },
    /// Random numbers, a key or a signature could not be made.
    #[error("cryptography failed: {0}")]
    Crypto(&'static str),
    /// A task that did the work has died.
    #[error("a worker of the identity service died")]
    Worker,
    /// [`Identity::ensure_user`] was given a user that the pool's rules refuse.
    #[error("user: {0}")]
    User(String),
}

impl Identity {
    /// Opens the pool under `config.dir`. Makes the folder, the keys and an empty list of users where there are none.
    /// Blocks; making the keys takes about a second.
    pub fn open(config: IdentityConfig) -> Result<Arc<Self>, IdentityError> {
        Self::open_with_clock(config, config::system_clock())
    }

    /// As [`Identity::open`], with the time taken from `clock` (seconds since 1970) instead of the system.
    pub fn open_with_clock(config: IdentityConfig, clock: Clock) -> Result<Arc<Self>, IdentityError> {
        config.validate()?;
        files::private_dir(&config.dir)?;
        let keys = KeySet::open(&config.dir)?;
        let store = Store::open(&config.dir)?;
        let mailbox = Mailbox::open(&config.dir)?;
        let seed = seed(&config.dir.join("nobody.key"))?;
        let (proofs, attempts, messages) = Default::default();
        Ok(Arc::new(Self { config, clock, keys, store, mailbox, seed, proofs, attempts, messages }))
    }

    /// The issuer of every token: `{base_url}/local_Stagedoor`.
    pub fn issuer(&self) -> String {
        format!("{}/{POOL_ID}", self.config.base_url)
    }

    /// The public keys as served at `{issuer}/.well-known/jwks.json`: `{"keys":[{kid, kty, alg, use, n, e}, …]}`.
    pub fn jwks(&self) -> serde_json::Value {
        self.keys.jwks()
    }

    /// Every endpoint of the pool: the JSON API at `/`, `/oauth2/*`, the pages, and the issuer's `.well-known` documents.
    pub fn router(self: &Arc<Self>) -> axum::Router {
        axum::Router::new()
            .merge(api::routes())
            .merge(discovery::routes())
            .merge(hosted::routes())
            .merge(mailbox_page::routes())
            .merge(token_endpoint::routes())
            .layer(axum::extract::DefaultBodyLimit::max(64 * 1024))
            .with_state(Arc::clone(self))
    }

    /// Makes the user with a permanent password where there is none of that name; whether it was made. An existing user
    /// stays as it is. Blocks on the disk.
    pub fn ensure_user(&self, username: &str, email: &str, password: &str) -> Result<bool, IdentityError> {
        let attributes =
            BTreeMap::from([("email".to_owned(), email.to_owned()), ("email_verified".to_owned(), "true".to_owned())]);
        let user = NewUser { username, attributes, password, status: UserStatus::Confirmed };
        match self.create_user(user) {
            Ok(_) => Ok(true),
            Err(UserError::Exists) => {
                // Somebody made before SRP was here gets what it needs, if the password is still this one.
                let _ = self.authenticate(username, password);
                Ok(false)
            }
            Err(UserError::Internal(error)) => Err(error),
            Err(refusal) => Err(IdentityError::User(refusal.to_string())),
        }
    }

    /// The `sub` (a UUID) of the user, if there is one of that name.
    pub fn subject_of(&self, username: &str) -> Option<String> {
        self.user(username).map(|user| user.sub)
    }

    /// Makes the group where there is none of that name, and puts the user into it. Blocks on the disk.
    pub fn ensure_member(&self, username: &str, group: &str) -> Result<(), IdentityError> {
        let now = self.now();
        self.store.change(now, |directory| {
            let new = || directory::Group { description: None, precedence: None, created_at: now };
            directory.groups.entry(group.to_owned()).or_insert_with(new);
            let user = directory.user_mut(username);
            user.map(|user| user.groups.insert(group.to_owned())).map(drop)
        })?;
        Ok(())
    }

    fn now(&self) -> u64 {
        (self.clock)()
    }

    fn client(&self, id: &str) -> Option<&Client> {
        self.config.clients.iter().find(|client| client.id == id)
    }
}

/// Does `work` off the async threads: it hashes passwords, signs, and waits for the disk.
async fn blocking<T, W>(identity: Arc<Identity>, work: W) -> Result<T, IdentityError>
where
    T: Send + 'static,
    W: FnOnce(&Identity) -> T + Send + 'static,
{
    tokio::task::spawn_blocking(move || work(&identity)).await.map_err(|_| IdentityError::Worker)
}

/// The 32 bytes in that file, made the first time.
fn seed(path: &std::path::Path) -> Result<Vec<u8>, IdentityError> {
    if let Some(bytes) = files::read(path)? {
        return Ok(bytes);
    }
    let bytes = random_bytes::<32>()?.to_vec();
    files::replace(path, &bytes)?;
    Ok(bytes)
}
