//! The pool as the real Cognito SDK sees it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod identity_support;

use aws_sdk_cognitoidentityprovider::Client as Sdk;
use aws_sdk_cognitoidentityprovider::types::{
    AttributeType, AuthFlowType, AuthenticationResultType, ChallengeNameType, UserStatusType,
};
use identity_support::sdk::{refusal, sdk};
use identity_support::{Pool, SCRIPT, WEB};
use local::identity::POOL_ID;
use serde_json::json;

const PASSWORD: &str = "correct horse battery";
const TEMPORARY: &str = "only-for-today";

/// A pool in which `ada` has a password of her own.
async fn pool_with_ada(dir: &tempfile::TempDir) -> (Pool, Sdk) {
    let pool = Pool::start(dir.path()).await;
    assert!(pool.identity.ensure_user("ada", "ada@example.com", PASSWORD).unwrap());
    let sdk = sdk(&pool);
    (pool, sdk)
}

async fn sign_in(sdk: &Sdk, client: &str) -> AuthenticationResultType {
    let request = sdk.initiate_auth().client_id(client).auth_flow(AuthFlowType::UserPasswordAuth);
    let answer = request.auth_parameters("USERNAME", "ada").auth_parameters("PASSWORD", PASSWORD).send().await.unwrap();
    answer.authentication_result.unwrap()
}

macro_rules! initiate {
    ($sdk:expr, $client:expr, $flow:ident, $($name:literal = $value:expr),*) => {
        $sdk.initiate_auth().client_id($client).auth_flow(AuthFlowType::$flow)$(.auth_parameters($name, $value))*.send().await
    };
}

#[tokio::test]
async fn a_user_made_by_an_administrator_chooses_a_password_first() {
    let dir = tempfile::tempdir().unwrap();
    let pool = Pool::start(dir.path()).await;
    let sdk = sdk(&pool);
    let email = AttributeType::builder().name("email").value("grace@example.com").build().unwrap();
    let made = sdk.admin_create_user().user_pool_id(POOL_ID).username("grace").temporary_password(TEMPORARY);
    let user = made.user_attributes(email).send().await.unwrap().user.unwrap();
    assert_eq!(user.user_status, Some(UserStatusType::ForceChangePassword));

    let first = initiate!(sdk, WEB, UserPasswordAuth, "USERNAME" = "grace", "PASSWORD" = TEMPORARY).unwrap();
    assert_eq!(first.challenge_name, Some(ChallengeNameType::NewPasswordRequired));
    assert!(first.authentication_result.is_none());
    let session = first.session.unwrap();
    let respond = async |client: &str, username: &str, password: &str| {
        let request = sdk.respond_to_auth_challenge().client_id(client);
        let request = request.challenge_name(ChallengeNameType::NewPasswordRequired).session(&session);
        request.challenge_responses("USERNAME", username).challenge_responses("NEW_PASSWORD", password).send().await
    };
    assert_eq!(refusal(respond(WEB, "grace", "short").await).0, "InvalidPasswordException");
    assert_eq!(refusal(respond(WEB, "ada", PASSWORD).await).0, "NotAuthorizedException");
    assert_eq!(refusal(respond(SCRIPT, "grace", PASSWORD).await).0, "NotAuthorizedException");
    let result = respond(WEB, "grace", PASSWORD).await.unwrap().authentication_result.unwrap();
    assert_eq!(refusal(respond(WEB, "grace", "another one").await).0, "NotAuthorizedException");
    assert_eq!((result.token_type.as_deref(), result.expires_in), (Some("Bearer"), 900));

    let id = pool.claims(result.id_token.as_deref().unwrap()).await;
    assert_eq!(
        (&id["email"], &id["cognito:username"], &id["aud"]),
        (&json!("grace@example.com"), &json!("grace"), &json!(WEB))
    );
    assert_eq!((&id["token_use"], id.get("client_id"), id.get("nonce")), (&json!("id"), None, None));
    let old = initiate!(sdk, WEB, UserPasswordAuth, "USERNAME" = "grace", "PASSWORD" = TEMPORARY);
    assert_eq!(refusal(old).0, "NotAuthorizedException");
    initiate!(sdk, WEB, UserPasswordAuth, "USERNAME" = "GRACE", "PASSWORD" = PASSWORD).unwrap();
}

