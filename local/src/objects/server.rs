use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::Body;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

use super::cors::Cors;
use super::store::Store;

/// Where objects are kept and who may reach them.
pub struct ObjectsConfig {
    /// The directory that holds a directory for each bucket; made where it is missing. One process at a time.
    pub root: PathBuf,
    /// The one access key.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
    /// The buckets that must be there; those missing are made.
    pub buckets: Vec<String>,
    /// Origins (`scheme://host[:port]`) whose pages may send signed requests from a browser.
    pub allow_origins: Vec<String>,
}

/// An object is whole under its key. Sent at least once for each time that was so, unless the process dies at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectCreated {
    /// Its bucket.
    pub bucket: String,
    /// Its key, decoded.
    pub key: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its entity tag without quotes.
    pub etag: String,
}

/// Why the objects cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ObjectsError {
    /// The directory cannot be used.
    #[error("objects: root: {path}: {message}")]
    Root {
        /// The directory, or a bucket's below it.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// That is no bucket name.
    #[error("objects: buckets: {0:?} is not a bucket name; expected 3 to 63 of a-z, 0-9, - and .")]
    Bucket(String),
    /// A key pair is needed.
    #[error("objects: {0} is empty; expected a key")]
    Key(&'static str),
}

/// The object store, open but not yet listening.
pub struct Objects(Arc<Inner>);

struct Inner {
    service: S3Service,
    cors: Cors,
}

/// A client that has sent no whole request head by then is hung up on.
const HEAD: Duration = Duration::from_secs(30);

impl Objects {
    /// Opens the directory and makes what is missing in it. `created` hears of every finished upload.
    ///
    /// # Errors
    /// [`ObjectsError`] names the field.
    pub fn open(config: ObjectsConfig, created: mpsc::UnboundedSender<ObjectCreated>) -> Result<Self, ObjectsError> {
        for (field, value) in [("access_key", &config.access_key), ("secret_key", &config.secret_key)] {
            if value.is_empty() {
                return Err(ObjectsError::Key(field));
            }
        }
        if let Some(name) = config.buckets.iter().find(|name| !s3s::path::check_bucket_name(name)) {
            return Err(ObjectsError::Bucket(name.clone()));
        }
        for path in config.buckets.iter().map(|name| config.root.join(name)).chain([config.root.clone()]) {
            std::fs::create_dir_all(&path).map_err(|e| ObjectsError::Root { path, message: e.to_string() })?;
        }
        let root = config.root;
        let store = Store::open(&root, created).map_err(|message| ObjectsError::Root { path: root, message })?;
        let mut service = S3ServiceBuilder::new(store);
        service.set_auth(SimpleAuth::from_single(config.access_key, config.secret_key));
        Ok(Self(Arc::new(Inner { service: service.build(), cors: Cors::new(config.allow_origins) })))
    }

    /// Serves the S3 interface; never returns. Dropping the future hangs up on every client. An upload whose bytes have
    /// all arrived is still finished then.
    pub async fn serve(self, listener: TcpListener) {
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(_) = connections.join_next() => continue,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(e) => {
                    // Out of file descriptors, most likely: those being used come back.
                    tracing::warn!("objects: a connection could not be accepted: {e}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let _ = stream.set_nodelay(true);
            let inner = Arc::clone(&self.0);
            let service = service_fn(move |request| {
                let inner = Arc::clone(&inner);
                async move { Ok::<_, Infallible>(inner.answer(request).await) }
            });
            connections.spawn(async move {
                let mut server = http1::Builder::new();
                server.timer(TokioTimer::new()).header_read_timeout(HEAD);
                if let Err(e) = server.serve_connection(TokioIo::new(stream), service).await {
                    tracing::debug!("objects: a connection broke: {e}");
                }
            });
        }
    }
}

impl Inner {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        if let Some((status, headers)) = self.cors.preflight(request.method(), request.headers()) {
            let mut response = empty(status);
            *response.headers_mut() = headers;
            return response;
        }
        let (method, path, headers) =
            (request.method().clone(), request.uri().path().to_owned(), request.headers().clone());
        let is_form = headers.get(CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"multipart/form-data"));
        let mut response = if method == Method::POST && is_form {
            empty(StatusCode::NOT_IMPLEMENTED)
        } else {
            // Requests carry signatures, in headers and in URLs, and what is inside logs requests whole: keep it silent.
            let call = self.service.call(request.map(Body::from)).with_subscriber(NoSubscriber::new());
            call.await.unwrap_or_else(|_| empty(StatusCode::INTERNAL_SERVER_ERROR))
        };
        if response.status() == StatusCode::NOT_MODIFIED {
            *response.body_mut() = Body::empty();
            response.headers_mut().remove(CONTENT_LENGTH);
        }
        self.cors.expose(&headers, response.headers_mut());
        let status = response.status().as_u16();
        if response.status().is_server_error() {
            tracing::warn!(%method, path, status, "objects: {method} {path} {status}");
        } else {
            tracing::debug!(%method, path, status, "objects: {method} {path} {status}");
        }
        response
    }
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
