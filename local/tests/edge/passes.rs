//! Routes with `gate: function`: the emitted function in the way of a request, with a store that commands write to.

use std::path::PathBuf;
use std::sync::Arc;

use edge_auth::pass::{Grant, Ring, RingKey, SETTLE, Secret, mint, revocation_of_id, revocation_of_subject};
use local::edge::{CacheStatistics, CloudFrontFunction, KeyValueDirectory, ViewerFunction};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http1::{Answer, get, send};
use crate::support::{Setup, World, policy};

const NOW: u64 = 1_800_000_000;
const FILM: &str = "media/media/o/1/film.mp4";

fn key(n: u8) -> RingKey {
    RingKey { kid: format!("k{n}"), secret: vec![n; 32], until: None }
}

fn pass(id: u8, key: &RingKey) -> String {
    let grant = Grant {
        id: vec![id; 16],
        subject: Some("alice".to_owned()),
        expires: NOW + 600,
        not_before: None,
        issued_at: Some(NOW),
        prefix: "/media/o/1/".to_owned(),
        networks: Vec::new(),
        methods: Vec::new(),
    };
    mint(&grant, key).unwrap()
}

/// An edge with the emitted function and a store of its own.
struct Stage {
    world: World,
    store: KeyValueDirectory,
    root: PathBuf,
    directory: TempDir,
}

async fn stage() -> Stage {
    stage_with(&viewer_function::emit(&policy()).unwrap()).await
}

async fn stage_with(text: &str) -> Stage {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("key-values");
    let store = KeyValueDirectory::open(&root).unwrap();
    let function = CloudFrontFunction::load(text).unwrap();
    let viewer_function = ViewerFunction { function, store: Arc::new(store.clone()), clock: || NOW };
    let world = Setup { viewer_function: Some(viewer_function), ..Setup::default() }.start().await;
    world.s3.put(FILM, b"0123456789");
    let stage = Stage { world, store, root, directory };
    stage.put(&Secret::new(key(1)), false);
    stage
}

impl Stage {
    fn put(&self, secret: &Secret, revocations: bool) {
        self.store.put("ring", &secret.ring(revocations).to_json().unwrap()).unwrap();
    }

    async fn play(&self, pass: &str) -> Answer {
        get(self.world.address, &format!("/p/{pass}/media/o/1/film.mp4"), &[]).await
    }

    async fn reason(&self, pass: &str) -> (u16, String) {
        let refused = self.play(pass).await;
        let reason = refused.json()["reason"].as_str().unwrap().to_owned();
        assert_eq!(refused.header("x-stagedoor-reason"), Some(&*reason));
        assert_eq!(refused.header("x-cache"), Some("FunctionGeneratedResponse from cloudfront"));
        assert_eq!(refused.json()["request_id"].as_str(), refused.header("x-amz-cf-id"));
        (refused.status, reason)
    }
}

#[tokio::test]
async fn a_pass_plays_and_opens_nothing_else() {
    let stage = stage().await;
    let pass = pass(1, &key(1));
    let played = stage.play(&pass).await;
    assert_eq!((played.status, played.text()), (200, "0123456789".to_owned()));
    assert_eq!(played.header("content-security-policy"), Some("sandbox; default-src 'none'"));
    let range = send(stage.world.address, &format!("GET /p/{pass}/media/o/1/film.mp4"), &["Range: bytes=2-4"]).await;
    assert_eq!((range.status, range.text()), (206, "234".to_owned()));
    assert_eq!(send(stage.world.address, &format!("HEAD /p/{pass}/media/o/1/film.mp4"), &[]).await.status, 200);

    for (method, rest, status, reason) in [
        ("GET", "media/o/2/film.mp4", 403, "pass_path"),
        ("GET", "media/o/1/", 403, "pass_path"),
        ("GET", "media/o/1/../2/film.mp4", 400, "path_not_canonical"),
        ("GET", "media/o/1/a+b", 400, "path_not_canonical"),
        ("OPTIONS", "media/o/1/film.mp4", 403, "pass_method"),
    ] {
        let refused = send(stage.world.address, &format!("{method} /p/{pass}/{rest}"), &[]).await;
        assert_eq!((refused.status, refused.json()["reason"].as_str()), (status, Some(reason)), "{method} {rest}");
    }
    // CloudFront refuses what the behaviour does not have before any function runs.
    assert_eq!(send(stage.world.address, &format!("DELETE /p/{pass}/media/o/1/film.mp4"), &[]).await.status, 403);
    assert_eq!(stage.reason("garbage").await, (403, "pass_malformed".to_owned()));
    assert_eq!(stage.reason(&self::pass(1, &key(2))).await, (403, "pass_key_unknown".to_owned()));
    // The other function was never asked.
    assert!(stage.world.events.lock().unwrap().is_empty());
}

