//! What people see and where they are sent.

use crate::support::{CALLBACK, SIGNED_OUT, WEB};
use crate::{PASSWORD, SESSION_COOKIE, TEMPORARY, api, code, form, pool_with_ada, query, redeem};
use serde_json::json;

#[tokio::test]
async fn a_password_becomes_tokens_by_way_of_a_code() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, mut browser) = pool_with_ada(&dir).await;
    let page = form(&mut browser, &query(&[])).await;
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && policy.contains("form-action 'self' http://localhost:8080;"),
        "{policy}"
    );
    assert!(page.body.contains("Stagedoor &#60;test&#62;") && !page.body.contains("<script"), "{}", page.body);

    let back = browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]).await;
    assert!(back.location().starts_with(&format!("{CALLBACK}?code=")), "{}", back.location());
    assert_eq!(back.answered("state").unwrap(), "st&te \"'<");
    let (status, tokens) = redeem(&mut browser, &back.answered("code").unwrap(), &[]).await;
    assert_eq!((status, &tokens["token_type"], &tokens["expires_in"]), (200, &json!("Bearer"), &json!(900)));

    let access = pool.claims(tokens["access_token"].as_str().unwrap()).await;
    let id = pool.claims(tokens["id_token"].as_str().unwrap()).await;
    assert_eq!((&access["scope"], &access["client_id"]), (&json!("openid email profile"), &json!(WEB)));
    assert_eq!((&access["token_use"], access.get("aud")), (&json!("access"), None));
    assert_eq!((&id["nonce"], &id["aud"], &id["token_use"]), (&json!("n0nce"), &json!(WEB), &json!("id")));
    assert_eq!((&id["email"], &id["email_verified"]), (&json!("ada@example.com"), &json!(true)));
    assert_eq!((&id["sub"], &id["iss"]), (&access["sub"], &json!(pool.identity.issuer())));
    assert!(tokens["refresh_token"].is_string());
}

#[tokio::test]
async fn a_session_needs_no_second_password_until_logout() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, mut browser) = pool_with_ada(&dir).await;
    code(&mut browser, &[]).await;
    let authorize = format!("/oauth2/authorize?{}", query(&[]));
    let again = browser.get(&authorize).await;
    let (status, _) = redeem(&mut browser, &again.answered("code").unwrap(), &[]).await;
    assert_eq!((again.status.as_u16(), status), (302, 200));

    let pool = pool.restart().await;
    assert!(browser.get(&authorize).await.answered("code").is_some());

    let stolen = browser.cookies.clone();
    let elsewhere = format!("/logout?client_id={WEB}&logout_uri=http%3A%2F%2Fevil.example%2F");
    let page = browser.get(&elsewhere).await;
    assert_eq!((page.status.as_u16(), page.location()), (400, ""));
    let out = browser.get(&format!("/logout?client_id={WEB}&logout_uri={SIGNED_OUT}")).await;
    assert_eq!((out.status.as_u16(), out.location()), (302, SIGNED_OUT));
    assert!(!browser.cookies.contains_key(SESSION_COOKIE));
    browser.cookies = stolen;
    assert!(browser.get(&authorize).await.location().starts_with("/login?"));

    code(&mut browser, &[]).await;
    pool.advance(3600);
    assert!(browser.get(&authorize).await.location().starts_with("/login?"));
    code(&mut browser, &[]).await;
    let out = browser.get(&format!("/logout?{}", query(&[]))).await;
    assert_eq!(out.location(), format!("/login?{}", query(&[])));
    assert!(browser.get(&authorize).await.location().starts_with("/login?"));
}

#[tokio::test]
async fn wrong_passwords_and_foreign_forms_sign_nobody_in() {
    let dir = tempfile::tempdir().unwrap();
    let (_pool, mut browser) = pool_with_ada(&dir).await;
    let page = form(&mut browser, &query(&[])).await;
    let mut bodies = Vec::new();
    for name in ["ada", "eve"] {
        let answer = browser.submit(&page, &[("username", name), ("password", "wrong <password>")]).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (401, ""));
        assert!(answer.body.contains("Incorrect username or password.") && !answer.body.contains("wrong"));
        bodies.push(answer.body.replace(name, "NAME"));
    }
    assert_eq!(bodies[0], bodies[1]);
    let target = format!("/login?{}", query(&[]));
    let good = [("username", "ada"), ("password", PASSWORD)];
    assert_eq!(browser.post(&target, &good).await.status, 403);
    browser.cookies.clear();
    assert_eq!(browser.submit(&page, &good).await.status, 403);
    assert!(!browser.cookies.contains_key(SESSION_COOKIE));
}

#[tokio::test]
async fn a_temporary_password_leads_to_a_form_for_a_new_one() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, mut browser) = pool_with_ada(&dir).await;
    let body = json!({ "UserPoolId": "local_Stagedoor", "Username": "ada", "Password": TEMPORARY, "Permanent": false });
    assert_eq!(api(&pool, "AdminSetUserPassword", &body.to_string()).await.0, 200);

    let page = form(&mut browser, &query(&[])).await;
    let page = browser.submit(&page, &[("username", "ada"), ("password", TEMPORARY)]).await;
    assert_eq!((page.status.as_u16(), browser.cookies.contains_key(SESSION_COOKIE)), (200, false));
    let short = browser.submit(&page, &[("username", "ada"), ("new_password", "short")]).await;
    assert_eq!((short.status.as_u16(), short.body.contains("not long enough")), (400, true));
    let back = browser.submit(&short, &[("username", "ada"), ("new_password", PASSWORD)]).await;
    let (status, _) = redeem(&mut browser, &back.answered("code").unwrap(), &[]).await;
    assert_eq!(status, 200);
    let replay = browser.submit(&short, &[("username", "ada"), ("new_password", "another password")]).await;
    assert_eq!(replay.status, 401);
}

#[tokio::test]
async fn unknown_clients_and_addresses_are_never_redirected_to() {
    let dir = tempfile::tempdir().unwrap();
    let (_pool, mut browser) = pool_with_ada(&dir).await;
    code(&mut browser, &[]).await;
    let bad = [
        query(&[("client_id", "nobody")]),
        query(&[("client_id", "")]),
        query(&[("redirect_uri", "")]),
        query(&[("redirect_uri", "http://localhost:8080/_auth/callback/")]),
        query(&[("redirect_uri", "http://LOCALHOST:8080/_auth/callback")]),
        query(&[("redirect_uri", "http://localhost:8080/_auth/callback?x=1")]),
        query(&[("redirect_uri", "http://evil.example/")]),
        format!("{}&redirect_uri=http://evil.example/", query(&[])),
        format!("{}&client_id={WEB}", query(&[])),
        String::new(),
    ];
    for query in bad {
        for path in ["/oauth2/authorize", "/login", "/logout"] {
            let page = browser.get(&format!("{path}?{query}")).await;
            assert_eq!((page.status.as_u16(), page.location()), (400, ""), "{path}?{query}");
            assert!(!page.body.contains("evil"), "{}", page.body);
        }
    }
}
