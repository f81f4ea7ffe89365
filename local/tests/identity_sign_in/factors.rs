//! Second factors.

use crate::{Outcome, PASSWORD, access_token, attribute, named, pool_with_ada, refused, respond, sign_in};
use aws_sdk_cognitoidentityprovider::Client as Sdk;
use aws_sdk_cognitoidentityprovider::types::{
    ChallengeNameType, SmsMfaSettingsType, SoftwareTokenMfaSettingsType, VerifySoftwareTokenResponseType,
};
use local::identity::{POOL_ID, PoolRules, SecondFactor};
use totp_rs::{Builder, Secret};

/// What the person's authenticator app shows.
fn code(key: &str, at: u64) -> String {
    Builder::new().with_secret(Secret::try_from_base32(key).unwrap()).build().unwrap().generate(at).to_string()
}

fn other_than(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

/// Sets up an app for the person, and lets it be asked for.
async fn set_up_app(sdk: &Sdk, access: &str, now: u64) -> String {
    let key = sdk.associate_software_token().access_token(access).send().await.unwrap().secret_code.unwrap();
    let verify = |code: String| sdk.verify_software_token().access_token(access).user_code(code).send();
    let wrong = verify(other_than(&code(&key, now))).await.map_err(named);
    assert_eq!(refused(wrong), "EnableSoftwareTokenMFAException");
    let enable = || {
        let settings = SoftwareTokenMfaSettingsType::builder().enabled(true).preferred_mfa(true).build();
        sdk.set_user_mfa_preference().access_token(access).software_token_mfa_settings(settings).send()
    };
    assert_eq!(refused(enable().await.map_err(named)), "InvalidParameterException");
    assert_eq!(verify(code(&key, now)).await.unwrap().status, Some(VerifySoftwareTokenResponseType::Success));
    enable().await.unwrap();
    key
}

#[tokio::test]
async fn an_app_is_set_up_and_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    let access = access_token(&sdk, "ada", PASSWORD).await;
    let key = set_up_app(&sdk, &access, pool.now()).await;
    let user = sdk.get_user().access_token(&access).send().await.unwrap();
    assert_eq!(
        (user.preferred_mfa_setting(), user.user_mfa_setting_list()),
        (Some("SOFTWARE_TOKEN_MFA"), &["SOFTWARE_TOKEN_MFA".to_owned()][..])
    );

    let asked = sign_in(&sdk, "ada", PASSWORD).await.unwrap();
    assert_eq!(asked.challenge_name, Some(ChallengeNameType::SoftwareTokenMfa));
    let session = asked.session.unwrap();
    let answer = async |session: &str, code: &str| {
        let responses = [("USERNAME", "ada"), ("SOFTWARE_TOKEN_MFA_CODE", code)];
        respond(&sdk, ChallengeNameType::SoftwareTokenMfa, session, &responses).await
    };
    // The code that set it up is used up.
    assert_eq!(refused(answer(&session, &code(&key, pool.now())).await), "CodeMismatchException");
    pool.advance(30);
    let good = code(&key, pool.now());
    assert_eq!(refused(answer(&session, &other_than(&good)).await), "CodeMismatchException");
    assert!(answer(&session, &good).await.unwrap().authentication_result.is_some());
    assert_eq!(refused(answer(&session, &good).await), "NotAuthorizedException");
    let again = sign_in(&sdk, "ada", PASSWORD).await.unwrap().session.unwrap();
    assert_eq!(refused(answer(&again, &good).await), "CodeMismatchException", "a code is taken once");
    // Without the code no other step leads on.
    let skipped = respond(
        &sdk,
        ChallengeNameType::NewPasswordRequired,
        &again,
        &[("USERNAME", "ada"), ("NEW_PASSWORD", PASSWORD)],
    );
    assert_eq!(refused(skipped.await), "NotAuthorizedException");
    // Five wrong codes end the sign-in, and its time does too.
    for _ in 0..4 {
        assert_eq!(refused(answer(&again, "000000").await), "CodeMismatchException");
    }
    pool.advance(900);
    let late = sign_in(&sdk, "ada", PASSWORD).await.unwrap().session.unwrap();
    assert_eq!(refused(answer(&again, &code(&key, pool.now())).await), "NotAuthorizedException");
    pool.advance(180);
    assert_eq!(refused(answer(&late, &code(&key, pool.now())).await), "NotAuthorizedException");
}

