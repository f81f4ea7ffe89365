//! The OAuth authorize request, which `/oauth2/authorize`, `/login` and `/logout` all carry in their query.

use crate::identity::params::{ParamError, Params};
use crate::identity::{Client, Identity};

/// The scopes that a client may ask for.
pub(in crate::identity) const SCOPES: [&str; 5] =
    ["openid", "email", "profile", "phone", "aws.cognito.signin.user.admin"];
const DEFAULT_SCOPE: &str = "openid email profile";
/// Characters of a SHA-256 digest in base64url.
const CHALLENGE_CHARS: usize = 43;
/// A nonce comes back in the ID token, which must stay small enough for a cookie.
const MAX_NONCE_BYTES: usize = 512;

/// A request of a known client that wants its answer at one of its own addresses.
pub(in crate::identity) struct AuthorizeRequest<'a> {
    pub(in crate::identity) client: &'a Client,
    pub(in crate::identity) redirect_uri: String,
    /// Known scopes with one space between them; `openid` is among them.
    pub(in crate::identity) scope: String,
    pub(in crate::identity) state: Option<String>,
    pub(in crate::identity) nonce: Option<String>,
    /// PKCE, always `S256`.
    pub(in crate::identity) code_challenge: String,
}

/// Why a request goes no further.
pub(super) enum Refusal {
    /// Nobody is known to send the answer to: a page says what is wrong.
    Page(String),
    /// The client is told, at this address.
    Redirect(String),
}

impl<'a> AuthorizeRequest<'a> {
    /// Judges a query. Until client and `redirect_uri` are known to belong together, nothing is sent anywhere.
    pub(super) fn parse(identity: &'a Identity, query: &str) -> Result<Self, Refusal> {
        let params = Params::parse(query.as_bytes());
        let page = |error: ParamError| Refusal::Page(error.to_string());
        let client_id = params.required("client_id").map_err(page)?;
        let client = identity.client(client_id).ok_or_else(|| Refusal::Page("client_id is unknown".to_owned()))?;
        let redirect_uri = params.required("redirect_uri").map_err(page)?;
        if !client.redirect_uris.iter().any(|known| known == redirect_uri) {
            return Err(Refusal::Page("redirect_uri is not one of the client's".to_owned()));
        }
        let state = params.optional("state");
        let refuse = |(error, description): (&str, String)| {
            let mut answer = vec![("error", error), ("error_description", description.as_str())];
            if let Ok(Some(state)) = state {
                answer.push(("state", state));
            }
            Refusal::Redirect(with_query(redirect_uri, &answer))
        };
        let details = details(&params).map_err(refuse)?;
        Ok(Self {
            client,
            redirect_uri: redirect_uri.to_owned(),
            scope: details.scope,
            state: details.state,
            nonce: details.nonce,
            code_challenge: details.code_challenge,
        })
    }

    /// Where the browser takes the code.
    pub(super) fn answer(&self, code: &str) -> String {
        let mut answer = vec![("code", code)];
        if let Some(state) = &self.state {
            answer.push(("state", state));
        }
        with_query(&self.redirect_uri, &answer)
    }
}

struct Details {
    scope: String,
    state: Option<String>,
    nonce: Option<String>,
    code_challenge: String,
}

fn details(params: &Params) -> Result<Details, (&'static str, String)> {
    let invalid = |error: ParamError| ("invalid_request", error.to_string());
    let state = params.optional("state").map_err(invalid)?.map(str::to_owned);
    if params.required("response_type").map_err(invalid)? != "code" {
        return Err(("unsupported_response_type", "response_type must be code".to_owned()));
    }
    let nonce = params.optional("nonce").map_err(invalid)?.map(str::to_owned);
    if nonce.as_ref().is_some_and(|nonce| nonce.len() > MAX_NONCE_BYTES) {
        return Err(("invalid_request", format!("nonce is longer than {MAX_NONCE_BYTES} bytes")));
    }
    if params.required("code_challenge_method").map_err(invalid)? != "S256" {
        return Err(("invalid_request", "code_challenge_method must be S256".to_owned()));
    }
    let code_challenge = params.required("code_challenge").map_err(invalid)?;
    let base64url = code_challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if code_challenge.len() != CHALLENGE_CHARS || !base64url {
        return Err(("invalid_request", "code_challenge must be a SHA-256 digest in base64url".to_owned()));
    }
    let scope = scope(params.optional("scope").map_err(invalid)?.unwrap_or(DEFAULT_SCOPE))?;
    Ok(Details { scope, state, nonce, code_challenge: code_challenge.to_owned() })
}

fn scope(asked: &str) -> Result<String, (&'static str, String)> {
    let scopes: Vec<&str> = asked.split(' ').filter(|scope| !scope.is_empty()).collect();
    if scopes.iter().any(|scope| !SCOPES.contains(scope)) {
        return Err(("invalid_scope", format!("scope may hold {}", SCOPES.join(", "))));
    }
    if !scopes.contains(&"openid") {
        return Err(("invalid_scope", "scope must hold openid".to_owned()));
    }
    Ok(scopes.join(" "))
}

fn with_query(uri: &str, pairs: &[(&str, &str)]) -> String {
    let query: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let separator = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{separator}{query}")
}
