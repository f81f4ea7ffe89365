//! Access and ID tokens of Cognito's shape, signed with RS256.

use super::directory::User;
use super::keys::SigningKey;
use super::secrets::random_id;
use super::{Identity, IdentityError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

/// The scope of tokens that the JSON API hands out.
pub(super) const API_SCOPE: &str = "aws.cognito.signin.user.admin";

/// What both tokens of one answer say.
pub(super) struct TokenSubject<'a> {
    pub(super) user: &'a User,
    pub(super) client_id: &'a str,
    pub(super) scope: &'a str,
    /// When the person gave their password.
    pub(super) auth_time: u64,
    pub(super) origin_jti: &'a str,
    pub(super) nonce: Option<&'a str>,
}

/// A signed pair.
pub(super) struct TokenPair {
    pub(super) access_token: String,
    pub(super) id_token: String,
}

/// The claims of an access token of this pool that has not expired.
pub(super) struct VerifiedAccess {
    pub(super) username: String,
    pub(super) origin_jti: String,
    pub(super) scope: String,
}

impl Identity {
    /// Signs an access token and an ID token, both issued now.
    pub(super) fn sign_tokens(&self, subject: &TokenSubject<'_>) -> Result<TokenPair, IdentityError> {
        let now = self.now();
        let lifetimes = &self.config.lifetimes;
        let common = self.common_claims(subject, now);
        // Cognito marks what comes of its hosted pages, which is what has `openid` in it.
        let hosted = subject.scope.split(' ').any(|scope| scope == "openid");

        let mut access = common.clone();
        if hosted {
            access.insert("version".into(), json!(2));
        }
        access.insert("client_id".into(), json!(subject.client_id));
        access.insert("token_use".into(), json!("access"));
        access.insert("scope".into(), json!(subject.scope));
        access.insert("exp".into(), json!(now + lifetimes.access_seconds));
        access.insert("jti".into(), json!(random_id()));
        access.insert("username".into(), json!(subject.user.username));
        let access_token = jwt(&self.keys.access, &access)?;

        // The user's attributes come first, so that none of them can stand in for a claim of the pool's.
        let mut id: Map<String, Value> = subject.user.attributes.iter().map(attribute_claim).collect();
        id.extend(common);
        id.insert("aud".into(), json!(subject.client_id));
        id.insert("token_use".into(), json!("id"));
        id.insert("cognito:username".into(), json!(subject.user.username));
        id.insert("exp".into(), json!(now + lifetimes.id_seconds));
        id.insert("jti".into(), json!(random_id()));
        if hosted {
            id.insert("at_hash".into(), json!(half_digest(&access_token)));
        }
        if let Some(nonce) = subject.nonce {
            id.insert("nonce".into(), json!(nonce));
        }
        Ok(TokenPair { id_token: jwt(&self.keys.id, &id)?, access_token })
    }

    fn common_claims(&self, subject: &TokenSubject<'_>, now: u64) -> Map<String, Value> {
        let mut claims = Map::new();
        claims.insert("sub".into(), json!(subject.user.sub));
        if !subject.user.groups.is_empty() {
            claims.insert("cognito:groups".into(), json!(subject.user.groups));
        }
        claims.insert("iss".into(), json!(self.issuer()));
        claims.insert("origin_jti".into(), json!(subject.origin_jti));
        claims.insert("event_id".into(), json!(random_id()));
        claims.insert("auth_time".into(), json!(subject.auth_time));
        claims.insert("iat".into(), json!(now));
        claims
    }

    /// Judges an access token that a caller of the JSON API shows.
    pub(super) fn verify_access(&self, token: &str) -> Option<VerifiedAccess> {
        let (message, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        // The pool has one key for access tokens, so that nothing in the header needs to be believed.
        if !self.keys.access.verifies(message.as_bytes(), &signature) {
            return None;
        }
        let payload = URL_SAFE_NO_PAD.decode(message.split_once('.')?.1).ok()?;
        let claims: Map<String, Value> = serde_json::from_slice(&payload).ok()?;
        let text = |name: &str| claims.get(name)?.as_str().map(str::to_owned);
        let good = text("iss")? == self.issuer()
            && text("token_use")? == "access"
            && claims.get("exp")?.as_u64()? > self.now();
        good.then_some(VerifiedAccess {
            username: text("username")?,
            origin_jti: text("origin_jti")?,
            scope: text("scope")?,
        })
    }
}

fn attribute_claim((name, value): (&String, &String)) -> (String, Value) {
    let value = if name.ends_with("_verified") { json!(value == "true") } else { json!(value) };
    (name.clone(), value)
}

/// The `at_hash` of an ID token: the left half of the access token's digest.
fn half_digest(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()).as_ref().iter().take(16).copied().collect::<Vec<u8>>())
}

fn jwt(key: &SigningKey, claims: &Map<String, Value>) -> Result<String, IdentityError> {
    let header = json!({ "kid": key.kid(), "alg": "RS256" }).to_string();
    let payload = serde_json::to_vec(claims).map_err(|_| IdentityError::Crypto("encoding claims"))?;
    let mut token = URL_SAFE_NO_PAD.encode(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}
