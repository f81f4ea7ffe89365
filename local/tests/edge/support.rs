//! An edge with its surroundings.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use edge_auth::policy::{Methods, Policy};
use futures::future::BoxFuture;
use local::edge::{Edge, EdgeConfig, FunctionError, ViewerFunction, ViewerRequest};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::fake_s3::{FakeS3, client};

type Script = Box<dyn Fn(Value) -> Result<Bytes, FunctionError> + Send + Sync>;

/// A viewer-request function that does what a test says and remembers what it was given.
pub struct Scripted {
    script: Script,
    events: Arc<Mutex<Vec<Value>>>,
    delay: Duration,
}

impl ViewerRequest for Scripted {
    fn handle(&self, event: Bytes) -> BoxFuture<'_, Result<Bytes, FunctionError>> {
        Box::pin(async move {
            let event: Value = serde_json::from_slice(&event).unwrap();
            self.events.lock().unwrap().push(event.clone());
            tokio::time::sleep(self.delay).await;
            (self.script)(event)
        })
    }
}

/// Returns the request of the event after `change`.
pub fn changing(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Script {
    Box::new(move |mut event| {
        let mut request = event["Records"][0]["cf"]["request"].take();
        change(&mut request);
        Ok(Bytes::from(request.to_string()))
    })
}

/// Answers these bytes, whatever was asked.
pub fn answering(answer: impl Into<Bytes>) -> Script {
    let answer = answer.into();
    Box::new(move |_| Ok(answer.clone()))
}

/// What runs; ends when it is dropped.
pub struct World {
    pub address: SocketAddr,
    pub edge: Arc<Edge>,
    pub s3: FakeS3,
    pub events: Arc<Mutex<Vec<Value>>>,
    pub server: JoinHandle<()>,
}

impl Drop for World {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What a test may choose; the rest is the same everywhere.
pub struct Setup {
    pub script: Script,
    pub app: Router,
    pub bind: &'static str,
    pub tls: Option<Arc<rustls::ServerConfig>>,
    pub delay: Duration,
    pub timeout: Duration,
    pub viewer_function: Option<ViewerFunction>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            script: changing(|_| {}),
            app: crate::app::router(),
            bind: "127.0.0.1:0",
            tls: None,
            delay: Duration::ZERO,
            timeout: Duration::from_secs(5),
            viewer_function: None,
        }
    }
}

impl Setup {
    pub async fn start(self) -> World {
        let (s3, events) = (FakeS3::default(), Arc::<Mutex<Vec<Value>>>::default());
        let function = Scripted { script: self.script, events: Arc::clone(&events), delay: self.delay };
        let edge = Edge::new(EdgeConfig {
            policy: policy(),
            function: Arc::new(function),
            viewer_function: self.viewer_function,
            app: self.app,
            objects: client(s3.serve().await),
            media_bucket: "media".to_owned(),
            site_bucket: "site".to_owned(),
            function_timeout: self.timeout,
            cache_bytes: 64 * 1024 * 1024,
        });
        let listener = TcpListener::bind(self.bind).await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(Arc::clone(&edge).serve(listener, self.tls));
        World { address, edge, s3, events, server }
    }
}

/// An edge whose function forwards everything as it came.
pub async fn forwarding() -> World {
    Setup::default().start().await
}

/// An edge with this function.
pub async fn scripted(script: Script) -> World {
    Setup { script, ..Setup::default() }.start().await
}

pub fn policy() -> Policy {
    let read = Policy::from_json(&json!({
        "version": 1,
        "cors": {"allow_origins": ["https://app.example.com"]},
        "routes": [
            {"path": "/open/*", "allow": "anyone", "gate": "function", "origin": "app", "methods": "all"},
            {"path": "/static/*", "allow": "anyone", "origin": "site", "cache": "immutable"},
            {"path": "/p/*", "allow": "pass", "gate": "function", "origin": "media", "cache": "media"},
            {"path": "/media/{owner}/*", "allow": {"claim": "sub", "equals_path": "owner"}, "origin": "media",
             "cache": "media", "denied": "status"},
            {"path": "/fresh/*", "allow": "signed_in", "origin": "media", "cache": "none", "denied": "status"},
            {"path": "/drop/*", "allow": "signed_in", "origin": "media", "cache": "none"},
            {"path": "/api/*", "allow": "signed_in", "origin": "app", "cache": "none", "denied": "status",
             "methods": "all"},
            {"path": "/read/*", "allow": "signed_in", "origin": "app", "cache": "none"},
        ]
    }));
    let mut policy = read.unwrap();
    // No policy may ask for it; what S3 itself says to a write is tested all the same.
    for route in policy.routes.iter_mut().filter(|route| route.path.source() == "/drop/*") {
        route.methods = Methods::All;
    }
    policy
}