#[tokio::test]
async fn scripts_of_an_allowed_origin_may_ask() {
    let stage = stage().await;
    let ask = |origin: &'static str| {
        let lines = [origin, "Access-Control-Request-Method: GET"];
        async move { send(stage.world.address, "OPTIONS /p/x/media/o/1/film.mp4", &lines).await }
    };
    let yes = ask("Origin: https://app.example.com").await;
    assert_eq!((yes.status, yes.header("access-control-allow-origin")), (204, Some("https://app.example.com")));
    assert!(yes.body.is_empty());
}

#[tokio::test]
async fn scripts_of_another_may_not() {
    let stage = stage().await;
    let lines = ["Origin: https://evil.example", "Access-Control-Request-Method: GET"];
    let no = send(stage.world.address, "OPTIONS /p/x/media/o/1/film.mp4", &lines).await;
    assert_eq!((no.status, no.json()["reason"].as_str()), (403, Some("cors_origin")));
}

#[tokio::test]
async fn a_revocation_counts_from_the_next_request_on() {
    let stage = stage().await;
    let (one, two) = (pass(1, &key(1)), pass(2, &key(1)));
    assert_eq!(stage.play(&one).await.status, 200);
    stage.store.put(&revocation_of_id(&[1; 16]), &(NOW + 600).to_string()).unwrap();
    // Nobody looks without the flag, so that an ordinary request costs one read.
    assert_eq!(stage.play(&one).await.status, 200);
    stage.put(&Secret::new(key(1)), true);
    assert_eq!(stage.reason(&one).await, (403, "pass_revoked".to_owned()));
    assert_eq!(stage.play(&two).await.status, 200);
    stage.store.put(&revocation_of_subject("alice"), &(NOW + 600).to_string()).unwrap();
    assert_eq!(stage.reason(&two).await, (403, "pass_revoked".to_owned()));
    stage.store.delete(&revocation_of_subject("alice")).unwrap();
    assert_eq!(stage.play(&two).await.status, 200);
}

#[tokio::test]
async fn all_passes_share_one_cached_object() {
    let stage = stage().await;
    let first = stage.play(&pass(1, &key(1))).await;
    let query = format!("/p/{}/media/o/1/film.mp4?t=1", pass(2, &key(1)));
    let second = get(stage.world.address, &query, &["Cookie: a=1", "Authorization: Bearer x"]).await;
    let lambda = get(stage.world.address, "/media/o/1/film.mp4", &[]).await;
    let caches = [&first, &second, &lambda].map(|answer| answer.header("x-cache").unwrap().to_owned());
    assert_eq!(caches, ["Miss from cloudfront", "Hit from cloudfront", "Hit from cloudfront"]);
    assert_eq!(second.text(), "0123456789");
    let statistics = stage.world.edge.cache_statistics();
    assert_eq!(statistics, CacheStatistics { hits: 2, misses: 1, objects: 1, bytes: 10 });
    assert!(stage.world.s3.asked().iter().all(|asked| !asked.contains("/p/")));
    // A refusal never reaches the cache, whatever lies in it.
    assert_eq!(stage.reason("garbage").await.0, 403);
    assert_eq!(stage.world.edge.cache_statistics(), statistics);
}

