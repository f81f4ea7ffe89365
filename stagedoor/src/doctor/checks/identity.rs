//! Whose tokens count, and where people sign in.

use std::collections::BTreeSet;

use edge_auth::policy::SignInMode;
use edge_auth::policy::explain::{Ending, Question};
use serde_json::Value;

use crate::doctor::finding::Finding;
use crate::doctor::outputs::Deployment;
use crate::doctor::visitor::Visitor;

/// The issuer's discovery document (OpenID Connect Discovery 1.0 §4) names the issuer and its keys as they were deployed.
pub async fn discovery(site: &Deployment, visitor: &Visitor) -> Finding {
    let url = format!("{}/.well-known/openid-configuration", site.issuer);
    let expected = format!("issuer {}, keys at {}", site.issuer, site.jwks_uri);
    let (good, seen) = match json(visitor, &url).await {
        Ok(document) => {
            let text = |field: &str| document.get(field).and_then(Value::as_str).unwrap_or("not there");
            let good = text("issuer") == site.issuer && text("jwks_uri") == site.jwks_uri;
            (good, format!("issuer {}, keys at {}", text("issuer"), text("jwks_uri")))
        }
        Err(why) => (false, why),
    };
    let advice =
        "tokens name another issuer than the one that counts, or it cannot be asked: look at the user pool, and apply";
    Finding::judged("issuer", url, good, (seen, expected), advice)
}

/// The issuer's keys are those that the edge function begins with.
pub async fn keys(site: &Deployment, visitor: &Visitor) -> Finding {
    let check = "keys";
    let known: BTreeSet<&str> = site.key_ids.iter().map(String::as_str).collect();
    let expected = if known.is_empty() { "keys for RS256".to_owned() } else { list(&known) };
    let (good, seen) = match json(visitor, &site.jwks_uri).await {
        Ok(set) => {
            let keys = set.get("keys").and_then(Value::as_array).into_iter().flatten();
            let rsa = keys.filter(|key| key.get("kty").and_then(Value::as_str) == Some("RSA"));
            let found: BTreeSet<&str> = rsa.filter_map(|key| key.get("kid")?.as_str()).collect();
            (!found.is_empty() && (known.is_empty() || found == known), list(&found))
        }
        Err(why) => (false, why),
    };
    let advice = "the edge function begins with other keys than the pool's, and each new instance fetches them: \
        apply again, which reads them anew";
    Finding::judged(check, site.jwks_uri.as_str(), good, (seen, expected), advice)
}

/// The page that a stranger is led to is there, and takes this site's client.
pub async fn sign_in(site: &Deployment, visitor: &mut Visitor) -> Finding {
    let check = "sign-in";
    let advice = "people cannot sign in: does the pool's client name this site's /_auth/callback, and the policy \
        a route for /login in mode page? `terraform apply` again";
    let (target, address) = match site.policy.sign_in.mode {
        SignInMode::None => return Finding::left_out(check, "sign_in.mode", "none: nobody signs in by a page"),
        SignInMode::Page => ("GET /login".to_owned(), Ok(format!("{}/login", site.url))),
        SignInMode::Hosted => (format!("GET {}", site.sign_in.authorize), attempt(site, visitor).await),
    };
    let asked = match address {
        Ok(address) => visitor.fetch("GET", &address, &[("accept", "text/html")]).await,
        Err(why) => Err(why),
    };
    let (good, seen) = match asked {
        Ok(answer) => {
            let (place, query) = answer.header("location").split_once('?').unwrap_or((answer.header("location"), ""));
            // Cognito leads to a page of its own that says what is wrong with the client.
            let refused =
                answer.status >= 400 || place.ends_with("/error") || query.split('&').any(|p| p.starts_with("error="));
            let to = if place.is_empty() { String::new() } else { format!(" to {place}") };
            (!refused, format!("{}{to}", answer.status))
        }
        Err(why) => (false, why),
    };
    Finding::judged(check, target, good, (seen, "a page, or a way to one"), advice)
}

/// Where a person's first request leads, with the state of an attempt in it: it is followed, and never shown.
async fn attempt(site: &Deployment, visitor: &mut Visitor) -> Result<String, String> {
    let mut paths = site.policy.routes.iter().map(|route| route.path.example());
    let path = paths.find(|path| {
        let said = site.policy.explain(Question { path, method: "GET", claims: None });
        matches!(said.page, Some(Ending::SignIn { .. }))
    });
    let path = path.ok_or("no route of the policy leads to sign-in")?;
    let navigation = [("accept", "text/html"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    let answer = visitor.ask("GET", &path, &navigation).await?;
    let location = answer.header("location");
    let (place, query) = location.split_once('?').unwrap_or((location, ""));
    let client = format!("client_id={}", site.sign_in.client_id);
    if place != site.sign_in.authorize || !query.split('&').any(|pair| pair == client) {
        return Err(format!("{path} leads to {place:?}, or names another client than {}", site.sign_in.client_id));
    }
    Ok(location.to_owned())
}

async fn json(visitor: &Visitor, url: &str) -> Result<Value, String> {
    let answer = visitor.fetch("GET", url, &[("accept", "application/json")]).await?;
    if answer.status != 200 {
        return Err(format!("{}, expected 200", answer.status));
    }
    serde_json::from_slice(&answer.body).map_err(|_| "200 with something that is no JSON".to_owned())
}

fn list(ids: &BTreeSet<&str>) -> String {
    let ids: Vec<&str> = ids.iter().copied().collect();
    if ids.is_empty() { "no keys".to_owned() } else { format!("keys {}", ids.join(", ")) }
}
