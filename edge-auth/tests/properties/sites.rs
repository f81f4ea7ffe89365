//! The sites that are asked, and the tokens that they are asked with.

use std::sync::LazyLock;

use edge_auth::config::EdgeConfig;
use serde_json::{Value, json};

use crate::support::{CLIENT, ISSUER, NOW, Provider};

/// A site and what the promises have to know of it.
pub struct Site {
    pub config: EdgeConfig,
    pub enforces: bool,
    /// Where it looks for tokens.
    pub from: Vec<&'static str>,
    pub parameter: &'static str,
    uses: &'static [Kind],
}

/// A token by what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Access,
    Id,
    Oidc,
    /// Good nowhere and never.
    Bad,
}

#[derive(Debug)]
pub struct Token {
    pub text: String,
    pub kind: Kind,
    pub sub: &'static str,
    pub is_admin: bool,
}

const OIDC: &str = "https://accounts.example";

/// The paths that are open to everybody, wherever they are routes.
pub fn is_open(path: &str) -> bool {
    path == "/health" || path == "/login" || path.starts_with("/static/")
}

/// Whether the path is a route to the app, where there is one: of the other routes two want a second segment.
pub fn is_for_the_app(path: &str) -> bool {
    let behind = |prefix: &str| path.strip_prefix(prefix);
    let elsewhere = behind("/static/").or(behind("/p/")).is_some();
    let owned = behind("/media/").or(behind("/play/"));
    !elsewhere && !owned.is_some_and(|rest| rest.contains('/'))
}

impl Site {
    /// Whether a token counts here at that moment: all good ones live for 900 seconds from [`NOW`], with 30 seconds of leeway.
    pub fn takes(&self, token: &Token, now: u64) -> bool {
        self.uses.contains(&token.kind) && (NOW - 30..NOW + 930).contains(&now)
    }
}

pub static SITES: LazyLock<Vec<Site>> = LazyLock::new(|| {
    let all = ["cookie", "bearer", "query"];
    let tokens = |from: &[&str], wanted: &str| json!({"from": from, "use": wanted});
    vec![
        site(json!({"cookies": {"accept": ["host", "amplify"]}}), &all),
        site(json!({"mode": "log", "cookies": {"accept": ["host", "amplify"]}}), &all),
        site(json!({"mode": "off"}), &all),
        site(json!({"tokens": tokens(&["bearer"], "access"), "sign_in": {"mode": "none"}}), &["bearer"]),
        site(
            json!({"tokens": tokens(&["query", "cookie"], "either"), "sign_in": {"mode": "page"}}),
            &["query", "cookie"],
        ),
        site(
            json!({"tokens": {"from": ["query", "bearer"], "use": "id", "query_parameter": "access_token"},
                   "sign_in": {"mode": "none"}}),
            &["query", "bearer"],
        ),
    ]
});

fn site(change: Value, from: &[&'static str]) -> Site {
    let redirect = if change["sign_in"]["mode"] == "none" { "status" } else { "redirect" };
    let mut policy = json!({"cors": {"allow_origins": ["https://app.example"]}, "routes": [
        {"path": "/health", "allow": "anyone", "origin": "app"},
        {"path": "/login", "allow": "anyone", "origin": "app", "methods": "all"},
        {"path": "/static/*", "allow": "anyone", "origin": "site", "cache": "immutable"},
        {"path": "/p/*", "allow": "pass", "gate": "function", "origin": "media", "cache": "media"},
        {"path": "/play/{owner}/*", "allow": {"claim": "sub", "equals_path": "owner"},
         "answer": {"pass": {"for": "/media/{owner}/", "ttl": "6h"}}},
        {"path": "/media/{owner}/*", "allow": {"claim": "sub", "equals_path": "owner"}, "origin": "media",
         "cache": "media", "denied": "status"},
        {"path": "/admin/*", "allow": {"groups_any": ["admins"]}, "origin": "app", "methods": "all"},
        {"path": "/api/*", "allow": "signed_in", "origin": "app", "denied": "status", "methods": "all"},
        {"path": "/go/*", "allow": "signed_in", "origin": "app", "denied": redirect},
        {"path": "/*", "allow": "signed_in", "origin": "app"},
    ]});
    policy.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let provider = Provider::new();
    let jwks = provider.jwks("k");
    let issuers = json!([
        {"kind": "cognito", "issuer": ISSUER, "clients": [CLIENT], "jwks": jwks, "fetched_at": NOW},
        {"kind": "oidc", "issuer": OIDC, "clients": [CLIENT], "jwks": jwks, "fetched_at": NOW},
    ]);
    let uses: &[Kind] = match change["tokens"]["use"].as_str() {
        Some("id") => &[Kind::Id, Kind::Oidc],
        Some("either") => &[Kind::Access, Kind::Id, Kind::Oidc],
        _ => &[Kind::Access, Kind::Oidc],
    };
    let parameter = if change["tokens"]["query_parameter"].is_string() { "access_token" } else { "token" };
    Site {
        config: provider.deployed(policy, json!({"issuers": issuers})),
        enforces: !change["mode"].is_string(),
        from: from.to_vec(),
        parameter,
        uses,
    }
}

/// The place of the token that is good but for its time.
pub const EXPIRED: usize = 3;

/// Signed once: a signature takes longer than a case.
pub static TOKENS: LazyLock<Vec<Token>> = LazyLock::new(|| {
    let provider = Provider::new();
    let good = provider.access(json!({}));
    let (head, signature) = good.rsplit_once('.').unwrap();
    let bent = if signature.starts_with('A') { "B" } else { "A" };
    let admins = json!({"sub": "root", "cognito:groups": ["admins"], "scope": "openid"});
    let as_oidc = json!({"sub": "alice", "iss": OIDC, "aud": [CLIENT, "other"]});
    let mut all = vec![
        Token { text: provider.access(admins), kind: Kind::Access, sub: "root", is_admin: true },
        Token { text: provider.id(json!({})), kind: Kind::Id, sub: "alice", is_admin: false },
        Token { text: provider.token(as_oidc), kind: Kind::Oidc, sub: "alice", is_admin: false },
    ];
    for text in [
        provider.access(json!({"exp": NOW - 10_000})),
        provider.access(json!({"nbf": NOW + 20_000})),
        provider.access(json!({"client_id": "other"})),
        provider.access(json!({"sub": 1})),
        provider.access(json!({"iss": "https://evil.example"})),
        provider.access(json!({"token_use": "refresh"})),
        provider.sign(r#"{"alg":"RS256","kid":"unknown"}"#, json!({"iss": ISSUER}).to_string().as_bytes()),
        provider.sign(r#"{"alg":"none","kid":"k"}"#, b"{}"),
        format!("{head}."),
        format!("{head}.{bent}{}", &signature[1..]),
        format!("{head}.{}", &signature[1..]),
        format!("{good}="),
        format!("{good}.e30"),
        good[1..].to_owned(),
        "x.y.z".to_owned(),
        "x".repeat(8193),
        String::new(),
    ] {
        all.push(Token { text, kind: Kind::Bad, sub: "", is_admin: false });
    }
    all.push(Token { text: good, kind: Kind::Access, sub: "alice", is_admin: false });
    all
});
