//! Signing in: SRP, and what the pool asks after it.

use std::collections::HashMap;

use aws_cognito_srp::{SrpClient, User};
use aws_sdk_cognitoidentityprovider::types::{AuthFlowType, AuthenticationResultType, ChallengeNameType};
use serde::{Deserialize, Serialize};

use super::{PoolError, UserPool};

/// Where a sign-in has got to.
#[derive(Debug)]
pub enum Outcome {
    /// The person is signed in.
    Done(Tokens),
    /// The pool asks for more.
    Asked(Asked),
}

/// What the pool handed out. Never to be logged, and never shown to a page.
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The ID token.
    pub id: Option<String>,
    /// The refresh token.
    pub refresh: Option<String>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

/// What the pool asks.
#[derive(Clone, Serialize, Deserialize)]
pub struct Asked {
    pub question: Question,
    /// The pool's secret name of this sign-in.
    pub session: String,
    /// Under which name it is answered.
    pub username: String,
    /// Where a code went, in part.
    pub destination: Option<String>,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").field("question", &self.question).finish_non_exhaustive()
    }
}

/// What a person is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// A password of their own.
    NewPassword,
    /// The code that was sent to the phone.
    Sms,
    /// The code that was sent by e-mail.
    Email,
    /// The code that their authenticator app shows.
    App,
    /// Whether by phone or by app.
    Choice,
    /// An authenticator app to be set up.
    SetUp,
}

impl Question {
    fn of(name: &ChallengeNameType) -> Option<Self> {
        Some(match name {
            ChallengeNameType::NewPasswordRequired => Self::NewPassword,
            ChallengeNameType::SmsMfa => Self::Sms,
            ChallengeNameType::EmailOtp => Self::Email,
            ChallengeNameType::SoftwareTokenMfa => Self::App,
            ChallengeNameType::SelectMfaType => Self::Choice,
            ChallengeNameType::MfaSetup => Self::SetUp,
            _ => return None,
        })
    }

    /// Cognito's name of it, and the name under which its answer goes.
    fn names(self) -> (ChallengeNameType, Option<&'static str>) {
        match self {
            Self::NewPassword => (ChallengeNameType::NewPasswordRequired, Some("NEW_PASSWORD")),
            Self::Sms => (ChallengeNameType::SmsMfa, Some("SMS_MFA_CODE")),
            Self::Email => (ChallengeNameType::EmailOtp, Some("EMAIL_OTP_CODE")),
            Self::App => (ChallengeNameType::SoftwareTokenMfa, Some("SOFTWARE_TOKEN_MFA_CODE")),
            Self::Choice => (ChallengeNameType::SelectMfaType, Some("ANSWER")),
            Self::SetUp => (ChallengeNameType::MfaSetup, None),
        }
    }
}

impl UserPool {
    /// Proves the password to the pool, which never sees it.
    ///
    /// # Errors
    /// `PoolError`.
    pub async fn sign_in(&self, username: &str, password: &str) -> Result<Outcome, PoolError> {
        let user = User::new(&self.pool_id, username, password);
        let (client_id, secret) = (self.client_id.clone(), self.client_secret.clone());
        let (srp, public) = off_thread(move || {
            let srp = SrpClient::new(user, &client_id, secret.as_deref());
            let public = srp.get_auth_parameters().a;
            (srp, public)
        })
        .await?;
        let request = self.sdk.initiate_auth().client_id(&self.client_id).auth_flow(AuthFlowType::UserSrpAuth);
        let request = request.auth_parameters("USERNAME", username).auth_parameters("SRP_A", public);
        let request = match self.secret_hash(username) {
            Some(hash) => request.auth_parameters("SECRET_HASH", hash),
            None => request,
        };
        let begun = request.send().await.map_err(PoolError::of)?;
        let parameters = begun.challenge_parameters.unwrap_or_default();
        let (name, proof) = off_thread(move || proof(&srp, &parameters)).await?.ok_or_else(malformed)?;
        let answer = self.respond(ChallengeNameType::PasswordVerifier, begun.session, &name, proof).await?;
        Ok(answer)
    }

