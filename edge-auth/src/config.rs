//! EDGE.json: the policy and the deployment, baked into the function's zip.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::policy::{Fields, Node, Policy, Problem, SignInMode, TokenUse};
use crate::reason::Reason;
use crate::token::{Expectation, Issuer, IssuerKind, KeySet, VerifiedSession, judge};

/// Everything the decision knows apart from the request and the moment.
#[derive(Debug, Clone)]
pub struct EdgeConfig {
    /// Who may fetch what.
    pub policy: Policy,
    /// Whose tokens count.
    pub issuers: Vec<Issuer>,
    /// Where people sign in; `None` where the deployment has no hosted sign-in.
    pub sign_in: Option<SignInEndpoints>,
    /// Seal the sign-in's state; the first is current, the others are still accepted.
    pub state_keys: Vec<SecretKey>,
    /// `https` on AWS; the local edge may run on `http`.
    pub scheme: Scheme,
}

/// How the site is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// With TLS, always so behind CloudFront.
    Https,
    /// Without, on localhost.
    Http,
}

impl Scheme {
    /// `https` or `http`.
    pub fn as_str(self) -> &'static str {
        if self == Self::Https { "https" } else { "http" }
    }
}

/// The identity provider's addresses and our registration there.
#[derive(Debug, Clone)]
pub struct SignInEndpoints {
    /// Where a browser goes to sign in.
    pub authorize: String,
    /// Where a code becomes tokens.
    pub token: String,
    /// Where a refresh token is revoked (RFC 7009).
    pub revoke: Option<String>,
    /// Where the provider's own session ends.
    pub end_session: Option<String>,
    /// Our client there.
    pub client_id: String,
    /// Its secret, where it has one.
    pub client_secret: Option<String>,
}

/// A secret of at least 32 bytes with a name.
#[derive(Clone)]
pub struct SecretKey {
    /// Its name, which may be seen.
    pub kid: String,
    /// The secret.
    pub key: Vec<u8>,
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl EdgeConfig {
    /// Reads EDGE.json.
    ///
    /// # Errors
    /// Every problem with its place; one without a place where it is no JSON.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|e| vec![Problem { at: String::new(), message: format!("not JSON: {e}") }])?;
        Self::from_json(&value)
    }

    /// Reads EDGE.json given as a tree.
    ///
    /// # Errors
    /// Every problem with its place.
    pub fn from_json(value: &Value) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let config = Node { value, at: String::new() }.fields(&mut problems).and_then(|mut top| {
            let policy = top.take("policy").map(|node| Policy::from_json(node.value));
            if policy.is_none() {
                top.problem("policy", "is missing");
            }
            let policy = policy.and_then(|read| {
                let inside = |p: Problem| Problem { at: format!("/policy{}", p.at), ..p };
                read.map_err(|found| top.problems.extend(found.into_iter().map(inside))).ok()
            });
            let Some(mut deployment) = top.section("deployment") else {
                top.problem("deployment", "is missing; expected a mapping with issuers");
                return None;
            };
            let issuers = issuers(&mut deployment);
            let sign_in = deployment.section("sign_in").and_then(endpoints);
            let state_keys = deployment.section("keys").map(keys).unwrap_or_default();
            let schemes = [("https", Scheme::Https), ("http", Scheme::Http)];
            let scheme = deployment.choice("scheme", &schemes).unwrap_or(Scheme::Https);
            deployment.finish();
            top.finish();
            Some(Self { policy: policy?, issuers, sign_in, state_keys, scheme })
        });
        match config {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(problems),
        }
    }

    /// Judges a token as the policy says, at `now` in Unix seconds.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify(&self, token: &str, now: u64) -> Result<VerifiedSession, Reason> {
        self.verify_use(token, self.policy.tokens.token_use, now)
    }

    pub(crate) fn verify_use(&self, token: &str, token_use: TokenUse, now: u64) -> Result<VerifiedSession, Reason> {
        let tokens = &self.policy.tokens;
        let expect = Expectation { token_use, leeway_seconds: tokens.leeway_seconds, max_bytes: tokens.max_bytes };
        judge(token, &self.issuers, expect, now)
    }

    /// What hosted sign-in needs, where the policy wants it and the deployment has it.
    pub(crate) fn hosted(&self) -> Option<(&SignInEndpoints, &SecretKey)> {
        let wanted = self.policy.sign_in.mode == SignInMode::Hosted;
        self.sign_in.as_ref().zip(self.state_keys.first()).filter(|_| wanted)
    }
}

