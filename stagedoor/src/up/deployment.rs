//! EDGE.json for this machine, and the function's directory as its zip would unpack.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use edge_auth::config::EdgeConfig;
use edge_auth::pass::Secret;
use local::identity::Identity;
use serde_json::{Value, json};

use super::addresses::Addresses;
use super::data::{Secrets, write_private};

/// The browser's client: code and PKCE, rotating refresh tokens.
pub const WEB_CLIENT: &str = "stagedoor-web";
/// The client of scripts: a password, no rotation.
pub const API_CLIENT: &str = "stagedoor-api";

/// EDGE.json, as Terraform would write it for this identity.
pub fn edge_json(policy: &Value, identity: &Identity, at: &Addresses, scheme: &str, secrets: &Secrets) -> Value {
    let endpoint = |path: &str| format!("{}{path}", at.identity_url);
    json!({
        "policy": policy,
        "deployment": {
            "issuers": [{
                "kind": "cognito",
                "issuer": identity.issuer(),
                "clients": [WEB_CLIENT, API_CLIENT],
                "jwks": identity.jwks(),
                "jwks_uri": format!("{}/.well-known/jwks.json", identity.issuer()),
            }],
            "sign_in": {
                "authorize": endpoint("/oauth2/authorize"),
                "token": endpoint("/oauth2/token"),
                "revoke": endpoint("/oauth2/revoke"),
                "end_session": endpoint("/logout"),
                "client_id": WEB_CLIENT,
            },
            "keys": {"state": [{"kid": "local", "key": secrets.state_key}], "pass": []},
            "scheme": scheme,
        },
    })
}

/// The same with the key that passes are minted with.
pub fn with_pass_keys(mut edge_json: Value, secret: &Secret) -> Value {
    if let Some(keys) = edge_json.pointer_mut("/deployment/keys/pass") {
        *keys = secret.minting();
    }
    edge_json
}

/// Reads EDGE.json back as the edge function will.
pub fn checked(edge_json: &Value) -> Result<EdgeConfig> {
    EdgeConfig::from_json(edge_json).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("EDGE.json has problems:\n{}", lines.join("\n"))
    })
}

/// Lays the function out as its zip unpacks: `bootstrap` and `launcher.py` with EDGE.json beside them.
pub fn stage_function(artefact: &Path, directory: &Path, edge_json: &Value) -> Result<PathBuf> {
    fs::create_dir_all(directory).with_context(|| format!("{}", directory.display()))?;
    for name in ["bootstrap", "launcher.py"] {
        let (from, to) = (artefact.join(name), directory.join(name));
        // A running program cannot be overwritten, only replaced.
        let beside = directory.join(format!("{name}.new"));
        fs::copy(&from, &beside)
            .and_then(|_| fs::rename(&beside, &to))
            .with_context(|| format!("{} cannot be copied; ./build.sh package makes it", from.display()))?;
    }
    write_private(&directory.join("EDGE.json"), &serde_json::to_vec_pretty(edge_json)?)?;
    Ok(directory.join("bootstrap"))
}