#[tokio::test]
async fn a_store_that_does_not_answer_refuses() {
    let stage = stage().await;
    let pass = pass(1, &key(1));
    let unavailable = (503, "pass_unavailable".to_owned());
    let away = stage.directory.path().join("away");
    std::fs::rename(&stage.root, &away).unwrap();
    assert_eq!(stage.reason(&pass).await, unavailable);
    std::fs::rename(&away, &stage.root).unwrap();
    assert_eq!(stage.play(&pass).await.status, 200);

    for ring in ["", "{", "{\"keys\":[]}"] {
        stage.store.put("ring", ring).unwrap();
        assert_eq!(stage.reason(&pass).await, unavailable, "{ring}");
    }
    stage.store.delete("ring").unwrap();
    assert_eq!(stage.play(&pass).await.header("retry-after"), Some("10"));

    stage.put(&Secret::new(key(1)), true);
    stage.store.put(&revocation_of_id(&[1; 16]), "0").unwrap();
    for file in std::fs::read_dir(&stage.root).unwrap().map(|entry| entry.unwrap().path()) {
        if std::fs::read_to_string(&file).unwrap().contains("c:") {
            std::fs::write(&file, "broken").unwrap();
        }
    }
    assert_eq!(stage.reason(&pass).await, unavailable);
}

#[tokio::test]
async fn without_a_pass_to_check_it_still_strips() {
    let stage = stage().await;
    let lines = [
        "Cookie: theme=dark; __Host-sd-access=secret",
        "Cookie: theme=light; flag; a=b=c",
        "Authorization: Bearer secret",
        "X-Stagedoor-Token: forged",
        "X-Two: first",
        "X-Two: second",
    ];
    let seen = get(stage.world.address, "/open/x%20y?a=1&token=secret&a=2&t%6Fken=secret&b", &lines).await.json();
    assert_eq!(seen["uri"], "/open/x%20y?a=1&a=2&b=");
    let all = |name: &str| -> Vec<Value> {
        let headers = seen["headers"].as_array().unwrap();
        headers.iter().filter(|header| header[0] == name).map(|header| header[1].clone()).collect()
    };
    assert_eq!(all("cookie"), [json!("theme=dark; theme=light; flag=; a=b=c")]);
    assert_eq!(all("x-two"), [json!("first"), json!("second")]);
    assert!(all("authorization").is_empty() && all("x-stagedoor-token").is_empty());

    // What it does not touch goes on as it came.
    let as_sent = get(stage.world.address, "/open/x?b&&a=1&=", &["Cookie: a;  b=1", "Cookie: c"]).await.json();
    assert_eq!(as_sent["uri"], "/open/x?b&&a=1&=");
    let cookies: Vec<_> = as_sent["headers"].as_array().unwrap().iter().filter(|h| h[0] == "cookie").collect();
    assert_eq!(cookies, [&json!(["cookie", "a;  b=1"]), &json!(["cookie", "c"])]);
    let posted = send(stage.world.address, "POST /open/x", &["Content-Length: 0"]).await;
    assert_eq!(posted.status, 200);
}

/// A function whose handler has this body.
fn handler(body: &str) -> String {
    format!("import cf from 'cloudfront';\nasync function handler(event) {{ {body} }}\n")
}

#[tokio::test]
async fn a_function_that_fails_is_a_503_and_a_bad_answer_a_502() {
    for (body, status) in [
        ("throw new Error('hidden');", 503),
        ("for (;;) {}", 503),
        ("return null;", 502),
        ("return {};", 502),
        ("event.request.method = 'POST'; return event.request;", 502),
        ("event.request.uri = 'x'; return event.request;", 502),
        ("event.request.uri = '/a b'; return event.request;", 502),
        ("event.request.headers.host = {value: 'other'}; return event.request;", 502),
        ("event.request.headers.via = {value: '1.1 me'}; return event.request;", 502),
        ("event.request.headers['x-real-ip'] = {value: '1'}; return event.request;", 502),
        ("event.request.headers.Upper = {value: '1'}; return event.request;", 502),
        ("event.request.headers.a = 'text'; return event.request;", 502),
        ("event.request.headers.cookie = {value: 'a=1'}; return event.request;", 502),
        ("delete event.request.headers; return event.request;", 502),
        ("event.request.querystring = {'a#': {value: '1'}}; return event.request;", 502),
        ("event.request.cookies = {a: {value: 'b\\n'}}; return event.request;", 502),
        ("event.request.cookies = []; return event.request;", 502),
        ("return {statusCode: 199};", 502),
        ("return {statusCode: '200'};", 502),
        ("return {statusCode: 200, statusDescription: 1};", 502),
        ("return {statusCode: 200, headers: {connection: {value: 'close'}}};", 502),
        ("return {statusCode: 200, headers: {'content-length': {value: '0'}}};", 502),
        ("return {statusCode: 200, headers: {'set-cookie': {value: 'a=1'}}};", 502),
        ("return {statusCode: 200, headers: {a: {value: 'b\\r\\nc: d'}}};", 502),
        ("return {statusCode: 200, body: 1};", 502),
        ("return {statusCode: 200, body: {encoding: 'base64', data: '*'}};", 502),
        ("return {statusCode: 200, body: 'x'.repeat(40 * 1024 + 1)};", 502),
        ("return {statusCode: 200, cookies: {a: {}}};", 502),
    ] {
        let stage = stage_with(&handler(body)).await;
        let failed = get(stage.world.address, "/open/x", &[]).await;
        assert_eq!(failed.status, status, "{body}");
        let kind = if status == 503 { "FunctionExecutionError" } else { "FunctionValidationError" };
        assert_eq!(failed.header("x-cache"), Some(&*format!("{kind} from cloudfront")), "{body}");
        assert!(!failed.text().contains("hidden"));
    }
}

