//! Passwords that are proven and never sent.

use crate::identity_support::{SCRIPT, WEB};
use crate::{PASSWORD, TEMPORARY, attribute, begin, named, pool_with_ada, prove, refused, respond, sign_in};
use aws_sdk_cognitoidentityprovider::types::{AuthFlowType, ChallengeNameType};
use local::identity::{POOL_ID, PoolRules};
use serde_json::json;

#[tokio::test]
async fn a_proven_password_leads_to_tokens() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    for name in ["ada", "ADA", &pool.identity.subject_of("ada").unwrap()] {
        let result = sign_in(&sdk, name, PASSWORD).await.unwrap().authentication_result.unwrap();
        let claims = pool.claims(result.access_token().unwrap()).await;
        assert_eq!((&claims["username"], &claims["client_id"]), (&json!("ada"), &json!(WEB)));
        assert_eq!(claims["scope"], "aws.cognito.signin.user.admin");
        assert!(result.refresh_token.is_some());
    }
    let stored = std::fs::read_to_string(dir.path().join("users.json")).unwrap();
    assert!(!stored.contains(PASSWORD));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_look_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let (_pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    let wrong = sign_in(&sdk, "ada", "wrong").await.unwrap_err();
    let unknown = sign_in(&sdk, "eve", PASSWORD).await.unwrap_err();
    assert_eq!(wrong, ("NotAuthorizedException".to_owned(), "Incorrect username or password.".to_owned()));
    assert_eq!(wrong, unknown);
    // What is answered first is the same each time, for somebody as for nobody, and of the same form.
    for name in ["ada", "eve"] {
        let mut seen = Vec::new();
        for spelling in [name, &name.to_uppercase()] {
            let answer = begin(&sdk, spelling, PASSWORD).await.unwrap().1;
            let parameters = answer.challenge_parameters.unwrap();
            assert_eq!(parameters["USER_ID_FOR_SRP"].len(), 36);
            assert!(parameters["SRP_B"].len() > 760, "{}", parameters["SRP_B"].len());
            seen.push((parameters["SALT"].clone(), parameters["USER_ID_FOR_SRP"].clone()));
        }
        assert_eq!(seen[0], seen[1], "{name}");
    }
}

#[tokio::test]
async fn a_proof_is_good_once_for_its_client_and_its_person_and_for_three_minutes() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    let (client, begun) = begin(&sdk, "ada", PASSWORD).await.unwrap();
    prove(&sdk, &client, &begun).await.unwrap();
    assert_eq!(refused(prove(&sdk, &client, &begun).await), "NotAuthorizedException");
    let (client, begun) = begin(&sdk, "ada", PASSWORD).await.unwrap();
    pool.advance(180);
    assert_eq!(refused(prove(&sdk, &client, &begun).await), "NotAuthorizedException");

    pool.identity.ensure_user("bob", "bob@example.com", PASSWORD).unwrap();
    for (client_id, username) in [(SCRIPT, "ada"), (WEB, "bob")] {
        let (client, begun) = begin(&sdk, "ada", PASSWORD).await.unwrap();
        let parameters = begun.challenge_parameters.unwrap();
        let (block, id) = (&parameters["SECRET_BLOCK"], &parameters["USER_ID_FOR_SRP"]);
        let proof = client.verify(block, id, &parameters["SALT"], &parameters["SRP_B"]).unwrap();
        let request = sdk.respond_to_auth_challenge().client_id(client_id);
        let request = request.challenge_name(ChallengeNameType::PasswordVerifier);
        let request =
            request.challenge_responses("USERNAME", username).challenge_responses("TIMESTAMP", proof.timestamp);
        let request = request.challenge_responses("PASSWORD_CLAIM_SECRET_BLOCK", block);
        let request = request.challenge_responses("PASSWORD_CLAIM_SIGNATURE", proof.password_claim_signature);
        assert_eq!(refused(request.send().await.map_err(named)), "NotAuthorizedException", "{client_id} {username}");
    }
}

