//! What stands between a client and the store: it knows each request by its name in S3's interface, and can spoil it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream;
use http::{Method, Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;

/// A request.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// By its name in S3's interface.
    pub action: &'static str,
    /// How many there were before, without what the client tried again.
    pub number: u64,
    /// Whether the client tries it again.
    pub again: bool,
}

/// What becomes of a request.
pub enum Fate {
    /// It goes through.
    Pass,
    /// This happens first; then it goes through.
    After(BoxFuture<'static, ()>),
    /// It is answered with this status and code, and the store never hears of it.
    Refuse(u16, &'static str),
    /// The body of its answer ends after so many bytes.
    Cut(usize),
}

pub struct Proxy {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Asked>>>,
}

type Body = BoxBody<Bytes, String>;
type Rule = dyn Fn(Asked) -> Fate + Send + Sync;

impl Proxy {
    /// Asks `rule` about each request.
    pub async fn start(upstream: SocketAddr, rule: impl Fn(Asked) -> Fate + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Vec<Asked>>>::default();
        let (rule, all): (Arc<Rule>, _) = (Arc::new(rule), Arc::clone(&seen));
        let client = Client::builder(TokioExecutor::new()).build_http();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (rule, seen, client) = (Arc::clone(&rule), Arc::clone(&all), client.clone());
                let service = service_fn(move |request| {
                    let asked = note(&mut seen.lock().unwrap(), &request);
                    let (fate, client) = (rule(asked), client.clone());
                    async move { Ok::<_, Infallible>(answer(request, fate, &client, upstream).await) }
                });
                tokio::spawn(async move {
                    // A connection that is cut is what is wanted.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(socket), service)
                        .await;
                });
            }
        });
        Self { address, seen }
    }

    /// The names of the requests so far.
    pub fn seen(&self) -> Vec<&'static str> {
        self.seen.lock().unwrap().iter().map(|asked| asked.action).collect()
    }

    /// How many there were, without what the client tried again.
    pub fn requests(&self) -> u64 {
        self.seen.lock().unwrap().iter().filter(|asked| !asked.again).count() as u64
    }

    pub fn count(&self, action: &str) -> u64 {
        self.seen().iter().filter(|seen| **seen == action).count() as u64
    }
}

/// The SDK says in a header which attempt it is.
fn note(seen: &mut Vec<Asked>, request: &Request<Incoming>) -> Asked {
    let attempt = request.headers()["amz-sdk-request"].to_str().unwrap();
    let (action, again) = (action(request), !attempt.starts_with("attempt=1;"));
    let number = seen.iter().filter(|asked| !asked.again).count() as u64;
    seen.push(Asked { action, number, again });
    Asked { action, number, again }
}

async fn answer(
    mut request: Request<Incoming>,
    fate: Fate,
    client: &Client<HttpConnector, Incoming>,
    upstream: SocketAddr,
) -> Response<Body> {
    let mut most = usize::MAX;
    match fate {
        Fate::Pass => {}
        Fate::After(first) => first.await,
        Fate::Cut(bytes) => most = bytes,
        Fate::Refuse(status, code) => {
            // As S3 does, after the request has come whole.
            let _ = request.into_body().collect().await;
            let text = format!("<Error><Code>{code}</Code><Message>Not now, says the proxy</Message></Error>");
            let body = Full::from(text).map_err(|never| match never {}).boxed();
            return Response::builder().status(status).header("content-type", "application/xml").body(body).unwrap();
        }
    }
    let target = request.uri().path_and_query().unwrap().clone();
    *request.uri_mut() = format!("http://{upstream}{target}").parse().unwrap();
    let (head, body) = client.request(request).await.unwrap().into_parts();
    let body = body.map_err(|error| error.to_string());
    Response::from_parts(head, if most == usize::MAX { body.boxed() } else { cut(body, most) })
}

/// The first bytes, and then a connection that breaks.
fn cut(
    body: impl hyper::body::Body<Data = Bytes, Error = String> + Send + Sync + Unpin + 'static,
    most: usize,
) -> Body {
    let begun = (Some(Box::pin(body)), most);
    StreamBody::new(stream::unfold(begun, |(body, most): (Option<Pin<Box<_>>>, usize)| async move {
        let mut body = body?;
        let data = match BodyExt::frame(&mut body).await {
            Some(Ok(frame)) if most > 0 => frame.into_data().unwrap_or_default(),
            _ => {
                // Waiting once has the server write what it holds.
                tokio::task::yield_now().await;
                return Some((Err("cut".to_owned()), (None, 0)));
            }
        };
        let data = data.slice(..data.len().min(most));
        let left = most - data.len();
        Some((Ok(Frame::data(data)), (Some(body), left)))
    }))
    .boxed()
}

fn action(request: &Request<Incoming>) -> &'static str {
    let query = request.uri().query().unwrap_or_default();
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    match *request.method() {
        Method::GET => "GetObject",
        Method::POST if has("uploads") => "CreateMultipartUpload",
        Method::POST => "CompleteMultipartUpload",
        Method::PUT if request.headers().contains_key("x-amz-copy-source") => "UploadPartCopy",
        Method::PUT if has("partNumber") => "UploadPart",
        Method::PUT => "PutObject",
        Method::DELETE => "AbortMultipartUpload",
        _ => "other",
    }
}