#[tokio::test]
async fn what_a_function_may_answer_reaches_the_viewer() {
    let body = "return {statusCode: 418, statusDescription: 'Teapot', headers: {a: {value: '1'}}, \
                cookies: {b: {value: '2', attributes: 'Path=/'}, c: {value: '3', multiValue: [{value: '3'}, {value: '4'}]}}, \
                body: {encoding: 'base64', data: 'aGk='}};";
    let stage = stage_with(&handler(body)).await;
    let answer = get(stage.world.address, "/open/x", &[]).await;
    assert_eq!((answer.status, answer.text(), answer.header("a")), (418, "hi".to_owned(), Some("1")));
    let cookies: Vec<_> = answer.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, v)| &**v).collect();
    assert_eq!(cookies, ["b=2; Path=/", "c=3", "c=4"]);
}

#[tokio::test]
async fn the_event_is_as_documented() {
    let stage = stage_with(&handler("return {statusCode: 200, body: JSON.stringify(event)};")).await;
    let lines = ["Cookie: a=1; b=2", "cookie: a=3", "X-Two: first", "X-Edge-Location: forged"];
    let answer = get(stage.world.address, "/open/%7Ea?q=1&q=2", &lines).await;
    let expected = json!({
        "version": "1.0",
        "context": {
            "distributionDomainName": "local.cloudfront.net",
            "distributionId": "LOCALSTAGEDOOR",
            "eventType": "viewer-request",
            "requestId": answer.header("x-amz-cf-id"),
        },
        "viewer": {"ip": "127.0.0.1"},
        "request": {
            "method": "GET",
            "uri": "/open/%7Ea",
            "querystring": {"q": {"value": "1", "multiValue": [{"value": "1"}, {"value": "2"}]}},
            "headers": {"host": {"value": "media.example.com"}, "x-two": {"value": "first"}},
            "cookies": {"a": {"value": "1", "multiValue": [{"value": "1"}, {"value": "3"}]}, "b": {"value": "2"}},
        },
    });
    assert_eq!(answer.json(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_pass_is_refused_while_keys_rotate() {
    let stage = Arc::new(stage().await);
    let mut secret = Secret::new(key(1));
    // Each round: passes of every key that counts, asked for while the next step is written.
    for (n, at) in [(2, 0), (2, SETTLE), (3, 2 * SETTLE), (3, 3 * SETTLE)] {
        let held: Vec<String> = (0_u8..).zip(secret.keys()).map(|(id, (key, _))| pass(id, key)).collect();
        let asking: Vec<_> = (0..4)
            .flat_map(|_| held.clone())
            .map(|pass| {
                let stage = Arc::clone(&stage);
                tokio::spawn(async move {
                    for _ in 0..10 {
                        assert_eq!(stage.play(&pass).await.status, 200);
                    }
                })
            })
            .collect();
        secret = secret.rotate(NOW - 1000 + at, key(n), 3600).unwrap().secret;
        stage.put(&secret, false);
        for asked in asking {
            asked.await.unwrap();
        }
    }
    assert_eq!(secret.ring(false).keys.len(), 3);
    let known = Ring::from_json(&stage.store.get("ring").unwrap().unwrap()).unwrap();
    assert_eq!(known, secret.ring(false));
}