#[tokio::test]
async fn access_tokens_have_cognitos_shape() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir).await;
    let before = pool.claims(sign_in(&sdk, SCRIPT).await.access_token.as_deref().unwrap()).await;
    assert_eq!(before.get("cognito:groups"), None);
    sdk.create_group().user_pool_id(POOL_ID).group_name("admins").send().await.unwrap();
    let add = sdk.admin_add_user_to_group().user_pool_id(POOL_ID).username("ada").group_name("admins");
    add.send().await.unwrap();

    let mut claims = pool.claims(sign_in(&sdk, SCRIPT).await.access_token.as_deref().unwrap()).await;
    let claims = claims.as_object_mut().unwrap();
    for name in ["origin_jti", "event_id", "jti"] {
        let value = claims.remove(name).unwrap();
        assert_eq!(value.as_str().unwrap().len(), 36, "{name}");
    }
    let expected = json!({
        "sub": pool.identity.subject_of("ada").unwrap(),
        "cognito:groups": ["admins"],
        "iss": format!("{}/local_Stagedoor", pool.url),
        "auth_time": pool.now(),
        "iat": pool.now(),
        "client_id": SCRIPT,
        "token_use": "access",
        "scope": "aws.cognito.signin.user.admin",
        "exp": pool.now() + 900,
        "username": "ada",
    });
    assert_eq!(&serde_json::Value::Object(claims.clone()), &expected);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_look_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let (_pool, sdk) = pool_with_ada(&dir).await;
    let wrong = refusal(initiate!(sdk, SCRIPT, UserPasswordAuth, "USERNAME" = "ada", "PASSWORD" = "wrong"));
    let unknown = refusal(initiate!(sdk, SCRIPT, UserPasswordAuth, "USERNAME" = "eve", "PASSWORD" = "wrong"));
    assert_eq!(wrong, ("NotAuthorizedException".to_owned(), "Incorrect username or password.".to_owned()));
    assert_eq!(wrong, unknown);
}

#[tokio::test]
async fn without_rotation_the_refresh_token_stays() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir).await;
    let first = sign_in(&sdk, SCRIPT).await;
    let refresh = first.refresh_token.as_deref().unwrap();
    pool.advance(100);
    for _ in 0..2 {
        let answer = initiate!(sdk, SCRIPT, RefreshTokenAuth, "REFRESH_TOKEN" = refresh).unwrap();
        let result = answer.authentication_result.unwrap();
        assert_eq!(result.refresh_token, None);
        let (old, new) =
            (pool.claims(first.access_token().unwrap()).await, pool.claims(result.access_token().unwrap()).await);
        assert_eq!(new["iat"], json!(pool.now()));
        assert_ne!(old["jti"], new["jti"]);
        assert_eq!((&old["origin_jti"], &old["auth_time"]), (&new["origin_jti"], &new["auth_time"]));
    }
    initiate!(sdk, SCRIPT, RefreshToken, "REFRESH_TOKEN" = refresh).unwrap();
    let foreign = sdk.get_tokens_from_refresh_token().client_id(WEB).refresh_token(refresh).send().await;
    assert_eq!(refusal(foreign).0, "NotAuthorizedException");
    pool.advance(30 * 24 * 3600 - 100);
    let late = initiate!(sdk, SCRIPT, RefreshTokenAuth, "REFRESH_TOKEN" = refresh);
    assert_eq!(refusal(late).0, "NotAuthorizedException");
}

#[tokio::test]
async fn with_rotation_the_old_refresh_token_lives_for_a_minute() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir).await;
    let old = sign_in(&sdk, WEB).await.refresh_token.unwrap();
    let refused = initiate!(sdk, WEB, RefreshTokenAuth, "REFRESH_TOKEN" = &old);
    assert_eq!(refusal(refused).0, "InvalidParameterException");

    let exchange =
        async |token: &str| sdk.get_tokens_from_refresh_token().client_id(WEB).refresh_token(token).send().await;
    let new = exchange(&old).await.unwrap().authentication_result.unwrap().refresh_token.unwrap();
    assert_ne!(old, new);
    pool.advance(59);
    let sibling = exchange(&old).await.unwrap().authentication_result.unwrap().refresh_token.unwrap();
    pool.advance(1);
    assert_eq!(refusal(exchange(&old).await).0, "RefreshTokenReuseException");
    exchange(&new).await.unwrap();
    exchange(&sibling).await.unwrap();
}

