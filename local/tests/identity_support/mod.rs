//! A pool on a loopback port of its own, with a clock that the test moves, and what is needed to look at its tokens.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

pub mod browser;
pub mod sdk;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use local::identity::{Client, Identity, IdentityConfig, Lifetimes, PoolRules};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A client whose refresh tokens rotate.
pub const WEB: &str = "web-client";
/// A client whose refresh tokens do not, and which may send passwords.
pub const SCRIPT: &str = "script-client";
pub const CALLBACK: &str = "http://localhost:8080/_auth/callback";
pub const SIGNED_OUT: &str = "http://localhost:8080/signed-out";
pub const START: u64 = 1_800_000_000;

pub struct Pool {
    pub url: String,
    pub identity: Arc<Identity>,
    clock: Arc<AtomicU64>,
    server: JoinHandle<()>,
    dir: PathBuf,
}

impl Pool {
    /// Opens the pool in `dir` and serves it.
    pub async fn start(dir: &Path) -> Self {
        Self::start_with(dir, PoolRules::default()).await
    }

    /// The same with rules of its own.
    pub async fn start_with(dir: &Path, rules: PoolRules) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::serve(dir, listener, START, rules).await
    }

    /// The code in the newest message to that address.
    pub async fn code_for(&self, address: &str) -> String {
        let letters = browser::Browser::new(&self.url).get("/mailbox.json").await.json();
        let letter = letters.as_array().unwrap().iter().find(|letter| letter["to"] == address).expect("a message");
        letter["code"].as_str().expect("a code").to_owned()
    }

    /// Stops it and opens it again from what is on disk, at the same address and time.
    pub async fn restart(self) -> Self {
        let address = self.url.strip_prefix("http://").unwrap().to_owned();
        self.server.abort();
        let _ = self.server.await;
        drop(self.identity);
        let listener = TcpListener::bind(address).await.unwrap();
        Self::serve(&self.dir, listener, self.clock.load(Ordering::SeqCst), PoolRules::default()).await
    }

    pub fn advance(&self, seconds: u64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn now(&self) -> u64 {
        self.clock.load(Ordering::SeqCst)
    }

    async fn serve(dir: &Path, listener: TcpListener, now: u64, rules: PoolRules) -> Self {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (clock, dir) = (Arc::new(AtomicU64::new(now)), dir.to_owned());
        let config = IdentityConfig {
            dir: dir.clone(),
            base_url: url.clone(),
            clients: vec![client(WEB, true), client(SCRIPT, false)],
            lifetimes: Lifetimes::default(),
            rules,
        };
        let source = Arc::clone(&clock);
        let open = move || Identity::open_with_clock(config, Arc::new(move || source.load(Ordering::SeqCst)));
        let identity = tokio::task::spawn_blocking(open).await.unwrap().unwrap();
        let router = identity.router();
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, identity, clock, server, dir }
    }

    /// The claims of a token, after its signature and header were checked against the keys that the pool serves.
    pub async fn claims(&self, token: &str) -> Value {
        let jwks = browser::Browser::new(&self.url).get("/local_Stagedoor/.well-known/jwks.json").await.json();
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(parts.len(), 3);
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
        let header: Value = serde_json::from_slice(&decode(parts[0])).unwrap();
        assert_eq!(header["alg"], "RS256");
        let keys = jwks["keys"].as_array().unwrap();
        let key = keys.iter().find(|key| key["kid"] == header["kid"]).expect("kid is in the set");
        let public =
            RsaPublicKeyComponents { n: decode(key["n"].as_str().unwrap()), e: decode(key["e"].as_str().unwrap()) };
        let message = format!("{}.{}", parts[0], parts[1]);
        public.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &decode(parts[2])).expect("signature");
        serde_json::from_slice(&decode(parts[1])).unwrap()
    }
}

fn client(id: &str, rotate_refresh_tokens: bool) -> Client {
    Client {
        id: id.to_owned(),
        name: "Stagedoor <test>".to_owned(),
        redirect_uris: vec![CALLBACK.to_owned()],
        logout_uris: vec![SIGNED_OUT.to_owned()],
        rotate_refresh_tokens,
        password_auth: true,
        srp_auth: true,
    }
}
