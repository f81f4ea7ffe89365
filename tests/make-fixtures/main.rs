//! Writes tests/fixtures: events as CloudFront sends them, for every way a decision can fall.
//!
//! `cargo run --release -p end-to-end --bin make-fixtures`, then `stagedoor replay … --write` for the expected answers (the
//! command is printed). The signing key lives for one run: only its public half is written, so nobody can sign with it.

mod cases;
mod events;
mod tokens;

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

/// The moment at which the fixtures are replayed; every time in them is relative to it.
const AT: u64 = 1_780_000_000;

fn main() -> Result<()> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let signer = tokens::Signer::new()?;
    let edge = edge_json(&signer);
    write(&directory.join("EDGE.json"), &format!("{edge:#}\n"))?;
    let events = directory.join("events");
    // Fixtures that are no longer made would otherwise stay, signed by a key that nobody knows any more.
    for stale in std::fs::read_dir(&events).into_iter().flatten() {
        std::fs::remove_file(stale?.path())?;
    }
    let cases = cases::all(&signer);
    for (name, text) in &cases {
        write(&events.join(name), text)?;
    }
    eprintln!(
        "{} files; now:\n  rm -f tests/fixtures/expected/* && target/release/stagedoor replay --config tests/fixtures/EDGE.json --at {AT} --expect tests/fixtures/expected --write tests/fixtures/events/*",
        cases.len()
    );
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::create_dir_all(path.parent().context("a fixture has a directory")?)?;
    std::fs::write(path, text).with_context(|| format!("{}", path.display()))
}

fn edge_json(signer: &tokens::Signer) -> Value {
    let route = |path: &str, allow: Value, origin: &str, cache: &str, rest: Value| {
        let mut route = json!({"path": path, "allow": allow, "origin": origin, "cache": cache});
        if let (Some(route), Some(rest)) = (route.as_object_mut(), rest.as_object()) {
            route.extend(rest.clone());
        }
        route
    };
    let owner = json!({"claim": "sub", "equals_path": "owner"});
    json!({
        "policy": {
            "version": 1,
            "mode": "enforce",
            "tokens": {"from": ["cookie", "bearer", "query"], "query_parameter": "token", "use": "access",
                       "leeway_seconds": 30, "max_bytes": 8192},
            "cookies": {"accept": ["host", "amplify"]},
            "sign_in": {"mode": "hosted", "scopes": ["openid", "email", "profile"]},
            "cors": {"allow_origins": ["https://app.example.com"]},
            "routes": [
                route("/health", json!("anyone"), "app", "none", json!({})),
                route("/static/*", json!("anyone"), "site", "immutable", json!({})),
                route("/media/{owner}/*", owner, "media", "media", json!({"denied": "status"})),
                route("/avatars/*", json!("signed_in"), "media", "media", json!({"denied": "status"})),
                route("/admin/*", json!({"groups_any": ["admins"]}), "app", "none", json!({"methods": "all"})),
                route("/api/*", json!("signed_in"), "app", "none", json!({"denied": "status", "methods": "all"})),
                route("/x/{id}/y", json!("anyone"), "app", "none", json!({})),
                route("/*", json!("signed_in"), "app", "none", json!({"denied": "auto"})),
            ],
        },
        "deployment": {
            "issuers": [{
                "kind": "cognito",
                "issuer": tokens::ISSUER,
                "clients": [tokens::CLIENT],
                "jwks": signer.jwks(),
                "jwks_uri": format!("{}/.well-known/jwks.json", tokens::ISSUER),
                "fetched_at": AT,
            }],
            "sign_in": {
                "authorize": "https://auth.example.com/oauth2/authorize",
                "token": "https://auth.example.com/oauth2/token",
                "revoke": "https://auth.example.com/oauth2/revoke",
                "end_session": "https://auth.example.com/logout",
                "client_id": tokens::CLIENT,
            },
            // Zeros: this site exists in fixtures only.
            "keys": {"state": [{"kid": "fixture", "key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}], "pass": []},
        },
    })
}
