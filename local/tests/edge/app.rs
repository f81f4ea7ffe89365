//! The origin `app`: what it sees, streaming both ways, and what it cannot break.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{self, post};
use axum::{Json, Router};
use futures::StreamExt as _;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::http1::{self, get, read_answer, send};
use crate::support::{Setup, changing, forwarding, scripted};

pub fn router() -> Router {
    Router::new()
        .route("/api/count", post(count))
        .route("/api/panic", routing::get(panics))
        .route("/api/endless", routing::get(endless))
        .route(
            "/api/cookies",
            routing::get(|| async { ([("set-cookie", "a=1"), ("connection", "x-odd"), ("x-odd", "1")], "x") }),
        )
        .fallback(echo)
}

/// What the app was asked, as JSON.
async fn echo(request: Request) -> Json<Value> {
    let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| json!([name.as_str(), value.to_str().unwrap()]);
    Json(json!({
        "method": request.method().as_str(),
        "uri": request.uri().to_string(),
        "headers": request.headers().iter().map(line).collect::<Vec<_>>(),
    }))
}

async fn count(request: Request) -> String {
    let mut body = request.into_body().into_data_stream();
    let (mut bytes, mut sum) = (0, 0_u64);
    while let Some(Ok(chunk)) = body.next().await {
        bytes += chunk.len();
        sum += chunk.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    }
    format!("{bytes} {sum}")
}

async fn panics() -> Response {
    assert!(std::env::args().next().is_none(), "made to fail");
    "unreachable".into_response()
}

async fn endless() -> Body {
    Body::from_stream(futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 1000])))
}

fn echoed<'a>(answer: &'a Value, name: &str) -> Vec<&'a str> {
    let lines = answer["headers"].as_array().unwrap().iter().filter(|line| line[0] == name);
    lines.map(|line| line[1].as_str().unwrap()).collect()
}

#[tokio::test]
async fn it_gets_all_but_host_and_what_speaks_of_the_connection() {
    let world = forwarding().await;
    let lines = [
        "Cookie: a=1",
        "Cookie: b=2",
        "X-Forwarded-For: 10.0.0.1",
        "X-Private: 1",
        "Connection: close, X-Private",
        "TE: trailers",
        "CloudFront-Viewer-Country: XX",
        "Range: bytes=0-1",
        "Via: 1.0 proxy",
    ];
    let answer = get(world.address, "/api/a%20b//c?x=1&y=%2F+", &lines).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("x-cache"), Some("Miss from cloudfront"));
    let id = answer.header("x-amz-cf-id").unwrap().to_owned();
    assert_eq!(id.len(), 56);
    let seen = answer.json();
    assert_eq!(seen["uri"], "/api/a%20b//c?x=1&y=%2F+");
    assert_eq!(echoed(&seen, "cookie"), ["a=1", "b=2"]);
    assert_eq!(echoed(&seen, "host"), ["app.internal"]);
    assert_eq!(echoed(&seen, "x-forwarded-for"), ["10.0.0.1, 127.0.0.1"]);
    assert_eq!(echoed(&seen, "via"), ["1.0 proxy, 1.1 local.cloudfront.net (CloudFront)"]);
    assert_eq!(echoed(&seen, "x-amz-cf-id"), [id]);
    assert_eq!(echoed(&seen, "cloudfront-forwarded-proto"), ["http"]);
    assert_eq!(echoed(&seen, "range"), ["bytes=0-1"]);
    for gone in ["x-private", "connection", "te", "cloudfront-viewer-country"] {
        assert!(echoed(&seen, gone).is_empty(), "{gone}");
    }
}

#[tokio::test]
async fn it_gets_what_the_function_made_of_the_request() {
    let change = |request: &mut Value| {
        request["uri"] = json!("/static/%C3%A4");
        request["querystring"] = json!("q=2");
        request["headers"]["x-stagedoor-token"] = json!([{"value": "t"}]);
        request["headers"].as_object_mut().unwrap().remove("cookie");
    };
    let world = scripted(changing(change)).await;
    let answer = get(world.address, "/api/x?q=1", &["Cookie: secret=1"]).await.json();
    // A path of another behaviour: origin and behaviour stay.
    assert_eq!(answer["uri"], "/static/%C3%A4?q=2");
    assert_eq!(echoed(&answer, "x-stagedoor-token"), ["t"]);
    assert!(echoed(&answer, "cookie").is_empty());
    assert!(world.s3.asked().is_empty());
}

