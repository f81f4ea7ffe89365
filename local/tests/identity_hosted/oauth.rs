//! What apps get: codes, tokens, their renewal and their end, and the refusals.

use crate::support::{CALLBACK, SCRIPT, WEB};
use crate::{api, code, is_invalid_grant, pool_with_ada, query, redeem, refresh, token};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

#[tokio::test]
async fn a_client_is_told_what_is_wrong_with_its_request() {
    let dir = tempfile::tempdir().unwrap();
    let (_pool, mut browser) = pool_with_ada(&dir).await;
    code(&mut browser, &[]).await;
    let cases = [
        ("scope", "openid everything", "invalid_scope"),
        ("scope", "email", "invalid_scope"),
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "too-short", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
    ];
    for (name, value, error) in cases {
        let page = browser.get(&format!("/oauth2/authorize?{}", query(&[(name, value)]))).await;
        assert_eq!((page.status.as_u16(), page.answered("error").as_deref()), (302, Some(error)), "{name}={value}");
        assert!(page.location().starts_with(CALLBACK) && page.answered("code").is_none());
        assert_eq!(page.answered("state").unwrap(), "st&te \"'<");
    }
}

#[tokio::test]
async fn a_code_is_good_once_and_its_replay_ends_the_sign_in() {
    let dir = tempfile::tempdir().unwrap();
    let (_pool, mut browser) = pool_with_ada(&dir).await;
    let code = code(&mut browser, &[]).await;
    let (_, tokens) = redeem(&mut browser, &code, &[]).await;
    let first = tokens["refresh_token"].as_str().unwrap();
    let (_, tokens) = refresh(&mut browser, WEB, first).await;
    let second = tokens["refresh_token"].as_str().unwrap();
    assert!(is_invalid_grant(&redeem(&mut browser, &code, &[]).await));
    for token in [first, second] {
        assert!(is_invalid_grant(&refresh(&mut browser, WEB, token).await));
    }
}

#[tokio::test]
async fn a_code_is_bound_to_verifier_client_address_and_time() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, mut browser) = pool_with_ada(&dir).await;
    code(&mut browser, &[]).await;
    let wrong = [
        ("code_verifier", "another-verifier-that-is-at-least-43-characters"),
        ("client_id", SCRIPT),
        ("redirect_uri", "http://localhost:8080/other"),
    ];
    let authorize = format!("/oauth2/authorize?{}", query(&[]));
    for change in wrong {
        let code = browser.get(&authorize).await.answered("code").unwrap();
        assert!(is_invalid_grant(&redeem(&mut browser, &code, &[change]).await), "{change:?}");
        assert!(is_invalid_grant(&redeem(&mut browser, &code, &[]).await), "used up by {change:?}");
    }
    let code = browser.get(&authorize).await.answered("code").unwrap();
    let (status, answer) = redeem(&mut browser, &code, &[("code_verifier", "")]).await;
    assert_eq!((status, &answer["error"]), (400, &json!("invalid_request")));
    pool.advance(299);
    assert_eq!(redeem(&mut browser, &code, &[]).await.0, 200);
    let code = browser.get(&authorize).await.answered("code").unwrap();
    pool.advance(300);
    assert!(is_invalid_grant(&redeem(&mut browser, &code, &[]).await));
}

#[tokio::test]
async fn refresh_tokens_rotate_where_the_client_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, mut browser) = pool_with_ada(&dir).await;
    let web = code(&mut browser, &[]).await;
    let (_, tokens) = redeem(&mut browser, &web, &[]).await;
    let old = tokens["refresh_token"].as_str().unwrap();
    let (status, fresh) = refresh(&mut browser, WEB, old).await;
    assert_eq!(status, 200);
    assert_eq!(pool.claims(fresh["id_token"].as_str().unwrap()).await.get("nonce"), None);
    pool.advance(59);
    assert_eq!(refresh(&mut browser, WEB, old).await.0, 200);
    pool.advance(1);
    assert!(is_invalid_grant(&refresh(&mut browser, WEB, old).await));
    assert_eq!(refresh(&mut browser, WEB, fresh["refresh_token"].as_str().unwrap()).await.0, 200);

    let script = browser.get(&format!("/oauth2/authorize?{}", query(&[("client_id", SCRIPT)]))).await;
    let (_, tokens) = redeem(&mut browser, &script.answered("code").unwrap(), &[("client_id", SCRIPT)]).await;
    let kept = tokens["refresh_token"].as_str().unwrap();
    let (status, fresh) = refresh(&mut browser, SCRIPT, kept).await;
    assert_eq!((status, fresh.get("refresh_token")), (200, None));
}