#[tokio::test]
async fn a_phone_gets_a_code() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    let access = access_token(&sdk, "ada", PASSWORD).await;
    let enable = || {
        let settings = SmsMfaSettingsType::builder().enabled(true).preferred_mfa(true).build();
        sdk.set_user_mfa_preference().access_token(&access).sms_mfa_settings(settings).send()
    };
    let number = "+491701234567";
    let update = sdk.update_user_attributes().access_token(&access).user_attributes(attribute("phone_number", number));
    let sent = update.send().await.unwrap();
    assert_eq!(sent.code_delivery_details_list()[0].destination(), Some("+*******4567"));
    assert_eq!(refused(enable().await.map_err(named)), "InvalidParameterException");
    let verify = |code: String| {
        sdk.verify_user_attribute().access_token(&access).attribute_name("phone_number").code(code).send()
    };
    let sent = pool.code_for(number).await;
    assert_eq!(refused(verify(other_than(&sent)).await.map_err(named)), "CodeMismatchException");
    verify(sent.clone()).await.unwrap();
    assert_eq!(refused(verify(sent).await.map_err(named)), "ExpiredCodeException");
    enable().await.unwrap();

    let asked = sign_in(&sdk, "ada", PASSWORD).await.unwrap();
    assert_eq!(asked.challenge_name, Some(ChallengeNameType::SmsMfa));
    assert_eq!(asked.challenge_parameters.unwrap()["CODE_DELIVERY_DESTINATION"], "+*******4567");
    let (session, sent) = (asked.session.unwrap(), pool.code_for(number).await);
    let answer = async |code: &str| {
        respond(&sdk, ChallengeNameType::SmsMfa, &session, &[("USERNAME", "ada"), ("SMS_MFA_CODE", code)]).await
    };
    assert_eq!(refused(answer(&other_than(&sent)).await), "CodeMismatchException");
    assert!(answer(&sent).await.unwrap().authentication_result.is_some());

    // With both and no preference there is a choice.
    set_up_app(&sdk, &access, pool.now()).await;
    let both = sdk.set_user_mfa_preference().access_token(&access);
    let both = both.software_token_mfa_settings(SoftwareTokenMfaSettingsType::builder().enabled(true).build());
    both.sms_mfa_settings(SmsMfaSettingsType::builder().enabled(true).build()).send().await.unwrap();
    let chosen = sdk.get_user().access_token(&access).send().await.unwrap();
    assert_eq!((chosen.preferred_mfa_setting(), chosen.user_mfa_setting_list().len()), (None, 2));
}

async fn required(dir: &tempfile::TempDir) -> (crate::identity_support::Pool, Sdk, String) {
    let rules = PoolRules { second_factor: SecondFactor::Required, ..PoolRules::default() };
    let (pool, sdk) = pool_with_ada(dir, rules).await;
    let asked = sign_in(&sdk, "ada", PASSWORD).await.unwrap();
    assert_eq!(asked.challenge_name, Some(ChallengeNameType::MfaSetup));
    (pool, sdk, asked.session.unwrap())
}

#[tokio::test]
async fn whoever_has_none_sets_one_up_where_the_pool_asks_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk, session) = required(&dir).await;
    let finish = async |session: &str| -> Outcome<_> {
        respond(&sdk, ChallengeNameType::MfaSetup, session, &[("USERNAME", "ada")]).await
    };
    assert_eq!(refused(finish(&session).await), "NotAuthorizedException");
    let offered = sdk.associate_software_token().session(&session).send().await.unwrap();
    let (key, session) = (offered.secret_code.unwrap(), offered.session.unwrap());
    assert_eq!(refused(finish(&session).await), "NotAuthorizedException", "an unproven app is none");
    let verify = |code: String| sdk.verify_software_token().session(&session).user_code(code).send();
    let good = code(&key, pool.now());
    assert_eq!(refused(verify(other_than(&good)).await.map_err(named)), "EnableSoftwareTokenMFAException");
    let session = verify(good).await.unwrap().session.unwrap();
    assert!(finish(&session).await.unwrap().authentication_result.is_some());
    let next = sign_in(&sdk, "ada", PASSWORD).await.unwrap();
    assert_eq!(next.challenge_name, Some(ChallengeNameType::SoftwareTokenMfa));
}

#[tokio::test]
async fn an_administrator_resets_nothing_by_making_a_group() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    let access = access_token(&sdk, "ada", PASSWORD).await;
    set_up_app(&sdk, &access, pool.now()).await;
    sdk.create_group().user_pool_id(POOL_ID).group_name("admins").send().await.unwrap();
    let asked = sign_in(&sdk, "ada", PASSWORD).await.unwrap();
    assert_eq!(asked.challenge_name, Some(ChallengeNameType::SoftwareTokenMfa));
}
