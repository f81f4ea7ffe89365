//! Reading a policy from a JSON tree, with every problem named.

use serde_json::Value;

use super::fields::shown;
use super::routes::{self, Listed};
use super::{Fields, Mode, Node, Policy, Problem, SignIn, SignInMode, TokenSource, TokenUse, Tokens, checks, cors};

/// Parameters that sign-in's own addresses and the app's `/login` are called with.
const SIGN_IN_PARAMETERS: [&str; 4] = ["code", "error", "state", "to"];

/// Reads a whole policy.
pub fn policy(value: &Value) -> Result<Policy, Vec<Problem>> {
    let mut problems = Vec::new();
    let node = Node { value, at: String::new() };
    let read = node.fields(&mut problems).and_then(|mut top| {
        version(&mut top);
        let mode = top
            .choice("mode", &[("off", Mode::Off), ("log", Mode::Log), ("enforce", Mode::Enforce)])
            .unwrap_or(Mode::Enforce);
        let tokens = tokens(top.section("tokens"));
        let amplify_cookies = cookies(top.section("cookies"));
        let sign_in = sign_in(top.section("sign_in"));
        let allow_origins = top.section("cors").map(cors::origins).unwrap_or_default();
        // What is compared with a section says nothing where the section could not be read.
        let sections_fine = top.problems.is_empty();
        let listed = top.take("routes").map(|n| routes::routes(n, top.problems));
        if listed.is_none() {
            top.problem("routes", "is missing; a policy needs at least one route");
        }
        top.finish();
        let policy = Policy { mode, tokens, amplify_cookies, sign_in, allow_origins, routes: Vec::new() };
        Some((policy, listed?, sections_fine))
    });
    let Some((policy, listed, sections_fine)) = read else { return Err(problems) };
    checks::order(&listed, &mut problems);
    checks::passes(&listed, &mut problems);
    if sections_fine {
        checks::sign_in(&policy, &listed, &mut problems);
    }
    let Listed { routes, .. } = listed;
    let routes = routes.into_iter().map(|(_, route)| route).collect();
    if problems.is_empty() { Ok(Policy { routes, ..policy }) } else { Err(problems) }
}

fn version(top: &mut Fields<'_, '_>) {
    match top.take("version").map(|node| node.value) {
        Some(value) if value.as_u64() == Some(1) => {}
        Some(other) => top.problem("version", &format!("is {}; expected 1", shown(other))),
        None => top.problem("version", "is missing; write version: 1"),
    }
}

fn tokens(section: Option<Fields<'_, '_>>) -> Tokens {
    let mut tokens = Tokens {
        from: vec![TokenSource::Cookie, TokenSource::Bearer, TokenSource::Query],
        query_parameter: "token".to_owned(),
        token_use: TokenUse::Access,
        leeway_seconds: 30,
        max_bytes: 8192,
    };
    let Some(mut section) = section else { return tokens };
    if let Some(names) = section.names("from") {
        tokens.from = Vec::new();
        if names.is_empty() {
            section.problem("from", "is empty: no token would ever be found; name cookie, bearer or query");
        }
        for (i, name) in names.iter().enumerate() {
            match name.as_str() {
                "cookie" => tokens.from.push(TokenSource::Cookie),
                "bearer" => tokens.from.push(TokenSource::Bearer),
                "query" => tokens.from.push(TokenSource::Query),
                "" => {}
                other => {
                    section.item_problem("from", i, &format!("holds {other:?}; expected cookie, bearer or query"));
                }
            }
        }
    }
    if let Some(name) = section.text("query_parameter") {
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._~-".contains(&b)) {
            let message = format!("is {name:?}; expected one or more of A-Z a-z 0-9 . _ ~ -");
            section.problem("query_parameter", &message);
        } else if SIGN_IN_PARAMETERS.contains(&name.as_str()) {
            let message = format!("is {name:?}, which sign-in uses itself; choose another, such as token");
            section.problem("query_parameter", &message);
        }
        tokens.query_parameter = name;
    }
    let uses = [("access", TokenUse::Access), ("id", TokenUse::Id), ("either", TokenUse::Either)];
    tokens.token_use = section.choice("use", &uses).unwrap_or(tokens.token_use);
    if let Some(n) = section.number("leeway_seconds", 0..=300) {
        tokens.leeway_seconds = u32::try_from(n).unwrap_or(300);
    }
    if let Some(n) = section.number("max_bytes", 512..=16_384) {
        tokens.max_bytes = usize::try_from(n).unwrap_or(8192);
    }
    section.finish();
    tokens
}

/// Whether Amplify's cookies are accepted.
fn cookies(section: Option<Fields<'_, '_>>) -> bool {
    let Some(mut section) = section else { return false };
    let mut amplify = false;
    if let Some(names) = section.names("accept") {
        for (i, name) in names.iter().enumerate() {
            match name.as_str() {
                "host" | "" => {}
                "amplify" => amplify = true,
                other => section.item_problem("accept", i, &format!("holds {other:?}; expected host or amplify")),
            }
        }
        if !names.iter().any(|name| name == "host") {
            let message = "lacks host: our own cookies are always read; write [host] or [host, amplify]";
            section.problem("accept", message);
        }
    }
    section.finish();
    amplify
}

fn sign_in(section: Option<Fields<'_, '_>>) -> SignIn {
    let mut sign_in =
        SignIn { mode: SignInMode::Hosted, scopes: ["openid", "email", "profile"].map(str::to_owned).to_vec() };
    let Some(mut section) = section else { return sign_in };
    let modes = [("hosted", SignInMode::Hosted), ("page", SignInMode::Page), ("none", SignInMode::None)];
    sign_in.mode = section.choice("mode", &modes).unwrap_or(sign_in.mode);
    if let Some(scopes) = section.names("scopes") {
        for (i, scope) in scopes.iter().enumerate() {
            // RFC 6749 §3.3.
            if !scope.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\') {
                let message = format!("holds {scope:?}; a scope has no space, quote or backslash, so write each alone");
                section.item_problem("scopes", i, &message);
            }
        }
        if !scopes.iter().any(|s| s == "openid") {
            section.problem("scopes", "lacks openid: without an ID token the sign-in cannot be checked; add it");
        }
        sign_in.scopes = scopes;
    }
    section.finish();
    sign_in
}
