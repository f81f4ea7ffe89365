//! What our own sign-in pages and the admin page need of the pool, through the real SDK and somebody else's SRP client.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod admin;
mod factors;
#[path = "../identity_support/mod.rs"]
mod identity_support;
mod recovery;
mod srp;

use aws_cognito_srp::{SrpClient, User};
use aws_sdk_cognitoidentityprovider::Client as Sdk;
use aws_sdk_cognitoidentityprovider::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cognitoidentityprovider::operation::initiate_auth::InitiateAuthOutput;
use aws_sdk_cognitoidentityprovider::operation::respond_to_auth_challenge::RespondToAuthChallengeOutput;
use aws_sdk_cognitoidentityprovider::types::{AttributeType, AuthFlowType, ChallengeNameType};
use identity_support::{Pool, WEB};
use local::identity::{POOL_ID, PoolRules};

const PASSWORD: &str = "correct horse battery";
const TEMPORARY: &str = "only-for-today";

/// The name and message of a refusal, or the answer.
type Outcome<T> = Result<T, (String, String)>;

async fn pool_with_ada(dir: &tempfile::TempDir, rules: PoolRules) -> (Pool, Sdk) {
    let pool = Pool::start_with(dir.path(), rules).await;
    assert!(pool.identity.ensure_user("ada", "ada@example.com", PASSWORD).unwrap());
    let sdk = identity_support::sdk::sdk(&pool);
    (pool, sdk)
}

/// The first half of SRP.
async fn begin(sdk: &Sdk, username: &str, password: &str) -> Outcome<(SrpClient<User>, InitiateAuthOutput)> {
    let client = SrpClient::new(User::new(POOL_ID, username, password), WEB, None);
    let parameters = client.get_auth_parameters();
    let request = sdk.initiate_auth().client_id(WEB).auth_flow(AuthFlowType::UserSrpAuth);
    let request = request.auth_parameters("USERNAME", username).auth_parameters("SRP_A", parameters.a);
    Ok((client, request.send().await.map_err(named)?))
}

/// The second.
async fn prove(
    sdk: &Sdk,
    client: &SrpClient<User>,
    begun: &InitiateAuthOutput,
) -> Outcome<RespondToAuthChallengeOutput> {
    assert_eq!(begun.challenge_name, Some(ChallengeNameType::PasswordVerifier));
    let parameters = begun.challenge_parameters.as_ref().unwrap();
    let user_id = &parameters["USER_ID_FOR_SRP"];
    let proof = client.verify(&parameters["SECRET_BLOCK"], user_id, &parameters["SALT"], &parameters["SRP_B"]).unwrap();
    let request = sdk.respond_to_auth_challenge().client_id(WEB).challenge_name(ChallengeNameType::PasswordVerifier);
    request
        .challenge_responses("USERNAME", user_id)
        .challenge_responses("PASSWORD_CLAIM_SECRET_BLOCK", proof.password_claim_secret_block)
        .challenge_responses("PASSWORD_CLAIM_SIGNATURE", proof.password_claim_signature)
        .challenge_responses("TIMESTAMP", proof.timestamp)
        .send()
        .await
        .map_err(named)
}

/// Both.
async fn sign_in(sdk: &Sdk, username: &str, password: &str) -> Outcome<RespondToAuthChallengeOutput> {
    let (client, begun) = begin(sdk, username, password).await?;
    prove(sdk, &client, &begun).await
}

async fn access_token(sdk: &Sdk, username: &str, password: &str) -> String {
    sign_in(sdk, username, password).await.unwrap().authentication_result.unwrap().access_token.unwrap()
}

/// An answer to a later challenge.
async fn respond(
    sdk: &Sdk,
    name: ChallengeNameType,
    session: &str,
    responses: &[(&str, &str)],
) -> Outcome<RespondToAuthChallengeOutput> {
    let mut request = sdk.respond_to_auth_challenge().client_id(WEB).challenge_name(name).session(session);
    for (name, value) in responses {
        request = request.challenge_responses(*name, *value);
    }
    request.send().await.map_err(named)
}

#[allow(clippy::needless_pass_by_value, reason = "what map_err hands over")]
fn named<E>(error: SdkError<E>) -> (String, String)
where
    SdkError<E>: ProvideErrorMetadata,
{
    (error.code().unwrap_or_default().to_owned(), error.message().unwrap_or_default().to_owned())
}

/// The name of a refusal.
fn refused<T>(outcome: Outcome<T>) -> String {
    let Err((name, _)) = outcome else { panic!("was not refused") };
    name
}

fn attribute(name: &str, value: &str) -> AttributeType {
    AttributeType::builder().name(name).value(value).build().unwrap()
}
