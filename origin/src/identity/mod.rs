//! The user pool, as sign-in pages and administrators need it: a thin layer over Cognito's SDK that knows the pool and the client,
//! and turns the SDK's answers into what pages can act on.

mod account;
mod error;
mod people;
mod sign_in;

use aws_sdk_cognitoidentityprovider::Client;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

pub use account::Account;
pub use error::PoolError;
pub use people::{Group, NewPerson, Person};
pub use sign_in::{Asked, Outcome, Question, Tokens};

/// The SDK's calls that are made here, each with the actions of IAM that it needs. The end-to-end test `permissions` compares it with
/// the code, terraform/check/iam.py with the policies of the functions.
pub const CALLS: &[(&str, &[&str])] = &[
    ("list_users", &["cognito-idp:ListUsers"]),
    ("admin_list_groups_for_user", &["cognito-idp:AdminListGroupsForUser"]),
    ("admin_get_user", &["cognito-idp:AdminGetUser"]),
    ("admin_create_user", &["cognito-idp:AdminCreateUser"]),
    ("admin_enable_user", &["cognito-idp:AdminEnableUser"]),
    ("admin_disable_user", &["cognito-idp:AdminDisableUser"]),
    ("admin_delete_user", &["cognito-idp:AdminDeleteUser"]),
    ("list_groups", &["cognito-idp:ListGroups"]),
    ("create_group", &["cognito-idp:CreateGroup"]),
    ("admin_add_user_to_group", &["cognito-idp:AdminAddUserToGroup"]),
    ("admin_remove_user_from_group", &["cognito-idp:AdminRemoveUserFromGroup"]),
    // By a person's own password, session or token.
    ("initiate_auth", &[]),
    ("respond_to_auth_challenge", &[]),
    ("revoke_token", &[]),
    ("forgot_password", &[]),
    ("confirm_forgot_password", &[]),
    ("sign_up", &[]),
    ("confirm_sign_up", &[]),
    ("resend_confirmation_code", &[]),
    ("associate_software_token", &[]),
    ("verify_software_token", &[]),
    ("set_user_mfa_preference", &[]),
    ("get_user", &[]),
    ("change_password", &[]),
    ("get_user_attribute_verification_code", &[]),
    ("verify_user_attribute", &[]),
];

/// A user pool and our client there.
#[derive(Clone)]
pub struct UserPool {
    /// Calls the pool. Signing people in needs no credentials; what administrators do needs `cognito-idp:Admin*`, `ListUsers`,
    /// `ListGroups`, `CreateGroup` of this one pool.
    pub sdk: Client,
    /// The pool's id: `REGION_NAME`.
    pub pool_id: String,
    /// The web client. It must allow `USER_SRP_AUTH` where the site has sign-in pages of its own.
    pub client_id: String,
    /// Its secret, where it has one.
    pub client_secret: Option<String>,
    /// Whether there is a page to sign up on. The pool decides whether it works.
    pub sign_up: bool,
}

impl UserPool {
    /// `SECRET_HASH` of a call in that name, which a client with a secret has to show.
    fn secret_hash(&self, username: &str) -> Option<String> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.client_secret.as_ref()?.as_bytes());
        Some(STANDARD.encode(hmac::sign(&key, format!("{username}{}", self.client_id).as_bytes())))
    }
}
