//! A site as a destination: its API announces and completes, the bytes go to presigned URLs.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use http::{Request, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::body;
use super::destination::{Arrived, Begun, Description, Destination, Part, UnderWay};
use super::file::LocalFile;
use super::progress::Bar;
use super::transfer::FAILED;
use crate::client::{Api, ClientError, patiently};

/// The slowest connection that a request may go over, bytes a second.
const SLOWEST: u64 = 16 * 1024;

/// A connection over which nothing goes for so long is given up; the store's answer comes within it too.
const STALLED: Duration = Duration::from_secs(90);

/// A request as the API presigned it. Its URL is a secret for as long as it is good.
#[derive(Deserialize)]
struct Presigned {
    method: String,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Announced {
    Single {
        id: String,
        #[serde(flatten)]
        request: Presigned,
    },
    Multipart {
        id: String,
        part_bytes: u64,
    },
}

#[derive(Deserialize)]
struct State {
    id: String,
    size: u64,
    part_bytes: u64,
    #[serde(default)]
    arrived: Vec<ArrivedPart>,
}

#[derive(Deserialize)]
struct ArrivedPart {
    number: u32,
    bytes: u64,
    etag: String,
    sha256: Option<String>,
}

#[derive(Deserialize)]
struct States {
    items: Vec<State>,
}

#[derive(Deserialize)]
struct Signed {
    parts: Vec<Presigned>,
}

#[async_trait(?Send)]
impl Destination for Api {
    async fn begin(
        &self,
        file: &LocalFile,
        crc64nvme: &str,
        key: &str,
        about: &Description,
        bar: &Bar,
    ) -> Result<Begun, ClientError> {
        let mut fields = serde_json::Map::new();
        let mut add = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        add("name", json!(file.title()));
        add("size", json!(file.size));
        add("type", json!(media_type(file.title())));
        add("crc64nvme", json!(crc64nvme));
        for (name, value) in [("title", &about.title), ("comment", &about.comment)] {
            if let Some(value) = value {
                add(name, json!(value));
            }
        }
        let announced = self.post("/api/uploads", Some(key), Value::Object(fields)).await?;
        match read(announced)? {
            Announced::Multipart { id, part_bytes } => Ok(Begun::Parts { upload: id, part_bytes }),
            Announced::Single { id, request } => {
                patiently(async || put(self, &request, file, (0, file.size), bar).await).await?;
                Ok(Begun::Sent { upload: id })
            }
        }
    }

    async fn under_way(&self, file: &LocalFile, upload: &str) -> Result<Option<UnderWay>, ClientError> {
        let state: State = match self.get(&format!("/api/uploads/{upload}")).await {
            Err(error) if error.is(StatusCode::NOT_FOUND) => return Ok(None),
            answer => read(answer?)?,
        };
        if state.size != file.size {
            return Ok(None);
        }
        let arrived = state.arrived.into_iter().map(|part| Arrived {
            number: part.number,
            bytes: part.bytes,
            etag: part.etag.trim_matches('"').to_owned(),
            sha256: part.sha256,
        });
        Ok(Some(UnderWay { upload: state.id, part_bytes: state.part_bytes, arrived: arrived.collect() }))
    }

    async fn forgotten(&self, file: &LocalFile) -> Result<Vec<String>, ClientError> {
        let states: States = read(self.get("/api/uploads").await?)?;
        Ok(states.items.into_iter().filter(|state| state.size == file.size).map(|state| state.id).collect())
    }

    async fn send(&self, file: &LocalFile, upload: &str, part: &Part, bar: &Bar) -> Result<(), ClientError> {
        let wanted = json!({"parts": [{"number": part.number, "sha256": part.sums.sha256}]});
        let path = format!("/api/uploads/{upload}/parts");
        let mut tried = 0;
        loop {
            let signed: Signed = read(self.post(&path, None, wanted.clone()).await?)?;
            let request = signed.parts.first().ok_or_else(|| unreadable("no part was signed"))?;
            let sent = put(self, request, file, (part.offset, part.sums.bytes), bar).await;
            match sent {
                // Its time was over before the request began: a fresh one is signed.
                Err(error) if error.is(StatusCode::FORBIDDEN) && tried < 2 => tried += 1,
                ended => return ended,
            }
        }
    }

