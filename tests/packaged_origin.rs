//! The packaged web app as Lambda runs it: events of an API Gateway HTTP API (payload format 2.0) through its Runtime API,
//! beside a running site whose catalog, objects and keys it shares.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;
use std::time::Duration;

use end_to_end::site::{Options, Site};
use end_to_end::{dist, root};
use local::runtime::{Function, FunctionConfig};
use serde_json::{Value, json};

async fn function(name: &str, site: &Site, data: &Path) -> Function {
    let secrets: Value = serde_json::from_slice(&std::fs::read(data.join("secrets.json")).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let environment = [
        ("STAGEDOOR_CATALOG", format!("sqlite:{}", data.join("catalog.db").display())),
        ("STAGEDOOR_RAW_BUCKET", "raw".to_owned()),
        ("STAGEDOOR_MEDIA_BUCKET", "media".to_owned()),
        ("STAGEDOOR_PASS_KEYS", format!("file:{}", data.join("pass-keys.json").display())),
        ("STAGEDOOR_EDGE", data.join("edge-auth/EDGE.json").display().to_string()),
        ("AWS_ENDPOINT_URL_S3", site.text("objects").to_owned()),
        ("AWS_ACCESS_KEY_ID", text(&secrets["access_key"])),
        ("AWS_SECRET_ACCESS_KEY", text(&secrets["secret_key"])),
        ("AWS_REGION", "us-east-1".to_owned()),
    ];
    let program = dist().join(name).join("bootstrap");
    Function::start(FunctionConfig {
        name: name.to_owned(),
        command: vec![program.into_os_string()],
        working_dir: Some(data.to_owned()),
        env: environment.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        concurrency: 1,
        timeout: Duration::from_secs(30),
        memory_mb: 512,
    })
    .await
    .unwrap()
}

/// The answer to a fixture with that token in it; its body as JSON where it is.
async fn ask(function: &Function, fixture: &str, token: &str) -> (u64, Value, Value) {
    let path = root().join("tests/fixtures/apigateway").join(format!("{fixture}.json"));
    let event = std::fs::read_to_string(path).unwrap().replace("{TOKEN}", token);
    let answer: Value = serde_json::from_slice(&function.invoke(event.into()).await.unwrap()).unwrap();
    assert_eq!(answer["isBase64Encoded"], false, "{answer}");
    let body = answer["body"].as_str().unwrap_or_default();
    let body = serde_json::from_str(body).unwrap_or_else(|_| json!(body));
    (answer["statusCode"].as_u64().unwrap(), answer["headers"].clone(), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_api_gateway_are_answered_by_the_packaged_app() {
    let data = tempfile::tempdir().unwrap();
    let (site, token) = tokio::task::block_in_place(|| {
        let site = Site::start(data.path(), Options { sample: false, ..Options::default() }).unwrap();
        let token = site.access_token().unwrap();
        (site, token)
    });
    let origin = function("origin", &site, data.path()).await;

    let (status, headers, body) = ask(&origin, "health", &token).await;
    assert_eq!((status, &body), (200, &json!({"status": "ok"})));
    assert_eq!(headers["x-content-type-options"], "nosniff");
    let (status, _, body) = ask(&origin, "profile", &token).await;
    assert_eq!((status, &body["username"]), (200, &json!("you@example.com")));
    let (status, headers, body) = ask(&origin, "library-page", &token).await;
    assert_eq!((status, &headers["content-type"]), (200, &json!("text/html; charset=utf-8")));
    assert!(body.as_str().unwrap().contains("<h1>Library</h1>"), "{body}");
    let (status, _, body) = ask(&origin, "list-with-query", &token).await;
    assert_eq!((status, body), (200, json!({"items": [], "next": null})));

    let (status, _, body) = ask(&origin, "announce", &token).await;
    assert_eq!(status, 201, "{body}");
    let id = body["id"].as_str().unwrap();
    assert!(body["url"].as_str().unwrap().starts_with(site.text("objects")), "{body}");
    let seen = tokio::task::block_in_place(|| site.api(&token, &format!("/api/media/{id}"))).unwrap();
    assert_eq!(seen["title"], "größe 🎉.mov", "both are one app");
    assert_eq!(ask(&origin, "announce-base64", &token).await.0, 201);
    let (status, _, body) = ask(&origin, "form", &token).await;
    assert_eq!((status, &body["media"]["title"]), (201, &json!("a.jpg")), "{body}");

    for (fixture, wanted, reason) in [
        ("no-token", 401, "no_token"),
        ("token-elsewhere", 401, "no_token"),
        ("nothing-here", 404, "not_found"),
        ("wrong-method", 405, "method_not_allowed"),
        ("wrong-body", 400, "body_not_json"),
    ] {
        let (status, headers, body) = ask(&origin, fixture, &token).await;
        assert_eq!((status, &body["reason"]), (wanted, &json!(reason)), "{fixture}");
        assert_eq!(headers["content-type"], "application/problem+json");
    }
    let (status, headers, _) = ask(&origin, "logout", &token).await;
    assert_eq!((status, &headers["location"]), (303, &json!("/_auth/sign-out")));
    origin.stop().await;

    let sweep = function("sweep", &site, data.path()).await;
    let swept: Value = serde_json::from_slice(&sweep.invoke("{}".into()).await.unwrap()).unwrap();
    assert_eq!(swept["uploads"], 0);
    sweep.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authorizer_judges_as_the_edge_does() {
    let data = tempfile::tempdir().unwrap();
    let (_site, token) = tokio::task::block_in_place(|| {
        let site = Site::start(data.path(), Options { sample: false, ..Options::default() }).unwrap();
        let token = site.access_token().unwrap();
        (site, token)
    });
    let directory = tempfile::tempdir().unwrap();
    std::fs::copy(dist().join("authorizer/bootstrap"), directory.path().join("bootstrap")).unwrap();
    std::fs::copy(data.path().join("edge-auth/EDGE.json"), directory.path().join("EDGE.json")).unwrap();
    let authorizer = Function::start(FunctionConfig {
        name: "authorizer".to_owned(),
        command: vec![directory.path().join("bootstrap").into_os_string()],
        working_dir: None,
        env: Vec::new(),
        concurrency: 1,
        timeout: Duration::from_secs(5),
        memory_mb: 128,
    })
    .await
    .unwrap();
    let ask = async |headers: Value, cookies: Value| -> Value {
        let event = json!({"version": "2.0", "type": "REQUEST", "routeArn": "arn:aws:execute-api:eu-central-1:1:a/$default/GET/x",
            "identitySource": [], "rawPath": "/x", "headers": headers, "cookies": cookies});
        serde_json::from_slice(&authorizer.invoke(event.to_string().into()).await.unwrap()).unwrap()
    };
    let cookie = |token: &str| format!("__Host-sd-access={token}");
    let bearer = |token: &str| json!({"authorization": format!("Bearer {token}")});
    for (headers, cookies) in [
        (bearer(&token), json!([])),
        (json!({}), json!([cookie(&token)])),
        (json!({}), json!([cookie(&token), "a=b", cookie(&token)])),
        // As it stands behind the edge.
        (json!({"x-stagedoor-token": token, "authorization": "Bearer x"}), json!([])),
    ] {
        let verdict = ask(headers, cookies).await;
        assert_eq!(
            (&verdict["isAuthorized"], &verdict["context"]["username"]),
            (&json!(true), &json!("you@example.com"))
        );
        assert_eq!(verdict["context"]["groups"], "[\"admins\"]");
    }
    for (headers, cookies, reason) in [
        (json!({}), json!([]), "no_token"),
        (json!({"authorization": format!("Basic {token}")}), json!([cookie(&token)]), "no_token"),
        (bearer("x"), json!([cookie(&token)]), "token_malformed"),
        (json!({"x-stagedoor-token": "x", "authorization": format!("Bearer {token}")}), json!([]), "token_malformed"),
        (bearer(&format!("{token}A")), json!([]), "token_malformed"),
        (json!({}), json!([cookie(&token), cookie("other")]), "ambiguous_cookie"),
    ] {
        let verdict = ask(headers, cookies).await;
        assert_eq!(
            (&verdict["isAuthorized"], verdict["context"].as_object().unwrap().len()),
            (&json!(false), 1),
            "{verdict}"
        );
        let told = verdict["context"]["reason"].as_str().unwrap();
        assert!(told == reason || (reason == "token_malformed" && told == "signature_invalid"), "{verdict}");
    }
    authorizer.stop().await;
}