    /// Whether the password is that person's; the sign-in that it would begin goes no further, and its tokens are revoked.
    ///
    /// # Errors
    /// `PoolError`.
    pub async fn prove_password(&self, username: &str, password: &str) -> Result<(), PoolError> {
        if let Outcome::Done(Tokens { refresh: Some(token), .. }) = self.sign_in(username, password).await? {
            let request = self.sdk.revoke_token().client_id(&self.client_id).token(token);
            request.set_client_secret(self.client_secret.clone()).send().await.map_err(PoolError::of)?;
        }
        Ok(())
    }

    /// Answers what the pool asked.
    ///
    /// # Errors
    /// `PoolError`.
    pub async fn answer(&self, asked: &Asked, answer: &str) -> Result<Outcome, PoolError> {
        let (challenge, name) = asked.question.names();
        let answers = name.map(|name| (name.to_owned(), answer.to_owned()));
        self.respond(challenge, Some(asked.session.clone()), &asked.username, answers.into_iter().collect()).await
    }

    async fn respond(
        &self,
        challenge: ChallengeNameType,
        session: Option<String>,
        username: &str,
        answers: Vec<(String, String)>,
    ) -> Result<Outcome, PoolError> {
        let request = self.sdk.respond_to_auth_challenge().client_id(&self.client_id);
        let request = request.challenge_name(challenge).set_session(session);
        let hash = self.secret_hash(username).map(|hash| ("SECRET_HASH".to_owned(), hash));
        let answers = answers.into_iter().chain(hash).chain([("USERNAME".to_owned(), username.to_owned())]);
        let request = request.set_challenge_responses(Some(answers.collect()));
        let answer = request.send().await.map_err(PoolError::of)?;
        if let Some(result) = answer.authentication_result {
            return tokens(result).map(Outcome::Done).ok_or_else(malformed);
        }
        let question = answer.challenge_name.as_ref().and_then(Question::of);
        let (Some(question), Some(session)) = (question, answer.session) else { return Err(malformed()) };
        let mut parameters = answer.challenge_parameters.unwrap_or_default();
        Ok(Outcome::Asked(Asked {
            question,
            session,
            username: parameters.remove("USER_ID_FOR_SRP").unwrap_or_else(|| username.to_owned()),
            destination: parameters.remove("CODE_DELIVERY_DESTINATION"),
        }))
    }
}

/// `USER_ID_FOR_SRP` and what proves the password; `None` where the pool has not sent what it takes.
fn proof(srp: &SrpClient<User>, parameters: &HashMap<String, String>) -> Option<(String, Vec<(String, String)>)> {
    let parameter = |name: &str| parameters.get(name);
    let user_id = parameter("USER_ID_FOR_SRP")?;
    let proof = srp.verify(parameter("SECRET_BLOCK")?, user_id, parameter("SALT")?, parameter("SRP_B")?).ok()?;
    let answers = [
        ("PASSWORD_CLAIM_SECRET_BLOCK", proof.password_claim_secret_block),
        ("PASSWORD_CLAIM_SIGNATURE", proof.password_claim_signature),
        ("TIMESTAMP", proof.timestamp),
    ];
    Some((user_id.clone(), answers.map(|(name, value)| (name.to_owned(), value)).into()))
}

fn tokens(result: AuthenticationResultType) -> Option<Tokens> {
    Some(Tokens { access: result.access_token?, id: result.id_token, refresh: result.refresh_token })
}

fn malformed() -> PoolError {
    tracing::error!("the user pool sent an answer that cannot be used");
    PoolError::Unavailable
}

/// Powers of large numbers take tens of milliseconds.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, PoolError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "a proof of a password died");
        PoolError::Unavailable
    })
}
