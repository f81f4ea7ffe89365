//! Accounts without being signed in, and one's own account with a token.

use crate::identity_support::{Pool, WEB};
use crate::{PASSWORD, access_token, attribute, named, pool_with_ada, refused, sign_in};
use aws_sdk_cognitoidentityprovider::Client as Sdk;
use local::identity::PoolRules;

const NEW: &str = "a password of today";

async fn forgot(sdk: &Sdk, username: &str) -> crate::Outcome<Option<String>> {
    let answer = sdk.forgot_password().client_id(WEB).username(username).send().await.map_err(named)?;
    Ok(answer.code_delivery_details.and_then(|details| details.destination))
}

async fn confirm(sdk: &Sdk, username: &str, code: &str, password: &str) -> crate::Outcome<()> {
    let request = sdk.confirm_forgot_password().client_id(WEB).username(username).confirmation_code(code);
    request.password(password).send().await.map(drop).map_err(named)
}

#[tokio::test]
async fn a_forgotten_password_is_chosen_anew() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    assert_eq!(forgot(&sdk, "ada").await.unwrap().as_deref(), Some("a***@e***"));
    let code = pool.code_for("ada@example.com").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(refused(confirm(&sdk, "ada", wrong, NEW).await), "CodeMismatchException");
    assert_eq!(refused(confirm(&sdk, "ada", &code, "short").await), "InvalidPasswordException");
    confirm(&sdk, "ada", &code, NEW).await.unwrap();
    assert_eq!(refused(confirm(&sdk, "ada", &code, NEW).await), "ExpiredCodeException");
    sign_in(&sdk, "ada", NEW).await.unwrap();
    assert_eq!(refused(sign_in(&sdk, "ada", PASSWORD).await), "NotAuthorizedException");
    // An hour later a code is none.
    forgot(&sdk, "ada").await.unwrap();
    let code = pool.code_for("ada@example.com").await;
    pool.advance(3600);
    assert_eq!(refused(confirm(&sdk, "ada", &code, PASSWORD).await), "ExpiredCodeException");
    let stored = std::fs::read_to_string(dir.path().join("users.json")).unwrap();
    assert!(!stored.contains(&code));
}

#[tokio::test]
async fn guessing_codes_and_asking_for_them_is_limited() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    forgot(&sdk, "ada").await.unwrap();
    let code = pool.code_for("ada@example.com").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(refused(confirm(&sdk, "ada", wrong, NEW).await), "CodeMismatchException");
    }
    assert_eq!(refused(confirm(&sdk, "ada", &code, NEW).await), "LimitExceededException");
    for name in ["ada", "nobody@example.com"] {
        while forgot(&sdk, name).await.is_ok() {}
        assert_eq!(refused(forgot(&sdk, name).await), "LimitExceededException", "{name}");
    }
}

