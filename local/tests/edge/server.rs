//! Listening: limits, odd requests, slow viewers, TLS, the end.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use local::edge::localhost_certificate;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::http1::{self, exchange, get, read_answer};
use crate::support::{Setup, forwarding};

#[tokio::test]
async fn cloudfronts_limits_hold() {
    let world = forwarding().await;
    let path = |bytes: usize| format!("/api/{}", "x".repeat(bytes - "/api/?".len()));
    assert_eq!(get(world.address, &path(8_192), &[]).await.status, 200);
    assert_eq!(get(world.address, &path(8_193), &[]).await.status, 414);
    let header = |bytes: usize| format!("X-Pad: {}", "x".repeat(bytes - http1::head("GET /api/x", &["X-Pad: "]).len()));
    assert_eq!(get(world.address, "/api/x", &[&header(20_480)]).await.status, 200);
    assert_eq!(get(world.address, "/api/x", &[&header(20_481)]).await.status, 431);
}

#[tokio::test]
async fn odd_requests_are_refused_and_nothing_is_asked() {
    let world = forwarding().await;
    for (request, status) in [
        (&b"GET /api/x HTTP/1.1\r\nConnection: close\r\n\r\n"[..], 400),
        (b"GET /api/x HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 400),
        (b"GET http://other/api/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
        (b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
        (b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nConnection: close\r\n\r\n", 403),
        (b"GET /api/\xc3\xa4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
        (b"GET /api/\xff HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
        (b"GET /api/\x01 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
        (b"GET /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi", 403),
        (b"POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nhi", 400),
        (b"GET /api/x HTTP/1.1\r\nHost: a\r\nBad Name: 1\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
    ] {
        let answer = exchange(world.address, request).await;
        assert_eq!(answer.status, status, "{:?}", String::from_utf8_lossy(request));
    }
    assert!(world.events.lock().unwrap().is_empty());
    // The absolute form is taken where it speaks of the same host.
    let same = b"GET http://a/api/x?y HTTP/1.1\r\nHost: A\r\nConnection: close\r\n\r\n";
    assert_eq!(exchange(world.address, same).await.json()["uri"], "/api/x?y");
    // A backslash is the function's to refuse.
    assert_eq!(get(world.address, "/api/a\\..\\b", &[]).await.json()["uri"], "/api/a\\..\\b");
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let world = forwarding().await;
    world.s3.put("media/media/a/x", b"0123456789");
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let keep = "GET /media/a/x HTTP/1.1\r\nHost: a\r\n\r\n";
    stream.write_all(keep.repeat(3).as_bytes()).await.unwrap();
    stream.write_all(http1::head("GET /media/a/x", &[]).as_bytes()).await.unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).await.unwrap();
    assert_eq!(all.matches("HTTP/1.1 200 OK").count(), 4);
}

#[tokio::test]
async fn slow_and_broken_viewers_hurt_nobody_and_are_shown_out() {
    let world = forwarding().await;
    let started = Instant::now();
    let mut slow = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(world.address).await.unwrap();
        stream.write_all(b"GET /api/x HTTP/1.1\r\nHost: ").await.unwrap();
        slow.push(stream);
    }
    for _ in 0..20 {
        let mut stream = TcpStream::connect(world.address).await.unwrap();
        stream.write_all(b"POST /api/count HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf").await.unwrap();
    }
    assert_eq!(get(world.address, "/api/x", &[]).await.status, 200);
    assert!(started.elapsed() < Duration::from_secs(5), "the others waited for the slow");
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(20), slow.pop().unwrap().read_to_end(&mut rest)).await;
    closed.expect("a viewer that never finishes is kept for ever").unwrap();
}

#[tokio::test]
async fn everything_ends_with_the_server() {
    let world = forwarding().await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    stream.write_all(b"GET /api/x HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut first = [0; 15];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    world.server.abort();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "the connection outlives the server");
    assert!(TcpStream::connect(world.address).await.is_err());
    // Nothing holds the edge but this test.
    assert_eq!(Arc::strong_count(&world.edge), 1);
}

#[tokio::test]
async fn tls_with_the_certificate_made_here() {
    let dir = tempfile::tempdir().unwrap();
    let kept = dir.path().join("tls");
    let tls = localhost_certificate(&kept).unwrap();
    let pem = std::fs::read(kept.join("localhost.crt.pem")).unwrap();
    let mode = std::fs::metadata(kept.join("localhost.key.pem")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    localhost_certificate(&kept).unwrap();
    assert_eq!(std::fs::read(kept.join("localhost.crt.pem")).unwrap(), pem, "it must be kept");

    let world = Setup { tls: Some(tls), ..Setup::default() }.start().await;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&pem).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
    for name in ["localhost", "127.0.0.1", "::1"] {
        let tcp = TcpStream::connect(world.address).await.unwrap();
        let mut stream = connector.connect(ServerName::try_from(name).unwrap(), tcp).await.unwrap();
        stream.write_all(http1::head("GET /api/x", &[]).as_bytes()).await.unwrap();
        let seen = read_answer(&mut stream).await.json();
        let lines = seen["headers"].as_array().unwrap();
        assert!(lines.contains(&serde_json::json!(["cloudfront-forwarded-proto", "https"])), "{name}");
    }
    // Plain HTTP on the same port is no answer, and no harm.
    let mut plain = TcpStream::connect(world.address).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut rest = Vec::new();
    let _ = plain.read_to_end(&mut rest).await;
    assert!(!rest.starts_with(b"HTTP"));
}

#[tokio::test]
async fn a_damaged_certificate_is_named() {
    let dir = tempfile::tempdir().unwrap();
    localhost_certificate(dir.path()).unwrap();
    std::fs::write(dir.path().join("localhost.key.pem"), "nothing").unwrap();
    let error = localhost_certificate(dir.path()).unwrap_err();
    assert!(format!("{error:#}").contains("localhost.key.pem"), "{error:#}");
}
