//! A stranger at the running edge: whatever is asked, not one byte of media and not one 500.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use end_to_end::http::{agent, raw};
use end_to_end::media;
use end_to_end::site::{Options, Site};

/// Requests without a token, made up from path tricks, methods and header tricks around a path that exists.
fn requests(path: &str, port: u16) -> Vec<String> {
    let owner = path.split('/').nth(2).unwrap();
    let rest = path.split_once(owner).unwrap().1;
    let paths = [
        path.to_owned(),
        format!("/{path}"),
        path.replace('/', "//"),
        format!("//localhost{path}"),
        format!("/static/..{path}"),
        format!("/static/../static/..{path}"),
        format!("/static/%2e%2e{path}"),
        format!("/static/%2E%2E{path}"),
        format!("/static/.%2e{path}"),
        format!("/static%2f..{path}"),
        format!("/static/..%2f{}", &path[1..]),
        format!("/static/..%5c{}", &path[1..]),
        format!("/static/..\\{}", &path[1..]),
        format!("/static/..;{path}"),
        format!("/static;/..{path}"),
        format!("/health/..{path}"),
        format!("/health{path}"),
        format!("/health;{path}"),
        format!("/health%00{path}"),
        format!("/health%23{path}"),
        format!("/health?{path}"),
        format!("/./{}", &path[1..]),
        path.replacen("/media", "/MEDIA", 1),
        path.replacen("/media", "/Media", 1),
        path.replacen("/media", "/%6dedia", 1),
        path.replacen("/media", "/media;x=1", 1),
        path.replacen("/media", "/media.", 1),
        path.replacen("/media/", "/media%2f", 1),
        path.replacen("/media/", "/media%252f", 1),
        path.replacen("/media/", "/media\\", 1),
        path.replacen("/media/", "/media/./", 1),
        path.replacen("/media/", "/media/x/../", 1),
        path.replacen("/media/", "/media/x/%2e%2e/", 1),
        format!("{path}."),
        format!("{path}/"),
        format!("{path}%20"),
        format!("{path}%00.css"),
        format!("{path};.css"),
        format!("{path}?token="),
        format!("{path}?token=null"),
        format!("{path}?token=undefined&token=x"),
        format!("{path}?response-content-type=text/html"),
        format!("{path}?X-Amz-Signature=0"),
        format!("/media/{owner}"),
        format!("/media/{owner}/"),
        format!("/media/*{rest}"),
        format!("/media/%2a{rest}"),
        format!("/media/{{owner}}{rest}"),
        format!("/media//{owner}{rest}"),
        "/media/".to_owned(),
        format!("/api{path}"),
        format!("/avatars/..{path}"),
        format!("/_auth/..{path}"),
        format!("/_auth/callback/..{path}"),
        format!("/_auth{path}"),
        format!("/_auth/callback?code=x&state=x&to={path}"),
        format!("/p/x{path}"),
        format!("/raw/{owner}{rest}"),
        format!("http://localhost:{port}{path}"),
        "*".to_owned(),
        String::new(),
        "/%".to_owned(),
        "/%zz".to_owned(),
        "/\u{e9}".to_owned(),
        format!("/{}", "a".repeat(9000)),
    ];
    let mut requests: Vec<String> = paths
        .iter()
        .map(|p| format!("GET {p} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"))
        .collect();
    for method in
        ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "PROPFIND", "get", "GE T", "X"]
    {
        requests.push(format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ));
    }
    let headers = [
        format!("X-Original-URL: /health\r\nX-Rewrite-URL: {path}"),
        "X-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1".to_owned(),
        format!("X-Stagedoor-Token: x\r\nX-Stagedoor-Sub: {owner}"),
        format!("X_Stagedoor_Token: x\r\nX_Stagedoor_Sub: {owner}"),
        "Authorization: Bearer".to_owned(),
        "Authorization: Bearer null".to_owned(),
        "Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.".to_owned(),
        "Authorization: Basic YWRtaW46YWRtaW4=".to_owned(),
        "Authorization: AWS4-HMAC-SHA256 Credential=x".to_owned(),
        "Cookie: __Host-sd-access=".to_owned(),
        "Cookie: __Host-sd-access=x; __Host-sd-access=y".to_owned(),
        format!("Cookie: {}", "a=b; ".repeat(800)),
        "Cookie: =; ;;; =x".to_owned(),
        "Origin: http://localhost\r\nAccess-Control-Request-Method: GET".to_owned(),
        "Origin: null".to_owned(),
        "X-HTTP-Method-Override: GET".to_owned(),
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings".to_owned(),
        "Transfer-Encoding: chunked\r\nContent-Length: 5".to_owned(),
        "Range: bytes=0-0".to_owned(),
        "Range: bytes=-1".to_owned(),
        "If-None-Match: *".to_owned(),
        "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document".to_owned(),
        format!("CloudFront-Viewer-Address: {owner}"),
        "Expect: 100-continue".to_owned(),
    ];
    requests.extend(
        headers.map(|h| format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{h}\r\nConnection: close\r\n\r\n")),
    );
    requests.push(format!("GET {path} HTTP/1.0\r\n\r\n"));
    requests.push(format!("GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n"));
    requests.push(format!("GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"));
    requests.push(format!("GET {path} HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n"));
    requests.push(format!("GET {path}\r\n\r\n"));
    requests
}

#[test]
fn not_one_byte_of_media_and_not_one_500() {
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path(), Options::default()).unwrap();
    let token = site.access_token().unwrap();
    let photo = media::photo(640, 480, data.path()).unwrap();
    let id = site.upload(&token, "photo.jpg", "image/jpeg", &photo).unwrap();
    let medium = site.wait_until_processed(&token, &id).unwrap();
    let path = medium
        .pointer("/renditions/0/url")
        .or(medium.pointer("/thumb"))
        .and_then(|v| v.as_str())
        .unwrap_or_else(|| panic!("no rendition in {medium}"))
        .to_owned();
    // It is there, and now lies in the edge's cache: the stranger could be served from it.
    let mut own =
        agent().get(format!("{}{path}", site.url())).header("authorization", format!("Bearer {token}")).call().unwrap();
    assert_eq!(own.status(), 200);
    let bytes = own.body_mut().read_to_vec().unwrap();

    let requests = requests(&path, site.port());
    assert!(requests.len() >= 100, "{} requests", requests.len());
    for request in &requests {
        let shown: String = request.chars().take(120).collect();
        let answer = raw(site.port(), request.as_bytes()).unwrap_or_else(|e| panic!("{shown:?}: {e:#}"));
        assert!(answer.status < 500 || answer.status == 501, "{shown:?} was answered {}", answer.head);
        let leaked = bytes.windows(16).step_by(16).any(|part| answer.body.windows(16).any(|w| w == part));
        assert!(!leaked, "{shown:?} leaked media");
        assert!(!answer.head.contains("image/webp"), "{shown:?} was answered {}", answer.head);
        let open = request.contains(" /health?") || request.starts_with("GET /health ");
        let is_media = answer.status == 206 || answer.status == 304 || (answer.status == 200 && !open);
        assert!(!is_media, "{shown:?} was answered {}", answer.head);
    }
}