#[tokio::test]
async fn global_sign_out_ends_every_sign_in_of_that_user_only() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir).await;
    pool.identity.ensure_user("bob", "bob@example.com", PASSWORD).unwrap();
    let bob = initiate!(sdk, SCRIPT, UserPasswordAuth, "USERNAME" = "bob", "PASSWORD" = PASSWORD).unwrap();
    let bob = bob.authentication_result.unwrap().refresh_token.unwrap();
    let (script, web) = (sign_in(&sdk, SCRIPT).await, sign_in(&sdk, WEB).await);
    let access = script.access_token().unwrap();

    // The signature's last character holds bits that decide nothing, so the first is changed.
    let (message, signature) = access.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    for bad in [format!("{message}.{other}{}", &signature[1..]), script.id_token.clone().unwrap(), "nonsense".into()] {
        assert_eq!(refusal(sdk.global_sign_out().access_token(bad).send().await).0, "NotAuthorizedException");
    }
    sdk.global_sign_out().access_token(access).send().await.unwrap();
    assert_eq!(refusal(sdk.global_sign_out().access_token(access).send().await).1, "Access Token has been revoked");
    let refresh = script.refresh_token().unwrap();
    let refused = initiate!(sdk, SCRIPT, RefreshTokenAuth, "REFRESH_TOKEN" = refresh);
    assert_eq!(refusal(refused).0, "NotAuthorizedException");
    let refresh = web.refresh_token().unwrap();
    let refused = sdk.get_tokens_from_refresh_token().client_id(WEB).refresh_token(refresh).send().await;
    assert_eq!(refusal(refused).0, "NotAuthorizedException");
    initiate!(sdk, SCRIPT, RefreshTokenAuth, "REFRESH_TOKEN" = bob).unwrap();
    sign_in(&sdk, SCRIPT).await;
}

#[tokio::test]
async fn an_expired_access_token_signs_nobody_out() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir).await;
    let access = sign_in(&sdk, SCRIPT).await.access_token.unwrap();
    pool.advance(900);
    assert_eq!(refusal(sdk.global_sign_out().access_token(access).send().await).0, "NotAuthorizedException");
}

#[tokio::test]
async fn refusals_have_cognitos_names() {
    let dir = tempfile::tempdir().unwrap();
    let (_pool, sdk) = pool_with_ada(&dir).await;
    let create = |pool: &str, name: &str, password: &str| {
        sdk.admin_create_user().user_pool_id(pool).username(name).temporary_password(password).send()
    };
    assert_eq!(refusal(create(POOL_ID, "ADA", TEMPORARY).await).0, "UsernameExistsException");
    assert_eq!(refusal(create("local_Other", "eve", TEMPORARY).await).0, "ResourceNotFoundException");
    assert_eq!(refusal(create(POOL_ID, "eve", "short").await).0, "InvalidPasswordException");
    assert_eq!(refusal(create(POOL_ID, "e ve", TEMPORARY).await).0, "InvalidParameterException");
    let attribute = AttributeType::builder().name("sub").value("someone else").build().unwrap();
    let with_sub = sdk.admin_create_user().user_pool_id(POOL_ID).username("eve").user_attributes(attribute);
    assert_eq!(refusal(with_sub.send().await).0, "InvalidParameterException");
    let group = |name: &str, user: &str| {
        sdk.admin_add_user_to_group().user_pool_id(POOL_ID).username(user).group_name(name).send()
    };
    assert_eq!(refusal(group("admins", "ada").await).0, "ResourceNotFoundException");
    sdk.create_group().user_pool_id(POOL_ID).group_name("admins").send().await.unwrap();
    let again = sdk.create_group().user_pool_id(POOL_ID).group_name("admins").send().await;
    assert_eq!(refusal(again).0, "GroupExistsException");
    assert_eq!(refusal(group("admins", "eve").await).0, "UserNotFoundException");
    let unknown = sdk.admin_get_user().user_pool_id(POOL_ID).username("eve").send().await;
    assert_eq!(refusal(unknown).0, "UserNotFoundException");
    let client = initiate!(sdk, "no-such-client", UserPasswordAuth, "USERNAME" = "ada", "PASSWORD" = PASSWORD);
    assert_eq!(refusal(client).0, "ResourceNotFoundException");
    let missing = refusal(initiate!(sdk, SCRIPT, UserPasswordAuth, "USERNAME" = "ada"));
    assert_eq!((missing.0.as_str(), missing.1.contains("PASSWORD")), ("InvalidParameterException", true));
    assert_eq!(refusal(initiate!(sdk, SCRIPT, UserSrpAuth, "USERNAME" = "ada")).0, "InvalidParameterException");
    assert_eq!(refusal(sdk.list_devices().access_token("x").send().await).0, "UnknownOperationException");
}

