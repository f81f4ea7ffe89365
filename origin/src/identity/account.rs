//! Accounts: forgotten passwords, signing up, and what a signed-in person changes by their access token.

use aws_sdk_cognitoidentityprovider::types::{AttributeType, SoftwareTokenMfaSettingsType};

use super::{PoolError, UserPool};

/// What the pool knows of a signed-in person.
pub struct Account {
    pub email: Option<String>,
    pub email_verified: bool,
    /// An authenticator app is asked for.
    pub app: bool,
}

impl UserPool {
    /// Has a code sent with which the password can be chosen anew. Succeeds also where there is no such user.
    pub async fn forgot_password(&self, username: &str) -> Result<(), PoolError> {
        let request = self.sdk.forgot_password().client_id(&self.client_id).username(username);
        request.set_secret_hash(self.secret_hash(username)).send().await.map(drop).map_err(PoolError::of)
    }

    /// Chooses the password anew.
    pub async fn reset_password(&self, username: &str, code: &str, password: &str) -> Result<(), PoolError> {
        let request = self.sdk.confirm_forgot_password().client_id(&self.client_id).username(username);
        let request = request.confirmation_code(code).password(password).set_secret_hash(self.secret_hash(username));
        request.send().await.map(drop).map_err(PoolError::of)
    }

    /// Makes an account that waits for its address to be confirmed.
    pub async fn sign_up(&self, email: &str, name: &str, password: &str) -> Result<(), PoolError> {
        let attributes = [("email", email), ("name", name)].into_iter().filter(|(_, value)| !value.is_empty());
        let attributes = attributes.filter_map(|(name, value)| attribute(name, value)).collect();
        let request = self.sdk.sign_up().client_id(&self.client_id).username(email).password(password);
        let request = request.set_user_attributes(Some(attributes)).set_secret_hash(self.secret_hash(email));
        request.send().await.map(drop).map_err(PoolError::of)
    }

    /// Confirms the address.
    pub async fn confirm_sign_up(&self, username: &str, code: &str) -> Result<(), PoolError> {
        let request = self.sdk.confirm_sign_up().client_id(&self.client_id).username(username);
        let request = request.confirmation_code(code).set_secret_hash(self.secret_hash(username));
        request.send().await.map(drop).map_err(PoolError::of)
    }

    /// Has that code sent again.
    pub async fn resend_code(&self, username: &str) -> Result<(), PoolError> {
        let request = self.sdk.resend_confirmation_code().client_id(&self.client_id).username(username);
        request.set_secret_hash(self.secret_hash(username)).send().await.map(drop).map_err(PoolError::of)
    }

    /// A key for an authenticator app, in a sign-in: base32, and the sign-in's new secret.
    pub async fn offer_app_in_sign_in(&self, session: &str) -> Result<(String, String), PoolError> {
        let answer = self.sdk.associate_software_token().session(session).send().await.map_err(PoolError::of)?;
        answer.secret_code.zip(answer.session).ok_or(PoolError::Unavailable)
    }

    /// Shows a code of that app: the sign-in's new secret.
    pub async fn prove_app_in_sign_in(&self, session: &str, code: &str) -> Result<String, PoolError> {
        let request = self.sdk.verify_software_token().session(session).user_code(code);
        request.send().await.map_err(PoolError::of)?.session.ok_or(PoolError::Unavailable)
    }

    /// A key for an authenticator app of a signed-in person, base32.
    pub async fn offer_app(&self, access: &str) -> Result<String, PoolError> {
        let answer = self.sdk.associate_software_token().access_token(access).send().await.map_err(PoolError::of)?;
        answer.secret_code.ok_or(PoolError::Unavailable)
    }

    /// Shows a code of that app; from then on it is asked for.
    pub async fn prove_app(&self, access: &str, code: &str) -> Result<(), PoolError> {
        let request = self.sdk.verify_software_token().access_token(access).user_code(code);
        request.send().await.map_err(PoolError::of)?;
        self.ask_for_app(access, true).await
    }

    /// Whether the app is asked for.
    pub async fn ask_for_app(&self, access: &str, ask: bool) -> Result<(), PoolError> {
        let settings = SoftwareTokenMfaSettingsType::builder().enabled(ask).preferred_mfa(ask).build();
        let request = self.sdk.set_user_mfa_preference().access_token(access);
        request.software_token_mfa_settings(settings).send().await.map(drop).map_err(PoolError::of)
    }

    /// What the pool knows of a signed-in person.
    pub async fn account(&self, access: &str) -> Result<Account, PoolError> {
        let user = self.sdk.get_user().access_token(access).send().await.map_err(PoolError::of)?;
        let attribute =
            |name: &str| user.user_attributes().iter().find(|a| a.name() == name).and_then(AttributeType::value);
        Ok(Account {
            email: attribute("email").map(str::to_owned),
            email_verified: attribute("email_verified") == Some("true"),
            app: user.user_mfa_setting_list().iter().any(|factor| factor == "SOFTWARE_TOKEN_MFA"),
        })
    }

    /// Changes the password.
    pub async fn change_password(&self, access: &str, old: &str, new: &str) -> Result<(), PoolError> {
        let request = self.sdk.change_password().access_token(access).previous_password(old).proposed_password(new);
        request.send().await.map(drop).map_err(PoolError::of)
    }

    /// Has a code sent to the person's e-mail address.
    pub async fn send_email_code(&self, access: &str) -> Result<(), PoolError> {
        let request = self.sdk.get_user_attribute_verification_code().access_token(access).attribute_name("email");
        request.send().await.map(drop).map_err(PoolError::of)
    }

    /// Shows that code: the address is the person's.
    pub async fn verify_email(&self, access: &str, code: &str) -> Result<(), PoolError> {
        let request = self.sdk.verify_user_attribute().access_token(access).attribute_name("email").code(code);
        request.send().await.map(drop).map_err(PoolError::of)
    }
}

pub(super) fn attribute(name: &str, value: &str) -> Option<AttributeType> {
    AttributeType::builder().name(name).value(value).build().ok()
}
