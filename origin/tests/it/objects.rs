//! As much of S3 as the origin asks for, in memory: objects, multipart uploads, lists.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, Uri};

pub const BUCKET: &str = "raw-uploads";
pub const MEDIA_BUCKET: &str = "media-files";

/// The stand-in's content. A clone is the same one.
#[derive(Clone, Default)]
pub struct Objects(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    /// Content by `BUCKET/KEY`.
    objects: BTreeMap<String, Object>,
    /// Parts by upload: number to length, SHA-256, entity tag.
    uploads: HashMap<String, BTreeMap<u32, (u64, String)>>,
    down: bool,
}

#[derive(Clone)]
struct Object {
    first: Vec<u8>,
    bytes: u64,
}

/// The first bytes of a JPEG.
pub const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0\0\x10JFIF\0";

impl Objects {
    /// Puts a picture of that length into the raw bucket.
    pub fn put(&self, key: &str, bytes: u64) {
        self.put_starting(key, bytes, JPEG);
    }

    /// Puts an object of that length that begins so.
    pub fn put_starting(&self, key: &str, bytes: u64, first: &[u8]) {
        let object = Object { first: first.to_vec(), bytes };
        self.0.lock().unwrap().objects.insert(format!("{BUCKET}/{key}"), object);
    }

    /// What is in that bucket, keys in order.
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        let inner = self.0.lock().unwrap();
        inner.objects.keys().filter_map(|key| key.strip_prefix(&format!("{bucket}/"))).map(str::to_owned).collect()
    }

    pub fn content(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        self.0.lock().unwrap().objects.get(&format!("{bucket}/{key}")).map(|object| object.first.clone())
    }

    /// Has a part arrive in the one multipart upload that there is.
    pub fn part(&self, number: u32, bytes: u64, sha256: &str) {
        let mut inner = self.0.lock().unwrap();
        assert_eq!(inner.uploads.len(), 1);
        inner.uploads.values_mut().next().unwrap().insert(number, (bytes, sha256.to_owned()));
    }

    /// Puts a file into the media bucket.
    pub fn put_media(&self, key: &str) {
        let object = Object { first: vec![1], bytes: 1 };
        self.0.lock().unwrap().objects.insert(format!("{MEDIA_BUCKET}/{key}"), object);
    }

    pub fn forget_uploads(&self) {
        self.0.lock().unwrap().uploads.clear();
    }

    pub fn uploads(&self) -> usize {
        self.0.lock().unwrap().uploads.len()
    }

    /// From now on every answer is 500.
    pub fn fail(&self) {
        self.0.lock().unwrap().down = true;
    }

    /// It answers again.
    pub fn recover(&self) {
        self.0.lock().unwrap().down = false;
    }

    /// Listens, and returns its address.
    pub async fn serve(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(self.clone());
        let app = app.layer(axum::extract::DefaultBodyLimit::disable());
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
        .request_checksum_calculation(aws_sdk_s3::config::RequestChecksumCalculation::WhenRequired)
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

async fn answer(
    State(Objects(inner)): State<Objects>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut inner = inner.lock().unwrap();
    if inner.down {
        return status(500, "");
    }
    let path = uri.path().trim_matches('/').to_owned();
    let query: HashMap<String, String> =
        form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let upload = query.get("uploadId").cloned();
    match (method.as_str(), upload) {
        ("POST", None) if query.contains_key("uploads") => {
            let id = format!("upload-{}", inner.uploads.len() + 1);
            inner.uploads.insert(id.clone(), BTreeMap::new());
            let text =
                format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
            status(200, &text)
        }
        ("POST", None) if query.contains_key("delete") => {
            let text = String::from_utf8(body.to_vec()).unwrap();
            let keys = text.split("<Key>").skip(1).map(|rest| rest.split("</Key>").next().unwrap());
            for key in keys {
                inner.objects.remove(&format!("{path}/{key}"));
            }
            status(200, "<DeleteResult/>")
        }
        ("GET", Some(id)) => inner.uploads.get(&id).map_or_else(no_upload, |parts| status(200, &part_list(parts))),
        ("POST", Some(id)) => inner.complete(&id, path, std::str::from_utf8(&body).unwrap()),
        ("DELETE", Some(id)) => inner.uploads.remove(&id).map_or_else(no_upload, |_| status(204, "")),
        ("GET", None) if query.contains_key("list-type") => {
            let prefix = format!("{path}/{}", query.get("prefix").cloned().unwrap_or_default());
            let keys = inner.objects.keys().filter(|key| key.starts_with(&prefix));
            let keys = keys.map(|key| format!("<Contents><Key>{}</Key></Contents>", &key[path.len() + 1..]));
            status(200, &format!("<ListBucketResult>{}</ListBucketResult>", keys.collect::<String>()))
        }
        ("HEAD", None) if !path.contains('/') => status(200, ""),
        ("HEAD" | "GET", None) => inner.read(&path, method == Method::HEAD, headers.contains_key("range")),
        ("PUT", None) => {
            let object = Object { first: body.to_vec(), bytes: body.len() as u64 };
            inner.objects.insert(path, object);
            status(200, "")
        }
        ("DELETE", None) => {
            inner.objects.remove(&path);
            status(204, "")
        }
        _ => status(405, ""),
    }
}

impl Inner {
    fn read(&self, path: &str, head: bool, range: bool) -> Response {
        let Some(object) = self.objects.get(path) else {
            return status(404, "<Error><Code>NoSuchKey</Code></Error>");
        };
        let answer = Response::builder().header("etag", "\"0123abcd\"");
        if head {
            answer.header("content-length", object.bytes).body(Body::empty()).unwrap()
        } else if range && object.bytes == 0 {
            status(416, "<Error><Code>InvalidRange</Code></Error>")
        } else {
            answer.status(if range { 206 } else { 200 }).body(Body::from(object.first.clone())).unwrap()
        }
    }

    fn complete(&mut self, id: &str, path: String, body: &str) -> Response {
        let Some(parts) = self.uploads.get(id).cloned() else { return no_upload() };
        for (number, (_, sha256)) in &parts {
            if !body.contains(&format!("<PartNumber>{number}</PartNumber>")) || !body.contains(sha256) {
                return status(400, "<Error><Code>InvalidPart</Code></Error>");
            }
        }
        self.uploads.remove(id);
        let bytes = parts.values().map(|(bytes, _)| bytes).sum();
        self.objects.insert(path, Object { first: JPEG.to_vec(), bytes });
        status(200, "<CompleteMultipartUploadResult/>")
    }
}

fn part_list(parts: &BTreeMap<u32, (u64, String)>) -> String {
    let part = |(number, (bytes, sha256)): (&u32, &(u64, String))| {
        format!(
            "<Part><PartNumber>{number}</PartNumber><Size>{bytes}</Size><ETag>\"etag-{number}\"</ETag>\
             <ChecksumSHA256>{sha256}</ChecksumSHA256></Part>"
        )
    };
    format!("<ListPartsResult>{}</ListPartsResult>", parts.iter().map(part).collect::<String>())
}

fn no_upload() -> Response {
    status(404, "<Error><Code>NoSuchUpload</Code></Error>")
}

fn status(status: u16, body: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    Response::builder().status(status).body(Body::from(body.to_owned())).unwrap()
}