#[tokio::test]
async fn whether_there_is_such_a_user_is_not_said() {
    let dir = tempfile::tempdir().unwrap();
    let (_pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    assert_eq!(forgot(&sdk, "nobody@example.org").await.unwrap().as_deref(), Some("n***@e***"));
    assert_eq!(refused(confirm(&sdk, "nobody@example.org", "123456", NEW).await), "CodeMismatchException");
    let resend = sdk.resend_confirmation_code().client_id(WEB).username("nobody@example.org").send().await.unwrap();
    assert_eq!(resend.code_delivery_details().unwrap().destination(), Some("n***@e***"));
    let confirm = sdk.confirm_sign_up().client_id(WEB).username("nobody").confirmation_code("123456").send();
    assert_eq!(refused(confirm.await.map_err(named)), "ExpiredCodeException");
}

async fn sign_up(sdk: &Sdk, email: &str) -> crate::Outcome<String> {
    let request = sdk.sign_up().client_id(WEB).username(email).password(PASSWORD);
    let answer = request.user_attributes(attribute("email", email)).send().await.map_err(named)?;
    assert!(!answer.user_confirmed);
    Ok(answer.user_sub)
}

#[tokio::test]
async fn people_sign_up_where_they_may() {
    let dir = tempfile::tempdir().unwrap();
    let (_closed, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    assert_eq!(refused(sign_up(&sdk, "zoe@example.com").await), "NotAuthorizedException");

    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir, PoolRules { self_sign_up: true, ..PoolRules::default() }).await;
    let sub = sign_up(&sdk, "zoe@example.com").await.unwrap();
    assert_eq!(Some(sub), pool.identity.subject_of("zoe@example.com"));
    assert_eq!(refused(sign_up(&sdk, "zoe@example.com").await), "UsernameExistsException");
    assert_eq!(refused(sign_in(&sdk, "zoe@example.com", PASSWORD).await), "UserNotConfirmedException");
    assert_eq!(refused(sign_in(&sdk, "zoe@example.com", "wrong").await), "NotAuthorizedException");
    let old = pool.code_for("zoe@example.com").await;
    sdk.resend_confirmation_code().client_id(WEB).username("zoe@example.com").send().await.unwrap();
    let new = pool.code_for("zoe@example.com").await;
    let confirm =
        |code: &str| sdk.confirm_sign_up().client_id(WEB).username("zoe@example.com").confirmation_code(code).send();
    if old != new {
        assert_eq!(refused(confirm(&old).await.map_err(named)), "CodeMismatchException");
    }
    confirm(&new).await.unwrap();
    let access = access_token(&sdk, "zoe@example.com", PASSWORD).await;
    let user = sdk.get_user().access_token(access).send().await.unwrap();
    let verified = user.user_attributes().iter().find(|a| a.name() == "email_verified").unwrap();
    assert_eq!(verified.value(), Some("true"));
    let spoofed = sdk.sign_up().client_id(WEB).username("m@example.com").password(PASSWORD);
    let spoofed = spoofed.user_attributes(attribute("email_verified", "true")).send().await.map_err(named);
    assert_eq!(refused(spoofed), "InvalidParameterException");
}

#[tokio::test]
async fn people_change_password_and_address() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    let access = access_token(&sdk, "ada", PASSWORD).await;
    let change = |old: &str, new: &str| {
        let request = sdk.change_password().access_token(&access);
        request.previous_password(old).proposed_password(new).send()
    };
    assert_eq!(refused(change("wrong", NEW).await.map_err(named)), "NotAuthorizedException");
    assert_eq!(refused(change(PASSWORD, "short").await.map_err(named)), "InvalidPasswordException");
    change(PASSWORD, NEW).await.unwrap();
    sign_in(&sdk, "ada", NEW).await.unwrap();

    let update = |name: &str, value: &str| {
        sdk.update_user_attributes().access_token(&access).user_attributes(attribute(name, value)).send()
    };
    assert_eq!(refused(update("email_verified", "true").await.map_err(named)), "InvalidParameterException");
    assert_eq!(update("name", "Ada").await.unwrap().code_delivery_details_list().len(), 0);
    update("email", "ada@example.org").await.unwrap();
    // Who has not proven the new address cannot have a password sent there.
    forgot(&sdk, "ada").await.unwrap();
    let old = pool.code_for("ada@example.org").await;
    assert_eq!(refused(confirm(&sdk, "ada", &old, PASSWORD).await), "ExpiredCodeException");
    let ask = sdk.get_user_attribute_verification_code().access_token(&access).attribute_name("email");
    ask.send().await.unwrap();
    let code = pool.code_for("ada@example.org").await;
    let verify = sdk.verify_user_attribute().access_token(&access).attribute_name("email").code(code);
    verify.send().await.unwrap();
    forgot(&sdk, "ada").await.unwrap();
    confirm(&sdk, "ada", &pool.code_for("ada@example.org").await, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_refresh_token_is_revoked() {
    let dir = tempfile::tempdir().unwrap();
    let (_pool, sdk): (Pool, Sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    let result = sign_in(&sdk, "ada", PASSWORD).await.unwrap().authentication_result.unwrap();
    let revoke = |token: &str| sdk.revoke_token().client_id(WEB).token(token).send();
    let access = result.access_token().unwrap();
    assert_eq!(refused(revoke(access).await.map_err(named)), "UnsupportedTokenTypeException");
    revoke(result.refresh_token().unwrap()).await.unwrap();
    let renew = sdk.get_tokens_from_refresh_token().client_id(WEB).refresh_token(result.refresh_token().unwrap());
    assert_eq!(refused(renew.send().await.map_err(named)), "NotAuthorizedException");
    assert_eq!(refused(sdk.get_user().access_token(access).send().await.map_err(named)), "NotAuthorizedException");
}
