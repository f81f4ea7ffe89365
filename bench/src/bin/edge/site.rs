//! The site that everybody guards: its EDGE.json, and the events of people who watch a film there.

use anyhow::Result;
use serde_json::{Value, json};

use crate::pool::{CLIENT, ISSUER, Tokens};

/// EDGE.json: the routes of policy.yaml, with Amplify's cookies accepted, since cognito-at-edge knows no others.
pub fn edge_json(jwks: &Value) -> Value {
    let state_key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    json!({
        "policy": {
            "version": 1, "mode": "enforce",
            "tokens": {"from": ["cookie", "bearer", "query"], "query_parameter": "token", "use": "id",
                       "leeway_seconds": 30, "max_bytes": 8192},
            "cookies": {"accept": ["host", "amplify"]},
            "sign_in": {"mode": "hosted", "scopes": ["openid", "email", "profile"]},
            "cors": {"allow_origins": []},
            "routes": [
                {"path": "/health", "allow": "anyone", "origin": "app", "cache": "none"},
                {"path": "/static/*", "allow": "anyone", "origin": "site", "cache": "immutable"},
                {"path": "/media/{owner}/*", "allow": {"claim": "sub", "equals_path": "owner"}, "origin": "media",
                 "cache": "media", "denied": "status"},
                {"path": "/api/*", "allow": "signed_in", "origin": "app", "cache": "none", "denied": "status",
                 "methods": "all"},
                {"path": "/", "allow": "signed_in", "origin": "app", "cache": "none", "denied": "redirect"},
                {"path": "/*", "allow": "signed_in", "origin": "app", "cache": "none", "denied": "auto"},
            ],
        },
        "deployment": {
            "issuers": [{"kind": "cognito", "issuer": ISSUER, "clients": [CLIENT], "jwks": jwks,
                         "jwks_uri": format!("{ISSUER}/.well-known/jwks.json")}],
            "sign_in": {"authorize": "https://auth.example.com/oauth2/authorize",
                        "token": "https://auth.example.com/oauth2/token",
                        "revoke": "https://auth.example.com/oauth2/revoke",
                        "end_session": "https://auth.example.com/logout", "client_id": CLIENT},
            "keys": {"state": [{"kid": "s1", "key": state_key}], "pass": []},
        },
    })
}

/// What CloudFront hands over when a browser asks for a piece of its own film: a person watching makes thousands of these.
pub fn event(tokens: &Tokens) -> Result<Vec<u8>> {
    let header = |key: &str, value: &str| json!([{"key": key, "value": value}]);
    let sub = &tokens.sub;
    let event = json!({"Records": [{"cf": {
        "config": {
            "distributionDomainName": "d111111abcdef8.cloudfront.net", "distributionId": "EDFDVBD6EXAMPLE",
            "eventType": "viewer-request", "requestId": "4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ==",
        },
        "request": {
            "clientIp": "203.0.113.178",
            "headers": {
                "host": header("Host", "d111111abcdef8.cloudfront.net"),
                "user-agent": header("User-Agent",
                    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"),
                "accept": header("Accept", "*/*"),
                "accept-language": header("Accept-Language", "en-GB,en;q=0.9"),
                "range": header("Range", "bytes=1048576-2097151"),
                "referer": header("Referer", &format!("https://d111111abcdef8.cloudfront.net/watch/{sub}")),
                "sec-fetch-site": header("Sec-Fetch-Site", "same-origin"),
                "sec-fetch-mode": header("Sec-Fetch-Mode", "no-cors"),
                "sec-fetch-dest": header("Sec-Fetch-Dest", "video"),
                "cookie": header("Cookie", &cookie(tokens)),
            },
            "method": "GET", "querystring": "", "uri": format!("/media/{sub}/film/faststart.mp4"),
        },
    }}]});
    Ok(serde_json::to_vec(&event)?)
}

/// The two cookies that cognito-at-edge reads for somebody who is signed in.
fn cookie(tokens: &Tokens) -> String {
    let base = format!("CognitoIdentityServiceProvider.{CLIENT}");
    format!("{base}.{}.idToken={}; {base}.LastAuthUser={}", tokens.sub, tokens.id, tokens.sub)
}
