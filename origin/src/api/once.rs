//! `Idempotency-Key`: a POST that is sent twice is carried out once, and answered the same
//! (draft-ietf-httpapi-idempotency-key-header).
//!
//! The catalog keeps a digest of the key, and the answer under a cipher whose key is made of the client's: an answer may
//! hold a secret that is shown once, and a copy of the catalog must not show it again.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::{Answer, Once};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest::{SHA256, digest};
use ring::hmac;
use serde::{Deserialize, Serialize};

use super::text::random;
use crate::app::App;
use crate::{Problem, Session};

/// The header's name.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The longest key, bytes; a UUID has 36.
const LONGEST_KEY: usize = 200;

/// The largest answer that is kept, bytes: the catalog keeps 256 KiB, of base64.
const LARGEST_ANSWER: usize = 128 * 1024;

/// The headers of an answer that are kept with it.
const KEPT: [HeaderName; 2] = [CONTENT_TYPE, LOCATION];

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// SHA-256 of the request's body: a key stands for one request.
    request: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// Carries out a POST that names a key once.
pub async fn once(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, Problem> {
    let (Some(session), &Method::POST) = (request.extensions().get::<Session>().cloned(), request.method()) else {
        return Ok(next.run(request).await);
    };
    let Some(key) = key(request.headers())? else { return Ok(next.run(request).await) };
    let seal = Seal::new(session.owner(), request.uri().path(), &key);
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, super::uploads::MAX_BODY).await else {
        let detail = "A request with an Idempotency-Key may have 4 MiB.";
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail));
    };
    let fingerprint = STANDARD.encode(digest(&SHA256, &body));
    let begun = app.now();
    match app.catalog.begin_once(session.owner(), &seal.name, begun).await? {
        Once::UnderWay => {
            let detail = "A request with this Idempotency-Key is being carried out. Wait, and ask again.";
            return Err(Problem::conflict("under_way", detail));
        }
        Once::Answered(answer) => return again(&seal, &answer, &fingerprint),
        Once::Begun => {}
    }
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|e| Problem::internal(&e))?;
    let kept = String::from_utf8(body.to_vec()).ok().filter(|body| body.len() <= LARGEST_ANSWER);
    if let Some(kept) = kept.filter(|_| !parts.status.is_server_error()) {
        let text = |name: &HeaderName| Some((name.to_string(), parts.headers.get(name)?.to_str().ok()?.to_owned()));
        let headers = KEPT.iter().filter_map(text).collect();
        let kept = seal.close(&Kept { request: fingerprint, headers, body: kept })?;
        let answer = Answer { status: parts.status.as_u16(), body: kept };
        app.catalog.answer_once(session.owner(), &seal.name, begun, &answer).await?;
    } else {
        app.catalog.abandon_once(session.owner(), &seal.name, begun).await?;
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(&IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=LONGEST_KEY).contains(&key.len()));
    key.map(|key| Some(key.to_owned())).ok_or_else(|| {
        let detail = "Idempotency-Key must be 1 to 200 visible ASCII characters; a fresh UUID is best.";
        Problem::invalid("Idempotency-Key", "not_a_key", detail)
    })
}

/// The answer that was given before.
fn again(seal: &Seal, answer: &Answer, fingerprint: &str) -> Result<Response, Problem> {
    let kept = seal.open(&answer.body).ok_or_else(|| Problem::internal(&"a kept answer cannot be read"))?;
    if kept.request != fingerprint {
        let detail = "This Idempotency-Key stands for a request with another body. Take a fresh one.";
        return Err(Problem::invalid("Idempotency-Key", "key_reused", detail));
    }
    let mut response = Response::new(Body::from(kept.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).map_err(|e| Problem::internal(&e))?;
    for (name, value) in kept.headers {
        let header = (HeaderName::try_from(name), HeaderValue::try_from(value));
        if let (Ok(name), Ok(value)) = header {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

/// What a client's key is to the catalog: a name, and a cipher for the answer.
struct Seal {
    name: String,
    cipher: [u8; 32],
}

impl Seal {
    fn new(person: &str, path: &str, key: &str) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
        let derive = |what: &str| hmac::sign(&key, format!("{what}\0{person}\0{path}").as_bytes());
        let name = derive("name").as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut cipher = [0; 32];
        cipher.iter_mut().zip(derive("cipher").as_ref()).for_each(|(to, from)| *to = *from);
        Self { name, cipher }
    }

    fn key(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&AES_256_GCM, &self.cipher).ok().map(LessSafeKey::new)
    }

    /// Nonce, ciphertext and tag, base64.
    fn close(&self, kept: &Kept) -> Result<String, Problem> {
        let failed = || Problem::internal(&"an answer cannot be enciphered");
        let mut text = serde_json::to_vec(kept).map_err(|e| Problem::internal(&e))?;
        let nonce = random::<NONCE_LEN>()?;
        let key = self.key().ok_or_else(failed)?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text)
            .map_err(|_| failed())?;
        Ok(STANDARD.encode([nonce.as_slice(), &text].concat()))
    }

    fn open(&self, kept: &str) -> Option<Kept> {
        let bytes = STANDARD.decode(kept).ok()?;
        let (nonce, text) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let mut text = text.to_vec();
        let text = self.key()?.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), &mut text).ok()?;
        serde_json::from_slice(text).ok()
    }
}
