//! What the function is told, and what it may answer.

use std::time::Duration;

use bytes::Bytes;
use local::edge::FunctionError;
use serde_json::{Value, json};

use crate::http1::{exchange, get, send};
use crate::support::{Setup, World, answering, changing, forwarding, scripted};

fn last_event(world: &World) -> Value {
    world.events.lock().unwrap().last().unwrap()["Records"][0]["cf"].clone()
}

#[tokio::test]
async fn the_event_has_cloudfronts_shape() {
    let world = forwarding().await;
    let lines = [
        "Cookie: a=1",
        "X-Two: first",
        "cookie: b=2; c=3",
        "X-TWO: second",
        "X-Amz-Cf-Id: forged",
        "X-Edge-Location: forged",
        "Proxy-Authorization: Basic eA==",
        "X-Real-IP: 10.0.0.1",
        "Via: 1.0 me",
    ];
    let answer = get(world.address, "/api/%7Ea/../b?token=x%20y&z=+", &lines).await;
    let cf = last_event(&world);
    let config = &cf["config"];
    assert_eq!(config["eventType"], "viewer-request");
    assert_eq!(config["distributionDomainName"], "local.cloudfront.net");
    assert!(config["distributionId"].as_str().unwrap().starts_with("LOCAL"));
    assert_eq!(config["requestId"], answer.header("x-amz-cf-id").unwrap());
    assert!(config["requestId"].as_str().unwrap().ends_with('='));
    assert_eq!(
        cf["request"],
        json!({
            "clientIp": "127.0.0.1",
            "headers": {
                "cookie": [{"key": "cookie", "value": "a=1"}, {"key": "cookie", "value": "b=2; c=3"}],
                "host": [{"key": "host", "value": "media.example.com"}],
                "via": [{"key": "via", "value": "1.0 me"}],
                "x-two": [{"key": "x-two", "value": "first"}, {"key": "x-two", "value": "second"}],
            },
            "method": "GET",
            "querystring": "token=x%20y&z=+",
            "uri": "/api/%7Ea/../b",
        })
    );
}

#[tokio::test]
async fn the_client_may_have_an_ipv6_address() {
    let world = Setup { bind: "[::1]:0", ..Setup::default() }.start().await;
    let seen = get(world.address, "/api/x", &[]).await.json();
    assert_eq!(last_event(&world)["request"]["clientIp"], "::1");
    assert!(seen["headers"].as_array().unwrap().contains(&json!(["x-forwarded-for", "::1"])));
}

