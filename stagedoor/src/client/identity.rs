use std::time::{Duration, Instant};

use http::Request;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{ClientError, Http, bytes, patiently};

/// How long a sign-in may take.
const LIMIT: Duration = Duration::from_secs(30);
/// A token that runs out this soon is renewed before it is used.
const MARGIN: Duration = Duration::from_secs(60);

/// What a person signs in with.
pub enum Credentials {
    /// An access token from elsewhere.
    Token(String),
    /// A password, for a client of the user pool that allows `USER_PASSWORD_AUTH`.
    Password {
        /// Such as `https://cognito-idp.eu-central-1.amazonaws.com`.
        identity_url: String,
        /// The pool's client.
        client_id: String,
        /// The person's name there.
        user: String,
        /// Never logged.
        password: String,
    },
}

/// Gives tokens, and new ones when they run out.
pub struct Identity {
    credentials: Credentials,
    session: Mutex<Option<Session>>,
}

struct Session {
    access: String,
    refresh: Option<String>,
    /// By the pool's word; it may still refuse earlier.
    good_until: Instant,
}

impl Identity {
    pub fn new(credentials: Credentials) -> Self {
        Self { credentials, session: Mutex::new(None) }
    }

    /// A token that is good as far as we know. `spent`: one that the site has refused.
    ///
    /// # Errors
    /// [`ClientError`] says why there is none.
    pub async fn token(&self, http: &Http, spent: Option<&str>) -> Result<String, ClientError> {
        let (identity_url, client_id, user, password) = match &self.credentials {
            Credentials::Token(token) if spent == Some(token) => {
                let message = "the site does not take the token in STAGEDOOR_TOKEN (any more); get a new one";
                return Err(ClientError::Local(message.to_owned()));
            }
            Credentials::Token(token) => return Ok(token.clone()),
            Credentials::Password { identity_url, client_id, user, password } => {
                (identity_url, client_id, user, password)
            }
        };
        let mut session = self.session.lock().await;
        let now = Instant::now();
        if let Some(there) = &*session
            && spent != Some(&there.access)
            && there.good_until > now
        {
            return Ok(there.access.clone());
        }
        let ask = async |flow: &str, parameters: Value| {
            let body = json!({"AuthFlow": flow, "ClientId": client_id, "AuthParameters": parameters}).to_string();
            patiently(async || initiate(http, identity_url, body.clone()).await).await
        };
        let refresh = session.take().and_then(|old| old.refresh);
        let renewed = match &refresh {
            // A pool that rotates refresh tokens takes none here, and an old one may be over: the password remains.
            Some(refresh) => ask("REFRESH_TOKEN_AUTH", json!({"REFRESH_TOKEN": refresh})).await.ok(),
            None => None,
        };
        let answer = match renewed {
            Some(answer) => answer,
            None => ask("USER_PASSWORD_AUTH", json!({"USERNAME": user, "PASSWORD": password})).await?,
        };
        let fresh = session.insert(Session::read(&answer, refresh, now)?);
        Ok(fresh.access.clone())
    }
}

impl Session {
    fn read(answer: &Value, refresh: Option<String>, now: Instant) -> Result<Self, ClientError> {
        let text = |field: &str| answer.pointer(&format!("/AuthenticationResult/{field}")).and_then(Value::as_str);
        let Some(access) = text("AccessToken") else {
            let challenge = answer.get("ChallengeName").and_then(Value::as_str).unwrap_or("nothing");
            let message = format!("the user pool asks for {challenge}: sign in once in a browser, and try again");
            return Err(ClientError::Local(message));
        };
        let seconds = answer.pointer("/AuthenticationResult/ExpiresIn").and_then(Value::as_u64).unwrap_or(300);
        let life = Duration::from_secs(seconds);
        let good_until = now.checked_add(life.saturating_sub(MARGIN).max(life / 2)).unwrap_or(now);
        Ok(Self { access: access.to_owned(), refresh: text("RefreshToken").map(str::to_owned).or(refresh), good_until })
    }
}

async fn initiate(http: &Http, identity_url: &str, body: String) -> Result<Value, ClientError> {
    let request = Request::post(identity_url)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth")
        .body(bytes(body))
        .map_err(|e| ClientError::Local(format!("STAGEDOOR_IDENTITY_URL: {e}")))?;
    let answer = http.send(request, LIMIT).await?;
    serde_json::from_slice(&answer).map_err(|e| ClientError::Unreadable(format!("the user pool's answer: {e}")))
}