#[tokio::test]
async fn numbers_that_prove_anything_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (_pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    for number in ["0", "00", "not a number", &"f".repeat(768)] {
        let request = sdk.initiate_auth().client_id(WEB).auth_flow(AuthFlowType::UserSrpAuth);
        let request = request.auth_parameters("USERNAME", "ada").auth_parameters("SRP_A", number);
        assert_eq!(refused(request.send().await.map_err(named)), "InvalidParameterException", "{number}");
    }
}

#[tokio::test]
async fn the_sixth_guess_waits() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    let locked = ("NotAuthorizedException".to_owned(), "Password attempts exceeded".to_owned());
    for name in ["ada", "eve"] {
        for _ in 0..5 {
            assert_eq!(sign_in(&sdk, name, "wrong").await.unwrap_err().1, "Incorrect username or password.");
        }
        assert_eq!(sign_in(&sdk, name, PASSWORD).await.unwrap_err(), locked);
        // By the other flow too.
        let request = sdk.initiate_auth().client_id(SCRIPT).auth_flow(AuthFlowType::UserPasswordAuth);
        let request = request.auth_parameters("USERNAME", name).auth_parameters("PASSWORD", PASSWORD);
        assert_eq!(request.send().await.map_err(named).unwrap_err(), locked);
    }
    pool.advance(1);
    sign_in(&sdk, "ada", PASSWORD).await.unwrap();
    assert_eq!(sign_in(&sdk, "ada", "wrong").await.unwrap_err().1, "Incorrect username or password.");
}

#[tokio::test]
async fn a_temporary_password_is_proven_and_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    let made = sdk.admin_create_user().user_pool_id(POOL_ID).username("grace").temporary_password(TEMPORARY);
    made.user_attributes(attribute("email", "grace@example.com")).send().await.unwrap();
    let first = sign_in(&sdk, "grace", TEMPORARY).await.unwrap();
    assert_eq!(first.challenge_name, Some(ChallengeNameType::NewPasswordRequired));
    let id = &first.challenge_parameters.unwrap()["USER_ID_FOR_SRP"];
    assert_eq!(Some(id.clone()), pool.identity.subject_of("grace"));
    let new = [("USERNAME", id.as_str()), ("NEW_PASSWORD", PASSWORD)];
    let done = respond(&sdk, ChallengeNameType::NewPasswordRequired, &first.session.unwrap(), &new).await.unwrap();
    assert!(done.authentication_result.is_some());
    sign_in(&sdk, "grace", PASSWORD).await.unwrap();
    assert_eq!(refused(sign_in(&sdk, "grace", TEMPORARY).await), "NotAuthorizedException");
    // A week later a temporary password leads nowhere.
    let made = sdk.admin_create_user().user_pool_id(POOL_ID).username("late").temporary_password(TEMPORARY);
    made.send().await.unwrap();
    pool.advance(7 * 24 * 3600);
    assert!(sign_in(&sdk, "late", TEMPORARY).await.unwrap_err().1.starts_with("Temporary password has expired"));
}

#[tokio::test]
async fn a_user_of_before_srp_gets_a_verifier_with_the_next_right_password() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, _) = pool_with_ada(&dir, PoolRules::default()).await;
    let path = dir.path().join("users.json");
    let mut users: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for field in ["srp", "password_expires_at", "enabled", "factors"] {
        users["users"]["ada"].as_object_mut().unwrap().shift_remove(field).unwrap();
    }
    users.as_object_mut().unwrap().shift_remove("verifications");
    std::fs::write(&path, serde_json::to_vec(&users).unwrap()).unwrap();
    let pool = pool.restart().await;
    let sdk = crate::identity_support::sdk::sdk(&pool);
    assert_eq!(refused(sign_in(&sdk, "ada", PASSWORD).await), "NotAuthorizedException");
    assert!(!pool.identity.ensure_user("ada", "ada@example.com", PASSWORD).unwrap());
    sign_in(&sdk, "ada", PASSWORD).await.unwrap();
}
