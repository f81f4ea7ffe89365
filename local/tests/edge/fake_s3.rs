//! An S3 that serves what it was given and writes down what it was asked.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use percent_encoding::percent_decode_str;

/// When every object was last modified.
pub const MODIFIED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

#[derive(Clone, Default)]
pub struct FakeS3 {
    objects: Arc<Mutex<HashMap<String, Object>>>,
    /// `METHOD bucket/key range`, range `-` where there is none.
    asked: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
pub struct Object {
    pub bytes: Vec<u8>,
    pub content_type: &'static str,
    pub etag: &'static str,
    pub cache_control: Option<&'static str>,
}

impl FakeS3 {
    pub async fn serve(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        address
    }

    /// `path`: bucket and key.
    pub fn put(&self, path: &str, bytes: &[u8]) {
        let bytes = bytes.to_vec();
        self.put_object(path, Object { bytes, content_type: "video/mp4", etag: "\"e1\"", cache_control: None });
    }

    pub fn put_object(&self, path: &str, object: Object) {
        self.objects.lock().unwrap().insert(path.to_owned(), object);
    }

    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

pub fn client(address: SocketAddr) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("local"))
        .endpoint_url(format!("http://{address}"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .force_path_style(true)
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

async fn answer(State(s3): State<FakeS3>, request: Request) -> Response {
    let path = percent_decode_str(&request.uri().path()[1..]).decode_utf8().unwrap().into_owned();
    let range = request.headers().get("range").map(|range| range.to_str().unwrap().to_owned());
    s3.asked.lock().unwrap().push(format!("{} {path} {}", request.method(), range.as_deref().unwrap_or("-")));
    let found = s3.objects.lock().unwrap().get(&path).cloned();
    let Some(object) = found else {
        let xml =
            format!("<Error><Code>NoSuchKey</Code><Key>{path}</Key><BucketName>secret-bucket</BucketName></Error>");
        return Response::builder().status(404).body(Body::from(xml)).unwrap();
    };
    let mut response = Response::builder()
        .header("content-type", object.content_type)
        .header("etag", object.etag)
        .header("last-modified", MODIFIED)
        .header("x-amz-meta-owner", "somebody");
    if let Some(cache_control) = object.cache_control {
        response = response.header("cache-control", cache_control);
    }
    let Some(range) = range else {
        return response.body(Body::from(object.bytes)).unwrap();
    };
    let (first, last) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
    let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
    response
        .status(206)
        .header("content-range", format!("bytes {first}-{last}/{}", object.bytes.len()))
        .body(Body::from(object.bytes[first..=last].to_vec()))
        .unwrap()
}