fn issuers(deployment: &mut Fields<'_, '_>) -> Vec<Issuer> {
    let Some(node) = deployment.take("issuers") else {
        deployment.problem("issuers", "is missing: no token could ever be accepted");
        return Vec::new();
    };
    let list = node.value.as_array().map(Vec::as_slice).unwrap_or_default();
    if list.is_empty() {
        deployment.problem("issuers", "must be a list of at least one issuer");
    }
    let each = list.iter().enumerate();
    each.filter_map(|(i, value)| issuer(Node { value, at: format!("{}/{i}", node.at) }.fields(deployment.problems)?))
        .collect()
}

fn issuer(mut fields: Fields<'_, '_>) -> Option<Issuer> {
    let kind = fields.choice("kind", &[("cognito", IssuerKind::Cognito), ("oidc", IssuerKind::Oidc)]);
    if kind.is_none() {
        fields.problem("kind", "must be cognito or oidc");
    }
    let issuer = required(&mut fields, "issuer");
    let clients = fields.strings("clients").unwrap_or_default();
    if clients.is_empty() {
        fields.problem("clients", "must be a list of at least one client id");
    }
    let jwks_uri = fields.text("jwks_uri");
    let keys = match fields.take("jwks") {
        Some(node) => KeySet::from_jwks(node.value),
        // Without keys every token is refused with `keys_unavailable` until some are fetched.
        None if jwks_uri.is_some() => Some(KeySet::default()),
        None => None,
    };
    if keys.is_none() {
        fields.problem("jwks", "must be a key set: {\"keys\": [...]}");
    }
    // When the keys were fetched matters to whoever refreshes them, not to a decision.
    fields.take("fetched_at");
    fields.finish();
    Some(Issuer { kind: kind?, issuer: issuer?, clients, keys: keys? })
}

fn endpoints(mut fields: Fields<'_, '_>) -> Option<SignInEndpoints> {
    let authorize = required(&mut fields, "authorize");
    let token = required(&mut fields, "token");
    let client_id = required(&mut fields, "client_id");
    let (revoke, end_session) = (fields.text("revoke"), fields.text("end_session"));
    let client_secret = fields.text("client_secret");
    let addresses = [("authorize", &authorize), ("token", &token), ("revoke", &revoke), ("end_session", &end_session)];
    for (name, address) in addresses {
        if let Some(a) = address
            && (!(a.starts_with("https://") || a.starts_with("http://")) || a.contains(['?', '#', ' ']))
        {
            fields.problem(name, "must be an https address without query");
        }
    }
    fields.finish();
    Some(SignInEndpoints {
        authorize: authorize?,
        token: token?,
        revoke,
        end_session,
        client_id: client_id?,
        client_secret,
    })
}

fn required(fields: &mut Fields<'_, '_>, name: &'static str) -> Option<String> {
    let text = fields.text(name).filter(|t| !t.is_empty());
    if text.is_none() {
        fields.problem(name, "is missing or empty");
    }
    text
}

/// The state keys; pass keys are checked for form as well, although only the pass's exchange uses them.
fn keys(mut fields: Fields<'_, '_>) -> Vec<SecretKey> {
    let state = key_list(&mut fields, "state");
    key_list(&mut fields, "pass");
    fields.finish();
    state
}

fn key_list(fields: &mut Fields<'_, '_>, name: &'static str) -> Vec<SecretKey> {
    let Some(node) = fields.take(name) else { return Vec::new() };
    let Some(list) = node.value.as_array() else {
        fields.problem(name, "must be a list of {kid, key}");
        return Vec::new();
    };
    let mut keys = Vec::new();
    for (i, value) in list.iter().enumerate() {
        let Some(mut entry) = (Node { value, at: format!("{}/{i}", node.at) }).fields(fields.problems) else {
            continue;
        };
        let kid = required(&mut entry, "kid");
        let key = entry.text("key").and_then(|text| STANDARD.decode(text).ok()).filter(|key| key.len() >= 32);
        if key.is_none() {
            entry.problem("key", "must be base64 of at least 32 bytes");
        }
        if kid.as_deref().is_some_and(|k| k.contains('.')) {
            entry.problem("kid", "must not hold a dot");
        }
        entry.finish();
        keys.extend(kid.zip(key).map(|(kid, key)| SecretKey { kid, key }));
    }
    keys
}
