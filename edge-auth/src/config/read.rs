//! Reading EDGE.json.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::hmac;
use serde_json::Value;

use super::{EdgeConfig, KeyRefresh, Scheme, SecretKey, SignInEndpoints};
use crate::pass::RingKey;
use crate::policy::{Fields, Node, Policy, Problem};
use crate::token::{Issuer, IssuerKind, KeySet};

pub(super) fn edge_config(value: &Value) -> Result<EdgeConfig, Vec<Problem>> {
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
        let (state_keys, pass_keys) = deployment.section("keys").map(keys).unwrap_or_default();
        let schemes = [("https", Scheme::Https), ("http", Scheme::Http)];
        let scheme = deployment.choice("scheme", &schemes).unwrap_or(Scheme::Https);
        let key_refresh = deployment.section("key_refresh").map(key_refresh).unwrap_or_default();
        deployment.finish();
        top.finish();
        let log_key = state_keys.first().and_then(log_key);
        Some(EdgeConfig { policy: policy?, issuers, sign_in, state_keys, pass_keys, key_refresh, scheme, log_key })
    });
    match config {
        Some(config) if problems.is_empty() => Ok(config),
        _ => Err(problems),
    }
}

/// The state key serves the log's digests through HKDF (RFC 5869), so that neither use says anything of the other.
fn log_key(key: &SecretKey) -> Option<hmac::Key> {
    let secret = Salt::new(HKDF_SHA256, &[]).extract(&key.key);
    Some(hmac::Key::from(secret.expand(&[b"stagedoor log subject v1"], hmac::HMAC_SHA256).ok()?))
}

fn key_refresh(mut fields: Fields<'_, '_>) -> KeyRefresh {
    let standard = KeyRefresh::default();
    let refresh = KeyRefresh {
        max_age_seconds: fields.number("max_age_seconds", 60..=604_800).unwrap_or(standard.max_age_seconds),
        // Never below the longest time-out: that is what keeps fetches from overlapping.
        retry_seconds: fields.number("retry_seconds", 5..=3600).unwrap_or(standard.retry_seconds),
        timeout_ms: fields.number("timeout_ms", 100..=4000).unwrap_or(standard.timeout_ms),
    };
    fields.finish();
    refresh
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
        None if jwks_uri.is_some() || kind == Some(IssuerKind::Cognito) => Some(KeySet::default()),
        None => None,
    };
    if keys.is_none() {
        fields.problem("jwks", "must be a key set: {\"keys\": [...]}; or say in jwks_uri where it is");
    }
    let fetched_at = fields.number("fetched_at", 0..=u64::MAX);
    fields.finish();
    let issuer = issuer?;
    // Cognito publishes its keys under the issuer; anybody else says where.
    let standard = || (kind == Some(IssuerKind::Cognito)).then(|| format!("{issuer}/.well-known/jwks.json"));
    let jwks_uri = jwks_uri.or_else(standard);
    Some(Issuer { kind: kind?, issuer, clients, keys: keys?, fetched_at, jwks_uri })
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

/// Three of them have to fit into one item of a `KeyValueStore`, bytes.
const LONGEST_PASS_SECRET: usize = 64;

/// The keys of sign-in's state, and those of passes.
fn keys(mut fields: Fields<'_, '_>) -> (Vec<SecretKey>, Vec<RingKey>) {
    let state = key_list(&mut fields, "state", |kid, key| Ok(SecretKey { kid, key }));
    let pass = key_list(&mut fields, "pass", |kid, key| {
        if key.len() > LONGEST_PASS_SECRET {
            return Err(("key", "must be base64 of 32 to 64 bytes"));
        }
        let key = RingKey { kid, secret: key, until: None };
        if key.fits() { Ok(key) } else { Err(("kid", "must have at most 32 bytes")) }
    });
    fields.finish();
    (state, pass)
}

/// The keys of a list; `make` says which field of an entry is not what it should be, and what that is.
fn key_list<T>(
    fields: &mut Fields<'_, '_>,
    name: &'static str,
    make: impl Fn(String, Vec<u8>) -> Result<T, (&'static str, &'static str)>,
) -> Vec<T> {
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
        match kid.zip(key).map(|(kid, key)| make(kid, key)) {
            Some(Ok(key)) => keys.push(key),
            Some(Err((field, message))) => entry.problem(field, message),
            None => {}
        }
        entry.finish();
    }
    keys
}