#[tokio::test]
async fn it_is_asked_for_everything_before_cache_and_origin() {
    let world = forwarding().await;
    world.s3.put("media/media/a/x", b"0123456789");
    for target in ["/media/a/x", "/media/a/x", "/_auth/callback", "/nowhere"] {
        get(world.address, target, &[]).await;
    }
    assert_eq!(world.events.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn the_behaviour_is_that_of_the_normalised_path_and_the_raw_path_goes_on() {
    let world = forwarding().await;
    world.s3.put("media/media/a/x", b"0123456789");
    world.s3.put("site/static/x", b"0123456789");
    // Matches /media/*, but no key of the bucket looks like the raw path.
    for target in ["/static/../media/a/x", "/static/%2e%2e/media/a/x", "//media/a/x", "/media//a/x", "/%6dedia/a/./x"] {
        let answer = get(world.address, target, &[]).await;
        assert_eq!(last_event(&world)["request"]["uri"], target);
        assert_eq!(answer.status, 404, "{target}");
        assert_eq!(answer.header("content-security-policy"), Some("sandbox; default-src 'none'"), "{target}");
    }
    assert!(world.s3.asked().is_empty());
    assert_eq!(get(world.address, "/%6dedia/a/x", &[]).await.text(), "0123456789");
    // Case counts.
    assert_eq!(get(world.address, "/Media/a/x", &[]).await.header("content-security-policy"), None);
}

#[tokio::test]
async fn where_there_is_no_origin_only_the_function_answers() {
    let world = forwarding().await;
    for target in ["/_auth/callback", "/_auth/../_auth/x", "/nowhere", "/"] {
        assert_eq!(get(world.address, target, &[]).await.status, 404, "{target}");
    }
    let world =
        scripted(answering(r#"{"status":"302","headers":{"location":[{"key":"Location","value":"/x"}]}}"#)).await;
    for target in ["/_auth/callback", "/nowhere"] {
        let answer = get(world.address, target, &[]).await;
        assert_eq!((answer.status, answer.header("location")), (302, Some("/x")));
    }
}

#[tokio::test]
async fn a_route_of_the_cloudfront_function_is_closed() {
    let world = forwarding().await;
    world.s3.put("media/p/x/media/a/x", b"0123456789");
    assert_eq!(get(world.address, "/p/x/media/a/x", &[]).await.status, 503);
    assert!(world.events.lock().unwrap().is_empty());
    assert!(world.s3.asked().is_empty());
}

#[tokio::test]
async fn a_good_response_reaches_the_viewer() {
    let response = json!({
        "status": "401",
        "statusDescription": "Unauthorized",
        "headers": {
            "set-cookie": [{"value": "a=1"}, {"key": "Set-Cookie", "value": "b=2"}],
            "cache-control": [{"key": "Cache-Control", "value": "no-store"}],
        },
        "body": "{\"reason\":\"no_token\"}",
    });
    let world = scripted(answering(response.to_string())).await;
    let answer = get(world.address, "/media/a/x", &[]).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.text(), "{\"reason\":\"no_token\"}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-cache"), Some("LambdaGeneratedResponse from cloudfront"));
    let cookies: Vec<_> = answer.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, v)| v).collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert!(send(world.address, "HEAD /media/a/x", &[]).await.body.is_empty());
    assert!(world.s3.asked().is_empty());

    let world = scripted(answering(r#"{"status":"200","body":"aGk=","bodyEncoding":"base64"}"#)).await;
    assert_eq!(get(world.address, "/x", &[]).await.text(), "hi");
}

#[tokio::test]
async fn bad_answers_are_a_502_without_detail() {
    let header = |name: &str, value: &str| json!({"status": "200", "headers": {name: [{"value": value}]}}).to_string();
    let body = |bytes: usize| json!({"status": "200", "body": "x".repeat(bytes)}).to_string();
    let many: Value = (0..5000).map(|_| json!({"value": "01234567"})).collect();
    for (name, answer) in [
        ("no JSON", "secret-detail".to_owned()),
        ("empty", String::new()),
        ("null", "null".to_owned()),
        ("a list", "[]".to_owned()),
        ("neither", "{}".to_owned()),
        ("number status", r#"{"status":200}"#.to_owned()),
        ("word status", r#"{"status":"OK!"}"#.to_owned()),
        ("long status", r#"{"status":"2000"}"#.to_owned()),
        ("informational status", r#"{"status":"101"}"#.to_owned()),
        ("status 600", r#"{"status":"600"}"#.to_owned()),
        ("null body", r#"{"status":"200","body":null}"#.to_owned()),
        ("null in a header", r#"{"status":"200","headers":{"a":[{"key":null,"value":"b"}]}}"#.to_owned()),
        ("number body", r#"{"status":"200","body":1}"#.to_owned()),
        ("bad base64", r#"{"status":"200","body":"*","bodyEncoding":"base64"}"#.to_owned()),
        ("other encoding", r#"{"status":"200","body":"x","bodyEncoding":"gzip"}"#.to_owned()),
        ("headers as a list", r#"{"status":"200","headers":[]}"#.to_owned()),
        ("header as text", r#"{"status":"200","headers":{"a":"b"}}"#.to_owned()),
        ("header without value", r#"{"status":"200","headers":{"a":[{"key":"A"}]}}"#.to_owned()),
        ("header of another key", r#"{"status":"200","headers":{"a":[{"key":"B","value":"c"}]}}"#.to_owned()),
        ("name in upper case", header("Location", "/")),
        ("name with a blank", header("a b", "c")),
        ("value with a line break", header("a", "b\r\nset-cookie: c=d")),
        ("connection", header("connection", "close")),
        ("x-amz-cf-id", header("x-amz-cf-id", "a")),
        ("x-cache", header("x-cache", "Hit")),
        ("x-edge", header("x-edge-anything", "a")),
        ("proxy", header("proxy-authenticate", "a")),
        ("content-length", header("content-length", "0")),
        ("transfer-encoding", header("transfer-encoding", "chunked")),
        ("via", header("via", "1.1 me")),
        ("large body", body(40 * 1024 + 1)),
        ("huge body", body(1024 * 1024)),
        ("large headers", json!({"status": "200", "headers": {"a": many}}).to_string()),
    ] {
        let world = scripted(answering(answer)).await;
        let answer = get(world.address, "/api/x", &[]).await;
        assert_eq!(answer.status, 502, "{name}");
        assert_eq!(answer.header("x-cache"), Some("LambdaValidationError from cloudfront"), "{name}");
        assert!(!answer.text().contains("secret-detail"));
        assert!(answer.text().contains(answer.header("x-amz-cf-id").unwrap()));
    }
    let world = scripted(answering(body(40 * 1024))).await;
    assert_eq!(get(world.address, "/api/x", &[]).await.status, 200);
}

#[tokio::test]
async fn a_forwarded_request_may_not_break_the_rules() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 17] = [
        ("host changed", |r| r["headers"]["host"][0]["value"] = json!("other")),
        ("host removed", |r| drop(r["headers"].as_object_mut().unwrap().remove("host"))),
        ("host doubled", |r| r["headers"]["host"].as_array_mut().unwrap().push(json!({"value": "media.example.com"}))),
        ("via added", |r| r["headers"]["via"] = json!([{"value": "1.1 me"}])),
        ("content-length added", |r| r["headers"]["content-length"] = json!([{"value": "1"}])),
        ("transfer-encoding added", |r| r["headers"]["transfer-encoding"] = json!([{"value": "chunked"}])),
        ("cdn-loop added", |r| r["headers"]["cdn-loop"] = json!([{"value": "x"}])),
        ("x-real-ip set", |r| r["headers"]["x-real-ip"] = json!([{"value": "1"}])),
        ("method changed", |r| r["method"] = json!("POST")),
        ("client changed", |r| r["clientIp"] = json!("1.2.3.4")),
        ("headers missing", |r| drop(r.as_object_mut().unwrap().remove("headers"))),
        ("uri missing", |r| drop(r.as_object_mut().unwrap().remove("uri"))),
        ("uri relative", |r| r["uri"] = json!("x")),
        ("uri with a blank", |r| r["uri"] = json!("/x y")),
        ("query with a fragment", |r| r["querystring"] = json!("a#b")),
        ("uri too long", |r| r["uri"] = json!(format!("/{}", "x".repeat(8_192)))),
        ("body made", |r| r["body"] = json!({"action": "replace", "data": "x"})),
    ];
    for (name, change) in changes {
        let world = scripted(changing(change)).await;
        let answer = get(world.address, "/api/x", &[]).await;
        assert_eq!(answer.status, 502, "{name}");
    }
}

#[tokio::test]
async fn failures_are_a_503_and_too_much_a_502() {
    for (error, status) in [(FunctionError::Failed, 503), (FunctionError::Timeout, 503), (FunctionError::TooLarge, 502)]
    {
        let world = scripted(Box::new(move |_| Err(error))).await;
        assert_eq!(get(world.address, "/api/x", &[]).await.status, status, "{error}");
    }
    let slow = Setup { delay: Duration::from_mins(1), timeout: Duration::from_millis(50), ..Setup::default() };
    let world = slow.start().await;
    let answer = get(world.address, "/api/x", &[]).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("x-cache"), Some("LambdaExecutionError from cloudfront"));
}

#[tokio::test]
async fn header_values_are_utf_8_or_refused() {
    let world = scripted(Box::new(|event| {
        let value = event["Records"][0]["cf"]["request"]["headers"]["x-name"][0]["value"].clone();
        Ok(Bytes::from(json!({"status": "200", "body": value}).to_string()))
    }))
    .await;
    assert_eq!(get(world.address, "/api/x", &["X-Name: Zoë"]).await.text(), "Zoë");
    let latin = b"GET /api/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Name: Zo\xeb\r\n\r\n";
    assert_eq!(exchange(world.address, latin).await.status, 400);
}