#[tokio::test]
async fn passwords_set_by_an_administrator_are_permanent_or_temporary() {
    let dir = tempfile::tempdir().unwrap();
    let (_pool, sdk) = pool_with_ada(&dir).await;
    let set = |password: &str, permanent: bool| {
        let request = sdk.admin_set_user_password().user_pool_id(POOL_ID).username("ada");
        request.password(password).permanent(permanent).send()
    };
    set(TEMPORARY, false).await.unwrap();
    let answer = initiate!(sdk, SCRIPT, UserPasswordAuth, "USERNAME" = "ada", "PASSWORD" = TEMPORARY).unwrap();
    assert_eq!(answer.challenge_name, Some(ChallengeNameType::NewPasswordRequired));
    set(PASSWORD, true).await.unwrap();
    sign_in(&sdk, SCRIPT).await;
    assert_eq!(refusal(set("short", true).await).0, "InvalidPasswordException");
}

#[tokio::test]
async fn users_are_listed_in_pages() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir).await;
    for name in ["bob", "Carol"] {
        pool.identity.ensure_user(name, "x@example.com", PASSWORD).unwrap();
    }
    let pages = sdk.list_users().user_pool_id(POOL_ID).limit(2).into_paginator().send();
    let pages: Vec<_> = pages.try_collect().await.unwrap();
    let names: Vec<Vec<_>> =
        pages.iter().map(|page| page.users().iter().map(|user| user.username().unwrap()).collect()).collect();
    assert_eq!(names, [vec!["ada", "bob"], vec!["Carol"]]);
    let ada = sdk.admin_get_user().user_pool_id(POOL_ID).username("ada").send().await.unwrap();
    let sub = ada.user_attributes().iter().find(|attribute| attribute.name() == "sub").unwrap();
    assert_eq!(sub.value().map(str::to_owned), pool.identity.subject_of("ada"));
}

#[tokio::test]
async fn a_restart_finds_users_groups_keys_and_refresh_tokens() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, client) = pool_with_ada(&dir).await;
    client.create_group().user_pool_id(POOL_ID).group_name("admins").send().await.unwrap();
    let (old, subject) = (sign_in(&client, SCRIPT).await, pool.identity.subject_of("ada"));
    let pool = pool.restart().await;
    let client = sdk(&pool);
    pool.claims(old.access_token().unwrap()).await;
    assert!(!pool.identity.ensure_user("ada", "ada@example.com", "another password").unwrap());
    assert_eq!(pool.identity.subject_of("ada"), subject);
    initiate!(client, SCRIPT, RefreshTokenAuth, "REFRESH_TOKEN" = old.refresh_token().unwrap()).unwrap();
    let add = client.admin_add_user_to_group().user_pool_id(POOL_ID).username("ada").group_name("admins");
    add.send().await.unwrap();
    sign_in(&client, SCRIPT).await;

    let stored = std::fs::read_to_string(dir.path().join("users.json")).unwrap();
    for secret in [PASSWORD, old.refresh_token().unwrap()] {
        assert!(!stored.contains(secret));
    }
}
