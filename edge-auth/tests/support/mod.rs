//! A provider for tests: signs tokens with a key of this run.

// Each test file takes its own part of this.
#![allow(dead_code, clippy::needless_pass_by_value)]
// Tests may have randomness of their own.
#![allow(clippy::disallowed_methods)]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_auth::config::EdgeConfig;
use edge_auth::event::{Event, Outcome, Response};
use edge_auth::{Memory, Moment, Step, Verdict, decide};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaEncoding, RsaKeyPair};
use rsa::pkcs8::EncodePrivateKey as _;
use serde::Deserialize as _;
use serde_json::{Value, json};

pub const NOW: u64 = 1_780_000_000;
pub const ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Test";
pub const CLIENT: &str = "client";

pub struct Provider {
    pair: &'static RsaKeyPair,
}

/// Keys take seconds to make: one for the provider, one for whoever is not it.
static KEY: LazyLock<RsaKeyPair> = LazyLock::new(new_key);
static STRANGERS_KEY: LazyLock<RsaKeyPair> = LazyLock::new(new_key);

fn new_key() -> RsaKeyPair {
    let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
    RsaKeyPair::from_pkcs8(key.to_pkcs8_der().unwrap().as_bytes()).unwrap()
}

impl Provider {
    pub fn new() -> Self {
        Self { pair: &KEY }
    }

    /// Another one, whose key the sites of [`Self::new`] do not have.
    pub fn stranger() -> Self {
        Self { pair: &STRANGERS_KEY }
    }

    /// The key set as its endpoint publishes it, under that `kid`.
    pub fn jwks(&self, kid: &str) -> Value {
        let components: ring::rsa::PublicKeyComponents<Vec<u8>> = self.pair.public().into();
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": number(&components.n),
                         "e": number(&components.e)}]})
    }

    /// A compact JWS over any header and payload.
    pub fn sign(&self, header: &str, payload: &[u8]) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The public key as DER `RSAPublicKey` (RFC 8017 A.1.1).
    pub fn pkcs1(&self) -> Vec<u8> {
        self.pair.public().as_ref().to_vec()
    }

    /// A signature with any RSA scheme over any message.
    pub fn signature(&self, scheme: &'static dyn RsaEncoding, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair.sign(scheme, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    }

    /// Claims over what every token of this provider holds; `null` takes one out.
    pub fn token(&self, changes: Value) -> String {
        let mut claims = json!({"sub": "alice", "iss": ISSUER, "iat": NOW, "exp": NOW + 900});
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        self.sign(&json!({"alg": "RS256", "kid": "k"}).to_string(), claims.to_string().as_bytes())
    }

    pub fn access(&self, changes: Value) -> String {
        let mut claims = json!({"token_use": "access", "client_id": CLIENT});
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        self.token(claims)
    }

    pub fn id(&self, changes: Value) -> String {
        let mut claims = json!({"token_use": "id", "aud": CLIENT});
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        self.token(claims)
    }

    /// A site with one signed-in route; `change` is merged into its policy.
    pub fn site(&self, change: Value) -> EdgeConfig {
        self.deployed(change, json!({}))
    }

    /// The same, with changes of the deployment as well.
    pub fn deployed(&self, policy_change: Value, deployment_change: Value) -> EdgeConfig {
        let mut policy = json!({"version": 1, "routes": [{"path": "/*", "allow": "signed_in", "origin": "app"}]});
        policy.as_object_mut().unwrap().extend(policy_change.as_object().unwrap().clone());
        let mut deployment = json!({
            "issuers": [{"kind": "cognito", "issuer": ISSUER, "clients": [CLIENT], "jwks": self.jwks("k"), "fetched_at": NOW}],
            "sign_in": {"authorize": "https://auth.example/authorize", "token": "https://auth.example/token",
                        "revoke": "https://auth.example/revoke", "end_session": "https://auth.example/logout", "client_id": CLIENT},
            "keys": {"state": [{"kid": "s", "key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}], "pass": [{"kid": "p", "key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]}});
        deployment.as_object_mut().unwrap().extend(deployment_change.as_object().unwrap().clone());
        EdgeConfig::from_json(&json!({"policy": policy, "deployment": deployment})).unwrap()
    }
}

/// A browser's navigation, or with `method` another request of it.
pub fn request(method: &str, uri: &str, query: &str, headers: &[(&str, &str)]) -> Event<'static> {
    let mut all = json!({"host": [{"value": "media.example"}], "sec-fetch-mode": [{"value": "navigate"}], "sec-fetch-dest": [{"value": "document"}]});
    for (name, value) in headers {
        all[*name] = json!([{"value": value}]);
    }
    Event::deserialize(
        json!({"Records": [{"cf": {"request": {"method": method, "uri": uri, "querystring": query, "headers": all}}}]}),
    )
    .unwrap()
}

/// A navigation with these header lines, of which several may have one name.
pub fn navigation(uri: &str, query: &str, lines: &[(&str, &str)]) -> Event<'static> {
    let mut event = request("GET", uri, query, &[]);
    let headers = &mut event.records[0].cf.request.headers;
    for (name, value) in lines {
        headers.add(name, (*value).to_owned());
    }
    event
}

pub fn at(now: u64) -> Moment {
    let mut entropy = [0; 96];
    ring::rand::SecureRandom::fill(&SystemRandom::new(), &mut entropy).unwrap();
    Moment { now, entropy }
}

pub fn decided(event: Event<'static>, config: &EdgeConfig, now: u64) -> Verdict<'static> {
    decided_by(&mut Memory::new(config), event, config, now)
}

/// What a function decides that remembers. Nobody answers where it asks for keys.
pub fn decided_by(memory: &mut Memory, event: Event<'static>, config: &EdgeConfig, now: u64) -> Verdict<'static> {
    let verdict = decide(event, config, memory, &at(now));
    match verdict.step {
        Step::FetchKeys(fetch) => fetch.finish(None, config, memory, &at(now)),
        _ => verdict,
    }
}

/// The answer that a verdict ends in.
pub fn answered(verdict: Verdict) -> Response {
    match verdict.step {
        Step::Done(Outcome::Respond(response)) => response,
        other => panic!("no answer but {other:?}"),
    }
}

pub fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    &response.headers.lines(name)[0].value
}

/// `NAME=VALUE` of each cookie that an answer sets, ended ones left out.
pub fn cookies(response: &Response) -> Vec<String> {
    let lines = response.headers.lines("set-cookie").iter();
    let kept = lines.filter(|line| !line.value.contains("Max-Age=0"));
    kept.map(|line| line.value.split(';').next().unwrap().to_owned()).collect()
}
