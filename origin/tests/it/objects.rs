//! As much of S3 as the origin asks for: HEAD of a bucket and of its objects.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{Method, StatusCode, Uri};

pub const BUCKET: &str = "raw-uploads";

/// The stand-in's content. A clone is the same one.
#[derive(Clone, Default)]
pub struct Objects(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    /// Bytes by key.
    objects: HashMap<String, u64>,
    down: bool,
}

impl Objects {
    pub fn put(&self, key: &str, bytes: u64) {
        self.0.lock().unwrap().objects.insert(key.to_owned(), bytes);
    }

    /// From now on every answer is 500.
    pub fn fail(&self) {
        self.0.lock().unwrap().down = true;
    }

    /// Listens, and returns its address.
    pub async fn serve(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        address
    }
}

/// The real client, pointed there.
pub fn client(endpoint: &str) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("AKIATEST", "secret-access-key", None, None, "test"))
        .endpoint_url(endpoint)
        .force_path_style(true)
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

async fn answer(State(Objects(inner)): State<Objects>, method: Method, uri: Uri) -> Response {
    let inner = inner.lock().unwrap();
    let status = |status: StatusCode| Response::builder().status(status);
    let path = uri.path().trim_matches('/');
    let reply = match path.strip_prefix(BUCKET).map(|rest| rest.trim_start_matches('/')) {
        _ if inner.down => status(StatusCode::INTERNAL_SERVER_ERROR),
        _ if method != Method::HEAD => status(StatusCode::METHOD_NOT_ALLOWED),
        Some("") => status(StatusCode::OK),
        Some(key) => match inner.objects.get(key) {
            Some(bytes) => status(StatusCode::OK).header("content-length", *bytes).header("etag", "\"0123abcd\""),
            None => status(StatusCode::NOT_FOUND),
        },
        None => status(StatusCode::NOT_FOUND),
    };
    reply.body(Body::empty()).unwrap()
}
