use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use super::{InvokeError, PAYLOAD_LIMIT};

/// The Runtime API of one process. Dropping it closes the port and every connection.
pub(super) struct Api {
    address: SocketAddr,
    calls: mpsc::Receiver<Call>,
    _server: AbortOnDropHandle<()>,
}

/// What the process asks or says.
pub(super) enum Call {
    /// It wants an event. The receiver is dropped when it no longer waits for one.
    Next(oneshot::Sender<Event>),
    /// What became of an event.
    Report(Report),
    /// It cannot start.
    InitError(String),
}

/// What became of an event.
pub(super) struct Report {
    pub id: String,
    pub result: Result<Bytes, InvokeError>,
    /// To be told whether the process has that event.
    pub known: oneshot::Sender<bool>,
}

/// An event on its way to the process.
pub(super) struct Event {
    pub id: String,
    pub payload: Bytes,
    pub timeout: Duration,
}

#[derive(Clone)]
struct Server {
    function: String,
    calls: mpsc::Sender<Call>,
}

/// A report that is too long is still read up to here, so that the process can hear the refusal.
const READ_LIMIT: usize = 16 * PAYLOAD_LIMIT;

impl Api {
    pub(super) async fn bind(function: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        // Every call waits for its answer, so this bounds nothing but a process that floods its own environment.
        let (sender, calls) = mpsc::channel(16);
        let server = Server { function: function.to_owned(), calls: sender };
        let server = AbortOnDropHandle::new(tokio::spawn(server.accept(listener)));
        Ok(Self { address, calls, _server: server })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next call. Never ends without one: the server lives as long as this does.
    pub(super) async fn call(&mut self) -> Call {
        match self.calls.recv().await {
            Some(call) => call,
            None => std::future::pending().await,
        }
    }
}

impl Server {
    async fn accept(self, listener: TcpListener) {
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(_) = connections.join_next() => continue,
            };
            let Ok((stream, _)) = accepted else {
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            let _ = stream.set_nodelay(true);
            let server = self.clone();
            let service = service_fn(move |request| {
                let server = server.clone();
                async move { Ok::<_, Infallible>(server.answer(request).await) }
            });
            connections.spawn(async move {
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let Some(path) = path.strip_prefix("/2018-06-01/runtime/") else { return unknown_path() };
        match (&method, path.split('/').collect::<Vec<_>>().as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["invocation", id, "response"]) => {
                let result = body(request).await.and_then(|body| body.ok_or(InvokeError::TooLarge));
                self.report(id, result).await
            }
            (&Method::POST, ["invocation", id, "error"]) => {
                let result = match function_error(request).await {
                    Ok((error_type, message)) => Err(InvokeError::Function { error_type, message }),
                    Err(e) => Err(e),
                };
                self.report(id, result).await
            }
            (&Method::POST, ["init", "error"]) => {
                let message = match function_error(request).await {
                    Ok((error_type, message)) => format!("{error_type}: {message}"),
                    Err(e) => e.to_string(),
                };
                let _ = self.calls.send(Call::InitError(message)).await;
                accepted()
            }
            _ => unknown_path(),
        }
    }

    async fn next(&self) -> Response<Full<Bytes>> {
        let (reply, event) = oneshot::channel();
        let _ = self.calls.send(Call::Next(reply)).await;
        let Ok(event) = event.await else { return refusal(StatusCode::INTERNAL_SERVER_ERROR, "State.Closing") };
        let deadline = OffsetDateTime::now_utc() + event.timeout;
        let trace = Uuid::new_v4().simple().to_string();
        let (root, parent) = trace.split_at_checked(24).unwrap_or_default();
        Response::builder()
            .header("content-type", "application/json")
            .header("lambda-runtime-aws-request-id", event.id)
            .header("lambda-runtime-deadline-ms", (deadline.unix_timestamp_nanos() / 1_000_000).to_string())
            .header(
                "lambda-runtime-invoked-function-arn",
                format!("arn:aws:lambda:us-east-1:000000000000:function:{}", self.function),
            )
            .header(
                "lambda-runtime-trace-id",
                format!("Root=1-{:08x}-{root};Parent={parent}00000000;Sampled=0", deadline.unix_timestamp()),
            )
            .body(Full::new(event.payload))
            .unwrap_or_else(|_| refusal(StatusCode::INTERNAL_SERVER_ERROR, "Runtime.Unknown"))
    }

    async fn report(&self, id: &str, result: Result<Bytes, InvokeError>) -> Response<Full<Bytes>> {
        let too_large = matches!(result, Err(InvokeError::TooLarge));
        let (known, heard) = oneshot::channel();
        let _ = self.calls.send(Call::Report(Report { id: id.to_owned(), result, known })).await;
        match heard.await {
            Ok(true) if too_large => refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge"),
            Ok(true) => accepted(),
            _ => refusal(StatusCode::BAD_REQUEST, "InvalidRequestID"),
        }
    }
}

/// The body; `None` where it is longer than [`PAYLOAD_LIMIT`], an error where the connection broke.
async fn body(request: Request<Incoming>) -> Result<Option<Bytes>, InvokeError> {
    let mut body = request.into_body();
    let mut bytes = Vec::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| InvokeError::Crashed)?.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length <= PAYLOAD_LIMIT {
            bytes.extend_from_slice(&data);
        } else if length > READ_LIMIT {
            break;
        } else {
            bytes = Vec::new();
        }
    }
    Ok((length <= PAYLOAD_LIMIT).then(|| Bytes::from(bytes)))
}

/// Type and message of a reported error, as far as they can be read.
async fn function_error(request: Request<Incoming>) -> Result<(String, String), InvokeError> {
    #[derive(Deserialize, Default)]
    #[serde(rename_all = "camelCase", default)]
    struct Reported {
        error_type: String,
        error_message: String,
    }
    let header = request.headers().get("lambda-runtime-function-error-type").and_then(|v| v.to_str().ok());
    let header = header.unwrap_or_default().to_owned();
    let body = body(request).await?.ok_or(InvokeError::TooLarge)?;
    let reported: Reported = serde_json::from_slice(&body).unwrap_or_default();
    Ok((if reported.error_type.is_empty() { header } else { reported.error_type }, reported.error_message))
}

fn accepted() -> Response<Full<Bytes>> {
    json(StatusCode::ACCEPTED, &serde_json::json!({"status": "OK"}))
}

fn unknown_path() -> Response<Full<Bytes>> {
    refusal(StatusCode::NOT_FOUND, "UnknownPath")
}

fn refusal(status: StatusCode, error_type: &str) -> Response<Full<Bytes>> {
    json(status, &serde_json::json!({"errorType": error_type, "errorMessage": error_type}))
}

fn json(status: StatusCode, value: &serde_json::Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(value.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    response
}
