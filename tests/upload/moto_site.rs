//! A site whose object store is moto: the app's own router behind the little that the edge does with a token.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use edge_auth::config::EdgeConfig;
use local::identity::{Client, Identity, IdentityConfig, Lifetimes, PoolRules};
use origin::{Origin, OriginConfig};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::{moto, upload};

pub const USER: &str = "ada@example.com";
const PASSWORD: &str = "a long enough Passw0rd!";
const CLIENT: &str = "scripts";
pub const RAW: &str = "site-raw";

/// A running one, until it is dropped.
pub struct MotoSite {
    pub runtime: Runtime,
    pub url: String,
    pub objects: aws_sdk_s3::Client,
    pub subject: String,
    identity_url: String,
}

impl MotoSite {
    pub fn start(data: &Path) -> Self {
        let runtime = Runtime::new().unwrap();
        let objects = local::objects::client(moto::endpoint(), "test", "test");
        let (url, identity_url, subject) = runtime.block_on(async {
            objects.create_bucket().bucket(RAW).send().await.unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let identity_url = format!("http://{}", listener.local_addr().unwrap());
            let identity = Identity::open(identity_config(data, &identity_url)).unwrap();
            identity.ensure_user(USER, USER, PASSWORD).unwrap();
            let app = app(data, &identity, objects.clone()).await;
            tokio::spawn(axum::serve(listener, identity.router()).into_future());
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            tokio::spawn(axum::serve(listener, app).into_future());
            (url, identity_url, identity.subject_of(USER).unwrap())
        });
        Self { runtime, url, objects, subject, identity_url }
    }

    pub fn upload(&self, memory: &Path) -> std::process::Command {
        let mut command = upload(memory);
        command.env("STAGEDOOR_URL", &self.url).env("STAGEDOOR_IDENTITY_URL", &self.identity_url);
        command.env("STAGEDOOR_CLIENT_ID", CLIENT).env("STAGEDOOR_USER", USER).env("STAGEDOOR_PASSWORD", PASSWORD);
        command
    }
}

fn identity_config(data: &Path, url: &str) -> IdentityConfig {
    let client = Client {
        id: CLIENT.to_owned(),
        name: "Scripts".to_owned(),
        redirect_uris: Vec::new(),
        logout_uris: Vec::new(),
        rotate_refresh_tokens: false,
        password_auth: true,
        srp_auth: false,
    };
    let (dir, lifetimes) = (data.join("identity"), Lifetimes::default());
    IdentityConfig { dir, base_url: url.to_owned(), clients: vec![client], lifetimes, rules: PoolRules::default() }
}

async fn app(data: &Path, identity: &Identity, objects: aws_sdk_s3::Client) -> axum::Router {
    let route = json!({"path": "/*", "allow": "signed_in", "origin": "app", "cache": "none", "methods": "all"});
    let edge = json!({
        "policy": {
            "version": 1,
            "mode": "enforce",
            "tokens": {"from": ["bearer"], "use": "access", "leeway_seconds": 30, "max_bytes": 8192},
            "sign_in": {"mode": "none"},
            "routes": [route],
        },
        "deployment": {
            "issuers": [{"kind": "cognito", "issuer": identity.issuer(), "clients": [CLIENT], "jwks": identity.jwks()}],
        },
    });
    let origin = Origin::new(OriginConfig {
        edge: Arc::new(EdgeConfig::from_json(&edge).unwrap()),
        fetch_keys: Arc::new(|_| Box::pin(async { None })),
        catalog: catalog::open(&format!("sqlite:{}", data.join("catalog.db").display())).await.unwrap(),
        objects,
        raw_bucket: RAW.to_owned(),
        media_bucket: RAW.to_owned(),
        objects_origin: moto::endpoint().to_owned(),
        sign_out_origin: None,
        pass_key: Arc::new(|| None),
        max_upload_bytes: 1 << 30,
        default_quota: None,
        administrators: "admins".to_owned(),
        token_api: false,
        user_pool: None,
        clock: Arc::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            i64::try_from(since.as_millis()).unwrap()
        }),
        uploaded: Arc::new(|_| ()),
    });
    origin.router().layer(from_fn(as_the_edge))
}

async fn as_the_edge(mut request: Request, next: Next) -> axum::response::Response {
    let headers = request.headers_mut();
    let bearer = headers.remove("authorization");
    let token = bearer.as_ref().and_then(|value| value.to_str().ok()?.strip_prefix("Bearer ")?.parse().ok());
    if let Some(token) = token {
        headers.insert("x-stagedoor-token", token);
    }
    next.run(request).await
}