#[tokio::test]
async fn its_answers_are_never_kept_and_hop_by_hop_headers_end_here() {
    let world = forwarding().await;
    for _ in 0..2 {
        let answer = get(world.address, "/api/cookies", &[]).await;
        assert_eq!(answer.header("x-cache"), Some("Miss from cloudfront"));
        assert_eq!(answer.header("set-cookie"), Some("a=1"));
        assert_eq!(answer.header("x-odd"), None);
    }
    assert_eq!(world.edge.cache_statistics().objects, 0);
}

#[tokio::test]
async fn a_panic_in_it_is_a_502_and_the_edge_goes_on() {
    let world = forwarding().await;
    assert_eq!(get(world.address, "/api/panic", &[]).await.status, 502);
    assert_eq!(get(world.address, "/api/fine", &[]).await.status, 200);
}

#[tokio::test]
async fn an_upload_streams_through() {
    let world = forwarding().await;
    let body: Vec<u8> = (0..20_000_000_u32).map(|n| (n % 251) as u8).collect();
    let sum: u64 = body.iter().map(|byte| u64::from(*byte)).sum();
    let expected = format!("{} {sum}", body.len());
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let head = http1::head("POST /api/count", &[&format!("Content-Length: {}", body.len())]);
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    assert_eq!(read_answer(&mut stream).await.text(), expected);

    let mut stream = TcpStream::connect(world.address).await.unwrap();
    stream.write_all(http1::head("POST /api/count", &["Transfer-Encoding: chunked"]).as_bytes()).await.unwrap();
    for chunk in body.chunks(100_000) {
        stream.write_all(format!("{:x}\r\n", chunk.len()).as_bytes()).await.unwrap();
        stream.write_all(chunk).await.unwrap();
        stream.write_all(b"\r\n").await.unwrap();
    }
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    assert_eq!(read_answer(&mut stream).await.text(), expected);
}

#[tokio::test]
async fn an_app_that_does_not_read_holds_the_viewer_back() {
    const TOTAL: u64 = 64 * 1024 * 1024;
    let go = Arc::new(Notify::new());
    let released = Arc::clone(&go);
    let app = Router::new().route(
        "/api/later",
        post(move |request: Request| async move {
            released.notified().await;
            count(request).await
        }),
    );
    let world = Setup { app, ..Setup::default() }.start().await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    stream.write_all(http1::head("POST /api/later", &[&format!("Content-Length: {TOTAL}")]).as_bytes()).await.unwrap();
    let (mut answers, mut body) = stream.into_split();
    let written = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&written);
    let writer = tokio::spawn(async move {
        for _ in 0..TOTAL / 65_536 {
            body.write_all(&vec![1; 65_536]).await.unwrap();
            counter.fetch_add(65_536, Ordering::Relaxed);
        }
        body
    });
    // Until nothing moves any more: what is written then lies in the buffers of the kernel and of one connection.
    let mut before = u64::MAX;
    while before != written.load(Ordering::Relaxed) {
        before = written.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert!(before < TOTAL / 2, "{before} bytes were taken although nobody reads");
    go.notify_one();
    assert_eq!(read_answer(&mut answers).await.text(), format!("{TOTAL} {TOTAL}"));
    writer.await.unwrap();
}

#[tokio::test]
async fn an_answer_streams_and_ends_with_the_viewer() {
    let world = forwarding().await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    stream.write_all(http1::head("GET /api/endless", &[]).as_bytes()).await.unwrap();
    let mut some = vec![0; 1_000_000];
    stream.read_exact(&mut some).await.unwrap();
    drop(stream);
    assert_eq!(get(world.address, "/api/fine", &[]).await.status, 200);
}

#[tokio::test]
async fn methods_end_at_the_behaviour_before_the_function() {
    let world = forwarding().await;
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"] {
        let length: &[&str] = if matches!(method, "GET" | "HEAD") { &[] } else { &["Content-Length: 0"] };
        assert_eq!(send(world.address, &format!("{method} /api/x"), length).await.status, 200, "{method}");
    }
    assert_eq!(world.events.lock().unwrap().len(), 7);
    for line in ["POST /read/x", "DELETE /read/x", "PUT /media/a/b", "TRACE /api/x", "PROPFIND /api/x", "get /api/x"] {
        let answer = send(world.address, line, &["Content-Length: 0"]).await;
        assert_eq!(answer.status, 403, "{line}");
        assert_eq!(answer.header("x-cache"), Some("Error from cloudfront"));
    }
    assert_eq!(world.events.lock().unwrap().len(), 7);
}