#[tokio::test]
async fn a_revoked_refresh_token_is_good_for_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (_pool, mut browser) = pool_with_ada(&dir).await;
    let code = code(&mut browser, &[]).await;
    let (_, tokens) = redeem(&mut browser, &code, &[]).await;
    let old = tokens["refresh_token"].as_str().unwrap();
    let (_, fresh) = refresh(&mut browser, WEB, old).await;
    let foreign = browser.post("/oauth2/revoke", &[("client_id", SCRIPT), ("token", old)]).await;
    assert_eq!((foreign.status.as_u16(), &foreign.json()["error"]), (400, &json!("invalid_request")));
    let access = tokens["access_token"].as_str().unwrap();
    let access = browser.post("/oauth2/revoke", &[("client_id", WEB), ("token", access)]).await;
    assert_eq!(access.json()["error"], "unsupported_token_type");
    for token in [old, "unknown"] {
        assert_eq!(browser.post("/oauth2/revoke", &[("client_id", WEB), ("token", token)]).await.status, 200);
    }
    assert!(is_invalid_grant(&refresh(&mut browser, WEB, fresh["refresh_token"].as_str().unwrap()).await));
}

#[tokio::test]
async fn the_token_endpoint_names_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let (_pool, mut browser) = pool_with_ada(&dir).await;
    for (fields, error) in [
        (vec![], "invalid_request"),
        (vec![("grant_type", "password"), ("client_id", WEB)], "unsupported_grant_type"),
        (vec![("grant_type", "refresh_token"), ("client_id", "nobody"), ("refresh_token", "x")], "invalid_client"),
        (vec![("grant_type", "refresh_token"), ("client_id", WEB)], "invalid_request"),
        (
            vec![("grant_type", "authorization_code"), ("client_id", WEB), ("code", "a"), ("code", "b")],
            "invalid_request",
        ),
    ] {
        let (status, answer) = token(&mut browser, &fields).await;
        assert_eq!((status, &answer["error"]), (400, &json!(error)), "{fields:?}");
    }
}

#[tokio::test]
async fn discovery_says_where_everything_is() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, mut browser) = pool_with_ada(&dir).await;
    let document = browser.get("/local_Stagedoor/.well-known/openid-configuration").await.json();
    assert_eq!(document["issuer"], format!("{}/local_Stagedoor", pool.url));
    assert_eq!(document["token_endpoint"], format!("{}/oauth2/token", pool.url));
    let served = browser.get("/local_Stagedoor/.well-known/jwks.json").await.json();
    assert_eq!(served, pool.identity.jwks());
    let keys = served["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    for key in keys {
        assert_eq!(
            (&key["kty"], &key["alg"], &key["use"], &key["e"]),
            (&json!("RSA"), &json!("RS256"), &json!("sig"), &json!("AQAB"))
        );
        assert_eq!(URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap().len(), 256);
    }
    assert_ne!(keys[0]["kid"], keys[1]["kid"]);
}

#[tokio::test]
async fn the_api_answers_nonsense_with_an_error_that_holds_none_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, _) = pool_with_ada(&dir).await;
    for (operation, body, name) in [
        ("InitiateAuth", "{\"ClientId\":{\"hunter2\":1}}", "InvalidParameterException"),
        ("InitiateAuth", "hunter2", "SerializationException"),
        ("InitiateAuth", "[]", "SerializationException"),
        (
            "AdminCreateUser",
            "{\"UserPoolId\":\"local_Stagedoor\",\"Username\":\"x\",\"UserAttributes\":\"hunter2\"}",
            "InvalidParameterException",
        ),
        ("DeleteEverything", "{}", "UnknownOperationException"),
    ] {
        let (status, answer) = api(&pool, operation, body).await;
        assert_eq!((status, &answer["__type"]), (400, &json!(name)), "{operation} {body}");
        assert!(!answer.to_string().contains("hunter2"), "{answer}");
    }
}