    async fn complete(
        &self,
        _file: &LocalFile,
        upload: &str,
        crc64nvme: &str,
        parts: &[Part],
    ) -> Result<String, ClientError> {
        let named = parts.iter().map(|part| {
            let sums = &part.sums;
            json!({"number": part.number, "sha256": sums.sha256, "crc64nvme": sums.crc64nvme})
        });
        let body = if parts.is_empty() {
            json!({})
        } else {
            json!({"crc64nvme": crc64nvme, "parts": named.collect::<Vec<_>>()})
        };
        let done = self.post(&format!("/api/uploads/{upload}/complete"), None, body).await?;
        let media = |field: &str| done.pointer(&format!("/media/{field}")).and_then(Value::as_str);
        if media("status") == Some("failed") {
            let detail = media("reason").unwrap_or("it cannot be processed").to_owned();
            return Err(ClientError::Refused { status: StatusCode::CONFLICT, reason: FAILED.to_owned(), detail });
        }
        media("id").map(str::to_owned).ok_or_else(|| unreadable("the upload is complete and has no id"))
    }

    async fn is_there(&self, media: &str) -> Result<bool, ClientError> {
        match self.get(&format!("/api/media/{media}")).await {
            Err(error) if error.is(StatusCode::NOT_FOUND) => Ok(false),
            answer => {
                let media = answer?;
                let field = |name: &str| media.get(name);
                let waits = field("status").and_then(Value::as_str) == Some("uploading");
                let deleted = field("deleted_at").is_some_and(|at| !at.is_null());
                Ok(!waits && !deleted && field("own").and_then(Value::as_bool) != Some(false))
            }
        }
    }
}

async fn put(api: &Api, to: &Presigned, file: &LocalFile, stretch: (u64, u64), bar: &Bar) -> Result<(), ClientError> {
    let (offset, length) = stretch;
    let mut request = Request::builder().method(to.method.as_str()).uri(&to.url).header("content-length", length);
    for (name, value) in &to.headers {
        if !name.eq_ignore_ascii_case("content-length") && !name.eq_ignore_ascii_case("host") {
            request = request.header(name, value);
        }
    }
    let bar = bar.part();
    let body = body::of(&file.path, offset, length, bar.clone()).await;
    let body = body.map_err(|e| ClientError::Local(format!("{}: {e}", file.path.display())))?;
    let request = request.body(body).map_err(|_| unreadable("what was presigned is no request"))?;
    let limit = Duration::from_secs((length / SLOWEST).saturating_add(60));
    let sent = tokio::select! {
        sent = api.http.send(request, limit) => sent,
        () = stalled(&bar) => Err(ClientError::Connection("the connection stands still".to_owned())),
    };
    if sent.is_err() {
        bar.retract();
    }
    sent.map(drop)
}

/// Ends when nothing has gone out for a while.
async fn stalled(bar: &Bar) {
    let mut before = None;
    loop {
        let now = bar.sent();
        if before == Some(now) {
            return;
        }
        before = Some(now);
        tokio::time::sleep(STALLED).await;
    }
}

fn read<T: DeserializeOwned>(answer: Value) -> Result<T, ClientError> {
    serde_json::from_value(answer).map_err(|e| unreadable(&e.to_string()))
}

fn unreadable(what: &str) -> ClientError {
    ClientError::Unreadable(format!("the site's answer is not what its API promises: {what}"))
}

/// By the name's suffix. The site believes the bytes alone.
fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "mp4" | "m4v" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        "mkv" => "video/x-matroska",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "tif" | "tiff" => "image/tiff",
        "heic" => "image/heic",
        _ => "application/octet-stream",
    }
}
